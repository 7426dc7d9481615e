"""Every mistake of tasks.json is told at once, with its line and what to do, and drives no terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_agentgates.errors import UsageError
from pytest_agentgates.stores.json_file import JsonFileStore
from tests.unprivileged import folder_for_all, unprivileged

RESTORE = "\n  fix: correct it, or restore the file from git"


def message(folder: Path, content: bytes | str | None) -> str:
    """What `load` says about a file with this content, None for no file."""
    path = folder / "docs" / "tasks.json"
    path.parent.mkdir(exist_ok=True)
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UsageError) as caught:
        JsonFileStore(path, folder, None).load()
    assert str(caught.value).replace("\n", "").isprintable()
    return str(caught.value)


def one_task(**fields: object) -> str:
    """A file of one task, its first field on line 3."""
    return json.dumps({"tasks": [{"id": "T1", **fields}]}, indent=0)


WHOLE_FILES = [
    pytest.param(
        None,
        "docs/tasks.json: there is no such task file\n"
        '  fix: create it with {"_version": 0, "tasks": []}, or name another with `tasks` in [tool.agentgates]',
        id="missing",
    ),
    *(
        pytest.param(
            empty,
            "docs/tasks.json: the task file is empty\n"
            '  fix: restore it from git, or write {"_version": 0, "tasks": []}',
            id=f"empty {number}",
        )
        for number, empty in enumerate([b"", b" \r\n"])
    ),
    pytest.param('{\n  "tasks": [}\n', f"docs/tasks.json:2:13: not JSON: Expecting value{RESTORE}", id="no JSON"),
    pytest.param('{\n"tasks" []}', f"docs/tasks.json:2:9: not JSON: Expecting ':' delimiter{RESTORE}", id="no colon"),
    pytest.param(
        '{"tasks": []}\n\nrubbish', f"docs/tasks.json:3:1: not JSON: Extra data{RESTORE}", id="more than one value"
    ),
    pytest.param("\ufeff", f"docs/tasks.json:1:2: not JSON: Expecting value{RESTORE}", id="nothing but a mark"),
    pytest.param(
        '{"tasks": [{"id": "T1"}, {"id": "T2"',
        f"docs/tasks.json:1:37: not JSON: Expecting ',' delimiter{RESTORE}",
        id="cut off",
    ),
    pytest.param(
        b'{"tasks": [\n{"id": "\xe9"}]}',
        "docs/tasks.json:2: byte 0xe9 is not UTF-8\n  fix: save the file as UTF-8",
        id="Latin-1",
    ),
    pytest.param(
        '{"tasks": []}'.encode("utf-16"),
        "docs/tasks.json:1: byte 0xff is not UTF-8\n  fix: save the file as UTF-8",
        id="UTF-16",
    ),
    pytest.param(
        '{"tasks": [' + "[" * 200_000, f"docs/tasks.json: the JSON is nested too deeply{RESTORE}", id="too deep"
    ),
    pytest.param(
        '{"tasks": [' + '{"a":' * 200_000, f"docs/tasks.json: the JSON is nested too deeply{RESTORE}", id="objects too"
    ),
    pytest.param(
        '\n[{"id": "T1"}]',
        "docs/tasks.json:2: the top level must be an object with the list tasks, not a list\n"
        '  fix: put {"_version": 0, "tasks": ... } around it',
        id="bare list",
    ),
    pytest.param(
        '"\\u001b[31m"',
        'docs/tasks.json:1: the top level must be an object with the list tasks, not "\\u001b[31m"\n'
        '  fix: write {"_version": 0, "tasks": []}',
        id="text",
    ),
    pytest.param("{}", 'docs/tasks.json: the list tasks is missing\n  fix: add "tasks": []', id="no tasks"),
    pytest.param(
        '{"_version": 1.0,\n"tasks": {"T1": {}}}',
        "docs/tasks.json:2: tasks must be a list, not an object\n"
        "  fix: write a list\n"
        "docs/tasks.json:1: _version must be a whole number, not 1.0\n"
        "  fix: write the number of the last change, 0 for none",
        id="tasks and version",
    ),
    pytest.param(
        '{"tasks": [], "tasks": [],\n "_version": 1, "_version": 2}',
        'docs/tasks.json:1: key "tasks" stands twice in one object\n'
        "  fix: remove one of them\n"
        'docs/tasks.json:2: key "_version" stands twice in one object\n'
        "  fix: remove one of them",
        id="keys twice",
    ),
]


@pytest.mark.parametrize(("content", "expected"), WHOLE_FILES)
def test_a_file_that_is_none(tmp_path: Path, content: bytes | str | None, expected: str) -> None:
    assert message(tmp_path, content) == expected


@pytest.mark.parametrize("version", ["true", '"7"', "-1", "null", "1e3", "[]"])
def test_a_version_that_does_not_count(tmp_path: Path, version: str) -> None:
    assert "docs/tasks.json:1: _version must be a whole number" in message(
        tmp_path, f'{{"_version": {version}, "tasks": []}}'
    )


def test_a_number_of_thousands_of_digits(tmp_path: Path) -> None:
    text = message(tmp_path, '{"tasks": [' + "1" * 5000 + "]}")
    assert text.startswith("docs/tasks.json: the JSON cannot be read: Exceeds the limit")


FIELDS = [
    ('"title": 3', "title must be text, not 3", "write text"),
    ('"owner": ["a"]', "owner must be text, not a list", "write text"),
    ('"base": true', "base must be text, not true", "write text"),
    ('"updated_at": 1700000000', "updated_at must be text, not 1700000000", "write text"),
    ('"dependencies": "T0"', 'dependencies must be a list, not "T0"', "write a list"),
    ('"dependencies": [7.2]', "dependencies must hold only text, not 7.2", "write it as text"),
    ('"deliverables": [{}]', "deliverables must hold only text, not an object", "write it as text"),
    ('"test_files": [null]', "test_files must hold only text, not null", "write it as text"),
    ('"acceptance_criteria": "all"', 'acceptance_criteria must be a list, not "all"', "write a list"),
    ('"status_history": {}', "status_history must be a list, not an object", "write a list"),
    ('"test_strategy": []', "test_strategy must be an object, not a list", "write an object"),
    ('"blocker_info": "x"', 'blocker_info must be an object, not "x"', "write an object"),
    ('"test_strategy": {"test_files": "a"}', 'test_strategy.test_files must be a list, not "a"', "write a list"),
    (
        '"test_strategy": {"test_files": [1]}',
        "test_strategy.test_files must hold only text, not 1",
        "write it as text",
    ),
    *(
        (
            f'"test_strategy": {{"coverage_target": {target}}}',
            f"test_strategy.coverage_target must be a fraction from 0 to 1, not {target}",
            "write 0.8 for 80 %",
        )
        for target in ("80", "1.01", "-0.1", "true", '"0.8"', "NaN", "Infinity")
    ),
    ('"status": "Done"', 'status "Done" is unknown', 'did you mean "done"?'),
    ('"status": "in-progress"', 'status "in-progress" is unknown', 'did you mean "in_progress"?'),
    (
        '"status": "xyz"',
        'status "xyz" is unknown',
        "known are: pending, queued, in_progress, completed, blocked, failed, escalated, done, complete",
    ),
    ('"status": 1', "status must be text, not 1", "write text"),
    ('"status": "\\u001b]0;x\\u0007"', 'status "\\u001b]0;x\\u0007" is unknown', None),
]


@pytest.mark.parametrize(("field", "what", "fix"), FIELDS)
def test_a_field_of_the_wrong_kind(tmp_path: Path, field: str, what: str, fix: str | None) -> None:
    text = message(tmp_path, f'{{"tasks": [\n{{"id": "T1",\n{field}}}]}}')
    unknown = "known are: pending, queued, in_progress, completed, blocked, failed, escalated, done, complete"
    assert text == f"docs/tasks.json:3: {what}\n  fix: {fix or unknown}"


IDS = [
    ('"../../etc/passwd"', 'id "../../etc/passwd" holds /, which an id must not'),
    ('"a/b"', 'id "a/b" holds /, which an id must not'),
    ('"a\\\\b"', 'id "a\\\\b" holds \\, which an id must not'),
    ('"a..b"', 'id "a..b" holds .., which an id must not'),
    ('"a\\nb"', 'id "a\\nb" holds unprintable characters'),
    ('"a\\u001b[2Jb"', 'id "a\\u001b[2Jb" holds unprintable characters'),
    ('"a\\u009b2J"', 'id "a\\x9b2J" holds unprintable characters'),
    ('"a\\u0000"', 'id "a\\u0000" holds unprintable characters'),
    ('"a\\u202eb"', 'id "a\\u202eb" holds unprintable characters'),
    ('"a\\udc80"', 'id "a\\udc80" holds unprintable characters'),
    ('"a\\u200bb"', 'id "a\\u200bb" holds unprintable characters'),
    ('"  "', "the id is empty"),
    ("7.2", "id must be text, not 7.2"),
    ('{"a": 1}', "id must be text, not an object"),
]


@pytest.mark.parametrize(("written", "what"), IDS)
def test_an_id_that_cannot_be_one(tmp_path: Path, written: str, what: str) -> None:
    text = message(tmp_path, f'{{"tasks": [\n\n{{"id": {written}}}]}}')
    assert text.splitlines()[0] == f"docs/tasks.json:3: {what}"
    assert len(text.splitlines()) == 2


def test_every_mistake_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    content = """{"tasks": [
  {"id": "T1", "title": 1,
   "owner": 2},
  "T2",
  {"title": "no id"},
  {"id": "T1", "status": "done", "status": "pending"},
  {"id": "T3", "extra": {"a": 1, "a": 2}}, {"id": "T3"}
]}"""
    assert message(tmp_path, content) == (
        "docs/tasks.json:2: title must be text, not 1\n"
        "  fix: write text\n"
        "docs/tasks.json:3: owner must be text, not 2\n"
        "  fix: write text\n"
        'docs/tasks.json:4: a task must be an object, not "T2"\n'
        "  fix: write an object\n"
        "docs/tasks.json:5: the task has no id\n"
        '  fix: add "id"\n'
        'docs/tasks.json:6: key "status" stands twice in one object\n'
        "  fix: remove one of them\n"
        'docs/tasks.json:6: id "T1" is already that of the task in line 2\n'
        "  fix: give one of them another id\n"
        'docs/tasks.json:7: id "T3" is already that of the task in line 7\n'
        "  fix: give one of them another id"
    )


def test_a_long_text_is_cut(tmp_path: Path) -> None:
    assert len(message(tmp_path, one_task(status="x" * 10_000))) < 300


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "docs" / "tasks.json").mkdir(parents=True)
    assert message(tmp_path, None) == (
        "docs/tasks.json: the task file cannot be read: Is a directory\n  fix: make it a file that you may read"
    )


def test_a_circle_of_links_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "tasks.json").symlink_to("tasks.json")
    assert message(tmp_path, None).startswith("docs/tasks.json: the task file cannot be read: Too many levels")


def test_a_file_that_is_closed_to_us() -> None:
    with folder_for_all() as folder, unprivileged():
        path = folder / "tasks.json"
        path.write_text('{"tasks": []}')
        path.chmod(0)
        with pytest.raises(UsageError, match="the task file cannot be read: Permission denied"):
            JsonFileStore(path, folder, None).load()


def test_the_name_of_the_file_drives_no_terminal(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        JsonFileStore(tmp_path / "\x1b[31m.json", tmp_path, None).load()
    assert str(caught.value).startswith("\\x1b[31m.json: there is no such task file")
