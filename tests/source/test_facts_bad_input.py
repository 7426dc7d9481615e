"""No file makes reading fail: what cannot be read is a problem with its place, and the rest is judged."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.source.facts import FileFacts
from pytest_agentgates.source.project_facts import ProjectFacts, read_project
from pytest_agentgates.source.read_facts import Reading, read_file
from pytest_agentgates.source.tree import list_files

DEPTH = 1000
WORDS = st.sampled_from(
    (
        *("import ", "from ", "a", ".b", "(", ")", "[", "]", ":", "\n", " ", "    ", "class ", "def ", "=", "'", '"'),
        *("é", "\ufeff", "\r", "\f", "\t", "if TYPE_CHECKING:", "\n    ", "lambda x:", "@", "*", ",", "f'{", "}'"),
        *("\N{MATHEMATICAL SCRIPT SMALL X}", "sys.path.append(", "exec(", "import_module('..a')", "self.x", "\\"),
        *("async ", "await ", "# coding: latin-1\n"),
    )
)
DEEP = {
    "parentheses": "(" * DEPTH + ")" * DEPTH,
    "attributes": "x = a" + ".b" * DEPTH,
    "calls": "a" + "()" * DEPTH,
    "chained calls": "a" + ".b(c)" * DEPTH,
    "sums": "x = " + "+".join(["a"] * DEPTH),
    "signs": "x = " + "-" * DEPTH + "1",
    "lambdas": "x = " + "lambda: " * DEPTH + "1",
    "elif": "if a:\n    pass\n" + "elif b:\n    pass\n" * DEPTH,
    "conditions": "x = " + "1 if a else " * DEPTH + "2",
    "unions": "x: " + "|".join(["int"] * DEPTH) + "\nx.y()",
    "quoted": 'def f(x: "' + "list[" * DEPTH + "int" + "]" * DEPTH + '"): ...',
    "aliases": "".join(f"a{n} = a{n + 1}\n" for n in range(DEPTH)) + "a0.x()",
    "flags": "if " + "not " * DEPTH + "TYPE_CHECKING:\n    import a",
    "bases": "class A(" + "b." * DEPTH + "c): ...",
}


def read(tmp_path: Path, *roots: str) -> ProjectFacts:
    return read_project(tmp_path, list_files(tmp_path), roots or ("",), None, lambda _path: True)


def problem_of(source: bytes) -> tuple[str, int]:
    problem = read_file(source, "a").outline.problem
    assert problem is not None
    return problem.message, problem.line


def assert_inside(reading: Reading, source: bytes) -> None:
    """Every place that the facts name lies in the file."""
    lines = source.count(b"\n") + source.count(b"\r") + 2
    longest = len(source) + 2
    assert reading.details is not None
    outline, details = reading.outline, reading.details
    facts = FileFacts("a.py", "a", False, "", outline, details)
    places = [(fact.line, fact.column) for fact in facts.imports]
    places += [(fact.line, fact.column) for fact in facts.calls]
    places += [(fact.line, fact.column) for fact in facts.references]
    places += [(fact.line, fact.column) for fact in facts.dynamic]
    places += [(fact.line, fact.column) for fact in facts.path_edits]
    places += [(fact.line, fact.column) for fact in facts.classes]
    places += [(fact.line, fact.column) for fact in facts.functions]
    for line, column in places:
        assert 1 <= line <= lines
        assert 1 <= column <= longest
    if outline.problem is not None:
        assert 0 <= outline.problem.line <= lines
        assert outline.problem.message


@given(st.lists(WORDS, max_size=40))
def test_any_text_is_read(words: list[str]) -> None:
    source = "".join(words).encode()
    assert_inside(read_file(source, "a.b"), source)


@given(st.binary(max_size=60))
def test_any_bytes_are_read(source: bytes) -> None:
    assert_inside(read_file(source, "a.b"), source)


@pytest.mark.parametrize("kind", list(DEEP))
def test_deep_nesting_is_read_or_is_a_problem(tmp_path: Path, kind: str) -> None:
    (tmp_path / "deep.py").write_text(DEEP[kind], encoding="utf-8")
    (tmp_path / "good.py").write_text("import deep\n", encoding="utf-8")
    facts = read(tmp_path)
    assert [edge.imported for edge in facts.graph.edges_from("good.py")] == ["deep.py"]
    assert facts.parsed + facts.unparsed == 2
    assert {path for path, _ in facts.problems} <= {"deep.py"}


@pytest.mark.parametrize(
    ("source", "text", "line"),
    [
        (b"x = 1\ndef (\n", "invalid syntax", 2),
        (b"x = 1\ny = '\0'\n", "null byte", 2),
        ("x = 1\ny = 'é'\n".encode("latin-1"), "utf-8", 2),
        (b"# coding: nonsense\nx = 1\n", "nonsense", 0),
        ("import a\n".encode("utf-16"), "encoding", 0),
        (b"\xef\xbb\xbf# coding: latin-1\nx = 1\n", "encoding", 0),
        (b"if x:\nimport a\n", "indented block", 2),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(source: bytes, text: str, line: int) -> None:
    message, found = problem_of(source)
    assert text in message
    assert found == line


@pytest.mark.parametrize(
    "source",
    [
        "# coding: latin-1\nfrom a import é\n".encode("latin-1"),
        "\ufefffrom a import é\n".encode(),
        "from a import é\r\n".encode(),
        "x = '\N{SNOWMAN}'; from a import é\n".encode(),
        "# -*- coding: utf-8 -*-\rfrom a import é\r".encode(),
    ],
)
def test_encodings_are_those_of_python(source: bytes) -> None:
    outline = read_file(source, "m").outline
    assert outline.problem is None
    assert [fact.names for fact in outline.imports] == [(("é", "é"),)]


def test_columns_count_characters(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 'éé'; import b\n", encoding="utf-8")
    assert read(tmp_path).imports("a.py")[0].column == 11


def test_a_large_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = [\n" + "    1234567890,\n" * 330_000 + "]\nimport b\n", encoding="utf-8")
    facts = read_project(tmp_path, list_files(tmp_path), ("",))
    assert facts.imports("a.py")[0].line == 330_003


@pytest.mark.parametrize("name", ["with space.py", "ünï.py", "new\nline.py", "-dash.py", "a.b.py", ".py", "quote'.py"])
def test_unusual_names_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("import b\n", encoding="utf-8")
    (tmp_path / "b.py").touch()
    assert [edge.imported for edge in read(tmp_path).graph.edges_from(name)] == ["b.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs links and pipes")
def test_loops_of_links_and_pipes_are_problems(tmp_path: Path) -> None:
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "gone.py").symlink_to("nowhere.py")
    (tmp_path / "folder").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "good.py").touch()
    facts = read(tmp_path)
    assert {path for path, _ in facts.problems} == {"loop.py", "gone.py", "pipe.py"}
    assert facts.parsed == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import b\n", encoding="utf-8")
    (tmp_path / "a.py").chmod(0)
    ((path, problem),) = read(tmp_path).problems
    assert (path, "cannot be read" in problem.message) == ("a.py", True)


def test_roots_without_python_are_named(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").touch()
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.py").touch()
    facts = read(tmp_path, "src", "docs", "nowhere")
    assert facts.empty_roots == ("docs", "nowhere")
    assert (facts.parsed, facts.unparsed) == (1, 0)
