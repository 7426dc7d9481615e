"""The example keeps its tenants apart by both tenant gates, and each of them catches a leak by itself."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).parent.parent / "examples" / "customers"
LEFT_OUT = shutil.ignore_patterns(".venv", ".claude", "__pycache__", ".*_cache", "*.db")
ADAPTER = "components/customers/adapters/outbound/sql_repo.py"
TESTS = "components/customers/tests/integration/test_repositories.py"
BOUND = """            CustomerRow.tenant_id == tenant_id,
            CustomerRow.customer_id == customer_id,
        )
"""
SESSIONS = "        self._sessions = sessions\n"
# No test calls it, so nothing executes its query.
UNTESTED = '''
    async def newest(self, tenant_id: TenantId) -> Customer | None:
        """The customer that came last."""
        statement = select(CustomerRow).order_by(CustomerRow.created_at.desc()).limit(1)
        async with self._sessions() as session:
            row = await session.scalar(statement)
        return _customer_of(row) if row is not None else None
'''
# The source does not say which column it is.
CHOSEN_AT_RUN_TIME = """            self._scope(tenant_id),
            CustomerRow.customer_id == customer_id,
        )
"""
SCOPE = f"""{SESSIONS}        column = getattr(CustomerRow, os.environ.get("SCOPE", "status"))
        self._scope = column.__ne__
"""
# The SQL is right, its value is the tenant of an earlier call.
STALE = """            CustomerRow.tenant_id == self._tenant,
            CustomerRow.customer_id == customer_id,
        )
"""
TWO_TENANTS = '''

@pytest.mark.agent_tenant(GLOBEX)
async def test_globex_finds_someone(sql_customers: CustomerRepository) -> None:
    """It does not look closely at whom."""
    await sql_customers.add(ACME, make_customer("c1", ACME))
    await sql_customers.add(GLOBEX, make_customer("c1", GLOBEX))
    assert await sql_customers.get(GLOBEX, C1) is not None
'''


@dataclass
class Example:
    """A copy of the example with its own settings of the tenant gates, and without the slower gates."""

    root: Path

    def mend(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text
        (self.root / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    def run(self, *args: str) -> str:
        command = [sys.executable, "-P", "-m", *args]
        ran = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False, timeout=300)
        return ran.stdout + ran.stderr

    def gated(self) -> dict[str, dict[str, Any]]:
        """The results of a gated run, by gate."""
        output = self.run("pytest", "--agent-task", "T1", "-p", "no:cacheprovider")
        evidence = self.root / ".claude" / "evidence" / "quality_gates_run.json"
        assert evidence.exists(), output
        return {gate["name"]: gate for gate in json.loads(evidence.read_text(encoding="utf-8"))["gates"]}


@pytest.fixture
def example(tmp_path: Path) -> Example:
    example = Example(tmp_path / "customers")
    shutil.copytree(EXAMPLE, example.root, ignore=LEFT_OUT)
    config = example.root / "pyproject.toml"
    head, *gates = config.read_text(encoding="utf-8").split("[tool.agentgates.gates.")
    tenants = [f"[tool.agentgates.gates.{text}" for text in gates if text.startswith("tenant_")]
    assert len(tenants) == 2
    config.write_text(head + "".join(tenants), encoding="utf-8")
    task = {"id": "T1", "title": "Keep customers", "status": "pending", "test_files": [TESTS]}
    (example.root / "docs/state/tasks.json").write_text(json.dumps({"tasks": [task]}), encoding="utf-8")
    return example


def commit(example: Example) -> None:
    identity = ["-c", "user.name=ann", "-c", "user.email=ann@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "The example"]):
        subprocess.run(["git", *command], cwd=example.root, check=True)


def statuses(gates: dict[str, dict[str, Any]]) -> tuple[str, str, str]:
    return gates["tests_pass"]["status"], gates["tenant_filter"]["status"], gates["tenant_runtime"]["status"]


def test_a_query_that_no_test_executes_is_caught_in_the_source(example: Example) -> None:
    commit(example)
    example.mend(ADAPTER, "\n    async def list_after(", f"{UNTESTED}\n    async def list_after(")
    gates = example.gated()
    assert statuses(gates) == ("pass", "fail", "pass")
    (finding,) = gates["tenant_filter"]["findings"]
    assert (finding["rule"], finding["path"]) == ("TEN006", ADAPTER)


def test_a_column_that_is_chosen_at_run_time_is_caught_at_run_time(example: Example) -> None:
    commit(example)
    example.mend(ADAPTER, "from collections.abc", "import os\nfrom collections.abc")
    example.mend(ADAPTER, BOUND, CHOSEN_AT_RUN_TIME)
    example.mend(ADAPTER, SESSIONS, SCOPE)
    gates = example.gated()
    assert statuses(gates)[1:] == ("pass", "fail")
    assert gates["tenant_filter"]["facts"]["left_to_run_time_count"] == 1
    findings = gates["tenant_runtime"]["findings"]
    # The project's own path, though the tests ran in a clean copy of it.
    assert {(finding["rule"], finding["path"]) for finding in findings} == {("TEN001", ADAPTER)}
    lines = (example.root / ADAPTER).read_text(encoding="utf-8").splitlines()
    assert {lines[finding["line"] - 1].strip() for finding in findings} == {"row = await session.scalar(statement)"}


def test_a_row_of_another_tenant_is_caught_at_run_time(example: Example) -> None:
    tests = (example.root / TESTS).read_text(encoding="utf-8")
    (example.root / TESTS).write_text(tests + TWO_TENANTS, encoding="utf-8")
    commit(example)
    assert statuses(example.gated()) == ("pass", "pass", "pass")
    example.mend(ADAPTER, SESSIONS, f'{SESSIONS}        self._tenant = "acme"\n')
    example.mend(ADAPTER, BOUND, STALE)
    gates = example.gated()
    assert statuses(gates)[1:] == ("pass", "fail")
    messages = [finding["message"] for finding in gates["tenant_runtime"]["findings"]]
    found = "test_globex_finds_someone is about tenant globex, and a row of customers came whose tenant_id is another"
    assert any(message.endswith(found) for message in messages), messages


def test_what_the_readme_shows_is_what_is_said(example: Example) -> None:
    readme = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```console\n\$ agentgates check --gate tenant_filter\n(.*?)```", readme, re.DOTALL)
    example.mend(ADAPTER, "            CustomerRow.tenant_id == tenant_id,\n", "")
    output = example.run("pytest_agentgates", "check", "--gate", "tenant_filter")
    assert shown in output
