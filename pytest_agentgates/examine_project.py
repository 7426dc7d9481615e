"""`agentgates doctor`: do task lists, log, evidence and configuration hold each other up?"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pytest_agentgates import transaction_log
from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.evidence_claims import Claim, contradictions, read_claim_of
from pytest_agentgates.git_folder import common_git_folder
from pytest_agentgates.run_git import Git
from pytest_agentgates.safe_write import is_temporary, lock_path_for, locked, sweep
from pytest_agentgates.source.shadowing import ROOTS, shadows
from pytest_agentgates.task_log import unlogged
from pytest_agentgates.transaction_log import LogEntry

CODE = "AGT005"
_UNTICKED = re.compile(r"^\s*[-*] \[ \] ", re.MULTILINE)
_CHANGED = re.compile(r"^\W*_?(?:last_updated|last_modified)\W+([\dT:.Z+-]{10,})", re.MULTILINE)
_LISTED = 12
_LOCK_SECONDS = 5
OpenStore = Callable[[str], Sequence[Task] | None]


@dataclass(frozen=True)
class Examined:
    """What was looked at, what disagrees, and what was mended."""

    lists: tuple[str, ...]
    evidence: tuple[str, ...]
    findings: tuple[Finding, ...]
    mended: tuple[str, ...] = ()


@dataclass
class Examination:
    """Looks at one project; `load` gives the tasks of a file that is a task list, None for any other.

    `own_log` reads the log of a store that keeps it itself; `store` is then its name, which `load` knows as well.
    """

    root: Path
    files: Sequence[str]
    store: str
    git: Git
    load: OpenStore
    own_log: Callable[[], Sequence[LogEntry]] | None = None
    lists: dict[str, tuple[Task, ...]] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)

    def run(self) -> Examined:
        """Compare everything with everything that speaks of the same."""
        problems = list(self._read_lists())
        self.claims = [claim for path in self.files if _may_be_evidence(path) if (claim := self._claim(path))]
        findings = [
            *problems,
            *self._between_lists(),
            *self._unticked(),
            *self._without_evidence(),
            *self._evidence(),
            *self._log(),
            *self._left_over(),
            *self._shadows(),
        ]
        return Examined(tuple(self.lists), tuple(claim.path for claim in self.claims), tuple(findings))

    def _read_lists(self) -> Iterator[Finding]:
        texts = [path for path in self.files if path.endswith((".json", ".jsonl", ".md", ".yaml", ".yml"))]
        for path in [*([self.store] if self.own_log else []), *texts]:
            try:
                tasks = self.load(path)
            except AgentGatesError as error:
                if path == self.store:
                    yield _finding(path, f"the task list cannot be read: {error}", "correct it")
                continue
            if tasks:
                self.lists[path] = tuple(tasks)

    def _between_lists(self) -> Iterator[Finding]:
        paths = list(self.lists)
        for index, path in enumerate(paths):
            for other in paths[index + 1 :]:
                yield from self._compare(path, other)

    def _compare(self, path: str, other: str) -> Iterator[Finding]:
        there = {task.id: task for task in self.lists[other]}
        shared = [(task, there[task.id]) for task in self.lists[path] if task.id in there]
        differ = [(one, two) for one, two in shared if one.status is not two.status]
        if not differ:
            return
        done = sum(one.status is TaskStatus.COMPLETED for one, _ in shared)
        done_there = sum(two.status is TaskStatus.COMPLETED for _, two in shared)
        first = differ[0]
        message = (
            f"{len(differ)} of {len(shared)} tasks stand otherwise in {other}: "
            f"{done} of {len(shared)} are completed here, {done_there} there "
            f"({first[0].id} is {first[0].status.value} here and {first[1].status.value} there)"
        )
        yield _finding(path, message, "judge the tasks again and keep one list: agentgates run ID", first[0].where)

    def _unticked(self) -> Iterator[Finding]:
        """Lists whose tasks are completed, here or elsewhere, beside boxes that nobody ticked."""
        done = {task.id for tasks in self.lists.values() for task in tasks if task.status is TaskStatus.COMPLETED}
        for path, tasks in self.lists.items():
            named = done & {task.id for task in tasks}
            count = len(_UNTICKED.findall(_text(self.root / path))) if path.endswith(".md") else 0
            if named and count and len(named) == len(tasks):
                message = f"all {len(named)} tasks are said to be completed, {count} criteria are not ticked"
                yield _finding(path, message, "prove the criteria, or take the tasks back: agentgates tasks reopen ID")

    def _without_evidence(self) -> Iterator[Finding]:
        proved = {task for claim in self.claims if claim.is_own for task in claim.tasks}
        for path, tasks in self.lists.items():
            bare = [task for task in tasks if task.status is TaskStatus.COMPLETED and task.id not in proved]
            if bare:
                names = ", ".join(task.id for task in bare[:_LISTED]) + (", ..." if len(bare) > _LISTED else "")
                have = "completed task has" if len(bare) == 1 else "completed tasks have"
                message = f"{len(bare)} {have} no evidence of this tool: {names}"
                yield _finding(path, message, "judge them: agentgates run ID", bare[0].where)

    def _claim(self, path: str) -> Claim | None:
        try:
            return read_claim_of(path, (self.root / path).read_bytes())
        except OSError:
            return None

    def _evidence(self) -> Iterator[Finding]:
        for claim in self.claims:
            if not claim.is_own:
                message = "it was not written by this tool, so nothing in it can be verified"
                yield _finding(claim.path, message, "judge the task again: agentgates run ID")
            for mistake in claim.mistakes:
                yield _finding(claim.path, mistake, "judge the task again: agentgates run ID")
            yield from self._time(claim)
        for path, message in contradictions(self.claims):
            yield _finding(path, message, "judge the task again: agentgates run ID")

    def _time(self, claim: Claim) -> Iterator[Finding]:
        """A run that is said to have happened after the commit that holds its evidence."""
        committed = self._committed(claim.path)
        if claim.at is not None and committed is not None and claim.at > committed:
            message = f"it says {claim.at.isoformat()}, the commit that contains it is of {committed.isoformat()}"
            yield _finding(claim.path, message, "judge the task again: agentgates run ID")

        for path in self.lists:
            changed = _changed_at(_text(self.root / path))
            if claim.at is not None and changed is not None and claim.at > changed and not claim.is_own:
                message = (
                    f"it says {claim.at.isoformat()}, {path}, which rests on it, was last changed {changed.isoformat()}"
                )
                yield _finding(claim.path, message, "judge the task again: agentgates run ID")

    def _committed(self, path: str) -> datetime | None:
        ran = self.git.run("log", "-1", "--format=%cI", "--", path)
        text = ran.stdout.strip() if not ran.problem and ran.exit_code == 0 else ""
        return datetime.fromisoformat(text) if text else None

    def _log(self) -> Iterator[Finding]:
        path = self._log_path
        shown = self.store if self.own_log else posixpath.join(posixpath.dirname(self.store), transaction_log.FILE_NAME)
        try:
            entries = self.own_log() if self.own_log else transaction_log.read(path, shown)
        except AgentGatesError as error:
            yield _finding(shown, f"the log cannot be read: {error}", "restore the line from git")
            return
        if not self.own_log and _is_torn(path):
            yield _finding(shown, "its last line is torn", "set it aside: agentgates doctor --fix")
        last = {entry.task_id: entry for entry in entries}
        for task in self.lists.get(self.store, ()):
            entry = last.get(task.id)
            if entry is not None and entry.after and entry.after != task.status.value:
                message = f"{task.id} is {task.status.value}, the log's last move says {entry.after}"
                yield _finding(self.store, message, "judge it again: agentgates run ID", task.where)
            elif entry is None and entries and task.status is TaskStatus.COMPLETED:
                message = f"{task.id} is completed, and the log knows no move of it"
                yield _finding(self.store, message, "judge it again: agentgates run ID", task.where)
            for message in unlogged(task, entries):
                yield _finding(self.store, message, "put it back as it was recorded", task.where)

    def _left_over(self) -> Iterator[Finding]:
        if self.own_log:
            return
        for path in _orphans(self.root / self.store):
            name = posixpath.join(posixpath.dirname(self.store), path.name)
            yield _finding(name, "a writer that was killed left it", "remove it: agentgates doctor --fix")

    def _shadows(self) -> Iterator[Finding]:
        for path, what in shadows(self.files, ROOTS, _text(self.root / "pyproject.toml")):
            yield _finding(path, f"Python imports it in the place of {what}", "give it another name, or take it out")

    @property
    def _log_path(self) -> Path:
        return (self.root / self.store).with_name(transaction_log.FILE_NAME)

    def mend(self) -> tuple[str, ...]:
        """Mend what is safe: a torn last line is set aside, files of killed writers are removed."""
        mended = []
        store = self.root / self.store
        if self.own_log or not store.parent.is_dir():
            return ()
        with locked(lock_path_for(store, common_git_folder(self.root)), _LOCK_SECONDS):
            if _is_torn(self._log_path):
                transaction_log.mend(self._log_path)
                mended.append("the torn last line of the log was set aside")
            mended.extend(f"{path.name} was removed" for path in _orphans(store))
            sweep(store)
        return tuple(mended)


def _finding(path: str, message: str, fix: str, where: str = "") -> Finding:
    line = where.rpartition(":")[2]
    return Finding(CODE, message, path, int(line) if line.isdigit() else 0, fix=fix, snippet=message)


def _may_be_evidence(path: str) -> bool:
    name = posixpath.basename(path)
    return name.endswith(".json") and any(word in name for word in ("quality_gates", "test_report", "test_failures"))


def _is_torn(path: Path) -> bool:
    data = path.read_bytes() if path.is_file() else b""
    return bool(data) and not data.endswith(b"\n")


def _orphans(store: Path) -> list[Path]:
    """Files that writers of the store left beside it when they were killed."""
    target = Path(os.path.realpath(store))
    if not target.parent.is_dir():
        return []
    return sorted(
        path for path in target.parent.iterdir() if path.name.startswith(f".{target.name}.") and is_temporary(path.name)
    )


def _changed_at(text: str) -> datetime | None:
    """When a list says that it was last changed."""
    found = _CHANGED.search(text)
    try:
        moment = datetime.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def facts_of(examined: Examined) -> Mapping[str, object]:
    """The examination as JSON values."""
    return {
        "task_lists": list(examined.lists),
        "evidence": list(examined.evidence),
        "findings": [
            {"rule": one.rule, "path": one.path, "line": one.line, "message": one.message, "fix": one.fix}
            for one in examined.findings
        ],
        "mended": list(examined.mended),
    }
