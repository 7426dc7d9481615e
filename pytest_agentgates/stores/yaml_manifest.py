"""The store of tasks in a project's manifest.yaml, below `outstanding`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, cast

from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import MoveReason, TaskStatus
from pytest_agentgates.errors import UsageError
from pytest_agentgates.git_folder import common_git_folder
from pytest_agentgates.json_text import Replacement
from pytest_agentgates.task_files.form import Edit, Found, Vocabulary
from pytest_agentgates.task_files.form_store import FormStore
from pytest_agentgates.task_files.locked_change import Place
from pytest_agentgates.task_files.yaml_entry import found_in, yaml_edits
from pytest_agentgates.yaml_text import Node, read_yaml, set_keys

_NAMES = {"blocked_by": "dependencies"}
# What comes once every task is completed, and what a regression leads back to.
_NEXT_PHASE = {"coding": "qa", "fast_track": "qa", "remediation": "qa", "build": "verify"}
_PHASE_BEFORE = {"qa": "coding", "verify": "build"}
_DONE = TaskStatus.COMPLETED
_CLAIMED = "agent_claimed"


def recognises(location: str) -> bool:
    """Whether a configured location has the form of this store: a path that ends in `.yaml` or `.yml`."""
    return "://" not in location and location.lower().endswith((".yaml", ".yml"))


def open_store(path: Path, root: Path) -> FormStore:
    """The store of this manifest."""
    return FormStore(YamlManifest(), Place(path, root, common_git_folder(root)))


@dataclass(frozen=True)
class YamlManifest:
    """`outstanding.tasks`; the items of `outstanding.remediation` reach every task's extra."""

    vocabulary: ClassVar[Vocabulary] = Vocabulary()

    def files(self, path: Path) -> Sequence[Path]:
        """The manifest itself."""
        return (path,)

    def read(self, text: str, shown_as: str) -> Sequence[Found]:
        """The tasks; raises UsageError where the manifest is not YAML, or lists none."""
        root = read_yaml(text, shown_as)
        outstanding = _inside(root, "outstanding", shown_as)
        tasks = _inside(outstanding, "tasks", shown_as)
        remediation = outstanding.value.get("remediation")
        open_items = [] if remediation is None else _items(remediation, "remediation", shown_as)
        plain = [item.plain for item in open_items]
        founds = [_found(text, node, plain, shown_as) for node in _items(tasks, "tasks", shown_as)]
        is_open = [self.vocabulary.reads.get(found.word.lower()) is not _DONE for found in founds]
        open_count = sum(is_open)
        return [
            replace(found, spot=_Spot(found.spot, cast(Node, root), open_count - own))
            for found, own in zip(founds, is_open, strict=True)
        ]

    def edits(self, text: str, edit: Edit) -> Sequence[Replacement]:
        """What to replace in the text: of the task, and `phase` once the last task is completed or comes back."""
        spot = cast(_Spot, edit.found.spot)
        own = _with_meant_agent(replace(edit, found=replace(edit.found, spot=spot.node)))
        return [*yaml_edits(text, own, _NAMES), *_phase_edits(text, spot, edit.change)]


@dataclass(frozen=True)
class _Spot:
    """The task, the whole manifest, and how many other tasks are not completed."""

    node: object
    root: Node
    others_open: int


def _inside(node: Node | None, key: str, shown_as: str) -> Node:
    value: Any = node.value if node else None
    if not isinstance(value, dict) or key not in value:
        where = f"{shown_as}:{node.line}" if node else shown_as
        raise UsageError(f"there is no {key} in the manifest", where, "write `outstanding:` with the list `tasks:`")
    found: Node = value[key]
    return found


def _with_meant_agent(edit: Edit) -> Edit:
    """The edit without what it would take from `agent`: whom the manifest means keeps a task that is given back.

    Only a name that a claim put there goes with the release, so the record notes where that was so.
    """
    if "owner" not in edit.fields or "owner" in cast(Node, edit.found.spot).value:
        return edit
    owner, before = edit.fields["owner"], edit.found.entry.get("owner")
    record = {key: value for key, value in edit.record.items() if key != _CLAIMED}
    if owner and (not before or _CLAIMED in edit.record):
        return replace(edit, record={**record, _CLAIMED: True})
    released = bool(edit.change.steps) and edit.change.steps[-1].reason == MoveReason.RELEASED.value
    if owner is None and released and _CLAIMED not in edit.record:
        return replace(edit, fields={key: value for key, value in edit.fields.items() if key != "owner"})
    return replace(edit, record=record)


def _phase_edits(text: str, spot: _Spot, change: TaskChange) -> Sequence[Replacement]:
    phase = spot.root.value["phase"].value if "phase" in spot.root.value else ""
    if not change.steps or spot.others_open or not isinstance(phase, str):
        return []
    before, after = change.steps[0].before, change.steps[-1].after
    names = _NEXT_PHASE if after is _DONE else _PHASE_BEFORE if before is _DONE else {}
    if phase not in names:
        return []
    values = {"phase": names[phase], "phase_started": rfc3339(change.at)}
    return set_keys(text, spot.root, "phase", {key: value for key, value in values.items() if key in spot.root.value})


def _items(node: Node, key: str, shown_as: str) -> list[Node]:
    if node.value is None:
        return []
    if not isinstance(node.value, list):
        raise UsageError(f"{key} must be a list", f"{shown_as}:{node.line}", "write a list")
    return node.value


def _found(text: str, node: Node, remediation: list[object], shown_as: str) -> Found:
    found = found_in(text, node, _NAMES, shown_as)
    entry = {"remediation": remediation, **found.entry} if remediation else dict(found.entry)
    return replace(found, entry=entry, writable=found.writable - {"domain", "labels"})
