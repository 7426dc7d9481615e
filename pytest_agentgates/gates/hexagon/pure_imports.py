"""HEX007 and HEX014: the domain model imports nothing but the standard library and itself."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.hexagon.components import ADAPTERS, MODELS, Role, fits_any
from pytest_agentgates.gates.hexagon.view import HexagonView
from pytest_agentgates.source.definition_facts import ClassFact
from pytest_agentgates.source.facts import FileFacts, ImportFact

_FRAMEWORKS = frozenset(
    {"sqlalchemy", "sqlmodel", "django", "rest_framework", "peewee", "pony", "tortoise", "mongoengine", "beanie"}
    | {"odmantic", "piccolo", "ormar", "gino", "pydantic", "pydantic_settings", "pydantic_core", "marshmallow"}
    | {"fastapi", "starlette", "litestar", "flask", "flask_sqlalchemy", "quart", "sanic", "falcon", "bottle", "tornado"}
    | {"aiohttp", "pyramid", "celery", "dramatiq", "strawberry", "graphene", "ariadne", "ninja", "elasticsearch_dsl"}
    | {"dependency_injector", "injector", "redis_om", "advanced_alchemy", "flask_login", "msgspec", "cattrs"}
)


def judge_purity(view: HexagonView) -> Iterator[Finding]:
    """One finding per line of an import; a base or a decorator counts where no line of its file tells already."""
    for path in view.components.files_of(*MODELS):
        facts = view.facts.file(path)
        told: set[str] = set()
        for fact in facts.imports:
            for outside in _outside(view, path, fact):
                told.add(outside.partition(".")[0])
                yield _imported(path, fact, outside)
                break
            else:
                yield from _inside(view, path, fact)
        yield from _used(view, facts, told)


def _outside(view: HexagonView, path: str, fact: ImportFact) -> Iterator[str]:
    """The names of an import that lead out of the project, and not into the standard library."""
    names = [f"{fact.target}.{name}" for name, _ in fact.names if name != "*"] or [fact.target]
    for name in names:
        if name.startswith(("?", ".")) or (fact.level and not view.facts.canonical(name, path)):
            continue
        where = view.facts.locate(name, path)
        meant = view.facts.canonical(name, path)
        if where is None and not _is_standard(meant):
            yield meant


def _is_standard(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names or name.startswith("builtins.")


def _imported(path: str, fact: ImportFact, outside: str) -> Finding:
    top = outside.partition(".")[0]
    if top in _FRAMEWORKS:
        message = f"the framework {top} in the domain model: `{fact.code}`"
        fix = "use dataclasses and plain functions in the model, and map to the framework in an adapter"
        return Finding("HEX007", message, path, fact.line, fact.column, fix, snippet=fact.code)
    message = f"the domain model imports {top}, which is not of the standard library: `{fact.code}`"
    fix = "do it with the standard library, or have the value handed over by an adapter behind a port"
    return Finding("HEX014", message, path, fact.line, fact.column, fix, snippet=fact.code)


def _inside(view: HexagonView, path: str, fact: ImportFact) -> Iterator[Finding]:
    """What a canonical model imports of the project outside its own model; adapters are told by HEX011."""
    if not view.components.canonical:
        return
    for edge in view.facts.graph.edges_from(path):
        if edge.fact is not fact or _is_own_model(view, path, (edge.imported,)):
            continue
        if view.components.role_of(edge.imported) in ADAPTERS or fits_any(edge.imported, view.options.shared):
            continue
        if edge.defined_in and _is_own_model(view, path, edge.defined_in):
            continue
        message = f"the domain model imports {edge.imported}, which is not its own model: `{fact.code}`"
        fix = "have what is needed handed over as an argument, or let the domain service ask for it"
        yield Finding("HEX014", message, path, fact.line, fact.column, fix, snippet=fact.code)
        return


def _is_own_model(view: HexagonView, path: str, others: Iterable[str]) -> bool:
    mapped = view.components
    inner = (*MODELS, Role.DOMAIN)
    return all(mapped.role_of(one) in inner and mapped.folder_of(one) == mapped.folder_of(path) for one in others)


def _used(view: HexagonView, facts: FileFacts, told: set[str]) -> Iterator[Finding]:
    """Bases and decorators of a framework that come by way of the project's own modules."""
    for fact in facts.classes:
        name = next((one for one in _names_around(view, facts, fact) if one.partition(".")[0] in _FRAMEWORKS), "")
        if name and name.partition(".")[0] not in told:
            message = (
                f"the class {fact.name} of the domain model is made by the framework {name.partition('.')[0]}: {name}"
            )
            fix = f"make {fact.name} a plain class or a dataclass, and map it to the framework in an adapter"
            yield Finding("HEX007", message, facts.path, fact.line, fact.column, fix, snippet=f"{fact.name}: {name}")


def _names_around(view: HexagonView, facts: FileFacts, fact: ClassFact) -> Iterator[str]:
    own_bases = view.facts.ancestors_of(facts.path, fact.qualified_name)
    yield from (base.name for base in own_bases if base.path is None)
    for base in own_bases:
        if base.fact is None and base.path is not None:
            yield from _made_from(view, base.path, base.name)
    yield from (view.facts.canonical(one.name, facts.path) for one in fact.decorators)


def _made_from(view: HexagonView, path: str, name: str) -> Iterator[str]:
    """`Base = declarative_base()`: what a module-level name of the project is made by."""
    last = name.rpartition(".")[2]
    for alias, meant in view.facts.outline(path).aliases:
        if alias == last:
            yield view.facts.canonical(meant, path)
