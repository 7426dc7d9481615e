"""Records that a task drifts from what was asked, and that a person settled it."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentgates.claim_task import agent_name
from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.work_halts import NEW_FEATURE, drift_of, is_open_drift
from pytest_agentgates.errors import UsageError
from pytest_agentgates.evolution_log import Entry, check_log, log_evolution
from pytest_agentgates.project import Project
from pytest_agentgates.select_tasks import find_task

_DRIFT = "drift"
TIERS = (1, 2, NEW_FEATURE)
_TIERS = "add --tier 1 (small and documented), 2 (outside the scope) or 3 (a new thing), and --what TEXT"


def record_drift(project: Project, task_id: str, tier: int, what: str, agent: str) -> Task:
    """Note on the task that its work leads elsewhere; tier 3 halts the work.

    Raises UsageError for a tier that there is not, without a description or an agent, and for an unknown task.
    """
    if tier not in TIERS:
        what_is_wrong = f"there is no tier {tier}" if tier else "a drift is recorded with its tier"
        raise UsageError(what_is_wrong, fix=_TIERS)
    if not what.strip():
        raise UsageError("a drift is recorded with what it is", fix="add --what TEXT")
    store = project.open_store()
    task = find_task(store.load(), task_id)
    by = agent_name(project, agent)
    entry = {"tier": tier, "what": what.strip(), "by": by, "at": rfc3339(project.clock.now()), "resolved": False}
    check_log(project)
    after = store.apply(_change(project, task, [*drift_of(task), entry], by))
    log_evolution(project, [_entry(task, tier, entry["what"], by)])
    return after


def resolve_drift(project: Project, task_id: str, reason: str, agent: str) -> Task:
    """Note that every open drift of the task is settled, by whom and how.

    Raises UsageError without a reason or a name, where nothing is open, and where who works on the task, or recorded
    the drift, would settle one of tier 3.
    """
    if not reason.strip():
        raise UsageError("a drift is resolved with the decision", fix="add --reason TEXT")
    store = project.open_store()
    task = find_task(store.load(), task_id)
    by = agent_name(project, agent)
    entries = drift_of(task)
    _check_settled_by(task, entries, by)
    settled = {
        "resolved": True,
        "resolved_by": by,
        "resolved_at": rfc3339(project.clock.now()),
        "decision": reason.strip(),
    }
    after = [entry if entry.get("resolved") else {**entry, **settled} for entry in entries]
    return store.apply(_change(project, task, after, by))


def _check_settled_by(task: Task, entries: list[Mapping[str, object]], by: str) -> None:
    unsettled = [entry for entry in entries if not entry.get("resolved")]
    if not unsettled:
        raise UsageError(f"task {task.id} has no open drift", task.where, f"agentgates tasks show {task.id}")
    own = [entry for entry in unsettled if is_open_drift(entry) and by in (task.owner, entry.get("by"))]
    if own:
        what = f"{by} works on task {task.id}, and does not settle a drift of tier {NEW_FEATURE}"
        raise UsageError(what, task.where, "let a person decide, and name them with --agent")


def _entry(task: Task, tier: int, what: object, by: str) -> Entry:
    halts = tier == NEW_FEATURE
    return Entry(
        title=f"{task.id} drifts (tier {tier})",
        kind="drift",
        trigger=f"{what} ({by})",
        task=task.id,
        impact="the work halts" if halts else "the work goes on",
        proposal="let a person decide" if halts else "none is needed" if tier == 1 else "assess it",
    )


def _change(project: Project, task: Task, entries: list[Mapping[str, object]], by: str) -> TaskChange:
    now = project.clock.now()
    fields = {_DRIFT: [dict(entry) for entry in entries]}
    return TaskChange(task.id, task.status.value, (), now, by, run_id="", fields=fields, operation=_DRIFT)
