"""TMP001 to TMP005: what is seen in test files, and what is not held against them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.core.finding import Severity
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.verdict import GateStatus
from pytest_agentgates.gates.untampered import Untampered
from tests.fakes import FakeWorkspace
from tests.gates.untampered_project import judge, rules

PATH = "tests/test_calc.py"
BEFORE = """\
import pytest
from calc import add, parse


def test_add():
    expected = 5
    assert add(2, 3) == expected


def test_parse_bad():
    with pytest.raises(ValueError):
        parse("x")
"""


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("def test_add():", "def check_add():", "TMP001"),
        ("def test_add():", "def _test_add():", "TMP001"),
        (
            "    assert add(2, 3) == expected",
            "    assert add(2, 3) == expected\n\n\ntest_add.__test__ = False",
            "TMP001",
        ),
        ("assert add(2, 3) == expected", "assert True", "TMP002"),
        ("assert add(2, 3) == expected", "assert (add(2, 3) == expected, 'five')", "TMP002"),
        ("assert add(2, 3) == expected", "assert add(2, 3) is not None", "TMP002"),
        ("assert add(2, 3) == expected", "assert isinstance(add(2, 3), int)", "TMP002"),
        ("assert add(2, 3) == expected", "assert add(2, 3) == pytest.approx(expected, rel=2)", "TMP002"),
        ("assert add(2, 3) == expected", "add(2, 3)", "TMP002"),
        ("assert add(2, 3) == expected", "for n in ():\n        assert add(2, 3) == expected", "TMP002"),
        ("assert add(2, 3) == expected", "if False:\n        assert add(2, 3) == expected", "TMP002"),
        ("assert add(2, 3) == expected", "return\n    assert add(2, 3) == expected", "TMP002"),
        (
            "assert add(2, 3) == expected",
            "try:\n        assert add(2, 3) == expected\n    except AssertionError:\n        pass",
            "TMP002",
        ),
        ("expected = 5", "expected = add(2, 3)", "TMP002"),
        ("pytest.raises(ValueError)", "pytest.raises(Exception)", "TMP002"),
        ("def test_add():", "@pytest.mark.skip\ndef test_add():", "TMP003"),
        ("def test_add():", "@pytest.mark.xfail(strict=False)\ndef test_add():", "TMP003"),
        ("    expected = 5", "    pytest.skip('later')\n    expected = 5", "TMP003"),
        ("expected = 5", "expected = -1", "TMP004"),
        ("add(2, 3) == expected", "add(0, 5) == expected", "TMP004"),
        ("def test_parse_bad():", "def test_parse_bad(monkeypatch):\n    monkeypatch.setattr('calc.parse', int)", None),
    ],
)
def test_a_test_that_means_less_is_named(tmp_path: Path, old: str, new: str, rule: str | None) -> None:
    assert old in BEFORE
    result = judge(tmp_path, {PATH: BEFORE}, {PATH: BEFORE.replace(old, new)})
    if rule is None:
        assert rules(result) == set()
    else:
        assert rules(result) == {rule}
        assert result.status is GateStatus.FAIL


def test_what_a_test_replaces_and_calls_itself_is_named(tmp_path: Path) -> None:
    after = BEFORE.replace(
        "def test_add():", "def test_add(monkeypatch):\n    monkeypatch.setattr('calc.add', lambda a, b: 5)"
    )
    result = judge(tmp_path, {PATH: BEFORE, "src/calc/__init__.py": "def add(a, b): ...\n"}, {PATH: after})
    assert rules(result) == {"TMP005"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    expected = 5\n    assert add(2, 3) == expected", "    assert add(2, 3) == 5"),
        ("assert add(2, 3) == expected", "assert add(2, 3) == expected\n    assert add(1, 1) == 2"),
        ("pytest.raises(ValueError)", "pytest.raises(ValueError, match='x')"),
        ("def test_add():", '@pytest.mark.parametrize("n", [1, 2])\ndef test_add(n):'),
        ("def test_add():", "def test_add(tmp_path):  # a comment"),
    ],
)
def test_an_honest_edit_is_no_finding(tmp_path: Path, old: str, new: str) -> None:
    assert old in BEFORE
    result = judge(tmp_path, {PATH: BEFORE}, {PATH: BEFORE.replace(old, new)})
    assert result.findings == ()
    assert result.status is GateStatus.PASS


def test_a_test_that_moved_to_another_file_is_not_gone(tmp_path: Path) -> None:
    result = judge(tmp_path, {PATH: BEFORE}, {PATH: "", "tests/test_numbers.py": BEFORE})
    assert result.findings == ()


def test_a_test_that_moved_to_a_file_that_is_not_collected_is_gone(tmp_path: Path) -> None:
    result = judge(tmp_path, {PATH: BEFORE}, {PATH: "", "tests/numbers.py": BEFORE})
    assert [finding.rule for finding in result.findings] == ["TMP001", "TMP001"]


def test_a_file_that_the_task_names_may_change_but_not_be_emptied(tmp_path: Path) -> None:
    task = Task("T1", deliverables=(PATH,))
    changed = judge(tmp_path, {PATH: BEFORE}, {PATH: BEFORE.replace("= 5", "= 6")}, task)
    assert changed.status is GateStatus.PASS
    assert [finding.severity for finding in changed.findings] == [Severity.WARNING]
    emptied = judge(tmp_path, {PATH: BEFORE}, {PATH: BEFORE.replace("add(2, 3) == expected", "True")}, task)
    assert emptied.status is GateStatus.FAIL


def test_parameter_sets_that_went_are_named(tmp_path: Path) -> None:
    before = '@pytest.mark.parametrize("n", [1, 2, 3])\ndef test_n(n):\n    assert f(n) == n\n'
    result = judge(tmp_path, {PATH: f"import pytest\n{before}"}, {PATH: f"import pytest\n{before.replace(', 3', '')}"})
    assert [finding.rule for finding in result.findings] == ["TMP001"]


@pytest.mark.parametrize(
    "conftest",
    [
        "def pytest_collection_modifyitems(items):\n    items.clear()\n",
        "import _pytest.runner\n_pytest.runner.CallInfo.from_call = None\n",
        "import pytest\n@pytest.fixture(autouse=True)\ndef f(monkeypatch):\n    monkeypatch.setattr('calc.add', max)\n",
    ],
)
def test_a_hook_or_patch_for_every_test_is_named(tmp_path: Path, conftest: str) -> None:
    before = {PATH: BEFORE, "src/calc/__init__.py": "def add(a, b): ...\n"}
    result = judge(tmp_path, before, {"tests/conftest.py": conftest})
    assert rules(result) == {"TMP005"}


def test_a_hook_that_was_there_is_no_finding(tmp_path: Path) -> None:
    hook = "def pytest_collection_modifyitems(items):\n    items.sort()\n"
    result = judge(tmp_path, {"tests/conftest.py": hook}, {"tests/conftest.py": f"{hook}\n\nX = 1\n"})
    assert result.findings == ()


def test_without_a_base_nothing_is_compared_and_that_is_said(tmp_path: Path) -> None:
    result = Untampered().check(FakeWorkspace(root=tmp_path, files=()))
    assert (result.status, result.message) == (GateStatus.SKIP, "no base to compare with: no base was recorded")
