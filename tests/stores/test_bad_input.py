"""What breaks a list of tasks is told with its file and line, in every form, and nothing is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_agentgates.errors import UsageError
from tests.stores.forms import move, opened
from tests.stores.json_store import CLAIM, change

MANY = 10_000 if "AGENTGATES_STRESS" in os.environ else 1_000
# Two tasks in each form, %s is where something is wrong with the second.
JSON = '{"tasks": [\n{"id": "T1", "status": "pending"},\n{"id": "T2"%s}]}\n'
MANIFEST = "outstanding:\n  tasks:\n  - id: T1\n    status: pending\n  - id: T2\n%s"
LIST = "## T1: One\n\n**Status**: pending\n\n## T2: Two\n\n%s"
BOXES = "- [ ] T1 One\n- [ ] T2 Two\n%s"
TASKMASTER = '{"master": {"tasks": [\n{"id": 1, "status": "pending"},\n{"id": 2%s}]}}\n'
BEADS = '{"id": "T1", "status": "open"}\n{"id": "T2"%s}\n'
FILE = "---\nid: T2\n%s---\n\nText\n"
LOCATIONS = {
    "tasks.json": JSON,
    "manifest.yaml": MANIFEST,
    "tasks.md": LIST,
    "specs/a/tasks.md": BOXES,
    ".taskmaster/tasks.json": TASKMASTER,
    ".beads/issues.jsonl": BEADS,
    "tasks": FILE,
    "backlog/tasks": FILE,
}
CASES = [
    ("tasks.json", ', "id": "T2"', "tasks.json:3: key"),
    ("tasks.json", ', "status": "odd"', 'tasks.json:3: status "odd" is unknown'),
    ("tasks.json", ', "implementation_layer": "odd"', 'tasks.json:3: implementation_layer "odd" is unknown'),
    ("tasks.json", ', "title": "a\x00"', "tasks.json:3:25: not JSON"),
    ("tasks.json", ', "dependencies": "T1"', "tasks.json:3: dependencies must be a list"),
    ("manifest.yaml", "  - id: T1\n", 'manifest.yaml:6: id "T1" is already that of the task at manifest.yaml:3'),
    ("manifest.yaml", "    status: odd\n", 'manifest.yaml:6: status "odd" is unknown'),
    ("manifest.yaml", "    title: x\n    layer: odd\n", 'manifest.yaml:7: layer "odd" is unknown'),
    ("manifest.yaml", "    title: a\x00\n", "manifest.yaml:6: the line holds a NUL byte"),
    ("manifest.yaml", "    title: &a x\n", "manifest.yaml:6: the anchor or alias 'a' is not read"),
    ("manifest.yaml", "    <<: *a\n", "manifest.yaml:6: the anchor or alias 'a' is not read"),
    ("manifest.yaml", "    title: !!python/name:os.system x\n", "manifest.yaml:6: the tag"),
    ("manifest.yaml", "    title: a\rb\n", "manifest.yaml:6: a carriage return stands there without a line feed"),
    ("tasks.md", "## T1: Again\n", 'tasks.md:7: id "T1" is already that of the task at tasks.md:1'),
    ("tasks.md", "**Domain**: backend\n**Status**: odd\n", 'tasks.md:8: status "odd" is unknown'),
    ("tasks.md", "**Layer**: odd\n", 'tasks.md:7: layer "odd" is unknown'),
    ("tasks.md", "a\x00\n", "tasks.md:7: the line holds a NUL byte"),
    ("tasks.md", "a\r## T3: c\n", "tasks.md:7: a carriage return stands there without a line feed"),
    ("tasks.md", '<!-- agentgates: {"owner": 3} -->\n', "tasks.md:5: owner must be text, not 3"),
    ("specs/a/tasks.md", "- [x] T1 c\n", 'specs/a/tasks.md:3: id "T1" is already that of the task at'),
    ("specs/a/tasks.md", '  <!-- agentgates: {"layer": "odd"} -->\n', 'specs/a/tasks.md:2: layer "odd" is unknown'),
    ("specs/a/tasks.md", "\n\x00\n", "specs/a/tasks.md:4: the line holds a NUL byte"),
    (".taskmaster/tasks.json", '}, {"id": 1', '.taskmaster/tasks.json:3: id "1" is already that of the task at'),
    (".taskmaster/tasks.json", ', "status": "odd"', '.taskmaster/tasks.json:3: status "odd" is unknown'),
    (".taskmaster/tasks.json", ', "layer": "odd"', '.taskmaster/tasks.json:3: layer "odd" is unknown'),
    (".taskmaster/tasks.json", ', "title": "\x00"', ".taskmaster/tasks.json:3: the line holds a NUL byte"),
    (".beads/issues.jsonl", '}\n{"id": "T1"', '.beads/issues.jsonl:3: id "T1" is already that of the task at'),
    (".beads/issues.jsonl", ', "status": "odd"', '.beads/issues.jsonl:2: status "odd" is unknown'),
    (".beads/issues.jsonl", "\x00", ".beads/issues.jsonl:2: the line holds a NUL byte"),
    *[
        (folder, text, f"{folder}/task-2.md:{message}")
        for folder in ("tasks", "backlog/tasks")
        for text, message in (
            ("status: odd\n", '3: status "odd" is unknown'),
            ("title: x\nlayer: odd\n", '4: layer "odd" is unknown'),
            ("title: [x\n", "4: not YAML"),
            ("title: a: b\n", "3: not YAML"),
            ("\ttitle: a\n", "3: not YAML"),
            ("title: &a x\n", "3: the anchor or alias 'a' is not read"),
            ("title: !!binary eA==\n", "3: the tag"),
            ("title: a\x00\n", "3: the line holds a NUL byte"),
            ("title: a\rb\n", "3: a carriage return stands there without a line feed"),
            ("title: a\ntitle: b\n", "4: key title stands twice in one mapping"),
        )
    ],
]


def file_of(root: Path, location: str) -> Path:
    path = root / location
    return path if path.suffix else path / "task-2.md"


def put(root: Path, location: str, wrong: str = "") -> Path:
    path = file_of(root, location)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((LOCATIONS[location] % wrong).encode())
    if not (root / location).suffix:
        (path.parent / "task-1.md").write_bytes(b"---\nid: T1\n---\n")
    return path


def contents(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and ".lock" not in path.name}


@pytest.mark.parametrize(("location", "wrong", "message"), CASES)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, location: str, wrong: str, message: str) -> None:
    put(tmp_path, location, wrong)
    before = contents(tmp_path)
    with pytest.raises(UsageError) as caught:
        opened(location, tmp_path).load()
    assert message in str(caught.value)
    assert all(mistake.fix for mistake in caught.value.mistakes)
    with pytest.raises(UsageError):
        opened(location, tmp_path).apply(change("T1", *CLAIM))
    assert contents(tmp_path) == before


@pytest.mark.parametrize("folder", ["tasks", "backlog/tasks"])
def test_two_files_with_one_id_are_told(tmp_path: Path, folder: str) -> None:
    put(tmp_path, folder)
    (tmp_path / folder / "task-9.md").write_text("---\ntitle: x\nid: T1\n---\n")
    with pytest.raises(UsageError, match=rf'{folder}/task-9.md:2: id "T1" is already .* {folder}/task-1.md:2'):
        opened(folder, tmp_path).load()


@pytest.mark.parametrize("location", [name for name in LOCATIONS if "beads" not in name])
def test_a_byte_order_mark_and_mixed_line_ends_stay(tmp_path: Path, location: str) -> None:
    path = put(tmp_path, location)
    lines = path.read_bytes().splitlines()
    mixed = b"\xef\xbb\xbf" + b"".join(line + (b"\r\n" if number % 2 else b"\n") for number, line in enumerate(lines))
    path.write_bytes(mixed)
    store = opened(location, tmp_path)
    task = store.load()[1]
    move(store, task)
    after = path.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf")
    unchanged = [line for line in mixed.splitlines(keepends=True) if line in after.splitlines(keepends=True)]
    assert len(unchanged) >= len(lines) - 2
    assert opened(location, tmp_path).load()[1].history[-1].reason == "tried"


def many(location: str) -> str:
    numbers = range(MANY)
    return {
        "tasks.json": '{"tasks": [\n' + ",\n".join(f'{{"id": "T{n}"}}' for n in numbers) + "]}",
        "manifest.yaml": "outstanding:\n  tasks:\n" + "".join(f"  - id: T{n}\n    status: pending\n" for n in numbers),
        "tasks.md": "".join(f"## T{n}: a\n\n**Status**: pending\n\n" for n in numbers),
        "specs/a/tasks.md": "".join(f"- [ ] T{n} a\n" for n in numbers),
        ".taskmaster/tasks.json": '{"master": {"tasks": [' + ",\n".join(f'{{"id": "T{n}"}}' for n in numbers) + "]}}",
        ".beads/issues.jsonl": "".join(f'{{"id": "T{n}"}}\n' for n in numbers),
    }.get(location, "")


@pytest.mark.parametrize("location", LOCATIONS)
def test_a_list_of_thousands_of_tasks_is_read_and_written(tmp_path: Path, location: str) -> None:
    path = put(tmp_path, location)
    if text := many(location):
        path.write_text(text)
    else:
        for number in range(MANY):
            (path.parent / f"task-{number}.md").write_text(f"---\nid: T{number}\n---\n")
    store = opened(location, tmp_path)
    by_id = {task.id: task for task in store.load()}
    assert len(by_id) == MANY
    if "beads" not in location:
        assert move(store, by_id["T77"]).history[-1].reason == "tried"
