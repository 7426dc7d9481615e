"""Fixtures that many tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.gated_project import GatedProject
from tests.postgres_server import PostgresServer, postgres_server

# The short form runs everywhere; `make stress` runs the long one.
settings.register_profile("short", deadline=None)
settings.register_profile("long", deadline=None, max_examples=3000)
settings.load_profile("long" if "AGENTGATES_STRESS" in os.environ else "short")

pytest_plugins = ["pytester", "tests.tamper_report"]
collect_ignore = ["data"]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> GatedProject:
    """A small project with a configuration, tests and tasks, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(pytester.path.parent / "cache"))
    for name in ("AGENT_TASK", "AGENTGATES_AGENT", "PYTEST_ADDOPTS", "GITHUB_ACTIONS", "CI"):
        monkeypatch.delenv(name, raising=False)
    return GatedProject(pytester)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL that runs."""
    with postgres_server() as server:
        yield server
