from __future__ import annotations

from pathlib import Path

import pytest

from tests.tasks.task_project import TaskProject


@pytest.fixture
def project(tmp_path: Path) -> TaskProject:
    return TaskProject(tmp_path)
