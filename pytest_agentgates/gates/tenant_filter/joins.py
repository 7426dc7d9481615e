"""Joins of a query: by entity, by relation, by condition, by the one foreign key between two tables."""

from __future__ import annotations

import ast
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter.arguments import Arguments
from pytest_agentgates.gates.tenant_filter.combine import conjunction
from pytest_agentgates.gates.tenant_filter.constructs import uses_of
from pytest_agentgates.gates.tenant_filter.frame import Frame, queries_in
from pytest_agentgates.gates.tenant_filter.predicates import kept_apart
from pytest_agentgates.gates.tenant_filter.relations import foreign_key_join, relation_join
from pytest_agentgates.gates.tenant_filter.row_calls import OF_TYPE
from pytest_agentgates.gates.tenant_filter.values import (
    Column,
    Entity,
    Items,
    Module,
    Predicate,
    Query,
    Subquery,
    Thing,
    Use,
)


def joined(frame: Frame, query: Query, name: str, given: Arguments) -> Query:
    """The query with what a join adds."""
    added: list[Use] = []
    predicates: list[Thing] = []
    line = max(query.line, frame.statement)
    for thing in given.values:
        use, predicate = _part(frame, thing, line)
        added += use
        predicates += predicate
    predicates += [one for key, one in given.named.items() if key in ("on", "onclause")]
    if not predicates and added and query.uses and name != "select_from":
        predicates.append(_by_foreign_key(frame, query, added[-1]))
    found = conjunction([one for one in predicates if isinstance(one, Predicate) or queries_in(one)])
    if added and _is_outer(name, given):
        found = kept_apart(found, added[-1].ref)
    whole = query.using(*added).where(found)
    if query.style == "peewee" and added:
        return whole
    return whole if whole.selected or not added else replace(whole, selected=added[0].ref)


def _part(frame: Frame, thing: Thing, line: int) -> tuple[list[Use], list[Thing]]:
    """The entities and conditions that one argument of a join stands for."""
    if isinstance(thing, (Entity, Subquery)):
        return uses_of([thing], line), []
    if isinstance(thing, Column):
        target = frame.world.entities.leads_to(thing.key, thing.name)
        condition = [relation_join(frame, thing, target)] if target else []
        return ([Use(target, target, line)] if target else []), [*condition]
    if isinstance(thing, Items) and thing.keys == OF_TYPE:
        return _of_type(frame, thing, line)
    return [], ([thing] if isinstance(thing, Predicate) else [])


def _of_type(frame: Frame, thing: Items, line: int) -> tuple[list[Use], list[Thing]]:
    """`.join(Item.order.of_type(alias))`."""
    column, entity = thing.values
    if not isinstance(column, Column) or not isinstance(entity, Entity):
        return [], [Predicate(is_open=True)]
    condition = relation_join(frame, column, entity.key, entity.ref)
    return [Use(entity.ref, entity.key, line)], [condition]


def _is_outer(name: str, given: Arguments) -> bool:
    said = [one.value for one in given.node.keywords if one.arg == "isouter"]
    kinds = [one.name for one in given.every if isinstance(one, Module)]
    is_said = any(isinstance(one, ast.Constant) and one.value is True for one in said)
    return "outer" in name or is_said or any(one.endswith("JOIN.LEFT_OUTER") for one in kinds)


def _by_foreign_key(frame: Frame, query: Query, use: Use) -> Predicate:
    """The join that a library makes of the one foreign key between two tables."""
    for other in query.uses:
        if other.key and use.key:
            found = foreign_key_join(frame, other.key, other.ref, use.key, use.ref)
            if found.atoms:
                return found
    return Predicate()
