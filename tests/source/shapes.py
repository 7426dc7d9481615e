"""Shapes of test files: the source, and the names that must be found in it without importing it."""

from __future__ import annotations

SHAPES: dict[str, tuple[str, list[str]]] = {
    "plain": ("def test_a(): ...\ndef helper(): ...\nasync def test_b(): ...\n", ["test_a", "test_b"]),
    "class": ("class TestA:\n    def test_a(self): ...\n    def helper(self): ...\n", ["TestA::test_a"]),
    "other_class": ("class Other:\n    def test_a(self): ...\n", []),
    "nested_class": (
        "class TestA:\n    class TestB:\n        def test_a(self): ...\n"
        "    class Other:\n        def test_b(self): ...\n",
        ["TestA::TestB::test_a"],
    ),
    "init": ("class TestA:\n    def __init__(self): ...\n    def test_a(self): ...\n", []),
    "new": ("class TestA:\n    def __new__(cls): ...\n    def test_a(self): ...\n", []),
    "inherited_init": (
        "class Base:\n    def __init__(self): ...\nclass TestA(Base):\n    def test_a(self): ...\n",
        [],
    ),
    "dataclass": (
        "import dataclasses\n@dataclasses.dataclass\nclass TestA:\n    x: int = 1\n    def test_a(self): ...\n",
        [],
    ),
    "switched_off_class": ("class TestA:\n    __test__ = False\n    def test_a(self): ...\n", []),
    "switched_off_later": ("class TestA:\n    def test_a(self): ...\nTestA.__test__ = False\n", []),
    "switched_off_function": ("def test_a(): ...\ntest_a.__test__ = False\ndef test_b(): ...\n", ["test_b"]),
    "switched_off_module": ("__test__ = False\ndef test_a(): ...\n", []),
    "switched_on_again": (
        "class Base:\n    __test__ = False\n    def test_a(self): ...\nclass TestA(Base):\n    __test__ = True\n"
        "class TestB(Base): ...\n",
        ["TestA::test_a"],
    ),
    "fixture": (
        "import pytest\n@pytest.fixture\ndef test_a(): ...\n"
        "@pytest.fixture()\ndef test_b(): yield 1\ndef test_c(): ...\n",
        ["test_c"],
    ),
    "fixture_alias": ("from pytest import fixture as f\n@f(scope='module')\ndef test_a(): ...\n", []),
    "yield": ("import contextlib\ndef test_a(): yield 1\ndef test_b(): ...\n", []),
    "context_manager": (
        "import contextlib\n@contextlib.contextmanager\ndef test_a(): yield 1\ndef test_b(): ...\n",
        ["test_b"],
    ),
    "under_if": (
        "import sys\nif sys.argv == 3:\n    def test_a(): ...\nelse:\n    def test_b(): ...\ndef test_c(): ...\n",
        ["test_c"],
    ),
    "under_try": ("try:\n    import nothing_like_it\n    def test_a(): ...\nexcept ImportError:\n    pass\n", []),
    "redefined": ("def test_a(): ...\ndef test_a(): ...\n", ["test_a"]),
    "reassigned": ("def test_a(): ...\ntest_a = None\ndef test_b(): ...\n", ["test_b"]),
    "deleted": ("def test_a(): ...\ndef test_b(): ...\ndel test_a\n", ["test_b"]),
    "deleted_by_loop": (
        "def test_a(): ...\nfor name in ['test_a']:\n    del globals()[name]\ndef test_b(): ...\n",
        ["test_b"],
    ),
    "deleted_method": (
        "class TestA:\n    def test_a(self): ...\n    def test_b(self): ...\n    del test_a\n",
        ["TestA::test_b"],
    ),
    "method_set_from_outside": ("class TestA:\n    def test_a(self): ...\nTestA.test_a = None\n", []),
    "setattr": ("class TestA:\n    def test_a(self): ...\nsetattr(TestA, 'test_a', None)\n", []),
    "rebound_by_global": (
        "def test_a(): ...\ndef f():\n    global test_a\n    test_a = 1\nf()\ndef test_b(): ...\n",
        ["test_b"],
    ),
    "rebound_by_loop": ("def test_a(): ...\nfor test_a in range(3): ...\n", []),
    "rebound_by_import": ("def test_a(): ...\nfrom os import path as test_a\n", []),
    "rebound_by_class": ("def test_a(): ...\nclass test_a: ...\n", []),
    "nested_function": ("def test_a():\n    def test_b(): ...\ndef outer():\n    def test_c(): ...\n", ["test_a"]),
    "lambda": ("test_a = lambda: None\n", []),
    "unknown_decorator": ("def hide(function): return 1\n@hide\ndef test_a(): ...\ndef test_b(): ...\n", ["test_b"]),
    "static": (
        "class TestA:\n    @staticmethod\n    def test_a(): ...\n    @classmethod\n    def test_b(cls): ...\n"
        "    @property\n    def test_c(self): ...\n",
        ["TestA::test_a", "TestA::test_b"],
    ),
    "unittest": (
        "import unittest\nclass Odd(unittest.TestCase):\n    def setUp(self): ...\n    def test_a(self): ...\n"
        "    def helper(self): ...\n    class TestInner:\n        def test_b(self): ...\n",
        ["Odd::test_a"],
    ),
    "unittest_async": (
        "from unittest import IsolatedAsyncioTestCase as Base\nclass Odd(Base):\n    async def test_a(self): ...\n",
        ["Odd::test_a"],
    ),
    "unittest_inherited": (
        "import unittest\nclass Mine(unittest.TestCase):\n    def test_a(self): ...\n"
        "class Yours(Mine):\n    def __init__(self, *a): super().__init__(*a)\n    def test_b(self): ...\n",
        ["Mine::test_a", "Yours::test_a", "Yours::test_b"],
    ),
    "unittest_skipped": (
        "import unittest\n@unittest.skip('x')\nclass Odd(unittest.TestCase):\n"
        "    @unittest.expectedFailure\n    def test_a(self): ...\n",
        ["Odd::test_a"],
    ),
    "local_class_named_testcase": ("class TestCase: ...\nclass Odd(TestCase):\n    def test_a(self): ...\n", []),
    "base": (
        "class Base:\n    def test_a(self): ...\n    def test_b(self): ...\nclass TestA(Base):\n    test_b = None\n"
        "    def test_c(self): ...\nclass TestB(TestA): ...\n",
        ["TestA::test_a", "TestA::test_c", "TestB::test_a", "TestB::test_c"],
    ),
    "two_bases": (
        "class A:\n    def test_a(self): ...\n    test_b = None\n"
        "class B:\n    def test_b(self): ...\nclass TestC(A, B): ...\n",
        ["TestC::test_a"],
    ),
    "abstract": (
        "import abc\nclass TestBase(abc.ABC):\n    @abc.abstractmethod\n"
        "    def make(self): ...\n    def test_a(self): ...\n"
        "class TestA(TestBase):\n    def make(self): ...\nclass TestB(TestBase): ...\n",
        ["TestA::test_a"],
    ),
    "metaclass": (
        "class Meta(type):\n    def __new__(m, name, bases, body):\n        return type.__new__(m, name, bases, {})\n"
        "class TestA(metaclass=Meta):\n    def test_a(self): ...\n",
        [],
    ),
    "unknown_base": ("import ast\nclass TestA(ast.NodeVisitor):\n    def test_a(self): ...\n", []),
    "base_redefined": (
        "class Base:\n    def test_a(self): ...\nclass TestA(Base):\n    def test_b(self): ...\nclass Base: ...\n"
        "class TestC(Base):\n    def test_d(self): ...\n",
        [],
    ),
    "class_that_follows_its_own_name": (
        "class TestA:\n    def test_a(self): ...\nclass TestA(TestA):\n    def test_b(self): ...\n",
        [],
    ),
    "base_of_the_class_around": (
        "class Base:\n    def test_a(self): ...\nclass TestA:\n    class Base: ...\n    class TestB(Base): ...\n",
        [],
    ),
    "parametrized": (
        "import pytest\n@pytest.mark.parametrize('x', [1, 2])\ndef test_a(x): ...\n"
        "@pytest.mark.parametrize('x', [])\ndef test_b(x): ...\n",
        ["test_a", "test_b"],
    ),
    "hypothesis": (
        "from hypothesis import given, settings, strategies as st\n@settings(max_examples=3)\n"
        "@given(st.integers())\ndef test_a(x): ...\n",
        ["test_a"],
    ),
    "patched": (
        "from unittest import mock\n@mock.patch('os.getcwd')\ndef test_a(cwd): ...\n"
        "@mock.patch.object(mock, 'ANY')\nclass TestA:\n"
        "    @mock.patch.dict('os.environ', {})\n    def test_b(self, x): ...\n",
        ["test_a", "TestA::test_b"],
    ),
    "skipped_module": ("import pytest\npytest.skip('x', allow_module_level=True)\ndef test_a(): ...\n", []),
    "importorskip": ("import pytest\nnothing = pytest.importorskip('nothing_like_it')\ndef test_a(): ...\n", []),
    "skip_raised": ("import unittest\nif True:\n    raise unittest.SkipTest('x')\ndef test_a(): ...\n", []),
    "skip_within": (
        "import pytest\ndef helper():\n    pytest.skip('x')\n    raise SystemExit\ndef test_a(): ...\n",
        ["test_a"],
    ),
    "skip_alias": ("from pytest import importorskip as need\nneed('nothing_like_it')\ndef test_a(): ...\n", []),
    "mark_alias": (
        "from pytest import mark as m\nslow = m.skipif(False, reason='x')\n@slow\ndef test_a(): ...\n",
        ["test_a"],
    ),
    "star_import_before": ("from os.path import *\ndef test_a(): ...\n", ["test_a"]),
    "star_import_after": ("def test_a(): ...\nfrom os.path import *\n", []),
    "main_guard": (
        "def test_a(): ...\nif __name__ == '__main__':\n    raise SystemExit(test_a())\n",
        ["test_a"],
    ),
    "class_under_with": (
        "import contextlib\nwith contextlib.suppress(Exception):\n    class TestA:\n        def test_a(self): ...\n",
        [],
    ),
    "match": ("def test_a(): ...\nmatch 3:\n    case test_a: ...\n", []),
    "walrus": ("def test_a(): ...\n(test_a := 3)\n", []),
    "exec": ("def test_a(): ...\nexec('del test_a')\ndef test_b(): ...\n", ["test_b"]),
    "xunit": ("def setup_module(): ...\ndef teardown_function(): ...\ndef test_a(): ...\n", ["test_a"]),
    "overload": (
        "import typing\n@typing.overload\ndef test_a(x: int): ...\n"
        "@typing.overload\ndef test_a(x: str): ...\ndef test_a(x): ...\n",
        ["test_a"],
    ),
    "empty": ("", []),
    "escapes": ("def test_a(): '\\d'\n", ["test_a"]),
    "bom": ("\ufeffdef test_a(): ...\n", ["test_a"]),
}
