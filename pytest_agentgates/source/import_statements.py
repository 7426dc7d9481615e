"""Makes facts of import statements: absolute targets, and what they bind."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentgates.source.facts import ImportFact, ImportKind
from pytest_agentgates.source.source_text import SourceText


def absolute(module: str, is_package: bool, level: int, written: str) -> str:
    """The absolute name of what a module imports; empty for the folder that holds the roots, `?` for beyond."""
    if not level:
        return written
    parts = module.split(".") if module else []
    keep = len(parts) - level + is_package
    if keep < 0:
        return "?"
    return ".".join([*parts[:keep], *([written] if written else [])])


def facts_of(
    node: ast.Import | ast.ImportFrom, place: tuple[str, bool], kind: ImportKind, text: SourceText
) -> Iterator[ImportFact]:
    """The facts of one statement; `place` is the module's name and whether it is a package."""
    line, column, code = node.lineno, text.column(node), text.code(node.lineno)
    if isinstance(node, ast.Import):
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            yield ImportFact(alias.name, alias.name, (), bound, line, column, kind, False, 0, code)
        return
    written = node.module or ""
    target = absolute(*place, node.level, written)
    names = tuple((alias.name, alias.asname or alias.name) for alias in node.names)
    is_star = names[0][0] == "*"
    spelled = "." * node.level + written
    yield ImportFact(target, spelled, () if is_star else names, "", line, column, kind, is_star, node.level, code)


def bound_by(fact: ImportFact) -> Iterator[tuple[str, str]]:
    """The names that an import binds, each with the dotted name it stands for."""
    if fact.bound:
        is_renamed = fact.bound != fact.target.partition(".")[0]
        yield fact.bound, fact.target if is_renamed else fact.bound
    for name, bound in fact.names:
        yield bound, f"{fact.target}.{name}".lstrip(".")
