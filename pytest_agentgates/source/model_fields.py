"""The fields that a class body maps to columns, foreign keys and relations."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Resolve = Callable[[ast.expr], str]

_FOREIGN = frozenset({"ForeignKey", "ForeignKeyField", "OneToOneField", "DeferredForeignKey", "ParentalKey"})
_MANY = frozenset({"ManyToManyField", "ParentalManyToManyField"})
_RELATIONS = frozenset({"relationship", "Relationship", "relation", "GenericRelation"})
_COLUMNS = frozenset({"Column", "mapped_column", "Field", "deferred", "column_property"})
_NO_FIELDS = frozenset({"ForwardRelation", "CheckConstraint"})
_ANNOTATED = frozenset({"Mapped", "WriteOnlyMapped", "DynamicMapped"})


@dataclass(frozen=True, slots=True)
class ModelField:
    """A mapped attribute: `target` is the class or table that a foreign key or relation leads to.

    `related_name` is the attribute that the other side gets.
    """

    name: str
    column: str
    target: str = ""
    target_column: str = ""
    related_name: str = ""
    is_key: bool = False
    is_foreign_key: bool = False
    is_relation: bool = False
    is_many: bool = False


def fields_of(node: ast.ClassDef, resolve: Resolve) -> Iterator[ModelField]:
    """Every mapped field that a class body binds."""
    for statement in node.body:
        yield from _fields(statement, resolve)


def field_of_column(call: ast.Call, resolve: Resolve) -> ModelField | None:
    """The column that a `Column("name", ...)` of a `Table` makes."""
    name = _first_text(call)
    return _column(name, call, None, resolve) if name and last_name(call.func) == "Column" else None


def last_name(node: ast.expr) -> str:
    """The last part of a dotted name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def text_of(node: ast.expr | None) -> str:
    """A literal string, empty where it is none."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def keyword(call: ast.Call, *names: str) -> ast.expr | None:
    """The value of the first of these keyword arguments."""
    return next((one.value for one in call.keywords if one.arg in names), None)


def _fields(statement: ast.stmt, resolve: Resolve) -> Iterator[ModelField]:
    for name, value, annotation in _bound(statement):
        found = _field(name, value, annotation, resolve)
        if found is not None:
            yield found


def _bound(statement: ast.stmt) -> Iterator[tuple[str, ast.expr | None, ast.expr | None]]:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        yield statement.target.id, statement.value, statement.annotation
    elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
        names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
        yield from ((name, statement.value, None) for name in names)
    elif isinstance(statement, ast.FunctionDef) and _is_declared(statement):
        value = next((one.value for one in statement.body if isinstance(one, ast.Return)), None)
        yield statement.name, value, statement.returns


def _is_declared(node: ast.FunctionDef) -> bool:
    return any(last_name(one) == "declared_attr" for one in node.decorator_list) and not node.name.startswith("__")


def _field(name: str, value: ast.expr | None, annotation: ast.expr | None, resolve: Resolve) -> ModelField | None:
    call = value if isinstance(value, ast.Call) else None
    kind = last_name(call.func) if call is not None else ""
    if call is not None and kind in _RELATIONS:
        return _relation(name, call, annotation, resolve)
    if call is not None and (kind in _FOREIGN or kind in _MANY):
        return _reference(name, call, kind, resolve)
    if call is not None and (kind in _COLUMNS or kind.endswith("Field")) and kind not in _NO_FIELDS:
        return _column(name, call, annotation, resolve)
    if annotation is not None and _is_mapped(annotation):
        return ModelField(name, name)
    if annotation is not None and call is None and not name.startswith("_"):
        return ModelField(name, name, is_key=False)
    return None


def _is_mapped(annotation: ast.expr) -> bool:
    return isinstance(annotation, ast.Subscript) and last_name(annotation.value) in _ANNOTATED


def _relation(name: str, call: ast.Call, annotation: ast.expr | None, resolve: Resolve) -> ModelField:
    target = _target(call.args[0], resolve) if call.args else _annotated_target(annotation)
    related = text_of(keyword(call, "backref"))
    return ModelField(name, name, target, related_name=related, is_relation=True)


def _annotated_target(annotation: ast.expr | None) -> str:
    """The class inside `Mapped["list[Order] | None"]`: the last name in it that begins with a capital."""
    names: list[str] = []
    for node in ast.walk(annotation) if annotation is not None else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = "".join(char if char.isidentifier() or char.isdigit() else " " for char in node.value).split()
            names += words
        elif isinstance(node, (ast.Name, ast.Attribute)):
            names.append(last_name(node))
    plain = [one for one in names if one[:1].isupper() and one not in _ANNOTATED | {"List", "Optional", "None"}]
    return plain[-1] if plain else ""


def _reference(name: str, call: ast.Call, kind: str, resolve: Resolve) -> ModelField:
    target = call.args[0] if call.args else keyword(call, "to", "model", "rel_model", "model_name")
    related = text_of(keyword(call, "related_name", "backref"))
    column = text_of(keyword(call, "db_column", "column_name", "source_field")) or f"{name.removesuffix('_id')}_id"
    found = _target(target, resolve) if target is not None else ""
    is_many = kind in _MANY
    is_key = _is_true(keyword(call, "primary_key"))
    return ModelField(name, column, found, "", related, is_key, not is_many, is_relation=False, is_many=is_many)


def _column(name: str, call: ast.Call, annotation: ast.expr | None, resolve: Resolve) -> ModelField:
    inner = keyword(call, "sa_column")
    if isinstance(inner, ast.Call):
        return _column(name, inner, annotation, resolve)
    column = _first_text(call) or text_of(keyword(call, "name", "db_column", "column_name")) or name
    is_key = _is_true(keyword(call, "primary_key", "pk"))
    target, target_column = _foreign(call, resolve)
    return ModelField(name, column, target, target_column, is_key=is_key, is_foreign_key=bool(target))


def _foreign(call: ast.Call, resolve: Resolve) -> tuple[str, str]:
    named = text_of(keyword(call, "foreign_key"))
    if named:
        return _table_and_column(named)
    for node in (*call.args, *(one.value for one in call.keywords)):
        for found in ast.walk(node):
            if isinstance(found, ast.Call) and last_name(found.func) == "ForeignKey" and found.args:
                return _referred(found.args[0], resolve)
    return "", ""


def _referred(node: ast.expr, resolve: Resolve) -> tuple[str, str]:
    if isinstance(node, ast.Attribute):
        owner = node.value
        if isinstance(owner, ast.Attribute) and owner.attr == "c":
            owner = owner.value
        return resolve(owner), node.attr
    return _table_and_column(text_of(node))


def _table_and_column(name: str) -> tuple[str, str]:
    table, _, column = name.rpartition(".")
    return table, column


def _target(node: ast.expr, resolve: Resolve) -> str:
    if isinstance(node, ast.Lambda):
        return _target(node.body, resolve)
    text = text_of(node)
    return text.rpartition(".")[2] if text else resolve(node)


def _first_text(call: ast.Call) -> str:
    return text_of(call.args[0]) if call.args else ""


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
