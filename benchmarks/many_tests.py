"""10,000 trivial tests: a gated run against pytest with a report, and against pytest alone.

python -m benchmarks.many_tests [--runs N]
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.paired import Case, measure, ratio, runs_option, show_machine, show_pair, show_times

FILES = 100
TESTS_IN_FILE = 100
GOAL = 1.0
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")


def main() -> None:
    """Measure without coverage and without tools: what is left is collecting, recording and judging."""
    runs = runs_option("Measure a gated run of many tests.", 7)
    with tempfile.TemporaryDirectory(prefix="agentgates-benchmark-") as name:
        project = Path(name).resolve() / "project"
        _write_project(project)
        cases = (
            Case("gated", ((*PYTEST, "--agent-task", "T1", "--agent-no-update"),), project, {"XDG_CACHE_HOME": name}),
            Case("pytest --junitxml", ((*PYTEST, f"--junitxml={name}/report.xml", "tests"),), project),
            Case("pytest", ((*PYTEST, "tests"),), project),
        )
        show_machine("pytest")
        times = measure(cases, runs)
    print(f"\n{FILES * TESTS_IN_FILE} tests in {FILES} files, {runs} runs")
    show_times(times)
    gated, report, bare = (times[case.label] for case in cases)
    show_pair("gated / pytest --junitxml", gated, report, f"at most {GOAL}")
    show_pair("gated / pytest", gated, bare)
    show_pair("pytest --junitxml / pytest", report, bare)
    found = ratio(gated, report)
    print(f"goal {'reached' if found <= GOAL else 'missed'}: {found:.2f}")


def _write_project(project: Path) -> None:
    tests = project / "tests"
    tests.mkdir(parents=True)
    body = "".join(f"def test_{number}():\n    assert True\n\n\n" for number in range(TESTS_IN_FILE))
    for number in range(FILES):
        (tests / f"test_{number}.py").write_text(body, encoding="utf-8")
    (project / "pyproject.toml").write_text('[tool.agentgates]\ntasks = "tasks.json"\n', encoding="utf-8")
    task = {"id": "T1", "title": "Many tests", "status": "pending", "test_files": ["tests"]}
    (project / "tasks.json").write_text(json.dumps({"_version": 1, "tasks": [task]}), encoding="utf-8")


if __name__ == "__main__":
    main()
