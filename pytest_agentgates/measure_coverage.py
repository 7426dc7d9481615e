"""Prepares the coverage measuring of the tests' processes.

coverage.py installs a `.pth` file that starts it in every process that finds `COVERAGE_PROCESS_START`,
so the tests' pytest, xdist's workers and their subprocesses are all measured from their first line.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates.coverage_settings import CoverageSettings, Section, Value, read_settings, toml_section
from pytest_agentgates.session_coverage import PYTEST_COV_DATA
from pytest_agentgates.source.globs import static_prefix

DATA_NAME = "data"
RCFILE_NAME = "coverage.toml"

_LIGHT_THREADS = {"greenlet", "gevent", "eventlet"}
_SPECIAL = "*?[]"
# Where filterwarnings says "error", each of these would end the run for a reason that is not the project's.
_WARNINGS = (
    "already-imported",
    "cant-combine",
    "couldnt-parse",
    "dynamic-conflict",
    "include-ignored",
    "module-not-imported",
    "module-not-measured",
    "module-not-python",
    "no-ctracer",
    "no-data-collected",
    "no-source",
    "no-sysmon",
    "trace-changed",
)
# The user's own settings that would send our data elsewhere, or change what is measured.
_OVERRULED = ("COVERAGE_FILE", "COVERAGE_FORCE_CONFIG")


@dataclass(frozen=True)
class MeasurePlan:
    """How the tests are measured: `core` is what coverage is asked to measure with."""

    folder: Path
    rcfile: Path
    core: str
    branch: bool


def plan_measuring(
    root: Path, roots: Iterable[str], branch: bool, python_version: tuple[int, ...], folder: Path
) -> MeasurePlan:
    """Write the rcfile that measures all files under `roots` (relative to `root`) into `folder`.

    `python_version` is that of the interpreter that runs the tests.
    Raises UsageError where the project's coverage configuration cannot be read.
    """
    settings = project_settings(root)
    core = core_for(python_version, branch, settings)
    rcfile = folder / RCFILE_NAME
    run: dict[str, Value] = {
        "parallel": True,
        "branch": branch,
        "core": core,
        "data_file": str(folder.resolve() / DATA_NAME),
        "disable_warnings": _WARNINGS,
        **_scope(root.resolve(), roots),
        **_kept(settings.run),
    }
    rcfile.write_text(toml_section("run", run) + counting(settings, root.resolve()), encoding="utf-8")
    return MeasurePlan(folder, rcfile, core, branch)


def environment(plan: MeasurePlan) -> dict[str, str]:
    """What the tests' process must have in its environment to be measured, with all it starts."""
    overruled = {name: "" for name in _OVERRULED if os.environ.get(name)}
    return {"COVERAGE_PROCESS_START": str(plan.rcfile), **overruled}


def data_files(folder: Path) -> tuple[Path, ...]:
    """Every data file that the tests' processes left in the folder of a plan."""
    return tuple(sorted([*folder.glob(f"{DATA_NAME}.*"), *folder.glob(PYTEST_COV_DATA)]))


def bring_home(paths: Iterable[Path], tree: Path, root: Path, changed: Iterable[str]) -> tuple[Path, ...]:
    """Copies of data files in which a clean tree's files are those of the project at `root`.

    What was measured of `changed` files, which are another in the project, is left out.
    """
    from coverage import CoverageData

    there, here = f"{tree}{os.sep}", f"{root}{os.sep}"
    other = [here + path.replace("/", os.sep) for path in changed]
    copies = []
    for path in paths:
        copy = path.parent / "home" / path.name
        copy.parent.mkdir(exist_ok=True)
        measured, moved = CoverageData(str(path)), CoverageData(str(copy))
        measured.read()
        moved.update(measured, map_path=lambda name: here + name[len(there) :] if name.startswith(there) else name)
        if stale := moved.measured_files().intersection(other):
            moved.purge_files(stale)
        moved.close()
        copies.append(copy)
    return tuple(copies)


def static_roots(patterns: Iterable[str]) -> tuple[str, ...]:
    """The folders and files that the globs can match in: each up to its first wildcard, none inside another."""
    found = sorted({static_prefix(pattern) for pattern in patterns}, key=len)
    kept: list[str] = []
    for root in found:
        if not any(root == other or not other or root.startswith(f"{other}/") for other in kept):
            kept.append(root)
    return tuple(sorted(kept))


def project_settings(root: Path) -> CoverageSettings:
    """The project's own coverage configuration; raises UsageError where it cannot be read."""

    def read(name: str) -> str | None:
        path = root / name
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None

    return read_settings(read)


def counting(settings: CoverageSettings, root: Path) -> str:
    """The part of an rcfile that says which lines and branches count, and which paths are the same.

    The project's `source`, `include`, `omit` and `fail_under` are left out: the floors say which files
    count and how much is enough, so narrowing a report must not narrow what is judged.
    """
    report = {name: value for name, value in settings.report.items() if name != "omit"}
    paths = {name: _anchored(root, value) for name, value in settings.paths.items()}
    return toml_section("report", report) + toml_section("paths", paths)


def core_for(python_version: tuple[int, ...], branch: bool, settings: CoverageSettings) -> str:
    """The fastest core that measures right there: sysmon has lines from Python 3.12 and branches from 3.14.

    The project's own choice is kept where it can measure right; `COVERAGE_CORE` overrides both in coverage itself.
    """
    if settings.run.get("timid"):
        return "pytrace"
    concurrency = settings.run.get("concurrency", ())
    light = isinstance(concurrency, tuple) and not _LIGHT_THREADS.isdisjoint(concurrency)
    can_sysmon = python_version[:2] >= ((3, 14) if branch else (3, 12)) and not light
    wanted = settings.run.get("core") or "sysmon"
    if wanted == "sysmon":
        return "sysmon" if can_sysmon else "ctrace"
    return str(wanted)


def _scope(root: Path, roots: Iterable[str]) -> dict[str, Value]:
    """What is measured; `source` would walk the whole tree at the end of every process, `include` costs nothing."""
    places = [_literal(root / relative) for relative in roots]
    installed = [f"{_literal(root)}/**/{name}/*" for name in ("site-packages", "dist-packages")]
    return {
        "include": tuple(glob for place in places for glob in (place, f"{place}/*")),
        "omit": tuple(installed),
    }


def _anchored(root: Path, entries: Value) -> Value:
    """Aliases relative to the project, wherever the process that reads them runs."""
    if not isinstance(entries, tuple):
        return entries
    return tuple(entry if entry.startswith(("*", "~", "$")) else str(root / entry) for entry in entries)


def _literal(path: Path) -> str:
    """A glob for exactly this path; coverage has no escape, so its special characters match any one."""
    return "".join("?" if letter in _SPECIAL else letter for letter in path.as_posix())


def _kept(run: Section) -> Mapping[str, Value]:
    """`patch = subprocess` would carry on the first process's settings in place of the rcfile."""
    kept = {name: value for name, value in run.items() if name in ("concurrency", "sigterm", "timid")}
    patch = run.get("patch", ())
    others = tuple(entry for entry in patch if entry != "subprocess") if isinstance(patch, tuple) else ()
    return {**kept, "patch": others} if others else kept
