"""What watching costs a suite that executes 10,000 statements through SQLAlchemy: with the watch against without.

python -m benchmarks.tenant_runtime [--runs N]
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.paired import Case, measure, runs_option, show_machine, show_pair, show_times

TESTS = """import pytest
from sqlalchemy import create_engine, text

engine = create_engine("sqlite://")
SELECT = text("SELECT * FROM orders WHERE tenant_id = :t AND id = :i")


@pytest.mark.parametrize("number", range(100))
def test_statements(number):
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, tenant_id)"))
        for one in range(99):
            assert connection.execute(SELECT, {"t": "a", "i": one}).fetchall() == []
"""


def main() -> None:
    """Print both times and their ratio; the goal is 1.03."""
    runs = runs_option(__doc__ or "", 7)
    show_machine("sqlalchemy")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_orders.py").write_text(TESTS, encoding="utf-8")
        cases = [_case(folder, label, watch) for label, watch in (("without", None), ("with", _watch(folder)))]
        times = measure(cases, runs)
    show_times(times)
    show_pair("with the watch", times["with"], times["without"], "1.03")


def _watch(folder: Path) -> dict[str, object]:
    return {"file": str(folder / "statements"), "setup": False, "columns": ["tenant_id"]}


def _case(folder: Path, label: str, watch: dict[str, object] | None) -> Case:
    plan = folder / f"{label}.json"
    facts = {
        "claim": str(folder / f"{label}.jsonl"),
        "witness": str(folder / f"{label}-witness"),
        "tasks": {},
        "arguments": ["test_orders.py"],
        "coverage": {},
        "watch": watch,
        "clean": None,
    }
    plan.write_text(json.dumps(facts), encoding="utf-8")
    session = ["-p", "pytest_agentgates.gated_session", f"--agent-session={plan}", f"--rootdir={folder}", "-q"]
    return Case(label, ([sys.executable, "-m", "pytest", *session, "test_orders.py"],), cwd=folder)


if __name__ == "__main__":
    main()
