"""One piece of evidence beside the project that it speaks of: why it does not hold."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_agentgates.base_tree import GitBase, find_base
from pytest_agentgates.config_file import find_root, read_text
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.describe_run import tool_digest
from pytest_agentgates.map_tests import map_all
from pytest_agentgates.project import Project
from pytest_agentgates.run_git import Git
from pytest_agentgates.source.test_settings import read_test_settings
from pytest_agentgates.source.tree import digest_files, digest_of
from pytest_agentgates.survey_project import project_files
from pytest_agentgates.task_log import read_task_log, unlogged
from pytest_agentgates.transaction_log import LogEntry

MAIN, REPORT = "quality_gates_run.json", "test_report.json"
_MOST = 5


def decode(data: bytes) -> dict[str, Any]:
    """The JSON object in some bytes; an empty one where there is none."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def tasks_of(document: Mapping[str, Any]) -> list[str]:
    """The ids of the tasks that a document says it judged."""
    tasks = document.get("tasks")
    named = [one.get("id") if isinstance(one, dict) else one for one in tasks] if isinstance(tasks, list) else []
    return [str(one) for one in named if one]


@dataclass(frozen=True)
class JudgedEvidence:
    """One piece of evidence beside the project that it speaks of."""

    project: Project
    path: Path
    data: bytes
    document: Mapping[str, Any]
    tasks: Mapping[str, Task]

    def broken(self) -> Iterator[str]:
        """Every reason why it does not hold."""
        parts: tuple[Callable[[], Iterator[str]], ...] = (
            self._verdict,
            self._tool,
            self._artifacts,
            self._commits,
            self._expected,
            self._logged,
        )
        for part in parts:
            yield from part()

    def of_other_files(self) -> Iterator[str]:
        """Why it does not belong to the files and the configuration on disk."""
        root = self.project.root
        claimed, found = self.document["git"]["files_digest"], digest_of(digest_files(root, self._files()))
        if claimed != found:
            paths = self.other_files()
            named = ", ".join(paths[:_MOST]) + (f" and {len(paths) - _MOST} more" if len(paths) > _MOST else "")
            yield _differ("the files differ", claimed, found) + (f": {named}" if named else "")
        folder, source = find_root(root)
        text = read_text(folder / source) if source else ""
        claimed, found = self.document["config_digest"], hashlib.sha256(text.encode()).hexdigest()
        if claimed != found:
            yield _differ("the configuration differs", claimed, found)

    def other_files(self) -> tuple[str, ...]:
        """The files that are not as they were judged, as far as the base and the digests of its changes tell."""
        commit = self.document["git"]["base"] or ""
        base, _ = find_base(self.project.root, self.project.tools, "", commit, "") if commit else (None, "")
        if base is None:
            return ()
        claimed = {str(one["path"]): one["sha256"] or "" for one in self.document["files"]}
        now = self._changed_since(base)
        return tuple(path for path in sorted({*claimed, *now}) if claimed.get(path) != now.get(path))

    def _changed_since(self, base: GitBase) -> Mapping[str, str]:
        """The digests of the files that differ from the base; that of a file that went is empty."""
        files = self._files()
        changed = [path for path in files if path not in base.blobs or base.differs(path)]
        gone = (path for path in base.blobs if not os.path.lexists(self.project.root / path))
        return {**dict.fromkeys(gone, ""), **digest_files(self.project.root, changed)}

    def _files(self) -> tuple[str, ...]:
        return project_files(self.project)

    def unknown(self) -> Iterator[str]:
        """What cannot be told from what is here."""
        if not self.document["git"]["commit"]:
            yield "the evidence names no commit: it cannot be placed in time"

    def _verdict(self) -> Iterator[str]:
        """The verdict, and whether the gates and counts say the same."""
        run = self.document
        if run["overall_status"] != "pass" or not run["complete"]:
            said = dict.fromkeys(
                (run["overall_status"], "incomplete" if not run["complete"] else run["overall_status"])
            )
            yield f"the evidence itself says {', '.join(said)}"
        count = Counter(gate["status"] for gate in run["gates"])
        for status in ("pass", "fail", "warn", "skip", "error"):
            if run["summary"][status] != count[status]:
                yield f"the summary counts {run['summary'][status]} {status}, the gates show {count[status]}"
        bad = [gate["name"] for gate in run["gates"] if gate["blocking"] and gate["status"] in ("fail", "error")]
        if bad and run["overall_status"] == "pass":
            yield f"it claims a pass although these did not: {', '.join(bad)}"
        for name in sorted(
            {"ready", "tests_pass", "config"} - {g["name"] for g in run["gates"] if g["status"] == "pass"}
        ):
            if run["overall_status"] == "pass":
                yield f"it claims a pass without one of {name}"

    def _tool(self) -> Iterator[str]:
        claimed, found = self.document["tool_digest"], tool_digest()
        if claimed != found:
            yield _differ("this tool differs", claimed, found)

    def _artifacts(self) -> Iterator[str]:
        top = self.project.root.resolve()
        folder = self.project.root / self.project.config.evidence
        for one in self.document["artifacts"]:
            full = (self.project.root / one["path"]).resolve()
            if not full.is_relative_to(top) and not full.is_relative_to(folder.resolve()):
                yield f"the artifact {one['path']} lies outside the project"
            elif not full.is_file():
                yield f"the artifact {one['path']} is not there"
            elif hashlib.sha256(full.read_bytes()).hexdigest() != one["sha256"]:
                yield f"the artifact {one['path']} was changed"
        kept = folder / "runs" / str(self.document["run_id"]) / MAIN
        if not kept.is_file() or kept.read_bytes() != self.data:
            yield f"it is not what runs/{self.document['run_id']} keeps"

    def _commits(self) -> Iterator[str]:
        """The order in time, by commits: the base before the judged commit, that before what is checked out."""
        git, claimed = Git(self.project.root, self.project.tools), self.document["git"]
        if not claimed["commit"]:
            return
        if not git.commit(claimed["commit"]):
            yield f"the judged commit {claimed['commit'][:12]} is not in this repository"
        elif not _is_ancestor(git, claimed["commit"], "HEAD"):
            yield f"the judged commit {claimed['commit'][:12]} is no ancestor of what is checked out"
        for task in self._judged_tasks():
            if task.base and claimed["base"] and not claimed["base"].startswith(task.base):
                yield f"measured against {claimed['base'][:12]}, the task {task.id} records {task.base[:12]}"
        if claimed["base"] and not _is_ancestor(git, claimed["base"], claimed["commit"]):
            yield f"the base {claimed['base'][:12]} is no ancestor of the judged commit"

    def _expected(self) -> Iterator[str]:
        """The tests that are mapped to the tasks now, against those that the report says passed."""
        tasks = list(self._judged_tasks())
        for task_id in set(tasks_of(self.document)) - set(self.tasks):
            yield f"the task {task_id} is not in the store"
        expected = map_all(self.project.root, tasks, read_test_settings(self.project.root))
        functions = {name for tests in expected.values() for name in tests.functions}
        report = decode(_bytes(self.path.with_name(REPORT)))
        tests = report.get("results", {}).get("tests", [])
        passed = {str(test["name"]).partition("[")[0] for test in tests if test.get("status") == "passed"}
        missing = sorted(functions - passed)
        if missing:
            are = "mapped test is" if len(missing) == 1 else "mapped tests are"
            yield f"{len(missing)} {are} not among those that passed: {', '.join(missing[:_MOST])}"
        count = sum(test.get("status") == "passed" and test.get("rawStatus") == "passed" for test in tests)
        claimed = self.document["tests"]["passed"] or 0
        if count != claimed:
            yield f"it counts {counted(claimed, 'passed test')}, the report shows {count}"

    def _logged(self) -> Iterator[str]:
        """A completed task stands in the log with the digest of its evidence; base and boundary are the log's too."""
        log = read_task_log(self.project)
        digest = hashlib.sha256(self.data).hexdigest()
        for task in self._judged_tasks():
            moves = [entry for entry in log if entry.task_id == task.id and entry.after == "completed"]
            if task.status is TaskStatus.COMPLETED and not moves:
                yield f"the task {task.id} is completed, but the log knows of no move to it"
            yield from (f"the log has other evidence of run {entry.run_id}" for entry in _other(moves, self, digest))
            yield from unlogged(task, log)

    def _judged_tasks(self) -> Iterator[Task]:
        yield from (self.tasks[name] for name in tasks_of(self.document) if name in self.tasks)


def _differ(what: str, claimed: object, found: str) -> str:
    return f"{what} from what was judged (digest {str(claimed)[:12]}, now {found[:12]})"


def _other(moves: list[LogEntry], judged: JudgedEvidence, digest: str) -> list[LogEntry]:
    own = [entry for entry in moves if entry.run_id == judged.document["run_id"]]
    return [entry for entry in own if entry.evidence_sha256 != digest]


def _is_ancestor(git: Git, older: str, newer: str) -> bool:
    ran = git.run("merge-base", "--is-ancestor", older, newer)
    return not ran.problem and ran.exit_code == 0


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
