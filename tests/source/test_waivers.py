"""Which comments are waivers, and which lines they cover."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.source.globs import matches
from pytest_agentgates.source.waivers import read_waivers, waivers_in


def lines(source: str) -> list[tuple[str, int, int]]:
    return [(waiver.rule, waiver.line, waiver.last_line) for waiver in waivers_in(source.encode(), "a.py")]


def test_a_waiver_has_its_rule_reason_and_place() -> None:
    (waiver,) = waivers_in(b"x = 1\ny = 2  # agentgates: ignore[HEX007] the port is old\n", "src/a.py")
    assert (waiver.rule, waiver.reason, waiver.where) == ("HEX007", "the port is old", "src/a.py:2")
    assert (waiver.path, waiver.line, waiver.last_line, waiver.expires) == ("src/a.py", 2, 2, "")


def test_each_code_is_a_waiver() -> None:
    source = b"x = 1  # agentgates: ignore[TEN001, E722,arg-type] because\n"
    assert [(waiver.rule, waiver.reason) for waiver in waivers_in(source, "a.py")] == [
        ("TEN001", "because"),
        ("E722", "because"),
        ("arg-type", "because"),
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1\ny = 2  # agentgates: ignore[A1] r\nz = 3\n", (2, 2)),
        ("x = f(\n    1,\n    2,  # agentgates: ignore[A1] r\n)\n", (1, 4)),
        ('q = """\nSELECT 1\n"""  # agentgates: ignore[A1] r\n', (1, 3)),
        ("def f():  # agentgates: ignore[A1] r\n    x = 1\n    y = 2\nz = 3\n", (1, 3)),
        ("def f(\n    a,\n):  # agentgates: ignore[A1] r\n    x = 1\n\n    y = 2\n", (1, 6)),
        ("@d\n@e(1)\ndef f():  # agentgates: ignore[A1] r\n    x = 1\n", (1, 4)),
        ("@d  # agentgates: ignore[A1] r\ndef f():\n    x = 1\n", (1, 3)),
        ("class A:  # agentgates: ignore[A1] r\n    def f(self):\n        pass\n", (1, 3)),
        ("class A:\n    async def f(self):  # agentgates: ignore[A1] r\n        pass\n", (2, 3)),
        ("def f(): return 1  # agentgates: ignore[A1] r\n", (1, 1)),
        ("def f():\n    if x:  # agentgates: ignore[A1] r\n        y = 1\n        z = 2\n", (2, 2)),
        ("try:\n    x = 1\nexcept E:  # agentgates: ignore[A1] r\n    pass\n", (3, 3)),
        ("match x:  # agentgates: ignore[A1] r\n    case 1:\n        pass\n", (1, 1)),
        ("# agentgates: ignore[A1] r\nx = 1\ny = 2\n", (2, 2)),
        ("# agentgates: ignore[A1] r\n\n# more\nx = f(\n    1)\n", (4, 5)),
        ("# agentgates: ignore[A1] r\n@d\ndef f():\n    x = 1\ny = 2\n", (2, 4)),
        ("def f():\n    # agentgates: ignore[A1] r\n    x = 1\n    y = 2\n", (3, 3)),
        ("# agentgates: ignore[A1] r\nfor x in y:\n    z = 1\n", (2, 2)),
        ("x = [\n    # agentgates: ignore[A1] r\n    1,\n]\ny = 2\n", (1, 4)),
        ("x = 1\n# agentgates: ignore[A1] r\n", (2, 2)),
    ],
)
def test_lines_covered(source: str, expected: tuple[int, int]) -> None:
    assert lines(source) == [("A1", *expected)]


@pytest.mark.parametrize(
    ("source", "rule", "reason"),
    [
        ("x = 1  # agentgates: ignore\n", "", ""),
        ("x = 1  # agentgates: ignore[]\n", "", ""),
        ("x = 1  # agentgates: ignore[A1]\n", "A1", ""),
        ("x = 1  # agentgates: ignore[A1]  # noqa: E501\n", "A1", ""),
        ("x = 1  # agentgates: ignore[A1] see #12  # noqa: E501\n", "A1", "see #12"),
        ("x = 1  # noqa: E501  # agentgates: ignore[A1] r\n", "A1", "r"),
        ("x = 1  #agentgates: ignore[A1] r\n", "A1", "r"),
        ("x = 1  # agentgates: ignore without codes\n", "", "without codes"),
    ],
)
def test_what_is_missing_stays_empty(source: str, rule: str, reason: str) -> None:
    (waiver,) = waivers_in(source.encode(), "a.py")
    assert (waiver.rule, waiver.reason) == (rule, reason)


@pytest.mark.parametrize(
    "source",
    [
        "x = '# agentgates: ignore[A1] r'\n",
        '"""\n# agentgates: ignore[A1] r\n"""\n',
        "x = f'''# agentgates: ignore[A1] {1}'''\n",
        "x = 1  # agentgates: ignored[A1\n",
        "x = (  # agentgates: ignore[A1] r\n",
        "x = 1  # see agentgates: ignore[A1] r\n",
    ],
)
def test_what_merely_looks_like_a_waiver(source: str) -> None:
    assert [waiver for waiver in waivers_in(source.encode(), "a.py") if waiver.rule] == []


def test_a_waiver_covers_a_finding_on_its_lines_only() -> None:
    (waiver,) = waivers_in(b"def f():  # agentgates: ignore[A1] r\n    x = 1\ny = 2\n", "a.py")
    assert waiver.covers(Finding("A1", "m", "a.py", 2))
    assert not waiver.covers(Finding("A1", "m", "a.py", 3))
    assert not waiver.covers(Finding("A2", "m", "a.py", 2))


def test_waivers_are_read_from_python_files_in_order(tmp_path: Path) -> None:
    comment = "x = 1  # agentgates: ignore[A1] r\n"
    for name in ("b[1].py", "a.pyi", "c.txt"):
        (tmp_path / name).write_text(comment, encoding="utf-8")
    found = read_waivers(tmp_path, ("a.pyi", "b[1].py", "c.txt", "gone.py"))
    assert [waiver.where for waiver in found] == ["a.pyi:1", "b[1].py:1"]
    assert matches("b[1].py", found[1].path)


def test_the_encoding_that_a_file_declares_is_kept(tmp_path: Path) -> None:
    source = "# coding: latin-1\nx = 'é'  # agentgates: ignore[A1] né\n".encode("latin-1")
    assert [waiver.reason for waiver in waivers_in(source, "a.py")] == ["né"]


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.py").mkdir()
    with pytest.raises(AgentGatesError, match=r"a\.py: the file cannot be read"):
        read_waivers(tmp_path, ("a.py",))
