"""The dependencies that a file declares: pyproject.toml, requirements files, package.json."""

from __future__ import annotations

import json
import posixpath
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pytest_agentgates.redact import MASK
from pytest_agentgates.source.globs import matches

# The section and the name of each dependency, with its requirement as it is written.
Declared = Mapping[tuple[str, str], str]
_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:$|[\[<>=!~;@(,\s])")
_EGG = re.compile(r"[#&]egg=([\w.-]+)")
_USER = re.compile(r"://(?!git@)[^/@\s]+@")
_COMMENT = re.compile(r"(^|\s)#(?!egg=).*")
_REQUIREMENTS = ("requirements*.txt", "**/requirements*.txt", "requirements/*.txt", "**/requirements/*.txt")
_OF_NODE = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")


def declares_dependencies(path: str) -> bool:
    """Whether a file is one of those that are read."""
    return _reader(path) is not None


def declared_in(path: str, data: bytes) -> Declared:
    """What the file declares; raises ValueError for one that cannot be read."""
    reader = _reader(path)
    found = dict(reader(data.decode("utf-8-sig"))) if reader else {}
    return {(section, _masked(name)): _masked(text) for (section, name), text in sorted(found.items())}


_Entry = tuple[tuple[str, str], str]


def _reader(path: str) -> Callable[[str], Iterator[_Entry]] | None:
    name = posixpath.basename(path)
    if name == "pyproject.toml":
        return _of_pyproject
    if name == "package.json":
        return _of_package
    return _of_requirements if any(matches(path, pattern) for pattern in _REQUIREMENTS) else None


def _of_pyproject(text: str) -> Iterator[_Entry]:
    document = tomllib.loads(text)
    project = _table(document, "project")
    yield from _listed("project.dependencies", project.get("dependencies"))
    for group, items in _table(project, "optional-dependencies").items():
        yield from _listed(f"project.optional-dependencies.{group}", items)
    for group, items in _table(document, "dependency-groups").items():
        yield from _listed(f"dependency-groups.{group}", items)
    yield from _listed("build-system.requires", _table(document, "build-system").get("requires"))
    yield from _of_poetry(_table(_table(document, "tool"), "poetry"))


def _of_poetry(poetry: Mapping[str, Any]) -> Iterator[_Entry]:
    yield from _keyed("tool.poetry.dependencies", _table(poetry, "dependencies"))
    yield from _keyed("tool.poetry.dev-dependencies", _table(poetry, "dev-dependencies"))
    for group, table in _table(poetry, "group").items():
        if isinstance(table, dict):
            yield from _keyed(f"tool.poetry.group.{group}.dependencies", _table(table, "dependencies"))


def _of_package(text: str) -> Iterator[_Entry]:
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("it holds no object")
    for section in _OF_NODE:
        for name, value in _table(document, section).items():
            yield (section, name), _told(value)


def _of_requirements(text: str) -> Iterator[_Entry]:
    for line in text.replace("\\\n", " ").splitlines():
        words = _COMMENT.sub("", line).strip().removeprefix("-e ").removeprefix("--editable ").strip()
        requirement = words.partition(" --hash")[0].strip()
        if requirement and not requirement.startswith("-"):
            yield ("", _name_of(requirement)), requirement


def _listed(section: str, items: object) -> Iterator[_Entry]:
    """A list of requirements; a group that another one includes is a table, and no requirement."""
    for item in items if isinstance(items, list) else ():
        if isinstance(item, str):
            yield (section, _name_of(item)), item.strip()


def _keyed(section: str, table: Mapping[str, Any]) -> Iterator[_Entry]:
    for name, value in table.items():
        if name != "python":
            yield (section, _normal(name)), _told(value)


def _masked(text: str) -> str:
    """Without the user and the password of an address, which are secrets."""
    return _USER.sub(f"://{MASK}@", text)


def _told(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def _name_of(requirement: str) -> str:
    """The name of a requirement; of an address without one, the whole of it."""
    found = _NAME.match(requirement) or _EGG.search(requirement)
    return _normal(found[1]) if found else requirement


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key)
    return found if isinstance(found, dict) else {}
