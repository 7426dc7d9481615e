"""Times the gate `untampered` on a change of many files in a large tree.

python -m benchmarks.untampered [--files N] [--changed N] [--runs N]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from pytest_agentgates.core.verdict import GateResult
from pytest_agentgates.run_gates import run_gate
from pytest_agentgates.survey_project import survey_project
from pytest_agentgates.wiring import wire_project

_GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.org")
_PRODUCT = '"""A module."""\n\n\n' + "\n\n".join(
    f"def work_{number}(left: int, right: int) -> int:\n    return left + right + {number}\n" for number in range(25)
)
_TESTS = "from pkg.m0 import work_1\n\n\n" + "\n\n".join(
    f"def test_{number}():\n    assert work_1({number}, 2) == {number + 3}\n" for number in range(25)
)


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description="Time the comparison with the base.")
    parser.add_argument("--files", type=int, default=5000, metavar="N")
    parser.add_argument("--changed", type=int, default=50, metavar="N")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        _write_project(root, options.files, options.changed)
        timed = [_judge(root) for _ in range(options.runs)]
    print(f"{timed[-1][2].message}, {len(timed[-1][2].findings)} findings")
    print(f"look at the tree: median {statistics.median(one[0] for one in timed):.2f} s")
    print(f"the gate:         median {statistics.median(one[1] for one in timed):.2f} s")


def _judge(root: Path) -> tuple[float, float, GateResult]:
    """Seconds for the files and the base, seconds for the gate, and its result."""
    project = wire_project(root)
    start = time.perf_counter()
    workspace = survey_project(project, base="HEAD")
    looked = time.perf_counter()
    gate = next(configured for configured in project.gates if configured.gate.name == "untampered")
    result = run_gate(gate, workspace)
    return looked - start, time.perf_counter() - looked, result


def _write_project(root: Path, files: int, changed: int) -> None:
    """Four of five files are product code, the others tests; the change touches both kinds."""
    paths = [root / (f"tests/test_{n}.py" if n % 5 == 0 else f"pkg/m{n}.py") for n in range(files)]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_text(_TESTS if path.parent.name == "tests" else _PRODUCT, encoding="utf-8")
    (root / "agentgates.toml").write_text("max_attempts = 3\n", encoding="utf-8")
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "base")):
        subprocess.run([*_GIT, *command], cwd=root, check=True)
    for path in paths[:: max(1, files // changed - 1)][:changed]:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("right + 3\n", "right + 4\n").replace("== 6\n", "== 7\n"), encoding="utf-8")


if __name__ == "__main__":
    main()
