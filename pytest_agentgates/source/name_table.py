"""What names mean at their place: through imports, assignments, annotations and scopes."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

UNKNOWN = ("?",)
_MOST_MEANINGS = 8
_LONGEST_NAME = 240
_DEEPEST = 120
_MOST_CUTS = 10_000
_BUILTINS = frozenset(dir(builtins))
_WRAPPERS = frozenset({"Optional", "Union", "Annotated", "Final", "ClassVar", "InitVar", "Required", "NotRequired"})
_DISPLAYS: dict[type[ast.expr], str] = {
    ast.JoinedStr: "str",
    ast.List: "list",
    ast.ListComp: "list",
    ast.Tuple: "tuple",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Set: "set",
    ast.SetComp: "set",
}


@dataclass(frozen=True, slots=True)
class InstanceOf:
    """What an annotated name is bound to: an instance of what the annotation names."""

    annotation: ast.expr


# A dotted name that is final, an expression whose meaning is looked up later, or None for what nobody knows.
Binding = str | ast.expr | InstanceOf | None


@dataclass(eq=False, slots=True)
class NameTable:
    """The names of one scope; `attributes` are what `self.` is given in a class."""

    module: str
    qualified_name: str = ""
    parent: NameTable | None = None
    is_class: bool = False
    is_function: bool = False
    is_generator: bool = False
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    attributes: dict[str, list[tuple[Binding, NameTable]]] = field(default_factory=dict)
    outer: set[str] = field(default_factory=set)
    stars: list[str] = field(default_factory=list)
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)
    cuts: int = 0

    def bind(self, name: str, meaning: Binding) -> None:
        """Note one more thing that a name is bound to."""
        table = self.top if name in self.outer else self
        table.bindings.setdefault(name, []).append(meaning)

    @property
    def top(self) -> NameTable:
        """The table of the module."""
        table = self
        while table.parent is not None:
            table = table.parent
        return table

    @property
    def dotted(self) -> str:
        """The name of the scope, from the top."""
        return ".".join(part for part in (self.module, self.qualified_name) if part)


def meanings(node: ast.expr, table: NameTable, depth: int = 0) -> tuple[str, ...]:
    """Every dotted name that an expression may stand for, the likeliest first."""
    if depth > _DEEPEST:
        table.top.cuts += 1
        return UNKNOWN
    if isinstance(node, ast.Name):
        return _meanings_of_name(node.id, table, depth)
    if isinstance(node, ast.Attribute):
        return _of_attribute(node, table, depth)
    suffix = _SUFFIXES.get(type(node))
    if suffix is not None:
        inner = node.func if isinstance(node, ast.Call) else node.value  # type: ignore[attr-defined]  # by _SUFFIXES
        return _unique(base + suffix for base in meanings(inner, table, depth + 1))
    return _of_value(node, table, depth)


def written(node: ast.expr) -> str:
    """An expression as a short dotted text: `self.repo.add`, `Path().open`, `rows[].name`."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append("." + node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            parts.append("()")
            node = node.func
        elif isinstance(node, ast.Subscript):
            parts.append("[]")
            node = node.value
        else:
            parts.append(node.id if isinstance(node, ast.Name) else "?")
            return "".join(reversed(parts))[-_LONGEST_NAME:]


def types_in(annotation: ast.expr) -> Iterator[ast.expr]:
    """The types that an annotation allows, without `Optional`, `Annotated`, `| None` and quotes."""
    if isinstance(annotation, ast.BinOp):
        yield from types_in(annotation.left)
        yield from types_in(annotation.right)
    elif isinstance(annotation, ast.Constant):
        if isinstance(annotation.value, str):
            yield from types_in(unquoted(annotation.value))
    elif isinstance(annotation, ast.Subscript):
        yield from _types_in_subscript(annotation)
    else:
        yield annotation


def unquoted(text: str) -> ast.expr:
    """The expression in a quoted annotation; a constant where there is none."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Constant(None)


_SUFFIXES: dict[type[ast.expr], str] = {ast.Call: "()", ast.Subscript: "[]", ast.Await: "", ast.NamedExpr: ""}


def _meanings_of_name(name: str, table: NameTable, depth: int) -> tuple[str, ...]:
    top = table.top
    home = _home_of(name, top if name in table.outer else table)
    if home is None:
        return _of_free_name(name, top)
    if name not in home.pending:
        bound = [(meaning, home) for meaning in reversed(home.bindings[name])]
        return _looked_up(name, home, bound, depth) or UNKNOWN
    top.cuts += 1  # `now: now`, `x = x`: the name on the right is that of a scope further out
    further = None if home.parent is None else _home_of(name, home.parent)
    return () if further is None else _meanings_of_name(name, further, depth)


def _looked_up(key: str, home: NameTable, bound: list[tuple[Binding, NameTable]], depth: int) -> tuple[str, ...]:
    """What all of these stand for; what was cut short because it leads back to itself is not remembered."""
    if key in home.known:
        return home.known[key]
    top = home.top
    if key in home.pending:
        top.cuts += 1
        return ()
    home.pending.add(key)
    cuts = top.cuts
    found = _unique(one for meaning, place in bound for one in _of_binding(meaning, place, depth))
    home.pending.discard(key)
    if not depth or top.cuts == cuts or top.cuts > _MOST_CUTS:
        home.known[key] = found
    return found


def _home_of(name: str, table: NameTable) -> NameTable | None:
    """The scope that binds a name; a class body is not seen from the functions in it."""
    here: NameTable | None = table
    while here is not None:
        if name in here.bindings and (not here.is_class or here is table):
            return here
        here = here.parent
    return None


def _of_free_name(name: str, top: NameTable) -> tuple[str, ...]:
    starred = [f"{module}.{name}" for module in reversed(top.stars)]
    own = [f"builtins.{name}"] if name in _BUILTINS else []
    if name == "__path__":
        own = [f"{top.dotted}.__path__"]
    return _unique([*own, *starred] or UNKNOWN)


def _of_binding(meaning: Binding, home: NameTable, depth: int) -> tuple[str, ...]:
    if meaning is None:
        return UNKNOWN
    if isinstance(meaning, str):
        return (meaning,)
    if isinstance(meaning, InstanceOf):
        found = [meanings(one, home, depth + 1) for one in types_in(meaning.annotation)]
        return _unique(f"{name}()" for names in found for name in names if name != "?") or UNKNOWN
    return meanings(meaning, home, depth + 1)


def _of_attribute(node: ast.Attribute, table: NameTable, depth: int) -> tuple[str, ...]:
    found: list[str] = []
    for base in meanings(node.value, table, depth + 1):
        found.extend(_of_own_attribute(base, node.attr, table, depth) or [f"{base}.{node.attr}"])
    return _unique(found)


def _of_own_attribute(base: str, name: str, table: NameTable, depth: int) -> list[str]:
    """What `self.name` was given in the class around; nothing where it was given nothing that is known."""
    here: NameTable | None = table if base.endswith("()") else None
    while here is not None and not (here.is_class and base == f"{here.dotted}()"):
        here = here.parent
    if here is None or name not in here.attributes:
        return []
    found = _looked_up(f".{name}", here, here.attributes[name], depth + 1)
    return [one for one in found if not one.startswith("?")]


def _of_value(node: ast.expr, table: NameTable, depth: int) -> tuple[str, ...]:
    if isinstance(node, ast.IfExp):
        choices = [node.body, node.orelse]
    elif isinstance(node, ast.BoolOp):
        choices = node.values
    elif isinstance(node, ast.Constant):
        return (f"builtins.{type(node.value).__name__}()",)
    else:
        display = _DISPLAYS.get(type(node))
        return (f"builtins.{display}()",) if display else UNKNOWN
    return _unique(one for choice in choices for one in meanings(choice, table, depth + 1))


def _unique(found: Iterable[str]) -> tuple[str, ...]:
    """Each once, what is known before what is not, and no more than a few."""
    short = dict.fromkeys(one if len(one) <= _LONGEST_NAME else "?" for one in found)
    if len(short) == 1:
        return tuple(short)
    known = [one for one in short if not one.startswith("?")]
    return tuple(known or short)[:_MOST_MEANINGS]


def _types_in_subscript(annotation: ast.Subscript) -> Iterator[ast.expr]:
    outer = annotation.value
    name = outer.attr if isinstance(outer, ast.Attribute) else getattr(outer, "id", "")
    if name not in _WRAPPERS:
        yield outer
        return
    inside = annotation.slice
    elements = inside.elts if isinstance(inside, ast.Tuple) else [inside]
    for element in elements[:1] if name == "Annotated" else elements:
        yield from types_in(element)
