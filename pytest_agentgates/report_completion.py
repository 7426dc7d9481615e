"""Puts the completion report together from the records alone: store, transaction log, evidence."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pytest_agentgates import transaction_log
from pytest_agentgates.base_tree import git_facts
from pytest_agentgates.core.completion import CompletionReport, Note, Proof, Standing, TaskResult
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.next_step import next_step
from pytest_agentgates.project import Project
from pytest_agentgates.recorded_runs import RecordedRun, RecordedRuns
from pytest_agentgates.report_notes import notes_of
from pytest_agentgates.select_tasks import find_task
from pytest_agentgates.source.tree import digest_files, digest_of
from pytest_agentgates.store_location import shown_location
from pytest_agentgates.survey_project import project_files
from pytest_agentgates.task_log import log_path, read_task_log, unlogged
from pytest_agentgates.transaction_log import LogEntry


def report_completion(project: Project, task_id: str = "") -> CompletionReport:
    """The report of all tasks, or of one; raises UsageError for an unknown task and for a store that is unreadable."""
    all_tasks = project.open_store().load()
    chosen = (find_task(all_tasks, task_id),) if task_id else all_tasks
    return _Reporting(project, all_tasks, chosen).report()


@dataclass
class _Reporting:
    """Reads each record once."""

    project: Project
    all_tasks: tuple[Task, ...]
    chosen: tuple[Task, ...]
    faults: list[Note] = field(default_factory=list)
    moves: Mapping[str, Sequence[LogEntry]] = field(default_factory=dict)

    def report(self) -> CompletionReport:
        self.moves = self._read_log()
        if self.runs.fault:
            self.faults.append(Note(self.runs.fault, self.project.config.evidence))
        results = tuple(self._result(task) for task in self.chosen)
        used = self._used(results)
        git = git_facts(self.project.root, self.project.tools)
        return CompletionReport(
            at=self.project.clock.now(),
            store=shown_location(self.project.config.tasks),
            results=results,
            proofs=tuple(self._proof(run) for run in used),
            next_step=next_step(self.project, self.all_tasks, results, tuple(self.faults), self.runs),
            notes=tuple(notes_of(self.project, results, used, self.runs.latest)),
            faults=tuple(self.faults),
            commit=git.commit,
            branch=git.branch,
            runs=len(self.runs.runs),
        )

    @cached_property
    def runs(self) -> RecordedRuns:
        return RecordedRuns(self.project.root, self.project.config.evidence)

    @cached_property
    def files_digest(self) -> str:
        """The digest of the files as they lie on disk now; empty where they cannot be read."""
        try:
            return digest_of(digest_files(self.project.root, project_files(self.project)))
        except AgentGatesError as error:
            self.faults.append(Note(f"the files cannot be compared with what was judged: {error}"))
            return ""

    def _read_log(self) -> Mapping[str, Sequence[LogEntry]]:
        moves: dict[str, list[LogEntry]] = {}
        for entry in self._entries():
            moves.setdefault(entry.task_id, []).append(entry)
        return moves

    def _entries(self) -> Sequence[LogEntry]:
        path = log_path(self.project)
        shown = os.path.relpath(path, self.project.root).replace(os.sep, "/") if path else self.project.config.tasks
        try:
            entries = read_task_log(self.project)
            if path and transaction_log.is_torn(path):
                self.faults.append(Note("its last line is torn and was left out", shown))
        except AgentGatesError as error:
            about = shown_location(shown)
            self.faults.append(Note(f"the log cannot be read, so no completion can be proved: {error}", about))
            return ()
        return entries

    def _result(self, task: Task) -> TaskResult:
        """What the records show of a task; the run that it rests on is the one of its last judged move."""
        moves = self.moves.get(task.id, ())
        judged = [entry for entry in moves if entry.run_id]
        last = next((entry for entry in reversed(judged) if entry.after == task.status.value), None)
        if task.status is TaskStatus.COMPLETED:
            problems = tuple(self._against_completion(task, moves, last))
            standing = Standing.NOT_PROVED if problems else Standing.PROVED
            run = self.runs.runs.get(last.run_id) if last else None
        else:
            problems = tuple(self._against_status(task, moves))
            if task.status is TaskStatus.BLOCKED and last is None:
                problems += ("the log knows of no judged move to blocked",)
            standing = Standing.OPEN
            run = self.runs.latest_of.get(task.id)
        said = run.tasks.get(task.id, {}) if run and not run.problems else {}
        return TaskResult(
            task,
            standing,
            problems,
            run_id=run.folder if run else "",
            outcome=str(said.get("status", "")),
            reasons=(*map(str, said.get("reasons", ())), *self._since(task, run)),
        )

    def _since(self, task: Task, run: RecordedRun | None) -> Iterator[str]:
        """A run after the one that a task rests on, which moved nothing and did not pass it."""
        latest = self.runs.latest_of.get(task.id)
        if run and latest and latest.folder > run.folder and not latest.problems:
            said = latest.tasks[task.id]["status"]
            if said != "pass":
                yield f"a later run, {latest.folder}, says {said}"

    def _against_completion(self, task: Task, moves: Sequence[LogEntry], last: LogEntry | None) -> Iterator[str]:
        """Every reason why the store's word `completed` is not proved."""
        if last is None:
            yield "the log knows of no judged move to completed"
            return
        yield from self._against_status(task, moves)
        run = self.runs.runs.get(last.run_id)
        if run is None:
            yield f"the log names run {last.run_id}, of which there is no evidence"
            return
        if run.sha256 != last.evidence_sha256:
            yield f"the digest of {run.path} does not fit: the log says {last.evidence_sha256[:12] or 'nothing'}, " + (
                f"the file has {run.sha256[:12]}" if run.sha256 else "the file cannot be read"
            )
        yield from (f"{run.path}: {problem}" for problem in run.problems)
        if not run.problems:
            yield from _against_verdict(task, run)

    def _against_status(self, task: Task, moves: Sequence[LogEntry]) -> Iterator[str]:
        yield from unlogged(task, moves)
        last = next((entry.after for entry in reversed(moves) if entry.after), "")
        if last and last != task.status.value:
            yield f"the store says {task.status.value}, the log's last move says {last}"

    def _used(self, results: Sequence[TaskResult]) -> tuple[RecordedRun, ...]:
        """The runs that tasks rest on or were judged by last, newest first, and the latest set where it is another."""
        named = {result.run_id for result in results}
        named |= {run.folder for task in self.chosen if (run := self.runs.latest_of.get(task.id))}
        runs = [run for name, run in self.runs.runs.items() if name in named]
        latest = self.runs.latest
        kept = self.runs.runs.get(str(latest.document.get("run_id"))) if latest else None
        if latest and (kept is None or kept.data != latest.data) and len(self.chosen) == len(self.all_tasks):
            return (latest, *runs)
        return tuple(runs)

    def _proof(self, run: RecordedRun) -> Proof:
        document = run.document
        if not document:
            return Proof(run.path, run.sha256, run.folder, problems=run.problems)
        problems = list(run.problems)
        if not run.folder:
            problems.append(f"it is not what runs/{document['run_id']} keeps")
        now = self.files_digest
        return Proof(
            path=run.path,
            sha256=run.sha256,
            run_id=document["run_id"],
            run_at=document["run_at"],
            tasks=tuple(run.tasks),
            status=document["overall_status"],
            assurance=document["assurance"],
            commit=document["git"]["commit"] or "",
            passed=document["tests"]["passed"],
            executed=document["tests"]["executed"],
            of_these_files=document["git"]["files_digest"] == now if now else None,
            problems=(*problems, *self._against_log(run)),
        )

    @cached_property
    def digests(self) -> Mapping[str, frozenset[str]]:
        """The digests that the log has of each run's evidence."""
        found: dict[str, set[str]] = {}
        for entry in (entry for moves in self.moves.values() for entry in moves if entry.evidence_sha256):
            found.setdefault(entry.run_id, set()).add(entry.evidence_sha256)
        return {run_id: frozenset(digests) for run_id, digests in found.items()}

    def _against_log(self, run: RecordedRun) -> Iterator[str]:
        if self.digests.get(run.folder, frozenset()) - {run.sha256}:
            yield "its digest is not the one that the log has"


def _against_verdict(task: Task, run: RecordedRun) -> Iterator[str]:
    said = run.tasks.get(task.id)
    if said is None:
        yield f"{run.path} does not speak of {task.id}"
    elif said["status"] != "pass" or not said["complete"]:
        yield f"{run.path} says {said['status']}{'' if said['complete'] else ', incomplete'}"
