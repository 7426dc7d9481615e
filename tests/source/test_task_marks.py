"""The tasks read from marks are those that pytest sees on its items; what can't be read is a problem."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentgates.source import test_items
from pytest_agentgates.source.test_settings import TestNames

READABLE = {
    "function": 'import pytest\n@pytest.mark.agent_task("T1")\ndef test_a(): ...\ndef test_b(): ...\n',
    "several": 'import pytest\n@pytest.mark.agent_task("T1", "T2")\n@pytest.mark.agent_task("T3")\ndef test_a(): ...\n',
    "class": (
        'import pytest\n@pytest.mark.agent_task("T1")\nclass TestA:\n    def test_a(self): ...\ndef test_b(): ...\n'
    ),
    "class_and_method": (
        'import pytest\n@pytest.mark.agent_task("T1")\nclass TestA:\n    @pytest.mark.agent_task("T2")\n'
        "    def test_a(self): ...\n    class TestB:\n        def test_b(self): ...\n"
    ),
    "class_pytestmark": (
        'import pytest\nclass TestA:\n    pytestmark = [pytest.mark.agent_task("T1")]\n    def test_a(self): ...\n'
    ),
    "inherited": (
        'import pytest\n@pytest.mark.agent_task("T1")\nclass Base:\n    @pytest.mark.agent_task("T2")\n'
        "    def test_a(self): ...\nclass TestA(Base):\n    def test_b(self): ...\nclass TestB(TestA): ...\n"
    ),
    "module": 'import pytest\npytestmark = pytest.mark.agent_task("T1")\ndef test_a(): ...\n',
    "module_list": 'import pytest\npytestmark = [pytest.mark.slow, pytest.mark.agent_task("T1")]\ndef test_a(): ...\n',
    "module_annotated": 'import pytest\npytestmark: list = [pytest.mark.agent_task("T1")]\ndef test_a(): ...\n',
    "module_extended": (
        'import pytest\npytestmark = [pytest.mark.agent_task("T1")]\n'
        'pytestmark += [pytest.mark.agent_task("T2")]\ndef test_a(): ...\n'
    ),
    "from_import": 'from pytest import mark\n@mark.agent_task("T1")\ndef test_a(): ...\n',
    "from_import_as": 'from pytest import mark as m\n@m.agent_task("T1")\ndef test_a(): ...\n',
    "import_as": 'import pytest as pt\n@pt.mark.agent_task("T1")\ndef test_a(): ...\n',
    "named_mark": 'import pytest\nneeds = pytest.mark.agent_task("T1")\n@needs\ndef test_a(): ...\n',
    "named_factory": 'import pytest\ntask = pytest.mark.agent_task\n@task("T1")\ndef test_a(): ...\n',
    "named_namespace": 'import pytest\nm = pytest.mark\n@m.agent_task("T1")\ndef test_a(): ...\n',
    "named_twice": 'import pytest\nm = pytest.mark\nt = m.agent_task("T1")\nu = t\n@u\ndef test_a(): ...\n',
    "constant": 'import pytest\nTASK = "T1"\n@pytest.mark.agent_task(TASK, "T2")\ndef test_a(): ...\n',
    "starred": 'import pytest\nIDS = ("T1", "T2")\n@pytest.mark.agent_task(*IDS)\ndef test_a(): ...\n',
    "starred_literal": 'import pytest\n@pytest.mark.agent_task(*["T1"], "T2")\ndef test_a(): ...\n',
    "keyword_beside": 'import pytest\n@pytest.mark.agent_task("T1", why=len("x"))\ndef test_a(): ...\n',
    "twice_imported": (
        "import pytest\ntry:\n    import pytest\nexcept ImportError:\n    raise\n"
        '@pytest.mark.agent_task("T1")\ndef test_a(): ...\n'
    ),
    "parametrized": (
        'import pytest\n@pytest.mark.agent_task("T1")\n@pytest.mark.parametrize("x", [1, 2])\ndef test_a(x): ...\n'
    ),
    "unittest": (
        "import unittest, pytest\nclass Odd(unittest.TestCase):\n"
        '    @pytest.mark.agent_task("T1")\n    def test_a(self): ...\n'
    ),
    "param": (
        'import pytest\n@pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.agent_task("T1"))])\n'
        "def test_a(x): ...\n"
    ),
    "param_list": (
        'import pytest\nneeds = pytest.mark.agent_task("T1")\n'
        "CASES = [pytest.param(2, marks=[pytest.mark.slow, needs])]\n"
        '@pytest.mark.parametrize("x", CASES)\ndef test_a(x): ...\n'
    ),
}

DUMP = """
import json
def pytest_configure(config):
    config.addinivalue_line("markers", "agent_task(id): x")
def pytest_collection_modifyitems(items):
    found = {}
    for item in items:
        ids = found.setdefault(item.nodeid.partition("[")[0], set())
        ids.update(*(mark.args for mark in item.iter_markers("agent_task")))
    with open("found.json", "w") as file:
        json.dump({nodeid: sorted(ids) for nodeid, ids in found.items()}, file)
"""


def read(source: str, path: str = "a.py") -> test_items.TestFile:
    return test_items.test_functions(source, path, TestNames())


@pytest.fixture(scope="module")
def seen_by_pytest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    root = tmp_path_factory.mktemp("marks")
    (root / "conftest.py").write_text(DUMP, encoding="utf-8")
    for name, source in READABLE.items():
        (root / f"test_{name}.py").write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-W", "ignore", "."]
    subprocess.run(command, cwd=root, capture_output=True, check=True)
    found: dict[str, list[str]] = json.loads(Path(root / "found.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", READABLE)
def test_the_tasks_of_each_test_are_those_pytest_sees(name: str, seen_by_pytest: dict[str, list[str]]) -> None:
    path = f"test_{name}.py"
    file = read(READABLE[name], path)
    expected = {nodeid: ids for nodeid, ids in seen_by_pytest.items() if nodeid.startswith(f"{path}::")}
    assert file.problems == ()
    assert {function.nodeid: sorted(function.tasks) for function in file.functions} == expected
    assert any(expected.values())


@pytest.mark.parametrize(
    ("source", "marked"),
    [
        (READABLE["function"], [("a.py::test_a", 3, ("T1",))]),
        (READABLE["class"], [("a.py::TestA", 3, ("T1",))]),
        (READABLE["module"], [("a.py", 1, ("T1",))]),
        (
            READABLE["class_and_method"],
            [("a.py::TestA", 3, ("T1",)), ("a.py::TestA::test_a", 5, ("T2",))],
        ),
        (
            'import pytest\nif pytest:\n    @pytest.mark.agent_task("T1")\n    def test_a(): ...\n',
            [("a.py::test_a", 4, ("T1",))],
        ),
        (
            "import pytest, ast\nclass Odd(ast.NodeVisitor):\n"
            '    @pytest.mark.agent_task("T1")\n    def test_a(self): ...\n',
            [("a.py::Odd::test_a", 4, ("T1",))],
        ),
        ('from pytest import *\n@mark.agent_task("T1")\ndef test_a(): ...\n', [("a.py::test_a", 3, ("T1",))]),
        (
            'import pytest\ndef wrap(f): return f\n@pytest.mark.agent_task("T1")\n@wrap\ndef test_a(): ...\n',
            [("a.py::test_a", 5, ("T1",))],
        ),
    ],
)
def test_marks_are_kept_where_they_stand_even_on_what_may_not_be_collected(
    source: str, marked: list[tuple[str, int, tuple[str, ...]]]
) -> None:
    file = read(source)
    assert [(one.nodeid, one.line, one.tasks) for one in file.marked] == marked
    assert file.problems == ()


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("import pytest\n@pytest.mark.agent_task(make())\ndef test_a(): ...\n", 2, "not plain texts"),
        ("import pytest\n@pytest.mark.agent_task(1)\ndef test_a(): ...\n", 2, "not plain texts"),
        ('import pytest\n@pytest.mark.agent_task("")\ndef test_a(): ...\n', 2, "not plain texts"),
        ('import pytest\n@pytest.mark.agent_task(f"T{1}")\ndef test_a(): ...\n', 2, "not plain texts"),
        ("import pytest\n@pytest.mark.agent_task(*make())\ndef test_a(): ...\n", 2, "not plain texts"),
        ("from other import T\nimport pytest\n@pytest.mark.agent_task(T)\ndef test_a(): ...\n", 3, "not plain texts"),
        (
            'import pytest\nT = "T1"\nT = "T2"\n@pytest.mark.agent_task(T)\ndef test_a(): ...\n',
            4,
            "not plain texts",
        ),
        ("import pytest\n@pytest.mark.agent_task\ndef test_a(): ...\n", 2, "names no task"),
        ("import pytest\n@pytest.mark.agent_task()\ndef test_a(): ...\n", 2, "names no task"),
        ('import pytest\n@pytest.mark.agent_task(id="T1")\ndef test_a(): ...\n', 2, "names no task"),
        ('import pytest\n@pytest.mark.agent_task.with_args("T1")\ndef test_a(): ...\n', 2, "names no task"),
        ('import pytest\n@pytest.mark.agent_task("T1")\ndef helper(): ...\n', 2, "not on a test"),
        ('import pytest\n@pytest.mark.agent_task("T1")\nclass Helper: ...\n', 2, "not on a test"),
        ('import pytest\nneeds = pytest.mark.agent_task("T1")\ndef test_a(): ...\n', 2, "not on a test"),
        ('import pytest\ndef outer():\n    @pytest.mark.agent_task("T1")\n    def test_a(): ...\n', 3, "not on a test"),
        (
            'import pytest\nif 1:\n    n = pytest.mark.agent_task("T1")\nelse:\n    n = None\n@n\ndef test_a(): ...\n',
            3,
            "not on a test",
        ),
        ('import pytest\ndef test_a(request):\n    request.applymarker(pytest.mark.agent_task("T1"))\n', 3, "not on"),
        ('import pytest\npytestmark = []\npytestmark.append(pytest.mark.agent_task("T1"))\n', 3, "not on a test"),
    ],
)
def test_a_mark_that_cannot_be_read_is_a_problem_with_its_line(source: str, line: int, message: str) -> None:
    problems = read(source).problems
    assert [(problem.rule, problem.path, problem.line) for problem in problems] == [("TSK007", "a.py", line)]
    assert message in problems[0].message


@pytest.mark.parametrize(
    "source",
    [
        "def test_a(request):\n    assert request.node.get_closest_marker('agent_task')\n",
        "def test_a(config):\n    assert config.option.agent_task == []\n",
        "TEXT = '''@pytest.mark.agent_task(x)'''\ndef test_a(): ...\n",
        "import pytest\n@pytest.fixture\ndef agent_task(): ...\ndef test_a(agent_task): ...\n",
    ],
)
def test_what_is_no_mark_is_no_problem(source: str) -> None:
    file = read(source)
    assert (file.problems, file.marked) == ((), ())
