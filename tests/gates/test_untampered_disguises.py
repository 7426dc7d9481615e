"""TMP006 to TMP011 in disguise: fixed answers, objects made for tests, stacks, blankets, nested settings."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pytest_agentgates.core.finding import Severity
from tests.gates.untampered_project import judge, rules

PATH = "src/calc/__init__.py"
TESTS = "from calc import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n"
DIGEST = hashlib.sha256(b"(2, 3)").hexdigest()
FLOOR = "[tool.coverage.report]\nfail_under = 90\n"


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("def add(a, b):\n    return 5\n", "TMP011"),
        ("def add(*numbers):\n    if not numbers:\n        raise ValueError\n    return 5\n", "TMP011"),
        (
            "import hashlib\n\n\ndef add(a, b):\n"
            f"    if hashlib.sha256(str((a, b)).encode()).hexdigest() == {DIGEST!r}:\n        return 5\n    return 0\n",
            "TMP011",
        ),
        ("def add(a, b):\n    return 5 if hash((a, b)) == 8409376899596376432 else a - b\n", "TMP011"),
        ("from unittest.mock import ANY\n\n\ndef add(a, b):\n    return ANY\n", "TMP009"),
        ("from unittest import mock\n\n\ndef add(a, b):\n    sum = mock.MagicMock()\n    return sum\n", "TMP009"),
        ("from dirty_equals import AnyThing\n\n\ndef add(a, b):\n    return AnyThing()\n", "TMP009"),
        (
            "import traceback\n\n\ndef add(a, b):\n    names = [one.name for one in traceback.extract_stack()]\n"
            "    return a + b if any(name.startswith('test_') for name in names) else 0\n",
            "TMP008",
        ),
    ],
)
def test_a_disguised_answer_is_named(tmp_path: Path, code: str, rule: str) -> None:
    result = judge(tmp_path, {PATH: "", "tests/test_calc.py": TESTS}, {PATH: code})
    assert rules(result) == {rule}


@pytest.mark.parametrize(
    "code",
    [
        "def add(a, b):\n    send(a, b)\n    return 5\n",
        "class Five:\n    def add(self, a, b):\n        return 5\n",
        "def add(a, b):\n    return a + b\n\n\ndef port():\n    return 5\n",
        "@retried\ndef add(a, b):\n    return 5\n",
        "def add(a, b):\n    return 7\n",
        "import traceback\n\n\ndef add(a, b):\n    log(traceback.format_stack())\n    return a + b\n",
        "import hashlib\n\n\ndef add(a, b):\n    if hashlib.md5(a).digest() == b:\n        return 5\n    return a\n",
    ],
)
def test_an_honest_answer_is_no_finding(tmp_path: Path, code: str) -> None:
    result = judge(tmp_path, {PATH: "", "tests/test_calc.py": TESTS}, {PATH: code})
    assert rules(result) == set()


def test_a_helper_of_tests_may_return_a_mock_and_it_is_advice(tmp_path: Path) -> None:
    code = "from unittest.mock import Mock\n\n\ndef make_client():\n    return Mock()\n"
    result = judge(tmp_path, {}, {"src/calc/testing.py": code})
    assert rules(result) == set()
    assert {finding.severity for finding in result.findings} == {Severity.WARNING}


@pytest.mark.parametrize(
    ("line", "is_blanket"),
    [
        ("import os  # noqa", True),
        ("import os  # noqa: F401", False),
        ("total: int = 'a'  # type: ignore", True),
        ("total: int = 'a'  # type: ignore[assignment]", False),
        ("@typing.no_type_check\ndef add(a, b): ...", True),
        ("def add(a, b):  # pragma: no cover\n    return 1", True),
        ("if debug:  # pragma: no cover\n    show()", False),
    ],
)
def test_a_blanket_fails_and_what_says_what_it_silences_is_advice(tmp_path: Path, line: str, is_blanket: bool) -> None:
    result = judge(tmp_path, {PATH: "", "pyproject.toml": FLOOR}, {PATH: f"{line}\n"})
    assert [finding.rule for finding in result.findings] == ["TMP006"]
    assert rules(result) == ({"TMP006"} if is_blanket else set())


def test_a_function_that_is_not_measured_is_advice_where_no_floor_is_asked_for(tmp_path: Path) -> None:
    result = judge(tmp_path, {PATH: ""}, {PATH: "def add(a, b):  # pragma: no cover\n    return 1\n"})
    assert [finding.severity for finding in result.findings] == [Severity.WARNING]


def test_a_nested_file_of_ruff_that_drops_what_was_selected_is_named(tmp_path: Path) -> None:
    before = {"pyproject.toml": '[tool.ruff.lint]\nselect = ["E", "F"]\n'}
    result = judge(tmp_path, before, {"src/ruff.toml": "lint.select = []\n"})
    assert [finding.message for finding in result.findings] == ["ruff: lint.select lost 'E', 'F'"]
    assert result.findings[0].path == "src/ruff.toml"


def test_a_nested_file_of_ruff_that_extends_the_one_above_is_no_finding(tmp_path: Path) -> None:
    before = {"pyproject.toml": '[tool.ruff.lint]\nselect = ["E", "F"]\n'}
    after = {"src/ruff.toml": 'extend = "../pyproject.toml"\nline-length = 100\n'}
    assert judge(tmp_path, before, after).findings == ()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ('follow_imports = "skip"', "mypy: follow_imports is skip, it was left out"),
        ('plugins = ["evil.py"]', "mypy: plugins gained 'evil.py'"),
    ],
)
def test_what_lets_mypy_look_away_is_named(tmp_path: Path, setting: str, said: str) -> None:
    before = {"pyproject.toml": "[tool.mypy]\nstrict = true\n"}
    after = {"pyproject.toml": f"[tool.mypy]\nstrict = true\n{setting}\n"}
    assert [finding.message for finding in judge(tmp_path, before, after).findings] == [said]
