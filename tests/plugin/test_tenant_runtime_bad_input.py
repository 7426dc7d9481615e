"""The gate `tenant_runtime` with odd statements, forks and missing drivers; it never alters what the tests see."""

from __future__ import annotations

import json

import pytest

from tests.gated_project import GatedProject
from tests.plugin.watched_project import CONNECTION, OWNED, findings_of

HEAD = f"""import os
import sqlite3
import sys
import threading

import pytest


{CONNECTION}

def test_fine(one):
    assert one.execute("SELECT id FROM orders WHERE tenant_id = 'a'").fetchall() == []


"""
LONG = """def test_long(one):
    values = ", ".join(f"({number}, 'x')" for number in range(90_000))
    statement = f"WITH many (id, word) AS (VALUES {values}) SELECT count(*) FROM many JOIN orders ON 1"
    assert len(statement) > 1_000_000
    assert one.execute(statement).fetchall() == [(0,)]
"""
DEEP = """def test_deep(one):
    statement = "SELECT id FROM " + "(SELECT * FROM " * 500 + "orders" + ")" * 500
    with pytest.raises(sqlite3.OperationalError, match="parser stack overflow|too deep|Expression tree"):
        one.execute(statement)
"""
SURROGATE = """def test_surrogate(one):
    with pytest.raises(UnicodeEncodeError):
        one.execute("SELECT id FROM orders WHERE id = '\\udcff'")
"""
SCRIPT = """def test_script(one):
    one.executescript("SELECT 1; DELETE FROM orders;")
"""
FORK = """def test_fork(one):
    if (child := os.fork()) == 0:
        one.execute("SELECT id FROM orders WHERE id = 1")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> GatedProject:
    project = GatedProject(pytester)
    project.configure(OWNED)
    return project


def run(project: GatedProject, tests: str, *args: str) -> list[str]:
    return [finding["message"] for finding in findings_of(project, HEAD + tests, *args)]


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        (LONG, "it cannot be judged at run time: it is longer than 200000 characters"),
        (DEEP, "it cannot be judged at run time: it is nested too deeply"),
        (SURROGATE, "orders is not bound"),
        (SCRIPT, "orders is not bound"),
        (FORK, "orders is not bound"),
    ],
    ids=["a megabyte", "500 deep", "no UTF-8", "script", "fork"],
)
def test_an_odd_statement_that_names_an_owned_table_is_found(project: GatedProject, tests: str, said: str) -> None:
    (message,) = run(project, tests)
    assert said in message
    assert len(message) < 600


def test_a_fork_of_an_xdist_worker_writes_for_itself(project: GatedProject) -> None:
    assert len(run(project, FORK, "-n", "2")) == 1


def test_an_unknown_dialect_is_an_error_with_the_nearest(project: GatedProject) -> None:
    project.configure('dialect = "postgrs"\n')
    run(project, "")
    assert project.gate("tenant_runtime")["status"] == "error"
    assert "the SQL dialect 'postgrs' is not known" in project.gate("tenant_runtime")["message"]
    assert "did you mean 'postgres'?" in project.gate("tenant_runtime")["message"]


def test_drivers_that_are_missing_are_no_trouble(project: GatedProject) -> None:
    names = ("sqlalchemy.engine", "sqlalchemy.orm", "django.db", "psycopg", "asyncpg")
    project.write("tests/conftest.py", f"import sys\n\nsys.modules |= dict.fromkeys({names!r})\n")
    assert run(project, "") == []
    assert project.gate("tenant_runtime")["status"] == "pass"


def test_a_driver_that_cannot_be_watched_is_an_error(project: GatedProject) -> None:
    project.write(
        "tests/conftest.py", "import sys\nimport types\n\nsys.modules['psycopg'] = types.ModuleType('psycopg')\n"
    )
    run(project, "")
    gate = project.gate("tenant_runtime")
    assert gate["status"] == "error"
    assert gate["message"].startswith("what the tests execute through psycopg cannot be watched (AttributeError")


OUTCOMES = """import json
import sqlite3
import traceback

import pytest
from sqlalchemy import create_engine, exc, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(unique=True)


def error_of(function, *args):
    try:
        return repr(function(*args))
    except Exception as error:
        told = traceback.extract_tb(error.__traceback__)
        return [type(error).__module__, type(error).__name__, str(error), type(error.__cause__).__name__,
                str(getattr(error, "statement", "")), str(getattr(error, "params", "")), told[0].name]


def test_outcomes():
    seen = []
    one = sqlite3.connect(":memory:", isolation_level="IMMEDIATE")
    seen.append([repr(type(one)), repr(type(one.cursor())), isinstance(one, sqlite3.Connection)])
    seen.append(one.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, tenant_id UNIQUE)").description)
    cursor = one.execute("INSERT INTO orders VALUES (?, ?)", (1, "a"))
    seen.append([cursor.rowcount, cursor.lastrowid, one.in_transaction, one.total_changes])
    seen.append(error_of(one.execute, "INSERT INTO orders VALUES (2, 'a')"))
    seen.append([one.in_transaction, one.total_changes])
    seen += [error_of(one.execute, bad) for bad in ("SELECT", b"SELECT 1", None, "SELECT ?", "SELECT * FROM none")]
    seen += [error_of(one.execute), error_of(one.executemany, "SELECT 1", [()])]
    one.rollback()
    seen.append(one.execute("SELECT count(*) FROM orders WHERE tenant_id = 'a'").fetchall())
    one.row_factory = sqlite3.Row
    seen.append(list(one.execute("SELECT 1 AS a").fetchone().keys()))
    one.close()
    seen.append(error_of(one.execute, "SELECT 1"))
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Order(id=1, tenant_id="a"))
        session.commit()
        session.add(Order(id=2, tenant_id="a"))
        seen.append(error_of(session.commit))
        seen.append(error_of(session.commit))
        session.rollback()
        seen.append([row.id for row in session.query(Order).filter_by(tenant_id="a")])
        with session.begin_nested() as nested:
            session.add(Order(id=3, tenant_id="c"))
            session.flush()
            nested.rollback()
        seen.append(session.query(Order).filter(Order.tenant_id == "c").count())
    with engine.connect() as connection:
        seen.append(error_of(connection.execute, text("SELECT * FROM orders WHERE tenant_id = :missing")))
        seen.append([connection.in_transaction(), connection.execute(text("SELECT 1")).scalar()])
    engine.dispose()
    with open(FILE, "w") as file:
        json.dump(seen, file, indent=1)
"""


def test_results_transactions_and_errors_are_those_of_an_unwatched_suite(project: GatedProject) -> None:
    found = []
    for name in ("watched", "unwatched"):
        file = project.root / f"{name}.json"
        project.write("tests/test_pass.py", OUTCOMES.replace("FILE", repr(str(file))))
        ran = project.gated() if name == "watched" else project.pytest("tests/test_pass.py")
        assert "1 passed" in ran.stdout.str()
        found.append(json.loads(file.read_text(encoding="utf-8")))
    assert project.gate("tenant_runtime")["message"].split()[0] != "0"
    assert found[0] == found[1]
    assert ["sqlite3", "IntegrityError"] in [one[:2] for one in found[0] if isinstance(one, list)]


def test_a_failing_statement_is_shown_at_the_line_of_the_test(project: GatedProject) -> None:
    bad = 'def test_bad(one):\n    one.execute("SELECT nothing FROM orders")\n'
    closed = "def test_closed(one):\n    one.close()\n    one.cursor()\n"
    project.write("tests/test_pass.py", f"{HEAD}{bad}\n\n{closed}")
    output = project.gated("--tb=short").stdout.str()
    assert "tests/test_pass.py:22: in test_bad" in output
    assert "tests/test_pass.py:27: in test_closed" in output
    assert "watch_drivers" not in output
