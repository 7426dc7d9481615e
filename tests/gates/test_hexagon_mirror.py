"""What must be tested is called by tests of its kind; regression tests stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.hexagon.components import canonical_components
from pytest_agentgates.gates.hexagon.shape_checks import judge_regression_tests, judge_test_mirror, regression_note
from pytest_agentgates.gates.hexagon.view import HexagonOptions, HexagonView
from pytest_agentgates.source.project_facts import read_project
from tests.fakes import FakeBase, FakeWorkspace
from tests.gated_project import GatedProject
from tests.real_workspace import real_workspace, write_files

MODEL = "components/orders/domain/model.py"
SERVICE = "components/orders/domain/service.py"
REPOSITORY = "components/orders/adapters/outbound/sql_repo.py"
HANDLER = "components/orders/adapters/inbound/api_handler.py"
UNIT = "components/orders/tests/unit/test_orders.py"
INTEGRATION = "components/orders/tests/integration/test_orders.py"
CONFTEST = "components/orders/tests/conftest.py"
ORDER = "class Order:\n    @classmethod\n    def open(cls): return cls()\n    def confirm(self): return self\n"
IMPORT = "from components.orders.domain.model import Order\n"


def _view(workspace: FakeWorkspace) -> HexagonView:
    facts = read_project(workspace.root, workspace.files, ())
    return HexagonView(workspace, facts, canonical_components(facts.paths, "components"), HexagonOptions())


def _messages(root: Path, files: dict[str, str]) -> list[str]:
    findings = judge_test_mirror(_view(real_workspace(root, files)))
    return [f"{found.rule} {found.message}" for found in findings]


PORTS = "components/orders/ports/outbound.py"
PORT = (
    "from abc import ABC, abstractmethod\nclass Orders(ABC):\n"
    "    @abstractmethod\n    def add(self, key: str) -> None: ...\n"
)
CALLED = {
    "constructed": f"{IMPORT}def test_a(): Order.open(); Order().confirm()\n",
    "variable": f"{IMPORT}def test_a():\n    order = Order.open()\n    order.confirm()\n",
    "annotated": f"{IMPORT}def test_a(order: Order):\n    Order.open()\n    order.confirm()\n",
    "factory": f"{IMPORT}def make() -> Order: return Order.open()\ndef test_a(): make().confirm()\n",
    "chain": "from components.orders.domain import model as m\ndef test_a(): m.Order.open(); m.Order().confirm()\n",
    "unknown receiver": f"{IMPORT}def test_a(order): order.confirm(); Order.open()\n",
    "fixture of the conftest": "def test_a(order): order.confirm()\n",
    "handed on": f"{IMPORT}import pytest\ndef test_a(): pytest.raises(ValueError, Order().confirm); Order.open()\n",
    "through an heir": f"{IMPORT}class Big(Order): ...\ndef test_a(): Big.open(); Big().confirm()\n",
}


@pytest.mark.parametrize("text", CALLED.values(), ids=CALLED)
def test_a_called_method_is_tested(tmp_path: Path, text: str) -> None:
    conftest = f"{IMPORT}import pytest\n@pytest.fixture\ndef order(): return Order.open()\n"

    assert _messages(tmp_path, {MODEL: ORDER, UNIT: text, CONFTEST: conftest}) == []


def test_a_method_without_a_unit_test_is_named(tmp_path: Path) -> None:
    text = f"{IMPORT}def test_a(): Order.open()\n"
    files = {MODEL: ORDER, UNIT: text, INTEGRATION: CALLED["constructed"]}

    assert _messages(tmp_path, files) == ["HEX008 no unit test calls the method Order.confirm"]


def test_a_call_of_another_class_or_a_client_is_none(tmp_path: Path) -> None:
    text = (
        f"{IMPORT}class Other:\n    def confirm(self): return 1\n"
        "def test_a(client): Other().confirm(); client.confirm(); Order.open()\n"
    )

    assert _messages(tmp_path, {MODEL: ORDER, UNIT: text}) == ["HEX008 no unit test calls the method Order.confirm"]


def test_what_has_no_behaviour_of_its_own_needs_no_test(tmp_path: Path) -> None:
    text = (
        "from dataclasses import dataclass\nfrom abc import ABC, abstractmethod\n@dataclass\nclass Row:\n    x: int\n"
        "    @property\n    def y(self): return self.x\n    def __len__(self): return 1\n    def _z(self): return 1\n"
        "class Policy(ABC):\n    @abstractmethod\n    def allows(self): ...\n"
        "class Refused(Exception):\n    def text(self): return 'no'\n"
    )

    assert _messages(tmp_path, {MODEL: text}) == []


def test_use_cases_are_functions_methods_and_what_is_called_itself(tmp_path: Path) -> None:
    service = (
        "def ship(): return 1\ndef _help(): return 1\n"
        "class Place:\n    def __call__(self): return 1\nclass Cancel:\n    def handle(self): return 1\n"
    )
    names = "from components.orders.domain.service import Cancel, Place, ship\n"
    test = f"{names}def test_a():\n    place = Place()\n    place(); Cancel().handle(); ship()\n"

    assert _messages(tmp_path, {SERVICE: service, UNIT: test}) == []
    assert _messages(tmp_path, {SERVICE: service, UNIT: f"{names}def test_a(): Place(); Cancel()\n"}) == [
        "HEX008 no unit test calls the use case ship",
        "HEX008 no unit test calls the use case Place",
        "HEX008 no unit test calls the use case Cancel.handle",
    ]


def test_a_command_on_a_bus_reaches_its_only_handler(tmp_path: Path) -> None:
    service = (
        "class Ship:\n    key: str\nclass Bus:\n    def handle(self, command): return 1\n"
        "def ship(command: Ship): return command\n"
    )
    test = "from components.orders.domain.service import Bus, Ship\ndef test_a(): Bus().handle(Ship())\n"

    assert _messages(tmp_path, {SERVICE: service, UNIT: test}) == []


HANDLERS = (
    "from fastapi import APIRouter\nrouter = APIRouter(prefix='/orders')\n"
    "@router.get('')\ndef list_orders(): return []\n"
    "@router.post('/{key}/lines')\ndef add_line(key: str): return key\n"
)
BOTH = {
    "literal": "def test_a(client): client.get('/orders'); client.post('/orders/7/lines')\n",
    "prefixed": "def test_a(client): client.get('/api/v1/orders?limit=1'); client.post('/api/v1/orders/7/lines')\n",
    "f-string": "def test_a(client, key): client.get('http://host/orders'); client.post(f'/orders/{key}/lines')\n",
    "location": "def test_a(client, place): client.get('/orders/'); client.post(f'{place}/lines')\n",
    "constant before": "AT = '/orders/'\ndef test_a(client, k): client.get(AT); client.post(f'{AT}{k}/lines/')\n",
    "variable": "def test_a(client, place): client.get(place); client.post(place)\n",
    "request": "def test_a(client): client.request('GET', '/orders'); client.request('POST', '/orders/7/lines')\n",
    "parametrized": (
        "import pytest\n@pytest.mark.parametrize(('verb', 'path'), [('GET', '/orders'), ('POST', '/orders/7/lines')])\n"
        "def test_a(client, verb, path): client.request(verb, path)\n"
    ),
    "called": (
        "from components.orders.adapters.inbound.api_handler import add_line, list_orders\n"
        "def test_a(): list_orders(); add_line('7')\n"
    ),
}


@pytest.mark.parametrize("text", BOTH.values(), ids=BOTH)
def test_an_endpoint_is_tested_by_a_request(tmp_path: Path, text: str) -> None:
    assert _messages(tmp_path, {HANDLER: HANDLERS, INTEGRATION: text}) == []


@pytest.mark.parametrize(
    "text",
    [
        "def test_a(client): client.get('/orders/7/lines'); client.get('/orders')\n",
        "def test_a(client): client.post('/orders/7/items'); client.get('/orders')\n",
        "def test_a(client): client.post('/orders'); client.get('/orders')\n",
        "def test_a(client, key): client.post(f'/customers/7/orders/{key}'); client.get('/orders')\n",
        "def test_a(client): connect(f'sqlite:///{client}'); client.get('/orders')\n",
    ],
    ids=["other method", "other address", "shorter address", "longer address", "a database"],
)
def test_another_request_tests_no_endpoint(tmp_path: Path, text: str) -> None:
    message = "HEX009 no integration test calls the endpoint POST /orders/{key}/lines"

    assert _messages(tmp_path, {HANDLER: HANDLERS, INTEGRATION: text}) == [message]


def test_repository_methods_need_integration_tests(tmp_path: Path) -> None:
    port = "from components.orders.ports.outbound import Orders\n"
    repository = f"{port}class SqlOrders(Orders):\n    def add(self, key): return None\n"
    files = {PORTS: PORT, REPOSITORY: repository}
    names = f"{port}from components.orders.adapters.outbound.sql_repo import SqlOrders\n"

    by_port = f"{names}def test_a(orders: Orders): orders.add('7')\n"
    assert _messages(tmp_path, {**files, INTEGRATION: by_port}) == []
    (tmp_path / INTEGRATION).unlink()
    assert _messages(tmp_path, {**files, UNIT: by_port}) == [
        "HEX009 no integration test calls the repository method SqlOrders.add"
    ]


REGRESSION = "components/orders/tests/regression/test_bugs.py"
BUG = "def test_bug_7(order): assert order.total() == 3\n"


def _compared(root: Path, before: dict[str, str], now: dict[str, str]) -> list[Finding]:
    write_files(root, now)
    workspace = FakeWorkspace(
        root=root, files=tuple(now), base=FakeBase({path: text.encode() for path, text in before.items()})
    )
    assert regression_note(workspace) == ""
    return list(judge_regression_tests(_view(workspace)))


@pytest.mark.parametrize(
    "now",
    [
        {REGRESSION: BUG},
        {REGRESSION: "# moved down\n\n" + BUG.replace("== 3", "== 3, 'total'")},
        {"components/orders/tests/regression/test_totals.py": BUG},
    ],
    ids=["same", "mended", "moved"],
)
def test_a_regression_test_that_is_there_is_fine(tmp_path: Path, now: dict[str, str]) -> None:
    assert (
        _compared(tmp_path, {REGRESSION: BUG, "components/orders/tests/unit/test_a.py": "def test_a(): ...\n"}, now)
        == []
    )


@pytest.mark.parametrize(
    ("now", "message"),
    [
        ({}, f"the regression test test_bug_7 is gone with its file {REGRESSION}"),
        ({REGRESSION: "def test_other(): assert order.total()\n"}, "the regression test test_bug_7 is gone"),
        ({REGRESSION: "def test_bug_7(): ...\n"}, "the regression test test_bug_7 was emptied"),
        ({REGRESSION: "def test_bug_7(order): assert True\n"}, "the regression test test_bug_7 was emptied"),
    ],
    ids=["file gone", "gone", "emptied", "asserts nothing"],
)
def test_a_regression_test_may_not_vanish(tmp_path: Path, now: dict[str, str], message: str) -> None:
    (found,) = _compared(tmp_path, {REGRESSION: BUG}, now)

    assert (found.rule, found.message, found.path) == ("HEX017", message, REGRESSION)


def test_without_a_base_it_says_that_nothing_was_compared(tmp_path: Path) -> None:
    workspace = FakeWorkspace(root=tmp_path)

    assert list(judge_regression_tests(_view(workspace))) == []
    assert regression_note(workspace) == "regression tests were not compared: no base was recorded"


def test_a_regression_test_is_kept_in_a_real_repository(project: GatedProject) -> None:
    project.write(MODEL, "class Order: ...\n")
    project.write(REGRESSION, "def test_bug_7():\n    assert int('7') == 7\n")
    base = project.commit()
    project.write(REGRESSION, "def test_bug_7():\n    pass\n")

    result = project.agentgates("check", "--gate", "hexagon", "--base", base)

    assert result.ret == 1
    result.stdout.fnmatch_lines([f"{REGRESSION}:1:1: HEX017 the regression test test_bug_7 was emptied"])
