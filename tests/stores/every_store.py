"""A project for every store that writes files, with as many pending tasks as a test asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates.core.ports import TaskStore
from tests.stores.forms import opened

Files = Mapping[str, str]


@dataclass(frozen=True)
class Example:
    """A store in a project; `files` gives the text of each file by the number of tasks."""

    location: str
    files: Callable[[int], Files]

    def write(self, root: Path, count: int) -> TaskStore:
        """Write the project and open its store."""
        for name, text in self.files(count).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(text.encode())
        return opened(self.location, root)

    def log(self, root: Path) -> Path:
        """The transaction log."""
        return (root / self.location).with_name("transaction-log.jsonl")

    def contents(self, root: Path, count: int) -> dict[str, bytes]:
        """The bytes of each file that holds tasks."""
        return {name: (root / name).read_bytes() for name in self.files(count)}


def _json(count: int) -> Files:
    tasks = [{"id": f"T{number}", "title": "Add", "status": "pending"} for number in range(count)]
    return {"tasks.json": json.dumps({"_version": 0, "tasks": tasks}, indent=2) + "\n"}


def _taskmaster(count: int) -> Files:
    tasks = [{"id": number + 1, "title": "Add", "status": "pending"} for number in range(count)]
    return {".taskmaster/tasks/tasks.json": json.dumps({"master": {"tasks": tasks}}, indent=2) + "\n"}


def _manifest(count: int) -> Files:
    tasks = "".join(f"  - id: T{number}  # kept\n    title: Add\n    status: pending\n" for number in range(count))
    return {"manifest.yaml": f"phase: coding\noutstanding:\n  tasks:\n{tasks}"}


def _markdown(count: int) -> Files:
    tasks = (f"## T{number}: Add\n\n**Status**: pending\n\nText.\n\n" for number in range(count))
    return {"docs/tasks.md": "".join(tasks)}


def _folder(count: int) -> Files:
    text = "---\nid: T{0}\ntitle: Add\nstatus: pending\n---\n\n## Progress Log\n\n- 2024-01-15 14:30: written\n"
    return {f"docs/tasks/T{number}.md": text.format(number) for number in range(count)}


def _backlog(count: int) -> Files:
    text = "---\nid: task-{0}\ntitle: Add\nstatus: To Do\nassignee: []\n---\n\n## Description\n\nText.\n"
    return {f"backlog/tasks/task-{number}.md": text.format(number) for number in range(count)}


def _spec_kit(count: int) -> Files:
    return {"specs/001-add/tasks.md": "".join(f"- [ ] T{number:03} Add\n" for number in range(count))}


EVERY_STORE = {
    "json_file": Example("tasks.json", _json),
    "taskmaster": Example(".taskmaster/tasks/tasks.json", _taskmaster),
    "yaml_manifest": Example("manifest.yaml", _manifest),
    "markdown_file": Example("docs/tasks.md", _markdown),
    "markdown_folder": Example("docs/tasks", _folder),
    "backlog_md": Example("backlog/tasks", _backlog),
    "spec_kit": Example("specs/001-add/tasks.md", _spec_kit),
}
