"""Files of tasks that cannot be read are refused with file and line, and nothing is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_agentgates.errors import UsageError
from tests.stores.forms import opened, written
from tests.stores.json_store import CLAIM, change

MANIFEST = "outstanding:\n  tasks:\n  - id: T1\n"
CASES = [
    ("manifest.yaml", "outstanding:\n  tasks: [}\n", "manifest.yaml:2: not YAML"),
    ("manifest.yaml", "a: 1\x00\n", "manifest.yaml:1: the line holds a NUL byte"),
    ("manifest.yaml", "phase: x\n", "manifest.yaml:1: there is no outstanding in the manifest"),
    ("manifest.yaml", "outstanding:\n  tasks: 3\n", "manifest.yaml:2: tasks must be a list"),
    ("manifest.yaml", "outstanding:\n  tasks:\n  - T1\n", "manifest.yaml:3: a task must be a mapping"),
    ("manifest.yaml", MANIFEST + "  - id: T1\n", 'manifest.yaml:4: id "T1" is already that of the task at'),
    ("manifest.yaml", MANIFEST + "    id: T2\n", "manifest.yaml:4: key id stands twice in one mapping"),
    ("manifest.yaml", MANIFEST + "    status: &word done\n", "manifest.yaml:4: the anchor or alias 'word' is not read"),
    ("manifest.yaml", MANIFEST + "    owner: *word\n", "manifest.yaml:4: the anchor or alias 'word' is not read"),
    ("manifest.yaml", MANIFEST + "    x: !!python/object:os.system 1\n", "manifest.yaml:4: the tag"),
    ("manifest.yaml", MANIFEST + "    status: finished\n", 'manifest.yaml:4: status "finished" is unknown'),
    ("manifest.yaml", MANIFEST + "    layer: presentation\n", 'manifest.yaml:4: layer "presentation" is unknown'),
    ("manifest.yaml", MANIFEST + "    agentgates: 3\n", "manifest.yaml:4: agentgates must be a mapping"),
    ("manifest.yaml", MANIFEST + "---\na: 1\n", "manifest.yaml:5: there is more than one document"),
    ("tasks", "# no front matter\n", "tasks/task-1.md:1: there is no front matter"),
    ("tasks", "---\nid: T1\n", "tasks/task-1.md:1: the front matter does not end"),
    ("tasks", "---\nid: T1\nx: [\n---\n", "tasks/task-1.md:4: not YAML"),
    ("tasks", "---\ntitle: T1\n---\n", "tasks/task-1.md:2: the task has no id"),
    ("tasks", "---\n---\n", "tasks/task-1.md:1: the front matter is empty"),
    ("backlog/tasks", "---\nid: T1\nstatus: Odd\n---\n", 'backlog/tasks/task-1.md:3: status "Odd" is unknown'),
    ("tasks.md", "## T1: a\n## T1: b\n", 'tasks.md:2: id "T1" is already that of the task at tasks.md:1'),
    ("tasks.md", "## T1: a\n\n**Status**: odd\n", 'tasks.md:3: status "odd" is unknown'),
    ("tasks.md", "## T1: a\n<!-- agentgates: {x -->\n", "tasks.md:2: the record of agentgates is not JSON"),
    ("specs/a/tasks.md", "- [ ] T001 a\n- [ ] T001 b\n", 'specs/a/tasks.md:2: id "T001" is already'),
    (".taskmaster/tasks.json", '{"master": {"tasks": [\n{"id": 1 x}]}}', ".taskmaster/tasks.json:2:10: not JSON"),
    (
        ".taskmaster/tasks.json",
        '{"master": {"tasks": [\n{"title": "x"}]}}',
        ".taskmaster/tasks.json:2: the task has no",
    ),
    (".taskmaster/tasks.json", '{"master": {"tasks": 3}}', ".taskmaster/tasks.json:1: tasks must be a list"),
    (".taskmaster/tasks.json", '{"a": 1,\n"tags": {"master": {}}}', '.taskmaster/tasks.json:2: tag "tags" must be an'),
    (".taskmaster/tasks.json", '{\n"master": []}', '.taskmaster/tasks.json:2: tag "master" must be an object'),
    (".taskmaster/tasks.json", "[]", ".taskmaster/tasks.json:1: the top level must be an object"),
    (".taskmaster/tasks.json", '{"master": {"tasks": [{"id": 1, "status": "odd"}]}}', 'status "odd" is unknown'),
    (".beads/issues.jsonl", '{"id": "a-1"}\n{"id"\n', ".beads/issues.jsonl:2: is no issue of beads"),
    (".beads/issues.jsonl", '{"id": "a-1"}\n{"id": "a-1"}\n', '.beads/issues.jsonl:2: id "a-1" is already'),
]


@pytest.mark.parametrize(("location", "text", "message"), CASES)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, location: str, text: str, message: str) -> None:
    store = written(tmp_path, location, text)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(UsageError) as caught:
        store.load()
    assert message in str(caught.value)
    with pytest.raises(UsageError):
        store.apply(change("T1", *CLAIM))
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and ".lock" not in path.name}
    assert after == before


def test_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    store = written(tmp_path, "tasks", "---\nid: T1\n---\n")
    (tmp_path / "tasks/a.md").write_text("# Notes\n")
    (tmp_path / "tasks/b.md").write_text("---\nid: [\n---\n")
    with pytest.raises(UsageError) as caught:
        store.load()
    assert [mistake.where for mistake in caught.value.mistakes] == ["tasks/a.md:1", "tasks/b.md:3"]


@pytest.mark.parametrize("location", ["manifest.yaml", "tasks.md", "tasks", "backlog/tasks", "specs/a/tasks.md"])
def test_a_place_without_tasks_is_told(tmp_path: Path, location: str) -> None:
    with pytest.raises(UsageError, match="there is no such"):
        opened(location, tmp_path).load()


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    (tmp_path / "tasks.md").write_bytes(b"# a\n\xff\n")
    with pytest.raises(UsageError, match=r"tasks.md:2: byte 0xff is not UTF-8"):
        opened("tasks.md", tmp_path).load()


@pytest.mark.parametrize("location", ["tasks.json", "manifest.yaml", "tasks.md", ".taskmaster/tasks.json"])
def test_a_pipe_is_told_and_not_waited_for(tmp_path: Path, location: str) -> None:
    (tmp_path / location).parent.mkdir(exist_ok=True)
    os.mkfifo(tmp_path / location)
    with pytest.raises(UsageError, match="the task file cannot be read: it is not a regular file"):
        opened(location, tmp_path).load()


def test_a_pipe_among_the_files_of_a_folder_is_told(tmp_path: Path) -> None:
    store = written(tmp_path, "tasks", "---\nid: T1\n---\n")
    os.mkfifo(tmp_path / "tasks/pipe.md")
    with pytest.raises(UsageError, match=r"tasks/pipe.md: .*it is not a regular file"):
        store.load()
