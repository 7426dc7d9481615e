"""Judges the unchecked criteria of a task, ticks what was proved, and commits it where that was asked for."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pytest_agentgates.command_fence import Fence, FenceOptions, open_fence
from pytest_agentgates.core.boundary import Drift, boundary_of
from pytest_agentgates.core.claims import agent_called
from pytest_agentgates.core.criteria import PROGRESS, TICKED, Criterion, criteria_of, progress_entry, task_type
from pytest_agentgates.core.criterion_proof import CriteriaResult, Proof, ProofState
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import Task
from pytest_agentgates.errors import AgentGatesError, UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.prove_criteria import prove_criteria, prove_criterion
from pytest_agentgates.run_git import Git
from pytest_agentgates.select_tasks import find_task
from pytest_agentgates.source.globs import matches
from pytest_agentgates.source.tree import differences, digest_files
from pytest_agentgates.store_location import files_of
from pytest_agentgates.survey_project import project_files
from pytest_agentgates.tool_output import last_lines

_OPERATION = "criteria"
_COMMIT_SECONDS = 600


@dataclass(frozen=True)
class CriteriaRequest:
    """What is asked for; `numbers` empty for all that are unchecked."""

    task_id: str
    numbers: tuple[int, ...] = ()
    dry_run: bool = False
    stage: bool = False
    commit: bool = False
    agent: str = ""


def work_criteria(project: Project, request: CriteriaRequest, options: FenceOptions) -> CriteriaResult:
    """Run the commands of unchecked criteria in order, and write down what they proved.

    Raises UsageError for an unknown task or number, another agent's task, a store without boxes, the wrong folder or
    branch, and a criterion that was reworded while it was judged.
    """
    task = find_task(project.open_store().load(), request.task_id)
    agent = agent_called(request.agent or project.config.agent)
    _check_owner(task, agent)
    criteria = criteria_of(task)
    selected = _selected(task, criteria, request.numbers)
    fence = open_fence(project.root, task, options)
    if request.dry_run:
        proofs = tuple(_foreseen(criterion, fence) for criterion in selected)
        return CriteriaResult(task, task_type(task.extra.get("labels")), criteria, proofs, dry_run=True)
    if request.stage or request.commit:
        _check_repository(project)
    return _Work(project, request, task, agent, fence).run(criteria, selected)


@dataclass(frozen=True)
class _Work:
    """Judging that writes."""

    project: Project
    request: CriteriaRequest
    task: Task
    agent: str
    fence: Fence

    def run(self, criteria: tuple[Criterion, ...], selected: Sequence[Criterion]) -> CriteriaResult:
        before = self._digests()
        proofs = tuple(prove_criteria(selected, criteria, self.fence))
        modified = differences(before, self._digests())
        met = [proof.criterion for proof in proofs if proof.state is ProofState.MET]
        own = self._tick(met)
        numbers = {criterion.number for criterion in met}
        after = tuple(replace(one, done=one.done or one.number in numbers) for one in criteria)
        kind = task_type(self.task.extra.get("labels"))
        files = tuple(sorted({*modified, *own}))
        result = CriteriaResult(self.task, kind, after, proofs, entry=progress_entry(met), files_modified=files)
        return self._committed(result) if met and not result.unmet else result

    def _digests(self) -> Mapping[str, str]:
        return digest_files(self.project.root, project_files(self.project))

    def _tick(self, met: Sequence[Criterion]) -> tuple[str, ...]:
        """Tick in one change, which another's tick cannot undo; the file that was written."""
        if not met:
            return ()
        now = self.project.clock.now()
        fields = {TICKED: [criterion.identity for criterion in met], PROGRESS: progress_entry(met)}
        store = self.project.open_store()
        current = find_task(store.load(), self.task.id)
        change = TaskChange(
            self.task.id, current.status.value, (), now, self.agent, run_id="", fields=fields, operation=_OPERATION
        )
        store.apply(change)
        return (self.task.where.rpartition(":")[0],)

    def _committed(self, result: CriteriaResult) -> CriteriaResult:
        if not (self.request.stage or self.request.commit):
            return result
        paths = self._of_task(result)
        if not paths:  # without a path git would commit whatever is staged
            return result
        self._git("add", "--", *paths)
        if not self.request.commit:
            return replace(result, staged=paths)
        numbers = ", ".join(str(proof.criterion.number) for proof in result.met)
        self._git("commit", "-q", "-m", f"{self.task.id}: criteria {numbers} met", "--", *paths)
        return replace(result, staged=paths, commit=Git(self.project.root, self.project.tools).commit("HEAD"))

    def _of_task(self, result: CriteriaResult) -> tuple[str, ...]:
        """What belongs to the task and differs from the last commit: its files, and what its boundary includes."""
        said = self._git("status", "--porcelain", "-z", "--untracked-files=all", "--no-renames")
        # Git names paths from its own top folder, which may lie above the project's.
        prefix = self._git("rev-parse", "--show-prefix").rstrip("\r\n")
        named = [entry[3:] for entry in said.split("\0") if entry]
        changed = [path.removeprefix(prefix) for path in named if path.startswith(prefix)]
        written = {*result.files_modified, *files_of(self.project.config.tasks, self.project.root)}
        boundary = boundary_of((self.task,))

        def belongs(path: str) -> bool:
            inside = boundary.is_declared and boundary.drift(path, matches) is Drift.INCLUDED
            return path in written or inside

        return tuple(sorted(path for path in changed if belongs(path)))

    def _git(self, *arguments: str) -> str:
        """Git with the user's own settings and hooks: a commit must not pass them by."""
        git = shutil.which("git") or "git"
        command = (git, "--literal-pathspecs", *arguments)
        ran = self.project.tools.run(command, cwd=self.project.root, seconds=_COMMIT_SECONDS)
        if ran.problem or ran.exit_code:
            said = last_lines(f"{ran.stdout}\n{ran.stderr}", 8)
            what = f"the criteria are ticked, but git {arguments[0]} failed: {ran.problem or said}"
            raise AgentGatesError(what, fix=f"mend it, then commit yourself: git {arguments[0]}")
        return ran.stdout


def _check_owner(task: Task, agent: str) -> None:
    if task.owner and agent and task.owner != agent:
        what = f"{task.id} is owned by {task.owner}, not by {agent}"
        raise UsageError(what, task.where, f"let {task.owner} finish or release it, or work on another task")


def _add_criteria(task: Task) -> str:
    if task.where.rpartition(":")[0].endswith(".md"):
        return "add `## Acceptance Criteria` with boxes"
    return (
        "only Markdown has boxes; give it `acceptance_criteria`, which the gate criteria_met judges: agentgates run ID"
    )


def _selected(task: Task, criteria: Sequence[Criterion], numbers: Sequence[int]) -> tuple[Criterion, ...]:
    if not criteria:
        raise UsageError(f"{task.id} has no acceptance criteria", task.where, _add_criteria(task))
    if not all(criterion.line for criterion in criteria):
        what = f"the criteria of {task.id} are no boxes of Markdown, which could be ticked"
        raise UsageError(what, task.where, "have the gate criteria_met judge them: agentgates run ID")
    by_number = {criterion.number: criterion for criterion in criteria}
    for number in numbers:
        if number not in by_number:
            raise UsageError(f"{task.id} has no criterion {number}", task.where, f"name one from 1 to {len(criteria)}")
        if by_number[number].done:
            raise UsageError(f"criterion {number} of {task.id} is ticked already", task.where, "name an unchecked one")
    return tuple(one for one in criteria if not one.done and (not numbers or one.number in numbers))


def _foreseen(criterion: Criterion, fence: Fence) -> Proof:
    """What a run would begin with; no command of the criterion is run."""
    if not criterion.commands:
        return prove_criterion(criterion, fence)
    for command in criterion.commands:
        if found := fence.obstacle(command):
            return Proof(criterion, ProofState.BLOCKED, found.code, found.what, found.fix, command)
    return Proof(criterion, ProofState.MET)


def _check_repository(project: Project) -> None:
    if problem := Git(project.root, project.tools).problem():
        raise UsageError(f"nothing can be staged: {problem}", fix="leave --stage and --commit out")
