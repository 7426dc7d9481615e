"""What every rule of the gate is given, and what a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.gates.hexagon.components import Components
from pytest_agentgates.source.project_facts import ProjectFacts


@dataclass(frozen=True)
class HexagonOptions:
    """The options that rules look at."""

    ports: Literal["abc", "protocol"] = "abc"
    composition_roots: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


@dataclass(frozen=True)
class HexagonView:
    """The project as the rules see it."""

    workspace: Workspace
    facts: ProjectFacts
    components: Components
    options: HexagonOptions


RuleCheck = Callable[[HexagonView], Iterable[Finding]]
