from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_agentgates.core.finding import Finding, Waiver
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.gates.config_holds import ConfigHolds
from tests.fakes import FakeWorkspace
from tests.gated_project import GatedProject

GATE = ConfigHolds(known=lambda: frozenset({"COV001", "IMP001"}), today="2026-06-01")
WAIVER = Waiver("E501", "src/*.py", "long table", "pyproject.toml")
WAIVED = Finding("E501", "too long", "src/a.py", 3, waived="long table")
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
