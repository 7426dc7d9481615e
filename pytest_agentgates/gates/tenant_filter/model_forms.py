"""Forms of Django that offer every row of a class: the choices of a foreign key that no method narrows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentgates.gates.tenant_filter.values import Entity
from pytest_agentgates.gates.tenant_filter.world import Defined, World

_FORMS = "django.forms"
_ALL = "__all__"


def offered(world: World, found: Defined) -> Iterator[tuple[Entity, int]]:
    """The owned classes of which a form lets its client choose any row, with the line that names the form's model."""
    meta = _meta(found)
    if meta is None or not _is_form(world, found):
        return
    model = next((one for one in meta.body if isinstance(one, ast.Assign) and _names(one, "model")), None)
    entity = world.meaning(model.value, found.names) if model is not None else None
    if model is None or not isinstance(entity, Entity) or _narrows_unseen(world, found):
        return
    for name in _fields(world, meta, entity):
        target = world.entities.leads_to(entity.key, name)
        is_free = not world.entities.is_tenant(entity.key, name) and not _is_narrowed(world, found, name)
        if is_free and world.entities.is_owned(target):
            yield Entity(target, target), model.lineno


def _meta(found: Defined) -> ast.ClassDef | None:
    inner = (one for one in found.node.body if isinstance(one, ast.ClassDef) and one.name == "Meta")
    return next(inner, None)


def _is_form(world: World, found: Defined) -> bool:
    bases = [base for one in world.lineage(found.name) for base in getattr(one.node, "bases", ())]
    names = (found.names.canonical(base) for base in bases)
    return any(name.startswith(_FORMS) and name.endswith("ModelForm") for name in names)


def _names(statement: ast.stmt, name: str) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return any(isinstance(one, ast.Name) and one.id == name for one in targets)


def _fields(world: World, meta: ast.ClassDef, entity: Entity) -> list[str]:
    given = next((one.value for one in meta.body if isinstance(one, ast.Assign) and _names(one, "fields")), None)
    if isinstance(given, ast.Constant) and given.value == _ALL:
        table = world.entities.table(entity.key)
        return [one.name for one in table.fields if one.is_foreign_key] if table is not None else []
    held = given.elts if isinstance(given, (ast.List, ast.Tuple, ast.Set)) else []
    return [one.value for one in held if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _narrows_unseen(world: World, found: Defined) -> bool:
    """Whether a method may narrow any field: it sets query sets of fields that it does not name."""
    for method in _methods(world, found):
        nodes = list(ast.walk(method))
        sets = any(isinstance(one, ast.Attribute) and one.attr == "queryset" for one in nodes)
        if sets and not any(isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Constant) for one in nodes):
            return True
    return False


def _is_narrowed(world: World, found: Defined, name: str) -> bool:
    """Whether the class declares a field itself, or one of its methods names it."""
    own = (_names(statement, name) for one in world.lineage(found.name) for statement in one.node.body)
    named = (
        isinstance(node, ast.Constant) and node.value == name
        for method in _methods(world, found)
        for node in ast.walk(method)
    )
    return any(own) or any(named)


def _methods(world: World, found: Defined) -> Iterator[ast.stmt]:
    for one in world.lineage(found.name):
        yield from (inner for inner in one.node.body if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)))
