"""A gate of its own: the project has a read-me."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pytest_agentgates import Finding, GateResult, GateStatus, Rule, Stage, Workspace, hookimpl, option

MISSING = Rule("EXA001", "there is no read-me")


@dataclass(frozen=True)
class ReadmeThere:
    """Holds when the project has a file that tells what it is."""

    file: str = option("README.md", "The file that must be there.")

    name: ClassVar[str] = "readme_there"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = (MISSING,)

    def check(self, workspace: Workspace) -> GateResult:
        """Look for the file."""
        if self.file in workspace.files:
            return GateResult(self.name, GateStatus.PASS, f"there is {self.file}")
        finding = Finding(MISSING.code, f"there is no {self.file}", fix="write one", snippet=self.file)
        return GateResult(self.name, GateStatus.FAIL, f"no {self.file}", (finding,))


@hookimpl
def agentgates_gates() -> list[type[ReadmeThere]]:
    """The gates of this package."""
    return [ReadmeThere]
