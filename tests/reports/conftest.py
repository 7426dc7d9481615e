from __future__ import annotations

from pathlib import Path

import pytest

from tests.reports.recorded_project import RecordedProject


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RecordedProject:
    """Two tasks that nobody has worked on."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    project = RecordedProject(tmp_path / "project")
    project.tasks({"id": "T1", "title": "Add", "status": "pending"}, {"id": "T2", "title": "Sub", "status": "pending"})
    return project
