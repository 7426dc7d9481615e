"""Says whether evidence belongs to this tree and still holds."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates.base_tree import git_facts
from pytest_agentgates.check_task import judge_anew
from pytest_agentgates.core.record import RunRecord
from pytest_agentgates.core.verdict import GateResult, GateStatus, VerdictStatus
from pytest_agentgates.errors import CANNOT_JUDGE, FAILED, PASSED, AgentGatesError
from pytest_agentgates.foreign_evidence import why_foreign
from pytest_agentgates.judged_evidence import MAIN, JudgedEvidence, decode, tasks_of
from pytest_agentgates.project import Project
from pytest_agentgates.protected_branch import ProtectedBranch, protected_branch
from pytest_agentgates.run_stages import Display, RunRequest
from pytest_agentgates.select_tasks import find_task
from pytest_agentgates.source.gitignore import Ignores

IN_PLACE, CLEAN, VERIFIED = LEVELS = ("in_place", "clean", "verified")
_MOST = 3
_JUDGE_IT = "judge it: agentgates run ID; in CI, download or commit the evidence first"


@dataclass(frozen=True)
class VerifyRequest:
    """What the user asked for; `base` names the protected branch, empty for none."""

    task_id: str = ""
    rerun: bool = False
    base: str = ""
    allow_empty: bool = False


@dataclass(frozen=True)
class Reason:
    """Something that was found, and the file it was found in."""

    path: str
    message: str


@dataclass(frozen=True)
class Verification:
    """What was looked at: `broken` says why it does not hold, `unknown` what could not be told, `notes` what else.

    `assurance` is what now holds: `in_place`, `clean` or `verified`; empty where it does not hold.
    """

    evidence: tuple[str, ...]
    tasks: tuple[str, ...] = ()
    broken: tuple[Reason, ...] = ()
    unknown: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()
    assurance: str = ""

    @property
    def exit_code(self) -> int:
        """0 where it holds, 1 where it does not, 3 where that cannot be told."""
        if self.broken:
            return FAILED
        return CANNOT_JUDGE if self.unknown else PASSED


def verify_evidence(project: Project, request: VerifyRequest, display: Display) -> Verification:
    """Check the latest evidence, or that of every task completed since the protected branch; judge anew if asked.

    Raises UsageError for an unknown task or revision, and AgentGatesError where there is no evidence.
    """
    return _Verifying(project, request, display).run()


class _Verifying:
    """Gathers what is found."""

    def __init__(self, project: Project, request: VerifyRequest, display: Display) -> None:
        self.project = project
        self.request = request
        self.display = display
        self.tasks = project.open_store().load()
        self.branch = protected_branch(project, request.base) if request.base else None
        self.judged: dict[Path, JudgedEvidence] = {}
        self.looked_at: dict[Path, None] = {}
        self.broken: list[Reason] = []
        self.notes: list[Reason] = []

    def run(self) -> Verification:
        ids = self._ids()
        if self.branch and not ids:
            return self._nothing(self.branch)
        for task_id in ids:
            self._read(task_id)
        for path, one in self.judged.items():
            self.broken += [Reason(self._shown(path), message) for message in one.broken()]
        self._of_other_files()
        self._of_other_base()
        unknown = [Reason(self._shown(path), text) for path, one in self.judged.items() for text in one.unknown()]
        assurance = self._assurance()
        if self.request.rerun and self.judged and not self.broken:
            assurance = self._judge_anew()
        return Verification(
            evidence=tuple(self._shown(path) for path in self.looked_at),
            tasks=tuple(self._judged_ids()),
            broken=tuple(self.broken),
            unknown=tuple(unknown),
            notes=tuple(self.notes),
            assurance="" if self.broken else assurance,
        )

    def _ids(self) -> tuple[str, ...]:
        if self.request.task_id:
            return (find_task(self.tasks, self.request.task_id).id,)
        return self.branch.completed_since(self.project, self.tasks) if self.branch else ("",)

    def _nothing(self, branch: ProtectedBranch) -> Verification:
        message = f"no task was completed since {branch.revision}: there is nothing to verify"
        reason = Reason(self.project.config.tasks, message)
        return Verification((), notes=(reason,)) if self.request.allow_empty else Verification((), unknown=(reason,))

    def _read(self, task_id: str) -> None:
        """The latest evidence of a task; that there is none is an error, or speaks against a branch."""
        path = _find_evidence(self.project, task_id)
        if path is None:
            of_task = f" of the task {task_id}" if task_id else ""
            if not self.branch:
                raise AgentGatesError(f"there is no evidence{of_task}", self.project.config.evidence, _JUDGE_IT)
            task = find_task(self.tasks, task_id)
            message = f"the task {task_id} is {task.status.value}, and there is no evidence of it"
            self.broken.append(Reason(task.where or self.project.config.tasks, message))
        elif path not in self.looked_at:
            self.looked_at[path] = None
            data = path.read_bytes()
            document = decode(data)
            reasons = why_foreign(document)
            self.broken += [Reason(self._shown(path), reason) for reason in reasons]
            if not reasons:
                by_id = {task.id: task for task in self.tasks}
                self.judged[path] = JudgedEvidence(self.project, path, data, document, by_id)

    def _of_other_files(self) -> None:
        """The last of several judgements on a branch must be of these files; earlier ones are judged anew.

        What git ignores, such as files that an installation writes, a fresh clone does not have.
        """
        differ = {path: list(one.of_other_files()) for path, one in self.judged.items()}
        anew = self.branch is not None and self.request.rerun
        superseded = anew and any(not texts or self._only_ignored(path) for path, texts in differ.items())
        found = [Reason(self._shown(path), text) for path, texts in differ.items() for text in texts]
        (self.notes if superseded else self.broken).extend(found)

    def _only_ignored(self, path: Path) -> bool:
        ignores = Ignores(self.project.root)
        paths = self.judged[path].other_files()
        return bool(paths) and all(ignores.leaves_out(one) for one in paths)

    def _of_other_base(self) -> None:
        for path, one in self.judged.items():
            base = one.document["git"]["base"] or ""
            if self.branch and not (base and self.branch.has(base)):
                measured = f"it was measured against {base[:12]}" if base else "it was measured against nothing"
                reason = Reason(self._shown(path), f"{measured}, which {self.branch.revision} does not have")
                (self.notes if self.request.rerun else self.broken).append(reason)

    def _assurance(self) -> str:
        """What the evidence itself claims, the least of all."""
        claimed = {str(one.document["assurance"]) for one in self.judged.values()}
        return IN_PLACE if IN_PLACE in claimed else CLEAN

    def _judge_anew(self) -> str:
        """Judge all tasks together, in a clean tree where a base is known; returns the assurance that this gives."""
        base = self.branch.start.commit if self.branch else self._recorded_base()
        request = RunRequest(
            tuple(self._judged_ids()), self.project.root, base=base, pinned=self.branch is not None, update=False
        )
        record = judge_anew(self.project, request, self.display)
        place = self._shown(next(iter(self.judged)))
        self.broken += [Reason(place, message) for message in _disagreements(record, list(self.judged.values()))]
        return self._raised(record)

    def _raised(self, record: RunRecord) -> str:
        if record.assurance != CLEAN:
            self.notes += [Reason(".", f"judged anew in place: {note}") for note in record.assurance_notes]
        if record.assurance != CLEAN or not self.branch or not self.project.config.revision:
            return record.assurance
        if git_facts(self.project.root, self.project.tools).dirty:
            self.notes.append(Reason(".", "files differ from the commit that is checked out: verify a fresh clone"))
            return CLEAN
        return VERIFIED

    def _judged_ids(self) -> list[str]:
        return list(dict.fromkeys(task for one in self.judged.values() for task in tasks_of(one.document)))

    def _recorded_base(self) -> str:
        return next((str(one.document["git"]["base"] or "") for one in self.judged.values()), "")

    def _shown(self, path: Path) -> str:
        return os.path.relpath(path, self.project.root).replace(os.sep, "/")


def _find_evidence(project: Project, task_id: str) -> Path | None:
    folder = project.root / project.config.evidence
    runs = sorted((folder / "runs").glob(f"*/{MAIN}"), reverse=True)
    for path in (folder / MAIN, *runs):
        if path.is_file() and (not task_id or task_id in tasks_of(decode(path.read_bytes()))):
            return path
    latest = folder / MAIN
    is_foreign = latest.is_file() and why_foreign(decode(latest.read_bytes()))
    return latest if is_foreign else None  # it may be meant, and says of no task that it is not


def _disagreements(record: RunRecord, judged: Sequence[JudgedEvidence]) -> Iterator[str]:
    """Where a new judgement is another than the evidence says, with what was found."""
    claimed = ", ".join(dict.fromkeys(str(one.document["overall_status"]) for one in judged))
    if record.status is not VerdictStatus.PASS:
        yield f"judged anew it is {record.status.value}, the evidence says {claimed}"
        reasons = dict.fromkeys(reason for outcome in record.outcomes for reason in outcome.verdict.reasons)
        yield from (f"judged anew: {reason}" for reason in reasons)
    said = [gate for one in judged for gate in one.document["gates"] if gate["blocking"]]
    for gate in record.gates:
        before = [one["status"] for one in said if one["name"] == gate.name]
        if gate.blocking and gate.status.value not in before:
            told = before[0] if before else "nothing of it"
            yield f"{gate.name} is {gate.status.value} now, the evidence says {told}"
        if gate.blocking and gate.status in (GateStatus.FAIL, GateStatus.ERROR):
            yield from _found(gate)


def _found(gate: GateResult) -> Iterator[str]:
    counting = [finding for finding in gate.findings if finding.counts]
    for finding in counting[:_MOST]:
        yield f"judged anew: {finding.place}{': ' if finding.place else ''}{finding.rule} {finding.message}"
    if len(counting) > _MOST:
        yield f"judged anew: {len(counting) - _MOST} more of {gate.name}"
