"""A package that binds the name of its own submodule to what the submodule holds."""

from __future__ import annotations

from pathlib import Path

from pytest_agentgates.source.project_facts import ProjectFacts, read_project
from tests.real_workspace import write_files


def _project(root: Path, files: dict[str, str]) -> ProjectFacts:
    write_files(root, files)
    return read_project(root, tuple(files), ())


def test_a_class_that_is_named_like_its_module_is_found_through_the_package(tmp_path: Path) -> None:
    project = _project(
        tmp_path,
        {
            "ports/__init__.py": "from .Orders import Orders\n",
            "ports/Orders.py": "class Orders: ...\n",
            "sql.py": "from ports import Orders\nclass SqlOrders(Orders): ...\n",
        },
    )

    (base,) = project.bases_of("sql.py", "SqlOrders")
    assert (base.path, base.name) == ("ports/Orders.py", "ports.Orders.Orders")
    assert project.locate("ports.Orders()") == project.locate("ports.Orders.Orders()")


def test_a_submodule_that_the_package_hands_on_stays_a_module(tmp_path: Path) -> None:
    project = _project(
        tmp_path, {"ports/__init__.py": "from . import orders\n", "ports/orders.py": "class Orders: ...\n"}
    )

    assert project.resolve("ports.orders") == "ports/orders.py"
