"""`agentgates check --write-baseline`: records what the gates find now, so that only what is new fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pytest_agentgates.baseline_file import load_baseline, render_baseline
from pytest_agentgates.check_tree import Report, choose_gates
from pytest_agentgates.core.baseline import NEVER_RECORDED, record
from pytest_agentgates.core.verdict import GateStatus
from pytest_agentgates.errors import AgentGatesError, UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.run_gates import run_beside
from pytest_agentgates.safe_write import replace_file
from pytest_agentgates.workspace import ProjectWorkspace


def write_baseline(project: Project, workspace: ProjectWorkspace, names: Sequence[str], report: Report) -> int:
    """Record what the named gates find, or all that need no test run; return the number of findings recorded.

    What is recorded of other gates stays. Raises UsageError for a part of the project and for gates that
    take no baseline, AgentGatesError where a gate could not judge; nothing is written then.
    """
    if workspace.paths:
        raise UsageError("a baseline is of the whole project", fix="leave the paths and --changed out")
    refused = NEVER_RECORDED.intersection(names)
    if refused:
        raise UsageError(f"the gate {min(refused)} takes no baseline", fix="name other gates with --gate")
    gates = [replace(one, accepted={}) for one in choose_gates(project, names) if one.gate.name not in NEVER_RECORDED]
    results = run_beside(gates, workspace, report)
    for result in results:
        if result.status is GateStatus.ERROR:
            problem = f"{result.name} could not judge, so no baseline was written: {result.message}"
            raise AgentGatesError(problem, fix="let it judge, then write the baseline")
    judged = {result.name for result in results if result.status is not GateStatus.SKIP}
    if not judged:
        raise UsageError("no gate is on whose findings could be recorded", fix="name one: --gate NAME")
    old = load_baseline(project.root, project.config.baseline)
    found = record(results)
    kept = {identity: count for identity, count in old.counts.items() if identity.gate not in judged}
    replace_file(project.root / old.path, render_baseline({**kept, **found}))
    return sum(found.values())
