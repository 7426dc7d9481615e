"""What pytest's configuration says of where tests are and how they are named; pytest is not imported."""

from __future__ import annotations

import fnmatch
import posixpath
import shlex
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pytest_agentgates.errors import UsageError

# In the order in which pytest 9 looks.
SETTINGS_FILES = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")


@dataclass(frozen=True)
class TestNames:
    """By which names pytest knows tests; prefixes or globs, as in its configuration."""

    __test__ = False  # pytest would take the name for a test class

    python_files: tuple[str, ...] = ("test_*.py", "*_test.py")
    python_classes: tuple[str, ...] = ("Test",)
    python_functions: tuple[str, ...] = ("test",)

    def is_class(self, name: str) -> bool:
        """Whether a class of this name is a test class."""
        return any(_fits_name(name, pattern) for pattern in self.python_classes)

    def is_function(self, name: str) -> bool:
        """Whether a function of this name is a test."""
        return any(_fits_name(name, pattern) for pattern in self.python_functions)


@dataclass(frozen=True)
class TestSettings:
    """Where pytest looks for tests; `ini_file` is relative to the root, empty where there is none.

    `plugins` are the modules that `addopts` loads by `-p`.
    """

    __test__ = False  # pytest would take the name for a test class

    testpaths: tuple[str, ...] = ()
    python_files: tuple[str, ...] = TestNames.python_files
    python_classes: tuple[str, ...] = TestNames.python_classes
    python_functions: tuple[str, ...] = TestNames.python_functions
    norecursedirs: tuple[str, ...] = ("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}")
    ini_file: str = ""
    plugins: tuple[str, ...] = ()

    @property
    def names(self) -> TestNames:
        """The part that decides which names are tests."""
        return TestNames(self.python_files, self.python_classes, self.python_functions)

    def is_test_file(self, path: str) -> bool:
        """Whether pytest collects a file (relative to the root) that it meets in a folder."""
        return path.endswith(".py") and any(_fits_path(path, pattern) for pattern in self.python_files)

    def enters(self, folder: str) -> bool:
        """Whether pytest goes into a folder (relative to the root) that it meets in another one."""
        return not any(_fits_path(folder, pattern) for pattern in self.norecursedirs)


INI_FILES = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")


def ini_file_for(root: Path, arguments: Sequence[str]) -> str:
    """The configuration that pytest would find for arguments (relative to the root), empty where there is none.

    Raises UsageError for a file that pytest would refuse.
    """
    paths = [argument.partition("::")[0] for argument in arguments]
    folder = posixpath.commonpath(paths) if paths else ""
    if not (root / folder).is_dir():
        folder = posixpath.dirname(folder)
    while True:
        found = read_test_settings(root / folder).ini_file
        if found or not folder:
            return posixpath.join(folder, found) if found else ""
        folder = posixpath.dirname(folder)


def read_test_settings(root: Path) -> TestSettings:
    """Read the first file at the root that pytest 9 would take its configuration from.

    Raises UsageError for a file that pytest would refuse.
    """
    for name in INI_FILES:
        if not (root / name).is_file():
            continue
        table = _read_toml(root, name) if name.endswith(".toml") else _read_ini(root, name)
        if table is not None:
            return _settings(name, table)
    return TestSettings()


_OPTIONS = ("testpaths", "python_files", "python_classes", "python_functions", "norecursedirs")


def _read_toml(root: Path, name: str) -> Mapping[str, Any] | None:
    try:
        document = tomllib.loads((root / name).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"pytest's configuration cannot be read: {error}", name, "correct the file") from error
    if name != "pyproject.toml":
        return _check_lists(name, _table(name, document, "pytest"))
    tool = _table(name, document, "tool")
    native = {key: value for key, value in _table(name, tool, "pytest").items() if key != "ini_options"}
    options = _table(name, _table(name, tool, "pytest"), "ini_options")
    if native and options:
        raise UsageError("has both [tool.pytest] and [tool.pytest.ini_options]", name, "keep one of the two tables")
    if native:
        return _check_lists(name, native)
    return options if "ini_options" in tool.get("pytest", {}) else None


def _table(name: str, above: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = above.get(key, {})
    if not isinstance(table, dict):
        raise UsageError(f"pytest's configuration cannot be read: {key!r} is not a table", name, "correct the file")
    return table


def _check_lists(name: str, table: Mapping[str, Any]) -> Mapping[str, Any]:
    for option in (*_OPTIONS, "addopts"):
        value = table.get(option, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise UsageError(f"pytest's {option} is not a list of texts", name, f'write {option} = ["..."]')
    return table


def _read_ini(root: Path, name: str) -> Mapping[str, Any] | None:
    """A file that belongs to pytest alone counts even where it says nothing."""
    from iniconfig import IniConfig, ParseError

    try:
        sections = IniConfig(str(root / name)).sections
    except (ParseError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"pytest's configuration cannot be read: {error}", name, "correct the file") from error
    section = "tool:pytest" if name == "setup.cfg" else "pytest"
    return sections.get(section, {} if name.endswith("pytest.ini") else None)


def _settings(name: str, table: Mapping[str, Any]) -> TestSettings:
    """Overrides in addopts win over the options themselves."""
    words = _words(name, table.get("addopts", []))
    given = {**table, **dict(_overrides(words))}
    options = {option: given[option] for option in _OPTIONS if option in given}
    lists = {option: _words(name, value) for option, value in options.items()}
    return TestSettings(ini_file=name, plugins=tuple(_loaded(words)), **lists)


def _words(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    try:
        return tuple(shlex.split(str(value)))
    except ValueError as error:
        raise UsageError(f"pytest's configuration cannot be read: {error}", name, "close the quotation") from error


def _loaded(words: Sequence[str]) -> Iterator[str]:
    """What stands after `-p`, in the same word or the next."""
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        if word == "-p":
            yield following
        elif word.startswith("-p"):
            yield word.removeprefix("-p")


def _overrides(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    following = iter(words)
    for word in following:
        if word in ("-o", "--override-ini"):
            text = next(following, "")
        elif word.startswith(("-o", "--override-ini=")):
            text = word.removeprefix("--override-ini=").removeprefix("-o")
        else:
            continue
        option, equals, value = text.partition("=")
        if equals:
            yield option, value


def _fits_path(path: str, pattern: str) -> bool:
    """As pytest does: by the last name, or by the whole path where the pattern has a `/`."""
    if "/" not in pattern:
        return fnmatch.fnmatch(posixpath.basename(path), pattern)
    return fnmatch.fnmatch(f"/{path}", f"*/{pattern}")


def _fits_name(name: str, pattern: str) -> bool:
    """As pytest does: by prefix, or as a glob where the pattern is one."""
    return name.startswith(pattern) or (any(sign in pattern for sign in "*?[") and fnmatch.fnmatch(name, pattern))
