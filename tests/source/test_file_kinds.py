"""What a file is to a run, told by its path."""

from __future__ import annotations

import pytest

from pytest_agentgates.source.file_kinds import FileKind, file_kinds
from pytest_agentgates.source.test_settings import TestSettings

BASE = ("checks/test_a.py", "checks/helper.py", "src/pkg/a.py", "src/pkg/b.py", "src/pkg/test_a.py")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("src/pkg/a.py", FileKind.PRODUCT),
        ("src/pkg/testing.py", FileKind.PRODUCT),
        ("src/pkg/test_a.py", FileKind.TEST),
        ("src/tests/data.json", FileKind.TEST),
        ("checks/helper.py", FileKind.TEST),
        ("conftest.py", FileKind.STEERING),
        ("src/Conftest.py", FileKind.STEERING),
        ("src/pyproject.toml", FileKind.STEERING),
        ("settings.toml", FileKind.PRODUCT),
        ("src/x-1.0.dist-info/entry_points.txt", FileKind.STEERING),
        ("src/x.pth", FileKind.STEERING),
        ("src/a.pyc", FileKind.STEERING),
    ],
)
def test_kinds(path: str, kind: FileKind) -> None:
    assert file_kinds(TestSettings(testpaths=("checks", "src")), BASE).of(path) is kind
