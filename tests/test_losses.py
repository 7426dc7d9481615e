"""What the base asks for and the disk no longer does, on real runs."""

from __future__ import annotations

import pytest

from pytest_agentgates.core.task import Task
from pytest_agentgates.losses import _fewer
from tests.gated_project import CALC, GatedProject

LINT = '\n[tool.agentgates.gates.ruff_clean]\npaths = ["src"]\n'
TASK = {"id": "T1", "title": "Add", "status": "pending"}


@pytest.fixture
def committed(project: GatedProject) -> GatedProject:
    project.configure(LINT)
    project.tasks(
        {
            **TASK,
            "layer": "domain",
            "test_files": ["tests/test_pass.py", "tests/test_fail.py"],
            "acceptance_criteria": ["sums are right"],
            "test_strategy": {"coverage_target": 0.9},
        }
    )
    project.commit()
    return project


def losses(project: GatedProject) -> list[str]:
    assert project.gated().ret == 1
    findings = project.gate("config")["findings"]
    return [finding["message"] for finding in findings if finding["rule"] == "AGT006"]


def test_a_task_that_asks_for_less_is_reported_whatever_its_tests_say(committed: GatedProject) -> None:
    committed.tasks({**TASK, "layer": "application", "test_files": ["tests/test_pass.py"]})
    assert losses(committed) == [
        "the task T1 no longer names its tests tests/test_fail.py",
        "the task T1 asks for a coverage of None, not 0.9",
        "the task T1 is of the layer application, not domain",
        "the task T1 lost acceptance criteria: sums are right",
    ]


def test_a_task_that_asks_for_more_is_no_loss(project: GatedProject) -> None:
    project.commit()
    project.tasks({**TASK, "test_files": ["tests/test_pass.py"], "acceptance_criteria": ["more"]})
    assert project.gated().ret == 0


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"deliverables": ["src/calc.py", "tests/conftest.py"]}, "may change more than at the base: tests/conftest.py"),
        (
            {"deliverables": ["src/calc.py"], "files_created": ["tests/test_pass.py", "src/new.py"]},
            "may change more than at the base: tests/test_pass.py",
        ),
        ({}, "no longer says what it may change: src/calc.py"),
    ],
)
def test_a_boundary_that_an_entry_gave_itself_is_reported(
    project: GatedProject, entry: dict[str, object], message: str
) -> None:
    task = {**TASK, "test_files": ["tests/test_pass.py"]}
    project.tasks({**task, "deliverables": ["src/calc.py"]})
    project.commit()
    project.tasks({**task, **entry})
    (found,) = losses(project)
    assert found.startswith(f"the task T1 {message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[tool.agentgates.gates.untampered]\nenabled = false\n",
            "the gate untampered was switched off since the base",
        ),
        ("[tool.agentgates.gates.untampered]\nblocking = false\n", "the gate untampered no longer blocks, as it did"),
        ("[tool.agentgates.gates.untampered]\nadvise = ['TMP007', 'TMP008']\n", "the gate untampered is set up other"),
        ("[tool.agentgates.gates.untampered]\nlayers = ['x']\n", "the gate untampered is on for fewer layers than"),
    ],
)
def test_a_gate_that_was_weakened_is_reported_by_one_that_cannot_be(
    project: GatedProject, text: str, message: str
) -> None:
    project.commit()
    project.configure(f"\n{text}")
    project.write("src/calc.py", CALC + "\n# honest\n")
    assert losses(project)[0].startswith(message)


def test_a_gate_of_a_profile_is_on_for_its_layers_as_at_the_base(project: GatedProject) -> None:
    project.configure('\n[tool.agentgates.profiles]\ndomain.gates = ["ruff_clean"]\nother.gates = ["ruff_clean"]\n')
    project.tasks({**TASK, "layer": "domain", "test_files": ["tests/test_pass.py"]})
    project.commit()
    result = project.gated("--agent-no-update")
    assert result.ret == 0, result.stdout.str()
    path = project.root / "pyproject.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("other.gates", "nowhere.gates"), encoding="utf-8")
    assert losses(project) == ["the gate ruff_clean is on for fewer layers than at the base"]


def test_tasks_of_another_place_are_reported(project: GatedProject, monkeypatch: pytest.MonkeyPatch) -> None:
    project.commit()
    project.write("x/tasks.json", (project.root / "docs/state/tasks.json").read_text(encoding="utf-8"))
    monkeypatch.setenv("AGENTGATES_TASKS", "x/tasks.json")
    assert losses(project) == ["tasks are read from x/tasks.json, at the base from docs/state/tasks.json"]


def test_a_gate_that_was_taken_out_is_reported(committed: GatedProject) -> None:
    path = committed.root / "pyproject.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(LINT, ""), encoding="utf-8")
    assert "the gate ruff_clean was switched off since the base" in losses(committed)


def test_a_waiver_of_what_protects_the_tests_counts_only_from_the_base(project: GatedProject) -> None:
    project.commit()
    waiver = '[[tool.agentgates.waivers]]\nrule = "TMP004"\npath = "tests/**"\nreason = "agreed"\n'
    project.configure(f"\n{waiver}")
    path = project.root / "tests/test_pass.py"
    path.write_text(path.read_text(encoding="utf-8").replace("== 3", "== 3 + 0"), encoding="utf-8")
    assert project.gated().ret == 1
    findings = project.gate("untampered")["findings"]
    assert all(not finding["waived"] for finding in findings)
    assert any("is not in the base" in finding["message"] for finding in project.gate("config")["findings"])
    project.commit()
    path.write_text(path.read_text(encoding="utf-8").replace("== 3 + 0", "== 3 + 0 * 1"), encoding="utf-8")
    project.gated("--agent-base", "HEAD")
    assert project.gate("untampered")["status"] == "pass"
    assert [finding["waived"] for finding in project.gate("untampered")["findings"]] == ["agreed"]


def test_ticking_a_criterion_is_no_loss_and_rewording_it_is() -> None:
    def said(**criterion: object) -> Task:
        return Task("T1", extra={"acceptance_criteria": [{"text": "sums", "more": "`make sums`", **criterion}]})

    asked = said(done=False, offset=4)
    assert list(_fewer(asked, said(done=True, offset=9))) == []
    assert len(list(_fewer(asked, said(text="none")))) == 1
    assert len(list(_fewer(asked, said(more="`true`")))) == 1
