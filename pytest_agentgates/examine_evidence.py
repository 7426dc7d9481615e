"""Where files of evidence contradict themselves, each other, the tasks and the commits that hold them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.task_contradictions import moment_of
from pytest_agentgates.count_contradictions import in_document
from pytest_agentgates.evidence_claims import Claim, contradictions
from pytest_agentgates.looked_at import LookedAt, found, task_ids_in
from pytest_agentgates.word_contradictions import in_words

_CHANGED = re.compile(r"^\W*_?(?:last_updated|last_modified)\W+([\dT:.Z+-]{10,})", re.MULTILINE)
_LATEST = datetime.max.replace(tzinfo=UTC)


def examine_evidence(at: LookedAt) -> Iterator[Finding]:
    """Every contradiction of the evidence."""
    for claim in at.claims:
        if not claim.is_own:
            yield found(claim.path, "it was not written by this tool, so nothing in it can be verified")
            document = at.document(claim.path)
            yield from (found(claim.path, message) for message in (*in_document(document), *in_words(document)))
        yield from (found(claim.path, mistake) for mistake in claim.mistakes)
        yield from _unknown_tasks(at, claim)
        yield from _time(at, claim)
    yield from (found(path, message) for path, message in contradictions(at.claims))
    yield from _failed(at)


def _unknown_tasks(at: LookedAt, claim: Claim) -> Iterator[Finding]:
    """Tasks that no list has; of words in a file's name only those that read like the ids of a list."""
    if not at.lists:
        return
    kinds = {re.sub(r"\d+", "0", task) for task in at.known}
    in_name = [word for word in task_ids_in(posixpath.basename(claim.path)) if re.sub(r"\d+", "0", word) in kinds]
    for task in dict.fromkeys((*claim.tasks, *in_name)):
        if task not in at.known:
            yield found(
                claim.path, f"it speaks of the task {task}, which is in no task list", "correct it, or delete it"
            )


def _failed(at: LookedAt) -> Iterator[Finding]:
    """Completed tasks whose latest evidence says otherwise."""
    latest: dict[str, Claim] = {}
    for claim in sorted(at.claims, key=lambda one: one.at or _LATEST):
        if claim.passed is not None:
            latest.update(dict.fromkeys(claim.tasks, claim))
    for task_id, claim in latest.items():
        if task_id in at.completed and not claim.passed:
            task = at.known[task_id]
            message = f"the task {task_id} is completed, this evidence of it says that it failed"
            yield found(claim.path, f"{message} ({task.where})" if task.where else message)


def _time(at: LookedAt, claim: Claim) -> Iterator[Finding]:
    """A run that is said to have happened after the commit that holds its evidence, or after what rests on it."""
    if claim.at is None:
        return
    committed = _committed(at, claim.path) if "/runs/" not in claim.path else None  # a run's copy is as old as it
    if committed is not None and claim.at > committed:
        message = f"it says {claim.at.isoformat()}, the commit that contains it is of {committed.isoformat()}"
        yield found(claim.path, message)
    for path in at.lists if not claim.is_own else ():
        changed = _changed_at(at.text(path))
        if changed is not None and claim.at > changed:
            told = f"{path}, which rests on it, was last changed {changed.isoformat()}"
            yield found(claim.path, f"it says {claim.at.isoformat()}, {told}")


def _committed(at: LookedAt, path: str) -> datetime | None:
    """When the file was committed as it is; None where it was written anew since."""
    committed, on_disk = at.git.line("rev-parse", f"HEAD:./{path}"), at.git.line("hash-object", "--no-filters", path)
    if committed != on_disk:
        return None
    ran = at.git.run("log", "-1", "--format=%cI", "--", path)
    text = ran.stdout.strip() if not ran.problem and ran.exit_code == 0 else ""
    return datetime.fromisoformat(text) if text else None


def _changed_at(text: str) -> datetime | None:
    """When a list says that it was last changed."""
    match = _CHANGED.search(text)
    return moment_of(match[1]) if match else None
