"""The statements of a file that map a class or a table, read one by one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_agentgates.source.file_names import FileNames, names_of
from pytest_agentgates.source.model_fields import ModelField, field_of_column, fields_of, last_name, text_of
from pytest_agentgates.source.syntax import FileSyntax, SyntaxFiles

_ACTIVE = ("peewee.", "tortoise.", "playhouse.", "ormar.")


@dataclass(frozen=True, slots=True)
class ModelClass:
    """A class with mapped fields; `bases` are dotted names.

    `is_active` where a framework names the table by itself,
    `is_plain` where it does so in lower case without underscores (SQLModel).
    """

    key: str
    path: str
    line: int
    table: str
    bases: tuple[str, ...]
    fields: tuple[ModelField, ...]
    is_abstract: bool
    is_table: bool
    is_active: bool = False
    is_plain: bool = False
    managers: tuple[tuple[str, str], ...] = ()

    @property
    def is_concrete(self) -> bool:
        """Whether it stands for a table of its own."""
        return bool(self.fields) and not self.is_abstract and (self.is_table or self.is_active)


def models_in(files: SyntaxFiles, path: str) -> Iterator[ModelClass]:
    """The classes and tables of one file, without what they inherit from others; none where it cannot be read."""
    file = files.of(path)
    if file is None:
        return
    names = names_of(files, file)
    for statement in file.tree.body:
        yield from _models(statement, file, names)


def _models(statement: ast.stmt, file: FileSyntax, names: FileNames) -> Iterator[ModelClass]:
    if isinstance(statement, ast.ClassDef):
        yield _model(statement, file, names)
    elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
        table = _core_table(statement, statement.value, file, names)
        if table is not None:
            yield table
    elif isinstance(statement, (ast.If, ast.Try)):
        for inner in statement.body:
            yield from _models(inner, file, names)


def _core_table(statement: ast.Assign, call: ast.Call, file: FileSyntax, names: FileNames) -> ModelClass | None:
    target = statement.targets[0]
    if last_name(call.func) != "Table" or not call.args or not isinstance(target, ast.Name):
        return None
    columns = [field_of_column(one, names.dotted) for one in call.args if isinstance(one, ast.Call)]
    fields = tuple(one for one in columns if one is not None)
    key, table = f"{names.module}.{target.id}", text_of(call.args[0])
    return ModelClass(key, file.path, statement.lineno, table, (), fields, not table, bool(table))


def _model(node: ast.ClassDef, file: FileSyntax, names: FileNames) -> ModelClass:
    bases = tuple(names.canonical(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases)
    assigned = {
        target.id: one.value
        for one in node.body
        if isinstance(one, ast.Assign)
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    meta = _meta(node)
    is_table = any(one.arg == "table" for one in node.keywords)
    table = text_of(assigned.get("__tablename__")) or text_of(meta.get("db_table") or meta.get("table_name"))
    table = table or text_of(meta.get("table"))
    declared = "__tablename__" in assigned or any(base.endswith(".Model") and "." in base for base in bases)
    declared = declared or any(getattr(one, "name", "") == "__tablename__" for one in node.body)
    is_abstract = _is_true(assigned.get("__abstract__")) or _is_true(meta.get("abstract"))
    fields = tuple(fields_of(node, names.canonical))
    inner = _table_in(assigned.get("__table__"), names)
    return ModelClass(
        f"{names.module}.{node.name}",
        file.path,
        node.lineno,
        table or (inner[0] if inner else ""),
        bases,
        (*fields, *(inner[1] if inner else ())),
        is_abstract,
        is_table or declared or inner is not None,
        any(_names_its_table(base) for base in bases) or bool({"db_table", "table_name"} & meta.keys()),
        any(one.arg == "table" for one in node.keywords),
        _managers(assigned, names),
    )


def _names_its_table(base: str) -> bool:
    """Whether a framework gives the subclasses of a base a table; forms and serializers have fields and no table."""
    of_django = base.startswith("django.") and (".db." in base or ".models." in base)
    return of_django or base.startswith(_ACTIVE)


def _table_in(node: ast.expr | None, names: FileNames) -> tuple[str, tuple[ModelField, ...]] | None:
    if not isinstance(node, ast.Call) or last_name(node.func) != "Table" or not node.args:
        return None
    columns = [field_of_column(one, names.dotted) for one in node.args if isinstance(one, ast.Call)]
    return text_of(node.args[0]), tuple(one for one in columns if one is not None)


def _managers(assigned: dict[str, ast.expr], names: FileNames) -> tuple[tuple[str, str], ...]:
    """Names of Django managers, each with the dotted class it was made of."""
    found = []
    for name, value in assigned.items():
        made = _innermost(value)
        kind = last_name(made.func) if made is not None else ""
        if made is not None and (kind.endswith("Manager") or (name == "objects" and kind[:1].isupper())):
            found.append((name, names.canonical(made.func)))
        elif made is not None and kind == "as_manager" and isinstance(made.func, ast.Attribute):
            found.append((name, names.canonical(made.func.value)))
        elif made is not None and kind == "from_queryset" and made.args:
            found.append((name, names.canonical(made.args[0])))
    return tuple(found)


def _innermost(node: ast.expr) -> ast.Call | None:
    """The first call of a chain: `Orders()` of `Orders().using("x")`."""
    call = node if isinstance(node, ast.Call) else None
    while call is not None:
        inner = call.func.value if isinstance(call.func, ast.Attribute) else call.func
        if not isinstance(inner, ast.Call):
            break
        call = inner
    return call


def _meta(node: ast.ClassDef) -> dict[str, ast.expr]:
    for statement in node.body:
        if isinstance(statement, ast.ClassDef) and statement.name == "Meta":
            return {
                target.id: one.value
                for one in statement.body
                if isinstance(one, ast.Assign)
                for target in one.targets
                if isinstance(target, ast.Name)
            }
    return {}


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
