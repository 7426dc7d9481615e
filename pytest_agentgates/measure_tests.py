"""Measures coverage of the tests' processes for the floors that are configured."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pytest_agentgates.core.task import Task
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.measure_coverage import data_files, environment, plan_measuring, static_roots
from pytest_agentgates.project import Measuring

_VERSION = "import json, sys; print(json.dumps(sys.version_info[:3]))"


class Floors(Protocol):
    """A gate that needs coverage."""

    @property
    def branch(self) -> bool:
        """Whether branches are measured as well as lines."""
        ...

    def patterns_for(self, tasks: Iterable[Task]) -> tuple[str, ...]:
        """The globs of what must be measured to judge these tasks."""
        ...


@dataclass(frozen=True)
class FloorsMeasuring:
    """Measures what the floors need; nothing where there are none."""

    floors: Floors | None = None

    def plan(self, workspace: Workspace, folder: Path) -> Measuring:
        """Write the measuring's settings into `folder`."""
        if self.floors is None:
            return Measuring()
        branch = self.floors.branch
        roots = static_roots(self.floors.patterns_for(workspace.tasks))
        plan = plan_measuring(workspace.root, roots, branch, _version(workspace), folder)
        return Measuring({"folder": str(folder), "branch": branch}, environment(plan))

    def get_ready(self) -> None:
        """Load coverage, which takes longer than judging by it."""
        if self.floors is not None:
            import coverage.sqldata  # noqa: F401 - whoever judges finds it loaded

    def data_files(self, folder: Path) -> tuple[Path, ...]:
        """Every data file that the tests' processes left."""
        return data_files(folder)


def _version(workspace: Workspace) -> tuple[int, ...]:
    """The version of the interpreter that runs the tests."""
    if workspace.python == sys.executable:
        return tuple(sys.version_info[:3])
    ran = workspace.tools.run([workspace.python, "-I", "-c", _VERSION], cwd=workspace.root, seconds=30)
    if ran.problem or ran.exit_code:
        raise AgentGatesError(
            f"the interpreter {workspace.python} cannot be asked for its version: {ran.problem or ran.stderr.strip()}",
            "run.python",
            "name an interpreter that works",
        )
    return tuple(json.loads(ran.stdout))
