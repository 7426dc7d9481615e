"""What lets a query see all tenants is counted in the evidence, needs a reason, and counts only from the base."""

from __future__ import annotations

import pytest

from tests.gated_project import GatedProject

GATE = """
[tool.agentgates.gates.tenant_filter]
owned = { orders = "tenant_id" }
"""
CONFIGURED = """
[[tool.agentgates.waivers]]
rule = "TEN001"
path = "src/old.py"
reason = "reviewed in May"
"""
MARKS = '''"""Marks."""


def cross_tenant(reason):
    """Mark a sweep."""
    return lambda function: function
'''
SWEEP = """from marks import cross_tenant


@cross_tenant(reason="nightly")
def {name}(cursor):
    cursor.execute("SELECT * FROM orders WHERE status = 'old'")
"""
LEAK = 'def {name}(cursor):\n    cursor.execute("SELECT id FROM orders WHERE status = %s", ("x",)){comment}\n'
COMMENT = "  # agentgates: ignore[TEN001] agreed"


@pytest.fixture
def project(pytester: pytest.Pytester) -> GatedProject:
    """A project whose base has a mark, a comment and a configured waiver."""
    project = GatedProject(pytester)
    project.configure(GATE + CONFIGURED)
    project.write("src/marks.py", MARKS)
    project.write("src/sweep.py", SWEEP.format(name="sweep"))
    project.write("src/waived.py", LEAK.format(name="waived", comment=COMMENT))
    project.write("src/old.py", LEAK.format(name="old", comment=""))
    project.commit()
    return project


def problems(project: GatedProject) -> list[tuple[str, str]]:
    """What the run says of waivers, in its output and in the evidence."""
    ran = project.gated("--agent-base", "HEAD")
    findings = project.gate("config")["findings"]
    assert all(finding["message"] in ran.stdout.str() for finding in findings)
    assert (ran.ret == 1) == bool(findings)
    assert not findings or project.status() != "completed"
    return [(finding["path"], finding["message"]) for finding in findings if finding["rule"] == "AGT001"]


def test_what_the_base_has_counts_and_is_counted(project: GatedProject) -> None:
    assert problems(project) == []
    assert project.gate("tenant_filter")["status"] == "pass"
    assert project.gate("config")["message"].startswith("3 waivers")
    assert project.gate("config")["facts"] == {
        "waivers": {"comment": 1, "configured": 1, "@cross_tenant": 1},
        "not_in_base": 0,
    }


def test_each_one_more_is_named_and_held(project: GatedProject) -> None:
    project.write("src/new_mark.py", SWEEP.format(name="other"))
    project.write("src/sweep.py", SWEEP.format(name="sweep") + SWEEP.format(name="again"))
    project.write("src/new_comment.py", LEAK.format(name="new", comment=COMMENT))
    project.write("src/waived.py", "\n".join(LEAK.format(name=name, comment=COMMENT) for name in ("a", "b")))
    project.write("src/newer.py", LEAK.format(name="new", comment=""))
    project.configure(CONFIGURED.replace("old.py", "newer.py"))
    found = problems(project)
    mark, rule = (f"the waiver of {name} is not in the base" for name in ("@cross_tenant", "TEN001"))
    assert sorted((path, message.partition(",")[0]) for path, message in found) == [
        ("pyproject.toml", rule),
        ("src/new_comment.py", rule),
        ("src/new_mark.py", mark),
        ("src/sweep.py", mark),
        ("src/waived.py", rule),
    ]
    assert project.gate("config")["facts"]["not_in_base"] == 5
    unwaived = {one["path"] for one in project.gate("tenant_filter")["findings"] if not one["waived"]}
    assert unwaived == {"src/new_comment.py", "src/newer.py", "src/waived.py"}


def test_a_mark_without_a_reason_exempts_nothing(project: GatedProject) -> None:
    marks = ("@cross_tenant", "@cross_tenant()", '@cross_tenant(reason=" ")')
    given = '@cross_tenant(reason="nightly")'
    sweeps = (SWEEP.format(name=f"sweep_{number}").replace(given, mark) for number, mark in enumerate(marks))
    project.write("src/sweep.py", "\n".join(sweeps))
    project.commit()
    assert problems(project) == [("src/sweep.py", "the waiver of @cross_tenant gives no reason")] * 3
    findings = project.gate("tenant_filter")["findings"]
    assert [one["path"] for one in findings if not one["waived"]] == ["src/sweep.py"] * 3


def test_marks_of_a_project_that_judges_no_tenants_are_its_own_business(pytester: pytest.Pytester) -> None:
    project = GatedProject(pytester)
    project.commit()
    project.write("src/marks.py", MARKS)
    project.write("src/sweep.py", SWEEP.format(name="sweep"))
    assert problems(project) == []
