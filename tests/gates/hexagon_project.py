"""A small component on disk, and what the direction and purity rules say of it."""

from __future__ import annotations

from pathlib import Path

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.verdict import GateResult
from pytest_agentgates.gates.hexagon import Hexagon
from tests.real_workspace import real_workspace

DIRECTIONS = {"HEX007", "HEX010", "HEX011", "HEX012", "HEX013", "HEX014", "HEX015", "HEX016"}
ORDERS = "components/orders"
CLEAN = {
    f"{ORDERS}/__init__.py": "from components.orders.domain.model import Order\n",
    f"{ORDERS}/domain/__init__.py": "",
    f"{ORDERS}/domain/model.py": """
        from dataclasses import dataclass
        from datetime import datetime
        from components.orders.domain.exceptions import OrderError

        @dataclass
        class Order:
            placed: datetime
        """,
    f"{ORDERS}/domain/exceptions.py": "class OrderError(Exception):\n    pass\n",
    f"{ORDERS}/domain/service.py": """
        from components.orders.domain.model import Order
        from components.orders.ports.outbound import OrderRepository
        """,
    f"{ORDERS}/ports/__init__.py": "",
    f"{ORDERS}/ports/outbound.py": """
        from abc import ABC, abstractmethod
        from components.orders.domain.model import Order

        class OrderRepository(ABC):
            @abstractmethod
            def add(self, order: Order) -> None: ...
        """,
    f"{ORDERS}/adapters/inbound/api_handler.py": """
        from fastapi import APIRouter
        from components.orders.domain.service import Order
        """,
    f"{ORDERS}/adapters/outbound/postgres_repo.py": """
        import sqlalchemy
        from components.orders.ports.outbound import OrderRepository

        class PostgresOrders(OrderRepository):
            def add(self, order):
                print(order)
        """,
    f"{ORDERS}/tests/conftest.py": "from components.orders.adapters.outbound.postgres_repo import PostgresOrders\n",
    "app/main.py": """
        from components.orders.adapters.inbound import api_handler
        from components.orders.adapters.outbound import postgres_repo
        """,
}


def judge(root: Path, files: dict[str, str], gate: Hexagon | None = None) -> GateResult:
    """The whole result for these files."""
    return (gate or Hexagon()).check(real_workspace(root, files))


def directions(root: Path, files: dict[str, str], gate: Hexagon | None = None) -> list[Finding]:
    """What the direction and purity rules find when these files are added to a clean component."""
    found = judge(root, {**CLEAN, **files} if gate is None else files, gate).findings
    return [finding for finding in found if finding.rule in DIRECTIONS]


def places(findings: list[Finding]) -> list[tuple[str, str, int]]:
    """Rule, path and line of each."""
    return [(finding.rule, finding.path, finding.line) for finding in findings]
