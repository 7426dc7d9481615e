"""What the command line tells: help in words that fit on a terminal, and that its output found no room."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pytest_agentgates.cli import agentgates, main

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


def test_output_that_finds_no_room_is_one_message() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full: that a full disk is told was not tried")
    with full.open("w", encoding="utf-8") as output:
        command = [sys.executable, "-m", "pytest_agentgates", "schema", "config"]
        ran = subprocess.run(command, stdout=output, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 3
    assert ran.stderr.startswith("agentgates: the output cannot be written: ")
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("check", "--graph"), "agentgates check"),
        (("tasks", "list", "--status"), "agentgates tasks list"),
        (("tasks", "claim"), "agentgates tasks claim"),
        (("--nonsense",), "agentgates"),
    ],
)
def test_a_mistake_names_the_help_of_its_own_command(
    words: tuple[str, ...], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 4
    assert capsys.readouterr().err.endswith(f"fix: look at: {command} --help\n")
