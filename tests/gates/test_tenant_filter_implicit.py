"""Managers that add the tenant to every query: one advice for the project, what begins at them is left to run time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.tenant_project import DJANGO, judged, left

MANAGER = """
from contextvars import ContextVar

current = ContextVar("tenant")

class Scoped(models.Manager):
    def get_queryset(self):
BODY

class Note(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    OBJECTS
"""
ALWAYS = "        return super().get_queryset().filter(tenant_id=current.get())"
SOMETIMES = """        found = super().get_queryset()
        if current.get(None) is not None:
            found = found.filter(tenant_id=current.get())
        return found"""
NEVER = "        return super().get_queryset().exclude(pk=0)"
ASKED = """
from models import Note

def notes(t, i):
    return Note.objects.FILTER.count()
"""


def models(body: str = ALWAYS, objects: str = "objects = Scoped()") -> str:
    return DJANGO + MANAGER.replace("BODY", body).replace("OBJECTS", objects)


@pytest.mark.parametrize(("query", "count"), [("filter(pk=i)", 1), ("all()", 1), ("filter(tenant_id=t)", 0)])
def test_a_manager_that_adds_the_tenant_gets_one_advice(tmp_path: Path, query: str, count: int) -> None:
    result = judged(tmp_path, models(), ASKED.replace("FILTER", query))
    assert [(one.rule, str(one.severity), one.path) for one in result.findings] == [("TEN001", "warning", "models.py")]
    assert "is given the tenant here" in result.findings[0].message
    assert (str(result.status), left(result)) == ("pass", count)


def test_a_manager_that_adds_it_in_one_branch_is_found(tmp_path: Path) -> None:
    result = judged(tmp_path, models(SOMETIMES), ASKED.replace("FILTER", "filter(pk=i)"))
    assert [one.rule for one in result.findings if str(one.severity) == "error"] == ["TEN002"]
    assert result.findings[0].path == "models.py"


@pytest.mark.parametrize(
    "text",
    [models(NEVER), models(objects="objects = models.Manager()\n    scoped_manager = Scoped()")],
    ids=["other_filter", "not_the_default"],
)
def test_other_managers_add_nothing(tmp_path: Path, text: str) -> None:
    found = judged(tmp_path, text, ASKED.replace("FILTER", "filter(pk=i)")).findings
    assert [(one.rule, one.path) for one in found] == [("TEN001", "app.py")]


def test_the_manager_of_django_scopes_counts(tmp_path: Path) -> None:
    text = "from django_scopes import ScopedManager\n" + models(objects='objects = ScopedManager(tenant="tenant")')
    result = judged(tmp_path, text, ASKED.replace("FILTER", "filter(pk=i)"))
    assert [str(one.severity) for one in result.findings] == ["warning"]
    assert left(result) == 1


def test_an_inherited_manager_counts(tmp_path: Path) -> None:
    text = models().replace("class Note(models.Model):", "class Owned(models.Model):")
    text += "\n    class Meta:\n        abstract = True\n\nclass Note(Owned):\n    number = models.TextField()\n"
    result = judged(tmp_path, text, ASKED.replace("FILTER", "filter(pk=i)"))
    assert [str(one.severity) for one in result.findings] == ["warning"]
    assert left(result) == 1
