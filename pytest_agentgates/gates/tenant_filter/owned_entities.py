"""The mapped classes of a project by whose they are, as the analysis of queries asks for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from pytest_agentgates.source.mapped_tables import MappedTable, MappedTables, TenantTables
from pytest_agentgates.source.model_fields import ModelField


@dataclass(frozen=True)
class OwnedEntities:
    """Answers about entities by the dotted name of their class."""

    mapped: MappedTables
    tenant: TenantTables
    _paths: dict[tuple[str, str], bool] = field(default_factory=dict)

    @cached_property
    def tenant_names(self) -> frozenset[str]:
        """The names of tenant columns, with and without `_id`."""
        named = {*self.tenant.names, *(one for one in self.tenant.columns.values() if one)}
        return frozenset({form for name in named for form in _forms(name)})

    def table(self, key: str) -> MappedTable | None:
        """The table of a class."""
        return self.mapped.by_key.get(key)

    def is_owned(self, key: str) -> bool:
        """Whether the rows of a class belong to tenants."""
        table = self.table(key)
        return table is not None and table.table in self.tenant.columns

    def is_tenant_table(self, key: str) -> bool:
        """Whether the rows of a class are the tenants themselves: where the tenant columns refer to."""
        return key in self._tenant_tables

    @cached_property
    def _tenant_tables(self) -> frozenset[str]:
        found = set()
        for one in self.mapped.tables:
            column = self.tenant.columns.get(one.table)
            held = one.field(column) if column else None
            end = self.mapped.target(held, one) if held is not None and held.is_foreign_key else None
            if end is not None:
                found.add(end.key)
        return frozenset(found)

    def is_tenant(self, key: str, name: str) -> bool:
        """Whether an attribute holds the tenant."""
        table = self.table(key)
        if table is None:
            return False
        column = self.tenant.columns.get(table.table)
        if column is None:
            return False
        found = table.field(name)
        names = {name, *((found.name, found.column) if found is not None else ())}
        return bool(names & {form for one in (column, *self._own(table)) for form in _forms(one)})

    def is_key(self, key: str, name: str) -> bool:
        """Whether an attribute is the primary key, or a foreign key to an owned table."""
        table = self.table(key)
        if table is None:
            return False
        if name in table.key_names():
            return True
        found = table.field(name)
        end = self.mapped.target(found, table) if found is not None and found.is_foreign_key else None
        return end is not None and end.table in self.tenant.columns

    def is_primary(self, key: str, name: str) -> bool:
        """Whether an attribute alone is the primary key."""
        table = self.table(key)
        return table is not None and name in table.key_names()

    def refers(self, key: str, name: str, target: str, target_name: str) -> bool:
        """Whether an attribute is a foreign key to that attribute of another class."""
        table, there = self.table(key), self.table(target)
        found = table.field(name) if table is not None else None
        if table is None or there is None or found is None or not found.is_foreign_key:
            return False
        end = self.mapped.target(found, table)
        return (
            end is not None
            and end.table == there.table
            and target_name in (found.target_column or "id", *there.key_names())
        )

    def leads_to(self, key: str, name: str) -> str:
        """The class at the other end of a foreign key or relation, empty where there is none."""
        table = self.table(key)
        found = self._named(table, name) if table is not None else None
        end = self.mapped.target(found, table) if found is not None and table is not None else None
        return end.key if end is not None else ""

    def back_to(self, key: str, name: str) -> str:
        """The class whose foreign key gives this one an attribute of that name, empty where there is none."""
        table = self.table(key)
        for holder, found in self.mapped.related(name):
            end = self.mapped.target(found, holder)
            if table is not None and end is not None and end.table == table.table:
                return holder.key
        return self._by_class_name(key, name)

    def _by_class_name(self, key: str, name: str) -> str:
        plain = name.removesuffix("_set").lower()
        for one in self.mapped.tables:
            if one.name.lower() == plain and any(self.leads_to(one.key, found.name) == key for found in one.fields):
                return one.key
        return ""

    def _named(self, table: MappedTable, name: str) -> ModelField | None:
        return table.field(name)

    def _own(self, table: MappedTable) -> tuple[str, ...]:
        return tuple(name for name in self.tenant.names if table.field(name) is not None)


def _forms(name: str) -> tuple[str, ...]:
    plain = name.removesuffix("_id")
    return (name, plain, f"{plain}_id")
