"""The gate `ruff_clean`: ruff finds nothing to complain of."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from pytest_agentgates.choose_files import NONE_ASKED_FOR, Targets, choose_files
from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.core.options import option
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.verdict import GateResult, GateStatus, Tool, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import ToolRun, Workspace
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.find_tool import ruff_command, version_of
from pytest_agentgates.source.gitignore import Ignores
from pytest_agentgates.tool_output import SourceLines, relative_path, unreadable

SUFFIXES = (".py", ".pyi", ".ipynb")
STANDARDS = (
    *("E722", "BLE001", "S110", "S112", "TRY002"),  # no bare except, none that swallows, no bare Exception
    "FIX",  # no TODO, FIXME, XXX or HACK
    "TID252",  # absolute imports
    *("ANN0", "ANN2"),  # full annotations
    "D",  # Google docstrings
    *("S105", "S106", "S107"),  # no hardcoded secret
    "DTZ",  # no naive clock
    "ASYNC2",  # no blocking call in async code
    "C901",  # bounded complexity
    *("F401", "F811", "F841", "F842", "ARG", "B007", "RUF059"),  # nothing unused
    *("B006", "PLW0603"),  # no shared mutable state
    *("PGH003", "PGH004"),  # no ignore without a code
)
NOT_NEEDED = ("D104", "D105", "D107")  # docstrings of packages, special methods and `__init__`
CONVENTIONS = (
    'lint.pydocstyle.convention="google"',
    "lint.mccabe.max-complexity=8",
    'lint.flake8-tidy-imports.ban-relative-imports="all"',
)
TEST_FILES = ("tests/**", "**/tests/**", "test_*.py", "*_test.py", "conftest.py")
NOT_IN_TESTS = ("ANN", "ARG", "D", "S105", "S106", "S107")


@dataclass(frozen=True)
class RuffClean:
    """Holds when ruff, as installed beside this package, has no finding in the chosen files."""

    paths: tuple[str, ...] = option((), "Files, folders or globs to check; the whole project when left out.")
    preset: Literal["project", "standards"] = option(
        "project", "`project` is the project's own ruff configuration; `standards` adds the service standards to it."
    )
    format_check: bool = option(False, "Whether a file that `ruff format` would change is a finding.")
    seconds: int = option(120, "Time limit of each run of ruff.")
    allow_empty: bool = option(False, "Whether it is well when there is no Python file to check.")

    name: ClassVar[str] = "ruff_clean"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = ()

    def check(self, workspace: Workspace) -> GateResult:
        """Run ruff over the chosen files; rule codes are ruff's own."""
        try:
            return self._judge(workspace, choose_files(workspace, self.paths, SUFFIXES))
        except AgentGatesError as error:
            return could_not_judge(self.name, str(error))

    def _judge(self, workspace: Workspace, targets: Targets) -> GateResult:
        targets, seen = self._looked_at(workspace, targets)
        if not targets.files and workspace.paths:
            return GateResult(self.name, GateStatus.SKIP, NONE_ASKED_FOR)
        if not seen and not self.allow_empty:
            return could_not_judge(self.name, _nothing(targets))
        if not seen:
            return result_of(self.name, (), "0 findings in 0 files")
        runs = [self._run(workspace, arguments, targets) for arguments in self._commands()]
        lines = SourceLines(workspace.root)
        found = {_key(finding): finding for run in runs for finding in _findings(run, lines)}
        findings = sorted(found.values(), key=lambda finding: (finding.path, finding.line, finding.column))
        result = result_of(self.name, findings, _message(findings, seen, targets))
        return replace(
            result,
            command=("ruff", *runs[0].command[1:]),
            exit_code=max(run.exit_code or 0 for run in runs),
            tool=Tool("ruff", version_of("ruff")),
            facts={"files": len(seen)},
        )

    def _looked_at(self, workspace: Workspace, targets: Targets) -> tuple[Targets, tuple[str, ...]]:
        """What ruff looks at; files that git ignores only since the base are named, for a named file is looked at."""
        if not targets.files:
            return targets, ()
        seen = self._seen(workspace, targets)
        if len(seen) >= len(targets.files):
            return targets, seen
        known = {relative_path(path, workspace.root) for path in seen}
        # What ruff's own configuration excludes is in neither list.
        kept = {
            relative_path(path, workspace.root) for path in self._seen(workspace, targets, "--no-respect-gitignore")
        }
        files = [path for path in targets.files if path in kept and path not in known]
        named = replace(targets, arguments=(*targets.arguments, *_not_ignored(workspace, files)))
        return named, self._seen(workspace, named)

    def _seen(self, workspace: Workspace, targets: Targets, *options: str) -> tuple[str, ...]:
        """The files that ruff itself says it would check: its configuration may exclude some."""
        run = self._run(workspace, ("check", "--show-files", *options), targets)
        if run.exit_code != 0:
            raise unreadable("ruff", run)
        return tuple(path for path in run.stdout.splitlines() if path.endswith(SUFFIXES))

    def _commands(self) -> Iterator[tuple[str, ...]]:
        """The project's own rules and the standards are checked apart, so that neither weakens the other."""
        judging = ("--no-fix", "--output-format", "json", "--no-cache")
        yield ("check", *judging)
        if self.preset == "standards":
            yield ("check", *judging, *_standards())
        if self.format_check:
            yield ("format", "--check", "--output-format", "json", "--no-cache")

    def _run(self, workspace: Workspace, arguments: Sequence[str], targets: Targets) -> ToolRun:
        command = (*ruff_command(), *arguments, "--force-exclude", "--", *targets.arguments)
        return workspace.tools.run(command, cwd=workspace.root, seconds=self.seconds)


def _not_ignored(workspace: Workspace, files: Sequence[str]) -> Iterator[str]:
    """The files that the base has, and those that its .gitignore does not leave out; without a base, that on disk."""
    base = workspace.base
    known = frozenset(base.paths if base else ())
    rules = base.read_many(path for path in known if posixpath.basename(path) == ".gitignore") if base else None
    ignores = Ignores(workspace.root, rules)
    yield from (path for path in files if path in known or not ignores.leaves_out(path))


def _standards() -> Iterator[str]:
    yield f"--select={','.join(STANDARDS)}"
    yield f"--ignore={','.join(NOT_NEEDED)}"
    for setting in CONVENTIONS:
        yield f"--config={setting}"
    for pattern in TEST_FILES:
        for code in NOT_IN_TESTS:
            yield f"--extend-per-file-ignores={pattern}:{code}"


def _nothing(targets: Targets) -> str:
    if targets.files:
        return f"ruff's configuration excludes every one of {counted(len(targets.files), 'file')}: nothing was checked"
    return "there is no Python file to check: correct `paths`, or set allow_empty = true"


def _message(findings: Sequence[Finding], seen: Sequence[str], targets: Targets) -> str:
    excluded = len(targets.files) - len(seen)
    rest = f" ({excluded} excluded by ruff's configuration or .gitignore)" if excluded > 0 else ""
    return f"{counted(len(findings), 'finding')} in {counted(len(seen), 'file')}{rest}"


def _findings(run: ToolRun, lines: SourceLines) -> Iterator[Finding]:
    """What was printed must be a list that agrees with the exit code; anything else is no judgement."""
    try:
        entries = json.loads(run.stdout) if run.exit_code in (0, 1, 2) else None
        if not isinstance(entries, list) or bool(entries) != bool(run.exit_code):
            raise unreadable("ruff", run)
        yield from (_finding(entry, lines) for entry in entries)
    except (ValueError, TypeError, KeyError) as error:
        raise unreadable("ruff", run) from error


def _finding(entry: dict[str, Any], lines: SourceLines) -> Finding:
    code = entry["code"] or "invalid-syntax"
    formatting = code == "unformatted"
    path = relative_path(entry["filename"], lines.root)
    line = int(entry["location"]["row"])
    fix = entry["fix"]["message"] if entry["fix"] else ""
    return Finding(
        rule="FORMAT" if formatting else str(code),
        message=str(entry["message"]),
        path=path,
        line=line,
        column=int(entry["location"]["column"]),
        fix=f"ruff format {path}" if formatting else str(fix or ""),
        snippet=lines.at(path, line),
    )


def _key(finding: Finding) -> tuple[str, str, int, int, str]:
    return (finding.rule, finding.path, finding.line, finding.column, finding.message)
