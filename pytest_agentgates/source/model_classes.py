"""The classes that a project maps to tables, with what they inherit."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from pytest_agentgates.source.model_statements import ModelClass, models_in
from pytest_agentgates.source.project_facts import read_source
from pytest_agentgates.source.syntax import SyntaxFiles

ORM_MODULES = (
    "sqlalchemy",
    "sqlmodel",
    "flask_sqlalchemy",
    "django.db",
    "django.contrib.gis.db",
    "peewee",
    "playhouse",
    "tortoise",
    "gino",
    "ormar",
    "advanced_alchemy",
)
# Django's users and groups are mapped classes outside of its ORM package.
_ROOTS = (*ORM_MODULES, "django.contrib.")
_ROUNDS = 6
_MAPPED = re.compile(
    rb"Column\(|mapped_column|Mapped\[|__table|Table\(|[Rr]elationship|Field\(|ForeignKey|[dD]eclarative|SQLModel"
    rb"|(?<!Base)Model\b|\bregistry\b"
)
_BASES = re.compile(rb"^[ \t]*class\s+\w+\s*\(([^:]*)\)\s*:", re.MULTILINE)
_WORD = re.compile(rb"[A-Za-z_]\w*")


def read_models(files: SyntaxFiles) -> dict[str, ModelClass]:
    """Every class of the project with mapped fields, its own and the inherited ones, by dotted name."""
    found: dict[str, ModelClass] = {}
    others = dict.fromkeys(files.project.paths)
    pending = [path for path in others if _imports_orm(files, path) and _holds(files, path, _MAPPED)]
    for _ in range(_ROUNDS):
        for path in pending:
            others.pop(path)
            found.update((model.key, model) for model in models_in(files, path))
        known = {key.rpartition(".")[2] for key in _of_libraries(found)}
        pending = [path for path in others if _extends_any(files, path, known)]
        if not pending:
            break
    return _Inheritance(found).complete()


def _of_libraries(found: dict[str, ModelClass]) -> set[str]:
    """The classes that descend from a library's or name a table: only these can make a class of another file one."""
    rooted = {key for key, one in found.items() if one.is_table or any(base.startswith(_ROOTS) for base in one.bases)}
    while True:
        more = {key for key, one in found.items() if key not in rooted and rooted & set(one.bases)}
        if not more:
            return rooted
        rooted |= more


def _imports_orm(files: SyntaxFiles, path: str) -> bool:
    return any(one.target.startswith(ORM_MODULES) for one in files.project.imports(path))


def _holds(files: SyntaxFiles, path: str, pattern: re.Pattern[bytes]) -> bool:
    source = read_source(files.project.root, path)
    return isinstance(source, bytes) and pattern.search(source) is not None


def _extends_any(files: SyntaxFiles, path: str, known: set[str]) -> bool:
    """Whether a file defines a subclass of a model, told without parsing it."""
    if not files.project.outline(path).defines:
        return False
    names = {here or name for one in files.project.imports(path) for name, here in one.names if name in known} | known
    source = read_source(files.project.root, path)
    bases = _BASES.findall(source) if isinstance(source, bytes) else []
    return any(word.decode() in names for one in bases for word in _WORD.findall(one))


@dataclass(slots=True)
class _Inheritance:
    models: dict[str, ModelClass]
    done: dict[str, ModelClass] = field(default_factory=dict)

    def complete(self) -> dict[str, ModelClass]:
        for key in self.models:
            self._complete(key, ())
        return self.done

    def _complete(self, key: str, below: tuple[str, ...]) -> ModelClass | None:
        if key in self.done or key not in self.models or key in below:
            return self.done.get(key)
        model = self.models[key]
        above = [one for base in model.bases if (one := self._complete(base, (*below, key))) is not None]
        inherited = {one.name: one for base in reversed(above) for one in base.fields}
        fields = {**inherited, **{one.name: one for one in model.fields}}
        is_table = model.is_table or any(one.is_table for one in above)
        is_active = model.is_active or any(one.is_active for one in above)
        managers = {**{name: to for base in reversed(above) for name, to in base.managers}, **dict(model.managers)}
        table = model.table or _single_table(above) or _default_name(key.rpartition(".")[2], is_active, model.is_plain)
        full = replace(model, fields=tuple(fields.values()), is_table=is_table, is_active=is_active, table=table)
        self.done[key] = replace(full, managers=tuple(managers.items()))
        return self.done[key]


def _single_table(above: list[ModelClass]) -> str:
    """The table of a parent that is one: a subclass without a table of its own shares it."""
    return next((one.table for one in above if one.is_concrete and not one.is_active), "")


def _default_name(name: str, is_active: bool, is_plain: bool) -> str:
    return name.lower() if is_active or is_plain else _snake(name)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
