"""Runs commands in turn, again and again, and compares their wall and CPU times run by run.

python -m benchmarks.paired 'COMMAND A' 'COMMAND B' [--runs N]
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

Times = list["Measured"]
Pick = Callable[["Measured"], float]


@dataclass(frozen=True)
class Case:
    """One thing to time: `steps` are commands that run one after another, `prepare` is not timed.

    Bytecode is cached, whatever the environment says, unless `env` says otherwise.
    """

    label: str
    steps: tuple[Sequence[str], ...]
    cwd: Path = Path()
    env: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Measured:
    """Seconds of one run: on the wall, and of all processors for the whole tree of processes."""

    wall: float
    cpu: float


def wall(measured: Measured) -> float:
    """Seconds on the wall."""
    return measured.wall


def cpu(measured: Measured) -> float:
    """Seconds of user and system time of the process and all it waited for."""
    return measured.cpu


def measure(cases: Sequence[Case], runs: int) -> dict[str, Times]:
    """The times of every case by label; run `i` of all cases belongs together.

    One round to warm up is left out; the order turns with every round, so that no case is always first.
    Raises SystemExit, with the output, where a command fails: what fails is not worth timing.
    """
    times: dict[str, Times] = {case.label: [] for case in cases}
    for number in range(runs + 1):
        ordered = cases if number % 2 else tuple(reversed(cases))
        for case in ordered:
            measured = run_once(case)
            if number:
                times[case.label].append(measured)
    return times


def run_once(case: Case) -> Measured:
    """Run all steps of a case once."""
    case.prepare()
    parts = [_run_step(case, step) for step in case.steps]
    return Measured(sum(map(wall, parts)), sum(map(cpu, parts)))


def ratio(first: Times, second: Times, pick: Pick = wall) -> float:
    """The median of first / second, run by run."""
    return statistics.median(pick(one) / pick(other) for one, other in zip(first, second, strict=True))


def difference(first: Times, second: Times, pick: Pick = wall) -> float:
    """The median of first - second in seconds, run by run."""
    return statistics.median(pick(one) - pick(other) for one, other in zip(first, second, strict=True))


def likely_difference(first: Times, second: Times, pick: Pick = wall) -> tuple[float, float]:
    """Between which seconds the true median of first - second lies, with 95 % confidence (order statistics)."""
    ordered = sorted(pick(one) - pick(other) for one, other in zip(first, second, strict=True))
    reach = 0.98 * math.sqrt(len(ordered))
    low, high = math.floor(len(ordered) / 2 - reach), math.ceil(len(ordered) / 2 + reach)
    return ordered[max(low, 0)], ordered[min(high, len(ordered) - 1)]


def least_difference(first: Times, second: Times, pick: Pick = wall) -> float:
    """The least of first - the least of second in seconds: what is left when other work on the machine is not."""
    return min(map(pick, first)) - min(map(pick, second))


def slower_of(*cases: Times) -> Times:
    """Run by run, the times of the case that took longest on the wall."""
    return [max(together, key=wall) for together in zip(*cases, strict=True)]


def show_times(times: Mapping[str, Times]) -> None:
    """Print least, median and most of every case."""
    width = max(map(len, times))
    rest = f"{'median':>8} {'most':>8}"
    print(f"{'':{width}}  {'wall s: least':>13} {rest}   {'CPU s: least':>12} {rest}")
    for label, measured in times.items():
        print(f"{label:{width}}  {_spread(measured, wall, 13)}   {_spread(measured, cpu, 12)}")


def show_pair(label: str, first: Times, second: Times, goal: str = "") -> None:
    """Print how the first compares with the second, and the goal where there is one."""
    print(
        f"{label}: wall ratio {ratio(first, second):.3f} ({difference(first, second) * 1000:+.1f} ms), "
        f"CPU ratio {ratio(first, second, cpu):.3f} ({difference(first, second, cpu) * 1000:+.1f} ms), "
        f"least against least {least_difference(first, second) * 1000:+.1f} ms wall, "
        f"{least_difference(first, second, cpu) * 1000:+.1f} ms CPU" + (f"; goal: {goal}" if goal else "")
    )


def show_machine(*distributions: str) -> None:
    """Print on what was measured, and how busy it was before."""
    load = os.getloadavg()[0]
    print(f"{_cpu_model()}, {os.cpu_count()} cores, {platform.platform()}, load {load:.1f}")
    print(", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in distributions)]))


def runs_option(description: str, default: int) -> int:
    """The number of runs, from the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--runs", type=int, default=default, metavar="N", help=f"runs of each case ({default})")
    return int(parser.parse_args().runs)


def main() -> None:
    """Compare two commands of the command line."""
    parser = argparse.ArgumentParser(description="Compare the times of two commands.")
    parser.add_argument("commands", nargs=2, metavar="COMMAND")
    parser.add_argument("--runs", type=int, default=11, metavar="N")
    options = parser.parse_args()
    first, second = (Case(label, (shlex.split(words),)) for label, words in zip("AB", options.commands, strict=True))
    times = measure((first, second), options.runs)
    show_machine()
    show_times(times)
    show_pair("A / B", times["A"], times["B"])


def _run_step(case: Case, step: Sequence[str]) -> Measured:
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            list(step),
            cwd=case.cwd,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **case.env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            sys.stderr.write(output.read().decode("utf-8", "replace"))
            raise SystemExit(f"{case.label}: {shlex.join(step)} ended with exit code {process.returncode}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime)


def _spread(measured: Times, pick: Pick, width: int) -> str:
    seconds = [pick(one) for one in measured]
    return f"{min(seconds):>{width}.3f} {statistics.median(seconds):>8.3f} {max(seconds):>8.3f}"


def _cpu_model() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
