"""Names that Python would import in the place of what judges."""

from __future__ import annotations

import pytest

from pytest_agentgates.source.shadowing import ROOTS, shadows


@pytest.mark.parametrize(
    "path",
    [
        "pytest.py",
        "src/pytest/__init__.py",
        "lib/_pytest/__init__.py",
        "pytest/__main__.py",
        "site.py",
        "pluggy.cpython-311-x86_64-linux-gnu.so",
        "src/coverage.pyd",
        "pytest_agentgates/__init__.py",
        "sitecustomize.pyc",
        "packages/one/pytest.py",
    ],
)
def test_what_takes_the_place_is_found(path: str) -> None:
    assert [found for found, _ in shadows((path,), (*ROOTS, "packages/one"), "")] == [path]


@pytest.mark.parametrize(
    "path",
    [
        "tests/pytest.py",
        "docs/site.py",
        "pytest/notes.md",
        "pytest.ini",
        "src/app/coverage.py",
        "coverage.xml",
        "sites.py",
    ],
)
def test_what_takes_no_place_is_left_alone(path: str) -> None:
    assert list(shadows((path,), ROOTS, "")) == []


def test_the_projects_own_module_is_its_own() -> None:
    files = ("src/pytest/__init__.py", "src/_pytest/__init__.py", "site.py")
    assert list(shadows(files, ROOTS, '[project]\nname = "pytest"\n')) == [("site.py", "Python's own start")]
    assert len(list(shadows(files, ROOTS, "no toml ["))) == 3
