"""Modules of a project that Python would import in the place of what runs and judges its tests."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator

ROOTS = ("", "src", "lib")
# What starts before any test, and what it is that they would run instead.
_TAKEN = {
    "pytest": "pytest",
    "_pytest": "pytest",
    "pluggy": "pytest's plugins",
    "pytest_agentgates": "this tool",
    "coverage": "the measuring of coverage",
    "site": "Python's own start",
    "sitecustomize": "Python's own start",
    "usercustomize": "Python's own start",
}
_MODULE = re.compile(r"(?P<name>\w+)(?:\.py|\.pyc|(?:\.[\w-]+)?\.(?:so|pyd)|/__init__\.py[c]?|/__main__\.py)")


def shadows(files: Iterable[str], roots: Iterable[str], pyproject: str) -> Iterator[tuple[str, str]]:
    """Each file that takes the place of such a module, with what it takes the place of.

    `roots` are folders on Python's path, empty for the top; `pyproject` tells which module is the project's own.
    """
    own = _own_names(pyproject)
    places = sorted({root.strip("/") for root in roots})
    for path in files:
        found = next((match for place in places if (match := _module_in(path, place))), None)
        if found and found["name"] in _TAKEN and found["name"] not in own:
            yield path, _TAKEN[found["name"]]


def _module_in(path: str, root: str) -> re.Match[str] | None:
    below = path.removeprefix(f"{root}/") if root else path
    return None if root and below == path else _MODULE.fullmatch(below)


def _own_names(pyproject: str) -> frozenset[str]:
    """The modules that a project by this configuration is expected to hold itself."""
    try:
        name = re.sub(r"[-.]+", "_", str(tomllib.loads(pyproject)["project"]["name"])).lower()
    except (tomllib.TOMLDecodeError, LookupError, TypeError):
        return frozenset()
    return frozenset({name, f"_{name}"})
