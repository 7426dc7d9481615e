"""Puts together what the evidence says of a run beside the verdict."""

from __future__ import annotations

import hashlib
import platform
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version

from pytest_agentgates.base_tree import git_facts
from pytest_agentgates.changes import changes_since
from pytest_agentgates.core.record import RunRecord, TaskOutcome
from pytest_agentgates.core.verdict import GateResult, Tool
from pytest_agentgates.project import Project
from pytest_agentgates.source.tree import digest_files, digest_of, list_files
from pytest_agentgates.workspace import ProjectWorkspace

_OWN = "pytest-agentgates"


def describe_run(
    project: Project,
    workspace: ProjectWorkspace,
    digests: Mapping[str, str],
    results: Sequence[GateResult],
    outcomes: Sequence[TaskOutcome],
) -> RunRecord:
    """The record of a run that has just ended; the caller adds its id and its start."""
    now = project.clock.now()
    base = workspace.base.commit if workspace.base else ""
    return RunRecord(
        run_id="",
        run_at=now,
        finished_at=now,
        outcomes=tuple(outcomes),
        gates=tuple(results),
        agent=workspace.agent,
        git=git_facts(project.root, project.tools, base),
        files_digest=digest_of(digests),
        config_digest=hashlib.sha256(project.config.text.encode()).hexdigest(),
        tool_digest=tool_digest(),
        tools=_tools(results, workspace),
        python=workspace.claim.python if workspace.claim else platform.python_version(),
        platform=platform.platform(),
        claim=workspace.claim,
        expected=dict(workspace.expected),
        files=changes_since(workspace),
    )


def new_run_id(moment: datetime) -> str:
    """An id that sorts by time and is unique."""
    return f"{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def tool_digest() -> str:
    """The digest of this package's own files: which tool judged."""
    from pathlib import Path

    folder = Path(__file__).parent
    sources = [path for path in list_files(folder, ()) if path.endswith((".py", ".json"))]
    return digest_of(digest_files(folder, sources))


def _tools(results: Sequence[GateResult], workspace: ProjectWorkspace) -> tuple[Tool, ...]:
    tools = {Tool(_OWN, version(_OWN))}
    tools.update(result.tool for result in results if result.tool)
    if workspace.claim and workspace.claim.pytest:
        tools.add(Tool("pytest", workspace.claim.pytest))
    return tuple(sorted(tools, key=lambda tool: tool.name))
