"""Which files pytest collects below a folder, and what they hold; each is read once."""

from __future__ import annotations

import glob
import posixpath
from functools import cached_property
from pathlib import Path

from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.source.conftest_ignores import ConftestIgnores
from pytest_agentgates.source.globs import is_glob
from pytest_agentgates.source.test_items import TestFile, test_functions
from pytest_agentgates.source.test_settings import TestSettings
from pytest_agentgates.source.tree import walk_files


class TestFiles:
    """The test files of one project."""

    __test__ = False  # pytest would take the name for a test class

    def __init__(self, root: Path, settings: TestSettings) -> None:
        self.root = root
        self.settings = settings
        self.ignores = ConftestIgnores(root)
        self._below: dict[str, tuple[str, ...]] = {}
        self._entered: dict[str, bool] = {}
        self._read: dict[str, TestFile] = {}

    def python_below(self, folder: str) -> tuple[str, ...]:
        """Every Python file in the folders that pytest enters from `folder`, sorted; `.` is the root."""
        folder = "" if folder == "." else folder
        if folder not in self._below:
            found = (path for path in walk_files(self.root, folder) if path.endswith(".py"))
            self._below[folder] = tuple(sorted(path for path in found if self._is_reached(path, folder)))
        return self._below[folder]

    def below(self, folder: str) -> tuple[str, ...]:
        """The test files that pytest must collect from a folder, sorted."""
        return tuple(path for path in self.named_below(folder) if not self.ignores.may_ignore(path))

    def named_below(self, folder: str) -> tuple[str, ...]:
        """The same with those that a conftest may keep out."""
        named = (path for path in self.python_below(folder) if self.settings.is_test_file(path))
        return tuple(path for path in named if (self.root / path).is_file())  # a link may lead nowhere

    @cached_property
    def by_default(self) -> tuple[str, ...]:
        """The test files that pytest collects when it is given no argument, sorted."""
        return tuple(sorted({path for start in self._starts() for path in self._from(start)}))

    def bytes_of(self, path: str) -> bytes:
        """The raw content of a file; raises AgentGatesError where it cannot be read."""
        try:
            return (self.root / path).read_bytes()
        except OSError as error:
            raise AgentGatesError(f"the file cannot be read: {error.strerror}", path, "make it readable") from error

    def read(self, path: str) -> TestFile:
        """What a file holds; raises AgentGatesError where it cannot be read."""
        if path not in self._read:
            self._read[path] = test_functions(self.bytes_of(path), path, self.settings.names)
        return self._read[path]

    def _is_reached(self, path: str, folder: str) -> bool:
        above = posixpath.dirname(path)
        return above == folder or (self._is_entered(above) and self._is_reached(above, folder))

    def _is_entered(self, folder: str) -> bool:
        if folder not in self._entered:
            full = self.root / folder
            environment = (full / "pyvenv.cfg").exists() or (full / "conda-meta" / "history").exists()
            self._entered[folder] = not environment and self.settings.enters(folder)
        return self._entered[folder]

    def _starts(self) -> list[str]:
        """The configured places that exist, as pytest expands them; the root where there is none."""
        patterns = [posixpath.normpath(pattern) for pattern in self.settings.testpaths]
        inside = [pattern for pattern in patterns if not posixpath.isabs(pattern) and pattern.split("/")[0] != ".."]
        found = [path for pattern in inside for path in self._expand(pattern)]
        return found or [""]

    def _expand(self, pattern: str) -> list[str]:
        if not is_glob(pattern):
            return [pattern] if (self.root / pattern).exists() else []
        return [Path(path).as_posix() for path in glob.glob(pattern, root_dir=self.root, recursive=True)]

    def _from(self, start: str) -> tuple[str, ...]:
        if (self.root / start).is_dir():
            return self.below(start)
        return (start,) if start.endswith(".py") else ()
