"""Compares tests, configuration and product code with the base."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from pytest_agentgates.core.boundary import Boundary, boundary_of
from pytest_agentgates.core.finding import Finding, Rule, Severity
from pytest_agentgates.core.options import option
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import differing
from pytest_agentgates.core.verdict import GateResult, GateStatus, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import BaseTree, Workspace
from pytest_agentgates.errors import UsageError
from pytest_agentgates.gates.untampered.example_numbers import accuse_numbers
from pytest_agentgates.gates.untampered.examples import Example, changed_functions, examples_of
from pytest_agentgates.gates.untampered.fixed_answers import accuse_fixed_answers
from pytest_agentgates.gates.untampered.patches import accuse_patches
from pytest_agentgates.gates.untampered.planted import accuse_planted
from pytest_agentgates.gates.untampered.product_code import accuse_product
from pytest_agentgates.gates.untampered.rules import RULES
from pytest_agentgates.gates.untampered.settings import accuse_settings, asks_for_floor
from pytest_agentgates.gates.untampered.settings_files import FILES
from pytest_agentgates.gates.untampered.special_cases import accuse_special_cases
from pytest_agentgates.gates.untampered.suppressions import accuse_comments
from pytest_agentgates.gates.untampered.versions import Versions, changed_versions, parsed
from pytest_agentgates.gates.untampered.weakened import Suite, accuse_tests
from pytest_agentgates.source.test_settings import TestSettings, read_test_settings

_TEST_FOLDERS = frozenset({"tests", "test", "testing"})


@dataclass(frozen=True)
class Untampered:
    """Passes when tests, configuration and product code differ from the base only in honest ways."""

    name: ClassVar[str] = "untampered"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = RULES

    block: tuple[str, ...] = option((), "Rules that fail the gate although they are advice by default.")
    advise: tuple[str, ...] = option((), "Rules that only advise.")

    def check(self, workspace: Workspace) -> GateResult:
        """Look at every file that differs from the base."""
        base = workspace.base
        if base is None:
            return GateResult(self.name, GateStatus.SKIP, f"no base to compare with: {workspace.base_problem}")
        try:
            judged = _Judged(workspace, base, changed_versions(workspace, base), *_settings(workspace, base))
        except UsageError as error:
            return could_not_judge(self.name, str(error))
        findings = [self._weighed(finding) for finding in judged.findings()]
        return result_of(self.name, findings, f"{differing(len(judged.files))} from the base {base.commit[:12]}")

    def _weighed(self, finding: Finding) -> Finding:
        if finding.rule in self.advise:
            return replace(finding, severity=Severity.WARNING)
        return replace(finding, severity=Severity.ERROR) if finding.rule in self.block else finding


@dataclass(frozen=True)
class _Judged:
    """The files that differ, and what is test, configuration and product among them."""

    workspace: Workspace
    base: BaseTree
    files: tuple[Versions, ...]
    old_settings: TestSettings
    new_settings: TestSettings

    def findings(self) -> Iterator[Finding]:
        """Every finding; what the task itself names as its work is advice, unless a test can no longer fail."""
        suite = Suite(self.files, self.old_settings, self.new_settings)
        for accusation in accuse_tests(suite):
            yield accusation.finding if accusation.is_neutered else self._softened(accusation.finding)
        for finding in accuse_settings(self.workspace, self.base, self.files):
            yield self._softened(finding)
        for finding in accuse_planted(self.files, frozenset(self.workspace.files)):
            yield self._softened(finding)
        examples = self._examples(changed_functions(file for file in self.files if not self._is_test_code(file.path)))
        for file in self.files:
            yield from self._of_file(file, examples)

    def _of_file(self, file: Versions, examples: frozenset[Example]) -> Iterator[Finding]:
        for comment, is_blanket in accuse_comments(file, has_floor=self._has_floor):
            yield replace(comment, severity=Severity.ERROR if is_blanket else Severity.WARNING)
        if not file.path.endswith(".py"):
            return
        if self._is_test_code(file.path):
            for finding in accuse_patches(file, self._is_product):
                yield self._softened(finding)
            return
        yield from accuse_product(file)
        special = list(accuse_special_cases(file, examples))
        yield from special
        yield from accuse_fixed_answers(file, examples)
        yield from accuse_numbers(file, examples, frozenset(found.message.partition(" ")[0] for found in special))

    def _softened(self, finding: Finding) -> Finding:
        return replace(finding, severity=Severity.WARNING) if self._boundary.names(finding.path) else finding

    @cached_property
    def _has_floor(self) -> bool:
        return asks_for_floor(self.base)

    @property
    def _boundary(self) -> Boundary:
        """Where the judged tasks may change files; what it names word for word is theirs to write."""
        return boundary_of(self.workspace.tasks, self.workspace.limits, self.workspace.agent)

    def _is_test_code(self, path: str) -> bool:
        folders = set(posixpath.dirname(path).split("/"))
        is_test = self.old_settings.is_test_file(path) or self.new_settings.is_test_file(path)
        return is_test or bool(folders & _TEST_FOLDERS) or posixpath.basename(path) == "conftest.py"

    def _is_product(self, name: str) -> bool:
        """Whether a dotted name begins at a module of the project that is no test."""
        top = name.partition(".")[0]
        return top in self._product_modules and "." in name

    @property
    def _product_modules(self) -> frozenset[str]:
        return self.workspace.once(_top_modules)

    def _examples(self, functions: frozenset[str]) -> frozenset[Example]:
        """What the tests ask of these functions, at the base and now."""
        if not functions:
            return frozenset()
        named = re.compile("|".join(sorted(map(re.escape, functions))).encode())
        names = [path for path in self.workspace.files if self.new_settings.is_test_file(path)]
        old = self.base.read_many(path for path in self.base.paths if self.old_settings.is_test_file(path))
        sources = [*old.values(), *(_bytes(self.workspace.root / path) for path in names if path not in old)]
        naming = (source for source in sources if source is not None and named.search(source))
        return examples_of((tree for source in naming if (tree := parsed(source)) is not None), functions)


def _top_modules(workspace: Workspace) -> frozenset[str]:
    found: set[str] = set()
    for path in workspace.files:
        parts = path.removesuffix(".py").split("/")
        if path.endswith(".py") and parts[0] not in _TEST_FOLDERS:
            found.update(part for part in parts[:3] if part not in ("src", "__init__"))
    return frozenset(found)


def _settings(workspace: Workspace, base: BaseTree) -> tuple[TestSettings, TestSettings]:
    """What pytest collects by, at the base and on disk; raises UsageError for what cannot be read."""
    old: Mapping[str, bytes] = base.read_many(sorted(FILES))
    with TemporaryDirectory(prefix="agentgates-") as folder:
        for name, content in old.items():
            (Path(folder) / name).write_bytes(content)
        return read_test_settings(Path(folder)), read_test_settings(workspace.root)


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
