"""Runs a command that was read without a shell: each stage gets what the one before printed."""

from __future__ import annotations

import glob
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates.core.command_words import Pipeline, Stage, Word
from pytest_agentgates.core.workspace_port import ToolRun, ToolRunner
from pytest_agentgates.errors import UsageError
from pytest_agentgates.tool_output import how_it_ended, last_lines

_SAYS_NO = 1
_NOT_PERMITTED, _NOT_FOUND = 126, 127


@dataclass(frozen=True)
class Place:
    """Where commands run and with what; `path` is the PATH that programs are looked up on, `seconds` the limit."""

    root: Path
    folder: Path
    tools: ToolRunner
    path: str
    seconds: float


@dataclass(frozen=True)
class PlacedStage:
    """A stage with the folder it runs in, and its words after globs became file names."""

    stage: Stage
    folder: Path
    words: tuple[str, ...]


@dataclass(frozen=True)
class Ending:
    """How a command ended: `failure` empty where it holds; `unable` where it could not do its work at all."""

    failure: str = ""
    output: str = ""
    unable: str = ""


def placed_stages(pipelines: Sequence[Pipeline], place: Place) -> Iterator[tuple[Pipeline, tuple[PlacedStage, ...]]]:
    """Each pipeline with its stages in their folders; raises UsageError for `cd` out of the project."""
    folder = place.folder
    for pipeline in pipelines:
        if pipeline.stages[0].texts[0] == "cd":
            folder = _changed(pipeline, folder, place.root)
        else:
            yield pipeline, tuple(PlacedStage(one, folder, _expanded(one, folder)) for one in pipeline.stages)


def find_program(name: str, folder: Path, path: str) -> str:
    """A program by its absolute path; empty where there is none that may be started."""
    if os.sep in name or "/" in name:
        named = folder / name
        return os.path.abspath(named) if named.is_file() and os.access(named, os.X_OK) else ""
    absolute = [entry for entry in path.split(os.pathsep) if os.path.isabs(entry)]
    return shutil.which(name, path=os.pathsep.join(absolute)) or ""


def run_command(pipelines: Sequence[Pipeline], place: Place) -> Ending:
    """Run the pipelines up to the first that does not hold."""
    deadline = time.monotonic() + place.seconds
    ending = Ending()
    for pipeline, stages in placed_stages(pipelines, place):
        ending = _run_pipeline(pipeline, stages, place, deadline)
        if ending.failure:
            return ending
    return ending


def _changed(pipeline: Pipeline, folder: Path, root: Path) -> Path:
    words = pipeline.stages[0].texts
    if len(words) != 2 or len(pipeline.stages) > 1 or pipeline.negated:  # noqa: PLR2004 - `cd` and the folder
        raise UsageError("`cd` takes one folder and stands alone", fix="write `cd FOLDER && ...`")
    target = (folder / words[1]).resolve()
    if not target.is_relative_to(root.resolve()) or not target.is_dir():
        raise UsageError(f"`cd {words[1]}` leads to no folder of the project", fix="name one that is there")
    return target


def _expanded(stage: Stage, folder: Path) -> tuple[str, ...]:
    return tuple(text for word in stage.words for text in _files(word, folder))


def _files(word: Word, folder: Path) -> Sequence[str]:
    """The files that a glob fits; the glob itself where there is none, as a shell leaves it."""
    return sorted(glob.glob(word.text, root_dir=folder)) or [word.text] if word.glob else [word.text]


def _run_pipeline(pipeline: Pipeline, stages: Sequence[PlacedStage], place: Place, deadline: float) -> Ending:
    given = b""
    for number, placed in enumerate(stages, 1):
        ran = _run_stage(placed, place, deadline, given)
        output = last_lines(f"{ran.stdout}\n{ran.stderr}")
        if ran.problem:
            return Ending(ran.problem, output)
        if ran.exit_code in {_NOT_PERMITTED, _NOT_FOUND}:
            return Ending(f"{placed.words[0]} ended with {how_it_ended(ran)}", output, _what_lacks(ran.exit_code))
        wanted = _SAYS_NO if pipeline.negated and number == len(stages) else 0
        if ran.exit_code != wanted:
            beside = "" if not wanted else f", and not with exit code {wanted}"
            return Ending(f"{placed.words[0]} ended with {how_it_ended(ran)}{beside}", output)
        given = ran.raw
    return Ending(output=output)


def _run_stage(placed: PlacedStage, place: Place, deadline: float, given: bytes) -> ToolRun:
    program = find_program(placed.words[0], placed.folder, place.path) or placed.words[0]
    seconds = max(deadline - time.monotonic(), 0.0)
    command = (program, *placed.words[1:])
    return place.tools.run(command, cwd=placed.folder, seconds=seconds, env=placed.stage.settings, given=given)


def _what_lacks(exit_code: int | None) -> str:
    return "missing_tool" if exit_code == _NOT_FOUND else "not_permitted"
