"""The folders and files of a canonical component."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.gates.hexagon.shape import judge_shape

WHOLE = (
    "__init__.py",
    "README.md",
    "domain/__init__.py",
    "domain/model.py",
    "domain/service.py",
    "domain/exceptions.py",
    "ports/__init__.py",
    "ports/inbound.py",
    "ports/outbound.py",
    "adapters/__init__.py",
    "adapters/inbound/__init__.py",
    "adapters/inbound/api_handler.py",
    "adapters/outbound/__init__.py",
    "adapters/outbound/postgres_repo.py",
    "adapters/outbound/memory_repo.py",
    "tests/__init__.py",
    "tests/conftest.py",
    "tests/unit/test_model.py",
    "tests/integration/test_repo.py",
    "tests/regression/__init__.py",
)


def _findings(root: Path, *names: str) -> list[tuple[str, str]]:
    files = [f"components/orders/{name}" for name in names]
    return [(found.rule, found.path) for found in judge_shape(root, "components/orders", files)]


def test_a_whole_component_lacks_nothing(tmp_path: Path) -> None:
    assert _findings(tmp_path, *WHOLE) == []


@pytest.mark.parametrize("name", [name for name in WHOLE if name.count("/") < 2 or "adapters" in name])
def test_each_missing_file_is_named(tmp_path: Path, name: str) -> None:
    found = _findings(tmp_path, *(other for other in WHOLE if other != name))

    assert found == [("HEX002", f"components/orders/{name}")]


@pytest.mark.parametrize("folder", ["domain", "ports", "adapters", "adapters/outbound", "tests", "tests/regression"])
def test_a_missing_folder_is_one_finding(tmp_path: Path, folder: str) -> None:
    found = _findings(tmp_path, *(name for name in WHOLE if not name.startswith(f"{folder}/")))

    assert found == [("HEX001", f"components/orders/{folder}")]


def test_an_empty_folder_on_disk_is_there(tmp_path: Path) -> None:
    (tmp_path / "components/orders/tests/regression").mkdir(parents=True)

    assert _findings(tmp_path, *(name for name in WHOLE if "regression" not in name)) == []


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("adapters/outbound/postgres_repo.py", "adapters/outbound/sql_repo.py"),
        ("adapters/outbound/memory_repo.py", "adapters/outbound/memory_orders.py"),
        ("adapters/inbound/api_handler.py", "adapters/inbound/event_handler.py"),
        ("domain/model.py", "domain/model/__init__.py"),
    ],
)
def test_a_file_may_have_another_technology_or_grow_into_a_package(tmp_path: Path, name: str, other: str) -> None:
    assert _findings(tmp_path, *(one for one in WHOLE if one != name), other) == []


def test_the_repository_in_memory_is_not_the_real_one(tmp_path: Path) -> None:
    found = _findings(tmp_path, *(name for name in WHOLE if "postgres" not in name))

    assert found == [("HEX002", "components/orders/adapters/outbound/postgres_repo.py")]
