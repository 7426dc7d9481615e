"""What libyaml reads means what ruamel.yaml says, with the same places, and is refused in the same words."""

from __future__ import annotations

import os
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_agentgates.errors import UsageError
from pytest_agentgates.yaml_events import UnsureError
from pytest_agentgates.yaml_text import Node, read_yaml

EXAMPLES = 50_000 if "AGENTGATES_STRESS" in os.environ else 1_000
KEY_SIGNS = ["a", "1", "~", "b: ", ": ", "key: ", "- ", "-", "? ", "="]
SIGNS = [", ", "[", "]", "{", "}", "'", '"', "#", " #", "%", "@"]
BREAKS = ["\n", "\n  ", "\n    ", "\r\n", "\r", " ", "\t", "\x85", "\u2028", "\ufeff"]
WORDS = ["|\n  x\n", "|-", ">\n  x\n", "&a ", "*a", "!t ", "---\n", "...\n", "<<: ", "x: y\n", "- id: T1\n  t: 2\n"]
TEXTS = ["'it''s'", '"a":1', "a:b", "http://x", "\\/", "\\n", '"\\u00e4"']
LETTERS = ["\u00e4", "\U0001f600", "\xa0", "\x7f", "\x00"]
SOUP = st.lists(st.sampled_from([*KEY_SIGNS, *SIGNS, *BREAKS, *WORDS, *TEXTS, *LETTERS]), max_size=16).map("".join)

KEYS = st.sampled_from(["id", "title", "status", "labels", "null", "true", "a-b", "_x", "7", "'q'", "- id", "  in"])
COLONS, ENDS = st.sampled_from([": ", ":", ":  "]), st.sampled_from(["", " ", "  # no"])
VALUES = st.sampled_from(
    ["T1", "7.10", "2024-01-15", "Add a (b)", "", "no", "[]", "[a, b]", '"x: y"', '{"s": [{"t": 1}]}']
)
LINES = st.lists(st.tuples(KEYS, COLONS, VALUES, ENDS))
MAPPINGS = st.builds(
    lambda lines, end: "".join("".join(line) + end for line in lines), LINES, st.sampled_from("\n \r\n")
)


def read(text: str) -> Node | str | None:
    try:
        return read_yaml(text, "t.md", offset=4, first_line=2)
    except UsageError as error:
        return str(error)


def read_by_ruamel_alone(text: str) -> Node | str | None:
    with patch("pytest_agentgates.yaml_text.quick_events", side_effect=UnsureError):
        return read(text)


@given(st.one_of(SOUP, MAPPINGS))
@settings(max_examples=EXAMPLES, deadline=None)
@example("a: |-#\n")
@example("a: |\n\n    b\n   c\n")
@example('["a":1]')
@example("a: {? , }")
@example("a: b\n...\n...\n")
@example("---\n#")
@example("a: b\u2028c: d")
@example("a: b\t\n")
@example("a: b\na: c\n")
@example("- a: &b c\n")
def test_it_says_what_ruamel_says(text: str) -> None:
    assert read(text) == read_by_ruamel_alone(text)


@pytest.mark.parametrize("text", ["id: T1\r\ntitle: Add a (b)\r\n", "tasks:  # all\n- id: T1\n  needs: [a, 'b']\n"])
def test_a_common_text_is_read_without_ruamel(text: str) -> None:
    with patch("pytest_agentgates.yaml_text.exact_events", side_effect=AssertionError):
        quick = read(text)
    assert quick == read_by_ruamel_alone(text)
