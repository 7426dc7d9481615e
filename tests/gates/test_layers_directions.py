"""LAY001: layers that are skipped or reversed, under every preset and under one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.gates.layers import Layers
from tests.gated_project import GatedProject
from tests.real_workspace import real_workspace

CLEAN = {
    "shop/domain/order.py": "class Order: ...\n",
    "shop/application/place.py": "from shop.domain.order import Order\n",
    "shop/infrastructure/sql.py": "from shop.domain.order import Order\n\nclass SqlOrders: ...\n",
    "shop/api/orders.py": "from shop.application.place import Order\n",
    "shop/main.py": "from shop.api import orders\nfrom shop.infrastructure import sql\n",
}
CQRS = {
    "shop/repositories/orders.py": "class OrderRepository:\n    def add(self): ...\n",
    "shop/services/orders.py": "from shop.repositories.orders import OrderRepository\n\n"
    "class OrderService:\n    def __init__(self, orders: OrderRepository) -> None:\n        self.orders = orders\n",
    "shop/commands/place.py": "from shop.services.orders import OrderService\n",
    "shop/queries/find.py": "from shop.services.orders import OrderService\n",
    "shop/api/orders.py": "from shop.commands import place\nfrom shop.queries import find\n",
}
HEXAGON = {
    "shop/domain/model.py": "class Order: ...\n",
    "shop/domain/service.py": "from shop.ports.outbound import Orders\n",
    "shop/ports/outbound.py": "from shop.domain.model import Order\n\nclass Orders: ...\n",
    "shop/adapters/outbound/sql.py": "from shop.ports.outbound import Orders\n",
    "shop/adapters/inbound/http.py": "from shop.domain.service import Orders\n",
}


def judge(root: Path, files: dict[str, str], **options: Any) -> GateResult:
    return Layers(**options).check(real_workspace(root, files))


def edges(result: GateResult) -> list[tuple[str, str]]:
    return [(finding.place, finding.message.partition(":")[0]) for finding in result.findings]


@pytest.mark.parametrize(("preset", "files"), [("clean", CLEAN), ("cqrs", CQRS), ("hexagonal", HEXAGON)])
def test_a_layered_project_is_well(tmp_path: Path, preset: str, files: dict[str, str]) -> None:
    result = judge(tmp_path, files, preset=preset)
    assert (result.status, result.findings) == (GateStatus.PASS, ())


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("shop/domain/order.py", "from shop.infrastructure.sql import SqlOrders", "domain must not use infrastructure"),
        ("shop/domain/order.py", "import shop.api.orders", "domain must not use api"),
        ("shop/application/place.py", "from ..infrastructure import sql", "application must not use infrastructure"),
        (
            "shop/application/place.py",
            "from shop.infrastructure.sql import *",
            "application must not use infrastructure",
        ),
        ("shop/api/orders.py", "def a():\n    import shop.infrastructure.sql", "api must not use infrastructure"),
        (
            "shop/domain/order.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.api.orders",
            "domain must not use api",
        ),
        (
            "shop/domain/order.py",
            "import importlib\nimportlib.import_module('shop.infrastructure.sql')",
            "domain must not use infrastructure",
        ),
    ],
)
def test_clean_layers_that_are_crossed(tmp_path: Path, path: str, text: str, found: str) -> None:
    result = judge(tmp_path, {**CLEAN, path: text + "\n"})
    assert [(finding.path, finding.message.partition(":")[0]) for finding in result.findings] == [(path, found)]


def test_what_is_handed_on_through_a_file_of_no_layer_is_shown_as_a_chain(tmp_path: Path) -> None:
    files = {
        **CLEAN,
        "shop/helpers.py": "x = 1\nfrom shop.infrastructure.sql import SqlOrders\n",
        "shop/domain/order.py": "from shop.helpers import x\n\nclass Order: ...\n",
    }
    (finding,) = judge(tmp_path, files).findings
    assert "shop/domain/order.py:1 -> shop/helpers.py:2 -> shop/infrastructure/sql.py" in finding.message


def test_the_outermost_layer_may_be_wired_through_a_file_of_no_layer(tmp_path: Path) -> None:
    files = {**CLEAN, "shop/api/orders.py": "from shop.wiring import orders\n"}
    files["shop/wiring.py"] = "from shop.infrastructure.sql import SqlOrders\norders = SqlOrders()\n"
    assert judge(tmp_path, files).findings == ()


def test_a_skipped_layer_is_named_with_the_one_to_ask(tmp_path: Path) -> None:
    files = {**CQRS, "shop/api/orders.py": "from shop.repositories.orders import OrderRepository\n"}
    (finding,) = judge(tmp_path, files, preset="cqrs").findings
    assert finding.message.startswith("api skips command and uses repository")
    assert finding.fix == "ask command for it, which may use repository"


def test_a_reversed_layer_is_found(tmp_path: Path) -> None:
    files = {**CQRS, "shop/repositories/orders.py": "from shop.services.orders import OrderService\n"}
    assert [rule.message.partition(":")[0] for rule in judge(tmp_path, files, preset="cqrs").findings] == [
        "repository must not use service"
    ]


def test_a_call_on_what_the_next_layer_holds_skips_it(tmp_path: Path) -> None:
    body = (
        "from shop.services.orders import OrderService\n\n"
        "class Place:\n    def __init__(self, service: OrderService) -> None:\n        self.service = service\n\n"
        "    def handle(self) -> None:\n        self.service.orders.add()\n"
    )
    result = judge(tmp_path, {**CQRS, "shop/commands/place.py": body}, preset="cqrs")
    assert edges(result) == [("shop/commands/place.py:8:9", "command skips service and uses repository")]
    assert "calls self.service.orders.add of shop/repositories/orders.py" in result.findings[0].message


def test_own_layers_use_the_next_one_unless_told_otherwise(tmp_path: Path) -> None:
    files = {"a/x.py": "import b.x\nimport c.x\n", "b/x.py": "import c.x\n", "c/x.py": "y = 1\n"}
    own = {"top": "a/**", "middle": ("b/**",), "bottom": "c/**"}
    assert edges(judge(tmp_path, files, layers=own)) == [("a/x.py:2:1", "top skips middle and uses bottom")]
    allowed = {"top": ("middle", "bottom")}
    assert edges(judge(tmp_path, files, layers=own, allowed=allowed)) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"preset": "onion"}, "there is no preset 'onion': choose one of hexagonal, clean, cqrs"),
        ({"layers": {"a": "shop/**", "b": ()}}, "the layer 'b' has no glob"),
        ({"layers": {"a": "shop/**", "b": "gone/**"}}, "AGT002 layers.b: 'gone/**' matches no Python file"),
        ({"layers": {"a": "shop/**"}, "allowed": {"a": "z"}}, "`allowed` names the layer 'z', which is none of a"),
        ({"preset": "hexagonal"}, "only the layer domain has files, so nothing can be judged"),
    ],
)
def test_a_mistake_in_the_options_is_an_error(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    files = {"shop/domain/order.py": "x = 1\n", "shop/api/a.py": "x = 1\n"}
    result = judge(tmp_path, files, **options)
    assert (result.status, result.message[: len(message)]) == (GateStatus.ERROR, message)


def test_a_file_that_does_not_parse_is_an_error(tmp_path: Path) -> None:
    result = judge(tmp_path, {**CLEAN, "shop/domain/broken.py": "def (:\n"})
    assert (result.status, result.message.partition(":1 ")[0]) == (GateStatus.ERROR, "shop/domain/broken.py")


def test_the_gate_end_to_end(pytester: pytest.Pytester) -> None:
    project = GatedProject(pytester)
    for path, text in CLEAN.items():
        project.write(f"src/{path}", text)
    project.configure('source_roots = ["src"]\n[tool.agentgates.gates.layers]\n')
    assert project.agentgates("check", "--gate", "layers").ret == 0
    project.write("src/shop/domain/order.py", "import shop.api.orders\n")
    refused = project.agentgates("check", "--gate", "layers")
    refused.stdout.fnmatch_lines(["src/shop/domain/order.py:1:1: LAY001 domain must not use api*"])
    assert refused.ret == 1
    project.configure('preset = "onion"\n')
    wrong = project.agentgates("check", "--gate", "layers")
    assert (wrong.ret, "onion" in wrong.stderr.str()) == (4, True)
