"""TMP005: hooks of pytest and patches in test code that can change what a test's outcome means."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.untampered.rules import HOOK
from pytest_agentgates.gates.untampered.values import Values, source_of
from pytest_agentgates.gates.untampered.versions import Versions
from pytest_agentgates.source.task_marks import Aliases, read_aliases

_HOOKS = (
    "pytest_runtest",
    "pytest_collection",
    "pytest_collect",
    "pytest_ignore_collect",
    "pytest_pycollect",
    "pytest_generate_tests",
    "pytest_pyfunc_call",
    "pytest_report",
    "pytest_make",
    "pytest_fixture_setup",
    "pytest_sessionfinish",
    "pytest_sessionstart",
    "pytest_cmdline",
    "pytest_load_initial_conftests",
    "pytest_configure",
    "pytest_itemcollected",
    "pytest_deselected",
    "pytest_exception_interact",
    "pytest_assert",
    "pytest_unconfigure",
)
_INTERNALS = ("_pytest", "pytest", "pluggy", "unittest.case", "unittest.TestCase", "builtins", "sys.modules")
_SHOWN = 120  # characters of a hook that is shown
_PATCHERS = frozenset({"setattr", "setitem", "patch", "object"})
Accept = Callable[[str], bool]


def accuse_patches(file: Versions, is_product: Accept) -> Iterator[Finding]:
    """The hooks and patches of a test file or a conftest that the base does not have.

    `is_product` says of a dotted name whether it belongs to the code under test.
    """
    if file.new_tree is None:
        return
    old = {found.text for found in _found_in(file.old_tree, file.path, is_product)} if file.old_tree else set()
    for found in _found_in(file.new_tree, file.path, is_product):
        if found.text not in old:
            yield Finding(
                HOOK.code,
                found.text,
                file.path,
                found.line,
                fix="take it out: the code has to pass the tests as they are",
                snippet=file.line(found.line),
            )


@dataclass(frozen=True)
class _Found:
    """What was found, worded so that the same thing elsewhere in the file reads the same."""

    text: str
    line: int


def _found_in(tree: ast.Module, path: str, is_product: Accept) -> Iterator[_Found]:
    aliases = read_aliases(tree)
    if posixpath.basename(path) == "conftest.py" or _is_plugin(tree):
        yield from _hooks(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign):
            yield from _assignments(node, aliases)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _replacements(node, aliases, is_product)
    for node in tree.body:
        if isinstance(node, ast.Assign) and _names_plugins(node):
            yield _Found(f"a plugin is loaded: {source_of(node)}", node.lineno)


def _is_plugin(tree: ast.Module) -> bool:
    """Whether a file that is no conftest holds hooks: something may load it as a plugin."""
    return any(isinstance(node, ast.FunctionDef) and node.name.startswith(_HOOKS) for node in tree.body)


def _hooks(tree: ast.Module) -> Iterator[_Found]:
    """Hooks with what they do: the same hook with other code is another hook."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(_HOOKS):
            yield _Found(f"the hook {node.name} is new or does something else: {_digest(node)}", node.lineno)


def _digest(node: ast.AST) -> str:
    text = " ".join(source_of(node).split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _names_plugins(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "pytest_plugins" for target in node.targets)


def _assignments(node: ast.Assign | ast.AugAssign, aliases: Aliases) -> Iterator[_Found]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        name = aliases.dotted(target.value if isinstance(target, ast.Subscript) else target)
        if isinstance(target, ast.Attribute | ast.Subscript) and _is_internal(name):
            yield _Found(f"{name} is replaced", node.lineno)


def _is_internal(name: str) -> bool:
    return any(name == internal or name.startswith(f"{internal}.") for internal in _INTERNALS)


def _replacements(
    node: ast.FunctionDef | ast.AsyncFunctionDef, aliases: Aliases, is_product: Accept
) -> Iterator[_Found]:
    """Patches of the code under test by a fixture that every test gets, and patches of what the test itself calls."""
    is_automatic = any("autouse=True" in source_of(decorator) for decorator in node.decorator_list)
    called = {aliases.dotted(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
    values = Values({}).within(node)
    for call in (found for found in ast.walk(node) if isinstance(found, ast.Call)):
        target = _patched(call, aliases, values)
        if not target:
            continue
        if is_automatic and (is_product(target) or "module" in target):
            yield _Found(f"{node.name} replaces {target} for every test", call.lineno)
        elif _is_internal(target):
            yield _Found(f"{node.name} replaces {target}", call.lineno)
        elif is_product(target) and node.name.startswith("test") and target in called:
            yield _Found(f"{node.name} replaces {target}, which is what it tests", call.lineno)


def _patched(call: ast.Call, aliases: Aliases, values: Values) -> str:
    """What a call of monkeypatch or of unittest.mock replaces, as a dotted name; empty where it replaces nothing."""
    name = aliases.dotted(call.func).rpartition(".")[2] if aliases.dotted(call.func) else _attribute(call.func)
    if name not in _PATCHERS or not call.args:
        return ""
    first = values.fill(call.args[0])
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    owner = aliases.dotted(first) or source_of(first)
    second = call.args[1] if len(call.args) > 1 else None
    if isinstance(second, ast.Constant) and isinstance(second.value, str):
        return f"{owner}.{second.value}"
    return ""


def _attribute(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else ""
