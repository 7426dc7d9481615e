"""Changed lines, suppressions and the floors of tasks."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.core.finding import Severity
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.core.workspace_port import BaseTree
from pytest_agentgates.gates.coverage_floor import CoverageFloor
from tests.fakes import FakeBase, FakeWorkspace
from tests.measured_project import recorded, write_files

OLD = "def f(x):\n    return x\n"
NEW = "def f(x):\n    return x\n\n\ndef g(x):\n    if x:\n        return 1\n    return 2\n"
CHANGED = CoverageFloor(floors={"app/**": 10}, changed_lines=80, advice_margin=0)
PRAGMA = "def f(x):\n    return x\n\n\ndef g():  # pragma: no cover\n    return 1\n"


def judge(
    root: Path, gate: CoverageFloor, lines: dict[str, set[int]], base: BaseTree | None, *tasks: Task
) -> GateResult:
    files = tuple(sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()))
    return gate.check(
        FakeWorkspace(root=root, files=files, coverage_data=(recorded(root, lines),), base=base, tasks=tasks)
    )


def codes(result: GateResult) -> list[tuple[str, str, int]]:
    return [(finding.rule, finding.path, finding.line) for finding in result.findings]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_files(tmp_path / "project", {"app/a.py": NEW, "app/same.py": OLD})


@pytest.fixture
def base() -> FakeBase:
    return FakeBase({"app/a.py": OLD.encode(), "app/same.py": OLD.encode()})


def test_changed_lines_must_be_covered(root: Path, base: FakeBase) -> None:
    result = judge(root, CHANGED, {"app/a.py": {1, 2, 5, 6, 7}, "app/same.py": {1, 2}}, base)
    assert codes(result) == [("COV002", "app/a.py", 8)]
    assert result.findings[0].message == "changed lines 75.0 % (needed 80 %): changed lines 8 are not covered"
    assert result.facts["changed_lines"] == {"covered": 3, "total": 4}


def test_covered_changed_lines_pass_and_unchanged_lines_do_not_matter(root: Path, base: FakeBase) -> None:
    result = judge(root, CHANGED, {"app/a.py": {1, 5, 6, 7, 8}, "app/same.py": {1}}, base)
    assert result.status is GateStatus.PASS
    assert "changed lines 100.0 % of 4" in result.message


def test_exactly_what_is_needed_is_enough(root: Path, base: FakeBase) -> None:
    gate = CoverageFloor(floors={"app/**": 10}, changed_lines=75, advice_margin=0)
    result = judge(root, gate, {"app/a.py": {1, 2, 5, 6, 7}, "app/same.py": {1, 2}}, base)
    assert result.status is GateStatus.PASS


def test_new_files_are_changed_throughout_even_outside_the_floors(root: Path, base: FakeBase) -> None:
    write_files(root, {"scripts/new.py": "x = 1\ny = 2\n"})
    result = judge(root, CHANGED, {"app/a.py": {1, 2, 5, 6, 7, 8}, "app/same.py": {1, 2}}, base)
    assert codes(result) == [("COV002", "scripts/new.py", 1)]
    assert CHANGED.patterns == ("**",), "what is not measured cannot be judged"


def test_a_change_within_a_statement_of_several_lines_counts(tmp_path: Path) -> None:
    old = "def f():\n    return dict(\n        a=1,\n        # comment\n        b=2,\n    )\n"
    root = write_files(tmp_path / "project", {"app/a.py": old.replace("b=2", "b=3")})
    result = judge(root, CHANGED, {"app/a.py": {1}}, FakeBase({"app/a.py": old.encode()}))
    assert codes(result) == [("COV002", "app/a.py", 2)]


def test_comments_alone_are_no_change_to_cover(tmp_path: Path) -> None:
    root = write_files(tmp_path / "project", {"app/a.py": OLD + "# said more\n"})
    result = judge(root, CHANGED, {"app/a.py": {1}}, FakeBase({"app/a.py": OLD.encode()}))
    assert result.status is GateStatus.PASS
    assert result.facts["changed_lines"] == {"covered": 0, "total": 0}


def test_without_a_base_changed_lines_are_an_error(root: Path) -> None:
    result = judge(root, CHANGED, {"app/a.py": {1, 2}, "app/same.py": {1, 2}}, None)
    assert result.status is GateStatus.ERROR
    assert result.message == "changed lines cannot be judged: no base was recorded"


def test_without_a_base_a_failure_stays_one_that_no_waiver_of_others_undoes(root: Path) -> None:
    gate = CoverageFloor(floors={"app/**": 90}, changed_lines=80)
    result = judge(root, gate, {"app/a.py": {1, 2}, "app/same.py": {1, 2}}, None)
    assert result.status is GateStatus.FAIL
    assert codes(result) == [("COV001", "app/a.py", 5), ("COV002", "", 0)]


def test_added_pragmas_are_found_where_they_stand(root: Path, base: FakeBase) -> None:
    write_files(root, {"app/a.py": PRAGMA})
    gate = CoverageFloor(floors={"app/**": 10}, advice_margin=0)
    result = judge(root, gate, {"app/a.py": {1, 2}, "app/same.py": {1, 2}}, base)
    assert codes(result) == [("COV006", "app/a.py", 5)]
    assert result.findings[0].message == "comments that keep code out of the count: 1 here, 0 in the base"
    assert result.status is GateStatus.FAIL
    kept = FakeBase({"app/a.py": PRAGMA.encode(), "app/same.py": OLD.encode()})
    assert judge(root, gate, {"app/a.py": {1, 2}, "app/same.py": {1, 2}}, kept).findings == ()


def test_the_added_pragma_is_named_not_one_that_was_there(root: Path, base: FakeBase) -> None:
    write_files(root, {"app/a.py": PRAGMA + "\n\nclass C:  # pragma: no cover\n    x = 1\n"})
    before = FakeBase({**base.files, "app/a.py": PRAGMA.encode()})
    gate = CoverageFloor(floors={"app/**": 10}, advice_margin=0)
    result = judge(root, gate, {"app/a.py": {1, 2}, "app/same.py": {1, 2}}, before)
    assert codes(result) == [("COV006", "app/a.py", 9)]


@pytest.mark.parametrize(
    ("name", "after"),
    [
        (".coveragerc", "[run]\nbranch = true\nomit = app/a.py\n"),
        ("pyproject.toml", '[tool.coverage.report]\nexclude_also = [\n  "def g",\n]\n'),
    ],
)
def test_entries_added_to_the_coverage_configuration_are_found(
    root: Path, base: FakeBase, name: str, after: str
) -> None:
    write_files(root, {name: after})
    gate = CoverageFloor(floors={"app/**": 10}, advice_margin=0)
    covered = {"app/a.py": {1, 2}, "app/same.py": {1, 2}}
    assert codes(judge(root, gate, covered, base)) == [("COV006", name, 3)]
    assert judge(root, gate, covered, FakeBase({**base.files, name: after.encode()})).findings == ()


def test_settings_that_only_moved_are_no_suppression(root: Path, base: FakeBase) -> None:
    write_files(root, {"pyproject.toml": '[tool.coverage.run]\nomit = ["app/x.py"]\n'})
    moved = FakeBase({**base.files, ".coveragerc": b"[run]\nomit = app/x.py\n"})
    gate = CoverageFloor(floors={"app/**": 10}, advice_margin=0)
    assert judge(root, gate, {"app/a.py": {1, 2}, "app/same.py": {1, 2}}, moved).findings == ()


def test_a_base_whose_configuration_is_broken_suppressed_nothing(root: Path, base: FakeBase) -> None:
    write_files(root, {".coveragerc": "[run]\nomit = app/a.py\n"})
    broken = FakeBase({**base.files, ".coveragerc": b"nonsense"})
    gate = CoverageFloor(floors={"app/**": 10}, advice_margin=0)
    assert [code for code, _, _ in codes(judge(root, gate, {"app/a.py": {1, 2}}, broken))] == ["COV003", "COV006"]


def test_that_suppressions_were_not_compared_is_said(root: Path) -> None:
    result = judge(root, CoverageFloor(floors={"app/**": 10}), {"app/a.py": {1, 2}, "app/same.py": {1, 2}}, None)
    assert result.status is GateStatus.PASS
    assert "suppressions not compared (no base)" in result.message
    assert result.facts["suppressions_compared"] is False


def test_a_tasks_own_floor_is_asked_of_its_deliverables(root: Path, base: FakeBase) -> None:
    task = Task("T1", coverage_target=0.9, deliverables=("app/a.py", "README.md"))
    gate = CoverageFloor(floors={"app/**": 70})
    result = judge(root, gate, {"app/a.py": {1, 2, 5, 6}, "app/same.py": {1, 2}}, base, task)
    assert codes(result) == [("COV001", "app/a.py", 7)]
    assert "task T1 66.6 % (floor 90 %)" in result.message
    assert (result.actual, result.threshold) == (66.6, 90.0)
    assert gate.patterns_for([task]) == ("app/**", "app/a.py", "README.md")


def test_an_unmeasured_file_under_two_floors_weighs_by_the_one_that_is_missed(root: Path, base: FakeBase) -> None:
    task = Task("T1", coverage_target=0.9, deliverables=("app/a.py",))
    result = judge(root, CoverageFloor(floors={"app/**": 25}), {"app/same.py": {1, 2}}, base, task)
    found = [finding for finding in result.findings if finding.rule == "COV003"]
    assert [(finding.path, finding.severity) for finding in found] == [("app/a.py", Severity.ERROR)]


def test_no_advice_is_given_on_a_tasks_own_floor(root: Path, base: FakeBase) -> None:
    task = Task("T1", coverage_target=0.1, deliverables=("app/same.py",))
    assert judge(root, CoverageFloor(), {"app/same.py": {1, 2}}, base, task).findings == ()


def test_without_python_deliverables_it_is_asked_of_all_files_of_floors(root: Path, base: FakeBase) -> None:
    task = Task("T1", coverage_target=0.9, deliverables=("web/page.ts",))
    result = judge(root, CoverageFloor(floors={"app/**": 50}), {"app/a.py": {1, 2, 5, 6}}, base, task)
    assert "task T1 50.0 % (floor 90 %)" in result.message


def test_without_any_file_for_the_tasks_floor_it_cannot_be_judged(root: Path, base: FakeBase) -> None:
    task = Task("T1", coverage_target=0.9, deliverables=("web/page.ts",))
    result = judge(root, CoverageFloor(), {"app/a.py": {1, 2}}, base, task)
    assert result.status is GateStatus.ERROR
    assert result.message == "there is no file under the floor"


def test_a_deliverable_that_is_not_there_is_found(root: Path, base: FakeBase) -> None:
    task = Task("T1", coverage_target=0.3, deliverables=("app/same.py", "app/missing.py"))
    result = judge(root, CoverageFloor(advice_margin=0), {"app/same.py": {1, 2}}, base, task)
    assert result.status is GateStatus.FAIL
    assert [finding.message for finding in result.findings] == [
        "the floor of task T1 is asked of app/missing.py, which is not on disk"
    ]


def test_nothing_delivered_at_all_is_a_failure(root: Path, base: FakeBase) -> None:
    task = Task("T1", coverage_target=0.3, deliverables=("app/missing.py",))
    result = judge(root, CoverageFloor(floors={"app/**": 10}, advice_margin=0), {"app/a.py": {1, 2}}, base, task)
    assert ("COV004", "", 0) in codes(result)
    assert "task T1" not in result.message, "files of others do not stand in for it"
    assert judge(root, CoverageFloor(), {"app/a.py": {1, 2}}, base, task).status is GateStatus.FAIL


def test_every_finding_has_a_rule_of_the_gate() -> None:
    known = {rule.code: rule.severity for rule in CoverageFloor().rules}
    assert list(known) == [f"COV00{number}" for number in range(1, 7)]
    assert known["COV005"] is Severity.WARNING
