from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_agentgates.baseline_file import render_baseline
from pytest_agentgates.core.baseline import RECORDED, Baseline, Identity
from pytest_agentgates.core.finding import Finding, Waiver
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.core.workspace_port import Loss
from pytest_agentgates.gates.config_holds import ConfigHolds
from tests.fakes import FakeBase, FakeWorkspace
from tests.gated_project import GatedProject

GATE = ConfigHolds(known=lambda: frozenset({"COV001", "IMP001"}), today="2026-06-01")
WAIVER = Waiver("E501", "src/*.py", "long table", "pyproject.toml")
WAIVED = Finding("E501", "too long", "src/a.py", 3, waived="long table")
PLACE = "agentgates-baseline.json"
OLD = Identity("ruff_clean", "src/a.py", "E501", "x = 1")
RULES: dict[str, tuple[str, ...]] = {"ruff_clean": (), "coverage_floor": ("COV001",)}


def check(waiver: Waiver, *results: GateResult, paths: tuple[str, ...] = ()) -> list[str]:
    workspace = FakeWorkspace(waivers=(waiver,), results=results, rules_by_gate=RULES, paths=paths)
    return [f"{found.rule} {found.message}" for found in GATE.check(workspace).findings]


def ruff(*findings: Finding, status: GateStatus = GateStatus.PASS) -> GateResult:
    return GateResult("ruff_clean", status, findings=findings)


def test_a_waiver_that_waives_something_holds() -> None:
    assert check(WAIVER, ruff(WAIVED)) == []


def test_a_waiver_with_nothing_to_waive_is_found() -> None:
    assert check(WAIVER, ruff()) == ["AGT001 the waiver of E501 has nothing to waive"]


def test_a_waiver_is_not_used_by_a_finding_of_another_path() -> None:
    assert check(WAIVER, ruff(replace(WAIVED, path="lib/b.py"))) == ["AGT001 the waiver of E501 has nothing to waive"]


def test_a_waiver_waits_for_the_gate_that_has_its_rule_and_for_no_other() -> None:
    of_coverage = replace(WAIVER, rule="COV001")
    assert check(of_coverage, ruff()) == []
    judged = GateResult("coverage_floor", GateStatus.PASS)
    assert check(of_coverage, ruff(), judged) == ["AGT001 the waiver of COV001 has nothing to waive"]


def test_a_rule_of_another_tool_may_begin_like_one_of_ours() -> None:
    foreign = replace(WAIVED, rule="CMDX7")
    assert check(replace(WAIVER, rule="CMDX7"), ruff(foreign)) == []


def test_what_was_not_judged_is_not_called_unused() -> None:
    assert check(WAIVER) == []
    assert check(WAIVER, ruff(status=GateStatus.ERROR)) == []
    assert check(WAIVER, ruff(), paths=("src/b.py",)) == []


@pytest.mark.parametrize(
    ("waiver", "problem"),
    [
        (replace(WAIVER, reason=" "), "the waiver of E501 gives no reason"),
        (replace(WAIVER, rule=""), "the waiver of no rule names no rule"),
        (replace(WAIVER, rule="COV999"), "the waiver of COV999 names a code that no gate knows"),
        (replace(WAIVER, expires="2026-05-31"), "the waiver of E501 expired on 2026-05-31"),
        (replace(WAIVER, expires="20260531"), "the waiver of E501 expired on 20260531"),
        (
            replace(WAIVER, expires="31.12.2025"),
            "the waiver of E501 expires on '31.12.2025', which is no date such as 2030-01-31",
        ),
        (replace(WAIVER, rule="RUN001"), "the waiver of RUN001 is not possible: this rule cannot be waived"),
        (replace(WAIVER, rule="TSK002"), "the waiver of TSK002 is not possible: this rule cannot be waived"),
    ],
)
def test_each_kind_of_bad_waiver_is_named(waiver: Waiver, problem: str) -> None:
    assert f"AGT001 {problem}" in check(waiver, ruff(WAIVED))


def test_a_waiver_holds_on_its_last_day() -> None:
    assert check(replace(WAIVER, expires="2026-06-01"), ruff(WAIVED)) == []


def test_a_glob_that_matches_nothing_is_found() -> None:
    workspace = FakeWorkspace(files=("src/a.py",), globs={"gates.ruff_clean.paths[0]": "srv/**", "other": "src"})
    assert [found.message for found in GATE.check(workspace).findings] == [
        "gates.ruff_clean.paths[0]: 'srv/**' matches no file"
    ]


def of_baseline(count: int, recorded: bytes | None = None, **facts: object) -> list[tuple[str, str]]:
    """What is said of a baseline with one entry, over a gate that found and excused it once."""
    gate = replace(GATE, baseline=Baseline(PLACE, {OLD: count}, {OLD: 2}))
    found = Finding("E501", "too long", "src/a.py", 3, snippet="x = 1", waived=RECORDED)
    files = {} if recorded is None else {PLACE: recorded}
    workspace = FakeWorkspace(results=(ruff(found),), rules_by_gate=RULES, base=FakeBase(files))
    result = gate.check(replace(workspace, **facts))  # type: ignore[arg-type]  # each test names real fields
    assert all(finding.rule == "AGT001" and finding.counts for finding in result.findings)
    return [(finding.place, finding.message) for finding in result.findings]


def test_a_baseline_that_the_base_has_and_that_excuses_something_holds() -> None:
    assert of_baseline(1, render_baseline({OLD: 1})) == []
    assert of_baseline(1, render_baseline({OLD: 5})) == []


def test_a_baseline_entry_that_excuses_less_than_it_says_is_found_at_its_line() -> None:
    assert of_baseline(2, render_baseline({OLD: 2})) == [
        (f"{PLACE}:2:1", f"the baseline entry {OLD} is recorded 2 times and was found 1 times")
    ]


def test_of_some_files_a_baseline_is_not_called_unused() -> None:
    assert of_baseline(2, render_baseline({OLD: 2}), paths=("src/b.py",)) == []


@pytest.mark.parametrize("base", [None, b"[]", b"no json", b'[{"gate": 1}]', b"\xff"])
def test_an_entry_that_a_base_without_a_readable_one_lacks_is_found(base: bytes | None) -> None:
    assert of_baseline(1, base) == [
        (f"{PLACE}:2:1", f"the baseline entry {OLD} is recorded 1 times, 0 times at the base")
    ]


def test_without_a_base_nothing_is_said_to_have_grown() -> None:
    assert of_baseline(1, base=None) == []


def test_a_problem_of_the_waiver_itself_comes_before_all_others() -> None:
    assert check(replace(WAIVER, reason="", problem="is no waiver"), ruff()) == [
        "AGT001 the waiver of E501 is no waiver"
    ]


@pytest.mark.parametrize(
    ("where", "place"), [("src/a.py:7", "src/a.py:7:1"), ("pyproject.toml", "pyproject.toml"), ("a:b", "a:b")]
)
def test_a_bad_waiver_is_found_where_it_stands(where: str, place: str) -> None:
    workspace = FakeWorkspace(waivers=(replace(WAIVER, reason="", where=where),))
    assert [found.place for found in GATE.check(workspace).findings] == [place]


def test_what_asks_for_less_than_the_base_is_found_for_the_project_and_for_the_tasks_that_are_judged() -> None:
    losses = (
        Loss("agentgates.toml", "the gate ruff_clean was switched off"),
        Loss("tasks.json", "T1 asks for less", "T1"),
        Loss("tasks.json", "T2 asks for less", "T2"),
    )
    result = GATE.check(FakeWorkspace(tasks=(Task("T1"),), less_than_base=losses))
    assert result.status is GateStatus.FAIL
    assert [(found.rule, found.path, found.message) for found in result.findings] == [
        ("AGT006", "agentgates.toml", "the gate ruff_clean was switched off"),
        ("AGT006", "tasks.json", "T1 asks for less"),
    ]


def test_waivers_are_counted_and_judged_end_to_end(project: GatedProject) -> None:
    project.write("src/extra.py", "import os  # agentgates: ignore[F401] imported for its side effect\n")
    project.write("src/plain.py", "x = 1  # agentgates: ignore[F401] there is nothing here\n")
    project.configure('[tool.agentgates.gates.ruff_clean]\npaths = ["src"]\n')
    assert project.gated().ret == 1
    assert project.evidence()["summary"]["waived"] == 1
    (finding,) = project.gate("config")["findings"]
    assert (finding["rule"], finding["path"], finding["line"]) == ("AGT001", "src/plain.py", 1)
    assert finding["message"] == "the waiver of F401 has nothing to waive"
    assert project.gate("ruff_clean")["status"] == "pass"


def test_a_module_in_the_place_of_pytest_is_named_by_run_check_and_doctor(project: GatedProject) -> None:
    """With the base as well: whoever committed it, `python -m pytest` there judges nothing."""
    project.write("pytest.py", "print('2 passed')\n")
    project.commit()
    said = "pytest.py: AGT007 Python imports it in the place of pytest"
    for words in (("run", "T1"), ("check",)):
        result = project.agentgates(*words)
        assert result.ret == 1
        assert said in result.outlines
    assert "pytest.py: AGT005 Python imports it in the place of pytest" in project.agentgates("doctor").outlines
    assert project.status() != "completed"
