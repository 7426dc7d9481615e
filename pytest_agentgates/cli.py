"""`agentgates`: arguments in, exit code out; it decides nothing."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from pytest_agentgates.core.printable import printable
from pytest_agentgates.errors import CANNOT_JUDGE, INTERRUPTED, INTERRUPTED_RUN, MISTAKE, AgentGatesError
from pytest_agentgates.task_group import preflight, tasks

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LEVELS = ("in_place", "clean", "verified")
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_EXIT_CODES = (
    "Exit codes: 0 passed, 1 failed or incomplete, 2 interrupted, 3 something could not be judged, "
    "4 a mistake in the command line, the configuration or the task list, 5 no test is mapped to the task."
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit; every expected failure is one message on standard error."""
    own, pytest_args = _split(list(sys.argv[1:] if arguments is None else arguments))
    try:
        code = agentgates.main(own, prog_name="agentgates", standalone_mode=False, obj=pytest_args)
    except click.ClickException as error:
        code = _show_mistake(error, own)
    except (click.Abort, KeyboardInterrupt):
        click.echo(f"agentgates: {INTERRUPTED_RUN}", err=True)
        code = INTERRUPTED
    except AgentGatesError as error:
        click.echo(f"agentgates: {printable(str(error))}", err=True)
        code = error.exit_code
    except OSError as error:
        code = _show_full_disk(error) if error.errno in _FULL else _report_bug(error)
    except Exception as error:  # noqa: BLE001 - our own bug: say what to report, and never exit 0 or 1
        code = _report_bug(error)
    sys.exit(code or 0)


def _split(words: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Part what follows `run ... --`, which click would take for more ids."""
    if words[:1] != ["run"] or "--" not in words:
        return words, ()
    end = words.index("--")
    return words[:end], tuple(words[end + 1 :])


def _show_mistake(error: click.ClickException, words: Sequence[str]) -> int:
    """Say what is wrong with the command line; where words are missing altogether, the help says more."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return MISTAKE
    context = getattr(error, "ctx", None)
    command = context.command_path if context else _command_in(words)
    click.echo(f"agentgates: {printable(error.format_message())}\n  fix: look at: {command} --help", err=True)
    return MISTAKE


def _command_in(words: Sequence[str]) -> str:
    """The command that the words begin with, for an error that does not know its own."""
    found: click.Command = agentgates
    path = ["agentgates"]
    for word in words:
        if not isinstance(found, click.Group) or word not in found.commands:
            break
        found = found.commands[word]
        path.append(word)
    return " ".join(path)


def _show_full_disk(error: OSError) -> int:
    """Say that what was to be shown could not be; files of our own are written elsewhere, with messages of theirs."""
    fix = "make room where the output goes"
    click.echo(f"agentgates: the output cannot be written: {error.strerror}\n  fix: {fix}", err=True)
    return CANNOT_JUDGE


def _report_bug(error: Exception) -> int:
    import traceback

    click.echo("".join(traceback.format_exception(error)), err=True)
    click.echo(
        f"agentgates: this is a bug in agentgates ({type(error).__name__}); please report the lines above", err=True
    )
    return CANNOT_JUDGE


@click.group(context_settings=_CONTEXT, epilog=_EXIT_CODES)
@click.version_option(package_name="pytest-agentgates")
def agentgates() -> None:
    """Tell whether a coding agent's "done" is true."""


@agentgates.command()
@click.argument("ids", nargs=-1, metavar="[ID]... [-- PYTEST_ARGS]")
@click.option("--task", "tasks", multiple=True, hidden=True)
@click.option("--name", "agent", default="", metavar="NAME", help="The agent that works.")
@click.option("--base", default="", metavar="REV", help="Measure changes against this revision.")
@click.option("--no-update", is_flag=True, help="Judge, but leave the task as it is.")
@click.option("--in-place", is_flag=True, help="Judge the files where they lie.")
@click.option("--json", "as_json", is_flag=True, help="One object on standard output, all else on standard error.")
@click.option("--cwd-on-path", is_flag=True, hidden=True)
@click.pass_obj
def run(pytest_args: tuple[str, ...], /, ids: tuple[str, ...], **options: Any) -> int:
    """Judge tasks by their tests and gates, and move them.

    The evidence is written first: what a task becomes follows from it.
    Without an ID the task comes from AGENT_TASK or from the name of the branch.
    What follows `--` goes to pytest.
    """
    from pytest_agentgates.commands import run_command

    return run_command(ids, pytest_args, options)


@agentgates.command()
@click.argument("paths", nargs=-1)
@click.option("--gate", "gates", multiple=True, metavar="NAME", help="Only this gate (repeatable).")
@click.option("--changed", is_flag=True, help="Only the files that differ from the base.")
@click.option("--base", default="", metavar="REV", help="Measure changes against this revision.")
@click.option("--format", "form", default="text", metavar="FORM", help="text, json, github or markdown.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--write-baseline", is_flag=True, help="Record what is found, so that only what is new fails.")
@click.option("--graph", default="", metavar="FORM", help="Draw the layers as svg, mermaid or dot.")
@click.option("-o", "--output", default="", metavar="FILE", help="Write the drawing into this file.")
@click.option("--stream", is_flag=True, hidden=True)
@click.option("--task", "tasks", multiple=True, hidden=True)
@click.option("--agent", default="", hidden=True)
@click.option("--root", default="", hidden=True)
@click.option("--configuration-from", default="", hidden=True)
def check(paths: tuple[str, ...], **options: Any) -> int:
    """Run the gates that need no test run.

    They judge the files as they lie on disk; PATHS limits what is reported to these files and folders.
    """
    from pytest_agentgates.commands import check_command

    return check_command(paths, options)


agentgates.add_command(tasks)
agentgates.add_command(preflight)


@agentgates.command()
@click.argument("name")
def schema(name: str) -> int:
    """Print a JSON Schema.

    NAME is config, quality_gates_run, test_failures, test_report, completion_report, handover or criteria_result.
    """
    from pytest_agentgates.commands import schema_command

    return schema_command(name)


@agentgates.command()
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="One object on standard output.")
def explain(code: str, as_json: bool) -> int:
    """Tell what a rule means, with an example and how to mend it."""
    from pytest_agentgates.explain_commands import explain_command

    return explain_command(code, as_json)


@agentgates.command()
@click.option("--json", "as_json", is_flag=True, help="A list of objects on standard output.")
def gates(as_json: bool) -> int:
    """List every gate, its rules, and whether it is on here.

    The line of a gate says what is true when it passes.
    """
    from pytest_agentgates.explain_commands import gates_command

    return gates_command(as_json)


@agentgates.command()
@click.argument("task_id", metavar="[ID]", default="")
@click.option("--criteria", default="", metavar="NUMBERS", help="Only these, such as 2,4.")
@click.option("--dry-run", is_flag=True, help="Say what would run and what speaks against it; run nothing.")
@click.option("--stage", is_flag=True, help="Stage the task's files once all that was looked at is proved.")
@click.option("--commit", is_flag=True, help="Stage and commit them; nothing is ever pushed.")
@click.option("--agent", default="", metavar="NAME", help="Who works on the task.")
@click.option("--rules", is_flag=True, help="Print the patterns of commands that are refused.")
@click.option("--json", "as_json", is_flag=True, help="One object on standard output.")
def criteria(**options: Any) -> int:
    """Prove acceptance criteria by their commands, and tick them.

    Only unchecked criteria are run, in their order.
    """
    from pytest_agentgates.criteria_command import criteria_command

    return criteria_command(options)


@agentgates.command(context_settings=_CONTEXT)
@click.option("--fix", is_flag=True, help="Mend what is safe to mend.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(fix: bool, as_json: bool) -> int:
    """Say where task lists, log and evidence contradict each other."""
    from pytest_agentgates.doctor_command import doctor_command

    return doctor_command(fix, as_json)


@agentgates.command()
@click.argument("task_id", metavar="[ID]", default="")
@click.option("--rerun", is_flag=True, help="Judge anew, and compare.")
@click.option("--base", default="", metavar="REV", help="The protected branch: every task completed since is verified.")
@click.option("--configuration-from", default="", metavar="REV", help="Read the configuration from this revision.")
@click.option("--at-least", type=click.Choice(_LEVELS), help="The assurance asked for; less is exit code 3.")
@click.option("--allow-empty", is_flag=True, help="With --base, let a branch pass that completes no task.")
@click.option("--json", "as_json", is_flag=True, help="One object on standard output.")
def verify(**options: Any) -> int:
    """Say whether the evidence belongs to this tree and still holds."""
    from pytest_agentgates.verify_command import verify_command

    return verify_command(options)


@agentgates.command()
@click.argument("task_id", metavar="[ID]", default="")
@click.option("--format", "form", default="markdown", metavar="FORM", help="markdown, json, html or handover.")
@click.option("--base", default="", metavar="REV", help="With handover, measure changes against this revision.")
@click.option("-o", "--output", default="", metavar="FILE", help="Write it into this file.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def report(**options: Any) -> int:
    """Report what store, log and evidence show of the tasks.

    With an ID it is about that task alone.
    Exits with 1 where a task is said to be completed and they do not prove it.
    A hand-over says what one task changed, and what evidence shows of it.
    """
    from pytest_agentgates.report_command import report_command

    return report_command(options)
