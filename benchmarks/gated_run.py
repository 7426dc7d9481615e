"""A gated run of examples/customers against its own parts: the same tests, the same tools.

python -m benchmarks.gated_run [--runs N]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.fresh_venv import ROOT
from benchmarks.paired import Case, measure, ratio, runs_option, show_machine, show_pair, show_times, slower_of

TASK = "TASK-CUST-INF-001"
PATHS = ("components", "app")
TASKS_FILE = "docs/state/tasks.json"
WARM_GOAL = 1.15
COLD_GOAL = 0.75
PYTEST = (sys.executable, "-m", "pytest")
GATED = (*PYTEST, "--agent-task", TASK)
COMMAND = (sys.executable, "-m", "pytest_agentgates", "run", TASK)


@dataclass(frozen=True)
class Place:
    """Where it is measured: a copy of the example, a folder for caches, and how its tests run by themselves."""

    project: Path
    cache: Path
    tests: tuple[str, ...]
    measuring: dict[str, str]

    @property
    def cached(self) -> dict[str, str]:
        """The environment in which our private caches lie here."""
        return {"XDG_CACHE_HOME": str(self.cache)}

    @property
    def mypy_cache(self) -> Path:
        """The cache of mypy when it runs by itself."""
        return self.cache / "mypy-alone"

    def gated(self, label: str, command: tuple[str, ...], before: Callable[[], None] = lambda: None) -> Case:
        """A gated run, each time of the task as it was before any."""
        original = (self.project / TASKS_FILE).read_bytes()

        def prepare() -> None:
            before()
            (self.project / TASKS_FILE).write_bytes(original)

        return Case(label, (command,), self.project, self.cached, prepare)

    def mypy(self) -> tuple[str, ...]:
        """Mypy as the gate starts it."""
        options = ("-O", "json", "--no-error-summary", f"--cache-dir={self.mypy_cache}")
        return (sys.executable, "-m", "mypy", *options, *PATHS)

    def forget(self) -> None:
        """Remove what mypy keeps, for us and for itself."""
        shutil.rmtree(self.cache, ignore_errors=True)


def main() -> None:
    """Measure warm runs, then runs with an empty cache of mypy."""
    runs = runs_option("Measure a gated run against its parts.", 11)
    with tempfile.TemporaryDirectory(prefix="agentgates-benchmark-") as name:
        place = _prepare(Path(name).resolve())
        show_machine("pytest", "coverage", "ruff", "mypy", "import-linter")
        _warm(place, runs)
        _cold(place, max(3, runs // 2))


def _warm(place: Place, runs: int) -> None:
    gated, command = place.gated("pytest --agent-task", GATED), place.gated("agentgates run", COMMAND)
    alone = [Case(label, (step,), place.project, place.measuring) for label, step in _parts(place).items()]
    times = measure((gated, command, *alone), runs)
    print(f"\nmypy's cache warm, {runs} runs")
    show_times(times)
    slowest = slower_of(*(times[case.label] for case in alone))
    for case in (gated, command):
        show_pair(f"{case.label} / its slowest part alone", times[case.label], slowest, f"at most {WARM_GOAL}")
        _verdict(ratio(times[case.label], slowest), WARM_GOAL)


def _cold(place: Place, runs: int) -> None:
    gated = place.gated("pytest --agent-task", GATED, place.forget)
    parts = tuple(_parts(place).values())
    one_by_one = Case("one after another", parts, place.project, place.measuring, place.forget)
    times = measure((gated, one_by_one), runs)
    print(f"\nmypy's cache empty, {runs} runs")
    show_times(times)
    show_pair("gated / one after another", times[gated.label], times[one_by_one.label], f"at most {COLD_GOAL}")
    _verdict(ratio(times[gated.label], times[one_by_one.label]), COLD_GOAL)


def _parts(place: Place) -> dict[str, tuple[str, ...]]:
    """The tests under the same measuring, and each tool, as they run by themselves."""
    from pytest_agentgates.find_tool import ruff_command

    return {
        "tests under coverage": (*PYTEST, *place.tests),
        "ruff": (*ruff_command(), "check", "--no-fix", "--no-cache", "--output-format", "json", *PATHS),
        "mypy": place.mypy(),
        "lint-imports": (str(Path(sys.executable).with_name("lint-imports")), "--no-cache"),
    }


def _prepare(folder: Path) -> Place:
    """A copy of the example in a repository of its own, with its tests as the gated run finds them."""
    from pytest_agentgates.map_tests import map_all
    from pytest_agentgates.source.test_settings import read_test_settings
    from pytest_agentgates.survey_project import survey_project
    from pytest_agentgates.wiring import wire_project

    project, cache, measured = folder / "customers", folder / "cache", folder / "measured"
    unwanted = shutil.ignore_patterns("__pycache__", ".*_cache", ".claude", ".venv")
    shutil.copytree(ROOT / "examples" / "customers", project, ignore=unwanted)
    _commit(project)
    measured.mkdir()
    os.environ["XDG_CACHE_HOME"] = str(cache)
    wired = wire_project(project)
    tasks = tuple(task for task in wired.open_store().load() if task.id == TASK)
    expected = map_all(project, tasks, read_test_settings(project))
    plan = wired.coverage.plan(replace(survey_project(wired, tasks), tasks=tasks), measured)
    return Place(project, cache, expected[TASK].arguments, dict(plan.environment))


def _commit(project: Path) -> None:
    git = ("git", "-c", "user.name=benchmark", "-c", "user.email=benchmark@example.org")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "The example")):
        subprocess.run([*git, *words], cwd=project, check=True)


def _verdict(found: float, goal: float) -> None:
    print(f"goal {'reached' if found <= goal else 'missed'}: {found:.2f}")


if __name__ == "__main__":
    main()
