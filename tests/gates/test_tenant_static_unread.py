"""A file that cannot be read as Python hides no query behind a pass."""

from __future__ import annotations

from pathlib import Path

from pytest_agentgates.core.verdict import GateStatus
from pytest_agentgates.gates.tenant_filter import TenantFilter
from tests.gates.tenant_project import SQLALCHEMY
from tests.real_workspace import real_workspace

BROKEN = {"app/models.py": SQLALCHEMY, "app/queries.py": "def orders(:\n"}
FINDING = "from app.models import Order\n\ndef orders(s, i):\n    return s.query(Order).get(i)\n"


def test_a_file_that_does_not_parse_is_no_pass(tmp_path: Path) -> None:
    result = TenantFilter().check(real_workspace(tmp_path, BROKEN))
    assert result.status is GateStatus.ERROR
    assert result.message.startswith("app/queries.py:1 does not parse, so its queries are not known: ")


def test_one_that_is_not_judged_is_none_of_its_business(tmp_path: Path) -> None:
    result = TenantFilter(exclude=("app/queries.py",)).check(real_workspace(tmp_path, BROKEN))
    assert result.status is GateStatus.PASS


def test_a_finding_elsewhere_comes_first(tmp_path: Path) -> None:
    result = TenantFilter().check(real_workspace(tmp_path, {**BROKEN, "app/found.py": FINDING}))
    assert result.status is GateStatus.FAIL
