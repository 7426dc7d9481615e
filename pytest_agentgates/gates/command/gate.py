"""The gate itself: runs the command and judges by its exit code and its report."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from pytest_agentgates.core.finding import Finding, Rule, Severity
from pytest_agentgates.core.options import option
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.verdict import GateResult, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import ToolRun, Workspace
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.gates.command.junit_report import Report, ReportedTest, read_report
from pytest_agentgates.tool_output import how_it_ended, last_lines, relative_path, unreadable

FAILED, TEST_FAILED, NO_REPORT, SKIPPED = (
    Rule("CMD001", "the command failed"),
    Rule("CMD002", "a test of the command's report failed or errored"),
    Rule("CMD003", "the command's report is missing, stale, malformed or holds no test that ran"),
    Rule("CMD004", "a test of the command's report was skipped"),
)
_Stamp = tuple[int, int, int, int]


@dataclass(frozen=True)
class Command:
    """Holds when a command of the user's own ends with exit code 0 and its report, if any, has no failure."""

    run: tuple[str, ...] = option((), "The command, word by word; no shell is between.")
    cwd: str = option(".", "The folder to run it in, relative to the project's.")
    seconds: int = option(600, "Time limit of the command.")
    junit: str = option("", "The JUnit XML report it writes, relative to the project's folder.")
    env: dict[str, str] = option({}, "Environment variables to set for it.")
    allow_empty: bool = option(False, "Whether it is well when its report holds no test that ran.")
    allow_skipped: bool = option(False, "Whether skipped tests of its report are only warnings.")

    name: str = "command"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = (FAILED, TEST_FAILED, NO_REPORT, SKIPPED)

    def check(self, workspace: Workspace) -> GateResult:
        """Run the command and judge it."""
        try:
            return self._judge(workspace)
        except AgentGatesError as error:
            return could_not_judge(self.name, str(error))

    def _judge(self, workspace: Workspace) -> GateResult:
        folder = _inside(workspace.root, self.cwd, "cwd")
        if not folder.is_dir():
            raise AgentGatesError(f"cwd: there is no folder {self.cwd}", fix="correct it")
        program = self._program(folder)
        before = self._stamp(workspace.root)
        run = workspace.tools.run([program, *self.run[1:]], cwd=folder, seconds=self.seconds, env=self.env)
        if run.exit_code is None or run.exit_code < 0:
            raise unreadable(self.run[0], run)
        result = self._judge_report(workspace, run, before) if self.junit else self._judge_exit(run)
        return replace(result, command=self.run, exit_code=run.exit_code)

    def _judge_exit(self, run: ToolRun) -> GateResult:
        return result_of(self.name, tuple(self._failure(run)), f"{self.run[0]} ended with {how_it_ended(run)}")

    def _judge_report(self, workspace: Workspace, run: ToolRun, before: _Stamp | None) -> GateResult:
        """A failure that is certain outweighs a report that cannot be read."""
        failure = tuple(self._failure(run))
        try:
            report = self._report(workspace, before)
        except AgentGatesError as error:
            mistake = error.mistakes[0]
            missing = Finding(NO_REPORT.code, mistake.what, fix=mistake.fix, snippet=NO_REPORT.code)
            if failure:
                return result_of(self.name, (*failure, missing), f"{self.run[0]} ended with {how_it_ended(run)}")
            return replace(could_not_judge(self.name, str(error)), findings=(missing,))
        findings = tuple(self._findings(workspace, report))
        if not any(finding.rule == TEST_FAILED.code for finding in findings):
            findings = (*failure, *findings)
        return replace(result_of(self.name, findings, _message(report)), facts={"tests": len(report.tests)})

    def _failure(self, run: ToolRun) -> Iterator[Finding]:
        if run.exit_code:
            words = shlex.join(self.run)
            said = last_lines(f"{run.stdout}\n{run.stderr}")
            message = f"`{words}` ended with {how_it_ended(run)}" + (f":\n{said}" if said else "")
            yield Finding(FAILED.code, message, snippet=words)

    def _report(self, workspace: Workspace, before: _Stamp | None) -> Report:
        path = _inside(workspace.root, self.junit, "junit")
        now = self._stamp(workspace.root)
        if now is None:
            raise AgentGatesError(f"the report {self.junit} was not written", fix="correct `junit` or the command")
        if now == before:
            raise AgentGatesError(f"the report {self.junit} is from an earlier run", fix="have the command write it")
        report = read_report(path, self.junit)
        ran = [test for test in report.tests if test.outcome != "skipped"]
        if not ran and not report.unnamed_failures and not self.allow_empty:
            what = f"{counted(len(report.tests), 'skipped test')} and no other" if report.tests else "no test"
            raise AgentGatesError(f"the report {self.junit} holds {what}", fix="correct the command")
        return report

    def _findings(self, workspace: Workspace, report: Report) -> Iterator[Finding]:
        for test in report.tests:
            if test.outcome in ("failed", "error"):
                yield self._finding(workspace, TEST_FAILED, test)
            elif test.outcome == "skipped":
                severity = Severity.WARNING if self.allow_skipped else Severity.ERROR
                yield replace(self._finding(workspace, SKIPPED, test), severity=severity)
        if report.unnamed_failures:
            message = f"the report counts {counted(report.unnamed_failures, 'failure')} beyond the tests it names"
            yield Finding(TEST_FAILED.code, message, snippet=message)

    def _finding(self, workspace: Workspace, rule: Rule, test: ReportedTest) -> Finding:
        name, said = last_lines(test.name), last_lines(test.message)
        message = f"{name}: {test.outcome}" + (f": {said}" if said else "")
        path = self._path_of(workspace, test)
        return Finding(rule.code, message, path, test.line if path else 0, snippet=name)

    def _path_of(self, workspace: Workspace, test: ReportedTest) -> str:
        """The test's file where the report names one that the project has."""
        if not test.path:
            return ""
        for folder in (self.cwd, "."):
            path = relative_path(os.path.normpath(workspace.root / folder / test.path), workspace.root)
            if path in workspace.files:
                return path
        return ""

    def _program(self, folder: Path) -> str:
        """A path is taken as it stands, from `cwd`; a bare name is looked up on the user's PATH."""
        if not self.run:
            raise AgentGatesError("run: names no command", fix='for example run = ["npm", "test"]')
        name = self.run[0]
        if Path(name).name != name:
            return str(folder / name)
        found = shutil.which(name, path=self.env.get("PATH"))
        if found is None:
            raise AgentGatesError(f"{name} was not found on the PATH", fix="install it, or correct `run`")
        return os.path.abspath(found)

    def _stamp(self, root: Path) -> _Stamp | None:
        """What no write leaves unchanged; None where there is no file."""
        if not self.junit:
            return None
        try:
            facts = _inside(root, self.junit, "junit").stat()
        except FileNotFoundError:
            return None
        return facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


def _inside(root: Path, name: str, key: str) -> Path:
    path = (root / name).resolve()
    if not path.is_relative_to(root.resolve()):
        raise AgentGatesError(f"{key}: {name} lies outside the project", fix="name a path inside it")
    return path


def _message(report: Report) -> str:
    failed = sum(test.outcome in ("failed", "error") for test in report.tests) + report.unnamed_failures
    skipped = sum(test.outcome == "skipped" for test in report.tests)
    rest = f", {skipped} skipped" if skipped else ""
    return f"{failed} of {counted(len(report.tests), 'test')} failed{rest}"
