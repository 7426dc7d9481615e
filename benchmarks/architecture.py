"""Times the reading of a source tree and its graph of imports: with an empty cache, with a full one.

python -m benchmarks.architecture FOLDER [--runs N] [--tach COMMAND] [--gate NAME]

With --gate, FOLDER has an agentgates.toml that configures the gate (`blocking = false`: what fails is not timed),
and `agentgates check --gate NAME` is timed as well.
With --tach, FOLDER has a tach.toml, and `tach check` runs beside the warm reading, its own cache warm as well.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.paired import Case, measure, show_machine, show_pair, show_times

# What every architecture gate shares; the judging of rules comes on top.
_READ = """
import sys
from pathlib import Path
from pytest_agentgates.source.project_facts import read_project
from pytest_agentgates.source.tree import list_files
root = Path(sys.argv[1])
facts = read_project(root, list_files(root), (".",), Path(sys.argv[2]))
sum(1 for _ in facts.graph.all_edges())
"""


def main() -> None:
    """Measure the folder of the command line."""
    parser = argparse.ArgumentParser(description="Time the reading of a source tree.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--tach", metavar="COMMAND", help="the tach to run beside")
    parser.add_argument("--gate", metavar="NAME", help="a gate that FOLDER configures")
    options = parser.parse_args()
    folder = options.folder.resolve()
    with tempfile.TemporaryDirectory() as kept:
        cases = _cases(folder, Path(kept), options.tach)
        if options.gate:
            cases += _gate_cases(folder, Path(kept), options.gate)
        times = measure(cases, options.runs)
        show_machine("pytest-agentgates")
        show_times(times)
        if options.tach:
            show_pair("warm reading / tach check", times["warm"], times["tach"])
        if options.tach and options.gate:
            show_pair("warm gate / tach check", times["gate warm"], times["tach"])


def _cases(folder: Path, kept: Path, tach: str | None) -> list[Case]:
    cold, warm = kept / "cold", kept / "warm"
    for cache in (cold, warm):
        cache.mkdir()

    def empty() -> None:
        shutil.rmtree(cold)
        cold.mkdir()

    command = (sys.executable, "-c", _READ, str(folder))
    cases = [
        Case("cold", ((*command, str(cold)),), prepare=empty),
        Case("warm", ((*command, str(warm)),)),
    ]
    if tach is not None:
        cases.append(Case("tach", ((*shlex.split(tach), "check"),), cwd=folder))
    return cases


def _gate_cases(folder: Path, kept: Path, gate: str) -> list[Case]:
    """The gate with an empty private cache, and with that of the run before."""
    cold, warm = kept / "gate-cold", kept / "gate-warm"

    def empty() -> None:
        shutil.rmtree(cold, ignore_errors=True)

    command = (sys.executable, "-m", "pytest_agentgates", "check", "--gate", gate)
    return [
        Case("gate cold", (command,), folder, {"XDG_CACHE_HOME": str(cold)}, empty),
        Case("gate warm", (command,), folder, {"XDG_CACHE_HOME": str(warm)}),
    ]


if __name__ == "__main__":
    main()
