"""The gate itself: each route is either public for a reason, or checked before its work."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.core.options import option
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.verdict import GateResult, GateStatus, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.gates.authorized.bodies import BodyReader
from pytest_agentgates.gates.authorized.checks import DEFAULT_CHECKS, Checks, key_fits, public_reason
from pytest_agentgates.gates.authorized.identities import IdentityReader
from pytest_agentgates.source.globs import matches
from pytest_agentgates.source.route_facts import Framework, Route
from pytest_agentgates.source.routes import routes_of
from pytest_agentgates.source.syntax import FileSyntax, Scoped, SyntaxFiles, syntax_of

UNCHECKED, LATE, TRUSTED = (
    Rule("AUT001", "a protected handler has no authorization check"),
    Rule("AUT002", "the authorization check runs after the work began"),
    Rule("AUT003", "an identity or tenant that the client gives is trusted"),
)
_IDENTITIES = (
    "user_id",
    "owner_id",
    "actor_id",
    "author_id",
    "tenant_id",
    "tenant",
    "organization_id",
    "organisation_id",
    "org_id",
    "workspace_id",
    "role",
    "roles",
    "is_admin",
    "is_superuser",
)
_NO_ROUTE = (
    "no route was found under the source roots: name plain handler classes in `handlers`, "
    "set source_roots, or set allow_empty = true"
)


@dataclass(frozen=True)
class Authorized:
    """Holds when each route that is not public is checked before its work, and trusts no identity of the client."""

    checks: tuple[str, ...] = option(
        DEFAULT_CHECKS, "Names of the checking functions, decorators, mixins and permission classes; `*` is a wildcard."
    )
    public: dict[str, str] = option({}, "Routes without a check, each with the reason.")
    paths: tuple[str, ...] = option((), "Globs of the files whose routes are judged; all when left out.")
    handlers: tuple[str, ...] = option((), "Globs of the files whose classes are handlers without a framework.")
    handler_methods: tuple[str, ...] = option(
        ("handle", "execute", "__call__"), "The methods by which handler classes are called."
    )
    identities: tuple[str, ...] = option(_IDENTITIES, "Names of what must not be believed of a client.")
    allow_empty: bool = option(False, "Whether it is well when there is no route.")

    name: ClassVar[str] = "authorized"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = (UNCHECKED, LATE, TRUSTED)

    def wants_details(self, path: str) -> bool:
        """Handler classes are found among the definitions."""
        return any(matches(path, pattern) for pattern in self.handlers)

    def other_inputs(self, _workspace: Workspace) -> tuple[str, ...]:
        """Nothing else."""
        return ()

    def check(self, workspace: Workspace) -> GateResult:
        """Judge every route of the project."""
        files = syntax_of(workspace)
        problem = self._problem(workspace)
        if problem:
            return could_not_judge(self.name, problem)
        routes = [route for route in (*routes_of(workspace), *self._plain(files)) if self._is_judged(route)]
        if not routes and not self.allow_empty:
            return could_not_judge(self.name, _NO_ROUTE)
        findings = list(dict.fromkeys(finding for route in routes for finding in self._judge(route, files)))
        unused = [key for key in self.public if not any(key_fits(key, route) for route in routes)]
        findings += [self._unused(key) for key in unused]
        return self._result(routes, findings, files)

    def _problem(self, workspace: Workspace) -> str:
        if not self.checks:
            return "no check is configured: name the checking functions in `checks`"
        for pattern in (*self.handlers, *self.paths):
            if not any(matches(path, pattern) for path in workspace.files):
                return f"AGT002 the glob {pattern!r} matches no file: correct it or take it out"
        without = [key for key, reason in self.public.items() if not reason.strip()]
        return f"the public route {without[0]!r} has no reason: write one" if without else ""

    def _is_judged(self, route: Route) -> bool:
        return not self.paths or any(matches(route.path, pattern) for pattern in (*self.paths, *self.handlers))

    def _plain(self, files: SyntaxFiles) -> Iterator[Route]:
        for path in files.project.paths:
            if not self.wants_details(path):
                continue
            for function in files.project.file(path).functions:
                if function.owner and function.name in self.handler_methods and not function.is_abstract:
                    yield Route(path, function.qualified_name, function.line, (), "", Framework.PLAIN)

    def _judge(self, route: Route, files: SyntaxFiles) -> Iterator[Finding]:
        if public_reason(route, self.public) is not None:
            return
        checks = Checks(self.checks)
        file = files.of(route.path)
        scoped = file.definitions.get(route.handler) if file is not None else None
        if file is None or scoped is None:
            return
        reader = BodyReader(files, checks)
        is_guarded = any(checks.guard(guard, route.methods) for guard in route.guards)
        yield from self._order(route, is_guarded, (reader, file, scoped))
        trusted = IdentityReader(reader, self.identities).find(route, scoped, file)
        if trusted is not None:
            message = f"{route.name} trusts {trusted.name} from the client's {trusted.source}"
            fix = f"take {trusted.name} from the authenticated identity, or compare the two first"
            yield _finding(TRUSTED, message, file, trusted.node, fix)

    def _order(self, route: Route, is_guarded: bool, place: tuple[BodyReader, FileSyntax, Scoped]) -> Iterator[Finding]:
        reader, file, scoped = place
        if is_guarded:
            return
        body = reader.read(scoped, file)
        decorated = [one for one in scoped.node.decorator_list if _is_check(reader, one, scoped, file, route)]
        if decorated:
            return
        if not body.checks:
            yield self._unchecked(route, reader.checks, file, scoped)
            return
        work = reader.work_before(body, scoped)
        if work is not None:
            check = body.checks[0]
            message = (
                f"{route.name}: `{ast.unparse(work.func)}` runs before the check "
                f"`{ast.unparse(check.func)}` on line {check.lineno}"
            )
            yield _finding(LATE, message, file, work, "let the check come first in the handler")

    def _unchecked(self, route: Route, checks: Checks, file: FileSyntax, scoped: Scoped) -> Finding:
        message = f"{route.name} ({route.handler}) has no authorization check"
        fix = _FIXES[route.framework]
        passed = [name.rpartition(".")[2] for name in route.passed_over if checks.names(name)]
        if passed:
            message += f": @{passed[0]} stands above the decorator that makes the route, which therefore lacks it"
            fix = f"put @{passed[0]} below the decorator of the route"
        return _finding(UNCHECKED, message, file, scoped.node, fix + ", or declare the route public with a reason")

    def _unused(self, key: str) -> Finding:
        message = f"the public route {key!r} fits no route"
        return Finding(UNCHECKED.code, message, fix="correct it, or take it out of `public`", snippet=message)

    def _result(self, routes: Sequence[Route], findings: Sequence[Finding], files: SyntaxFiles) -> GateResult:
        open_to_all = sum(public_reason(route, self.public) is not None for route in routes)
        message = f"{counted(len(routes), 'route')}, {open_to_all} of them public"
        result = result_of(self.name, findings, message)
        unread = files.project.problems
        if unread and result.status is GateStatus.PASS:
            path, problem = unread[0]
            place = f"{path}:{problem.line}" if problem.line else path
            return could_not_judge(self.name, f"{place} does not parse, so its routes are not known: {problem.message}")
        return result


_FIXES = {
    Framework.FASTAPI: "add Depends(<check>) to the handler or to its router",
    Framework.FLASK: "decorate the handler with a check, or check in before_request",
    Framework.DJANGO: "decorate the view, or give its class a mixin or permission_classes",
    Framework.PLAIN: "call a checking function first",
}


def _is_check(reader: BodyReader, node: ast.expr, scoped: Scoped, file: FileSyntax, route: Route) -> bool:
    """Decorators of plain handlers; those of routes are among their guards."""
    if route.framework is not Framework.PLAIN:
        return False
    target = node.func if isinstance(node, ast.Call) else node
    return reader.checks.names(reader.files.name(target, scoped.outer, file.path))


def _finding(rule: Rule, message: str, file: FileSyntax, node: ast.expr | ast.stmt, fix: str) -> Finding:
    line, column = node.lineno, file.text.column(node)
    return Finding(rule.code, message, file.path, line, column, fix, snippet=file.code(line))
