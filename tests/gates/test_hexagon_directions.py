from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.core.verdict import GateStatus
from pytest_agentgates.gates.hexagon import Hexagon
from tests.gates.hexagon_project import CLEAN, ORDERS, directions, judge, places

SERVICE = f"{ORDERS}/domain/service.py"
REPO = "components.orders.adapters.outbound.postgres_repo"
LAYERS = Hexagon(
    layers={
        "domain": "src/modules/*/domain",
        "application": "src/modules/*/{use,query}",
        "outbound": ("src/modules/*/db", "src/db"),
        "inbound": "src/api",
    }
)


def test_a_clean_component_has_no_finding_of_direction(tmp_path: Path) -> None:
    assert directions(tmp_path, {}) == []


@pytest.mark.parametrize(
    "code",
    [
        f"from {REPO} import PostgresOrders",
        f"import {REPO} as repo",
        "from ..adapters.outbound import postgres_repo",
        f"from {REPO} import *",
        f"import importlib; importlib.import_module('{REPO}')",
    ],
)
def test_every_way_to_import_an_adapter_counts(tmp_path: Path, code: str) -> None:
    assert places(directions(tmp_path, {SERVICE: code})) == [("HEX011", SERVICE, 1)]


@pytest.mark.parametrize("head", ["def load():", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:"])
def test_imports_in_functions_and_for_type_checkers_count(tmp_path: Path, head: str) -> None:
    found = directions(tmp_path, {SERVICE: f"{head}\n    from {REPO} import PostgresOrders\n"})
    assert [finding.rule for finding in found] == ["HEX011"]


def test_the_fix_names_the_port_that_the_adapter_implements(tmp_path: Path) -> None:
    (finding,) = directions(tmp_path, {SERVICE: f"from {REPO} import PostgresOrders"})
    assert f"inject `OrderRepository` from {ORDERS}/ports/outbound.py" in finding.fix


def test_the_fix_names_the_port_whose_methods_the_adapter_has(tmp_path: Path) -> None:
    repo = f"{ORDERS}/adapters/outbound/sql_repo.py"
    files = {
        SERVICE: "from components.orders.adapters.outbound.sql_repo import Sql",
        repo: "class Sql:\n    def add(self, order): ...\n",
    }
    assert "inject `OrderRepository`" in directions(tmp_path, files)[0].fix


def test_a_chain_through_helpers_is_shown_once_with_each_hop(tmp_path: Path) -> None:
    files = {
        SERVICE: "from lib.helpers import save",
        f"{ORDERS}/domain/pricing_service.py": "from components.orders.domain import service",
        "lib/helpers.py": f"\nfrom {REPO} import PostgresOrders",
    }
    (finding,) = directions(tmp_path, files)
    assert (finding.rule, finding.path, finding.line) == ("HEX011", "lib/helpers.py", 2)
    assert f"{SERVICE}:1 `from lib.helpers import save` -> lib/helpers.py:2 `from {REPO}" in finding.message
    assert f"reached_from {ORDERS}/domain/pricing_service.py" in finding.message


def test_a_reexport_through_a_package_is_followed(tmp_path: Path) -> None:
    files = {SERVICE: "from lib import PostgresOrders", "lib/__init__.py": f"from {REPO} import PostgresOrders"}
    assert places(directions(tmp_path, files)) == [("HEX011", "lib/__init__.py", 1)]


def test_a_package_is_not_blamed_for_names_that_were_not_taken_from_it(tmp_path: Path) -> None:
    files = {
        SERVICE: "from lib import money",
        "lib/__init__.py": f"from {REPO} import PostgresOrders",
        "lib/money.py": "CENTS = 100\n",
    }
    assert directions(tmp_path, files) == []


def test_a_file_named_like_a_test_hides_no_chain(tmp_path: Path) -> None:
    helper = f"{ORDERS}/domain/test_support.py"
    files = {SERVICE: "from components.orders.domain import test_support", helper: f"import {REPO}"}
    assert places(directions(tmp_path, files)) == [("HEX011", helper, 1)]


@pytest.mark.parametrize(
    ("path", "target", "rule"),
    [
        (f"{ORDERS}/ports/outbound.py", REPO, "HEX012"),
        (f"{ORDERS}/ports/inbound.py", "components.orders.domain.service", "HEX012"),
        (f"{ORDERS}/adapters/inbound/cli.py", REPO, "HEX013"),
        (f"{ORDERS}/adapters/inbound/cli.py", "components.orders.ports.outbound", "HEX013"),
        (f"{ORDERS}/adapters/outbound/mail.py", "components.orders.adapters.inbound.api_handler", "HEX013"),
        (f"{ORDERS}/domain/model.py", REPO, "HEX011"),
        (f"{ORDERS}/domain/model.py", "components.orders.domain.service", "HEX014"),
    ],
)
def test_each_layer_has_its_own_list(tmp_path: Path, path: str, target: str, rule: str) -> None:
    assert places(directions(tmp_path, {path: f"import {target}"})) == [(rule, path, 1)]


@pytest.mark.parametrize(
    ("path", "rule"),
    [("domain/model.py", "HEX014"), ("domain/service.py", "HEX011"), ("ports/outbound.py", "HEX012")],
)
@pytest.mark.parametrize("code", ["exec(code)", "__import__(name)", "import sys; sys.path.append('x')"])
def test_imports_that_nobody_can_read_are_findings_inside(tmp_path: Path, path: str, rule: str, code: str) -> None:
    assert rule in {finding.rule for finding in directions(tmp_path, {f"{ORDERS}/{path}": code})}


def test_an_adapter_may_import_by_name(tmp_path: Path) -> None:
    assert directions(tmp_path, {f"{ORDERS}/adapters/outbound/plugins.py": "__import__(name)"}) == []


def test_a_component_is_reached_only_through_its_package(tmp_path: Path) -> None:
    bills = "components/bills/domain/service.py"
    files = {
        bills: "from components.orders import Order\nfrom components.orders.domain.model import Order as Other\n",
        "components/bills/tests/test_bills.py": "import components.orders.domain.model\n",
        "components/bills/bootstrap.py": "import components.orders.domain.service\n",
    }
    assert places(directions(tmp_path, files)) == [("HEX016", bills, 2)]


def test_own_layers_are_named_by_globs(tmp_path: Path) -> None:
    files = {
        "src/modules/a/domain/model.py": "import modules.b.domain.model\n",
        "src/modules/b/domain/model.py": "",
        "src/modules/a/use/work.py": "import modules.a.db.repo\n",
        "src/modules/a/query/ask.py": "import modules.a.domain.model\n",
        "src/modules/a/db/repo.py": "import db.tables\n",
        "src/db/tables.py": "import sqlalchemy\n",
        "src/api/main.py": "import modules.a.db.repo\n",
        "src/api/routes.py": "import modules.a.db.repo\n",
    }
    assert places(directions(tmp_path, files, LAYERS)) == [
        ("HEX013", "src/api/routes.py", 1),
        ("HEX016", "src/modules/a/domain/model.py", 1),
        ("HEX011", "src/modules/a/use/work.py", 1),
    ]


def test_a_file_that_does_not_parse_is_found_and_the_rest_judged(tmp_path: Path) -> None:
    broken = f"{ORDERS}/domain/rules.py"
    found = directions(tmp_path, {broken: "x = 1\ndef (:\n", SERVICE: f"import {REPO}"})
    assert places(found) == [("HEX010", broken, 2), ("HEX011", SERVICE, 1)]


def test_the_message_counts_what_was_seen(tmp_path: Path) -> None:
    result = judge(tmp_path, {**CLEAN, "lib/money.py": ""})
    parsed = len(CLEAN) + 1
    assert f"{parsed} files parsed, {parsed - 2} mapped to a layer, 2 left unmapped" in result.message


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        (Hexagon(components="nowhere"), "no component was found under 'nowhere'"),
        (Hexagon(layers={"domain": "src/nowhere"}), "AGT002 the glob 'src/nowhere'"),
        (Hexagon(layers={"core": "components"}), "there is no layer 'core'"),
    ],
)
def test_a_gate_that_looks_at_nothing_cannot_judge(tmp_path: Path, gate: Hexagon, said: str) -> None:
    result = judge(tmp_path, CLEAN, gate)
    assert result.status is GateStatus.ERROR
    assert said in result.message
