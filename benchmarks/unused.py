"""What the package costs a run of pytest that does not use it.

python -m benchmarks.unused [--runs N]
"""

from __future__ import annotations

import tempfile
import zipfile
from email import message_from_bytes
from pathlib import Path

from benchmarks.fresh_venv import build_wheel, install, make_venv
from benchmarks.paired import (
    Case,
    Times,
    cpu,
    difference,
    likely_difference,
    measure,
    runs_option,
    show_machine,
    show_pair,
    show_times,
)

BARE = "pytest alone"
DEPENDENCIES = "with our dependencies only"
OURS = "with our wheel only (--no-deps)"
BOTH = "with our wheel and its dependencies"
GOAL_MS = 2.0


def main() -> None:
    """Measure four environments, with and without cached bytecode."""
    runs = runs_option("Measure one trivial test with the package installed but unused.", 60)
    with tempfile.TemporaryDirectory(prefix="agentgates-benchmark-") as name:
        folder = Path(name)
        pythons = _environments(folder)
        tests = folder / "project"
        tests.mkdir()
        (tests / "test_trivial.py").write_text("def test_it():\n    pass\n", encoding="utf-8")
        show_machine("pytest", "pluggy")
        # Without bytecode first: what pytest once cached would be read even where it must not write.
        _forget_rewritten(folder)
        _compare("PYTHONDONTWRITEBYTECODE=1", pythons, tests, {"PYTHONDONTWRITEBYTECODE": "1"}, runs)
        _compare("bytecode cached", pythons, tests, {"PYTHONDONTWRITEBYTECODE": ""}, runs)


def _environments(folder: Path) -> dict[str, str]:
    """The interpreter of each environment by label."""
    wheel = build_wheel(folder / "dist")
    return {
        BARE: make_venv(folder / "bare", "pytest"),
        DEPENDENCIES: make_venv(folder / "dependencies", "pytest", *_requirements(wheel)),
        OURS: _with_wheel_only(folder / "ours", wheel),
        BOTH: make_venv(folder / "both", "pytest", str(wheel)),
    }


def _with_wheel_only(folder: Path, wheel: Path) -> str:
    interpreter = make_venv(folder, "pytest")
    install(interpreter, "--no-deps", str(wheel))
    return interpreter


def _requirements(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(metadata)).get_all("Requires-Dist", [])


def _forget_rewritten(folder: Path) -> None:
    for path in folder.glob("*/lib/*/site-packages/**/*-pytest-*.pyc"):
        path.unlink()


def _compare(title: str, pythons: dict[str, str], tests: Path, env: dict[str, str], runs: int) -> None:
    options = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    cases = [Case(label, ((python, *options),), tests, env) for label, python in pythons.items()]
    times = measure(cases, runs)
    print(f"\n{title}, {runs} runs")
    show_times(times)
    show_pair("all that is owed to us", times[BOTH], times[BARE], f"at most {GOAL_MS} ms more CPU")
    show_pair("owed to our own module and metadata", times[OURS], times[BARE])
    show_pair("owed to our dependencies being installed", times[DEPENDENCIES], times[BARE])
    _verdict(times)


def _verdict(times: dict[str, Times]) -> None:
    more = difference(times[BOTH], times[BARE], cpu) * 1000
    low, high = (seconds * 1000 for seconds in likely_difference(times[BOTH], times[BARE], cpu))
    if low <= GOAL_MS < high:
        word = "can be neither called reached nor missed after so few runs"
    else:
        word = "missed" if more > GOAL_MS else "reached"
    print(f"goal {word}: {more:.1f} ms more CPU, with 95 % confidence {low:.1f} to {high:.1f} ms")


if __name__ == "__main__":
    main()
