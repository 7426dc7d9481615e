"""What measuring coverage costs the tests: sysmon against the C tracer, line coverage.

python -m benchmarks.coverage_core [--runs N]
Looks for Python 3.12 and 3.13 among the interpreters of pyenv and on the path.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.fresh_venv import make_venv
from benchmarks.paired import Case, measure, runs_option, show_machine, show_pair, show_times

VERSIONS = ("3.12", "3.13")
CORES = ("ctrace", "sysmon")
WORK = '''"""Finds primes and sorts words, in plain loops."""


def primes(limit):
    """All primes below the limit."""
    found = []
    for number in range(2, limit):
        for prime in found:
            if prime * prime > number:
                found.append(number)
                break
            if number % prime == 0:
                break
        else:
            found.append(number)
    return found


def insertion_sort(values):
    """The values in order."""
    ordered = []
    for value in values:
        place = len(ordered)
        while place and ordered[place - 1] > value:
            place -= 1
        ordered.insert(place, value)
    return ordered
'''
TESTS = """import random

import pytest

from work import insertion_sort, primes


@pytest.mark.parametrize("limit", range(100_000, 105_000, 500))
def test_primes(limit):
    assert primes(limit)[:4] == [2, 3, 5, 7]


@pytest.mark.parametrize("seed", range(10))
def test_sort(seed):
    values = [random.Random(seed).random() for _ in range(2500)]
    assert insertion_sort(values) == sorted(values)
"""


def main() -> None:
    """Measure CPU-bound tests unmeasured and with each core."""
    runs = runs_option("Measure the cost of coverage's cores.", 9)
    show_machine("pytest", "coverage")
    for python in _interpreters():
        with tempfile.TemporaryDirectory(prefix="agentgates-benchmark-") as name:
            _compare(python, Path(name).resolve(), runs)


def _compare(python: str, folder: Path, runs: int) -> None:
    interpreter = make_venv(folder / "venv", "pytest", "coverage", python=python)
    project = folder / "project"
    project.mkdir()
    (project / "work.py").write_text(WORK, encoding="utf-8")
    (project / "test_work.py").write_text(TESTS, encoding="utf-8")
    command = (interpreter, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    cases = [Case("not measured", (command,), project)]
    cases += [Case(core, (command,), project, _measuring(project, folder / core, core)) for core in CORES]
    times = measure(cases, runs)
    said = subprocess.run([python, "-V"], check=True, capture_output=True, text=True)
    print(f"\n{said.stdout.strip()}, {runs} runs")
    show_times(times)
    for core in CORES:
        show_pair(f"{core} / not measured", times[core], times["not measured"])
    show_pair("sysmon / ctrace", times["sysmon"], times["ctrace"])


def _measuring(project: Path, folder: Path, core: str) -> dict[str, str]:
    """The environment in which a gated run starts the tests, with the core named."""
    from pytest_agentgates.measure_coverage import environment, plan_measuring

    folder.mkdir()
    plan = plan_measuring(project, ["work.py"], branch=False, python_version=(3, 13), folder=folder)
    return {**environment(plan), "COVERAGE_CORE": core}


def _interpreters() -> Iterator[str]:
    for version in VERSIONS:
        kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
        found = str(kept[-1]) if kept else shutil.which(f"python{version}")
        if found:
            yield found
        else:
            sys.stderr.write(f"Python {version} was not found\n")


if __name__ == "__main__":
    main()
