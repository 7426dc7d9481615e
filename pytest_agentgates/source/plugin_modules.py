"""Modules of the project that pytest loads as plugins because its configuration or a test file names them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence


def named_plugins(source: bytes) -> Iterator[str]:
    """The modules that `pytest_plugins` of a file names; none for a file that does not parse."""
    if b"pytest_plugins" not in source:
        return
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return
    for node in body:
        if any(isinstance(target, ast.Name) and target.id == "pytest_plugins" for target in _targets(node)):
            texts = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
            yield from (text for text in texts if isinstance(text, str))


def files_of(modules: Iterable[str], paths: Sequence[str]) -> frozenset[str]:
    """The files among `paths` that modules are, whichever folder they are imported from."""
    endings = tuple(f"/{module.replace('.', '/')}{end}" for module in modules for end in (".py", "/__init__.py"))
    return frozenset(path for path in paths if endings and f"/{path}".endswith(endings))


def _targets(node: ast.stmt) -> Sequence[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return (node.target,) if isinstance(node, ast.AnnAssign | ast.AugAssign) else ()
