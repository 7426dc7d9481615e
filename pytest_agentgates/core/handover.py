"""What is handed over of one task, as the repository shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.record import FileChange
from pytest_agentgates.core.task import Task

SCHEMA_VERSION = "1.0"
NOT_VERIFIED = "not verified"
PARTS = ("typecheck", "tests", "lint")
KINDS = ("unit", "integration", "regression")
OTHER = "other"
_ACTIONS = {"created": "create", "modified": "modify", "deleted": "delete"}
_DATA_FOLDERS = ("migrations", "alembic")


@dataclass(frozen=True)
class Requirement:
    """One dependency as a file declares it; `was` is what stood there at the base, empty for a new one."""

    name: str
    requirement: str
    path: str
    section: str
    was: str = ""


@dataclass(frozen=True)
class Verified:
    """What evidence of exactly these files shows of each part; `reasons` says why there is none.

    `base` is what it was measured against, `notes` what to know beside.
    """

    parts: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(PARTS, NOT_VERIFIED))
    reasons: tuple[str, ...] = ()
    evidence: str = ""
    run_id: str = ""
    assurance: str = ""
    base: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """One test function that is mapped to the task; `outcome` only where evidence holds."""

    test: str
    is_new: bool | None = None
    outcome: str = ""

    @property
    def kind(self) -> str:
        """By the folders that the test lies in."""
        folders = self.test.partition("::")[0].split("/")[:-1]
        return next((kind for kind in KINDS if kind in folders or f"{kind}s" in folders), OTHER)


@dataclass(frozen=True)
class Handover:
    """Everything that is handed over; `files` is None where there is no base to compare with."""

    at: datetime
    task: Task
    base: str = ""
    base_problem: str = ""
    files: tuple[FileChange, ...] | None = None
    scenarios: tuple[Scenario, ...] = ()
    added: tuple[Requirement, ...] = ()
    changed: tuple[Requirement, ...] = ()
    removed: tuple[Requirement, ...] = ()
    verified: Verified = Verified()
    notes: tuple[str, ...] = ()


def handover_facts(handover: Handover) -> dict[str, object]:
    """The hand-over as JSON values, as its schema says; what the repository does not show is null."""
    task, files = handover.task, handover.files
    return {
        "schema_version": SCHEMA_VERSION,
        "generated_at": rfc3339(handover.at),
        "task_id": task.id,
        "title": task.title,
        "layer": task.layer or None,
        "status": task.status.value,
        "agent": task.owner or None,
        "summary": _summary(handover),
        "approach": None,
        "base": {"commit": handover.base or None, "problem": handover.base_problem or None},
        "files": None if files is None else [_file_facts(change) for change in files],
        "database_changes": None if files is None else [_short(change) for change in files if _is_of_database(change)],
        "tests": _test_facts(handover.scenarios),
        "dependencies_added": _requirements(handover, handover.added),
        "dependencies_changed": _requirements(handover, handover.changed),
        "dependencies_removed": _requirements(handover, handover.removed),
        "verification": _verification(handover.verified),
        "notes": list(handover.notes),
    }


def _summary(handover: Handover) -> str:
    title = f": {handover.task.title}" if handover.task.title else ""
    parts = [f"{handover.task.id}{title}", _changed(handover), f"{counted(len(handover.scenarios), 'test')} mapped"]
    parts.append("; ".join(f"{part} {handover.verified.parts[part]}" for part in PARTS))
    return ". ".join(parts) + "."


def _changed(handover: Handover) -> str:
    if handover.files is None:
        return "What changed is not known"
    count = Counter(change.action for change in handover.files)
    told = ", ".join(f"{count[action]} {action}" for action in _ACTIONS if count[action]) or "none changed"
    added = sum(change.lines_added for change in handover.files)
    removed = sum(change.lines_removed for change in handover.files)
    return f"Files: {told} (+{added} -{removed} lines)"


def _short(change: FileChange) -> dict[str, object]:
    return {"path": change.path, "action": _ACTIONS[change.action]}


def _file_facts(change: FileChange) -> dict[str, object]:
    return {
        **_short(change),
        "lines_changed": change.lines_added + change.lines_removed,
        "lines_added": change.lines_added,
        "lines_removed": change.lines_removed,
        "in_boundary": change.in_boundary,
    }


def _is_of_database(change: FileChange) -> bool:
    """Whether a file is SQL, or lies where migrations do."""
    *folders, name = change.path.lower().split("/")
    return name.endswith(".sql") or any(folder in _DATA_FOLDERS for folder in folders)


def _test_facts(scenarios: Sequence[Scenario]) -> dict[str, object]:
    count = Counter(scenario.kind for scenario in scenarios)
    listed = [
        {"test": one.test, "kind": one.kind, "new": one.is_new, "outcome": one.outcome or None} for one in scenarios
    ]
    return {**{kind: count[kind] for kind in (*KINDS, OTHER)}, "scenarios": listed}


def _requirements(handover: Handover, listed: Sequence[Requirement]) -> list[dict[str, object]] | None:
    if handover.files is None:
        return None
    return [
        {
            "name": one.name,
            "requirement": one.requirement or None,
            "was": one.was or None,
            "path": one.path,
            "section": one.section or None,
            "why": None,
        }
        for one in listed
    ]


def _verification(verified: Verified) -> dict[str, object]:
    return {
        **{part: verified.parts[part] for part in PARTS},
        "reasons": list(verified.reasons),
        "evidence": verified.evidence or None,
        "run_id": verified.run_id or None,
        "assurance": verified.assurance or None,
    }
