"""Which modules of a project pytest loads as plugins."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.source.plugin_modules import files_of, named_plugins
from pytest_agentgates.source.test_settings import read_test_settings


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ('pytest_plugins = "a.b"', ["a.b"]),
        ('pytest_plugins = ["a", "b.c"] + ["d"]', ["a", "b.c", "d"]),
        ('pytest_plugins: list[str] = []\npytest_plugins += ["a"]', ["a"]),
        ('plugins = ["a"]  # pytest_plugins', []),
        ("pytest_plugins = [", []),
    ],
)
def test_a_file_names_plugins(source: str, names: list[str]) -> None:
    assert sorted({*named_plugins(source.encode())} - {"str"}) == names


def test_a_module_is_found_in_whichever_folder_it_is_imported_from() -> None:
    paths = ("src/a/b.py", "a/b.py", "a/b/__init__.py", "xa/b.py", "a/c.py")
    assert files_of(["a.b"], paths) == {"src/a/b.py", "a/b.py", "a/b/__init__.py"}
    assert files_of([], paths) == frozenset()


def test_addopts_loads_plugins(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -q -p a.b -pc -p no:cacheprovider\n")
    assert read_test_settings(tmp_path).plugins == ("a.b", "c", "no:cacheprovider")
