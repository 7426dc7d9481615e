"""The facts of a project, read from small trees on disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_agentgates.source.facts import ImportKind
from pytest_agentgates.source.project_facts import ProjectFacts, read_project
from pytest_agentgates.source.tree import list_files


def project(tmp_path: Path, files: dict[str, str], *roots: str, cache: Path | None = None) -> ProjectFacts:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_project(tmp_path, list_files(tmp_path), roots or ("",), cache)


def imported(facts: ProjectFacts, path: str) -> list[str]:
    return [edge.imported for edge in facts.graph.edges_from(path)]


def test_folders_without_init_are_seen(tmp_path: Path) -> None:
    facts = project(tmp_path, {"src/app/domain/order.py": "import app.db\n", "src/app/db.py": ""}, "src")
    assert imported(facts, "src/app/domain/order.py") == ["src/app/db.py"]
    assert (facts.parsed, facts.unparsed) == (2, 0)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("import app.db", ImportKind.MODULE),
        ("from app import db", ImportKind.MODULE),
        ("from . import db", ImportKind.MODULE),
        ("from .db import *", ImportKind.MODULE),
        ("def f():\n    from app.db import x", ImportKind.FUNCTION),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.db", ImportKind.TYPE_CHECKING),
        ("import importlib\nimportlib.import_module('app.db')", ImportKind.DYNAMIC),
        ("__import__('app.db')", ImportKind.DYNAMIC),
    ],
)
def test_every_kind_of_import_is_an_edge(tmp_path: Path, line: str, kind: ImportKind) -> None:
    facts = project(tmp_path, {"app/__init__.py": "", "app/db.py": "x = 1\n", "app/order.py": line + "\n"})
    (edge,) = [edge for edge in facts.graph.edges_from("app/order.py") if edge.imported == "app/db.py"]
    assert edge.fact.kind is kind


def test_a_chain_names_each_hop(tmp_path: Path) -> None:
    files = {"a.py": "import b\n", "b.py": "x = 1\nfrom c import y\n", "c.py": "y = 1\n"}
    chain = project(tmp_path, files).graph.chain(["a.py"], lambda path: path == "c.py")
    assert chain is not None
    assert [(edge.place, edge.fact.code) for edge in chain] == [("a.py:1", "import b"), ("b.py:2", "from c import y")]


def test_a_name_is_followed_through_what_hands_it_on(tmp_path: Path) -> None:
    files = {"app/__init__.py": "from app.model import Order\n", "app/model.py": "class Order: ...\n"}
    assert project(tmp_path, files).resolve("app.Order") == "app/model.py"


def test_re_exports_in_a_circle_end(tmp_path: Path) -> None:
    facts = project(tmp_path, {"a.py": "from b import x\n", "b.py": "from a import x\n"})
    assert facts.resolve("a.x") in {"a.py", "b.py", None}


def test_a_file_that_does_not_parse_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    facts = project(tmp_path, {"bad.py": "def (\n", "good.py": "import bad\n"})
    ((path, problem),) = facts.problems
    assert (path, problem.line) == ("bad.py", 1)
    assert facts.parsed == 1


def test_classes_and_functions_have_their_facts(tmp_path: Path) -> None:
    source = """from abc import ABC, abstractmethod


class Port(ABC):
    @abstractmethod
    async def save(self, x: int) -> None: ...
"""
    facts = project(tmp_path, {"ports.py": source, "sql.py": "from ports import Port\n\n\nclass Sql(Port): ...\n"})
    (base,) = facts.bases_of("sql.py", "Sql")
    assert (base.name, base.path) == ("ports.Port", "ports.py")
    method = facts.function_at("ports.py", "Port.save")
    assert method is not None
    assert (method.is_async, method.is_abstract) == (True, True)
    assert [(item.name, item.annotation.text if item.annotation else "") for item in method.parameters] == [
        ("self", ""),
        ("x", "int"),
    ]


def test_calls_are_named_through_aliases(tmp_path: Path) -> None:
    source = "from datetime import datetime as dt\n\n\ndef f():\n    return dt.now()\n"
    (call,) = project(tmp_path, {"a.py": source}).file("a.py").calls
    assert (call.name, call.within, call.line) == ("datetime.datetime.now", "f", 5)


def test_a_damaged_cache_is_rebuilt(tmp_path: Path) -> None:
    root, cache = tmp_path / "root", tmp_path / "cache"
    cache.mkdir()
    files = {"a.py": "import b\n", "b.py": ""}
    first = imported(project(root, files, cache=cache), "a.py")
    for stored in cache.rglob("*"):
        if stored.is_file():
            stored.write_bytes(stored.read_bytes()[:-3] + b"xxx")
    assert imported(project(root, files, cache=cache), "a.py") == first == ["b.py"]


def test_an_edit_of_the_same_size_and_time_is_seen(tmp_path: Path) -> None:
    root, cache = tmp_path / "root", tmp_path / "cache"
    project(root, {"a.py": "import b\n", "b.py": "", "c.py": ""}, cache=cache)
    before = (root / "a.py").stat()
    (root / "a.py").write_text("import c\n")
    os.utime(root / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert imported(read_project(root, list_files(root), ("",), cache), "a.py") == ["c.py"]
