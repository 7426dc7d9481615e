"""LAY002: routes that store, load or decide, instead of calling what does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.layers.persistence import Persistence
from pytest_agentgates.gates.layers.rules import ROUTE, finding_at
from pytest_agentgates.source.name_table import written
from pytest_agentgates.source.route_facts import Route
from pytest_agentgates.source.syntax import Function, Scoped, SyntaxFiles

_OF_HTTP = frozenset(
    {"self", "cls", "response", "request", "resp", "req", "app", "g", "session", "settings", "config", "form"}
    | {"headers", "cookies", "context", "ctx", "state", "router", "bp", "serializer", "queryset", "logger"}
)
_ARITHMETIC = (ast.Mult, ast.Div, ast.FloorDiv, ast.Sub, ast.Pow)
_MEASURES = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_OF_ANSWERS = frozenset({"status_code", "rowcount", "code", "returncode", "ok", "role", "type", "length", "method"})
_PAGING = frozenset({"page", "limit", "offset", "size", "per_page", "skip", "count", "total", "time", "now", "start"})


def judge_routes(routes: tuple[Route, ...], files: SyntaxFiles) -> Iterator[Finding]:
    """What the handlers of routes do that is not theirs: for each at most one finding of either kind."""
    for path, handler in dict.fromkeys((route.path, route.handler) for route in routes):
        file = files.of(path)
        scoped = file.definitions.get(handler) if file is not None else None
        if file is None or scoped is None or isinstance(scoped.node, ast.ClassDef):
            continue
        call = Persistence(files, path).first(scoped.node.body, scoped.inner)
        if call is not None:
            message = f"the route {handler} stores or loads by itself: {written(call.func)}"
            yield finding_at(ROUTE, message, file, call, "move it to a repository, and call a handler or a service")
        sent = _sent(scoped.node, ArgumentPlace(files, scoped, path))
        decision = next(_decisions(scoped.node.body, _loaded(scoped.node.body), sent), None)
        if decision is not None:
            message = f"the route {handler} decides by itself: {ast.unparse(decision).splitlines()[0]}"
            yield finding_at(
                ROUTE, message, file, decision, "move the rule to the domain, and call a handler or a service"
            )


@dataclass(frozen=True, slots=True)
class ArgumentPlace:
    """Where the annotations of parameters are looked up."""

    files: SyntaxFiles
    scoped: Scoped
    path: str

    def is_depended_on(self, annotation: ast.expr | None) -> bool:
        """Whether an annotation asks for a dependency, straight or under another name."""
        if annotation is None:
            return False
        held = self.files.value(self.files.variable(annotation, self.scoped.outer, self.path))
        return "Depends(" in ast.unparse(annotation) or (held is not None and "Depends(" in ast.unparse(held[0]))


def _sent(node: Function, place: ArgumentPlace) -> frozenset[str]:
    """The parameters that hold what the client sent; to fill these in is to read the request."""
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    defaults = ast.unparse(node.args)
    return frozenset(
        one.arg
        for one in arguments
        if not place.is_depended_on(one.annotation) and not re.search(rf"\b{one.arg}\b[^,]*= *Depends\(", defaults)
    )


def _loaded(body: list[ast.stmt]) -> frozenset[str]:
    """The variables that hold what was asked of something: `order = await orders.get(...)`."""
    found = set()
    for node in (inner for statement in body for inner in ast.walk(statement)):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            value = node.value.value if isinstance(node.value, ast.Await) else node.value
            is_asked = isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)
            found |= {node.targets[0].id} if is_asked and not _is_of_http(value) else set()
    return frozenset(found)


def _decisions(body: list[ast.stmt], loaded: frozenset[str], sent: frozenset[str]) -> Iterator[ast.stmt]:
    """Statements that change the state of something but the response, or reckon with its values."""
    pending: list[ast.AST] = list(reversed(body))
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Assign | ast.AugAssign) and (_changes_state(node, sent) or _reckons(node)):
            yield node
        if isinstance(node, ast.If) and _asks_for_state(node.test, loaded):
            yield node
        if isinstance(node, ast.Return | ast.AnnAssign) and node.value is not None and _has_sum(node.value):
            yield node
        pending.extend(reversed(list(ast.iter_child_nodes(node))))


def _changes_state(node: ast.Assign | ast.AugAssign, sent: frozenset[str]) -> bool:
    """`order.status = "paid"`: the attribute of something that is neither the response nor of the framework."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    owners = [target.value for target in targets if isinstance(target, ast.Attribute)]
    return any(not _is_of_http(owner) and written(owner).partition(".")[0] not in sent for owner in owners)


def _asks_for_state(test: ast.expr, loaded: frozenset[str]) -> bool:
    """`if order.status == "shipped"`, `if order.total > 100`: a rule about something that was loaded."""
    for node in ast.walk(test):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], _MEASURES):
            continue
        sides = (node.left, node.comparators[0])
        own = [one for one in sides if isinstance(one, ast.Attribute) and written(one.value) in loaded]
        fixed = [one for one in sides if isinstance(one, ast.Constant) or _is_of_enum(one)]
        if own and fixed and own[0].attr not in _OF_ANSWERS and not _is_of_http(own[0].value):
            return True
    return False


def _is_of_enum(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and written(node.value)[:1].isupper()


def _is_of_http(node: ast.expr) -> bool:
    return not _OF_HTTP.isdisjoint(part.lower() for part in written(node).replace("()", "").split("."))


def _reckons(node: ast.Assign | ast.AugAssign) -> bool:
    return _has_sum(node.value) or (
        isinstance(node, ast.AugAssign) and isinstance(node.op, _ARITHMETIC) and _is_of_a_thing(node.value)
    )


def _has_sum(node: ast.expr) -> bool:
    """`line.price * line.quantity`: arithmetic on attributes, paging and clocks aside."""
    sums = (one for one in ast.walk(node) if isinstance(one, ast.BinOp) and isinstance(one.op, _ARITHMETIC))
    return any(_is_of_a_thing(one.left) and not _is_clock(one) for one in sums)


def _is_of_a_thing(node: ast.expr) -> bool:
    if not isinstance(node, ast.Attribute) or _is_of_http(node.value):
        return False
    return _PAGING.isdisjoint(written(node).lower().split(".")) and not isinstance(node.value, ast.Call)


def _is_clock(node: ast.BinOp) -> bool:
    words = written(node.right).lower().replace("()", "").split(".")
    return not _PAGING.isdisjoint(words) or "timedelta" in words
