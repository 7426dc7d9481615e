"""Acceptance criteria in Markdown: boxes with what belongs to them, ticked where they were proved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pytest_agentgates.core.criteria import PROGRESS, TICKED
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.printable import one_line
from pytest_agentgates.errors import UsageError
from pytest_agentgates.json_text import Replacement
from pytest_agentgates.task_files.markdown_text import Line, log_lines, section

WRITABLE = frozenset((TICKED, PROGRESS))
_BOX = re.compile(r"([ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]+\[([ xX])\][ \t]+(.*)\Z")
_HEADING = "acceptance criteria"


def criteria(lines: list[Line], first: int) -> list[dict[str, object]]:
    """The boxes of a task's criteria, each with the text that belongs to it.

    `offset` counts its lines from `first`, the line of the task, so that it stays when tasks before it grow.
    """
    return [{**entry, "offset": line.number - first} for line, _, entry in _boxes(lines)]


def ticks(lines: list[Line], fields: Mapping[str, object], change: TaskChange) -> Iterator[Replacement]:
    """What to replace for the criteria that a change ticks; one that reads otherwise now is never ticked.

    Raises UsageError for such a one, unless the change moves the task: a move does not depend on a tick.
    """
    ticked = fields.get(TICKED)
    boxes = [(place, entry) for _, place, entry in _boxes(lines)]
    for identity in ticked if isinstance(ticked, Sequence) else ():
        same = [place for place, entry in boxes if _is_same(entry, identity)]
        if len(same) > identity["nth"]:
            place = same[identity["nth"]]
            yield Replacement(place, place + 1, "x")
        elif not change.steps:
            what = f"a criterion of {change.task_id} was changed while it was judged: {one_line(identity['text'])}"
            raise UsageError(what, fix="look at what changed, then run it again")


def progress(text: str, lines: list[Line], fields: Mapping[str, object], change: TaskChange) -> list[Replacement]:
    """A line in the task's Progress Log for what a change says, where it has such a section."""
    said = fields.get(PROGRESS)
    return log_lines(text, lines, change, [one_line(str(said))] if said else [])


def _boxes(lines: list[Line]) -> Iterator[tuple[Line, int, dict[str, object]]]:
    """The line of each box, where it is ticked, and its entry."""
    own = section(lines, _HEADING)
    matches = [None if line.code else _BOX.match(line.text) for line in own]
    starts = [(index, found) for index, found in enumerate(matches) if found]
    ends = [*(index for index, _ in starts[1:]), len(own)]
    for (index, found), end in zip(starts, ends, strict=False):
        line = own[index]
        entry: dict[str, object] = {"text": found[3].strip(), "done": found[2] != " "}
        if more := _belonging(own[index + 1 : end]):
            entry["more"] = more
        if found[1]:
            entry["indent"] = len(found[1].expandtabs(4))
        yield line, line.start + found.start(2), entry


def _belonging(lines: list[Line]) -> str:
    """The lines below a box that are part of it: indented ones, and code blocks."""
    kept: list[str] = []
    for line in lines:
        if line.text.strip() and not line.code and not line.text.startswith((" ", "\t")):
            break
        kept.append(line.text)
    return "\n".join(kept).strip("\n").rstrip()


def _is_same(entry: Mapping[str, object], identity: Mapping[str, object]) -> bool:
    return entry["text"] == identity["text"] and entry.get("more", "") == identity["more"]
