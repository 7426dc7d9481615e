"""Asks git, so that neither the project's files nor the environment can change the answer."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates.core.workspace_port import ToolRun, ToolRunner
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
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "LC_ALL": "C",
}


@dataclass(frozen=True)
class Git:
    """Git in the folder `root`; the runner scrubs `GIT_*` from the environment."""

    root: Path
    tools: ToolRunner

    def run(self, *arguments: str, given: bytes = b"") -> ToolRun:
        """Run one command, whatever comes of it; `given` is its input."""
        executable = _find_git(self.root)
        if not executable:
            return ToolRun(("git", *arguments), None, "", "", 0, "git was not found")
        command = (executable, *_STRICT, *arguments)
        return self.tools.run(command, cwd=self.root, seconds=_SECONDS, env=_ENVIRONMENT, given=given)

    def out(self, *arguments: str) -> str:
        """The output of a command that must not fail; raises AgentGatesError where it does."""
        return self._must_run(arguments).stdout

    def objects(self, ids: Sequence[str]) -> dict[str, bytes]:
        """The bytes of objects by their ids, read in one call; raises AgentGatesError for one that is missing."""
        if not ids:
            return {}
        given = "".join(f"{name}\n" for name in ids).encode("ascii")
        return _take_apart(self._must_run(("cat-file", "--batch"), given).raw, ids, str(self.root))

    def line(self, *arguments: str) -> str:
        """The one line a query answers with, empty where it has no answer."""
        ran = self.run(*arguments)
        return "" if ran.problem or ran.exit_code else ran.stdout.strip()

    def commit(self, revision: str) -> str:
        """The full id of a commit that is there, empty where it is not."""
        return self.line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")

    def _must_run(self, arguments: Sequence[str], given: bytes = b"") -> ToolRun:
        ran = self.run(*arguments, given=given)
        if ran.problem or ran.exit_code:
            raise AgentGatesError(f"git {arguments[0]} failed: {ran.problem or _fatal(ran.stderr)}", str(self.root))
        return ran

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


def _take_apart(batch: bytes, ids: Sequence[str], where: str) -> dict[str, bytes]:
    """The answer of `cat-file --batch`: a line with id, type and size, the content, a line end."""
    found: dict[str, bytes] = {}
    position = 0
    for name in ids:
        end = batch.find(b"\n", position)
        size = batch[position : max(end, 0)].rpartition(b" ")[2]
        if not size.isdigit():
            raise AgentGatesError(f"the object {name} is missing", where, "look at: git fsck; then fetch it again")
        start, position = end + 1, end + 2 + int(size)
        found[name] = batch[start : position - 1]
    return found


def _fatal(stderr: str) -> str:
    lines = [line.removeprefix("fatal: ") for line in stderr.splitlines() if line.strip()]
    return lines[0] if lines else "git gave no reason"
