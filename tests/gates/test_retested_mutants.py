from __future__ import annotations

import ast

import pytest

from pytest_agentgates.gates.retested.mutants import choose, mutants_of


def changes(source: str) -> list[str]:
    lines = range(1, source.count("\n") + 2)
    return [mutant.change for mutant in mutants_of("a.py", source.encode(), lines)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a < b", ["`a < b` becomes `a <= b`"]),
        ("x = a == b", ["`a == b` becomes `a != b`"]),
        ("x = a in b", ["`a in b` becomes `a not in b`"]),
        ("x = a and b", ["`a and b` becomes `a or b`"]),
        ("x = a - b", ["`a - b` becomes `a + b`"]),
        ("x = not a", ["`not a` becomes `a`"]),
        ("x = True", ["`True` becomes `False`"]),
        ("x = 7", ["`7` becomes `8`"]),
        ("def f():\n    return g()", ["`return g()` becomes `return None`"]),
    ],
)
def test_each_kind_of_fault_is_made(source: str, expected: list[str]) -> None:
    assert changes(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        '"""A text."""',
        "raise ValueError(1 + 2)",
        "x: Literal[1] = y",
        "x = f'{1 + 2}'",
        "x = 'a' + b",
        "def f(a: int = b) -> Literal[1]: ...",
        "def f():\n    return None",
        "def broken(:",
    ],
)
def test_what_tests_need_not_notice_is_left_alone(source: str) -> None:
    assert changes(source) == []


def test_a_mutant_changes_one_place_and_nothing_else() -> None:
    source = "# ä\nx = [\n    'ö', a + b,  # why\n]\n"
    (mutant,) = mutants_of("a.py", source.encode(), {3})
    assert mutant.source.decode() == source.replace("a + b", "(a - b)")
    assert mutant.line == 3
    ast.parse(mutant.source)


def test_only_changed_lines_are_touched() -> None:
    assert list(mutants_of("a.py", b"x = 1\ny = 2\n", {3})) == []
    assert [mutant.line for mutant in mutants_of("a.py", b"x = 1\ny = 2\n", {2})] == [2]


def test_a_small_budget_is_spread_over_the_lines() -> None:
    source = "\n".join(f"x{number} = a + {number} < b" for number in range(20)).encode()
    every = list(mutants_of("a.py", source, range(1, 21)))
    assert [mutant.line for mutant in choose(every, 4)] == [1, 6, 11, 16]
    assert len(choose(every, 1000)) == len(every)
    assert choose(every, 0) == ()
