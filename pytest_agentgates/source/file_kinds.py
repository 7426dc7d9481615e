"""What a file is to a run: configuration, test, or product."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pytest_agentgates.source.globs import static_prefix
from pytest_agentgates.source.test_settings import TestSettings


class FileKind(StrEnum):
    """What a file is to a run; STEERING is what changes how Python or pytest run without being asked for."""

    STEERING = "steering"
    TEST = "test"
    PRODUCT = "product"


_STEERING_NAMES = frozenset(
    {
        "conftest.py",
        "sitecustomize.py",
        "usercustomize.py",
        "pyproject.toml",
        "pytest.toml",
        ".pytest.toml",
        "pytest.ini",
        ".pytest.ini",
        "tox.ini",
        "setup.cfg",
        ".coveragerc",
        ".coveragerc.toml",
        "agentgates.toml",
        "pyvenv.cfg",
    }
)
_STEERING_SUFFIXES = (".pth", ".pyc", ".egg-link")
_METADATA = (".dist-info", ".egg-info")
_TEST_FOLDERS = frozenset({"tests", "test"})


@dataclass(frozen=True)
class FileKinds:
    """Tells files apart by the test settings, the folders that hold tests, and the files `mapped` to tasks.

    `plugins` are files of the project that pytest loads as plugins.
    """

    settings: TestSettings
    folders: tuple[str, ...] = ()
    mapped: frozenset[str] = frozenset()
    plugins: frozenset[str] = frozenset()

    def of(self, path: str) -> FileKind:
        """The kind of a file, by its path relative to the root."""
        *folders, name = path.split("/")
        if path in self.plugins or name.lower() in _STEERING_NAMES or name.endswith(_STEERING_SUFFIXES):
            return FileKind.STEERING
        if any(folder.endswith(_METADATA) or folder == "__pycache__" for folder in folders):
            return FileKind.STEERING
        if path in self.mapped or self.settings.is_test_file(path) or not _TEST_FOLDERS.isdisjoint(folders):
            return FileKind.TEST
        below = any(path.startswith(f"{folder}/") for folder in self.folders)
        return FileKind.TEST if below else FileKind.PRODUCT


def file_kinds(settings: TestSettings, base_paths: Sequence[str]) -> FileKinds:
    """Tells the files of a project apart; `base_paths` are those that say which folders hold tests."""
    prefixes = {static_prefix(pattern).rstrip("/") for pattern in settings.testpaths}
    folders = tuple(sorted(folder for folder in prefixes if folder and _holds_tests(folder, settings, base_paths)))
    return FileKinds(settings, folders)


def _holds_tests(folder: str, settings: TestSettings, paths: Iterable[str]) -> bool:
    """Whether at least half of the modules below a folder are test files: product code may stand beside its tests."""
    modules = [path for path in paths if path.startswith(f"{folder}/") and path.endswith(".py")]
    own = ("__init__.py", "conftest.py")
    counted = [path for path in modules if posixpath.basename(path) not in own]
    tests = sum(settings.is_test_file(path) for path in counted)
    return bool(counted) and tests * 2 >= len(counted)
