"""Small real projects on disk, judged with the real tools."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

from pytest_agentgates.run_tool import LocalTools
from tests.fakes import FakeWorkspace


def write_files(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")


def real_workspace(root: Path, files: dict[str, str]) -> FakeWorkspace:
    """The workspace of a project with these files, added to what is there."""
    write_files(root, files)
    found = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return FakeWorkspace(root=root, files=tuple(found), tools=LocalTools(), python=sys.executable)
