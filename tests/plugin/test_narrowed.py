"""A narrowed run is reported, completes nothing and costs no attempt."""

from __future__ import annotations

import pytest

from tests.gated_project import GatedProject

NARROWING = [
    ("-k", "add"),
    ("-m", "not slow"),
    ("--deselect", "tests/test_pass.py::test_add"),
    ("--last-failed",),
    ("--stepwise",),
    ("-x",),
    ("--maxfail=5",),
    ("--collect-only",),
    ("--ignore=tests/other",),
    ("tests/test_fail.py",),
]


@pytest.mark.parametrize("arguments", NARROWING, ids=" ".join)
@pytest.mark.parametrize("source", ["command line", "addopts", "environment"])
def test_a_narrowed_run_is_incomplete(
    project: GatedProject, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], source: str
) -> None:
    settings = '[tool.pytest]\npythonpath = ["src"]\nmarkers = ["slow"]\n'
    line: tuple[str, ...] = ()
    if source == "command line":
        line = arguments
    elif source == "environment":
        monkeypatch.setenv("PYTEST_ADDOPTS", " ".join(f"'{word}'" for word in arguments))
    elif source == "addopts":
        settings += f"addopts = {list(arguments)}\n"
    project.write("pyproject.toml", f"{settings}\n[tool.agentgates]\n")
    result = project.pytester.runpytest_subprocess("--agent-task", "T1", *line)
    assert result.ret == 1, result.stdout.str()
    result.stdout.fnmatch_lines(["T1: incomplete, the task stays as it is", "  the run was narrowed by *"])
    assert project.status() == "pending"
    assert project.evidence()["complete"] is False
    assert project.evidence()["overall_status"] == "incomplete"
    assert "RUN007" in project.rules("tests_pass")


def test_options_that_leave_every_test_in_do_not_narrow(project: GatedProject) -> None:
    result = project.gated("-v", "--tb=short", "--durations=1", "-p", "no:randomly", "--color=yes")
    assert result.ret == 0, result.stdout.str()
