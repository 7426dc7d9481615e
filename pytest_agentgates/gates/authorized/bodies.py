"""Reads the body of a handler in order: checks, work, and what the client says of itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from pytest_agentgates.gates.authorized.checks import Checks
from pytest_agentgates.source.syntax import FileSyntax, Scoped, SyntaxFiles

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_NO_WORKERS = frozenset(
    {"request", "req", "response", "form", "logger", "log", "logging", "metrics", "tracer", "span", "kwargs", "args"}
)
_PERSISTENCE = frozenset({"execute", "commit", "scalar", "scalars", "add", "add_all", "flush", "delete", "save"})
_STORES = frozenset({"session", "db", "db_session", "conn", "connection", "cursor", "transaction"})
_DEPTH = 3


@dataclass(slots=True)
class Body:
    """What happens in a handler, as it matters here; each list in the order of the source."""

    checks: list[ast.Call] = field(default_factory=list)
    work: list[ast.Call] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BodyReader:
    """Reads bodies with the names of the checks at hand."""

    files: SyntaxFiles
    checks: Checks

    def read(self, scoped: Scoped, file: FileSyntax) -> Body:
        """The checks and the work of one handler."""
        body = Body()
        workers = _workers(scoped)
        for call in calls_in_order(scoped.node.body):
            if self.is_check(call, scoped, file):
                body.checks.append(call)
            elif _is_work(call, workers):
                body.work.append(call)
        return body

    def is_check(self, call: ast.Call, scoped: Scoped, file: FileSyntax, depth: int = 0) -> bool:
        """Whether a call is a check, or leads to one within a helper of the project."""
        names = self.files.names(call.func, scoped.inner, file.path)
        written = ast.unparse(call.func) if isinstance(call.func, ast.Attribute | ast.Name) else ""
        if any(self.checks.names(name) for name in (*names, written)):
            return True
        if depth >= _DEPTH:
            return False
        found = self.files.find(names[0], file.path)
        if found is None or isinstance(found.node, ast.ClassDef):
            return False
        inner = calls_in_order(found.node.body)
        first = next(inner, None)
        return first is not None and self.is_check(first, found.scoped, found.file, depth + 1)

    def work_before(self, body: Body, scoped: Scoped) -> ast.Call | None:
        """The first work before the first check; what is read for the check itself is no work."""
        if not body.checks:
            return None
        check = min(body.checks, key=_place)
        needed = _needed_by(check, scoped)
        before = [call for call in body.work if _end(call) <= _place(check) and not _feeds(call, needed, scoped)]
        return before[0] if before else None


def calls_in_order(body: list[ast.stmt]) -> Iterator[ast.Call]:
    """Every call of a body in the order in which it runs, as far as that is the order of the source."""
    for statement in body:
        yield from _calls(statement)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda)):
        return
    for child in ast.iter_child_nodes(node):
        yield from _calls(child)
    if isinstance(node, ast.Call):
        yield node


def root_of(node: ast.expr) -> str:
    """What a dotted expression hangs on, as written: `session`, `self.orders`; empty where it is none."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript | ast.Await):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
        node = node.func if isinstance(node, ast.Call) else node.value
    if not isinstance(node, ast.Name):
        return ""
    return f"self.{parts[-1]}" if node.id in ("self", "cls") and len(parts) > 1 else node.id


def _workers(scoped: Scoped) -> frozenset[str]:
    """What a handler was given to work with: its parameters and what is made of the project's classes."""
    if isinstance(scoped.node, ast.ClassDef):
        return frozenset()
    arguments = scoped.node.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return frozenset(argument.arg for argument in every if argument.arg not in ("self", "cls")) - _NO_WORKERS


def _is_work(call: ast.Call, workers: frozenset[str]) -> bool:
    """A call on a collaborator: `self.orders.add(...)`, `service.cancel(...)`, `session.execute(...)`."""
    if not isinstance(call.func, ast.Attribute):
        return False
    root = root_of(call.func)
    name = root.removeprefix("self.").lstrip("_")
    if name in _NO_WORKERS or not root:
        return False
    if "objects" in _attributes(call.func) or (name in _STORES and call.func.attr in _PERSISTENCE):
        return True
    if root.startswith("self."):
        return True
    return root in workers and _is_direct(call.func) and _is_done(call.func.attr)


def _is_direct(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name)


# What plain values and models of requests offer is no work.
_HARMLESS = frozenset(
    (  # noqa: SIM905 - a list of words reads best as words
        "get items keys values strip lower upper split join format encode decode copy dict json model_dump "
        "model_dump_json model_validate isoformat replace startswith endswith append index count is_valid to_dict "
        "model_copy validate"
    ).split()
)


def _is_done(name: str) -> bool:
    return name not in _HARMLESS


def _attributes(node: ast.expr) -> set[str]:
    return {inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)}


def _place(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or 0


def _needed_by(check: ast.Call, scoped: Scoped) -> set[str]:
    """The variables that a check is given, and those they were made of."""
    needed = {node.id for node in ast.walk(check) if isinstance(node, ast.Name)}
    for _ in range(_DEPTH):
        for node in ast.walk(scoped.node):
            if (
                isinstance(node, ast.Assign)
                and not needed.isdisjoint(_stored(node))
                and _place_of(node) < _place(check)
            ):
                needed |= {inner.id for inner in ast.walk(node.value) if isinstance(inner, ast.Name)}
    return needed


def _place_of(node: ast.stmt) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _stored(node: ast.AST) -> set[str]:
    names = (inner for inner in ast.walk(node) if isinstance(inner, ast.Name))
    return {inner.id for inner in names if isinstance(inner.ctx, ast.Store)}


def _feeds(call: ast.Call, needed: set[str], scoped: Scoped) -> bool:
    """Whether the value of a call is what the check is about."""
    for node in ast.walk(scoped.node):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.withitem):
            holds = any(inner is call for inner in ast.walk(node))
            if holds and not needed.isdisjoint(_stored(node)):
                return True
    return False
