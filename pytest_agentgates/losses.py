"""Where the configuration and the tasks on disk ask for less than those of the base.

The gates themselves are set up from the disk: one that was switched off there cannot say so.
"""

from __future__ import annotations

import posixpath
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

from pytest_agentgates.config import GateTable, gate_tables, governing_table, tasks_location
from pytest_agentgates.config_file import FILES
from pytest_agentgates.core.boundary import declared_paths
from pytest_agentgates.core.ports import TaskStore
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.workspace_port import BaseTree, Loss
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.run_gates import ConfiguredGate
from pytest_agentgates.source.globs import matches
from pytest_agentgates.store_location import local_file, shown_location

OpenAt = Callable[[Path], TaskStore]
# Gates whose own settings on disk must not decide over what is on disk.
PROTECTING = ("untampered", "in_boundary")
_STRICTER = ("block", "protected")  # more of these is no loss
_LISTS = ("acceptance_criteria", "validation_commands")


def gates_below_base(
    base: BaseTree, gates: Sequence[ConfiguredGate], always_on: Sequence[str], source: str
) -> Iterator[Loss]:
    """Each gate that was on at the base and is off now, for some layers off, or no longer blocks."""
    tables = _tables(_texts(base), always_on)
    now = {configured.gate.name: configured for configured in gates}
    for name in (*always_on, *(name for name in tables if name not in always_on)):
        before = tables.get(name, GateTable(name, name))
        if before.enabled:
            yield from (Loss(source, f"the gate {name} {problem}") for problem in _lost(before, now.get(name)))


def other_store(base: BaseTree, location: str) -> Iterator[Loss]:
    """A store other than the one that the base has and names, wherever that was said."""
    named = tasks_location(_texts(base))
    if named != location and local_file(named) in base.paths:
        here, there = shown_location(location), shown_location(named)
        yield Loss(here, f"tasks are read from {here}, at the base from {there}")


def tasks_below_base(base: BaseTree, location: str, open_at: OpenAt, tasks: Sequence[Task]) -> Iterator[Loss]:
    """What each task asked for at the base and no longer does."""
    before = {task.id: task for task in tasks_at(base, location, open_at)}
    for task in tasks:
        if task.id in before:
            problems = (*_fewer(before[task.id], task), *_wider(before[task.id], task, base.paths))
            yield from (
                Loss(shown_location(location), f"the task {task.id} {problem}", task.id) for problem in problems
            )


def tasks_at(base: BaseTree, location: str, open_at: OpenAt) -> tuple[Task, ...]:
    """The tasks as the base has them; none where its store cannot be read: then it asks for nothing."""
    place = local_file(location)
    paths = [path for path in base.paths if path == place or path.startswith(f"{place.rstrip('/')}/")]
    if not paths:
        return ()
    with tempfile.TemporaryDirectory(prefix="agentgates-") as folder:
        for path, content in base.read_many(paths).items():
            (Path(folder) / posixpath.dirname(path)).mkdir(parents=True, exist_ok=True)
            (Path(folder) / path).write_bytes(content)
        try:
            return open_at(Path(folder)).load()
        except AgentGatesError:
            return ()


def _texts(base: BaseTree) -> Mapping[str, str]:
    return {path: content.decode("utf-8-sig", "replace") for path, content in base.read_many(FILES).items()}


def _tables(texts: Mapping[str, str], always_on: Sequence[str]) -> Mapping[str, GateTable]:
    """A gate that only profiles name was on for their layers."""
    tables, table = gate_tables(texts), governing_table(texts)
    profiles, own = table.get("profiles", {}), {*table.get("gates", {}), *always_on}
    asking = {name: tuple(one for one, profile in profiles.items() if name in profile["gates"]) for name in tables}
    return {name: one if name in own else replace(one, layers=asking[name]) for name, one in tables.items()}


def _lost(before: GateTable, now: ConfiguredGate | None) -> Iterator[str]:
    if now is None:
        yield "was switched off since the base"
        return
    if before.blocking and not now.blocking:
        yield "no longer blocks, as it did at the base"
    if now.layers and (not before.layers or not set(before.layers) <= set(now.layers)):
        yield "is on for fewer layers than at the base"
    changed = ", ".join(_other_settings(before, now.gate)) if before.name in PROTECTING else ""
    if changed:
        yield f"is set up otherwise than at the base: {changed}"


def _other_settings(before: GateTable, gate: Any) -> Iterator[str]:
    """The options of a gate that are another than at the base, without those that got stricter."""
    for item in (one for one in fields(gate) if "help" in one.metadata):  # the rest is not of the configuration
        default = item.default if item.default_factory is MISSING else item.default_factory()
        old, new = before.options.get(item.name, default), getattr(gate, item.name)
        stricter = item.name in _STRICTER and set(old) <= set(new)
        if old != new and not stricter:
            yield item.name


def _fewer(before: Task, now: Task) -> Iterator[str]:
    gone = [text for text in before.test_files if not _still_asked(text, now.test_files)]
    if gone:
        yield f"no longer names its tests {', '.join(gone)}"
    if before.coverage_target and (now.coverage_target or 0.0) < before.coverage_target:
        yield f"asks for a coverage of {now.coverage_target}, not {before.coverage_target}"
    if before.layer and now.layer != before.layer:
        yield f"is of the layer {now.layer or 'none'}, not {before.layer}"
    for key in _LISTS:
        lost = [text for text in _texts_of(before, key) if text not in _texts_of(now, key)]
        if lost:
            yield f"lost {key.replace('_', ' ')}: {'; '.join(lost)}"


def _wider(before: Task, now: Task, known: Collection[str]) -> Iterator[str]:
    """How an entry gives itself a wider boundary; new files that the task says it created widen nothing."""
    old, new = declared_paths(before), declared_paths(now)
    if old and not new:
        yield f"no longer says what it may change: {', '.join(old)}"
    created = now.extra.get("files_created")
    made = {path for path in created if path not in known} if isinstance(created, list) else set()
    more = [path for path in new if path not in old and (path not in made or path in now.deliverables)]
    if old and more:
        yield f"may change more than at the base: {', '.join(more)} (agentgates tasks widen)"


def _still_asked(text: str, now: Sequence[str]) -> bool:
    """Whether tests are still named, by themselves or with a whole that holds them."""
    plain = text.strip().rstrip("/")
    return any(plain == other or _holds(other, plain) for other in (given.strip().rstrip("/") for given in now))


def _holds(whole: str, part: str) -> bool:
    return part.startswith((f"{whole}/", f"{whole}::")) or ("::" not in whole and matches(part, whole))


def _texts_of(task: Task, key: str) -> tuple[str, ...]:
    value = task.extra.get(key)
    return tuple(map(_asked, value)) if isinstance(value, list) else ()


def _asked(item: object) -> str:
    """What a criterion asks for, wherever it stands and whether it is ticked or not."""
    if not isinstance(item, dict):
        return str(item)
    return "\n".join(str(item[key]) for key in ("text", "more") if item.get(key)) or str(item)
