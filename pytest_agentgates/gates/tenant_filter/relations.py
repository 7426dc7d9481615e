"""Relations of SQLAlchemy: the condition that joins the other end, by a foreign key or by `primaryjoin`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter.frame import DEEPEST, Frame
from pytest_agentgates.gates.tenant_filter.values import AnyOf, Column, Entity, Predicate, Same, Thing
from pytest_agentgates.gates.tenant_filter.world import Defined, World

Evaluate = Callable[[Frame, ast.expr], Thing]
_CONDITION = "primaryjoin"
_BETWEEN = "secondary"


def relation_column(frame: Frame, entity: Entity, name: str, evaluate: Evaluate) -> Column:
    """An attribute of a mapped class, with the condition of its own where it is a relation that has one."""
    table = frame.world.entities.table(entity.key)
    found = table.field(name) if table is not None else None
    if found is None or not found.is_relation:
        return Column(entity.ref, name, entity.key)
    memo, key = frame.world.memo, ("relation", entity.key, entity.ref, name)
    if key not in memo:
        memo[key] = Column(entity.ref, name, entity.key)
        memo[key] = Column(entity.ref, name, entity.key, _condition(frame, entity, name, evaluate))
    held = memo[key]
    return held if isinstance(held, Column) else Column(entity.ref, name, entity.key)


def relation_join(frame: Frame, column: Column, target: str, target_ref: str = "") -> Predicate:
    """The equalities that a relation stands for: its own condition, else the foreign key of either side."""
    if column.relation is not None:
        return _renamed(column.relation, target, target_ref or target)
    return foreign_key_join(frame, column.key, column.ref, target, target_ref or target)


def foreign_key_join(frame: Frame, key: str, ref: str, target: str, end_ref: str) -> Predicate:
    """The equality of the foreign key that either side has to the other."""
    entities = frame.world.entities
    for table_key, here, other, there in ((key, ref, target, end_ref), (target, end_ref, key, ref)):
        table, end = entities.table(table_key), entities.table(other)
        for found in table.fields if table is not None else ():
            if end is not None and found.is_foreign_key and entities.leads_to(table_key, found.name) == other:
                own = Column(here, found.name, table_key)
                return Predicate((Same(own, Column(there, found.target_column or "id", other)),))
    return Predicate()


def _condition(frame: Frame, entity: Entity, name: str, evaluate: Evaluate) -> Predicate | None:
    """What `primaryjoin` says; None where there is none, or where it cannot tell the two sides apart."""
    target = frame.world.entities.leads_to(entity.key, name)
    held = _written(frame.world, entity.key, name)
    if held is None or target in ("", entity.key) or frame.depth > DEEPEST:
        return None
    made, where = held
    expression = _expression(_given(made, _CONDITION))
    if expression is None or _given(made, _BETWEEN) is not None:
        return None
    inner = Frame(frame.world, where, _names(frame.world, entity, target), where.owner, frame.depth + 1)
    found = evaluate(inner, expression)
    return _between(found, frozenset({entity.ref, target})) if isinstance(found, Predicate) else Predicate()


def _written(world: World, key: str, name: str) -> tuple[ast.expr, Defined] | None:
    """The expression that makes a relation: in the body of the class, or what a declared attribute returns."""
    held = world.class_value(key, name)
    method = world.method(key, name) if held is None else None
    if method is None or isinstance(method.node, ast.ClassDef):
        return held
    returned = (one.value for one in method.node.body if isinstance(one, ast.Return) and one.value is not None)
    return next(((one, method) for one in returned), None)


def _given(made: ast.expr, name: str) -> ast.expr | None:
    """An argument of the relation by its name, also inside the dict that SQLModel hands on."""
    for node in ast.walk(made):
        if isinstance(node, ast.keyword) and node.arg == name:
            return node.value
        for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
            if isinstance(key, ast.Constant) and key.value == name:
                return value
    return None


def _expression(node: ast.expr | None) -> ast.expr | None:
    """A condition that is written as itself, as a text or as a lambda."""
    if isinstance(node, ast.Lambda):
        return node.body
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return node
    try:
        return ast.parse(node.value.strip(), mode="eval").body
    except SyntaxError:
        return None


def _names(world: World, entity: Entity, target: str) -> dict[str, Thing]:
    """What the names in a condition stand for: the columns of the class, both classes and those they descend from."""
    table = world.entities.table(entity.key)
    columns = {one.name: Column(entity.ref, one.name, entity.key) for one in table.fields} if table is not None else {}
    own = {one.name.rpartition(".")[2]: entity for one in world.lineage(entity.key)}
    other = {one.name.rpartition(".")[2]: Entity(target, target) for one in world.lineage(target)}
    apart = {name: (own.get(name) or other[name]) for name in own.keys() ^ other.keys()}
    return {**columns, "cls": entity, **apart}


def _between(predicate: Predicate, refs: frozenset[str]) -> Predicate:
    """The equalities of the two sides; what a third table or a value says binds neither."""
    return Predicate(tuple(_kept(predicate, refs)))


def _kept(predicate: Predicate, refs: frozenset[str]) -> Iterator[Same | AnyOf]:
    for atom in predicate.atoms:
        if isinstance(atom, AnyOf):
            yield AnyOf(tuple(_between(one, refs) for one in atom.choices))
        elif isinstance(atom, Same) and {atom.left.ref, atom.right.ref} == refs:
            yield atom


def _renamed(predicate: Predicate, old: str, new: str) -> Predicate:
    """A predicate with an alias in the place of a class."""
    if old == new:
        return predicate
    atoms: list[Same | AnyOf] = []
    for atom in predicate.atoms:
        if isinstance(atom, AnyOf):
            atoms.append(AnyOf(tuple(_renamed(one, old, new) for one in atom.choices)))
        elif isinstance(atom, Same):
            atoms.append(replace(atom, left=_moved(atom.left, old, new), right=_moved(atom.right, old, new)))
    return replace(predicate, atoms=tuple(atoms))


def _moved(column: Column, old: str, new: str) -> Column:
    return replace(column, ref=new) if column.ref == old else column
