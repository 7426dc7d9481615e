"""The facts of the judged project, read once for all gates of a run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.source.facts import Problem
from pytest_agentgates.source.project_facts import ProjectFacts, read_known_project, read_source


def facts_of(workspace: Workspace) -> ProjectFacts:
    """The facts of every Python file under the configured source roots."""
    return workspace.once(_read)


def digests_of(workspace: Workspace) -> Mapping[str, str]:
    """The sha256 of every Python file of the project, or why it cannot be read."""
    return workspace.once(_digest)


def _read(workspace: Workspace) -> ProjectFacts:
    digests = digests_of(workspace)
    return read_known_project(workspace.root, workspace.files, workspace.scope, workspace.cache, digests)


def _digest(workspace: Workspace) -> dict[str, str]:
    sources = ((path, read_source(workspace.root, path)) for path in workspace.files if path.endswith(".py"))
    return {path: _digest_or_problem(source) for path, source in sources}


def _digest_or_problem(source: bytes | Problem) -> str:
    return source.message if isinstance(source, Problem) else hashlib.sha256(source).hexdigest()
