"""The boundary of tasks, from what they declare."""

from __future__ import annotations

from pytest_agentgates.core.boundary import Boundary, boundary_of, declared_paths
from pytest_agentgates.core.task import Task
from pytest_agentgates.source.globs import matches


def test_paths_are_taken_and_prose_is_not() -> None:
    task = Task(
        "T1",
        deliverables=("src/a.py", "The order entity", "Makefile.am", "/etc/passwd", "../x.py", "https://x.org/a", "v"),
        extra={"files_created": ["src/new/**"], "files_to_modify": ["docs/x.md", 3]},
    )
    assert declared_paths(task) == ("src/a.py", "Makefile.am", "docs/x.md", "src/new/**")


def test_one_task_without_a_boundary_leaves_all_open() -> None:
    declared = Task("T1", deliverables=("src/a.py",))
    assert boundary_of((declared,), ["lib/**"]).patterns == ("src/a.py", "lib/**")
    assert boundary_of((declared, Task("T2", deliverables=("the rest",)))) == Boundary()


def test_a_boundary_holds_what_its_globs_fit() -> None:
    boundary = Boundary(("src/calc", "docs/*.md"))
    assert [boundary.holds(path, matches) for path in ("src/calc/a.py", "docs/x.md", "docs/a/x.md", "src/b.py")] == [
        True,
        True,
        False,
        False,
    ]
    assert Boundary().holds("anything", matches)
