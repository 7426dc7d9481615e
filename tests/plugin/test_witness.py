"""What the witness sees beside the reports, and what must not disturb it."""

from __future__ import annotations

import pytest

from tests.gated_project import CALC, GatedProject

WRONG = CALC.replace("left + right", "left - right")
TRICKS = {
    "call information without its exception": """
from _pytest.runner import CallInfo
original = CallInfo.from_call.__func__
def from_call(cls, func, when, reraise=None):
    call = original(cls, func, when, reraise)
    call.excinfo = None
    return call
CallInfo.from_call = classmethod(from_call)
""",
    "test functions that are never called": """
import pytest
pytest.Function.runtest = lambda self: None
""",
    "code exchanged inside a function": """
import _pytest.python
def nothing(pyfuncitem):
    return True
_pytest.python.pytest_pyfunc_call.__code__ = nothing.__code__
""",
    "reports that are made good": """
import _pytest.reports
original = _pytest.reports.TestReport.__init__
def init(self, nodeid, location, keywords, outcome, longrepr, when, *rest, **more):
    original(self, nodeid, location, keywords, "passed", None, when, *rest, **more)
_pytest.reports.TestReport.__init__ = init
""",
    "an exception that is no failure": """
import builtins, unittest
class AssertionError(unittest.SkipTest):
    pass
builtins.AssertionError = AssertionError
""",
    "a plugin that registers itself": """
import gc, pytest
class Plugin:
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        call.excinfo = None
        return (yield)
for config in [found for found in gc.get_objects() if type(found) is pytest.Config]:
    config.pluginmanager.register(Plugin())
""",
    "raising swallowed around the call": """
import gc, pytest
class Plugin:
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        try:
            return (yield)
        except BaseException:
            return True
for config in [found for found in gc.get_objects() if type(found) is pytest.Config]:
    config.pluginmanager.register(Plugin())
""",
}


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("place", ["clean", "in_place"])
def test_product_code_that_hides_failures_is_seen(project: GatedProject, trick: str, place: str) -> None:
    project.write("src/calc.py", WRONG)
    project.commit()
    project.write("src/calc.py", WRONG + TRICKS[trick])
    result = project.gated(*(["--agent-in-place"] if place == "in_place" else []))
    assert result.ret == 1, result.stdout.str()
    assert project.evidence()["assurance"] == place
    assert "TMP016" in project.rules("tests_pass")
    assert project.status() != "completed"


HONEST = """
import asyncio
import unittest

import pytest
from hypothesis import given, strategies

from calc import add


class TestPlain(unittest.TestCase):
    def test_sum(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertEqual(add(number, 1), number + 1)

    def test_raises(self):
        with self.assertRaises(TypeError):
            add(None, 1)


class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def test_awaits(self):
        await asyncio.sleep(0)
        self.assertEqual(add(1, 2), 3)


@given(strategies.integers(), strategies.integers())
def test_commutes(left, right):
    assert add(left, right) == add(right, left)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_anyio(anyio_backend):
    await asyncio.sleep(0)
    assert add(1, 2) == 3


def test_subtests(subtests):
    for number in range(3):
        with subtests.test(number=number):
            assert add(number, 0) == number


@pytest.fixture
def closing():
    yield 3
    assert add(1, 2) == 3


def test_fixture(closing, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _: "")
    assert add(1, 2) == closing


def test_expected():
    with pytest.raises(ZeroDivisionError):
        1 / 0
"""


@pytest.mark.parametrize("arguments", [(), ("-n", "2"), ("-p", "no:xdist", "-p", "no:rerunfailures")], ids=str)
def test_what_honest_suites_do_trips_nothing(project: GatedProject, arguments: tuple[str, ...]) -> None:
    project.write("tests/test_pass.py", HONEST)
    project.commit()
    result = project.gated(*arguments)
    assert result.ret == 0, result.stdout.str()
    assert project.evidence()["assurance"] == "clean"


def test_failures_of_every_kind_are_failures_and_no_tampering(project: GatedProject) -> None:
    failing = HONEST.replace("from calc import add", "add = lambda left, right: left - right")
    project.write("tests/test_pass.py", failing)
    project.commit()
    assert project.gated().ret == 1
    assert not {"TMP016"}.intersection(project.rules("tests_pass"))


def test_a_hook_of_the_committed_conftest_is_the_users_own(project: GatedProject) -> None:
    project.write("conftest.py", "def pytest_runtest_setup(item):\n    item.seen = True\n")
    project.commit()
    assert project.gated().ret == 0
