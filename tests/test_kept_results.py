"""A result is recalled only for exactly the same input."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest

from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.verdict import GateResult, GateStatus, result_of
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.kept_results import check_or_recall
from pytest_agentgates.run_tool import LocalTools
from pytest_agentgates.source.shared_facts import facts_of
from pytest_agentgates.workspace import ProjectWorkspace, Shared
from tests.fakes import FakeBase


@dataclass(frozen=True)
class CountsImports:
    """Finds every import, and says how often it was really asked."""

    name: ClassVar[str] = "counts_imports"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = (Rule("XYZ001", "an import"),)
    asked: ClassVar[list[str]] = []

    option: str = ""
    other: str = ""

    def other_inputs(self, _workspace: Workspace) -> tuple[str, ...]:
        return (self.other,)

    def check(self, workspace: Workspace) -> GateResult:
        self.asked.append(self.option)
        facts = facts_of(workspace)
        imports = [(path, fact) for path in facts.paths for fact in facts.imports(path)]
        return result_of(self.name, [Finding("XYZ001", fact.code, path, fact.line) for path, fact in imports], "")


@pytest.fixture
def workspace(tmp_path: Path) -> ProjectWorkspace:
    CountsImports.asked.clear()
    root, cache = tmp_path / "project", tmp_path / "cache"
    root.mkdir()
    cache.mkdir()
    (root / "a.py").write_text("import os\n", encoding="utf-8")
    return ProjectWorkspace(root, LocalTools(), "python", ("a.py",), cache=cache)


def again(workspace: ProjectWorkspace, gate: CountsImports | None = None, **changes: object) -> GateResult:
    """The result of a later run."""
    fresh = replace(workspace, shared=Shared(), **changes)  # type: ignore[arg-type]  # the names of its fields
    return check_or_recall(gate or CountsImports(), fresh)


def test_what_did_not_change_is_recalled(workspace: ProjectWorkspace) -> None:
    first, second = again(workspace), again(workspace)
    assert (first.cached, second.cached) == (False, True)
    assert second == replace(first, cached=True)
    assert second.status is GateStatus.FAIL
    assert len(CountsImports.asked) == 1


def test_another_content_is_judged_anew_and_the_old_one_still_recalled(workspace: ProjectWorkspace) -> None:
    again(workspace)
    (workspace.root / "a.py").write_text("import sys\n", encoding="utf-8")
    changed = again(workspace)
    assert (changed.cached, [finding.message for finding in changed.findings]) == (False, ["import sys"])
    (workspace.root / "a.py").write_text("import os\n", encoding="utf-8")
    assert again(workspace).cached


@pytest.mark.parametrize(
    "gate", [CountsImports(option="other"), CountsImports(other="a folder")], ids=["option", "other input"]
)
def test_another_question_is_judged_anew(workspace: ProjectWorkspace, gate: CountsImports) -> None:
    again(workspace)
    assert not again(workspace, gate).cached


def test_another_base_file_name_or_setting_is_judged_anew(workspace: ProjectWorkspace) -> None:
    again(workspace)
    assert not again(workspace, base=FakeBase()).cached
    assert not again(workspace, files=("README.md", "a.py")).cached
    assert not again(workspace, paths=("a.py",)).cached
    (workspace.root / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    assert not again(workspace).cached


@pytest.mark.parametrize("damage", [b"", b"\n", b"garbage", b'0\n{"a": {}}'])
def test_a_damaged_file_is_never_believed(workspace: ProjectWorkspace, damage: bytes) -> None:
    again(workspace)
    assert workspace.cache is not None
    (workspace.cache / "result-counts_imports.json").write_bytes(damage)
    result = again(workspace)
    assert (result.cached, len(result.findings)) == (False, 1)


def test_an_edited_result_is_never_believed(workspace: ProjectWorkspace) -> None:
    again(workspace)
    assert workspace.cache is not None
    kept = workspace.cache / "result-counts_imports.json"
    kept.write_bytes(kept.read_bytes().replace(b'"fail"', b'"pass"'))
    assert again(workspace).status is GateStatus.FAIL


def test_without_a_cache_every_run_judges(workspace: ProjectWorkspace) -> None:
    assert not again(workspace, cache=None).cached
    assert not again(workspace, cache=None).cached
    assert len(CountsImports.asked) == 2
