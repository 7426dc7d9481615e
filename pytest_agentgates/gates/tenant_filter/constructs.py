"""Functions that build queries: `select`, `update`, `exists`, `Q`, `get_object_or_404`, and what joins predicates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter.arguments import Arguments
from pytest_agentgates.gates.tenant_filter.combine import choices, conjunction, flat
from pytest_agentgates.gates.tenant_filter.documents import operation
from pytest_agentgates.gates.tenant_filter.frame import Frame, queries_in
from pytest_agentgates.gates.tenant_filter.lookups import lookups
from pytest_agentgates.gates.tenant_filter.predicates import negated, one_of
from pytest_agentgates.gates.tenant_filter.values import (
    EXPRESSION,
    PLAIN,
    UNKNOWN,
    Column,
    Entity,
    Items,
    Plain,
    Predicate,
    Query,
    Source,
    Sql,
    Subquery,
    Thing,
    Use,
)


def construct(frame: Frame, name: str, given: Arguments) -> Thing | None:
    """What a function of a query library gives, None where it is none."""
    found = _CONSTRUCTS.get(name)
    return found(frame, given) if found is not None else None


def uses_of(things: Sequence[Thing], line: int) -> list[Use]:
    """The entities that selected things are or belong to."""
    found: list[Use] = []
    for thing in (one for held in things for one in flat(held)):
        if isinstance(thing, Entity) or (isinstance(thing, Column) and thing.key):
            found.append(Use(thing.ref, thing.key, line))
        elif isinstance(thing, Subquery):
            found.append(Use(thing.ref, "", line, thing.query))
    return found


def select(frame: Frame, given: Arguments) -> Query:
    """`select(...)` and `session.query(...)`; an inner query is one of its own."""
    for thing in given.values:
        for query in queries_in(thing):
            frame.nest(query)
    uses = uses_of(given.values, given.line)
    is_known = uses or not given.is_open
    query = Query((), (), given.line, "sqlalchemy", is_open=not is_known).using(*uses)
    return replace(query, selected=uses[0].ref if uses else "")


def _write(verb: str) -> Callable[[Frame, Arguments], Thing | None]:
    def build(_frame: Frame, given: Arguments) -> Thing | None:
        entity = given.values[0] if given.values else None
        if not isinstance(entity, Entity):
            return None
        return Query((Use(entity.ref, entity.key, given.line),), (), given.line, "sqlalchemy", verb)

    return build


def _exists(frame: Frame, given: Arguments) -> Thing:
    first = given.values[0] if given.values else UNKNOWN
    for one in choices(first):
        if isinstance(one, Query):
            frame.nest(one)
    if queries_in(first):
        return Predicate()
    return replace(select(frame, given), style="exists")


def _and(_frame: Frame, given: Arguments) -> Thing:
    found = conjunction(list(given.every))
    return replace(found, is_open=found.is_open or given.is_open)


def _or(_frame: Frame, given: Arguments) -> Thing:
    return Predicate(is_open=True) if given.is_open else one_of(list(given.every))


def _not(frame: Frame, given: Arguments) -> Thing:
    return negated(frame, given.values[0]) if given.values else Predicate()


def _alias(_frame: Frame, given: Arguments) -> Thing | None:
    first = given.values[0] if given.values else None
    source = next((one for one in given.values[1:] if isinstance(one, Subquery)), None)
    if source is not None:
        return source
    if isinstance(first, Entity):
        return Entity(first.key, f"{first.key}@{given.line}:{given.node.col_offset}")
    return first if isinstance(first, Subquery) else None


def _same(_frame: Frame, given: Arguments) -> Thing:
    return given.values[0] if given.values else UNKNOWN


def _annotated(_frame: Frame, given: Arguments) -> Thing | None:
    """`foreign(Order.number)` and `remote(...)`: the column itself."""
    first = given.values[0] if given.values else None
    return first if isinstance(first, Column) else None


def _cast(_frame: Frame, given: Arguments) -> Thing:
    return next((one for one in given.values if isinstance(one, (Column, Predicate, Query))), UNKNOWN)


def _union(_frame: Frame, given: Arguments) -> Thing:
    parts = tuple(query for one in given.values for query in queries_in(one))
    return Query((), (), given.line, "sqlalchemy", parts=parts, is_open=given.is_open or not parts)


def _q(_frame: Frame, given: Arguments) -> Thing:
    """Django's Q without its class: the look-ups are kept until a query takes them."""
    named = Items(tuple(given.named.values()), tuple(given.named), given.is_open)
    return Items((named, *given.values), ("Q",)) if given.named else conjunction(list(given.values))


def _django_exists(frame: Frame, given: Arguments) -> Thing:
    for one in given.values:
        for query in queries_in(one):
            frame.nest(query)
    return Predicate()


def _subquery(_frame: Frame, given: Arguments) -> Thing:
    return next((query for one in given.values for query in queries_in(one)), UNKNOWN)


def _criteria(_frame: Frame, given: Arguments) -> Thing:
    """`with_loader_criteria(Order, Order.tenant_id == t)`: a condition on each use of a class."""
    condition = given.values[1] if len(given.values) > 1 else UNKNOWN
    is_known = isinstance(given.values[0], Entity) and isinstance(condition, Predicate) if given.values else False
    return condition if is_known else Predicate(is_open=True)


def _same_row(_frame: Frame, given: Arguments) -> Thing:
    """Django's F: a column of the row itself, whose entity only the query knows."""
    first = given.values[0] if given.values else None
    return Column("", first.text) if isinstance(first, Sql) else UNKNOWN


def _attribute_of(_frame: Frame, given: Arguments) -> Thing | None:
    """`getattr(Order, "tenant_id")`; the name of any other column is not known."""
    entity, name = (*given.values, None, None)[:2]
    if not isinstance(entity, Entity):
        return None
    return Column(entity.ref, name.text if isinstance(name, Sql) else EXPRESSION, entity.key)


def _get_or_404(frame: Frame, given: Arguments) -> Thing | None:
    first = given.values[0] if given.values else None
    if isinstance(first, Entity):
        first = Query((Use(first.ref, first.key, given.line),), (), given.line, "django", selected=first.ref)
    if not isinstance(first, Query):
        return None
    return frame.demand(first.where(lookups(frame, first, given, skip=1)))


def _prefetch(_frame: Frame, _given: Arguments) -> Thing:
    return PLAIN


def _text(_frame: Frame, given: Arguments) -> Thing | None:
    first = given.values[0] if given.values else None
    return first if isinstance(first, Sql) else None


def _outer(_frame: Frame, _given: Arguments) -> Thing:
    return Plain(Source.UNKNOWN, "outer")


LOADERS = frozenset(
    {
        "joinedload",
        "selectinload",
        "subqueryload",
        "lazyload",
        "immediateload",
        "raiseload",
        "noload",
        "defaultload",
        "contains_eager",
        "load_only",
        "defer",
        "undefer",
        "undefer_group",
        "with_expression",
        "selectin_polymorphic",
        "Load",
    }
)
_CONSTRUCTS: dict[str, Callable[[Frame, Arguments], Thing | None]] = {
    "select": select,
    "update": _write("update"),
    "delete": _write("delete"),
    "exists": _exists,
    "and_": _and,
    "or_": _or,
    "not_": _not,
    "aliased": _alias,
    "alias": _alias,
    "col": _same,
    "foreign": _annotated,
    "remote": _annotated,
    "coalesce": lambda _frame, _given: UNKNOWN,
    "cast": _cast,
    "type_coerce": _cast,
    "union": _union,
    "union_all": _union,
    "intersect": _union,
    "except_": _union,
    "Q": _q,
    "Exists": _django_exists,
    "F": _same_row,
    "with_loader_criteria": _criteria,
    "getattr": _attribute_of,
    "tuple_": lambda _frame, given: Items(given.values, is_open=given.is_open),
    "any_": lambda _frame, given: Items(given.values, is_open=given.is_open),
    "true": lambda _frame, _given: Predicate(),
    "Subquery": _subquery,
    "OuterRef": _outer,
    "Prefetch": _prefetch,
    "get_object_or_404": _get_or_404,
    "aget_object_or_404": _get_or_404,
    "get_list_or_404": _get_or_404,
    "text": _text,
    **dict.fromkeys(
        ("UpdateOne", "UpdateMany", "DeleteOne", "DeleteMany", "ReplaceOne"), lambda _frame, given: operation(given)
    ),
    **dict.fromkeys(LOADERS, lambda _frame, _given: PLAIN),
    "literal_column": lambda _frame, _given: PLAIN,
}
