"""The boundary of tasks, from what they declare."""

from __future__ import annotations

from pytest_agentgates.core.boundary import Boundary, Drift, Limits, boundary_of, declared_paths, widenings
from pytest_agentgates.core.task import Task
from pytest_agentgates.source.globs import matches


def test_paths_are_taken_and_prose_is_not() -> None:
    task = Task(
        "T1",
        deliverables=("src/a.py", "The order entity", "Makefile.am", "/etc/passwd", "../x.py", "https://x.org/a", "v"),
        extra={"files_created": ["src/new/**"], "files_to_modify": ["docs/x.md", 3]},
    )
    assert declared_paths(task) == ("src/a.py", "Makefile.am", "docs/x.md", "src/new/**")


def test_files_without_a_suffix_are_paths_as_well() -> None:
    task = Task("T1", deliverables=("Makefile", ".editorconfig", ".python-version-default", "...", "Done"))
    assert declared_paths(task) == ("Makefile", ".editorconfig", ".python-version-default")


def test_one_task_without_a_boundary_leaves_all_open() -> None:
    declared = Task("T1", deliverables=("src/a.py",))
    assert boundary_of((declared,), Limits(allow=("lib/**",))) == Boundary(("src/a.py",), allow=("lib/**",))
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


SECTIONS = """Do it.

### Files to Create/Modify

- `src/engine.py` (modify, see `src/other.py`)
- src/new.py

### Adjacent Scope (Tier 2 Prevention)

- **Included**: `src/engine.py`, `tests/test_engine.py`
- **Expected Minor**: `tests/conftest.py` (may reuse `tests/helpers.py`)
- **Out of Scope**: `src/engine_old.py` (read only)

### Acceptance Criteria

- `src/somewhere.py` works
"""


def test_the_sections_of_a_description_give_tiers_of_drift() -> None:
    boundary = boundary_of((Task("T1", description=SECTIONS),))
    paths = (
        "src/engine.py",
        "src/new.py",
        "tests/conftest.py",
        "src/engine_old.py",
        "src/other.py",
        "src/somewhere.py",
    )
    assert [boundary.drift(path, matches).value for path in paths] == [1, 1, 2, 3, 3, 3]
    assert boundary.holds("tests/conftest.py", matches)
    assert not boundary.holds("tests/helpers.py", matches)


def test_what_a_task_rules_out_is_out_although_a_glob_fits_it() -> None:
    text = "### Adjacent Scope\n- **Out of Scope**: `src/old/**`\n"
    boundary = boundary_of((Task("T1", description=text, deliverables=("src/**",)),))
    assert boundary.drift("src/old/a.py", matches) is Drift.OUT_OF_SCOPE
    assert boundary.drift("src/a.py", matches) is Drift.INCLUDED


def test_an_agent_stays_in_its_area() -> None:
    limits = Limits(agents={"backend": ("api/**",)})
    boundary = boundary_of((Task("T1", deliverables=("**/*.py",)),), limits, "backend-coding-agent")
    assert boundary.holds("api/a.py", matches)
    assert not boundary.holds("web/a.py", matches)
    assert boundary_of((), limits, "backend").is_declared
    assert not boundary_of((), limits, "backends").is_declared


def test_a_widening_counts_with_reason_author_and_time_only() -> None:
    whole = {"glob": "lib/**", "reason": "the parser lives there", "by": "ann", "at": "2026-01-02T03:04:05.000Z"}
    task = Task(
        "T1", deliverables=("src/a.py",), extra={"widened": [whole, {**whole, "glob": "b/**", "reason": " "}, 3]}
    )
    assert [one.glob for one in widenings(task)] == ["lib/**"]
    assert boundary_of((task,)).patterns == ("src/a.py", "lib/**")


def test_a_widening_alone_declares_nothing() -> None:
    whole = {"glob": "lib/**", "reason": "so", "by": "ann", "at": "now"}
    assert not boundary_of((Task("T1", extra={"widened": [whole]}),)).is_declared


def test_a_file_that_is_named_is_inside_although_it_lies_under_what_is_ruled_out() -> None:
    boundary = Boundary(("src/old/a.py", "src/**"), excluded=("src/old/**",))
    assert boundary.drift("src/old/a.py", matches) is Drift.INCLUDED
    assert boundary.drift("src/old/b.py", matches) is Drift.OUT_OF_SCOPE


def test_what_is_open_to_every_task_is_inside_although_it_lies_outside_the_area() -> None:
    boundary = Boundary(("api/**",), area=("api/**",), allow=("CHANGELOG.md",))
    assert [boundary.drift(path, matches) for path in ("CHANGELOG.md", "api/a.py", "web/a.py")] == [
        Drift.INCLUDED,
        Drift.INCLUDED,
        Drift.OUT_OF_SCOPE,
    ]


def test_a_path_is_named_by_its_own_words_and_not_by_a_glob_that_fits_it() -> None:
    boundary = Boundary(
        ("src/a.py", "lib/*"), minor=("tests/conftest.py",), excluded=("b.py",), allow=("CHANGELOG.md",)
    )
    paths = ("src/a.py", "tests/conftest.py", "CHANGELOG.md", "lib/b.py", "src", "b.py")
    assert [boundary.names(path) for path in paths] == [True, True, True, False, False, False]
