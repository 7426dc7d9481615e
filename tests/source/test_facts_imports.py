"""Every way to import a module is seen, with its kind, its place and what it leads to."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pytest_agentgates.source.facts import ImportKind
from pytest_agentgates.source.project_facts import ProjectFacts, read_project
from pytest_agentgates.source.read_facts import read_file
from pytest_agentgates.source.tree import list_files

FILES = {
    "app/__init__.py": "",
    "app/db/__init__.py": "from app.db.sql import Session\n",
    "app/db/sql.py": "class Session: ...\n",
    "app/domain/order.py": "",
}
MODULE, FUNCTION = ImportKind.MODULE, ImportKind.FUNCTION
CHECKING, DYNAMIC = ImportKind.TYPE_CHECKING, ImportKind.DYNAMIC
# Python reads these as the plain words.
WIDE = {word: "".join(chr(ord(letter) + 0xFEE0) for letter in word) for word in ("import", "exec", "sys")}
FLAG = "from typing import TYPE_CHECKING\n"


def project(tmp_path: Path, files: dict[str, str], *roots: str) -> ProjectFacts:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_project(tmp_path, list_files(tmp_path), roots or ("",))


def edges(facts: ProjectFacts, path: str) -> list[tuple[str, ImportKind, int]]:
    return [(edge.imported, edge.fact.kind, edge.fact.line) for edge in facts.graph.edges_from(path)]


@pytest.mark.parametrize(
    ("source", "imported", "kind", "line"),
    [
        ("import app.db.sql as s", "app/db/sql.py", MODULE, 1),
        ("from app.db import sql as s", "app/db/sql.py", MODULE, 1),
        ("from app.db import Session", "app/db/__init__.py", MODULE, 1),
        ("from ..db.sql import Session", "app/db/sql.py", MODULE, 1),
        ("from .. import db", "app/db/__init__.py", MODULE, 1),
        ("from ..db import (\n    sql,\n)", "app/db/sql.py", MODULE, 1),
        ("from app.db.sql import *", "app/db/sql.py", MODULE, 1),
        ("try:\n    import app.db.sql\nexcept ImportError:\n    pass", "app/db/sql.py", MODULE, 2),
        ("try:\n    import fast\nexcept ImportError:\n    import app.db.sql", "app/db/sql.py", MODULE, 4),
        ("if x:\n    pass\nelif y:\n    import app.db.sql", "app/db/sql.py", MODULE, 4),
        ("with x:\n    import app.db.sql", "app/db/sql.py", MODULE, 2),
        ("for x in y:\n    pass\nelse:\n    import app.db.sql", "app/db/sql.py", MODULE, 4),
        ("match x:\n    case 1:\n        import app.db.sql", "app/db/sql.py", MODULE, 3),
        ("class A:\n    import app.db.sql", "app/db/sql.py", MODULE, 2),
        ("x = 1; import app.db.sql", "app/db/sql.py", MODULE, 1),
        ("if x: import app.db.sql", "app/db/sql.py", MODULE, 1),
        ("import \\\n    app.db.sql", "app/db/sql.py", MODULE, 1),
        ("class A:\n    def f(self):\n        import app.db.sql", "app/db/sql.py", FUNCTION, 3),
        ("async def f():\n    def g():\n        from app.db import sql", "app/db/sql.py", FUNCTION, 3),
        ("def f(): import app.db.sql", "app/db/sql.py", FUNCTION, 1),
        (f"{FLAG}if TYPE_CHECKING:\n    import app.db.sql", "app/db/sql.py", CHECKING, 3),
        (f"{FLAG}if not TYPE_CHECKING:\n    pass\nelse:\n    import app.db.sql", "app/db/sql.py", CHECKING, 5),
        (f"{FLAG}if not TYPE_CHECKING:\n    import app.db.sql", "app/db/sql.py", MODULE, 3),
        (f"{FLAG}if TYPE_CHECKING:\n    pass\nelse:\n    import app.db.sql", "app/db/sql.py", MODULE, 5),
        (f"{FLAG}if TYPE_CHECKING or x:\n    import app.db.sql", "app/db/sql.py", MODULE, 3),
        ("import typing as t\nif t.TYPE_CHECKING:\n    import app.db.sql", "app/db/sql.py", CHECKING, 3),
        ("from typing import TYPE_CHECKING as T\nif T:\n    import app.db.sql", "app/db/sql.py", CHECKING, 3),
        (f"{FLAG}def f():\n    if TYPE_CHECKING:\n        import app.db.sql", "app/db/sql.py", CHECKING, 4),
        ("TYPE_CHECKING = False\nif TYPE_CHECKING:\n    import app.db.sql", "app/db/sql.py", CHECKING, 3),
        ("TYPE_CHECKING = True\nif TYPE_CHECKING:\n    import app.db.sql", "app/db/sql.py", MODULE, 3),
        (f"{FLAG}TYPE_CHECKING = True\nif TYPE_CHECKING:\n    import app.db.sql", "app/db/sql.py", MODULE, 4),
        (
            "import typing\ntyping.TYPE_CHECKING = True\nif typing.TYPE_CHECKING:\n    import app.db.sql",
            "app/db/sql.py",
            MODULE,
            4,
        ),
        ("from mine import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.db.sql", "app/db/sql.py", MODULE, 3),
    ],
)
def test_statements(tmp_path: Path, source: str, imported: str, kind: ImportKind, line: int) -> None:
    facts = project(tmp_path, {**FILES, "app/domain/order.py": source + "\n"})
    assert edges(facts, "app/domain/order.py") == [(imported, kind, line)]


@pytest.mark.parametrize(
    "source",
    [
        "import importlib as il\nil.import_module('app.db.sql')",
        "from importlib import import_module as load\nload('app.db.sql')",
        "from importlib import import_module\nload = import_module\nload('app.db.sql')",
        "import importlib\nimportlib.import_module(name='app.db.sql')",
        "import importlib\nimportlib.import_module('..db.sql', 'app.domain')",
        "import importlib\nimportlib.import_module('..db.sql', package=__package__)",
        "import importlib\nimportlib.import_module('...db.sql', __name__)",
        "import importlib\nimportlib.__import__('app.db.sql')",
        "import builtins\nbuiltins.__import__('app.db.sql')",
        "grab = __import__\ngrab('app.db.sql')",
        "__import__('app.db', fromlist=['sql'])",
        "__import__('app.db', globals(), locals(), ('sql',), 0)",
        "__import__('db.sql', globals(), locals(), [], 2)",
        "__import__('db.sql', level=2)",
        "import pkgutil\npkgutil.resolve_name('app.db.sql:Session')",
        "import runpy\nrunpy.run_module('app.db.sql')",
        "def f():\n    from importlib import import_module\n    return import_module('app.db.sql')",
        "x = lambda: __import__('app.db.sql')",
        "import importlib.util\nimportlib.util.find_spec('app.db.sql')",
        "__" + WIDE["import"] + "__('app.db.sql')",
    ],
)
def test_calls_with_a_literal(tmp_path: Path, source: str) -> None:
    facts = project(tmp_path, {**FILES, "app/domain/order.py": source + "\n"})
    assert [edge[:2] for edge in edges(facts, "app/domain/order.py")] == [("app/db/sql.py", DYNAMIC)]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import importlib\nimportlib.import_module(name)", "importlib.import_module"),
        ("import importlib\nimportlib.import_module('app.' + x)", "importlib.import_module"),
        ("import importlib\nimportlib.import_module(f'app.{x}')", "importlib.import_module"),
        ("import importlib\nimportlib.import_module('.management', config.name)", "importlib.import_module"),
        ("__import__(x)", "builtins.__import__"),
        ("exec(code)", "builtins.exec"),
        ("run = eval\nrun(code)", "builtins.eval"),
        ("from builtins import exec as run\nrun(code)", "builtins.exec"),
        ("compile(code, 'x', 'exec')", "builtins.compile"),
        (
            WIDE["exec"] + "(code)",
            "builtins.exec",
        ),
    ],
)
def test_calls_that_nobody_can_follow(source: str, name: str) -> None:
    outline = read_file(source.encode(), "app.order", wants_details=False).outline
    (fact,) = outline.dynamic
    assert (fact.name, fact.argument) == (name, None)
    assert not [one for one in outline.imports if one.kind is DYNAMIC]


def test_a_method_of_the_same_name_is_no_dynamic_import() -> None:
    source = b"import re\nre.compile('x')\nself.exec(1)\nsession.eval('x')\n"
    assert read_file(source, "a", wants_details=False).outline.dynamic == ()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import sys\nsys.path.insert(0, 'x')", "sys.path"),
        ("import sys\nsys.path += ['x']", "sys.path"),
        ("import sys\nsys.path[:0] = ['x']", "sys.path"),
        ("import sys as s\ns.path.append('x')", "sys.path"),
        ("import os, sys as s\ns.path.append('x')", "sys.path"),
        ("import sys\ns = sys\ns.path.append('x')", "sys.path"),
        ("from sys import path\npath.append('x')", "sys.path"),
        ("from sys import path as p\ndef f():\n    p.append('x')", "sys.path"),
        ("import sys\nsys.modules['a'] = b", "sys.modules"),
        ("import sys\ndel sys.modules['a']", "sys.modules"),
        ("import sys\nsys.meta_path.append(x)", "sys.meta_path"),
        ("import sys\nsys . path . append(x)", "sys.path"),
        ("import site\nsite.addsitedir('x')", "site.addsitedir"),
        ("__path__.append('x')", "__path__"),
        ("__path__ = ['x']", "__path__"),
        ("__path__ += ['x']", "__path__"),
        ("import app\napp.__path__.append('x')", "__path__"),
        (
            "import {0}\n{0}.path.append('x')".format(WIDE["sys"]),
            "sys.path",
        ),
    ],
)
def test_edits_of_where_modules_come_from(source: str, name: str) -> None:
    for wants_details in (False, True):
        edits = read_file(source.encode(), "app.order", wants_details=wants_details).outline.path_edits
        assert [edit.name for edit in edits] == [name]


@pytest.mark.parametrize("source", ["import sys\nsys.exit(1)\n", "import os\nos.path.join('a')\n", "path = []\n"])
def test_no_edit_where_none_is(source: str) -> None:
    assert read_file(source.encode(), "a").outline.path_edits == ()


def test_an_edge_names_the_file_that_defines_what_is_handed_on(tmp_path: Path) -> None:
    facts = project(tmp_path, {**FILES, "app/domain/order.py": "from app.db import Session\n"})
    (edge,) = facts.graph.edges_from("app/domain/order.py")
    assert (edge.imported, edge.defined_in) == ("app/db/__init__.py", ("app/db/sql.py",))


def test_stars_hand_on_what_stars_handed_on(tmp_path: Path) -> None:
    files = {"a.py": "class X: ...\n", "b.py": "from a import *\n", "c.py": "from b import *\n"}
    assert project(tmp_path, files).canonical("c.X") == "a.X"


def test_an_import_beyond_the_top_leads_nowhere(tmp_path: Path) -> None:
    facts = project(tmp_path, {"a/b.py": "from ....x import y\n", "x.py": "y = 1\n"})
    assert edges(facts, "a/b.py") == []
    assert facts.imports("a/b.py")[0].target == "?"


def test_several_roots_and_a_src_layout(tmp_path: Path) -> None:
    files = {
        "one/src/app/a.py": "import lib.b\n",
        "two/lib/b.py": "",
        "two/pyproject.toml": "",
        "other/c.py": "import app.a\n",
    }
    facts = project(tmp_path, files, "one/src", "two")
    assert edges(facts, "one/src/app/a.py") == [("two/lib/b.py", MODULE, 1)]
    assert set(facts.paths) == {"one/src/app/a.py", "two/lib/b.py"}


def test_files_that_shadow_the_standard_library_are_no_edges_of_it(tmp_path: Path) -> None:
    files = {"src/app/json.py": "import json\n", "src/app/main.py": "import json\nfrom app import json as own\n"}
    facts = project(tmp_path, files, "src")
    assert edges(facts, "src/app/json.py") == []
    assert edges(facts, "src/app/main.py") == [("src/app/json.py", MODULE, 2)]


def test_a_top_module_that_shadows_the_standard_library_is_what_is_imported(tmp_path: Path) -> None:
    facts = project(tmp_path, {"src/json.py": "", "src/main.py": "import json\n"}, "src")
    assert edges(facts, "src/main.py") == [("src/json.py", MODULE, 1)]


def test_no_import_statement_is_overlooked() -> None:
    package = Path(__file__).parents[2] / "pytest_agentgates"
    for file in sorted(package.rglob("*.py")):
        source = file.read_bytes()
        nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
        expected = sorted(node.lineno for node in nodes for _ in (node.names if isinstance(node, ast.Import) else "x"))
        found = [fact.line for fact in read_file(source, "a").outline.imports if fact.kind is not DYNAMIC]
        assert found == expected, file


def test_circular_imports_end(tmp_path: Path) -> None:
    files = {"a.py": "import b\n", "b.py": "import c\n", "c.py": "import a\n"}
    graph = project(tmp_path, files).graph
    assert graph.reachable(["a.py"]) == {"a.py", "b.py", "c.py"}
    assert graph.chain(["a.py"], lambda _path: False) is None
