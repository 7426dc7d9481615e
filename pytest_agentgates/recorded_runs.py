"""The evidence of every run, as it was written, and what is wrong with it by itself."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pytest_agentgates.safe_write import is_temporary
from pytest_agentgates.schemas import schema_text
from pytest_agentgates.validate import mistakes_of

MAIN, RUNS = "quality_gates_run.json", "runs"
_MOST = 3


@dataclass(frozen=True)
class RecordedRun:
    """One quality_gates_run.json; `folder` is the id that its folder promises, empty for the latest set."""

    root: Path
    path: str
    folder: str
    data: bytes | None

    @cached_property
    def sha256(self) -> str:
        """The digest of the file's bytes; empty where it cannot be read."""
        return hashlib.sha256(self.data).hexdigest() if self.data is not None else ""

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """What the file says; empty where it cannot be read or does not follow the schema."""
        return self._read[0]

    @cached_property
    def problems(self) -> tuple[str, ...]:
        """Why nothing that the file says can be relied on."""
        if self._read[1]:
            return self._read[1]
        return (*self._identity(), *self._verdict(), *self._artifacts())

    @property
    def tasks(self) -> Mapping[str, Mapping[str, Any]]:
        """What it says of each task, by id."""
        return {str(one["id"]): one for one in self.document.get("tasks", ())}

    @cached_property
    def _read(self) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        if self.data is None:
            return {}, ("it cannot be read",)
        try:
            document = json.loads(self.data)
        except (ValueError, RecursionError) as error:
            return {}, (f"it is no JSON: {error}",)
        if not isinstance(document, dict) or not {"schema_version", "run_id"} <= document.keys():
            return {}, ("it was not written by this tool, so nothing in it can be verified",)
        mistakes = mistakes_of(document, _schema())
        if mistakes:
            return {}, tuple(f"it breaks the schema of evidence: {one.where}: {one.what}" for one in mistakes[:_MOST])
        return document, ()

    def _identity(self) -> Iterator[str]:
        run_id = str(self.document["run_id"])
        if self.folder and run_id != self.folder:
            yield f"it says that it is of run {run_id}, its folder is {self.folder}"

    def _verdict(self) -> Iterator[str]:
        """Gates and counts that say something else than the verdict does."""
        run = self.document
        count = Counter(gate["status"] for gate in run["gates"])
        for status in ("pass", "fail", "warn", "skip", "error"):
            if run["summary"][status] != count[status]:
                yield f"its summary counts {run['summary'][status]} {status}, its gates show {count[status]}"
        bad = [gate["name"] for gate in run["gates"] if gate["blocking"] and gate["status"] in ("fail", "error")]
        if bad and run["overall_status"] == "pass":
            yield f"it claims a pass although these did not: {', '.join(bad)}"

    def _artifacts(self) -> Iterator[str]:
        allowed = self.root.resolve(), (self.root / self.path).parent.resolve()
        for one in self.document["artifacts"]:
            full = (self.root / one["path"]).resolve()
            if not any(full.is_relative_to(folder) for folder in allowed):
                yield f"the artifact {one['path']} lies outside the project"
            elif (data := _bytes(full)) is None:
                yield f"the artifact {one['path']} is not there"
            elif hashlib.sha256(data).hexdigest() != one["sha256"]:
                yield f"the digest of the artifact {one['path']} does not fit: it was changed"


@dataclass(frozen=True)
class RecordedRuns:
    """The runs below an evidence folder."""

    root: Path
    folder: str

    @cached_property
    def runs(self) -> Mapping[str, RecordedRun]:
        """Every run by its id, newest first; what killed writers left is no run."""
        names = sorted((name for name in self._names[0] if not is_temporary(name)), reverse=True)
        return {name: self._recorded(self._home / RUNS / name / MAIN, name) for name in names}

    @property
    def fault(self) -> str:
        """Why the runs cannot be listed; empty where they can, or where there are none yet."""
        return self._names[1]

    @cached_property
    def latest(self) -> RecordedRun | None:
        """The latest set, None where there is none."""
        path = self._home / MAIN
        return self._recorded(path, "") if os.path.lexists(path) else None

    @cached_property
    def latest_of(self) -> Mapping[str, RecordedRun]:
        """The newest run that speaks of each task, by the task's id."""
        found: dict[str, RecordedRun] = {}
        for run in self.runs.values():
            for task_id in run.tasks:
                found.setdefault(task_id, run)
        return found

    @cached_property
    def _names(self) -> tuple[list[str], str]:
        folder = self._home / RUNS
        try:
            return [name for name in os.listdir(folder) if (folder / name).is_dir()], ""
        except FileNotFoundError:
            return [], ""
        except OSError as error:
            return [], f"the runs cannot be read: {error.strerror}"

    @property
    def _home(self) -> Path:
        return self.root / self.folder

    def _recorded(self, path: Path, name: str) -> RecordedRun:
        return RecordedRun(self.root, os.path.relpath(path, self.root).replace(os.sep, "/"), name, _bytes(path))


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


@cache
def _schema() -> Mapping[str, Any]:
    schema: Mapping[str, Any] = json.loads(schema_text("quality_gates_run"))
    return schema
