"""A project with everything that was wired together for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pytest_agentgates.config import Config
from pytest_agentgates.core.ports import Clock, EvidenceWriter, Stage, TaskStore
from pytest_agentgates.core.workspace_port import ToolRunner, Workspace
from pytest_agentgates.run_gates import ConfiguredGate


@dataclass(frozen=True)
class Measuring:
    """How the tests' process measures coverage: what its session must know, and its environment."""

    session: Mapping[str, object] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


class Coverage(Protocol):
    """Measures coverage of the tests' processes."""

    def plan(self, workspace: Workspace, folder: Path) -> Measuring:
        """Write what the tests' processes need into `folder`; empty where nothing is to be measured."""
        ...

    def get_ready(self) -> None:
        """Load what judging will need; called while the tests run."""
        ...

    def data_files(self, folder: Path) -> tuple[Path, ...]:
        """The data files that they left there."""
        ...


@dataclass(frozen=True)
class Project:
    """What the use cases work with; `open_store` is called when a task is needed.

    `open_store_at` opens the configured store as it lies below another root.
    """

    config: Config
    gates: tuple[ConfiguredGate, ...]
    open_store: Callable[[], TaskStore]
    writers: tuple[EvidenceWriter, ...]
    statement: EvidenceWriter
    tools: ToolRunner
    clock: Clock
    cache: Path | None
    coverage: Coverage
    open_store_at: Callable[[Path], TaskStore] | None = None
    always_on: tuple[str, ...] = ()

    @property
    def root(self) -> Path:
        """The folder that everything is relative to."""
        return self.config.root

    @property
    def python(self) -> str:
        """The interpreter of the project's tests, by absolute path."""
        import sys

        named = self.config.run.python
        return str((self.root / named).absolute()) if named else sys.executable

    def of_stage(self, stage: Stage) -> tuple[ConfiguredGate, ...]:
        """The gates of one stage, in order."""
        return tuple(configured for configured in self.gates if configured.gate.stage is stage)

    def rules_by_gate(self) -> Mapping[str, tuple[str, ...]]:
        """The rule codes of each gate that is on."""
        return {configured.gate.name: tuple(rule.code for rule in configured.gate.rules) for configured in self.gates}
