"""What gates share is made once, whoever asks first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from time import sleep

from pytest_agentgates.core.workspace_port import SourceScope, Workspace
from pytest_agentgates.run_tool import LocalTools
from pytest_agentgates.source.shared_facts import facts_of
from pytest_agentgates.workspace import ProjectWorkspace


def test_gates_that_ask_at_the_same_time_share_one_result(tmp_path: Path) -> None:
    workspace = ProjectWorkspace(tmp_path, LocalTools(), "python", ())
    made = []

    def make(_workspace: Workspace) -> object:
        sleep(0.05)
        made.append(1)
        return object()

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: workspace.once(make), range(4)))
    assert len(made) == 1
    assert len(set(map(id, results))) == 1


def test_facts_are_read_once_for_all_gates(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\n", encoding="utf-8")
    workspace = ProjectWorkspace(tmp_path, LocalTools(), "python", ("a.py",), scope=SourceScope((".",)))
    facts = facts_of(workspace)
    (tmp_path / "a.py").write_text("import sys\n", encoding="utf-8")
    assert facts_of(replace(workspace, agent="other")) is facts
