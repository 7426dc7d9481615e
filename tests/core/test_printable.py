"""Text of others cannot drive a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentgates.core.printable import counted, differing, one_line, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("over\rwrite", "over\\rwrite"),
        ("two\r\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x9b31m \x00 \x7f", "\\x9b31m \\x00 \\x7f"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("a\u2028b", "a\\u2028b"),
        ("\udc80", "\\udc80"),
        ("Prüfung\u00a0: 👩\u200d🔬 fertig", "Prüfung\u00a0: 👩\u200d🔬 fertig"),
    ],
)
def test_what_drives_a_terminal_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@settings(deadline=None)
@given(st.text(st.characters()))
def test_the_result_can_be_written_and_is_printable(text: str) -> None:
    shown = printable(text)
    shown.encode("utf-8")
    assert all(sign.isprintable() or sign in "\n\t\u00a0\u200c\u200d" for sign in shown)
    assert printable(shown) == shown


@settings(deadline=None)
@given(st.text(st.characters()))
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


def test_a_noun_takes_the_form_that_its_number_asks_for() -> None:
    assert [counted(number, "finding") for number in (0, 1, 2)] == ["0 findings", "1 finding", "2 findings"]


def test_one_file_differs_and_several_differ() -> None:
    assert [differing(number) for number in (0, 1, 2)] == ["0 files differ", "1 file differs", "2 files differ"]
