"""The tests read from source are a lower bound of what pytest really collects."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.source import test_items
from pytest_agentgates.source.test_settings import TestNames
from tests.source.shapes import SHAPES

DEFAULT = TestNames()
BROAD = TestNames(python_classes=("*",), python_functions=("*",))


def collect(root: Path, *options: str) -> set[str]:
    """What pytest collects, without parameters; broken modules cost only their own tests."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-W", "ignore"]
    done = subprocess.run([*command, *options, "."], cwd=root, capture_output=True, text=True, check=False)
    return {
        line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line and not line.startswith("ERROR")
    }


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shapes")
    for name, (source, _) in SHAPES.items():
        (root / f"test_{name}.py").write_text(source, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def collected(shapes: Path) -> set[str]:
    return collect(shapes)


@pytest.fixture(scope="module")
def collected_broadly(shapes: Path) -> set[str]:
    return collect(shapes, "-o", "python_classes=*", "-o", "python_functions=*")


def read(name: str, names: TestNames = DEFAULT) -> list[str]:
    path = f"test_{name}.py"
    found = test_items.test_functions(SHAPES[name][0].encode(), path, names)
    assert found.problems == ()
    return [function.nodeid.removeprefix(f"{path}::") for function in found.functions]


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_found_is_what_must_be_found(name: str) -> None:
    assert sorted(read(name)) == sorted(SHAPES[name][1])


@pytest.mark.parametrize("name", SHAPES)
def test_nothing_is_found_that_pytest_does_not_collect(name: str, collected: set[str]) -> None:
    assert {f"test_{name}.py::{found}" for found in read(name)} <= collected


@pytest.mark.parametrize("name", SHAPES)
def test_broad_names_change_nothing_about_that(name: str, collected_broadly: set[str]) -> None:
    found = {f"test_{name}.py::{found}" for found in read(name, BROAD)}
    assert found <= collected_broadly
    assert len(found) >= len(SHAPES[name][1])


@pytest.mark.parametrize("name", SHAPES)
def test_every_collected_test_may_be_there(name: str, collected: set[str]) -> None:
    path = f"test_{name}.py"
    file = test_items.test_functions(SHAPES[name][0], path, TestNames())
    assert [nodeid for nodeid in collected if nodeid.startswith(f"{path}::") and not file.may_have(nodeid)] == []


def test_names_come_from_the_configuration() -> None:
    source = (
        "class CheckA:\n    def it_works(self): ...\nclass TestA:\n    def it_works(self): ...\ndef test_a(): ...\n"
    )
    names = TestNames(python_classes=("Check",), python_functions=("it_*",))
    found = test_items.test_functions(source, "a.py", names)
    assert [function.nodeid for function in found.functions] == ["a.py::CheckA::it_works"]


def test_lines_are_those_of_the_definitions() -> None:
    source = "import pytest\n\n@pytest.mark.slow\ndef test_a(): ...\nclass TestB:\n    def test_c(self): ...\n"
    found = test_items.test_functions(source, "a.py", TestNames())
    assert [(function.nodeid, function.line) for function in found.functions] == [
        ("a.py::test_a", 4),
        ("a.py::TestB::test_c", 6),
    ]


@pytest.mark.parametrize(
    ("nodeid", "there"),
    [
        ("a.py::test_a", True),
        ("a.py::test_a[x::y]", True),
        ("a.py::TestB", True),
        ("a.py::TestB::test_c", True),
        ("a.py::test_z", False),
        ("a.py::TestB::test_z", False),
        ("a.py::helper", False),
        ("a.py::TestUnknown::test_inherited", True),
        ("a.py::test_imported", True),
        ("a.py::test_made", True),
        ("a.py::TestImported::test_x", True),
        ("a.py::test_conditional", True),
    ],
)
def test_a_node_id_is_missing_only_where_nothing_could_provide_it(nodeid: str, there: bool) -> None:
    source = (
        "import ast\nfrom b import test_imported, TestImported\n"
        "def test_a(): ...\ndef helper(): ...\nclass TestB:\n    def test_c(self): ...\n"
        "class TestUnknown(ast.NodeVisitor): ...\ntest_made = helper()\nif helper:\n    def test_conditional(): ...\n"
    )
    assert test_items.test_functions(source, "a.py", TestNames()).may_have(nodeid) is there


@pytest.mark.parametrize("source", ["def test_a(:\n", "x = 1\0", "(" * 5000, "x = " + "-" * 100_000 + "1"])
def test_a_file_that_does_not_parse_is_a_problem_with_its_place(source: str) -> None:
    found = test_items.test_functions(source, "a.py", TestNames())
    assert found.functions == ()
    assert [(problem.rule, problem.path) for problem in found.problems] == [("TSK007", "a.py")]
    assert "does not parse" in found.problems[0].message


def test_the_line_of_a_syntax_error_is_given() -> None:
    found = test_items.test_functions("x = 1\ndef test_a(:\n", "a.py", TestNames())
    assert found.problems[0].place == "a.py:2:1"


PIECES = st.sampled_from(
    [
        "def test_a(): ...",
        "def test_b(): ...",
        "class TestA:\n    def test_a(self): ...",
        "class Base:\n    def test_b(self): ...",
        "class TestB(Base):\n    def test_c(self): ...",
        "class TestC(TestA): ...",
        "class TestA(Base):\n    test_b = None",
        "class TestD(Base, object):\n    __test__ = True",
        "Base.__test__ = False",
        "TestA.test_a = None",
        "test_a = 1",
        "del globals()['test_b']",
        "if 1:\n    def test_a(): ...",
        "Base = object",
        "from os.path import *",
        "__test__ = True",
        "class Base:\n    __test__ = False\n    def test_d(self): ...",
        "class Base:\n    def __init__(self): ...",
    ]
)


@given(st.lists(PIECES, max_size=7))
def test_whatever_is_put_together_nothing_is_found_that_is_not_there(pieces: list[str]) -> None:
    source = "\n".join(pieces)
    module: dict[str, object] = {"__name__": "generated"}
    try:
        exec(source, module)
    except (NameError, TypeError, KeyError, AttributeError):
        return
    for function in test_items.test_functions(source, "a.py", TestNames()).functions:
        assert _is_collected(module, function.nodeid.split("::")[1:])


def _is_collected(module: dict[str, object], names: list[str]) -> bool:
    found = module.get(names[0])
    if len(names) == 1:
        return callable(found)
    if not isinstance(found, type) or not getattr(found, "__test__", True):
        return False
    return getattr(found, "__init__", None) is object.__init__ and callable(getattr(found, names[1], None))
