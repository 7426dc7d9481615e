"""A run with a base is judged in a tree rebuilt aside: the base's tests, the task's product code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.gated_project import CALC, CONFIG, FAILING, PASSING, GatedProject

WRONG = CALC.replace("left + right", "left - right")


@pytest.fixture
def committed(project: GatedProject) -> GatedProject:
    project.write(".gitignore", "__pycache__/\n.claude/\n/stdout\n/stderr\n/runpytest-*\n")
    project.write("src/calc.py", WRONG)
    project.commit()
    return project


def test_correct_work_passes_and_says_how_it_was_judged(committed: GatedProject) -> None:
    base = committed.git("rev-parse", "HEAD")
    committed.write("src/calc.py", CALC)
    result = committed.gated()
    assert result.ret == 0, result.stdout.str()
    assert committed.evidence()["assurance"] == "clean"
    assert committed.status() == "completed"
    assert committed.task()["base"] == base
    result.stdout.fnmatch_lines(["judged in a clean tree; the task declares no boundary*"])


def test_edited_tests_are_not_those_that_decide(committed: GatedProject) -> None:
    committed.write("tests/test_pass.py", "def test_add():\n    assert True\n\n\ndef test_add_negative():\n    pass\n")
    result = committed.gated()
    assert result.ret == 1
    assert committed.rules("tests_pass") == ["RUN001", "RUN001"]
    result.stdout.fnmatch_lines(["*tests and configuration of the base ran, not those on disk: tests/test_pass.py"])
    assert "2 of 2 of the agent's own" in committed.gate("tests_pass")["message"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("conftest.py", "def pytest_runtest_makereport(item, call):\n    call.excinfo = None\n"),
        ("pytest.ini", "[pytest]\naddopts = --collect-only\n"),
        ("tests/pytest.toml", '[pytest]\naddopts = ["--collect-only"]\n'),
        ("src/sitecustomize.py", "import pytest\npytest.Function.runtest = lambda self: None\n"),
        ("src/extra.pth", "import os; os._exit(0)\n"),
    ],
)
def test_planted_files_that_steer_have_no_effect_and_are_reported(
    committed: GatedProject, name: str, text: str
) -> None:
    committed.write(name, text)
    assert committed.gated().ret == 1
    assert committed.rules("tests_pass") == ["RUN001", "RUN001"]
    committed.write("src/calc.py", CALC)
    assert committed.gated().ret == 1
    assert committed.rules("tests_pass") == []
    assert {"TMP005", "TMP007", "TMP017"} & set(committed.rules("untampered"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("conftest.py", 'pytest_plugins = ["shop.testing"]\n'),
        ("pytest.ini", "[pytest]\npythonpath = src\naddopts = -p shop.testing\n"),
    ],
)
def test_a_plugin_among_product_code_is_that_of_the_base(committed: GatedProject, name: str, text: str) -> None:
    committed.write(name, text)
    committed.write("src/shop/testing.py", "")
    committed.commit()
    patch = "monkeypatch.setattr(request.module, 'add', lambda *each: sum(each))"
    fixture = f"@pytest.fixture(autouse=True)\ndef patched(request, monkeypatch):\n    {patch}\n"
    committed.write("src/shop/testing.py", f"import pytest\n\n\n{fixture}")
    assert committed.gated().ret == 1
    assert committed.rules("tests_pass") == ["RUN001", "RUN001"]
    assert any("shop/testing.py" in note for note in committed.evidence()["assurance_notes"])


def test_deleted_tests_run_all_the_same(committed: GatedProject) -> None:
    (committed.root / "tests/test_pass.py").unlink()
    assert committed.gated().ret == 1
    assert committed.rules("tests_pass") == ["RUN001", "RUN001"]


def test_new_mapped_tests_run_from_the_disk_and_are_named(committed: GatedProject) -> None:
    committed.write("src/calc.py", CALC)
    committed.write("tests/test_new.py", PASSING)
    committed.tasks({"id": "T1", "status": "pending", "test_files": ["tests"]})
    (committed.root / "tests/test_fail.py").unlink()
    committed.commit()
    committed.write("tests/test_newer.py", PASSING)
    assert committed.gated().ret == 0
    assert "not in the base, run from the disk: tests/test_newer.py" in committed.evidence()["assurance_notes"]


def test_files_outside_the_declared_boundary_are_those_of_the_base(committed: GatedProject) -> None:
    committed.tasks(
        {"id": "T1", "status": "pending", "test_files": ["tests/test_pass.py"], "deliverables": ["src/other.py"]}
    )
    committed.write("src/calc.py", CALC)
    assert committed.gated().ret == 1
    outside = next(note for note in committed.evidence()["assurance_notes"] if note.startswith("outside the boundary"))
    assert "src/calc.py" in outside
    assert "tasks.json" not in outside
    wider = {"id": "T1", "status": "pending", "test_files": ["tests/test_pass.py"], "deliverables": ["src/"]}
    committed.tasks({**wider, "base": committed.task()["base"]})
    assert committed.gated().ret == 0


def test_the_environment_carries_nothing_in(committed: GatedProject, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = committed.write("evil/calc.py", CALC).parent
    monkeypatch.setenv("PYTHONPATH", str(evil))
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing")
    assert committed.gated().ret == 1
    assert committed.rules("tests_pass") == ["RUN001", "RUN001"]


def test_variables_and_untracked_files_come_in_by_the_base_configuration(
    project: GatedProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write(".gitignore", "data/\n__pycache__/\n.claude/\n")
    project.write("data/numbers.txt", "3\n")
    project.configure('[tool.agentgates.run]\ncarry = ["data"]\nenvironment = ["APP_*"]\n')
    project.write(
        "tests/test_pass.py",
        "import os, pathlib\n\n\ndef test_it():\n    assert pathlib.Path('data/numbers.txt').read_text() == '3\\n'\n"
        "    assert os.environ['APP_MODE'] == 'x' and 'OTHER' not in os.environ\n",
    )
    project.commit()
    monkeypatch.setenv("APP_MODE", "x")
    monkeypatch.setenv("OTHER", "y")
    assert project.gated().ret == 0
    assert project.evidence()["assurance"] == "clean"


def test_in_place_is_said_with_its_reason(committed: GatedProject) -> None:
    committed.write("src/calc.py", CALC)
    result = committed.gated("--agent-in-place")
    assert result.ret == 0
    assert committed.evidence()["assurance"] == "in_place"
    result.stdout.fnmatch_lines(["judged in place, with less assurance: it was asked for by --agent-in-place"])


def test_another_base_than_the_recorded_one_completes_nothing(committed: GatedProject) -> None:
    assert committed.gated().ret == 1
    committed.write("tests/test_pass.py", FAILING.replace("== 4", "== -1"))
    committed.commit()
    result = committed.gated("--agent-base", "HEAD")
    assert result.ret == 1
    assert committed.status() == "in_progress"
    result.stdout.fnmatch_lines(["T1: incomplete, *", "  measured against *, not against *, which the task records*"])


def test_workers_and_coverage_see_the_projects_files(committed: GatedProject) -> None:
    committed.configure('[tool.agentgates.gates.coverage_floor]\nfloors = { "src/**" = 100 }\n')
    committed.commit()
    committed.write("src/calc.py", CALC)
    result = committed.gated("-n", "2")
    assert result.ret == 0, result.stdout.str()
    assert committed.gate("coverage_floor")["status"] == "pass"
    assert committed.evidence()["assurance"] == "clean"


def test_the_users_own_output_files_end_up_where_they_were_asked_for(committed: GatedProject) -> None:
    committed.write("src/calc.py", CALC)
    assert committed.gated("--junitxml=report.xml").ret == 0
    assert "test_add_negative" in (committed.root / "report.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["path", "finder"])
def test_an_editable_install_leads_to_the_clean_tree(project: GatedProject, tmp_path: Path, form: str) -> None:
    """Both forms of setuptools: a line with a path, and a finder with a table; hatchling writes the first."""
    project.write("pyproject.toml", CONFIG.replace('pythonpath = ["src"]', ""))
    check = "import calc, subprocess, sys\n\n\ndef test_it():\n    assert calc.add(1, 2) == 3\n"
    check += "    assert '/tree/' in calc.__file__.replace('\\\\', '/')\n"
    check += "    code = 'import calc; print(calc.__file__)'\n"
    check += "    assert subprocess.check_output([sys.executable, '-c', code], text=True).strip() == calc.__file__\n"
    project.write("tests/test_pass.py", check)
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    packages = next(environment.glob("lib/python*/site-packages"))
    lines = [*(path for path in sys.path if path.endswith("site-packages"))]
    (packages / "shared.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _install_editable(packages, project.root / "src", form)
    project.configure(f'[tool.agentgates.run]\npython = "{environment}/bin/python"\n')
    project.write(".gitignore", "__pycache__/\n.claude/\n")
    project.commit()
    result = project.gated()
    assert result.ret == 0, result.stdout.str()
    assert project.evidence()["assurance"] == "clean"


def _install_editable(packages: Path, source: Path, form: str) -> None:
    if form == "path":
        (packages / "__editable__.calc-1.pth").write_text(f"{source}\n", encoding="utf-8")
        return
    finder = f"""import sys
from importlib.util import spec_from_file_location
MAPPING = {{"calc": {str(source / "calc.py")!r}}}
class Finder:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return spec_from_file_location(name, MAPPING[name]) if name in MAPPING else None
def install():
    sys.meta_path.append(Finder)
"""
    (packages / "__editable___calc_finder.py").write_text(finder, encoding="utf-8")
    line = "import __editable___calc_finder; __editable___calc_finder.install()\n"
    (packages / "__editable__.calc-1.pth").write_text(line, encoding="utf-8")
