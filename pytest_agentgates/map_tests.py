"""Finds the tests of a task: those its `test_files` name, and those that are marked with its id."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TypeVar

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.node_ids import belongs, function_of
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.workspace_port import ExpectedTests
from pytest_agentgates.source.globs import is_glob, matches, static_prefix
from pytest_agentgates.source.task_marks import MARK
from pytest_agentgates.source.test_files import TestFiles
from pytest_agentgates.source.test_settings import TestSettings

RULE = "TSK007"
_T = TypeVar("_T")
_ANY_NAME = ("*", "**", "*.py", "")
_NO_TESTS = ("conftest.py", "__init__.py")


def map_tests(root: Path, task: Task, settings: TestSettings) -> ExpectedTests:
    """The pytest arguments of one task and the tests they imply; what is wrong becomes a TSK007."""
    return map_all(root, (task,), settings)[task.id]


def map_all(root: Path, tasks: Sequence[Task], settings: TestSettings) -> dict[str, ExpectedTests]:
    """The same for many tasks, with one scan; an unreadable mark may belong to any of them.

    Raises AgentGatesError for a file that cannot be read.
    """
    files = TestFiles(root, settings)
    marks = _scan(files)
    entries = {task.id: [_resolve(text, files) for text in task.test_files] for task in tasks}
    named = {task: [argument for entry in found for argument in entry.arguments] for task, found in entries.items()}
    wanted = _split_folders({task: [*named[task], *marks.nodeids.get(task, ())] for task in named}, files)
    return {task.id: _expect(task, wanted[task.id], entries[task.id], files, marks) for task in tasks}


@dataclass(frozen=True)
class _Marks:
    """The node ids that carry each task's mark, in order, and what could not be read."""

    nodeids: Mapping[str, Sequence[str]]
    problems: tuple[Finding, ...]


@dataclass(frozen=True)
class _Entry:
    """What one entry of `test_files` leads to: arguments, or the reason why not and a way out."""

    arguments: tuple[str, ...] = ()
    problem: str = ""
    fix: str = "correct the task's test_files"


def _scan(files: TestFiles) -> _Marks:
    nodeids: dict[str, list[str]] = {}
    problems: list[Finding] = []
    for path in files.by_default:
        if MARK.encode() not in files.bytes_of(path):
            continue
        file = files.read(path)
        problems += file.problems
        for item in file.marked:
            for task in item.tasks:
                nodeids.setdefault(task, []).append(item.nodeid)
    return _Marks(nodeids, tuple(problems))


def _expect(
    task: Task, arguments: Sequence[str], entries: Sequence[_Entry], files: TestFiles, marks: _Marks
) -> ExpectedTests:
    arguments = _without_covered(arguments, files)
    problems = [
        _finding(task, text, entry) for text, entry in zip(task.test_files, entries, strict=True) if entry.problem
    ]
    problems += [problem for path in _files_of(arguments, files) for problem in files.read(path).problems]
    functions = (nodeid for argument in arguments for nodeid in _functions_of(argument, files))
    return ExpectedTests(arguments, _each_once(functions), _each_once([*problems, *marks.problems]))


def _split_folders(wanted: Mapping[str, Sequence[str]], files: TestFiles) -> dict[str, list[str]]:
    """Name a folder's files where pytest is given more within it: for pytest the folder would stand for it all."""
    everything = {argument for arguments in wanted.values() for argument in arguments}
    folders = [argument for argument in everything if (files.root / argument).is_dir()]
    parts = {folder: files.named_below(folder) for folder in folders if _hides_any(folder, everything, files)}
    return {
        task: [part for argument in arguments for part in parts.get(argument, (argument,))]
        for task, arguments in wanted.items()
    }


def _hides_any(folder: str, arguments: Iterable[str], files: TestFiles) -> bool:
    brought = set(files.below(folder))
    within = [argument for argument in arguments if argument != folder and belongs(argument, folder)]
    return any(path not in brought for path in _files_of(within, files))


def _resolve(text: str, files: TestFiles) -> _Entry:
    path, separator, names = text.strip().partition("::")
    if not path:
        return _Entry(problem="names no file")
    path = posixpath.normpath(path.replace(os.sep, "/"))
    full = files.root / path
    if _is_outside(path) or (full.exists() and not _is_within(full, files.root)):
        return _Entry(problem="lies outside the repository", fix="name tests by their path relative to the repository")
    if full.is_dir() and not separator:
        return _resolve_folder(path, files)
    if full.is_file():
        return _resolve_names(path, separator + names, files)
    if is_glob(path) and not separator:
        return _resolve_glob(path, files)
    return _Entry(problem="does not exist", fix=_fix(path, _known_paths(path, files)))


def _is_outside(path: str) -> bool:
    return posixpath.isabs(path) or bool(PureWindowsPath(path).drive) or path.partition("/")[0] == ".."


def _is_within(full: Path, root: Path) -> bool:
    return Path(os.path.realpath(full)).is_relative_to(os.path.realpath(root))


def _resolve_folder(path: str, files: TestFiles) -> _Entry:
    if not files.below(path):
        return _Entry(problem="has no test file in it")
    return _Entry((path,))


def _resolve_names(path: str, names: str, files: TestFiles) -> _Entry:
    """A file, or a test in it; one that does not parse is reported by itself."""
    nodeid = path + names
    if not names or not path.endswith(".py"):
        return _Entry((nodeid,))
    file = files.read(path)
    if file.problems or file.may_have(nodeid):
        return _Entry((nodeid,))
    return _Entry(problem="does not exist", fix=_fix(function_of(nodeid), file.nodeids))


def _resolve_glob(pattern: str, files: TestFiles) -> _Entry:
    """A glob finds test files and folders of them; one that spells out names finds any Python file."""
    prefix = static_prefix(pattern)
    any_name = posixpath.basename(pattern) in _ANY_NAME
    python = files.python_below(prefix) if (files.root / prefix).is_dir() else ()
    matched = [path for path in python if matches(path, pattern) or matches(path, f"{pattern}/")]
    found = [path for path in matched if _is_meant(path, pattern, any_name, files)]
    if not all(_is_within(files.root / path, files.root) for path in found):
        return _Entry(problem="leads outside the repository by a link")
    return _Entry(tuple(found)) if found else _Entry(problem="matches no test file")


def _is_meant(path: str, pattern: str, any_name: bool, files: TestFiles) -> bool:
    if posixpath.basename(path) in _NO_TESTS:
        return False
    return files.settings.is_test_file(path) or (not any_name and matches(path, pattern))


def _known_paths(path: str, files: TestFiles) -> Iterable[str]:
    """Where a missing path may have gone: files, or folders for what looks like one."""
    known = [known for known in files.python_below("") if files.settings.is_test_file(known)]
    if path.endswith(".py"):
        return known
    return [*known, *{posixpath.dirname(test) for test in known}]


def _fix(text: str, known: Iterable[str]) -> str:
    """The same name in another place, or else the most similar text."""
    import difflib

    candidates = sorted(known)
    same_name = [one for one in candidates if _last_name(one) == _last_name(text)]
    near = same_name[:1] or difflib.get_close_matches(text, candidates, n=1)
    return f"did you mean {near[0]}?" if near else _Entry.fix


def _last_name(text: str) -> str:
    return text.replace("::", "/").rpartition("/")[2]


def _finding(task: Task, text: str, entry: _Entry) -> Finding:
    path, _, line = task.where.rpartition(":")
    place = (path, int(line)) if line.isdigit() else (task.where, 0)
    return Finding(RULE, f"task {task.id} maps {text!r}, which {entry.problem}", *place, fix=entry.fix, snippet=text)


def _without_covered(arguments: Sequence[str], files: TestFiles) -> tuple[str, ...]:
    """Each argument once, without those whose tests another one brings along."""
    given = set(arguments)
    folders = {argument for argument in given if (files.root / argument).is_dir()}
    return tuple(one for one in _each_once(arguments) if not _is_covered(one, given - folders, folders))


def _is_covered(argument: str, given: set[str], folders: set[str]) -> bool:
    """Whether a folder, a file, a class or a test above is given as well."""
    if any(belongs(argument, folder) for folder in folders - {argument}):
        return True
    path, separator, names = argument.partition("::")
    parts = [path, *names.partition("[")[0].split("::")] if separator else [path]
    above = ["::".join(parts[:count]) for count in range(1, len(parts))]
    above += [function_of(argument)] if "[" in names else []
    return any(one in given for one in above)


def _files_of(arguments: Iterable[str], files: TestFiles) -> Iterator[str]:
    for argument in arguments:
        path = argument.partition("::")[0]
        if (files.root / path).is_dir():
            yield from files.below(path)
        elif path.endswith(".py"):
            yield path


def _functions_of(argument: str, files: TestFiles) -> Iterator[str]:
    plain = function_of(argument) if "::" in argument else argument
    for path in _files_of([argument], files):
        yield from (one.nodeid for one in files.read(path).functions if belongs(one.nodeid, plain))


def _each_once(items: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(items))
