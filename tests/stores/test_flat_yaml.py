"""Front matter that is read line by line means what the parser says, with the same places."""

from __future__ import annotations

import os

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_agentgates.errors import UsageError
from pytest_agentgates.task_files.flat_yaml import read_front_matter
from pytest_agentgates.yaml_text import Node, read_yaml

EXAMPLES = 5_000 if "AGENTGATES_STRESS" in os.environ else 300
KEYS = st.sampled_from(["id", "title", "status", "labels", "null", "true", "a-b", "_x", "7", "'q'", "- id", "  in"])
SIGNS = st.text("ab0.-_/()[]{},:#&*!|>'\"%@`~ \t=?+\u00e4\u2028\x85", max_size=12)
VALUES = st.one_of(
    SIGNS,
    st.sampled_from(["T1", "pending", "7.10", "null", "~", "2024-01-15", "2024-01-15 14:30", "Add a (b)", "", "no"]),
    st.sampled_from(["[]", "[a, b]", '"x: y"', "'it''s'", "|", ">", "&a b", "*a", "!!str x", '{"s": [{"t": 1}]}']),
)
LINES = st.lists(st.tuples(KEYS, st.sampled_from([": ", ":", ":  "]), VALUES, st.sampled_from(["", " ", "  # no"])))
TEXTS = st.builds(lambda lines, end: "".join("".join(line) + end for line in lines), LINES, st.sampled_from("\n \r\n"))


def read(reader: object, text: str) -> Node | str | None:
    assert callable(reader)
    try:
        node = reader(text, "t.md", offset=4, first_line=2)
    except UsageError as error:
        return str(error)
    assert node is None or isinstance(node, Node)
    return node


@given(TEXTS)
@settings(max_examples=EXAMPLES, deadline=None)
@example("a: b\nc\n")
@example("a: |\nb: c\n")
@example("a: 'b\nc: d'\n")
@example("a: [b,\nc: d]\n")
@example("a: b\na: c\n")
@example("a:\nb: c\n")
@example("---: b\n")
def test_it_says_what_the_parser_says(text: str) -> None:
    assert read(read_front_matter, text) == read(read_yaml, text)


@pytest.mark.parametrize("text", ["id: T1\r\ntitle: Add a (b)\r\n", "id: T1\ndependencies: []\nstatus: done"])
def test_places_are_those_of_the_parser(text: str) -> None:
    assert read(read_front_matter, text) == read(read_yaml, text)
