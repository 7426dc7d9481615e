"""Ports are abstract and annotated, however their bases are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.gates.hexagon.ports import Style, judge_ports
from pytest_agentgates.source.project_facts import read_project
from tests.real_workspace import write_files

PORTS = "components/orders/ports/outbound.py"
METHOD = "    @abstractmethod\n    def get(self, key: str) -> str: ...\n"

ABSTRACT = {
    "plain": f"from abc import ABC, abstractmethod\nclass Orders(ABC):\n{METHOD}",
    "renamed": f"from abc import ABC as Port, abstractmethod\nclass Orders(Port):\n{METHOD}",
    "module alias": (
        "import abc as a\nclass Orders(a.ABC):\n    @a.abstractmethod\n    def get(self, key: str) -> str: ...\n"
    ),
    "metaclass": f"from abc import ABCMeta, abstractmethod\nclass Orders(metaclass=ABCMeta):\n{METHOD}",
    "own metaclass": (
        f"from abc import ABCMeta, abstractmethod\nclass Meta(ABCMeta): ...\nclass Orders(metaclass=Meta):\n{METHOD}"
    ),
    "re-exported": f"from abc import abstractmethod\nfrom shared import Port\nclass Orders(Port):\n{METHOD}",
    "in between": f"from abc import abstractmethod\nfrom shared import Readable\nclass Orders(Readable):\n{METHOD}",
    "generic": (
        "from abc import ABC, abstractmethod\nfrom typing import Generic, TypeVar\n"
        f"T = TypeVar('T')\nclass Orders(ABC, Generic[T]):\n{METHOD}"
    ),
    "abstract collection": (
        f"from abc import abstractmethod\nfrom collections.abc import Iterator\nclass Orders(Iterator[str]):\n{METHOD}"
    ),
}
NO_PORTS = {
    "dataclass": "from dataclasses import dataclass\n@dataclass\nclass Row:\n    x: int\n    def f(self): return 1\n",
    "error": "class Missing(LookupError):\n    def f(self): return 1\n",
    "enum": "from enum import Enum\nclass Kind(Enum):\n    A = 1\n    def f(self): return 1\n",
    "typed dict": "from typing import TypedDict\nclass Row(TypedDict):\n    x: int\n",
    "alias": "from collections.abc import Callable\nNow = Callable[[], int]\n",
    "unknown base": "from library import Thing\nclass Orders(Thing):\n    def f(self): return 1\n",
    "private": "class _Helper:\n    def f(self): return 1\n",
    "no methods": "class Row:\n    x: int\n",
}
SHARED = "from abc import ABC\nPort = ABC\nclass Readable(Port): ...\n"


def _findings(root: Path, text: str, style: Style = "abc") -> list[tuple[str, int, str]]:
    write_files(root, {PORTS: text, "shared/__init__.py": "from .kinds import *\n", "shared/kinds.py": SHARED})
    project = read_project(root, (PORTS, "shared/__init__.py", "shared/kinds.py"), ())
    return [(found.rule, found.line, found.message) for found in judge_ports(project, (PORTS,), style)]


@pytest.mark.parametrize("text", ABSTRACT.values(), ids=ABSTRACT)
def test_an_abstract_class_is_a_port_however_it_is_written(tmp_path: Path, text: str) -> None:
    assert _findings(tmp_path, text) == []
    assert _findings(tmp_path, text.replace("@abstractmethod", "").replace("@a.abstractmethod", "")) != []


@pytest.mark.parametrize("text", NO_PORTS.values(), ids=NO_PORTS)
def test_values_and_what_nobody_knows_are_no_ports(tmp_path: Path, text: str) -> None:
    assert _findings(tmp_path, text) == []


def test_a_plain_class_is_no_port(tmp_path: Path) -> None:
    found = _findings(tmp_path, "class Orders:\n    def get(self, key: str) -> str: ...\n")

    assert found == [
        ("HEX003", 1, "the port Orders is not an ABC"),
        ("HEX004", 2, "the port method Orders.get is not abstract"),
    ]


def test_protocols_are_a_choice(tmp_path: Path) -> None:
    text = "from typing import Protocol as P\nclass Orders(P):\n    def get(self, key: str) -> str: ...\n"

    assert [rule for rule, _, _ in _findings(tmp_path, text)] == ["HEX003"]
    assert _findings(tmp_path, text, "protocol") == []
    assert _findings(tmp_path, ABSTRACT["plain"], "protocol") == []


def test_an_heir_of_a_protocol_is_no_protocol(tmp_path: Path) -> None:
    text = (
        "from typing import Protocol\nclass Readable(Protocol):\n    def get(self, key: str) -> str: ...\n"
        "class Orders(Readable):\n    def add(self, key: str) -> None: ...\n"
    )

    rules = [(rule, line) for rule, line, _ in _findings(tmp_path, text, "protocol")]
    assert rules == [("HEX003", 4), ("HEX004", 5)]
    assert _findings(tmp_path, text.replace("(Readable)", "(Readable, Protocol)"), "protocol") == []


def test_a_protocol_method_has_no_code(tmp_path: Path) -> None:
    text = "from typing import Protocol\nclass Orders(Protocol):\n    def get(self, key: str) -> str: return key\n"

    assert _findings(tmp_path, text, "protocol") == [("HEX004", 3, "the port method Orders.get has code of its own")]


def test_only_what_callers_use_must_be_abstract(tmp_path: Path) -> None:
    text = (
        "from abc import ABC, abstractmethod\nclass Orders(ABC):\n"
        "    def __enter__(self) -> 'Orders': return self\n    def _help(self): return 1\n"
        "    @property\n    @abstractmethod\n    def size(self) -> int: ...\n"
        "    @size.setter\n    def size(self, value: int) -> None: ...\n"
        "    @staticmethod\n    def make(key: str) -> str: return key\n"
    )

    assert _findings(tmp_path, text) == [("HEX004", 11, "the port method Orders.make is not abstract")]


def test_every_missing_annotation_is_named(tmp_path: Path) -> None:
    text = (
        "from abc import ABC, abstractmethod\nclass Orders(ABC):\n    @abstractmethod\n"
        "    def get(self, key, *rest, limit: int = 3, **more): ...\n    def __init__(self, size: int): ...\n"
    )

    message = "the port method Orders.get has no annotation of key, *rest, **more and the return"
    assert _findings(tmp_path, text) == [("HEX005", 4, message)]
