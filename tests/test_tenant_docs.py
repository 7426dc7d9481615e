"""What docs/gates.md says of adopting the tenant gates, and shows of the one at run time, is executed here."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.gated_project import GatedProject

PAGE = (Path(__file__).parent.parent / "docs" / "gates.md").read_text(encoding="utf-8")
GATE = """base = "main"

[tool.agentgates.gates.tenant_filter]
owned = { orders = "tenant_id" }
"""
LEAK = "def {name}(cursor):\n    cursor.execute(\"SELECT id FROM orders WHERE status = '{status}'\")\n"
OLD = LEAK.format(name="first", status="new") + "\n\n" + LEAK.format(name="second", status="old")


def section(heading: str) -> str:
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def blocks(text: str, language: str) -> list[str]:
    fenced = re.findall(r"^```(\S*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [content for name, content in fenced if name == language]


@pytest.fixture
def adopted(pytester: pytest.Pytester) -> GatedProject:
    """An old project in which the commands of the page were typed."""
    project = GatedProject(pytester)
    project.configure(GATE)
    project.write(".gitignore", "/stdout\n/stderr\n/runpytest-*\n.cache/\n")
    project.write("src/old.py", OLD)
    project.commit()
    (console,) = blocks(section("### Adopting it in an old code base"), "console")
    *typed, shown = console.splitlines()
    project.git("config", "user.name", "ann")
    project.git("config", "user.email", "ann@example.org")
    for line in typed:
        program, *arguments = shlex.split(line.removeprefix("$ "))
        if program == "git":
            subprocess.run([program, *arguments], cwd=project.root, check=True)
        else:
            ran = project.agentgates(*arguments)
            assert ran.ret == 0, ran.stdout.str()
    assert shown in ran.stdout.str()
    return project


def found(project: GatedProject) -> list[str]:
    """The lines of a whole check that name a finding."""
    output = project.agentgates("check").stdout.str()
    return [line for line in output.splitlines() if re.match(r"\S+:\d+:\d+: [A-Z]{3}\d{3}", line)]


def test_old_leaks_stand_and_new_ones_fail(adopted: GatedProject) -> None:
    assert found(adopted) == []
    again = LEAK.format(name="again", status="new")
    adopted.write("src/old.py", "# moved\n\n" + OLD + "\n\n" + again)
    adopted.write("src/new.py", LEAK.format(name="third", status="new"))
    assert [line.rpartition(": TEN")[0] for line in found(adopted)] == ["src/new.py:2:1", "src/old.py:12:1"]


def test_a_mended_leak_must_leave_the_baseline(adopted: GatedProject) -> None:
    adopted.write("src/old.py", LEAK.format(name="first", status="new"))
    (line,) = found(adopted)
    assert line.startswith("agentgates-baseline.json:")
    assert "AGT001 the baseline entry TEN001 of tenant_filter in src/old.py" in line
    assert "status = 'old'" in line
    adopted.agentgates("check", "--gate", "tenant_filter", "--write-baseline")
    assert found(adopted) == []


def test_what_the_page_shows_of_run_time_is_what_is_said(pytester: pytest.Pytester) -> None:
    project = GatedProject(pytester)
    project.configure('\n[tool.agentgates.gates.tenant_runtime]\nowned = { orders = "tenant_id" }\n')
    project.tasks({"id": "T1", "title": "Find", "status": "pending", "test_files": ["tests/test_orders.py"]})
    head = "import sqlite3\n\nfrom orders import find\n\n\ndef test_find():\n    one = sqlite3.connect(':memory:')\n"
    call = "    one.execute('CREATE TABLE orders (id, number, tenant_id)')\n"
    call += '    assert find(one, "orders", "acme", "7") == []\n    one.close()\n'
    project.write("tests/test_orders.py", head + call)
    text = PAGE.partition("## tenant_runtime\n")[2].partition("### TEN001\n")[2].partition("\n## ")[0]
    failing, mended = blocks(text, "python")
    (output,) = blocks(text, "")
    project.write("src/orders.py", failing)
    assert output in project.gated().stdout.str()
    project.write("src/orders.py", mended)
    project.gated()
    assert project.gate("tenant_runtime")["status"] == "pass"
