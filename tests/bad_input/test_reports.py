"""A JUnit report that is malformed or hostile is never read as a pass."""

from __future__ import annotations

import json
import sys
import time
from xml.sax.saxutils import quoteattr

import pytest

from pytest_agentgates.errors import CANNOT_JUDGE
from tests.gated_project import GatedProject

BOMB = """<?xml version="1.0"?>
<!DOCTYPE bomb [
<!ENTITY a0 "boom">
{entities}
]>
<testsuite tests="1"><testcase name="&a9;"/></testsuite>
""".format(entities="\n".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)))
OUTSIDE = """<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>
<testsuite tests="1"><testcase name="&file;"/></testsuite>
"""
NO_DTD = "the report junit.xml is not a plain XML document (a DTD is not read)"


@pytest.mark.parametrize(
    ("report", "message"),
    [
        pytest.param(BOMB, NO_DTD, id="entity bomb"),
        pytest.param(OUTSIDE, NO_DTD, id="external entity"),
        pytest.param(
            '<testsuite tests="1"><testcase name="a">',
            "the report junit.xml is not JUnit XML: no element found: line 1, column 40",
            id="cut off",
        ),
        pytest.param("All tests passed\n", NO_DTD, id="text"),
        pytest.param("", NO_DTD, id="empty"),
        pytest.param("<html/>", "the report junit.xml is not JUnit XML: Invalid format.", id="other XML"),
        pytest.param("<testsuites/>", "the report junit.xml holds no test", id="no test"),
    ],
)
def test_a_report_that_cannot_be_read(project: GatedProject, report: str, message: str) -> None:
    project.write("report.txt", report)
    configure(project, "import shutil; shutil.copy('report.txt', 'junit.xml')")
    start = time.monotonic()
    assert_error(project, message)
    assert time.monotonic() - start < 30


def test_a_report_that_is_not_written(project: GatedProject) -> None:
    configure(project, "pass")
    assert_error(project, "the report junit.xml was not written")


def test_a_report_of_an_earlier_run(project: GatedProject) -> None:
    project.write("junit.xml", '<testsuite tests="1"><testcase name="a"/></testsuite>')
    configure(project, "pass")
    assert_error(project, "the report junit.xml is from an earlier run")


def test_a_report_that_each_run_writes_anew_is_no_change_of_the_project(project: GatedProject) -> None:
    report = '<testsuite time="%s"><testcase name="a"/></testsuite>'
    configure(project, f"import time; open('junit.xml', 'w').write('{report}' % time.time_ns())")
    assert [project.gated("-q").ret for _ in range(2)] == [0, 0]


def test_names_in_a_report_drive_no_terminal(project: GatedProject) -> None:
    name = quoteattr("a\u009b2J\u202e")
    project.write("report.txt", f"<testsuite><testcase name={name}><failure/></testcase></testsuite>")
    configure(project, "import shutil; shutil.copy('report.txt', 'junit.xml')")
    result = project.agentgates("check", "--gate", "frontend")
    assert result.ret == 1
    assert all(line.isprintable() for line in result.stdout.lines)


def configure(project: GatedProject, code: str) -> None:
    """Make a gate of a command that runs Python code."""
    run = [sys.executable, "-c", code]
    project.configure(
        f'[tool.agentgates.gates.frontend]\ntype = "command"\nrun = {json.dumps(run)}\njunit = "junit.xml"\n'
    )


def assert_error(project: GatedProject, message: str) -> None:
    """The gate says why it could not judge, nobody shows a traceback, and the task stays."""
    before = (project.root / "docs/state/tasks.json").read_bytes()
    result = project.gated("-q")
    assert result.ret == CANNOT_JUDGE
    assert "T1: could not judge, the task stays as it is" in result.stdout.lines
    assert result.stderr.str() == ""
    assert "Traceback" not in result.stdout.str()
    gate = project.gate("frontend")
    assert (gate["status"], gate["message"].partition("\n")[0]) == ("error", message)
    assert [finding["rule"] for finding in gate["findings"]] == ["CMD003"]
    assert (project.root / "docs/state/tasks.json").read_bytes() == before
