"""The run: tests and gates of one or more tasks, the verdicts, the evidence, the moves."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_agentgates.choose_base import base_of_run, unreviewed_at
from pytest_agentgates.clean_run import Scene, clean_scene, in_place, why_in_place
from pytest_agentgates.core.moves import TAKEN_BACK, moves_after
from pytest_agentgates.core.outcomes import TestClaim
from pytest_agentgates.core.ports import TaskStore
from pytest_agentgates.core.record import RunRecord, TaskOutcome
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.verdict import GateResult, GateStatus, judge
from pytest_agentgates.core.workspace_port import ExpectedTests
from pytest_agentgates.describe_run import describe_run, new_run_id
from pytest_agentgates.errors import AgentGatesError, Mistake, NoTestsError, UsageError
from pytest_agentgates.evolution_log import log_skipped
from pytest_agentgates.forged_status import forged_completions
from pytest_agentgates.map_tests import map_all
from pytest_agentgates.move_task import move_task
from pytest_agentgates.project import Project
from pytest_agentgates.redact import cleaned
from pytest_agentgates.run_stages import Display, RunRequest, outputs_of, run_stages
from pytest_agentgates.safe_write import undisturbed
from pytest_agentgates.select_tasks import select_tasks
from pytest_agentgates.source.test_settings import read_test_settings
from pytest_agentgates.source.tree import digest_files
from pytest_agentgates.survey_project import changed_files, survey_project
from pytest_agentgates.task_log import read_task_log, unlogged
from pytest_agentgates.update_queues import update_queues
from pytest_agentgates.workspace import ProjectWorkspace
from pytest_agentgates.write_evidence import write_evidence

REQUIRED = frozenset({"ready", "tests_pass", "config"})
MOST_NAMED = 5


@dataclass(frozen=True)
class JudgedRun:
    """A finished run, the folder of its evidence relative to the root, and what kept queues from following."""

    record: RunRecord
    evidence: str
    queue_problems: tuple[str, ...] = ()


def check_task(project: Project, request: RunRequest, display: Display) -> JudgedRun:
    """Run, judge, write the evidence, move the tasks.

    Raises UsageError and NoTestsError before anything ran, and RunInterruptedError with everything as it was.
    """
    store, tasks, record = _judged(project, request, display)
    with undisturbed():
        _write(project, store, record, tasks if request.update else ())
    moved = [outcome.task_id for outcome in record.outcomes if outcome.steps]
    return JudgedRun(record, project.config.evidence, _follow(project, moved, record.run_id))


def _follow(project: Project, moved: Sequence[str], run_id: str) -> tuple[str, ...]:
    """Bring queues and the evolution log up to date; every problem as text, because the store is what holds."""
    if not moved:
        return ()
    problems = update_queues(project, moved)
    try:
        log_skipped(project, moved, run_id)
    except AgentGatesError as error:
        return (*problems, str(error))
    return problems


def judge_anew(project: Project, request: RunRequest, display: Display) -> RunRecord:
    """Run and judge, and write nothing; raises what `check_task` raises."""
    return _judged(project, request, display)[2]


def _judged(project: Project, request: RunRequest, display: Display) -> tuple[TaskStore, tuple[Task, ...], RunRecord]:
    started = project.clock.now()
    store = project.open_store()
    all_tasks = store.load()
    recorded = select_tasks(all_tasks, request.tasks)
    tasks = tuple(replace(task, base="") for task in recorded) if request.pinned else recorded
    workspace = survey_project(project, all_tasks, request.agent, request.base, _task_base(project, tasks))
    workspace = replace(workspace, tasks=tasks)
    before = digest_files(project.root, workspace.files)
    with tempfile.TemporaryDirectory(prefix="agentgates-") as name:
        scene = _set_scene(workspace, request, Path(name).resolve())
        workspace = replace(workspace, expected=_checked(tasks, scene.expected))
        results, claim = run_stages(project, request, workspace, scene, display)
    changed = changed_files(project, before, tuple(outputs_of(request, project.root)))
    unreviewed = _unreviewed(project, request, workspace)
    incomplete = [*_of_files(changed), *_of_base(tasks, workspace), *_of_log(project, recorded)]
    incomplete += unreviewed if project.config.base else ()
    forged = forged_completions(project, store, tasks)
    incomplete += [
        f"the task {task_id} became completed while it was judged, and no move says so" for task_id in forged
    ]
    outcomes = tuple(_judge(task, results, claim, incomplete, project) for task in tasks)
    outcomes = tuple(replace(one, steps=TAKEN_BACK) if one.task_id in forged else one for one in outcomes)
    if not request.update:
        outcomes = tuple(replace(outcome, steps=()) for outcome in outcomes)
    record = describe_run(project, replace(workspace, claim=claim), before, results, outcomes)
    record = replace(record, run_id=new_run_id(started), run_at=started, trigger=request.trigger)
    record = replace(record, assurance=scene.assurance, assurance_notes=(*scene.notes, *unreviewed))
    return store, tasks, cleaned(record, project.root, os.environ)  # before anyone shows it, stores it or logs it


def _write(project: Project, store: TaskStore, record: RunRecord, tasks: Sequence[Task]) -> None:
    """The evidence first: a task is never completed without it."""
    folder = project.root / project.config.evidence
    digest = write_evidence(record, folder, project.writers, project.statement, project.root)
    bases = {task.id: _first_base(task, record) for task in tasks}
    for outcome in record.outcomes:
        move_task(store, record, outcome, digest, bases.get(outcome.task_id, ""))


def _first_base(task: Task, record: RunRecord) -> str:
    """The base that a task's first run records; a task that is done has no more use for one."""
    return "" if task.base or task.status is TaskStatus.COMPLETED else record.git.base


def _task_base(project: Project, tasks: Sequence[Task]) -> str:
    """The recorded base; without one the last commit of the branch that is not this task's own work."""
    return next((task.base for task in tasks if task.base), "") or base_of_run(project)


def _set_scene(workspace: ProjectWorkspace, request: RunRequest, folder: Path) -> Scene:
    on_disk = map_all(workspace.root, workspace.tasks, read_test_settings(workspace.root))
    why = why_in_place(workspace, on_disk, request.in_place)
    return in_place(workspace, on_disk, why) if why else clean_scene(workspace, on_disk, folder)


def _checked(tasks: Sequence[Task], expected: Mapping[str, ExpectedTests]) -> Mapping[str, ExpectedTests]:
    """The expected tests of each task; raises for tests that are not there and tasks that have none."""
    problems = [problem for tests in expected.values() for problem in tests.problems]
    if problems:
        raise UsageError.of(
            [Mistake(f"{found.rule} {found.message}", _place(found.path, found.line), found.fix) for found in problems]
        )
    for task in tasks:
        if not expected[task.id].arguments:
            fix = f'name its tests in test_files, or mark them with @pytest.mark.agent_task("{task.id}")'
            raise NoTestsError(f"TSK006 no test is mapped to task {task.id}", task.where, fix)
    return expected


def _of_base(tasks: Sequence[Task], workspace: ProjectWorkspace) -> Iterator[str]:
    """A base that was named for this run must not stand for the one that was recorded when the work began."""
    used = workspace.base.commit if workspace.base else ""
    for task in tasks:
        if task.base and used and not used.startswith(task.base):
            yield (
                f"measured against {used[:12]}, not against {task.base[:12]}, which the task records; "
                f"to move it for good: agentgates tasks rebase {task.id} REV --reason TEXT"
            )


def _unreviewed(project: Project, request: RunRequest, workspace: ProjectWorkspace) -> tuple[str, ...]:
    """What the base holds that is nobody's: without a configured base that is told, with one it completes nothing."""
    if request.pinned or workspace.base is None:
        return ()
    note = unreviewed_at(project, workspace.base.commit).note
    return (note,) if note else ()


def _of_log(project: Project, tasks: Sequence[Task]) -> Iterator[str]:
    """What a task says of its base and boundary must be what the log says that was recorded."""
    log = read_task_log(project)
    for task in tasks:
        yield from (f"{problem}; what to do: agentgates doctor" for problem in unlogged(task, log))


def _of_files(changed: Sequence[str]) -> Iterator[str]:
    if changed:
        named = ", ".join(changed[:MOST_NAMED])
        more = f" and {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else ""
        yield f"TMP015 files changed while they were judged: {named}{more}"


def _place(path: str, line: int) -> str:
    return f"{path}:{line}" if line else path


def _judge(
    task: Task, results: Sequence[GateResult], claim: TestClaim | None, of_run: Sequence[str], project: Project
) -> TaskOutcome:
    own = [result for result in results if not result.tasks or task.id in result.tasks]
    ran = any(result.name == "tests_pass" and result.status is not GateStatus.SKIP for result in own)
    incomplete = [] if ran else ["the task is not ready, its tests were not run"]
    if claim and claim.narrowed:
        incomplete.append(f"the run was narrowed by {', '.join(claim.narrowed)}")
    incomplete += of_run
    verdict = judge(own, REQUIRED if ran else frozenset({"ready"}), incomplete)
    return TaskOutcome(task.id, verdict, moves_after(task, verdict, project.config.max_attempts), task.layer)
