"""The gate `tenant_runtime` tells places apart: a statement is judged wherever it comes from, and said once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gated_project import GatedProject
from tests.plugin.watched_project import CONNECTION, OWNED, findings_of

SWEEPS = """def cross_tenant(reason):
    return lambda function: function


ALL = "SELECT id FROM orders"


@cross_tenant(reason="nightly")
def sweep(one):
    return one.execute(ALL).fetchall()
"""
WAIVED = """from sweeps import ALL


def waived(one):
    return one.execute(ALL).fetchall()  # agentgates: ignore[TEN001] agreed
"""
PLACES = f"""import sqlite3

import pytest

from sweeps import ALL, sweep
from waived import waived


{CONNECTION}

def leak(one):
    return one.execute(ALL).fetchall()


def test_sweep_first(one):
    assert sweep(one) == leak(one) == []


@pytest.mark.parametrize("number", range(3))
def test_again(one, number):
    assert waived(one) == leak(one) == sweep(one) == []
"""
DIALECT = """import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite


def test_late_dialect():
    class Late(SQLiteDialect_pysqlite):
        supports_statement_cache = True

        def do_execute(self, cursor, statement, parameters, context=None):
            cursor.execute(statement, parameters)

        def do_executemany(self, cursor, statement, parameters, context=None):
            cursor.executemany(statement, parameters)

    globals()["Late"] = Late
    registry.register("late", __name__, "Late")
    engine = create_engine("late://")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE orders (id, tenant_id)"))
        connection.execute(text("UPDATE orders SET id = 1 WHERE tenant_id = 'a'"))
        connection.execute(text("UPDATE orders SET id = 2"))
        connection.execute(text("UPDATE orders SET id = :id"), [{"id": 3}, {"id": 4}])
        connection.exec_driver_sql("UPDATE orders SET id = 5")
        with connection.execution_options(no_parameters=True) as bare:
            bare.exec_driver_sql("UPDATE orders SET id = 6")
    engine.dispose()
"""


def findings(pytester: pytest.Pytester, tests: str) -> list[dict[str, Any]]:
    project = GatedProject(pytester)
    project.configure(OWNED)
    project.write("src/sweeps.py", SWEEPS)
    project.write("src/waived.py", WAIVED)
    return findings_of(project, tests)


def test_the_text_of_a_sweep_is_judged_where_others_execute_it(pytester: pytest.Pytester) -> None:
    found = findings(pytester, PLACES)
    places = [(one["path"], one["line"], one["waived"] or "") for one in found]
    assert sorted(places) == [("src/waived.py", 5, "agreed"), ("tests/test_pass.py", 18, "")]
    messages = {one["path"]: one["message"] for one in found}
    assert "test_sweep_first" in messages["tests/test_pass.py"]
    assert "test_again[0]" in messages["src/waived.py"]


def test_a_dialect_that_comes_late_and_executes_by_itself_is_watched(pytester: pytest.Pytester) -> None:
    messages = [one["message"] for one in findings(pytester, DIALECT)]
    assert ["SET id = 2" in messages[0], "SET id = ?" in messages[1]] == [True, True]
    assert ["SET id = 5" in messages[2], "SET id = 6" in messages[3]] == [True, True]
    assert len(messages) == 4
