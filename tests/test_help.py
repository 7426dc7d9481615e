"""`--help` tells each command and each option in words that fit on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from pytest_agentgates.cli import agentgates

COLUMNS = 80


def commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield words, command
    for name, inner in command.commands.items() if isinstance(command, click.Group) else ():
        yield from commands(inner, (*words, name))


COMMANDS = dict(commands(agentgates))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_is_whole_and_fits(words: tuple[str, ...]) -> None:
    ran = CliRunner().invoke(agentgates, [*words, "--help"], terminal_width=COLUMNS)
    assert ran.exit_code == 0
    lines = ran.output.splitlines()[1:]  # the usage line has its own dots
    assert not [line for line in lines if line.endswith("...")]
    assert not [line for line in lines if len(line) > COLUMNS]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_says_what_it_is_for(words: tuple[str, ...]) -> None:
    options = [option for option in COMMANDS[words].params if isinstance(option, click.Option) and not option.hidden]
    assert [option.name for option in options if not option.help] == []


def test_the_exit_codes_are_told() -> None:
    told = CliRunner().invoke(agentgates, ["--help"]).output
    assert [number for number in "012345" if f" {number} " not in told] == []
