"""What `coverage_floor` finds in the data that tests left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from coverage import CoverageData

from pytest_agentgates.core.finding import Severity
from pytest_agentgates.core.outcomes import TestClaim
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.gates.coverage_floor import CoverageFloor
from pytest_agentgates.gates.coverage_floor.figures import percent, ranges, shown
from tests.fakes import FakeWorkspace
from tests.measured_project import recorded, write_files

TEN = "".join(f"x{number} = {number}\n" for number in range(1, 11))
HALF = set(range(1, 6))


def judge(root: Path, gate: CoverageFloor, lines: dict[str, set[int]], **workspace: Any) -> GateResult:
    files = tuple(sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()))
    facts = {"root": root, "files": files, "coverage_data": (recorded(root, lines),), **workspace}
    return gate.check(FakeWorkspace(**facts))


def codes(result: GateResult) -> list[tuple[str, str, int]]:
    return [(finding.rule, finding.path, finding.line) for finding in result.findings]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_files(tmp_path / "project", {"app/a.py": TEN, "app/core/b.py": TEN, "app/tests/test_a.py": TEN})


def test_a_floor_that_is_reached_passes(root: Path) -> None:
    gate = CoverageFloor(floors={"app/**": 75})
    result = judge(root, gate, {"app/a.py": HALF, "app/core/b.py": set(range(1, 11))}, base=None)
    assert result.status is GateStatus.PASS
    assert result.findings == ()
    assert (result.actual, result.threshold, result.comparator) == (75.0, 75.0, ">=")
    assert result.message == (
        "1 floor holds; the nearest: app/** 75.0 % (floor 75 %); suppressions not compared (no base)"
    )


def test_a_floor_that_is_not_reached_names_files_and_lines(root: Path) -> None:
    gate = CoverageFloor(floors={"app/**": 90})
    executed = {"app/a.py": {1, 2, 3, 5, 6, 10}, "app/core/b.py": set(range(1, 11))}
    result = judge(root, gate, executed, claim=TestClaim(coverage_core="sysmon"))
    assert result.status is GateStatus.FAIL
    assert codes(result) == [("COV001", "app/a.py", 4)]
    assert result.findings[0].message == "app/** 80.0 % (floor 90 %); this file 60.0 %: uncovered lines 4, 7-9"
    assert result.findings[0].snippet == "x4 = 4"
    assert result.facts["core"] == "sysmon"
    assert result.facts["floors"] == [
        {"floor": "app/**", "threshold": 90.0, "actual": 80.0, "files": 2, "covered": 16, "total": 20},
    ]


def test_the_most_specific_floor_judges_a_file(root: Path) -> None:
    gate = CoverageFloor(floors={"app/**": 50, "app/core/**": 100, "**/*.py": 100, "app/*": 40})
    result = judge(root, gate, {"app/a.py": HALF, "app/core/b.py": HALF})
    assert codes(result) == [("COV001", "app/core/b.py", 6)]
    assert "app/core/** 50.0 % (floor 100 %)" in result.message


def test_a_layer_name_stands_for_its_folders(tmp_path: Path) -> None:
    root = write_files(tmp_path / "project", {"components/x/domain/model.py": TEN, "other.py": TEN})
    gate = CoverageFloor(floors={"domain": 60})
    result = judge(root, gate, {"components/x/domain/model.py": HALF})
    assert codes(result) == [("COV001", "components/x/domain/model.py", 6)]
    assert gate.patterns == ("**/domain/**",)


def test_a_file_that_was_never_measured_counts_as_nothing_covered(root: Path) -> None:
    gate = CoverageFloor(floors={"app/**": 60})
    result = judge(root, gate, {"app/a.py": set(range(1, 11))})
    assert codes(result) == [("COV001", "app/core/b.py", 1), ("COV003", "app/core/b.py", 0)]
    assert result.actual == 50.0
    assert result.findings[1].severity is Severity.ERROR


def test_where_the_floor_is_reached_all_the_same_it_is_advice(root: Path) -> None:
    result = judge(root, CoverageFloor(floors={"app/**": 50}), {"app/a.py": set(range(1, 11))})
    assert result.status is GateStatus.PASS
    assert [(finding.rule, finding.severity) for finding in result.findings] == [("COV003", Severity.WARNING)]


def test_the_hint_names_pytest_cov_where_it_measured(root: Path) -> None:
    gate = CoverageFloor(floors={"app/**": 90})
    data = recorded(root, {"app/a.py": HALF}, "pytest-cov.data")
    result = judge(root, gate, {}, coverage_data=(data,))
    assert "its --cov and omit must let this file in" in result.findings[-1].fix


def test_files_without_statements_need_no_measuring(root: Path) -> None:
    write_files(root, {"app/__init__.py": "", "app/core/__init__.py": '"""Doc."""\n'})
    everything = {"app/a.py": set(range(1, 11)), "app/core/b.py": set(range(1, 11))}
    assert judge(root, CoverageFloor(floors={"app/**": 100}), everything).findings == ()


def test_a_file_that_does_not_parse_is_found_whatever_the_total(root: Path) -> None:
    write_files(root, {"app/broken.py": "def f(:\n"})
    everything = {"app/a.py": set(range(1, 11)), "app/core/b.py": set(range(1, 11))}
    result = judge(root, CoverageFloor(floors={"app/**": 10}, advice_margin=0), everything)
    assert result.status is GateStatus.FAIL
    assert codes(result) == [("COV003", "app/broken.py", 0)]
    assert "app/broken.py" in result.findings[0].message
    assert str(root) not in result.findings[0].message


def test_a_floor_without_a_file_is_found(root: Path) -> None:
    gate = CoverageFloor(floors={"app/**": 50, "src/**": 50, "app/tests/**": 50})
    result = judge(root, gate, {"app/a.py": HALF, "app/core/b.py": HALF})
    assert result.status is GateStatus.FAIL
    assert [finding.message for finding in result.findings] == [
        "the floor 'src/**' matches no Python file",
        "the floor 'app/tests/**' matches only files that `exclude` leaves out",
    ]


def test_where_no_floor_has_a_file_the_message_says_so(root: Path) -> None:
    result = judge(root, CoverageFloor(floors={"src/**": 50}), {"app/a.py": HALF})
    assert result.status is GateStatus.FAIL
    assert result.message.startswith("no floor could be judged")


def test_a_floor_without_a_statement_is_found(root: Path) -> None:
    write_files(root, {"empty/__init__.py": ""})
    result = judge(root, CoverageFloor(floors={"empty/**": 50}), {"app/a.py": HALF})
    assert codes(result) == [("COV004", "", 0)]
    assert result.status is GateStatus.FAIL


@pytest.mark.parametrize(("margin", "found"), [(10.0, []), (9.0, ["COV005"]), (0.0, [])])
def test_a_floor_far_below_the_actual_figure_is_advice(root: Path, margin: float, found: list[str]) -> None:
    gate = CoverageFloor(floors={"app/**": 40}, advice_margin=margin)
    result = judge(root, gate, {"app/a.py": HALF, "app/core/b.py": HALF})
    assert [finding.rule for finding in result.findings] == found
    assert result.status is GateStatus.PASS


def test_the_projects_own_exclusions_count_and_its_omissions_do_not(root: Path) -> None:
    config = "[tool.coverage.run]\nomit = ['app/core/*']\n[tool.coverage.report]\nexclude_also = ['x10 =']\n"
    write_files(root, {"pyproject.toml": config})
    result = judge(root, CoverageFloor(floors={"app/**": 60}), {"app/a.py": set(range(1, 10))})
    assert result.facts["floors"] == [
        {"floor": "app/**", "threshold": 60.0, "actual": 50.0, "files": 2, "covered": 9, "total": 18},
    ]


def test_path_aliases_of_the_project_are_followed(root: Path, tmp_path: Path) -> None:
    write_files(root, {".coveragerc": "[paths]\nhere =\n    app\n    */site-packages/app\n"})
    elsewhere = {"../lib/site-packages/app/a.py": HALF, "app/core/b.py": HALF}
    write_files(tmp_path, {"lib/site-packages/app/a.py": TEN})
    result = judge(root, CoverageFloor(floors={"app/**": 50}), elsewhere)
    assert result.status is GateStatus.PASS


def test_no_data_is_an_error_that_says_what_is_missing(root: Path) -> None:
    result = judge(root, CoverageFloor(floors={"app/**": 1}), {}, coverage_data=())
    assert result.status is GateStatus.ERROR
    assert "a1_coverage.pth" in result.message


def test_data_that_is_no_data_is_an_error(root: Path) -> None:
    torn = root.parent / "data.torn"
    torn.write_bytes(b"SQLite format 3\0 and then nothing")
    result = judge(root, CoverageFloor(floors={"app/**": 1}), {}, coverage_data=(torn,))
    assert result.status is GateStatus.ERROR
    assert "data.torn" in result.message


def test_no_floor_at_all_is_an_error(root: Path) -> None:
    result = judge(root, CoverageFloor(), {"app/a.py": HALF}, tasks=(Task("T1"),))
    assert result.status is GateStatus.ERROR
    assert result.message.startswith("no floor is configured")


@pytest.mark.parametrize(
    ("gate", "target", "message"),
    [
        (CoverageFloor(floors={"app/**": 700}), None, "floors.app/** = 700 is no percentage from 0 to 100"),
        (CoverageFloor(floors={"app/**": 0.9}), None, "floors.app/** = 0.9 reads as less than one percent: write 90"),
        (CoverageFloor(floors={"app/**": float("nan")}), None, "floors.app/** = nan is no percentage from 0 to 100"),
        (CoverageFloor(changed_lines=-1), None, "changed_lines = -1 is no percentage from 0 to 100"),
        (CoverageFloor(), 80, "the coverage target 80 of task T1 is no fraction from 0 to 1"),
    ],
)
def test_numbers_that_cannot_be_meant_are_named(
    root: Path, gate: CoverageFloor, target: float | None, message: str
) -> None:
    result = judge(root, gate, {"app/a.py": HALF}, tasks=(Task("T1", coverage_target=target),))
    assert (result.status, result.message) == (GateStatus.ERROR, message)


def test_a_mistake_in_the_coverage_configuration_is_an_error(root: Path) -> None:
    write_files(root, {".coveragerc": "[report]\nexclude_also = (\n"})
    result = judge(root, CoverageFloor(floors={"app/**": 1}), {"app/a.py": HALF})
    assert result.status is GateStatus.ERROR
    assert ".coveragerc: report.exclude_also" in result.message


def test_plugins_of_the_project_are_not_loaded(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(
        root,
        {
            ".coveragerc": "[run]\nplugins = evil_plugin\n",
            "evil_plugin.py": "import pathlib\npathlib.Path('loaded').touch()\ndef coverage_init(reg, options): pass\n",
        },
    )
    monkeypatch.chdir(root)
    monkeypatch.syspath_prepend(str(root))
    judge(root, CoverageFloor(floors={"app/**": 1}), {"app/a.py": HALF})
    assert not (root / "loaded").exists()


@pytest.mark.parametrize(
    ("covered", "total", "text"),
    [(6996, 10000, "69.9"), (7, 10, "70.0"), (0, 5, "0.0"), (2, 3, "66.6"), (99999, 100000, "99.9"), (0, 0, "100.0")],
)
def test_percentages_are_never_rounded_up(covered: int, total: int, text: str) -> None:
    assert shown(percent(covered, total)) == text


def test_almost_the_floor_is_not_the_floor(tmp_path: Path) -> None:
    text = "".join(f"x{number} = {number}\n" for number in range(1, 2501))
    root = write_files(tmp_path / "project", {"app/a.py": text})
    result = judge(root, CoverageFloor(floors={"app/**": 70}), {"app/a.py": set(range(1, 1750))})
    assert result.status is GateStatus.FAIL
    assert "app/** 69.9 % (floor 70 %)" in result.message


@pytest.mark.parametrize("target", [0.55, 0.29, 0.57])
def test_a_fraction_is_no_trap_of_binary_numbers(tmp_path: Path, target: float) -> None:
    text = "".join(f"x{number} = {number}\n" for number in range(1, 101))
    root = write_files(tmp_path / "project", {"app/a.py": text})
    enough = set(range(1, round(target * 100) + 1))
    tasks = (Task("T1", coverage_target=target, deliverables=("app/a.py",)),)
    assert judge(root, CoverageFloor(), {"app/a.py": enough}, tasks=tasks).status is GateStatus.PASS
    fewer = judge(root, CoverageFloor(), {"app/a.py": enough - {1}}, tasks=tasks)
    assert fewer.status is GateStatus.FAIL


def test_ranges_bridge_lines_without_statements() -> None:
    assert ranges({3, 5, 9}, {1, 3, 5, 7, 9}) == "3-5, 9"


BRANCHING = {"app/a.py": "def f(x):\n    if x:\n        x = 1\n    return x\n"}
IMPORTED = {(-1, 1), (1, -1)}
CALLED = IMPORTED | {(-1, 2), (2, 3), (3, 4), (4, -1)}


def judge_arcs(root: Path, arcs: set[tuple[int, int]], gate: CoverageFloor, *others: Path) -> GateResult:
    path = root.parent / "data.arcs"
    data = CoverageData(str(path))
    data.add_arcs({str(root.resolve() / "app/a.py"): arcs})
    data.write()
    data.close()
    return gate.check(FakeWorkspace(root=root, files=tuple(BRANCHING), coverage_data=(path, *others)))


def test_branches_are_judged_with_the_lines(tmp_path: Path) -> None:
    root = write_files(tmp_path / "project", BRANCHING)
    result = judge_arcs(root, CALLED, CoverageFloor(floors={"app/**": 90}, branch=True))
    assert codes(result) == [("COV001", "app/a.py", 2)]
    assert "app/** 83.3 %" in result.findings[0].message
    assert result.findings[0].message.endswith("not every branch taken from lines 2")


def test_branches_from_lines_that_never_ran_are_not_told_apart(tmp_path: Path) -> None:
    root = write_files(tmp_path / "project", BRANCHING)
    result = judge_arcs(root, IMPORTED, CoverageFloor(floors={"app/**": 90}, branch=True))
    assert "app/** 16.6 %" in result.findings[0].message
    assert result.findings[0].message.endswith("uncovered lines 2-4")


def test_data_of_branches_serves_a_floor_of_lines(tmp_path: Path) -> None:
    root = write_files(tmp_path / "project", BRANCHING)
    lines = recorded(root, {"app/a.py": {1}})
    result = judge_arcs(root, CALLED, CoverageFloor(floors={"app/**": 100}), lines)
    assert (result.status, result.actual) == (GateStatus.PASS, 100.0)


def test_data_of_lines_does_not_serve_a_floor_of_branches(tmp_path: Path) -> None:
    root = write_files(tmp_path / "project", BRANCHING)
    lines = recorded(root, {"app/a.py": {1}})
    result = judge_arcs(root, CALLED, CoverageFloor(floors={"app/**": 1}, branch=True), lines)
    assert result.status is GateStatus.ERROR
    assert result.message == "branches are to be judged, but data.1 holds lines only"
