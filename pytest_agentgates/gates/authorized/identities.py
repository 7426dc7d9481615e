"""Finds where a handler believes what the client says about who it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_agentgates.gates.authorized.bodies import BodyReader, calls_in_order
from pytest_agentgates.gates.authorized.checks import is_over_others
from pytest_agentgates.gates.authorized.request_parts import (
    HARMLESS,
    carrier,
    default_of,
    is_plain,
    key_of,
    last_name,
    mentions,
    normal,
    root_name,
    values_in,
)
from pytest_agentgates.source.route_facts import Framework, Guard, Route
from pytest_agentgates.source.syntax import FileSyntax, Scoped

_PRINCIPAL = re.compile(
    r"(?:^|_)(?:current(?:_\w+)?|principal|identity|claims|auth(?:enticated)?(?:_\w+)?|actor|caller|viewer|subject"
    r"|token|session_user|logged_in\w*|context|ctx)$|^(?:user|me|g)$"
)
_ROLES = frozenset({"role", "roles", "is_admin", "is_superuser", "is_staff", "permissions", "scopes"})
_LOGGERS = frozenset({"logger", "log", "logging", "LOGGER"})


@dataclass(frozen=True, slots=True)
class Trusted:
    """A client-given identity that is used as it came."""

    name: str
    source: str
    node: ast.expr


@dataclass(slots=True)
class IdentityReader:
    """Looks for identities among what a handler takes from the client."""

    bodies: BodyReader
    identities: Sequence[str]

    def find(self, route: Route, scoped: Scoped, file: FileSyntax) -> Trusted | None:
        """The first identity that is trusted; None where each is compared, checked or not there."""
        if isinstance(scoped.node, ast.ClassDef):
            return None
        given = dict(self._given(route, scoped, file))
        guards = [guard for guard in route.guards if self.bodies.checks.guard(guard)]
        called = self.bodies.read(scoped, file).checks
        guards += [Guard((ast.unparse(call.func),)) for call in called]
        if not guards:
            given = {name: source for name, source in given.items() if source != "path"}
        uses = [use for use in self._uses(scoped, given) if not _is_waived_by(guards, use)]
        return next((use for use in uses if not self._is_settled(use, scoped, file, given)), None)

    def _given(self, route: Route, scoped: Scoped, file: FileSyntax) -> Iterator[tuple[str, str]]:
        """The variables that hold what the client says, each with the place it comes from."""
        node = scoped.node
        if isinstance(node, ast.ClassDef):
            return
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            if argument.arg in ("self", "cls") or _PRINCIPAL.search(argument.arg):
                continue
            source = self._source(route, argument, scoped, file)
            if source:
                yield argument.arg, source
        for statement in ast.walk(node):
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                target = statement.targets[0]
                if isinstance(target, ast.Name) and carrier(statement.value):
                    yield target.id, carrier(statement.value)

    def _source(self, route: Route, argument: ast.arg, scoped: Scoped, file: FileSyntax) -> str:
        if re.search(rf"[{{<](?:\w+:)?{re.escape(argument.arg)}(?::\w+)?[}}>]|\(\?P<{argument.arg}>", route.url):
            return "path"
        if route.framework is not Framework.FASTAPI:
            return "path" if route.framework is not Framework.PLAIN and argument.arg in self.identities else ""
        default = default_of(argument, scoped)
        text = ast.unparse(argument.annotation) if argument.annotation is not None else ""
        written = f"{text} {ast.unparse(default) if default is not None else ''}"
        if re.search(r"\b(?:Depends|Security)\(", written) or self._is_depended_on(argument, scoped, file):
            return ""
        for marker in ("Header", "Query", "Body", "Form", "Path", "Cookie"):
            if re.search(rf"\b{marker}\(", written):
                return marker.lower()
        return "query" if is_plain(text) else "body"

    def _is_depended_on(self, argument: ast.arg, scoped: Scoped, file: FileSyntax) -> bool:
        """Whether the annotation is another name for `Annotated[..., Depends(f)]`."""
        node = argument.annotation
        if not isinstance(node, ast.Name | ast.Attribute):
            return False
        files = self.bodies.files
        held = files.value(files.variable(node, scoped.outer, file.path))
        return held is not None and "Depends(" in ast.unparse(held[0])

    def _uses(self, scoped: Scoped, given: dict[str, str]) -> Iterator[Trusted]:
        """Identities that are handed on: as arguments, or in a comparison with what is kept."""
        for call in calls_in_order(scoped.node.body):
            if last_name(call.func) in HARMLESS or root_name(call.func) in _LOGGERS:
                continue
            if carrier(call) or (isinstance(call.func, ast.Attribute) and carrier(call.func.value)):
                continue
            for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                yield from self._in_argument(argument, given)
        for node in ast.walk(scoped.node):
            if isinstance(node, ast.If | ast.IfExp | ast.Assert):
                yield from self._roles_in(node.test, given)

    def _in_argument(self, node: ast.expr, given: dict[str, str]) -> Iterator[Trusted]:
        for inner in values_in(node):
            name, source = self._identity(inner, given)
            if name and name not in _ROLES:
                yield Trusted(name, source, inner)

    def _roles_in(self, test: ast.expr, given: dict[str, str]) -> Iterator[Trusted]:
        """Roles that decide: compared with one that is written here, or true by themselves."""
        for inner in _deciding(test):
            name, source = self._identity(inner, given)
            if name in _ROLES:
                yield Trusted(name, source, inner)

    def _identity(self, node: ast.expr, given: dict[str, str]) -> tuple[str, str]:
        """`tenant_id`, `body.tenant_id`, `request.headers["X-Tenant-Id"]`: its name, and where it comes from."""
        if isinstance(node, ast.Name) and node.id in given and normal(node.id) in self.identities:
            return normal(node.id), given[node.id]
        if isinstance(node, ast.Attribute) and node.attr in self.identities and isinstance(node.value, ast.Name):
            return (node.attr, given[node.value.id]) if given.get(node.value.id, "path") != "path" else ("", "")
        key, holder = key_of(node)
        if normal(key) in self.identities and holder is not None:
            source = carrier(holder) or (given.get(holder.id, "") if isinstance(holder, ast.Name) else "")
            return (normal(key), source) if source else ("", "")
        return "", ""

    def _is_settled(self, use: Trusted, scoped: Scoped, file: FileSyntax, given: dict[str, str]) -> bool:
        """Whether the identity is compared with the authenticated one, or checked, or handed on beside it."""
        texts = _derived(scoped, ast.unparse(use.node))
        for node in ast.walk(scoped.node):
            if isinstance(node, ast.Compare) and mentions(node, texts) and _has_principal(node, given):
                return True
            if (
                isinstance(node, ast.Call)
                and mentions(node, texts)
                and self._checks(node, texts, (scoped, file, given))
            ):
                return True
            if isinstance(node, ast.If) and _refuses(node) and _asks(node.test, use, texts, given):
                return True
        return False

    def _checks(self, call: ast.Call, texts: frozenset[str], place: tuple[Scoped, FileSyntax, dict[str, str]]) -> bool:
        """Whether a call is a check, or is given the authenticated identity as well."""
        scoped, file, given = place
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        own = [one for one in arguments if not (isinstance(one, ast.BoolOp) and mentions(one, texts))]
        return self.bodies.is_check(call, scoped, file) or any(_has_principal(one, given) for one in own)


def _deciding(test: ast.expr) -> Iterator[ast.expr]:
    pending = [test]
    while pending:
        here = pending.pop()
        if isinstance(here, ast.BoolOp):
            pending.extend(here.values)
        elif isinstance(here, ast.UnaryOp):
            pending.append(here.operand)
        elif isinstance(here, ast.Compare) and any(_is_fixed(one) for one in (here.left, *here.comparators)):
            yield from (here.left, *here.comparators)
        elif not isinstance(here, ast.Compare) and "is_" in ast.unparse(here):
            yield here


def _is_fixed(node: ast.expr) -> bool:
    """A literal other than None, a list of them, or a member of an enumeration."""
    if isinstance(node, ast.Constant):
        return node.value is not None
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return all(_is_fixed(one) for one in node.elts)
    return isinstance(node, ast.Attribute) and ast.unparse(node.value).rpartition(".")[2][:1].isupper()


def _derived(scoped: Scoped, text: str) -> frozenset[str]:
    """The identity as written, and the variables that were made with it."""
    texts = {text}
    for node in ast.walk(scoped.node):
        if isinstance(node, ast.Assign) and mentions(node.value, frozenset(texts)):
            texts |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(texts)


def _refuses(node: ast.If) -> bool:
    last = node.body[-1]
    is_call = isinstance(last, ast.Expr) and isinstance(last.value, ast.Call)
    return isinstance(last, ast.Raise | ast.Return) or (is_call and last_name(last.value.func) in ("abort", "deny"))  # type: ignore[attr-defined]  # by is_call


def _asks(test: ast.expr, use: Trusted, texts: frozenset[str], given: dict[str, str]) -> bool:
    """`if not may_see(user_id)`; of who is named in the address also `if not current_user.is_owner`."""
    if use.source == "path" and _has_principal(test, given):
        return True
    calls = (node for node in ast.walk(test) if isinstance(node, ast.Call))
    return any(last_name(call.func) not in HARMLESS and mentions(call, texts) for call in calls)


def _is_waived_by(guards: Sequence[Guard], use: Trusted) -> bool:
    """A check that takes the identity itself, or lets only those pass who act for others."""
    if any(use.name in guard.parameters for guard in guards):
        return True
    if use.source == "path" and any(not _only_tells_who(guard) for guard in guards):
        return True
    is_personal = "user" in use.name or use.name in ("owner_id", "author_id", "account_id")
    return is_personal and any(is_over_others(name) for guard in guards for name in guard.names)


def _only_tells_who(guard: Guard) -> bool:
    """Whether a check asks only for some identity, not for a right."""
    name = guard.names[0].rpartition(".")[2].lower()
    told = ("current", "login", "authenticat", "jwt", "token", "auth_required")
    return any(word in name for word in told) and not is_over_others(name)


def _has_principal(node: ast.AST, given: dict[str, str]) -> bool:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id not in given and _PRINCIPAL.search(inner.id):
            return True
        if isinstance(inner, ast.Attribute) and inner.attr in ("user", "state", "auth", "principal"):
            return True
    return False
