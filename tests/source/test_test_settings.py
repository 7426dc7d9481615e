"""pytest's configuration, read as pytest reads it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentgates.errors import UsageError
from pytest_agentgates.source import test_settings

NATIVE = '[{0}]\ntestpaths = ["{1}"]\n'
FILES = {
    "pytest.toml": NATIVE.format("pytest", "one"),
    ".pytest.toml": NATIVE.format("pytest", "two"),
    "pytest.ini": "[pytest]\ntestpaths = three\n",
    ".pytest.ini": "[pytest]\ntestpaths = four\n",
    "pyproject.toml": NATIVE.format("tool.pytest", "five"),
    "tox.ini": "[pytest]\ntestpaths = six\n",
    "setup.cfg": "[tool:pytest]\ntestpaths = seven\n",
}

SHOW = """
import json, os, pytest, sys

class Show:
    def pytest_configure(self, config):
        names = ("testpaths", "python_files", "python_classes", "python_functions", "norecursedirs")
        found = {name: config.getini(name) for name in names}
        found["plugins"] = [name for name in config.option.plugins if name != "no:cacheprovider"]
        print(json.dumps({**found, "ini_file": config.inipath.name if config.inipath else ""}), file=sys.stderr)

for folder in sys.argv[1:]:
    os.chdir(folder)
    pytest.main(["--collect-only", "-qq", "-p", "no:cacheprovider", "-W", "ignore"], plugins=[Show()])
"""


@pytest.fixture(scope="module")
def as_pytest_says(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    folders = {}
    for case, files in CONFIGURATIONS.items():
        folders[case] = tmp_path_factory.mktemp("project")
        write(folders[case], files)
    command = [sys.executable, "-c", SHOW, *map(str, folders.values())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(zip(folders, map(json.loads, done.stderr.splitlines()), strict=True))


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")


def as_we_say(root: Path) -> dict[str, object]:
    found = vars(test_settings.read_test_settings(root))
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def test_the_first_file_in_pytests_order_counts(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in FILES:
        settings = test_settings.read_test_settings(tmp_path)
        assert settings.ini_file == name
        assert settings.testpaths == (FILES[name].split()[-1].strip('[]"'),)
        (tmp_path / name).unlink()
    assert test_settings.read_test_settings(tmp_path) == test_settings.TestSettings()


CONFIGURATIONS = {
    "defaults": {},
    "all files": FILES,
    "ini strings": {
        "pytest.ini": "[pytest]\npython_files = check_*.py\n  'my tests/*.py'\npython_functions = *_check it\n"
    },
    "empty pytest.ini": {"pytest.ini": "", "setup.cfg": FILES["setup.cfg"]},
    "tox.ini without a section": {"tox.ini": "[tox]\n", "setup.cfg": FILES["setup.cfg"]},
    "ini options as text": {"pyproject.toml": '[tool.pytest.ini_options]\npython_classes = "Test Check*"\n'},
    "ini options as list": {"pyproject.toml": '[tool.pytest.ini_options]\npython_classes = ["Test", "Check*"]\n'},
    "empty ini options": {"pyproject.toml": "[tool.pytest.ini_options]\n", "tox.ini": FILES["tox.ini"]},
    "pyproject without pytest": {"pyproject.toml": "[tool.other]\n", "tox.ini": FILES["tox.ini"]},
    "empty list": {"pyproject.toml": "[tool.pytest]\npython_classes = []\n"},
    "override": {"pytest.ini": "[pytest]\naddopts = -q -o python_files=a_*.py --override-ini=python_classes=Z\n"},
    "override joined": {"pyproject.toml": '[tool.pytest]\naddopts = ["-opython_functions=a b"]\n'},
    "norecursedirs": {"setup.cfg": "[tool:pytest]\nnorecursedirs = data tests/old\n"},
}


@pytest.mark.parametrize("case", CONFIGURATIONS)
def test_settings_are_those_of_pytest(tmp_path: Path, case: str, as_pytest_says: dict[str, dict[str, object]]) -> None:
    write(tmp_path, CONFIGURATIONS[case])
    assert as_we_say(tmp_path) == as_pytest_says[case]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("pytest.toml", "[pytest", "pytest.toml: pytest's configuration cannot be read"),
        ("pytest.ini", "[pytest\n", "pytest.ini: pytest's configuration cannot be read"),
        ("pytest.toml", '[pytest]\ntestpaths = "tests"\n', "testpaths is not a list"),
        ("pytest.toml", "pytest = 1\n", "'pytest' is not a table"),
        ("pytest.ini", "[pytest]\npython_files = 'a\n", "close the quotation"),
        (
            "pyproject.toml",
            '[tool.pytest]\ntestpaths = ["a"]\n[tool.pytest.ini_options]\naddopts = "-q"\n',
            "has both",
        ),
    ],
)
def test_what_pytest_refuses_is_a_mistake_of_the_user(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        test_settings.read_test_settings(tmp_path)


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("test_*.py", "a/b/test_x.py", True),
        ("test_*.py", "test_a/x.py", False),
        ("test_*.py", "test_x.txt", False),
        ("tests/*.py", "tests/a.py", True),
        ("tests/*.py", "b/tests/deep/a.py", True),
        ("tests/*.py", "xtests/a.py", False),
    ],
)
def test_python_files_match_by_name_or_by_path(pattern: str, path: str, fits: bool) -> None:
    assert test_settings.TestSettings(python_files=(pattern,)).is_test_file(path) is fits


def test_folders_that_pytest_does_not_enter() -> None:
    settings = test_settings.TestSettings()
    assert [name for name in ("a/build", "a/.x", "a/b", "x.egg") if settings.enters(name)] == ["a/b"]


def test_names_are_prefixes_or_globs() -> None:
    names = test_settings.TestNames(python_classes=("Test", "*Suite"), python_functions=("it_",))
    assert [name for name in ("TestA", "ASuite", "SuiteA") if names.is_class(name)] == ["TestA", "ASuite"]
    assert names.is_function("it_works")
    assert not names.is_function("test_it")
