"""Statements with a branch for each type of who is signed in, as `tenant_filter` judges them."""

# ruff: noqa: E501 - each shape is one line of source
from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.tenant_project import MAPPED, both_sides, judged, side_of

HEAD = """
from typing import Generic, Optional, TypeGuard, TypeVar, Union
from sqlalchemy import select
from models import Item, Order

S = TypeVar("S")

class Person:
    tenant_id: str

class Company:
    tenant_id: str

class Robot:
    tenant_id: str

class Signed(Generic[S]):
    subject: S

Either = Person | Company

def is_person(one: Signed[S]) -> TypeGuard[Signed[Person]]:
    return isinstance(one.subject, Person)

def is_company(one: Signed[S]) -> TypeGuard[Signed[Company]]:
    return isinstance(one.subject, Company)

def is_new(one) -> bool:
    return bool(one)

def of_both(s, who: Person | Company, other: Person, i: int):
    START

def of_union(s, who: Union[Person, Company], other: Person, i: int):
    START

def of_alias(s, who: Either, other: Person, i: int):
    START

def asked(s, who: TYPE, other: Person, i: int):
    """
START = "return s.scalars(select(Order).where(Order.tenant_id == who.tenant_id)).all()"
BY_CLASS = "q = select(Order).where(Order.id == i)\n    if isinstance(who, Person):\n        q = q.where(Order.tenant_id == who.tenant_id)\n    elif isinstance(who, Company):\n        q = q.where(Order.tenant_id == who.tenant_id)\n    return s.scalars(q).all()"
BY_GUARD = (
    BY_CLASS.replace("isinstance(who, Person)", "is_person(who)")
    .replace("isinstance(who, Company)", "is_company(who)")
    .replace("who.tenant_id", "who.subject.tenant_id")
)
AT_ONCE = "q = select(Order).where(Order.id == i)\n    if isinstance(who, (Person, Company)):\n        q = q.where(Order.tenant_id == who.tenant_id)\n    return s.scalars(q).all()"
TYPED = {
    "bar": (("Person | Company | Robot", BY_CLASS), ("Person | Company", BY_CLASS)),
    "union": (("Union[Person, Company, None]", BY_CLASS), ("Union[Person, Company]", BY_CLASS)),
    "optional": (("Optional[Either]", BY_CLASS), ("Either", BY_CLASS)),
    "guard": (("Signed[Person | Company | Robot]", BY_GUARD), ("Signed[Person | Company]", BY_GUARD)),
    "guard_of_alias": (("Signed[Either | Robot]", BY_GUARD), ("Signed[Either]", BY_GUARD)),
    "tuple": (("Person | Robot", AT_ONCE), ("Person | Company", AT_ONCE)),
    "no_type": (("object", BY_CLASS), ("Either", BY_CLASS)),
    "plain_function": (("Either", BY_CLASS.replace("isinstance(who, Company)", "is_new(who)")), ("Either", BY_CLASS)),
    "another_variable": (
        ("Either", BY_CLASS.replace("isinstance(who, Company)", "isinstance(other, Company)")),
        ("Either", BY_CLASS),
    ),
    "given_anew": (("Either", f"who = current()\n    {BY_CLASS}"), ("Either", BY_CLASS)),
    "and_more": (
        ("Either", BY_CLASS.replace("isinstance(who, Company)", "isinstance(who, Company) and i")),
        ("Either", BY_CLASS),
    ),
    "a_branch_without": (
        (
            "Either",
            BY_CLASS.replace(
                "elif isinstance(who, Company):\n        q = q.where(Order.tenant_id == who.tenant_id)",
                "elif isinstance(who, Company):\n        q = q.where(Order.number == 'a')",
            ),
        ),
        ("Either", BY_CLASS),
    ),
}
SOURCES = {
    name: (HEAD.replace("TYPE", old[0]) + old[1] + "\n", HEAD.replace("TYPE", new[0]) + new[1] + "\n")
    for name, (old, new) in TYPED.items()
}


@pytest.mark.parametrize(("source", "side"), both_sides(SOURCES))
def test_no_way_leads_past_tests_of_every_type(tmp_path: Path, source: str, side: str) -> None:
    assert side_of(judged(tmp_path, MAPPED, source.replace("START", START))) == side
