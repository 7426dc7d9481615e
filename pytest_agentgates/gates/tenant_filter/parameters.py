"""What the parameters of a function stand for before anybody calls it."""

from __future__ import annotations

import ast
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter.class_syntax import Function
from pytest_agentgates.gates.tenant_filter.frame import Frame
from pytest_agentgates.gates.tenant_filter.values import PLAIN, UNKNOWN, Callee, Entity, Plain, Row, Source, Thing
from pytest_agentgates.gates.tenant_filter.world import Defined
from pytest_agentgates.source.name_table import types_in

_CLIENT_NAMES = frozenset({"request", "req"})
_ROUTES = frozenset({"get", "post", "put", "patch", "delete", "route", "api_route", "websocket"})
_INJECTED = frozenset({"Depends", "Security", "Provide", "FromDishka", "Inject"})
_PLAIN_TYPES = frozenset({"str", "int", "UUID", "UUID4", "uuid", "bytes"})
_BODIES = ("Create", "Update", "Request", "Payload", "Body", "Schema", "Input", "In", "Patch", "DTO", "Dto")


def parameters(frame: Frame, found: Defined, base: Callee | None = None) -> dict[str, Thing]:
    """The variables a function begins with."""
    node = found.node
    if isinstance(node, ast.ClassDef):
        return {}
    arguments = node.args
    env: dict[str, Thing] = {}
    is_route = any(is_route_mark(one) for one in node.decorator_list)
    given = _by_client(node) if is_route or found.name in frame.world.routed else frozenset()
    for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        value = _parameter(frame, found, one, is_route)
        is_plain = isinstance(value, Plain) and value.source is Source.PLAIN and one.arg in given
        env[one.arg] = replace(value, source=Source.CLIENT) if isinstance(value, Plain) and is_plain else value
    if arguments.vararg is not None:
        env[arguments.vararg.arg] = UNKNOWN
    if arguments.kwarg is not None:
        env[arguments.kwarg.arg] = UNKNOWN
    first = next(iter((*arguments.posonlyargs, *arguments.args)), None)
    if found.owner and first is not None and first.arg in ("self", "cls"):
        env[first.arg] = _receiver(frame, found, first.arg, base)
    return env


def _by_client(node: Function) -> frozenset[str]:
    """The parameters of a handler that the path, the query, a header or the body gives: no dependency does."""
    arguments = node.args
    places = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(places) - len(arguments.defaults)) + [*arguments.defaults]
    every = [*zip(places, defaults, strict=True), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    parts = ((one, (default, one.annotation)) for one, default in every)
    return frozenset(one.arg for one, held in parts if not any(is_dependency(part) for part in held))


def is_dependency(node: ast.expr | None) -> bool:
    """Whether a default or an annotation has a parameter injected."""
    calls = (one for one in ast.walk(node) if isinstance(one, ast.Call)) if node is not None else ()
    return any(getattr(one.func, "attr", getattr(one.func, "id", "")) in _INJECTED for one in calls)


def _receiver(frame: Frame, found: Defined, name: str, base: Callee | None) -> Thing:
    if base is not None and base.receiver is not None:
        return base.receiver
    owner = base.name if base is not None and base.name else found.owner
    if frame.world.entities.table(owner) is not None:
        return Row(owner, Source.ROW) if name == "self" else Entity(owner, owner)
    return Callee(owner, is_instance=name == "self")


def _parameter(frame: Frame, found: Defined, one: ast.arg, is_route: bool) -> Thing:
    if one.arg in _CLIENT_NAMES:
        return Plain(Source.UNKNOWN, "request")
    if one.annotation is None:
        return Plain(Source.PLAIN, one.arg, _variable(frame, found, one))
    value = _annotated(frame, found, one.annotation, is_route) or _of_any_type(frame, found, one.annotation)
    if isinstance(value, Row) and _takes_tenant(frame, found):
        return replace(value, source=Source.PLAIN)
    return replace(value, variable=_variable(frame, found, one)) if isinstance(value, Plain) else value


def _of_any_type(frame: Frame, found: Defined, annotation: ast.expr) -> Thing:
    """A parameter of a type variable is a value of any type: nothing says whose it is."""
    if not isinstance(annotation, ast.Name):
        return UNKNOWN
    around = frame.world.find(found.owner) if found.owner else None
    holders = [one.node for one in (found, around) if one is not None]
    own = {getattr(one, "name", "") for holder in holders for one in getattr(holder, "type_params", ())}
    held = frame.world.variable(found.names.canonical(annotation))
    made = held[0].func if held is not None and isinstance(held[0], ast.Call) else None
    is_variable = made is not None and found.names.canonical(made).endswith("TypeVar")
    return PLAIN if annotation.id in own or is_variable else UNKNOWN


def _variable(frame: Frame, found: Defined, one: ast.arg) -> str:
    """The name of a parameter, apart from that of the function which is judged where a call led here."""
    return f"{found.name}.{one.arg}" if frame.depth else one.arg


def _takes_tenant(frame: Frame, found: Defined) -> bool:
    """Whether the tenant is passed beside an object: nothing says then that the object is of that tenant."""
    assert not isinstance(found.node, ast.ClassDef)  # noqa: S101 - parameters() has looked
    arguments = found.node.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return any(one.arg in frame.world.entities.tenant_names for one in every)


def _annotated(frame: Frame, found: Defined, annotation: ast.expr, is_route: bool, depth: int = 0) -> Thing | None:
    for kind in types_in(annotation):
        plain = kind.value if isinstance(kind, ast.Subscript) else kind
        value = frame.world.meaning(plain, found.names)
        last = plain.attr if isinstance(plain, ast.Attribute) else getattr(plain, "id", "")
        if isinstance(value, Entity):
            return Row(value.key, Source.ROW)
        if last in _PLAIN_TYPES:
            return PLAIN
        inner = _element(kind if isinstance(kind, ast.Subscript) else _subscript_of(annotation, plain))
        if inner is not None and depth < 3:  # noqa: PLR2004 - lists of lists of lists
            return _annotated(frame, found, inner, is_route, depth + 1)
        if isinstance(value, Callee):
            return Plain(Source.CLIENT) if is_route and last.endswith(_BODIES) else Callee(value.name, is_instance=True)
    return None


def _subscript_of(annotation: ast.expr, outer: ast.expr) -> ast.Subscript | None:
    found = (one for one in ast.walk(annotation) if isinstance(one, ast.Subscript) and one.value is outer)
    return next(found, None)


def _element(kind: ast.Subscript | None) -> ast.expr | None:
    if kind is None:
        return None
    name = getattr(kind.value, "id", getattr(kind.value, "attr", "")).lower()
    if name in ("list", "sequence", "set", "tuple", "iterable", "collection", "frozenset"):
        return kind.slice.elts[0] if isinstance(kind.slice, ast.Tuple) and kind.slice.elts else kind.slice
    return None


def is_route_mark(node: ast.expr) -> bool:
    """Whether a decorator makes a function the handler of a path."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ROUTES
