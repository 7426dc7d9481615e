"""The tables that a project maps to classes, read from source: columns, foreign keys, relations.

SQLAlchemy 1 and 2, SQLModel, Flask-SQLAlchemy, Django, peewee, Tortoise, and `Table(...)` of SQLAlchemy Core.
What a class inherits from mixins and abstract bases of the project is its own. Nothing is imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.source.model_classes import read_models
from pytest_agentgates.source.model_fields import ModelField
from pytest_agentgates.source.model_statements import ModelClass
from pytest_agentgates.source.syntax import syntax_of


@dataclass(frozen=True, slots=True)
class MappedTable:
    """A table and the class mapped to it; `key` is the dotted name of the class or of the `Table` variable."""

    key: str
    table: str
    path: str
    line: int
    fields: tuple[ModelField, ...]
    managers: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.key.rpartition(".")[2]

    def field(self, name: str) -> ModelField | None:
        """A field by its attribute or by the name of its column."""
        return next((one for one in self.fields if name in (one.name, one.column)), None)

    def key_names(self) -> frozenset[str]:
        """The attributes of the primary key when it is a single column, and what frameworks call it."""
        named = {one.name for one in self.fields if one.is_key}
        return frozenset({"pk", *(named if len(named) == 1 else ()), *(() if named else ("id",))})


@dataclass(frozen=True, slots=True)
class TableForeignKey:
    """A foreign key of one column: `table.column` refers to `target.target_column`."""

    table: str
    column: str
    target: str
    target_column: str


@dataclass(frozen=True)
class MappedTables:
    """Every mapped table of a project."""

    tables: tuple[MappedTable, ...]

    @cached_property
    def by_key(self) -> dict[str, MappedTable]:
        """The tables by the dotted name of their class."""
        return {one.key: one for one in self.tables}

    @cached_property
    def by_name(self) -> dict[str, MappedTable]:
        """The tables by class name and by table name; of several the first."""
        found: dict[str, MappedTable] = {}
        for one in self.tables:
            for name in (one.name, one.table, one.table.rpartition(".")[2]):
                found.setdefault(name, one)
        return found

    def target(self, field: ModelField, holder: MappedTable) -> MappedTable | None:
        """The table that a foreign key or relation leads to."""
        name = field.target
        if name in ("", "self"):
            return holder if name else None
        return self.by_key.get(name) or self.by_name.get(name) or self.by_name.get(name.rpartition(".")[2])

    def foreign_keys(self) -> Iterator[TableForeignKey]:
        """Every foreign key of a single column."""
        for one in self.tables:
            for found in one.fields:
                target = self.target(found, one) if found.is_foreign_key else None
                if target is not None:
                    column = found.target_column or _key_column(target)
                    yield TableForeignKey(one.table, found.column, target.table, column)

    def related(self, name: str) -> list[tuple[MappedTable, ModelField]]:
        """The relations that give the other side an attribute of this name, each with the table that holds it."""
        return self._related.get(name, [])

    @cached_property
    def _related(self) -> dict[str, list[tuple[MappedTable, ModelField]]]:
        found: dict[str, list[tuple[MappedTable, ModelField]]] = {}
        for one in self.tables:
            for field_ in one.fields:
                if field_.related_name:
                    found.setdefault(field_.related_name, []).append((one, field_))
        return found


@dataclass(frozen=True)
class TenantTables:
    """What belongs to a tenant: by table the column that says whose it is, None where only a foreign key does.

    `names` are the columns that hold a tenant in this project.
    """

    columns: dict[str, str | None]
    foreign_keys: tuple[TableForeignKey, ...]
    names: tuple[str, ...]
    via: dict[str, str] = field(default_factory=dict)


TENANT_COLUMNS = (
    "tenant_id",
    "organization_id",
    "organisation_id",
    "org_id",
    "workspace_id",
    "account_id",
    "company_id",
    "team_id",
)


@dataclass(frozen=True, slots=True)
class Ownership:
    """What the configuration says of tables; `owned` and `via` give a table (or class) its column."""

    columns: tuple[str, ...] = ()
    owned: tuple[tuple[str, str], ...] = ()
    shared: tuple[str, ...] = ()
    via: tuple[tuple[str, str], ...] = ()


def mapped_tables_of(workspace: Workspace) -> MappedTables:
    """The mapped tables of the judged project, read once for all gates."""
    return workspace.once(_read)


def tenant_tables(mapped: MappedTables, ownership: Ownership) -> TenantTables:
    """The tables that belong to a tenant: found by column names, corrected by the configuration."""
    names = ownership.columns or _likeliest(mapped.tables)
    shared = {_table_name(mapped, name) for name in ownership.shared}
    columns: dict[str, str | None] = {}
    for one in mapped.tables:
        found = tenant_field(one, names)
        if found is not None:
            columns[one.table] = found.column
    via = {_table_name(mapped, name): column for name, column in ownership.via}
    columns.update(dict.fromkeys(via))
    columns.update({_table_name(mapped, name): column for name, column in ownership.owned})
    kept = {table: column for table, column in columns.items() if table not in shared}
    return TenantTables(kept, tuple(mapped.foreign_keys()), names, via)


def tenant_field(table: MappedTable, names: Iterable[str]) -> ModelField | None:
    """The field of a table that holds the tenant."""
    for name in names:
        for found in table.fields:
            plain = not found.is_many and not found.is_relation
            if plain and name in (found.name, found.column, f"{found.name}_id"):
                return found
    return None


def _read(workspace: Workspace) -> MappedTables:
    models = read_models(syntax_of(workspace))
    return MappedTables(tuple(_table(model) for model in models.values() if model.is_concrete))


def _table(model: ModelClass) -> MappedTable:
    return MappedTable(model.key, model.table, model.path, model.line, model.fields, model.managers)


def _likeliest(tables: Iterable[MappedTable]) -> tuple[str, ...]:
    """The one name that most tables have: a code base has one kind of tenant."""
    held = list(tables)
    counts = {name: sum(tenant_field(one, (name,)) is not None for one in held) for name in TENANT_COLUMNS}
    best = max(TENANT_COLUMNS, key=lambda name: counts[name])
    return (best,) if counts[best] else ()


def _table_name(mapped: MappedTables, name: str) -> str:
    found = mapped.by_name.get(name) or mapped.by_name.get(name.rpartition(".")[2])
    return found.table if found is not None else name.rpartition(".")[2]


def _key_column(table: MappedTable) -> str:
    return next((one.column for one in table.fields if one.is_key), "id")
