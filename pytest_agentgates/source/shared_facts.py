"""The facts of the judged project, read once for all gates of a run."""

from __future__ import annotations

from pytest_agentgates.core.ports import Workspace
from pytest_agentgates.source.project_facts import ProjectFacts, read_project


def facts_of(workspace: Workspace) -> ProjectFacts:
    """The facts of every Python file under the configured source roots."""
    return workspace.once(_read)


def _read(workspace: Workspace) -> ProjectFacts:
    scope = workspace.scope
    return read_project(workspace.root, workspace.files, scope.roots, workspace.cache, scope.wants_details)
