"""The gate `mypy_clean`: mypy finds no error."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from pytest_agentgates.choose_files import NONE_ASKED_FOR, Targets, choose_files
from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.core.options import option
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.verdict import GateResult, GateStatus, Tool, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import ToolRun, Workspace
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.find_tool import module_command, version_of
from pytest_agentgates.mypy_cache import trusted_cache
from pytest_agentgates.tool_output import SourceLines, last_lines, relative_path, unreadable

SUFFIXES = (".py", ".pyi")
_BLOCKED = 2  # mypy's exit code for syntax errors, crashes and mistakes of usage alike
_SYNTAX = "syntax"
_NO_TARGET = "Missing target module"
# Before it read files with its own parser, mypy printed syntax errors as text even when asked for JSON.
_TEXT_ERROR = re.compile(
    r"(?P<file>.+?):(?P<line>\d+):(?:(?P<column>\d+):)? error: (?P<message>.*)  \[(?P<code>[\w-]+)\]"
)
_ADVICE = re.compile(r"(.*: )?(note|warning): ", re.IGNORECASE)


@dataclass(frozen=True)
class MypyClean:
    """Holds when mypy, as installed beside this package, reports no error in the chosen files."""

    paths: tuple[str, ...] = option(
        (), "Files, folders or globs to check; when left out, what mypy's configuration names, else the whole project."
    )
    strict: bool = option(False, "Whether to check with mypy's `--strict`.")
    seconds: int = option(600, "Time limit of mypy.")
    allow_empty: bool = option(False, "Whether it is well when there is no Python file to check.")

    name: ClassVar[str] = "mypy_clean"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = ()

    def check(self, workspace: Workspace) -> GateResult:
        """Run mypy over the chosen files; error codes are mypy's own."""
        targets = choose_files(workspace, self.paths, SUFFIXES)
        if not targets.files and workspace.paths:
            return GateResult(self.name, GateStatus.SKIP, NONE_ASKED_FOR)
        if not targets.files and self.allow_empty:
            return result_of(self.name, (), "0 errors in 0 files")
        if not targets.files:
            what_to_do = "correct `paths`, or set allow_empty = true"
            return could_not_judge(self.name, f"there is no Python file to check: {what_to_do}")
        try:
            return self._judge(workspace, targets)
        except AgentGatesError as error:
            return could_not_judge(self.name, str(error))

    def _judge(self, workspace: Workspace, targets: Targets) -> GateResult:
        run = self._run(workspace, targets)
        findings = tuple(_findings(run, SourceLines(workspace.root)))
        result = result_of(self.name, findings, f"{counted(len(findings), 'error')} {_scope(run, targets)}")
        return replace(
            result,
            command=("mypy", *run.command[len(module_command("mypy")) :]),
            exit_code=run.exit_code,
            tool=Tool("mypy", version_of("mypy")),
            facts={"files": len(targets.files)},
        )

    def _run(self, workspace: Workspace, targets: Targets) -> ToolRun:
        """Where we name no files, mypy's own configuration may; only where it does not, all are named."""
        options = [*module_command("mypy"), *self._options(workspace)]
        if targets.arguments == (".",):
            run = workspace.tools.run(options, cwd=workspace.root, seconds=self.seconds)
            if _NO_TARGET not in run.stderr:
                return run
        command = [*options, "--", *targets.arguments]
        return workspace.tools.run(command, cwd=workspace.root, seconds=self.seconds)

    def _options(self, workspace: Workspace) -> Iterator[str]:
        cache = trusted_cache(workspace.cache, workspace.root, workspace.files)
        yield from ("-O", "json", "--no-error-summary", f"--cache-dir={cache or os.devnull}")
        if workspace.python:
            yield f"--python-executable={workspace.python}"
        if self.strict:
            yield "--strict"


def _scope(run: ToolRun, targets: Targets) -> str:
    """What mypy looked at, as far as it is known: its configuration may exclude some of a folder."""
    if "--" not in run.command:
        return "in the files that mypy's configuration names"
    if targets.arguments == targets.files:
        return f"in {counted(len(targets.files), 'file')}"
    return f"under {', '.join(targets.arguments)} ({counted(len(targets.files), 'Python file')})"


def _findings(run: ToolRun, lines: SourceLines) -> Iterator[Finding]:
    entries = list(_entries(run))
    errors = [entry for entry in entries if entry["severity"] == "error"]
    if not _is_judgement(run.exit_code, entries, errors):
        raise unreadable("mypy", replace(run, stderr="\n".join([run.stderr, *_messages(errors)])))
    for entry in errors:
        yield _finding(entry, lines)


def _is_judgement(exit_code: int | None, entries: list[dict[str, Any]], errors: list[dict[str, Any]]) -> bool:
    """Whether exit code and output agree; asked for JSON, mypy exits with 1 for a note alone."""
    if exit_code == 0:
        return not errors
    if exit_code == _BLOCKED:
        return any(error["code"] == _SYNTAX for error in errors)
    return exit_code == 1 and bool(entries)


def _entries(run: ToolRun) -> Iterator[dict[str, Any]]:
    """Each diagnostic; any other text means that mypy met something which it could not make sense of."""
    for line in [*run.stdout.splitlines(), *run.stderr.splitlines()]:
        text_error = _TEXT_ERROR.fullmatch(line)
        if line.startswith("{"):
            yield _entry(run, line)
        elif text_error:
            yield {"severity": "error", "hint": None, **text_error.groupdict(default="0")}
        elif line.strip() and not _ADVICE.match(line) and not _is_summary(run, line):
            raise unreadable("mypy", run)


def _entry(run: ToolRun, line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
        complete = {"file", "line", "column", "message", "hint", "code", "severity"} <= entry.keys()
    except ValueError as error:
        raise unreadable("mypy", run) from error
    if not complete:
        raise unreadable("mypy", run)
    return dict(entry)


def _is_summary(run: ToolRun, line: str) -> bool:
    return run.exit_code == _BLOCKED and line.startswith("Found ")


def _messages(errors: list[dict[str, Any]]) -> Iterator[str]:
    for error in errors:
        yield f"{error['file']}: {error['message']}"
        yield from str(error["hint"] or "").splitlines()


def _finding(entry: dict[str, Any], lines: SourceLines) -> Finding:
    """Columns count from 0 in mypy's JSON, except those of syntax errors; -1 stands for none."""
    code = entry["code"] or "misc"
    path = relative_path(entry["file"], lines.root)
    line, column = max(int(entry["line"]), 0), int(entry["column"])
    return Finding(
        rule=code,
        message=str(entry["message"]),
        path=path,
        line=line,
        column=max(column if code == _SYNTAX else column + 1, 0),
        fix=last_lines(str(entry["hint"] or "")),
        snippet=lines.at(path, line),
    )
