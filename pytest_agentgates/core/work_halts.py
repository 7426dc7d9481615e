"""Why no further task may be begun until a person, or a passing run, has put things right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_agentgates.core.printable import one_line
from pytest_agentgates.core.task import HANDED_ON, MoveReason, Task

MOST_FAILED = 3
_GATES = ("authorized", "tenant_filter", "tenant_runtime", "row_security")
_SECURITY_RULE = re.compile(r"S\d{3}")
NEW_FEATURE = 3
_FAILED = (MoveReason.ATTEMPT_FAILED.value, MoveReason.ATTEMPTS_USED_UP.value, MoveReason.REGRESSION.value)


@dataclass(frozen=True)
class Halt:
    """One reason to halt, the tasks it is about, and what lifts it."""

    reason: str
    tasks: tuple[str, ...]
    fix: str


@dataclass(frozen=True)
class Judgement:
    """What a run said of one task; `security` names the findings about security that stand."""

    task_id: str
    run_id: str
    status: str
    security: tuple[str, ...] = ()


def halts(all_tasks: Sequence[Task], judgements: Iterable[Judgement]) -> tuple[Halt, ...]:
    """Every reason to halt; `judgements` newest first."""
    by_id = {task.id: task for task in all_tasks}
    latest: dict[str, Judgement] = {}
    for judgement in judgements:
        if judgement.task_id in by_id and judgement.status in ("pass", "fail"):
            latest.setdefault(judgement.task_id, judgement)
        if len(latest) == len(by_id):
            break
    found = [*_failed_in_a_row(latest.values(), by_id), *_security(latest.values()), *_drift(all_tasks)]
    return tuple(found)


def judgements_of(document: Mapping[str, object]) -> Iterator[Judgement]:
    """What a quality_gates_run.json says of each of its tasks."""
    run_id = str(document.get("run_id"))
    gates = _objects(document.get("gates"))
    for task in _objects(document.get("tasks")):
        name = str(task.get("id"))
        security = tuple(dict.fromkeys(_security_findings(gates, name)))
        yield Judgement(name, run_id, str(task.get("status")), security)


def drift_of(task: Task) -> list[Mapping[str, object]]:
    """The drift that the task records, oldest first."""
    drift = task.extra.get("drift")
    return [drift] if isinstance(drift, dict) else _objects(drift)


def is_open_drift(entry: Mapping[str, object]) -> bool:
    """Whether an entry halts the work: a drift of tier 3 that nobody settled."""
    return entry.get("tier") in (NEW_FEATURE, str(NEW_FEATURE)) and not entry.get("resolved")


def _failed_in_a_row(latest: Iterable[Judgement], by_id: Mapping[str, Task]) -> Iterator[Halt]:
    failed: list[str] = []
    for judgement in latest:
        if judgement.status != "fail" or not _still_failed(by_id[judgement.task_id]):
            break
        failed.append(judgement.task_id)
    if len(failed) >= MOST_FAILED:
        reason = f"{len(failed)} tasks in a row failed their gates: {', '.join(reversed(failed))}"
        yield Halt(
            reason,
            tuple(failed),
            f"look for what they share and mend one, or reopen one that is blocked: pytest --agent-task {failed[0]}",
        )


def _still_failed(task: Task) -> bool:
    """Whether the task failed and was only handed on since: reopening it is a person's word to go on."""
    told = (step.reason for step in reversed(task.history) if step.reason not in HANDED_ON)
    return next(told, "") in _FAILED


def _security(latest: Iterable[Judgement]) -> Iterator[Halt]:
    for judgement in latest:
        if judgement.security:
            reason = f"task {judgement.task_id} has a security finding: {'; '.join(judgement.security)}"
            yield Halt(reason, (judgement.task_id,), f"mend it, then: pytest --agent-task {judgement.task_id}")


def _security_findings(gates: Sequence[Mapping[str, object]], task_id: str) -> Iterator[str]:
    for gate in gates:
        tasks = gate.get("tasks")
        if isinstance(tasks, list) and tasks and task_id not in tasks:
            continue
        for finding in _objects(gate.get("findings")):
            rule = str(finding.get("rule"))
            counts = finding.get("severity") == "error" and not finding.get("waived")
            if counts and (gate.get("name") in _GATES or _SECURITY_RULE.fullmatch(rule)):
                yield one_line(f"{rule} {finding.get('path') or ''}".strip())


def _drift(all_tasks: Sequence[Task]) -> Iterator[Halt]:
    for task in all_tasks:
        for entry in drift_of(task):
            if is_open_drift(entry):
                told = one_line(str(entry.get("what") or entry.get("description") or "no description"))
                fix = f"let a person decide: agentgates tasks drift {task.id} --resolve --reason TEXT --agent NAME"
                yield Halt(f"task {task.id} records a drift of tier 3: {told}", (task.id,), fix)


def _objects(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
