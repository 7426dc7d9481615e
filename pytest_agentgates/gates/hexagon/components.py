"""What each file is to its component: its role, and the component it belongs to."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from pytest_agentgates.source.globs import matches
from pytest_agentgates.source.layer_map import LayerMap, component_folder, fits, map_layers


class Role(StrEnum):
    """What a file is to its component; the words stand in messages."""

    MODEL = "domain model"
    RULES = "domain exceptions and rules"
    DOMAIN = "domain"
    SERVICE = "domain service"
    APPLICATION = "application"
    INBOUND_PORTS = "inbound ports"
    OUTBOUND_PORTS = "outbound ports"
    PORTS = "ports"
    INBOUND = "inbound adapters"
    OUTBOUND = "outbound adapters"
    API = "component API"
    TESTS = "tests"


MODELS = frozenset({Role.MODEL, Role.RULES})
DOMAINS = frozenset({Role.MODEL, Role.RULES, Role.DOMAIN, Role.SERVICE, Role.APPLICATION})
PORTS = frozenset({Role.INBOUND_PORTS, Role.OUTBOUND_PORTS, Role.PORTS})
ADAPTERS = frozenset({Role.INBOUND, Role.OUTBOUND})

LAYER_ROLES: dict[str, Role] = {
    "domain": Role.MODEL,
    "application": Role.APPLICATION,
    "ports": Role.PORTS,
    "inbound": Role.INBOUND,
    "outbound": Role.OUTBOUND,
}
_RULES = ("exceptions.py", "exception.py", "errors.py", "error.py", "rules.py")
_SERVICES = ("service.py", "services.py", "*_service.py", "*_services.py", "use_cases.py", "use_case.py")
_SERVICE_FOLDERS = ("service", "services", "use_cases")
_TEST_FOLDERS = frozenset({"tests", "test"})
_TEST_FILES = ("test_*.py", "*_test.py", "conftest.py", "tests.py")


@dataclass(frozen=True)
class Component:
    """A component: the last part of its folder, the folder, and its Python files by role."""

    name: str
    folder: str
    files: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)

    def of(self, *roles: Role) -> tuple[str, ...]:
        """Its files of these roles."""
        return tuple(path for role in roles for path in self.files.get(role, ()))


@dataclass(frozen=True)
class Components:
    """Every mapped file with its role; `components` is empty for the name-less component of one set of layers.

    `canonical` tells whether they are those of the canonical tree; `unused` are layers with a glob without a file.
    """

    components: tuple[Component, ...]
    roles: Mapping[str, Role]
    folders: Mapping[str, str]
    canonical: bool
    unused: tuple[tuple[str, str], ...] = ()

    def role_of(self, path: str) -> Role | None:
        """The role of a file, None where it is unmapped."""
        return self.roles.get(path)

    def folder_of(self, path: str) -> str:
        """The folder of the component of a file, empty where it belongs to none."""
        return self.folders.get(path, "")

    def files_of(self, *roles: Role) -> tuple[str, ...]:
        """Every file of these roles."""
        return tuple(path for path, role in self.roles.items() if role in roles)


def canonical_components(paths: Iterable[str], parent: str) -> Components:
    """The components below a folder (or folders that fit a glob), each with domain, ports, adapters and tests."""
    roles: dict[str, Role] = {}
    folders: dict[str, str] = {}
    glob = parent.strip("/") + "/*"
    for path in paths:
        folder = _component_around(path, glob)
        if folder:
            folders[path] = folder
            role = _canonical_role(path[len(folder) + 1 :])
            if role is not None:
                roles[path] = role
    return Components(_grouped(roles, folders), roles, folders, canonical=True)


def layered_components(paths: Iterable[str], layers: Mapping[str, str | tuple[str, ...]]) -> Components:
    """The components that the globs of the layers tell apart by their `*`; one without a name where none does.

    Raises UsageError for a glob with too many alternatives.
    """
    found: LayerMap = map_layers(paths, layers)
    roles = {path: Role.TESTS if is_test(path) else LAYER_ROLES[layer] for path, layer in found.layers.items()}
    return Components(_grouped(roles, found.components), roles, found.components, canonical=False, unused=found.unused)


def is_test(path: str) -> bool:
    """Whether a file holds tests or helps them, by its name and folders."""
    *folders, name = path.split("/")
    return not _TEST_FOLDERS.isdisjoint(folders) or any(fnmatchcase(name, pattern) for pattern in _TEST_FILES)


def fits_any(path: str, globs: Iterable[str]) -> bool:
    """Whether a path fits one of the globs."""
    return any(matches(path, glob) or fits(path, glob) for glob in globs)


def _component_around(path: str, glob: str) -> str:
    """The folder of the component; a `*` of the parent's own glob belongs to its path."""
    parts = path.split("/")
    for end in range(1, len(parts)):
        folder = "/".join(parts[:end])
        if matches(folder, glob):
            return folder
    return component_folder(path, glob) if glob.startswith("**/") else ""


def _canonical_role(inside: str) -> Role | None:
    first, _, rest = inside.partition("/")
    if first == "tests" or is_test(inside):
        return Role.TESTS
    if inside == "__init__.py":
        return Role.API
    if first == "domain" and rest:
        return _domain_role(rest)
    if first == "ports" and rest:
        return _side(rest, Role.INBOUND_PORTS, Role.OUTBOUND_PORTS, Role.PORTS)
    if first == "adapters" and rest:
        return _side(rest, Role.INBOUND, Role.OUTBOUND, None)
    return {"domain.py": Role.MODEL, "ports.py": Role.PORTS}.get(inside)


def _domain_role(rest: str) -> Role:
    folder, name = posixpath.split(rest)
    if rest == "__init__.py":
        return Role.DOMAIN
    if any(fnmatchcase(name, pattern) for pattern in _SERVICES) or folder.split("/")[0] in _SERVICE_FOLDERS:
        return Role.SERVICE
    if name in _RULES or folder.split("/")[0] in ("exceptions", "errors", "rules"):
        return Role.RULES
    return Role.MODEL


def _side(rest: str, inbound: Role, outbound: Role, other: Role | None) -> Role | None:
    first = rest.partition("/")[0].removesuffix(".py")
    return {"inbound": inbound, "outbound": outbound}.get(first, other)


def _grouped(roles: Mapping[str, Role], folders: Mapping[str, str]) -> tuple[Component, ...]:
    grouped: dict[str, dict[Role, tuple[str, ...]]] = {}
    for path, role in roles.items():
        own = grouped.setdefault(folders.get(path, ""), {})
        own[role] = (*own.get(role, ()), path)
    return tuple(Component(folder.rpartition("/")[2], folder, files) for folder, files in sorted(grouped.items()))
