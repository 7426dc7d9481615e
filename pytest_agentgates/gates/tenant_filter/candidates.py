"""Which files can hold a query of a tenant-owned table, told without parsing them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pytest_agentgates.gates.tenant_filter.world import World
from pytest_agentgates.source.project_facts import read_source


def near_files(world: World, judged: Sequence[str]) -> list[str]:
    """The files that mention an entity or a table in SQL."""
    names = _Mentions(world)
    return [path for path in judged if names.direct(path)]


def files_using(world: World, judged: Sequence[str], near: Sequence[str], names: Iterable[str]) -> list[str]:
    """The other files that import from these and mention a name: that of a function which hands a query on."""
    wanted = [re.escape(name) for name in names]
    if not wanted:
        return []
    pattern = re.compile(rf"\b(?:{'|'.join(wanted)})\b".encode())
    held, providers = set(near), {world.files.project.module_of(path) for path in near}
    others = (path for path in judged if path not in held and _imports_from(world, path, providers))
    return [path for path in others if _mentions(world, path, pattern)]


def _mentions(world: World, path: str, pattern: re.Pattern[bytes]) -> bool:
    source = read_source(world.files.project.root, path)
    return isinstance(source, bytes) and pattern.search(source) is not None


def _imports_from(world: World, path: str, modules: Iterable[str]) -> bool:
    known = modules if isinstance(modules, set) else set(modules)
    return any(one.target in known for one in world.files.project.imports(path))


class _Mentions:
    def __init__(self, world: World) -> None:
        self.world = world
        mapped = world.entities.mapped
        owned = [one for one in mapped.tables if world.entities.is_owned(one.key)]
        self.classes = {one.name for one in owned}
        self.tables = [name.rpartition(".")[2].lower().encode() for name in world.entities.tenant.columns]
        related = {found.related_name for one in owned for found in one.fields if found.related_name}
        self.related = [f".{name}.".encode() for name in related]

    def direct(self, path: str) -> bool:
        project = self.world.files.project
        for one in project.imports(path):
            if one.is_star or any(name in self.classes for name, _ in one.names):
                return True
        if self.classes & set(project.outline(path).defines):
            return True
        source = read_source(project.root, path)
        return isinstance(source, bytes) and self._in_text(source)

    def _in_text(self, source: bytes) -> bool:
        if any(name in source for name in self.related):
            return True
        lower = source.lower()
        is_sql = any(word in lower for word in (b"select ", b"select\n", b"update ", b"delete from", b"insert into"))
        is_mongo = any(word in lower for word in (b"find", b"aggregate", b"_one", b"_many", b"bulk_write", b"_count("))
        return (is_sql or is_mongo) and any(name in lower for name in self.tables)
