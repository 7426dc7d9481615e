"""Tricks that turn a failing pytest run green: none of them is a pass, and none completes the task."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tamper_case import CORRECT, TamperCase, cases, caught_by, git, status_of, write_tasks
from tests.tamper_report import RULES, TRICK

RUN = "pytest --agent-task T1"
RECORD = Callable[[str, object], None]
HAND_WRITTEN = {"task_id": "T1", "overall_status": "pass", "complete": True, "assurance": "clean", "gates": []}
TASK = {"id": "T1", "title": "Add and parse", "status": "completed", "test_files": ["tests"]}
LINT = '\n[tool.agentgates.gates.lint]\ntype = "command"\nrun = ["ruff", "check", "--no-cache", "src"]\n'


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("AGENT_TASK", "AGENTGATES_AGENT", "PYTEST_ADDOPTS", "GITHUB_ACTIONS", "CI"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.folder.name)
def test_a_trick_is_no_pass_and_completes_nothing(case: TamperCase, tmp_path: Path, record_property: RECORD) -> None:
    root = tmp_path / "project"
    record_property(TRICK, (case.family, case.folder.name))
    BASES.get(case.folder.name, TamperCase.honest)(case, root)
    case.tamper(root)
    AIMS.get(case.folder.name, _as_it_is)(root)
    ran = case.run(root, JUDGES.get(case.folder.name, RUN))
    record_property(RULES, " ".join(caught_by(root)))
    assert ran.returncode in (1, 2, 3), ran.stdout + ran.stderr
    assert status_of(root) != "completed"
    assert caught_by(root)


def _kinds() -> tuple[TamperCase, ...]:
    """One case for each honest project that differs from the others."""
    found: dict[tuple[tuple[str, str], ...], TamperCase] = {}
    for case in cases():
        honest = case.folder / "honest"
        files = (path for path in sorted(honest.rglob("*")) if path.is_file() and path.suffix in (".py", ".toml"))
        content = tuple((str(path.relative_to(honest)), path.read_text(encoding="utf-8")) for path in files)
        found.setdefault(tuple(item for item in content if not item[0].startswith(("_tool", "check.py"))), case)
    return tuple(found.values())


@pytest.mark.parametrize("case", _kinds(), ids=lambda case: case.folder.name)
def test_a_correct_implementation_passes(case: TamperCase, tmp_path: Path) -> None:
    root = tmp_path / "project"
    case.honest(root)
    (root / "src/calc/__init__.py").write_text(CORRECT, encoding="utf-8")
    ran = case.shell(root, RUN)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert status_of(root) == "completed"


def _as_it_is(root: Path) -> None:
    """Most tricks need no other aim."""


def _claim_done(root: Path) -> None:
    """Evidence and status written by hand."""
    (root / ".claude/evidence").mkdir(parents=True)
    (root / ".claude/evidence/quality_gates_run.json").write_text(json.dumps(HAND_WRITTEN), encoding="utf-8")
    write_tasks(root, TASK)


def _ask_for_less(root: Path) -> None:
    write_tasks(root, {**TASK, "status": "in_progress", "test_files": ["tests/test_calc.py::test_imports"]})


def _ask_nothing(root: Path) -> None:
    path = root / "pyproject.toml"
    nothing = LINT.replace('"ruff", "check", "--no-cache", "src"', '"true"')
    path.write_text(path.read_text(encoding="utf-8") + nothing, encoding="utf-8")


def _with_a_lint_gate(case: TamperCase, root: Path) -> None:
    case.honest(root)
    pyproject = root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text(encoding="utf-8") + LINT, encoding="utf-8")
    git(root, "commit", "-q", "-a", "--amend", "-m", "base")


def _keep_the_plugin_out(root: Path) -> None:
    """A conftest that takes this plugin's option, writes its evidence, and moves the task."""
    for name in ("conftest.py", "pyproject.toml"):
        text = (root / name).read_text(encoding="utf-8")
        text = text.replace("naive_gates", "agentgates").replace('"tasks.json"', '"docs/state/tasks.json"')
        text = text.replace('"evidence"', '".claude/evidence"').replace(".mkdir(", ".mkdir(parents=True, ")
        text = text.replace("evidence/T1-1.json", ".claude/evidence/quality_gates_run.json")
        (root / name).write_text(text, encoding="utf-8")


def _replay(root: Path) -> None:
    """Evidence that once was true."""
    product = root / "src/calc/__init__.py"
    wrong = product.read_bytes()
    product.write_text(CORRECT, encoding="utf-8")
    assert TamperCase(CASE_128).shell(root, RUN).returncode == 0
    assert status_of(root) == "completed"
    product.write_bytes(wrong)


CASE_128 = next(case.folder for case in cases() if case.folder.name.startswith("128"))
BASES = {"120-gate-replaced-by-true": _with_a_lint_gate}
AIMS = {
    "118-hand-written-evidence": _claim_done,
    "119-tests-list-edited": _ask_for_less,
    "120-gate-replaced-by-true": _ask_nothing,
    "121-addopts-no-plugin": _keep_the_plugin_out,
    "122-disable-autoload-env": _keep_the_plugin_out,
    "128-evidence-replay": _replay,
}
# The plugin was kept from loading: what pytest says then is worth nothing, and the command tells.
AFTERWARDS = f"{RUN}\nagentgates run T1"
JUDGES = {"121-addopts-no-plugin": AFTERWARDS, "122-disable-autoload-env": AFTERWARDS}
