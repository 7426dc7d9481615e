"""Reads the definitions, calls and references of a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentgates.source.definition_facts import ClassFact, FunctionFact
from pytest_agentgates.source.facts import CallFact, Details, PathEditFact, ReferenceFact
from pytest_agentgates.source.name_table import NameTable, meanings, written
from pytest_agentgates.source.read_arguments import read_arguments
from pytest_agentgates.source.read_definitions import read_class, read_function
from pytest_agentgates.source.source_text import SourceText
from pytest_agentgates.source.walk_scopes import Walked, walk_scopes

_SOURCES_OF_MODULES = ("sys.path", "sys.modules", "sys.meta_path", "sys.path_hooks", "sys.path_importer_cache")
_OWN_PATH = "__path__"
_CHANGES = frozenset({"append", "insert", "extend", "remove", "clear", "pop", "update", "setdefault", "__setitem__"})
_ADDERS = frozenset({"site.addsitedir", "pkgutil.extend_path", "importlib.reload"})


def read_details(
    tree: ast.Module, text: SourceText, module: str, is_package: bool
) -> tuple[Details, tuple[PathEditFact, ...]]:
    """What stands in the definitions, and the changes of where modules come from."""
    walked = walk_scopes(tree, module, is_package)
    # What is read comes first: assignments are then looked up in their order, however long their chains.
    references = sorted(_references(walked, text), key=_place)
    calls = sorted((_call(node, table, text) for node, table in walked.calls), key=_place)
    functions, classes = _definitions(walked, text)
    details = Details(tuple(classes), tuple(functions), tuple(calls), tuple(references))
    edits = sorted({*_edits(walked, text), *_edits_by_call(calls, text)}, key=_place)
    return details, tuple(edits)


def _place(fact: CallFact | ReferenceFact | PathEditFact) -> tuple[int, int]:
    return fact.line, fact.column


def _definitions(walked: Walked, text: SourceText) -> tuple[list[FunctionFact], list[ClassFact]]:
    functions: list[FunctionFact] = []
    classes: list[ClassFact] = []
    for node, table, inner in walked.definitions:
        if isinstance(node, ast.ClassDef):
            classes.append(read_class(node, table, inner, text))
        else:
            functions.append(read_function(node, table, inner, text))
    return sorted(functions, key=lambda fact: fact.line), sorted(classes, key=lambda fact: fact.line)


def _call(node: ast.Call, table: NameTable, text: SourceText) -> CallFact:
    name, *also = meanings(node.func, table)
    return CallFact(
        name,
        tuple(also),
        written(node.func),
        table.qualified_name,
        read_arguments(node.args, node.keywords, table),
        node.lineno,
        text.column(node),
        node.end_lineno or node.lineno,
        text.character(node.end_lineno or node.lineno, node.end_col_offset or 0),
    )


def _references(walked: Walked, text: SourceText) -> Iterator[ReferenceFact]:
    for node, table in walked.reads:
        name, *also = meanings(node, table)
        if not name.startswith("?"):
            place = (node.lineno, text.column(node))
            yield ReferenceFact(name, tuple(also), written(node), table.qualified_name, *place)


def _edits(walked: Walked, text: SourceText) -> Iterator[PathEditFact]:
    """`sys.path = ...`, `sys.path += ...`, `sys.path[0] = ...`, `del sys.modules[...]`."""
    for node, table in walked.edits:
        is_own = isinstance(node, ast.Name) and node.id == _OWN_PATH
        for meant in [_OWN_PATH] if is_own else meanings(node, table):
            name = _source_of_modules(meant)
            if name:
                yield PathEditFact(name, table.qualified_name, node.lineno, text.column(node), text.code(node.lineno))


def _edits_by_call(calls: list[CallFact], text: SourceText) -> Iterator[PathEditFact]:
    """`sys.path.insert(...)`, `site.addsitedir(...)`."""
    for call in calls:
        for meant in (call.name, *call.also):
            owner, _, method = meant.rpartition(".")
            name = meant if meant in _ADDERS else _source_of_modules(owner) if method in _CHANGES else ""
            if name:
                yield PathEditFact(name, call.within, call.line, call.column, text.code(call.line))


def _source_of_modules(name: str) -> str:
    plain = name.removesuffix("[]")
    if plain in _SOURCES_OF_MODULES:
        return plain
    return _OWN_PATH if plain.rpartition(".")[2] == _OWN_PATH else ""
