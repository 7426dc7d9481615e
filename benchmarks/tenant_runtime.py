"""What watching costs suites that execute 10,000 statements: with the watch against without.

python -m benchmarks.tenant_runtime [--runs N]
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.paired import Case, measure, runs_option, show_machine, show_pair, show_times
from tests.plugin.watched_project import MAPPED_ORDER

GOAL = "1.03"
CORE = """from sqlalchemy import create_engine, text

engine = create_engine("sqlite://")
SELECT = text("SELECT * FROM orders WHERE tenant_id = :t AND id = :i")


def execute(number):
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, tenant_id)"))
        for one in range(99):
            assert connection.execute(SELECT, {"t": "a", "i": one}).fetchall() == []
"""
MAPPED = f"""from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

{MAPPED_ORDER}

engine = create_engine("sqlite://")
Base.metadata.create_all(engine)


def execute(number):
    with Session(engine) as session:
        session.add(Order(id=number, tenant_id="a"))
        session.commit()
        for _ in range(99):
            found = session.scalars(select(Order).where(Order.tenant_id == "a", Order.id == number)).one()
            assert found.id == number
"""
DRIVER = """import sqlite3

connection = sqlite3.connect(":memory:")
connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, tenant_id)")


def execute(number):
    connection.execute("INSERT INTO orders VALUES (?, 'a')", (number,))
    for _ in range(99):
        found = connection.execute("SELECT id FROM orders WHERE tenant_id = ? AND id = ?", ("a", number))
        assert found.fetchall() == [(number,)]
"""
TESTS = """

import pytest


@pytest.mark.parametrize("number", range(100))
def test_statements(number):
    execute(number)
"""
SUITES = {"SQLAlchemy Core": CORE, "SQLAlchemy's mapper": MAPPED, "sqlite3": DRIVER}


def main() -> None:
    """Print the times of each suite and their ratio."""
    runs = runs_option(__doc__ or "", 11)
    show_machine("sqlalchemy", "pytest")
    for label, text in SUITES.items():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "test_orders.py").write_text(text + TESTS, encoding="utf-8")
            cases = [_case(folder, side, watch) for side, watch in (("without", None), ("with", _watch(folder)))]
            times = measure(cases, runs)
        show_times(times)
        show_pair(f"{label}, with the watch", times["with"], times["without"], GOAL)


def _watch(folder: Path) -> dict[str, object]:
    return {"file": str(folder / "statements"), "setup": False, "columns": ["tenant_id"], "exempting": []}


def _case(folder: Path, label: str, watch: dict[str, object] | None) -> Case:
    plan = folder / f"{label}.json"
    facts = {
        "claim": str(folder / f"{label}.jsonl"),
        "witness": str(folder / f"{label}-witness"),
        "tasks": {},
        "arguments": ["test_orders.py"],
        "backwards": False,
        "coverage": {},
        "watch": watch,
        "clean": None,
    }
    plan.write_text(json.dumps(facts), encoding="utf-8")
    session = ["-p", "pytest_agentgates.gated_session", f"--agent-session={plan}", f"--rootdir={folder}", "-q"]
    return Case(label, ([sys.executable, "-m", "pytest", *session, "test_orders.py"],), cwd=folder)


if __name__ == "__main__":
    main()
