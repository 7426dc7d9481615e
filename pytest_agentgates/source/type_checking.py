"""Tells the code that only type checkers see from the code that runs."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from pytest_agentgates.source.facts import ImportFact

_MODULES = frozenset({"typing", "typing_extensions"})
_FLAG = "TYPE_CHECKING"


@dataclass(slots=True)
class TypeCheckingNames:
    """The names of the flag in one file; a flag that the file sets to anything but False is none."""

    flags: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    is_spoilt: bool = False

    def see_import(self, fact: ImportFact) -> None:
        """Take note of `typing` and its flag, and of what takes their names."""
        if fact.bound:
            self._rename(self.modules, fact.bound, fact.target in _MODULES)
            self.flags.discard(fact.bound)
        for name, bound in fact.names:
            self._rename(self.flags, bound, fact.target in _MODULES and name == _FLAG)
            self.modules.discard(bound)

    def see_statement(self, statement: ast.stmt) -> None:
        """Take note of `TYPE_CHECKING = ...`, in any of its forms."""
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign | ast.AugAssign):
            targets = [statement.target]
        else:
            return
        for target in targets:
            self._set(target, statement.value)

    def is_true_only_there(self, test: ast.expr) -> bool:
        """Whether a condition holds for type checkers only."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self.is_false_only_there(test.operand)
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
            return any(self.is_true_only_there(value) for value in test.values)
        return self._is_flag(test)

    def is_false_only_there(self, test: ast.expr) -> bool:
        """Whether a condition fails for type checkers only."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self.is_true_only_there(test.operand)
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
            return any(self.is_false_only_there(value) for value in test.values)
        return False

    def _is_flag(self, test: ast.expr) -> bool:
        if self.is_spoilt:
            return False
        if isinstance(test, ast.Name):
            return test.id in self.flags
        return (
            isinstance(test, ast.Attribute)
            and test.attr == _FLAG
            and isinstance(test.value, ast.Name)
            and test.value.id in self.modules
        )

    def _rename(self, names: set[str], name: str, is_one: bool) -> None:
        if is_one:
            names.add(name)
        else:
            names.discard(name)

    def _set(self, target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, ast.Attribute):
            self.is_spoilt |= target.attr == _FLAG
        elif isinstance(target, ast.Name):
            is_false = isinstance(value, ast.Constant) and value.value is False
            self._rename(self.flags, target.id, is_false and target.id == _FLAG)
