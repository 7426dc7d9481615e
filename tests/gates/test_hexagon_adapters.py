"""Outbound adapters against their ports, and their counterparts in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.hexagon.adapters import adapters_in, judge_adapters, without_counterpart
from pytest_agentgates.gates.hexagon.ports import ports_in
from pytest_agentgates.source.project_facts import read_project
from tests.real_workspace import write_files

HEAD = "from abc import ABC, abstractmethod\nfrom typing import Any, Protocol\n"
ABC_PORT = HEAD + "class Orders(ABC):\n    @abstractmethod\n    "
PROTOCOL_PORT = HEAD + "class Orders(Protocol):\n    "
ADAPTER = "from ports import Orders\nclass SqlOrders(Orders):\n    "


def _judge(root: Path, files: dict[str, str]) -> list[Finding]:
    write_files(root, files)
    project = read_project(root, tuple(files), ())
    ports = ports_in(project, ("ports.py",))
    outbound = [path for path in files if path.startswith("outbound")]
    doubles = adapters_in(project, [path for path in files if path.startswith("tests")], ports)
    adapters = adapters_in(project, outbound, ports)
    return [*judge_adapters(adapters), *without_counterpart(adapters, doubles)]


def _differences(root: Path, files: dict[str, str]) -> list[str]:
    return [found.message for found in _judge(root, files) if found.rule == "HEX018"]


SAME = {
    "same": ("def get(self, key: str) -> str: ...", "def get(self, key: str) -> str: return key"),
    "more with defaults": ("def get(self, key): ...", "def get(self, key, limit=3, *, strict=False): return key"),
    "takes anything": ("def get(self, key, *, limit=3): ...", "def get(self, *args, **kwargs): return args"),
    "open port": ("def get(self, *args: Any, **kwargs: Any): ...", "def get(self, key): return key"),
    "keyword taken either way": ("def get(self, *, key): ...", "def get(self, key): return key"),
    "by position": ("def get(self, key, /): ...", "def get(self, other): return other"),
    "static": ("def get(self, key): ...", "@staticmethod\n    def get(key): return key"),
    "unknown decorator": ("def get(self, key): ...", "@retried\n    def get(self, other): return other"),
    "async": ("async def get(self, key) -> str: ...", "async def get(self, key): return key"),
    "async iterator": ("def get(self, key) -> AsyncIterator[str]: ...", "async def get(self, key): yield key"),
    "awaitable": ("def get(self, key) -> Awaitable[str]: ...", "async def get(self, key): return key"),
    "hands on": ("async def get(self, key) -> str: ...", "def get(self, key) -> Awaitable[str]: return load(key)"),
    "generator": ("def get(self, key) -> Iterator[str]: ...", "def get(self, key): yield key"),
    "assigned": ("def get(self, key): ...", "get = load"),
}
OTHER = {
    "missing": ("def get(self, key): ...", "def fetch(self, key): return key", "does not implement Orders.get"),
    "fewer": ("def get(self, key, limit): ...", "def get(self, key): return key", "does not take `limit`"),
    "more": ("def get(self, key): ...", "def get(self, key, limit): return key", "needs `limit`, which"),
    "more by name": ("def get(self, key): ...", "def get(self, key, *, limit): return key", "needs `limit`, which"),
    "renamed": ("def get(self, key): ...", "def get(self, name): return name", "`key` of the port is named `name`"),
    "no default": ("def get(self, key=1): ...", "def get(self, key): return key", "`key` is required"),
    "only by name": ("def get(self, key): ...", "def get(self, *, key): return key", "does not take `key` by position"),
    "only by position": ("def get(self, key): ...", "def get(self, key, /): return key", "cannot be given by name"),
    "keyword gone": ("def get(self, *, key): ...", "def get(self): return 1", "does not take `key` by name"),
    "no rest": ("def get(self, *keys): ...", "def get(self, keys): return keys", "does not take *args"),
    "sync": (
        "async def get(self, key): ...",
        "def get(self, key) -> str: return key",
        "not async, the port's is async",
    ),
    "now async": ("def get(self, key): ...", "async def get(self, key): return key", "it is async, the port's is not"),
    "async generator": (
        "async def get(self, key) -> str: ...",
        "async def get(self, key): yield key",
        "async generator",
    ),
    "yields": ("def get(self, key) -> list[str]: ...", "def get(self, key): yield key", "it is a generator"),
    "property": ("def get(self): ...", "@property\n    def get(self): return 1", "it is a property"),
}


@pytest.mark.parametrize("port", [ABC_PORT, PROTOCOL_PORT], ids=["abc", "protocol"])
@pytest.mark.parametrize(("asked", "given"), SAME.values(), ids=SAME)
def test_what_can_be_called_as_the_port_says_fits(tmp_path: Path, port: str, asked: str, given: str) -> None:
    files = {"ports.py": f"{port}{asked}\n", "outbound/sql_orders.py": f"{ADAPTER}{given}\n"}

    assert _differences(tmp_path, files) == []


@pytest.mark.parametrize("port", [ABC_PORT, PROTOCOL_PORT], ids=["abc", "protocol"])
@pytest.mark.parametrize(("asked", "given", "message"), OTHER.values(), ids=OTHER)
def test_what_differs_is_named(tmp_path: Path, port: str, asked: str, given: str, message: str) -> None:
    files = {"ports.py": f"{port}{asked}\n", "outbound/sql_orders.py": f"{ADAPTER}{given}\n"}

    (found,) = _differences(tmp_path, files)
    assert message in found


PORT = f"{ABC_PORT}def get(self, key): ...\n"
MIXIN = "class Reading:\n    def get(self, key): return key\n"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (f"{MIXIN}class SqlOrders(Reading, Orders): ...\n", 0),
        (f"{MIXIN}class SqlOrders(Orders, Reading): ...\n", 1),
        ("from library import Base\nclass SqlOrders(Base, Orders): ...\n", 0),
        ("class Half(Orders, ABC): ...\nclass SqlOrders(Half):\n    def get(self, key): return key\n", 0),
        ("class Half(Orders): ...\nclass SqlOrders(Half): ...\n", 1),
    ],
    ids=["mixin", "mixin behind the port", "unknown base", "abstract between", "nobody does"],
)
def test_inherited_methods_count_in_their_order(tmp_path: Path, text: str, missing: int) -> None:
    head = "from abc import ABC\nfrom ports import Orders\n"

    assert len(_differences(tmp_path, {"ports.py": PORT, "outbound/sql_orders.py": head + text})) == missing


def test_an_adapter_that_is_named_like_its_port_must_derive_from_it(tmp_path: Path) -> None:
    text = "class SqlOrders:\n    def get(self, key): return key\n"

    assert _differences(tmp_path, {"ports.py": PORT, "outbound/sql_orders.py": text}) == [
        "SqlOrders does not derive from its port Orders"
    ]
    registered = f"from ports import Orders\n@Orders.register\n{text}"
    assert _differences(tmp_path, {"ports.py": PORT, "outbound/sql_orders.py": registered}) == []
    renamed = text.replace("SqlOrders", "Cache")
    assert _differences(tmp_path, {"ports.py": PORT, "outbound/sql_orders.py": renamed}) == []


def test_a_protocol_is_kept_without_deriving_from_it(tmp_path: Path) -> None:
    port = f"{PROTOCOL_PORT}async def get(self, key): ...\n    async def add(self, key): ...\n"
    text = "class SqlOrders:\n    def get(self, key): return key\n"

    assert _differences(tmp_path, {"ports.py": port, "outbound/sql_orders.py": text}) == [
        "SqlOrders.get differs from Orders.get: it is not async, the port's is async",
        "SqlOrders does not implement Orders.add",
    ]


REAL = "from ports import Orders\nclass PostgresOrders(Orders):\n    def get(self, key): return key\n"


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("outbound/memory_repo.py", REAL.replace("PostgresOrders", "MemoryOrders"), 0),
        ("outbound/other.py", REAL.replace("PostgresOrders", "OrdersInADict"), 0),
        ("tests/fakes.py", REAL.replace("PostgresOrders", "Anything"), 0),
        ("outbound/memory_repo.py", "class MemoryOrders:\n    def find(self): return 1\n", 1),
        ("outbound/mongo.py", f"import pymongo\n{REAL.replace('PostgresOrders', 'DocumentOrders')}", 1),
    ],
    ids=["by name", "by what it does", "double of the tests", "file without the port", "another real one"],
)
def test_each_port_needs_an_adapter_in_memory(tmp_path: Path, name: str, text: str, count: int) -> None:
    found = _judge(tmp_path, {"ports.py": PORT, "outbound/postgres_repo.py": REAL, name: text})

    assert [one.rule for one in found if one.rule == "HEX006"] == ["HEX006"] * count


def test_a_counterpart_of_a_protocol_needs_no_base(tmp_path: Path) -> None:
    files = {"ports.py": f"{PROTOCOL_PORT}def get(self, key): ...\n", "outbound/sql.py": REAL}

    assert [found.rule for found in _judge(tmp_path, files)] == ["HEX006"]
    memory = "class MemoryOrders:\n    def get(self, key): return key\n"
    assert _judge(tmp_path, {**files, "outbound/memory.py": memory}) == []
