"""TMP009 as well: product code that hands out objects made for tests, which are equal to what is expected."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pytest_agentgates.gates.untampered.hits import Hit
from pytest_agentgates.gates.untampered.rules import ALWAYS_EQUAL
from pytest_agentgates.gates.untampered.test_bodies import functions_of
from pytest_agentgates.gates.untampered.values import module_values
from pytest_agentgates.source.task_marks import Aliases

_MADE_FOR_TESTS = ("unittest.mock.", "mock.", "dirty_equals.", "hamcrest.")
_HELPERS = re.compile(r"(?:^|[/_])(?:test|testing|mock|fake|stub|fixture|factory|factories)s?(?:[/_.]|$)")


def stand_in_hits(tree: ast.Module, aliases: Aliases, path: str) -> Iterator[Hit]:
    """Functions that return an object of a library for tests; advice in files that are helpers of tests by name."""
    outer = module_values(tree)
    for name, node in functions_of(tree.body):
        values = outer.within(node)
        for found in ast.walk(node):
            if isinstance(found, ast.Return) and found.value is not None:
                kind = _kind(values.fill(found.value), aliases)
                if kind:
                    is_sure = not _HELPERS.search(path)
                    yield Hit(ALWAYS_EQUAL, f"{name} returns {kind}, which is made for tests", found.lineno, is_sure)


def _kind(value: ast.expr, aliases: Aliases) -> str:
    names = (aliases.dotted(node) for node in ast.walk(value) if isinstance(node, ast.Name | ast.Attribute))
    return next((name for name in names if name.startswith(_MADE_FOR_TESTS)), "")
