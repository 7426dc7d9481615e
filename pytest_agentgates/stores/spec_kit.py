"""The store of spec-kit's `specs/<feature>/tasks.md`: a list of `- [ ] T001 [P] [US1] Title`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import ClassVar, cast

from pytest_agentgates.core.task import TaskStatus
from pytest_agentgates.git_folder import common_git_folder
from pytest_agentgates.json_text import Replacement
from pytest_agentgates.task_files.form import Edit, Found, Vocabulary
from pytest_agentgates.task_files.form_store import FormStore
from pytest_agentgates.task_files.locked_change import Place
from pytest_agentgates.task_files.markdown_text import Line, lines_of, newline_at, read_record, record_line
from pytest_agentgates.task_files.own_words import in_own_words, with_own_words, writable_words

_TASK = re.compile(
    r"[ \t]*[-*][ \t]+\[(?P<box>[ xX])\][ \t]+(?:\*\*)?(?P<id>T\d+[A-Za-z]?)(?:\*\*)?:?[ \t]+(?P<rest>.*)\Z"
)
_LABEL = re.compile(r"\[(US\d[\w.+, -]*|[A-Za-z][\w:/-]*)\](?!\()[ \t]*")
_NEEDS = re.compile(r"\((?:depends on|after|requires)[ \t]+([^)]*)\)", re.IGNORECASE)
_SPAN = re.compile(r"`([^`]*)`")
_PATH = re.compile(r"(?<![\w./:~-])(?:\./)?(/?[\w@.-]+(?:/[\w@()\[\].-]+)+\.\w+)")
_UNTICKED, _TICKED = "open", "x"


def recognises(location: str) -> bool:
    """Whether a configured location has the form of this store: `tasks.md` below a folder `specs`."""
    path = PurePosixPath(location)
    return "://" not in location and path.name == "tasks.md" and "specs" in path.parts


def open_store(path: Path, root: Path) -> FormStore:
    """The store of this list."""
    return FormStore(SpecKit(root.name), Place(path, root, common_git_folder(root)))


@dataclass(frozen=True)
class _Spot:
    line: Line
    box: int
    labels: Mapping[str, int]
    record: Line | None


@dataclass(frozen=True)
class SpecKit:
    """A box is all that this form says of a status; the record below the entry says the rest.

    `project` is the name of the project's folder, below which absolute paths are looked for.
    """

    project: str = ""
    vocabulary: ClassVar[Vocabulary] = Vocabulary(
        reads={_UNTICKED: TaskStatus.PENDING, _TICKED: TaskStatus.COMPLETED},
        writes={status: _TICKED if status is TaskStatus.COMPLETED else _UNTICKED for status in TaskStatus},
    )

    def files(self, path: Path) -> Sequence[Path]:
        """The list itself."""
        return (path,)

    def read(self, text: str, shown_as: str) -> Sequence[Found]:
        """The tasks of the list, without what stands in code."""
        lines = list(lines_of(text))
        following = [*lines[1:], None]
        pairs = zip(lines, following, strict=True)
        matches = [(line, after, _TASK.match(line.text)) for line, after in pairs if not line.code]
        founds = [_found(line, after, match, shown_as) for line, after, match in matches if match]
        return [_with_paths(found, self.project) for found in founds]

    def edits(self, text: str, edit: Edit) -> Sequence[Replacement]:
        """The box, and the record below it."""
        spot = cast(_Spot, edit.found.spot)
        edits: list[Replacement] = []
        if edit.word is not None:
            tick = _tick_of(text) if edit.word == _TICKED else " "
            edits.append(Replacement(spot.box, spot.box + 1, tick))
        said = in_own_words({"labels": list(spot.labels)}, edit.fields)
        for (label, start), new in zip(
            spot.labels.items(), cast(list[str], said.get("labels") or spot.labels), strict=True
        ):
            edits += [Replacement(start, start + len(label), new)] if new != label else []
        indent = " " * (len(spot.line.text) - len(spot.line.text.lstrip()) + 2)
        written = record_line(edit.record, indent)
        if spot.record:
            return [*edits, Replacement(spot.record.start, spot.record.end, written)]
        end = spot.line.end
        return [*edits, Replacement(end, end, newline_at(text, end) + written)]


def _found(line: Line, after: Line | None, match: re.Match[str], shown_as: str) -> Found:
    record_at, record = read_record([after] if after else [], shown_as)
    rest = match["rest"]
    labels, title = _labels(rest, line.start + match.start("rest"))
    needs = [task_id for named in _NEEDS.findall(title) for task_id in re.findall(r"T\d+[A-Za-z]?", named)]
    entry: dict[str, object] = {"id": match["id"], "title": title}
    entry |= {"dependencies": needs} if needs else {}
    entry |= {"labels": list(labels)} if labels else {}
    word = _UNTICKED if match["box"] == " " else _TICKED
    box = line.start + match.start("box")
    spot = _Spot(line, box, labels, record_at)
    return Found(line.number, with_own_words(entry), word, spot, record, writable_words(entry))


def _labels(rest: str, start: int) -> tuple[dict[str, int], str]:
    """The labels before the title, such as [P], [US1] and [backend], with the place of each, and the title."""
    labels: dict[str, int] = {}
    end = 0
    while found := _LABEL.match(rest, end):
        labels[found[1]] = start + found.start(1)
        end = found.end()
    return labels, rest[end:].strip()


def _with_paths(found: Found, project: str) -> Found:
    paths = (_relative(path, project) for path in _paths(str(found.entry["title"])))
    deliverables = list(dict.fromkeys(path for path in paths if path))
    return replace(found, entry={**found.entry, "deliverables": deliverables}) if deliverables else found


def _relative(path: str, project: str) -> str:
    """The path below the project; empty for one that lies elsewhere, on whatever machine it was written."""
    if not path.startswith("/"):
        return path
    below = path.partition(f"/{project}/")[2]
    return below if project and below else ""


def _paths(title: str) -> Iterator[str]:
    """The paths of files; in code spans those that fill the span."""
    for span in _SPAN.findall(title):
        if found := _PATH.fullmatch(span.strip()):
            yield found[1]
    yield from _PATH.findall(_SPAN.sub(" ", title))


def _tick_of(text: str) -> str:
    """The letter with which the file ticks boxes, `X` as spec-kit's own command writes it."""
    return "x" if "[x]" in text and "[X]" not in text else "X"
