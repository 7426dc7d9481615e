"""What a broken contract consists of, read from what import-linter keeps about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

UNKNOWN_LINE = 0


@dataclass(frozen=True)
class Link:
    """One module imports another; `line` counts from 1, `UNKNOWN_LINE` where it is not known."""

    importer: str
    imported: str
    line: int


@dataclass(frozen=True)
class Break:
    """One way in which a contract is broken: `what` in words, and the chain of imports that leads there.

    Without links, `module` is what it is about.
    """

    what: str
    links: tuple[Link, ...] = ()
    module: str = ""


def breaks_of(contract: Mapping[str, Any]) -> tuple[Break, ...]:
    """Each break of a broken contract; for kinds of contracts that are not known, the text printed for it."""
    metadata = contract["metadata"]
    try:
        found = tuple(found for key, read in _SHAPES.items() if metadata.get(key) for found in read(metadata[key]))
    except (KeyError, TypeError, AttributeError, IndexError, ValueError):
        found = ()
    return found or (Break(str(contract["text"]).strip() or "no details are given"),)


def _forbidden_chains(invalid: list[dict[str, Any]]) -> Iterator[Break]:
    """Contracts `forbidden` and `independence`."""
    for pair in invalid:
        what = f"{pair['downstream_module']} must not import {pair['upstream_module']}"
        for chain in pair["chains"]:
            yield from _chains(what, chain)


def _wrong_way(invalid: list[dict[str, Any]]) -> Iterator[Break]:
    """Contracts `layers`."""
    for pair in invalid:
        what = f"{pair['importer']} must not import {pair['imported']}"
        for route in pair["routes"]:
            yield from _chains(what, route)


def _undeclared(modules: list[str]) -> Iterator[Break]:
    """Contracts `layers` that are exhaustive."""
    for module in modules:
        yield Break(f"{module} is not listed as a layer, and the contract is exhaustive", module=module)


def _protected(invalid: list[dict[str, Any]]) -> Iterator[Break]:
    """Contracts `protected`."""
    for package in invalid:
        for link in package["illegal_links"]:
            what = f"{link['importer']} is not among the allowed importers of {package['top_level_module']}"
            yield Break(what, (_link(link),))


def _cycles(packages: dict[str, list[dict[str, Any]]]) -> Iterator[Break]:
    """Contracts `acyclic_siblings`, with the lines that the runner added."""
    for package, links in packages.items():
        for link in links:
            yield Break(f"the modules of {package} import each other in a circle", (_link(link),))


_SHAPES: Mapping[str, Callable[[Any], Iterator[Break]]] = {
    "invalid_chains": _forbidden_chains,
    "invalid_dependencies": _wrong_way,
    "undeclared_modules": _undeclared,
    "illegal_imports": _protected,
    "cycles": _cycles,
}


def _chains(what: str, data: list[dict[str, Any]] | dict[str, Any]) -> Iterator[Break]:
    """A plain chain, or one whose first and last link have siblings that lead to the same end."""
    if isinstance(data, list):
        yield Break(what, tuple(_link(link) for link in data))
        return
    first, *rest = (_link(link) for link in data["chain"])
    for head in (first, *(_link(link) for link in data["extra_firsts"])):
        yield Break(what, (head, *rest))
    for tail in data["extra_lasts"]:
        yield Break(what, (first, *rest[:-1], _link(tail)))


def _link(data: Mapping[str, Any]) -> Link:
    known = [line for line in data["line_numbers"] if line is not None and line > 0]
    return Link(str(data["importer"]), str(data["imported"]), min(known, default=UNKNOWN_LINE))
