"""Reads of an expression which part of the request it is, and what it hands on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pytest_agentgates.source.syntax import Scoped

_REQUESTS = frozenset({"request", "req"})
_CARRIERS = frozenset(
    (  # noqa: SIM905 - a list of words reads best as words
        "args form json values headers cookies data POST GET META query_params path_params get_json body files "
        "view_args"
    ).split()
)
HARMLESS = frozenset({"str", "int", "UUID", "uuid", "len", "print", "repr", "bool", "isinstance", "HTTPException"})


def values_in(node: ast.expr) -> Iterator[ast.expr]:
    """The expressions whose value an argument hands on, through `a or b`, comparisons and conversions."""
    pending = [node]
    while pending:
        here = pending.pop(0)
        yield here
        if isinstance(here, ast.BoolOp):
            pending.extend(here.values)
        elif isinstance(here, ast.Compare):
            pending.extend([here.left, *here.comparators])
        elif (
            isinstance(here, ast.Call) and last_name(here.func) in HARMLESS and last_name(here.func) != "HTTPException"
        ):
            pending.extend(here.args)


def carrier(node: ast.expr) -> str:
    """Where a part of the request is read: `request.headers.get(...)`; empty for anything else."""
    text = []
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript | ast.Await):
        if isinstance(node, ast.Attribute):
            text.append(node.attr)
        node = node.func if isinstance(node, ast.Call) else node.value
    found = [name for name in text if name in _CARRIERS]
    is_request = (isinstance(node, ast.Name) and node.id in _REQUESTS) or (bool(text) and "request" in text)
    return f"request.{found[-1]}" if found and is_request else ""


def key_of(node: ast.expr) -> tuple[str, ast.expr | None]:
    """`data["tenant_id"]`, `data.get("tenant_id")`: the key, and what it is looked up in."""
    key: ast.expr | None = None
    holder: ast.expr | None = None
    if isinstance(node, ast.Subscript):
        key, holder = node.slice, node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop"):
        key, holder = (node.args[0] if node.args else None), node.func.value
    is_text = isinstance(key, ast.Constant) and isinstance(key.value, str)
    return (key.value, holder) if is_text else ("", None)  # type: ignore[union-attr]  # by is_text


def normal(key: str) -> str:
    """A key as identities are written: `X-Tenant-Id` is `tenant_id`."""
    return key.lower().replace("-", "_").removeprefix("http_").removeprefix("x_")


def mentions(node: ast.AST, texts: frozenset[str]) -> bool:
    """Whether one of these expressions stands anywhere inside."""
    return any(isinstance(inner, ast.expr) and ast.unparse(inner) in texts for inner in ast.walk(node))


def default_of(argument: ast.arg, scoped: Scoped) -> ast.expr | None:
    """What a parameter defaults to."""
    arguments = scoped.node.args  # type: ignore[union-attr]  # the caller has told classes apart
    positional = [*arguments.posonlyargs, *arguments.args]
    if argument in positional:
        index = positional.index(argument) - (len(positional) - len(arguments.defaults))
        return arguments.defaults[index] if index >= 0 else None
    return arguments.kw_defaults[arguments.kwonlyargs.index(argument)]


def is_plain(annotation: str) -> bool:
    """Whether a parameter of this type comes from the query rather than from the body."""
    words = set(re.findall(r"\w+", annotation))
    simple = {"int", "str", "float", "bool", "UUID", "uuid", "date", "datetime", "Optional", "None", "list", "List"}
    return words <= simple or any(word.endswith("Id") for word in words)


def last_name(node: ast.expr) -> str:
    """The last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def root_name(node: ast.expr) -> str:
    """The first part of a dotted name."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
