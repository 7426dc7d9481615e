"""Mapped tests that are not there, or not in the repository, are named before anything runs."""

from __future__ import annotations

import pytest

from pytest_agentgates.errors import NO_TESTS
from tests.bad_input.refusals import refused
from tests.gated_project import GatedProject

CORRECT = "correct the task's test_files"
INSIDE = "name tests by their path relative to the repository"
RUN = ("pytest", "--agent-task", "T1")


@pytest.mark.parametrize(
    ("named", "what", "fix"),
    [
        ("tests/test_none.py", "'tests/test_none.py', which does not exist", "did you mean tests/test_pass.py?"),
        ("zebra.py", "'zebra.py', which does not exist", CORRECT),
        (
            "tests/test_pass.py::test_ad",
            "'tests/test_pass.py::test_ad', which does not exist",
            "did you mean tests/test_pass.py::test_add?",
        ),
        ("tests/none_*.py", "'tests/none_*.py', which matches no test file", CORRECT),
        ("../outside/test_it.py", "'../outside/test_it.py', which lies outside the repository", INSIDE),
        (
            "tests/../../outside/test_it.py",
            "'tests/../../outside/test_it.py', which lies outside the repository",
            INSIDE,
        ),
        ("/etc/passwd", "'/etc/passwd', which lies outside the repository", INSIDE),
        ("\x1b]0;x\x07.py", "'\\x1b]0;x\\x07.py', which does not exist", CORRECT),
        ("-p", "'-p', which does not exist", CORRECT),
        ("", "'', which names no file", CORRECT),
    ],
)
def test_a_test_that_cannot_be_mapped(project: GatedProject, named: str, what: str, fix: str) -> None:
    project.tasks({"id": "T1", "test_files": [named]})
    assert refused(project, *RUN) == (f"agentgates: docs/state/tasks.json:4: TSK007 task T1 maps {what}\n  fix: {fix}")


def test_a_link_that_leads_out_of_the_repository(
    project: GatedProject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "test_it.py"
    outside.write_text("def test_it():\n    pass\n", encoding="utf-8")
    (project.root / "tests" / "test_link.py").symlink_to(outside)
    project.tasks({"id": "T1", "test_files": ["tests/test_link.py"]})
    assert refused(project, *RUN) == (
        "agentgates: docs/state/tasks.json:4: TSK007 task T1 maps 'tests/test_link.py', "
        f"which lies outside the repository\n  fix: {INSIDE}"
    )


def test_every_missing_test_is_named_at_once(project: GatedProject) -> None:
    project.tasks({"id": "T1", "test_files": ["zebra.py", "tests/test_pass.py", "/a.py"]}, {"id": "T2"})
    assert refused(project, *RUN) == (
        f"agentgates: docs/state/tasks.json:4: TSK007 task T1 maps 'zebra.py', which does not exist\n  fix: {CORRECT}\n"
        f"docs/state/tasks.json:4: TSK007 task T1 maps '/a.py', which lies outside the repository\n  fix: {INSIDE}"
    )


def test_a_task_without_tests(project: GatedProject) -> None:
    project.tasks({"id": "T1"})
    assert refused(project, *RUN, code=NO_TESTS) == (
        "agentgates: docs/state/tasks.json:4: TSK006 no test is mapped to task T1\n"
        '  fix: name its tests in test_files, or mark them with @pytest.mark.agent_task("T1")'
    )


def test_a_test_file_that_does_not_parse(project: GatedProject) -> None:
    project.write("tests/test_pass.py", "def test_it(:\n")
    assert refused(project, *RUN) == (
        "agentgates: tests/test_pass.py:1: TSK007 the test file does not parse: invalid syntax\n"
        "  fix: correct the syntax"
    )
