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

# Only a file with one of these words can import by a call or change where modules come from; a file that is not
# plain ASCII can spell them in other letters.
_TELLING = re.compile(rb"import_module|importlib|__import__|\bexec\b|\beval\b|runpy|pkgutil|addsitedir|__path__")
_TELLING_PAIR = (re.compile(rb"\bsys\b"), re.compile(rb"\bpath\b|\bmodules\b|\bmeta_path\b|\bpath_"))
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
        return _read(tree, text, (module, is_package), wants_details or _is_telling(source))
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


def _is_telling(source: bytes) -> bool:
    if not source.isascii() or _TELLING.search(source):
        return True
    return all(word.search(source) for word in _TELLING_PAIR)


def _with_calls(
    outline: Outline, details: Details, edits: tuple[PathEditFact, ...], text: SourceText, place: tuple[str, bool]
) -> Outline:
    dynamic = [(call, name) for call in details.calls for name in (call.name, *call.also) if _is_dynamic(name)]
    imports = [*outline.imports, *_imports_by_call(dynamic, text, place)]
    return replace(
        outline,
        imports=tuple(sorted(imports, key=lambda fact: (fact.line, fact.column))),
        dynamic=tuple(_dynamic(call, name, text) for call, name in dynamic),
        path_edits=edits,
    )


def _is_dynamic(name: str) -> bool:
    return name in _IMPORTERS or name in _MAKERS


def _dynamic(call: CallFact, name: str, text: SourceText) -> DynamicFact:
    return DynamicFact(name, _first_literal(call), call.within, call.line, call.column, text.code(call.line))


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
        target, level = _target(call, literal, place)
        yield ImportFact(
            target,
            literal,
            (),
            "",
            call.line,
            call.column,
            ImportKind.DYNAMIC,
            False,
            level,
            text.code(call.line),
        )


def _target(call: CallFact, literal: str, place: tuple[str, bool]) -> tuple[str, int]:
    """What a literal means: relative to `package` where it begins with dots or `level` says so."""
    plain = literal.lstrip(".").replace(":", ".").rstrip(".")
    level = len(literal) - len(literal.lstrip("."))
    given = {argument.keyword: argument for argument in call.arguments}
    if "level" in given and isinstance(given["level"].value, int):
        level = given["level"].value
    package = next((argument for argument in call.arguments[1:2] if argument.keyword in ("", "package")), None)
    if level and package is not None and isinstance(package.value, str):
        return absolute(package.value, True, level, plain), level
    return absolute(*place, level, plain), level
