"""LAY003, LAY004 and LAY005: what command, query, repository and domain classes must not do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.layers.persistence import Persistence, calls_in
from pytest_agentgates.gates.layers.rules import BOTH, REPOSITORY, SERVICE, finding_at
from pytest_agentgates.source.name_table import NameTable, written
from pytest_agentgates.source.syntax import FileSyntax, Scoped, SyntaxFiles

# There a class of such a name is what is stored, as the queries are that people save.
_STORES = frozenset({"repository", "outbound"})
_COMMAND = re.compile(r"Commands?(?:Handler|s)?(?:\[\])?$")
_QUERY = re.compile(r"Quer(?:y|ies)(?:Handlers?)?$")
_REPOSITORY = re.compile(r"(?:Repository|Repo|Dao|DAO)(?:Impl)?$")
_CHECK = re.compile(
    r"^_*(?:require_(?:role|permission|admin|editor|viewer|owner|user|access|auth)\w*|authorize\w*|check_(?:permission|access|role)\w*"
    r"|has_(?:permission|role|perm|access)\w*|ensure_(?:can|allowed|permitted|authorized)\w*|assert_(?:can|allowed)\w*"
    r"|is_(?:authorized|allowed|permitted)\w*|verify_(?:permission|access)\w*|can_(?:access|edit|view|delete|read|write)\w*)$"
)
_REFUSAL = re.compile(
    r"(?:Permission|Forbidden|AccessDenied|Unauthori[sz]ed|NotAuthori[sz]ed|NotAllowed|Authorization)"
)
_RIGHTS = frozenset({"role", "roles", "is_admin", "is_superuser", "is_staff", "permissions", "scopes"})
_PERSONS = re.compile(r"(?:^|_)(?:user|principal|actor|caller|identity|viewer|requester|current_user)$")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class ClassJudge:
    """Judges the classes of one file, whose layer is known."""

    files: SyntaxFiles
    file: FileSyntax
    layer: str

    def judge(self) -> Iterator[Finding]:
        """Every finding of the three rules."""
        for scoped in self.file.all_definitions:
            if isinstance(scoped.node, ast.ClassDef):
                if self.layer not in _STORES:
                    yield from self._command_and_query(scoped)
                if self._is_repository(scoped.node, scoped):
                    yield from self._authorization(scoped)
            elif self.layer in ("domain", "service"):
                yield from self._persistence(scoped)

    def _is_repository(self, node: ast.ClassDef, scoped: Scoped) -> bool:
        bases = (self.files.name(base, scoped.outer, self.file.path) for base in node.bases)
        return any(_REPOSITORY.search(name.replace("[]", "")) for name in (node.name, *bases))

    def _command_and_query(self, scoped: Scoped) -> Iterator[Finding]:
        kinds = self._kinds(scoped)
        if {"command", "query"} <= kinds:
            message = f"{scoped.node.name} is both command and query"
            yield finding_at(BOTH, message, self.file, scoped.node, "make two classes of it")
            return
        if kinds != {"query"}:
            return
        persistence = Persistence(self.files, self.file.path)
        for method in self._methods(scoped):
            call = persistence.writes(method.node.body, method.inner)
            if call is not None:
                message = f"the query {scoped.node.name} writes: {written(call.func)}"
                yield finding_at(BOTH, message, self.file, call, "let a command write, and the query only read")
                return

    def _kinds(self, scoped: Scoped) -> set[str]:
        """What a class is by its name, its bases, and what its methods are called with."""
        node = scoped.node
        if not isinstance(node, ast.ClassDef):
            return set()
        names = [self.files.name(base, scoped.outer, self.file.path).rpartition(".")[2] for base in node.bases]
        names = [name.replace("[]", "") for name in names]
        kinds = _kinds_of(node.name, *names)
        if not kinds or node.name.endswith(("Handler", "Handlers")):
            kinds |= self._handled(scoped)
        return kinds or ({"query"} if self.layer == "query" and node.name.endswith("Handler") else set())

    def _handled(self, scoped: Scoped) -> set[str]:
        """The kinds of the messages that `handle`, `execute` and `__call__` take."""
        kinds: set[str] = set()
        for method in self._methods(scoped):
            if method.node.name.startswith(("handle", "execute", "__call__")):
                texts = [ast.unparse(one.annotation) for one in method.node.args.args if one.annotation is not None]
                kinds |= _kinds_of(*(text.rpartition(".")[2] for text in texts))
        return kinds

    def _methods(self, scoped: Scoped) -> Iterator[_Method]:
        prefix = f"{scoped.inner.qualified_name}."
        for name, inner in self.file.definitions.items():
            if name.startswith(prefix) and "." not in name.removeprefix(prefix) and isinstance(inner.node, _FUNCTIONS):
                yield _Method(inner.node, inner)

    def _authorization(self, scoped: Scoped) -> Iterator[Finding]:
        for method in self._methods(scoped):
            found = next(_rights_in(method.node), None)
            if found is not None:
                what = ast.unparse(found).splitlines()[0]
                message = f"the repository {scoped.node.name} decides who may: {what}"
                fix = "check before the repository is called, in the handler or its dependency"
                yield finding_at(REPOSITORY, message, self.file, found, fix)

    def _persistence(self, scoped: Scoped) -> Iterator[Finding]:
        if _REPOSITORY.search(scoped.inner.qualified_name.partition(".")[0]):
            return
        call = Persistence(self.files, self.file.path).first(scoped.node.body, scoped.inner)
        if call is not None:
            message = f"{scoped.inner.qualified_name} of the layer {self.layer} stores or loads: {written(call.func)}"
            yield finding_at(
                SERVICE, message, self.file, call, "move it to a repository, and call that through its port"
            )


@dataclass(frozen=True, slots=True)
class _Method:
    node: ast.FunctionDef | ast.AsyncFunctionDef
    scoped: Scoped

    @property
    def inner(self) -> NameTable:
        """The names of the method."""
        return self.scoped.inner


def _kinds_of(*names: str) -> set[str]:
    kinds = {"command" for name in names if _COMMAND.search(name)}
    return kinds | {"query" for name in names if _QUERY.search(name)}


def _rights_in(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr | ast.stmt]:
    """Checks that are called, refusals that are raised, and roles that are asked for."""
    for call in calls_in(node.body):
        if _CHECK.match(written(call.func).rpartition(".")[2]):
            yield call
    for inner in ast.walk(node):
        if isinstance(inner, ast.Raise) and inner.exc is not None:
            raised = inner.exc.func if isinstance(inner.exc, ast.Call) else inner.exc
            if _REFUSAL.search(written(raised).rpartition(".")[2]):
                yield inner
        if isinstance(inner, ast.If | ast.IfExp):
            yield from _roles_in(inner.test)


def _roles_in(test: ast.expr) -> Iterator[ast.expr]:
    for inner in ast.walk(test):
        if isinstance(inner, ast.Attribute) and inner.attr in _RIGHTS and _PERSONS.search(written(inner.value)):
            yield inner
