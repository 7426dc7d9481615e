"""Makes facts of the bytes of one Python file, without importing anything.

`read_outline_of` is enough for the graph of imports and costs little more than the parser;
`read_all` adds definitions, calls and references.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pytest_agentgates.source.definition_facts import ArgumentFact
from pytest_agentgates.source.facts import (
    CallFact,
    Details,
    DynamicFact,
    ImportFact,
    ImportKind,
    Outline,
    PathEditFact,
    Problem,
)
from pytest_agentgates.source.import_statements import absolute
from pytest_agentgates.source.read_details import read_details
from pytest_agentgates.source.read_outline import read_outline
from pytest_agentgates.source.source_text import SourceText, decode

# Only a file with one of these words can import by a call, make code, or change where modules come from.
_TELLING = ("import_module", "importlib", "__import__", "runpy", "pkgutil", "addsitedir", "__path__")
_TELLING_PARTS = (
    ("exec", re.compile(r"exec\b(?<!\wexec)")),
    ("eval", re.compile(r"eval\b(?<!\weval)")),
    ("compile", re.compile(r"compile\b(?<![\w.]compile)|builtins")),
    # `import sys` and `sys.argv` are harmless; `import sys as s`, `s = sys` and `getattr(sys, ...)` may not be.
    ("sys", re.compile(r"sys\b(?<!\wsys)(?<!\bimport sys)(?!\.(?!path|modules|meta_path|_)\w)")),
    ("import sys", re.compile(r"import sys\b(?![ \t]*(?:[\n,;#]|\Z))")),
)
_MAKERS = frozenset({"builtins.exec", "builtins.eval", "builtins.compile"})
_IMPORTERS = frozenset(
    {
        "builtins.__import__",
        "importlib.__import__",
        "importlib.import_module",
        "importlib.util.find_spec",
        "importlib.util.spec_from_file_location",
        "importlib.machinery.SourceFileLoader",
        "pkgutil.resolve_name",
        "runpy.run_module",
        "runpy.run_path",
    }
)
_DOTTED_NAME = re.compile(r"\.*\w+(?:\.\w+)*(?::[\w.]*)?\Z")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file says; `details` is None where nobody asked and nothing in the file made it necessary."""

    outline: Outline
    details: Details | None


def read_file(source: bytes, module: str, *, is_package: bool = False, wants_details: bool = True) -> Reading:
    """Parse one file; what cannot be parsed becomes the outline's problem."""
    try:
        text = decode(source)
        if b"\0" in source:
            return _unread("there is a null byte in the file", source[: source.index(b"\0")].count(b"\n") + 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.text)
        return _read(tree, text, (module, is_package), wants_details or _is_telling(text))
    except SyntaxError as error:
        return _unread(error.msg, error.lineno or 0, error.offset or 0)
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        return _unread(f"byte 0x{source[error.start]:02x} is not {error.encoding}", line)
    except (RecursionError, MemoryError):
        return _unread("it is nested more deeply than the parser can follow", 0)
    except ValueError as error:
        return _unread(str(error), 0)


def _read(tree: ast.Module, text: SourceText, place: tuple[str, bool], wants_details: bool) -> Reading:
    outline = read_outline(tree, text, *place)
    if not wants_details:
        return Reading(outline, None)
    details, edits = read_details(tree, text, *place)
    return Reading(_with_calls(outline, details, edits, text, place), details)


def _unread(message: str, line: int, column: int = 0) -> Reading:
    return Reading(Outline(problem=Problem(message, line, column)), Details())


def _is_telling(text: SourceText) -> bool:
    plain = text.plain
    if any(word in plain for word in _TELLING):
        return True
    return any(word in plain and pattern.search(plain) is not None for word, pattern in _TELLING_PARTS)


def _with_calls(
    outline: Outline, details: Details, edits: tuple[PathEditFact, ...], text: SourceText, place: tuple[str, bool]
) -> Outline:
    dynamic = [(call, name) for call in details.calls for name in (call.name, *call.also) if _is_dynamic(name)]
    imports = [*outline.imports, *_imports_by_call(dynamic, text, place)]
    return replace(
        outline,
        imports=tuple(sorted(imports, key=lambda fact: (fact.line, fact.column))),
        dynamic=tuple(_dynamic(call, name, text, place) for call, name in dynamic),
        path_edits=edits,
    )


def _is_dynamic(name: str) -> bool:
    return name in _IMPORTERS or name in _MAKERS


def _dynamic(call: CallFact, name: str, text: SourceText, place: tuple[str, bool]) -> DynamicFact:
    literal = _first_literal(call)
    if name in _IMPORTERS and literal is not None and _target(call, name, literal, place) is None:
        literal = None
    return DynamicFact(name, literal, call.within, call.line, call.column, text.code(call.line))


def _first_literal(call: CallFact) -> str | None:
    first = next((argument for argument in call.arguments if argument.keyword in ("", "name", "mod_name")), None)
    return first.value if first is not None and first.is_literal and isinstance(first.value, str) else None


def _imports_by_call(
    dynamic: list[tuple[CallFact, str]], text: SourceText, place: tuple[str, bool]
) -> Iterator[ImportFact]:
    for call, name in dynamic:
        literal = _first_literal(call)
        if name not in _IMPORTERS or literal is None or not _DOTTED_NAME.match(literal):
            continue
        found = _target(call, name, literal, place)
        if found is None:
            continue
        target, level = found
        names = _names_from(call) if name.endswith("__import__") else ()
        where = (call.line, call.column, ImportKind.DYNAMIC, False, level, text.code(call.line))
        yield ImportFact(target, literal, names, "", *where)


def _target(call: CallFact, name: str, literal: str, place: tuple[str, bool]) -> tuple[str, int] | None:
    """What a literal means, and its level; None where it is relative to a package that nobody can tell."""
    plain = literal.lstrip(".").replace(":", ".").rstrip(".")
    level = len(literal) - len(literal.lstrip("."))
    if name.endswith("__import__"):
        given = _argument(call, 4, "level")
        level = given.value if given is not None and isinstance(given.value, int) else level
        return absolute(*place, level, plain), level
    package = _argument(call, 1, "package")
    if not level or package is None:
        return absolute(*place, level, plain), level
    if package.name == "builtins.__package__":
        return absolute(*place, level, plain), level
    base = place[0] if package.name == "builtins.__name__" else package.value
    return (absolute(base, True, level, plain), level) if isinstance(base, str) else None


def _argument(call: CallFact, index: int, keyword: str) -> ArgumentFact | None:
    given = call.arguments[index : index + 1]
    named = (argument for argument in call.arguments if argument.keyword == keyword)
    return given[0] if given and not given[0].keyword else next(named, None)


def _names_from(call: CallFact) -> tuple[tuple[str, str], ...]:
    """The `fromlist`: it imports submodules too."""
    given = _argument(call, 3, "fromlist")
    literals = () if given is None else given.literals
    return tuple((name, name) for name in literals if isinstance(name, str) and name.isidentifier())
