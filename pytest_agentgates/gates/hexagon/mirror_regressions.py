"""Regression tests stay: each that the base has is there, and still does something."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.workspace_port import BaseTree
from pytest_agentgates.source.facts import Details
from pytest_agentgates.source.project_facts import ProjectFacts
from pytest_agentgates.source.read_facts import read_file
from pytest_agentgates.source.test_settings import TestSettings

_FOLDERS = frozenset({"regression", "regressions"})


@dataclass(frozen=True)
class _Test:
    """A test function, and whether its body names or calls anything."""

    path: str
    name: str
    line: int
    column: int
    is_empty: bool


def judge_regressions(project: ProjectFacts, base: BaseTree, settings: TestSettings) -> Iterator[Finding]:
    """HEX017: regression tests of the base that are gone or do nothing any more."""
    now = list(_tests_on_disk(project, settings))
    unread = {path for path, _ in project.problems}
    for old in _tests_of_base(base, settings):
        if old.path in unread:
            continue
        same = [test for test in now if test.name == old.name]
        here = [test for test in same if test.path == old.path]
        if not same:
            yield _gone(project, old)
        elif not old.is_empty and all(test.is_empty for test in here or same):
            yield _emptied((here or same)[0])


def is_regression_test(path: str, settings: TestSettings) -> bool:
    """Whether a file is a test below a folder for regressions."""
    return bool(_FOLDERS & set(posixpath.dirname(path).split("/"))) and settings.is_test_file(path)


def _tests_on_disk(project: ProjectFacts, settings: TestSettings) -> Iterator[_Test]:
    for path in project.paths:
        if is_regression_test(path, settings):
            yield from _tests(path, project.file(path).details, settings)


def _tests_of_base(base: BaseTree, settings: TestSettings) -> Iterator[_Test]:
    paths = [path for path in base.paths if is_regression_test(path, settings)]
    for path, source in base.read_many(paths).items():
        reading = read_file(source, "", is_package=False)
        if reading.details is not None:
            yield from _tests(path, reading.details, settings)


def _tests(path: str, details: Details, settings: TestSettings) -> Iterator[_Test]:
    names = settings.names
    for function in details.functions:
        is_method = bool(function.owner) and "." not in function.owner
        is_top = "." not in function.qualified_name
        if (is_top or is_method) and (names.is_function(function.name) or function.name.startswith("test")):
            uses = _used_in(details, function.qualified_name)
            is_empty = function.is_empty or not uses
            yield _Test(path, function.qualified_name, function.line, function.column, is_empty)


def _used_in(details: Details, name: str) -> bool:
    within: Iterable[str] = (one.within for facts in (details.calls, details.references) for one in facts)
    return any(one == name or one.startswith(f"{name}.") for one in within)


def _gone(project: ProjectFacts, old: _Test) -> Finding:
    is_there = old.path in project.modules.by_path
    what = f"the regression test {old.name} is gone" + ("" if is_there else f" with its file {old.path}")
    fix = "bring it back as the base has it; a bug that was mended once stays tested"
    return Finding("HEX017", what, old.path, fix=fix, snippet=f"{old.path} {old.name}")


def _emptied(test: _Test) -> Finding:
    message = f"the regression test {test.name} was emptied"
    fix = "give it back the body that the base has"
    return Finding("HEX017", message, test.path, test.line, test.column, fix, snippet=f"{test.path} {test.name}")
