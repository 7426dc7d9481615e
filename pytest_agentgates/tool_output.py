"""Reads what outside tools print."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from pytest_agentgates.core.workspace_port import ToolRun
from pytest_agentgates.errors import AgentGatesError

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")


def last_lines(text: str, most: int = 20) -> str:
    """The last lines that say something, without colours and control characters."""
    plain = _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = ["".join(sign for sign in line if sign.isprintable()) for line in plain.split("\n")]
    return "\n".join([line.rstrip() for line in lines if line.strip()][-most:])


def unreadable(tool: str, run: ToolRun) -> AgentGatesError:
    """The error for a run that gave nothing to judge by: why, and the end of what the tool said."""
    if run.problem:
        return AgentGatesError(f"{tool}: {run.problem}")
    said = last_lines(run.stderr or run.stdout, 8)
    return AgentGatesError(f"{tool} could not judge ({how_it_ended(run)})" + (f":\n{said}" if said else ""))


def how_it_ended(run: ToolRun) -> str:
    """The exit code, or the signal that ended it."""
    if run.exit_code is not None and run.exit_code < 0:
        return f"ended by signal {-run.exit_code}"
    return f"exit code {run.exit_code}"


@dataclass(frozen=True)
class SourceLines:
    """The lines of the project's files; each file is read once."""

    root: Path
    files: dict[str, list[str]] = field(default_factory=dict)

    def at(self, path: str, number: int) -> str:
        """The stripped line (from 1), empty where there is none."""
        if path not in self.files:
            self.files[path] = self._read(path)
        lines = self.files[path]
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""

    def _read(self, path: str) -> list[str]:
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace").split("\n")
        except OSError:
            return []


def relative_path(path: str, root: Path) -> str:
    """The path as findings name it: relative to the root with `/`; unchanged where it lies outside."""
    absolute = root / path
    for top in (root, root.resolve()):
        if absolute.is_relative_to(top):
            return absolute.relative_to(top).as_posix()
    return absolute.as_posix()
