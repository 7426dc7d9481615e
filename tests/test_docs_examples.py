"""What the documentation shows is what the package takes: configuration, commands, rules, options."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from markdown_it import MarkdownIt

from pytest_agentgates.cli import agentgates
from pytest_agentgates.commands import schema_command
from pytest_agentgates.config_schema import config_schema
from pytest_agentgates.gates import GATES

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").glob("*/README.md"))]
GATES_PAGE = (ROOT / "docs" / "gates.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Snippet:
    """A piece of a page, and its place as `file:line`."""

    place: str
    text: str


def blocks(*languages: str) -> Iterator[Snippet]:
    """The fenced blocks of these languages."""
    for page in PAGES:
        for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
            if token.type == "fence" and token.info.split(" ")[0] in languages and token.map:
                yield Snippet(f"{page.relative_to(ROOT)}:{token.map[0] + 1}", token.content)


def spans() -> Iterator[Snippet]:
    """The code spans of running text."""
    for page in PAGES:
        for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
            for child in token.children or ():
                if child.type == "code_inline" and token.map:
                    yield Snippet(f"{page.relative_to(ROOT)}:{token.map[0] + 1}", child.content)


def command_lines(program: str) -> list[Snippet]:
    """Every line of a console block, and every code span, that starts the program."""
    lines = [Snippet(block.place, line) for block in blocks("console", "sh") for line in block.text.splitlines()]
    said = [Snippet(line.place, line.text.removeprefix("$ ").partition(" #")[0]) for line in (*lines, *spans())]
    named = [line for line in said if re.match(rf"(?:\S*/)?{program} ", line.text)]
    return list(dict.fromkeys(named))  # a table has one place, and may name a command twice


def section(name: str) -> str:
    """The part of the page of gates that is about one gate."""
    found = re.search(rf"^## {name}$(.*?)(?=^## |\Z)", GATES_PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/gates.md has no section {name}"
    return found[1]


def place(snippet: Snippet) -> str:
    return f"{snippet.place} {snippet.text.partition(chr(10))[0]}"


TABLES = [block for block in blocks("toml") if "[tool.agentgates" in block.text]
COMMANDS = command_lines("agentgates")
PYTEST = [line for line in command_lines("pytest") if "--agent" in line.text]


def test_there_is_something_to_look_at() -> None:
    assert len(TABLES) >= 4
    assert len(COMMANDS) >= 10
    assert len(PYTEST) >= 2


@pytest.mark.parametrize("block", TABLES, ids=place)
def test_a_configuration_is_valid(block: Snippet) -> None:
    table = tomllib.loads(block.text)["tool"]["agentgates"]
    schema = config_schema(GATES)
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(table)] == []


@pytest.mark.parametrize("line", COMMANDS, ids=place)
def test_a_command_is_known_with_its_options(line: Snippet) -> None:
    own, _, _ = line.text.partition(" -- ")
    words = re.findall(r"[\w./*|=-]+", own)[1:]
    command: click.Command = agentgates
    while isinstance(command, click.Group):
        assert words[0] in command.commands, line
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
    named = {word.partition("=")[0] for word in words if word.startswith("-")} - {"--"}
    assert named <= known, line


@pytest.mark.parametrize("line", [line for line in COMMANDS if " schema " in line.text], ids=place)
def test_a_named_schema_is_there(line: Snippet, capsys: pytest.CaptureFixture[str]) -> None:
    name = line.text.split()[2]
    if not name.isupper():
        schema_command(name)
        assert "$schema" in capsys.readouterr().out


@pytest.mark.parametrize("line", PYTEST, ids=place)
def test_an_option_of_pytest_is_known(line: Snippet, pytestconfig: pytest.Config) -> None:
    known = {name for option in pytestconfig._parser._groups for item in option.options for name in item.names()}
    assert set(re.findall(r"--agent[\w-]*", line.text)) <= known, line


@pytest.mark.parametrize("name", GATES)
def test_every_rule_of_a_gate_has_a_heading_in_its_section(name: str) -> None:
    kind: Any = GATES[name]
    headings = re.findall(r"^### (\w+)", section(name), re.MULTILINE)
    assert [rule.code for rule in kind.rules if rule.code not in headings] == []


@pytest.mark.parametrize("name", GATES)
def test_every_option_of_a_gate_is_explained_in_its_section(name: str) -> None:
    kind: Any = GATES[name]
    text = section(name)
    assert [item.name for item in fields(kind) if "help" in item.metadata and f"`{item.name}`" not in text] == []


def test_every_heading_of_a_rule_names_a_rule() -> None:
    kinds: list[Any] = list(GATES.values())
    known = {rule.code for kind in kinds for rule in kind.rules} | {"FORMAT"}
    assert set(re.findall(r"^### ([A-Z]+\d*)\b(?! [a-z]+ `)", GATES_PAGE, re.MULTILINE)) <= known
