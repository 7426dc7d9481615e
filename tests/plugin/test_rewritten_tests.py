"""Product code that writes to the tests of the clean tree while they are collected is found, even if it tidies up."""

from __future__ import annotations

import pytest

from tests.gated_project import GatedProject

FIRST = "import calc\n\n\ndef test_first():\n    assert calc\n"
LAST = "from calc import add\n\n\ndef test_last():\n    assert add(1, 2) == 3\n"
REWRITING = """import atexit
from pathlib import Path

test = Path(__file__).parent.parent / "tests" / "test_z.py"
before = test.read_text()
test.write_text("def test_last():\\n    assert True\\n")
{after}


def add(left, right):
    return 0
"""


@pytest.fixture
def committed(project: GatedProject) -> GatedProject:
    project.write(".gitignore", "__pycache__/\n.claude/\n/stdout\n/stderr\n/runpytest-*\n")
    project.write("tests/test_a.py", FIRST)
    project.write("tests/test_z.py", LAST)
    project.tasks({"id": "T1", "status": "pending", "test_files": ["tests/test_a.py", "tests/test_z.py"]})
    project.commit()
    return project


@pytest.mark.parametrize("after", ["", "atexit.register(test.write_text, before)"])
def test_tests_that_product_code_rewrote_are_no_pass(committed: GatedProject, after: str) -> None:
    committed.write("src/calc.py", REWRITING.format(after=after))
    result = committed.gated()
    assert result.ret == 1
    assert "TMP015" in committed.rules("tests_pass")
    result.stdout.fnmatch_lines(["tests/test_z.py: TMP015 tests/test_z.py was written to in the clean tree *"])
    assert committed.status() == "in_progress"


def test_tests_that_write_other_files_are_left_alone(committed: GatedProject) -> None:
    writing = "from pathlib import Path\n\n\ndef test_first():\n    place = Path(__file__).parent / 'out'\n"
    writing += "    place.mkdir()\n    (place / 'made.py').write_text('made = 1')\n"
    writing += "    (place.parent / 'x.txt').write_text('')\n"
    committed.write("tests/test_a.py", writing + "    assert place.exists()\n")
    committed.commit()
    result = committed.gated()
    assert result.ret == 0, result.stdout.str()
