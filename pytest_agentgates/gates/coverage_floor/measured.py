"""What coverage.py measured in the files that are judged."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pytest_agentgates.coverage_settings import CoverageSettings
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.measure_coverage import counting

if TYPE_CHECKING:  # imported when first used
    from coverage import Coverage, CoverageData

Executed = Mapping[str, set[int] | set[tuple[int, int]]]


@dataclass(frozen=True)
class FileCoverage:
    """One file; `branches` maps a line to how many ways lead on from it and how many were taken.

    `measured` is False where no test's process recorded a line; `problem` says why it does not parse.
    """

    path: str
    statements: frozenset[int] = frozenset()
    missing: frozenset[int] = frozenset()
    branches: Mapping[int, tuple[int, int]] | None = None
    measured: bool = True
    problem: str = ""

    @property
    def total(self) -> int:
        """How many statements and branches there are."""
        return len(self.statements) + sum(exits for exits, _ in (self.branches or {}).values())

    @property
    def covered(self) -> int:
        """How many of them were executed and taken."""
        executed = len(self.statements) - len(self.missing)
        return executed + sum(taken for _, taken in (self.branches or {}).values())

    @property
    def partial(self) -> tuple[int, ...]:
        """The executed lines from which not every way was taken."""
        branches = (self.branches or {}).items()
        return tuple(sorted(line for line, (exits, taken) in branches if taken < exits and line not in self.missing))


@dataclass(frozen=True)
class Measurement:
    """The data that the tests left: where, and whether branches are judged by it."""

    root: Path
    data: Sequence[Path]
    branch: bool
    settings: CoverageSettings

    def analyse(self, paths: Iterable[str]) -> dict[str, FileCoverage]:
        """Analyse the files (relative to the root); raises AgentGatesError where the data cannot be used."""
        from coverage.exceptions import CoverageException

        with TemporaryDirectory() as folder:
            rcfile = Path(folder) / "coverage.toml"
            rcfile.write_text(counting(self.settings, self.root.resolve()), encoding="utf-8")
            try:
                executed = self._executed(rcfile)
                return _analyse(self, executed, rcfile, paths)
            except CoverageException as error:
                raise AgentGatesError(f"coverage.py cannot use its data: {error}") from None

    def _executed(self, rcfile: Path) -> Executed:
        """All that was executed, by canonical path: arcs where branches are judged, else lines."""
        groups = self._by_kind()
        if self.branch and groups[False]:
            names = ", ".join(path.name for path in groups[False])
            raise AgentGatesError(f"branches are to be judged, but {names} holds lines only")
        found: defaultdict[str, set[int] | set[tuple[int, int]]] = defaultdict(set)
        for kind, group in groups.items():
            for name, points in _combined(group, rcfile, self.branch, rcfile.parent / f"arcs-{kind}"):
                found[_key(self.root, name)].update(points)  # type: ignore[arg-type]  # one kind within one run
        return found

    def _by_kind(self) -> dict[bool, list[Path]]:
        """The data files by whether they hold branches; coverage.py refuses to combine the two."""
        from coverage import CoverageData

        groups: dict[bool, list[Path]] = {False: [], True: []}
        for path in self.data:
            data = CoverageData(str(path))
            try:
                data.read()
                if data.measured_files():
                    groups[data.has_arcs()].append(path)
            finally:
                data.close(force=True)
        return groups


def _combined(
    group: Sequence[Path], rcfile: Path, branch: bool, into: Path
) -> list[tuple[str, list[int] | list[tuple[int, int]]]]:
    """Every file of a group of data files, its path mapped by the project's aliases."""
    if not group:
        return []
    from coverage import Coverage

    coverage = Coverage(data_file=str(into), config_file=str(rcfile))
    coverage.combine([str(path) for path in group], strict=True, keep=True)
    data = coverage.get_data()
    try:
        read = data.arcs if branch else data.lines
        return [(name, read(name) or []) for name in data.measured_files()]
    finally:
        data.close(force=True)


def _analyse(
    measurement: Measurement, executed: Executed, rcfile: Path, paths: Iterable[str]
) -> dict[str, FileCoverage]:
    from coverage import Coverage

    root = measurement.root
    coverage = Coverage(data_file=str(rcfile.parent / "judged"), config_file=str(rcfile))
    data = coverage.get_data()
    try:
        wanted = {path: _key(root, path) for path in paths}
        known = {os.path.realpath(root / path): executed[key] for path, key in wanted.items() if key in executed}
        _fill(data, known, measurement.branch)
        return {path: _file(coverage, root, path, wanted[path] in executed) for path in wanted}
    finally:
        data.close(force=True)


def _fill(data: CoverageData, known: Executed, branch: bool) -> None:
    if branch:
        data.add_arcs(known)  # type: ignore[arg-type]  # arcs, as asked for
    else:
        data.add_lines(known)  # type: ignore[arg-type]  # lines, as asked for


def _file(coverage: Coverage, root: Path, path: str, measured: bool) -> FileCoverage:
    from coverage.exceptions import CoverageException

    place = os.path.realpath(root / path)
    try:
        _, statements, _, missing, _ = coverage.analysis2(place)
        branches = coverage.branch_stats(place) if coverage.get_data().has_arcs() else None
    except (CoverageException, SyntaxError, ValueError, RecursionError) as error:
        return FileCoverage(path, measured=measured, problem=str(error).replace(place, path))
    return FileCoverage(path, frozenset(statements), frozenset(missing), branches, measured)


def _key(root: Path, name: str) -> str:
    """One spelling for one file, whatever links lead to it and whatever folder a name is relative to."""
    return os.path.normcase(os.path.realpath(root / name))
