"""Asks git, so that neither the project's files nor the environment can change the answer."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates.core.ports import ToolRun, ToolRunner
from pytest_agentgates.errors import AgentGatesError

_SECONDS = 120.0
_STRICT = (
    "--no-replace-objects",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "core.commitGraph=false",
    "-c",
    "core.quotePath=false",
)
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}


@dataclass(frozen=True)
class Git:
    """Git in the folder `root`; the runner scrubs `GIT_*` from the environment."""

    root: Path
    tools: ToolRunner

    def run(self, *arguments: str) -> ToolRun:
        """Run one command, whatever comes of it."""
        executable = _find_git(self.root)
        if not executable:
            return ToolRun(("git", *arguments), None, "", "", 0, "git was not found")
        command = (executable, *_STRICT, *arguments)
        return self.tools.run(command, cwd=self.root, seconds=_SECONDS, env=_ENVIRONMENT)

    def out(self, *arguments: str) -> str:
        """The output of a command that must not fail; raises AgentGatesError where it does."""
        ran = self.run(*arguments)
        if ran.problem or ran.exit_code:
            raise AgentGatesError(f"git {arguments[0]} failed: {ran.problem or _fatal(ran.stderr)}", str(self.root))
        return ran.stdout

    def line(self, *arguments: str) -> str:
        """The one line a query answers with, empty where it has no answer."""
        ran = self.run(*arguments)
        return "" if ran.problem or ran.exit_code else ran.stdout.strip()

    def commit(self, revision: str) -> str:
        """The full id of a commit that is there, empty where it is not."""
        return self.line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")

    def problem(self) -> str:
        """Why git cannot be asked here; empty where it can."""
        ran = self.run("rev-parse", "--git-dir")
        if ran.problem:
            return ran.problem
        if not ran.exit_code:
            return ""
        reason = _fatal(ran.stderr)
        return "the project is in no git repository" if "not a git repository" in reason else reason


def _find_git(root: Path) -> str:
    """Git by its absolute path; one that lies inside the project is not asked."""
    places = [place for place in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(place)]
    outside = [place for place in places if not Path(place).resolve().is_relative_to(root.resolve())]
    return shutil.which("git", path=os.pathsep.join(outside)) or ""


def _fatal(stderr: str) -> str:
    lines = [line.removeprefix("fatal: ") for line in stderr.splitlines() if line.strip()]
    return lines[0] if lines else "git gave no reason"
