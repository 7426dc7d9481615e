"""Says whether evidence belongs to this tree and still holds."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_agentgates import transaction_log
from pytest_agentgates.check_task import judge_anew
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.describe_run import tool_digest
from pytest_agentgates.errors import CANNOT_JUDGE, FAILED, PASSED, AgentGatesError, UsageError
from pytest_agentgates.map_tests import map_all
from pytest_agentgates.project import Project
from pytest_agentgates.run_git import Git
from pytest_agentgates.run_stages import Display, RunRequest
from pytest_agentgates.schemas import schema_text
from pytest_agentgates.select_tasks import find_task
from pytest_agentgates.source.test_settings import read_test_settings
from pytest_agentgates.source.tree import digest_files, digest_of
from pytest_agentgates.survey_project import project_files
from pytest_agentgates.transaction_log import LogEntry
from pytest_agentgates.validate import mistakes_of

MAIN, REPORT = "quality_gates_run.json", "test_report.json"
_MOST = 5


@dataclass(frozen=True)
class Verification:
    """What was looked at: `broken` says why the evidence does not hold, `unknown` what could not be told."""

    evidence: str
    broken: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 where it holds, 1 where it does not, 3 where that cannot be told."""
        if self.broken:
            return FAILED
        return CANNOT_JUDGE if self.unknown else PASSED


def verify_evidence(project: Project, task_id: str, rerun: bool, display: Display) -> Verification:
    """Check the latest evidence, of one task where one is named; with `rerun` judge it anew and compare.

    Raises UsageError for an unknown task, and AgentGatesError where there is no evidence.
    """
    tasks = project.open_store().load()
    if task_id:
        find_task(tasks, task_id)
    path = _find_evidence(project, task_id)
    shown = os.path.relpath(path, project.root).replace(os.sep, "/")
    data = path.read_bytes()
    document = _decoded(data)
    foreign = _foreign(document)
    if foreign:
        return Verification(shown, (foreign,))
    judged = _Judged(project, path, data, document, {task.id: task for task in tasks})
    broken = [*judged.broken()]
    if rerun and not broken:
        broken += _rerun(project, judged, display)
    return Verification(shown, tuple(broken), tuple(judged.unknown()))


def _find_evidence(project: Project, task_id: str) -> Path:
    folder = project.root / project.config.evidence
    runs = sorted((folder / "runs").glob(f"*/{MAIN}"), reverse=True)
    for path in (folder / MAIN, *runs):
        if path.is_file() and (not task_id or task_id in _tasks_of(_decoded(path.read_bytes()))):
            return path
    of_task = f" of the task {task_id}" if task_id else ""
    fix = "judge it: agentgates run ID; in CI, download or commit the evidence first"
    raise AgentGatesError(f"there is no evidence{of_task}", project.config.evidence, fix)


def _decoded(data: bytes) -> dict[str, Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _tasks_of(document: Mapping[str, Any]) -> list[str]:
    tasks = document.get("tasks")
    return [str(one.get("id")) for one in tasks if isinstance(one, dict)] if isinstance(tasks, list) else []


def _foreign(document: Mapping[str, Any]) -> str:
    """Why a file is no evidence of this tool, whatever it claims; empty for one that is."""
    if "schema_version" in document and "run_id" in document:
        mistakes = mistakes_of(document, json.loads(schema_text("quality_gates_run")))
        return f"it breaks the schema of evidence: {mistakes[0].where}: {mistakes[0].what}" if mistakes else ""
    gates, summary = document.get("gates"), document.get("summary")
    if isinstance(gates, dict):
        claim = summary.get("overall") if isinstance(summary, dict) else "nothing"
        shape = f"a map of {len(gates)} gates that claims {claim}"
    elif isinstance(gates, list):
        shape = f"a list of {len(gates)} gates that claims {document.get('overall_status')}"
    else:
        shape = f"no gates at all, and claims {document.get('status')}" if document else "nothing that can be read"
    return f"it was not written by this tool and cannot be checked: it holds {shape}"


@dataclass(frozen=True)
class _Judged:
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
            self._digests,
            self._artifacts,
            self._commits,
            self._expected,
            self._logged,
        )
        for part in parts:
            yield from part()

    def unknown(self) -> Iterator[str]:
        """What cannot be told from what is here."""
        if not self.document["git"]["commit"]:
            yield "the evidence names no commit: it cannot be placed in time"

    def _verdict(self) -> Iterator[str]:
        """The verdict, and whether the gates and counts say the same."""
        run = self.document
        if run["overall_status"] != "pass" or not run["complete"]:
            yield f"the evidence itself says {run['overall_status']}" + ("" if run["complete"] else ", incomplete")
        count = Counter(gate["status"] for gate in run["gates"])
        for status in ("pass", "fail", "warn", "skip", "error"):
            if run["summary"][status] != count[status]:
                yield f"the summary counts {run['summary'][status]} {status}, the gates show {count[status]}"
        bad = [gate["name"] for gate in run["gates"] if gate["blocking"] and gate["status"] in ("fail", "error")]
        if bad and run["overall_status"] == "pass":
            yield f"it claims a pass although these did not: {', '.join(bad)}"
        for name in {"ready", "tests_pass", "config"} - {g["name"] for g in run["gates"] if g["status"] == "pass"}:
            if run["overall_status"] == "pass":
                yield f"it claims a pass without one of {name}"

    def _digests(self) -> Iterator[str]:
        root = self.project.root
        config = hashlib.sha256(self.project.config.text.encode()).hexdigest()
        now = {
            "the files": (
                self.document["git"]["files_digest"],
                digest_of(digest_files(root, project_files(self.project))),
            ),
            "the configuration": (self.document["config_digest"], config),
            "this tool": (self.document["tool_digest"], tool_digest()),
        }
        for what, (claimed, found) in now.items():
            if claimed != found:
                yield f"{what} differ from what was judged (digest {str(claimed)[:12]}, now {found[:12]})"

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
        for task_id in set(_tasks_of(self.document)) - set(self.tasks):
            yield f"the task {task_id} is not in the store"
        expected = map_all(self.project.root, tasks, read_test_settings(self.project.root))
        functions = {name for tests in expected.values() for name in tests.functions}
        report = _decoded(_bytes(self.path.with_name(REPORT)))
        tests = report.get("results", {}).get("tests", [])
        passed = {str(test["name"]).partition("[")[0] for test in tests if test.get("status") == "passed"}
        missing = sorted(functions - passed)
        if missing:
            yield f"{len(missing)} mapped tests are not among those that passed: {', '.join(missing[:_MOST])}"
        count = sum(test.get("status") == "passed" and test.get("rawStatus") == "passed" for test in tests)
        if count != self.document["tests"]["passed"]:
            yield f"it counts {self.document['tests']['passed']} passed tests, the report shows {count}"

    def _logged(self) -> Iterator[str]:
        """A completed task stands in the log with the digest of its evidence."""
        log = transaction_log.read(_log_of(self.project))
        digest = hashlib.sha256(self.data).hexdigest()
        for task in self._judged_tasks():
            moves = [entry for entry in log if entry.task_id == task.id and entry.after == "completed"]
            if task.status is TaskStatus.COMPLETED and not moves:
                yield f"the task {task.id} is completed, but the log knows of no move to it"
            yield from (f"the log has other evidence of run {entry.run_id}" for entry in _other(moves, self, digest))

    def _judged_tasks(self) -> Iterator[Task]:
        yield from (self.tasks[name] for name in _tasks_of(self.document) if name in self.tasks)


def _other(moves: list[LogEntry], judged: _Judged, digest: str) -> list[LogEntry]:
    own = [entry for entry in moves if entry.run_id == judged.document["run_id"]]
    return [entry for entry in own if entry.evidence_sha256 != digest]


def _rerun(project: Project, judged: _Judged, display: Display) -> Iterator[str]:
    ids = tuple(_tasks_of(judged.document))
    base = judged.document["git"]["base"] or ""
    record = judge_anew(project, RunRequest(ids, project.root, base=base, update=False), display)
    if record.status.value != judged.document["overall_status"]:
        yield f"judged anew it is {record.status.value}, the evidence says {judged.document['overall_status']}"
    before = {gate["name"]: gate["status"] for gate in judged.document["gates"] if gate["blocking"]}
    for gate in record.gates:
        if gate.blocking and before.get(gate.name) != gate.status.value:
            yield f"{gate.name} is {gate.status.value} now, the evidence says {before.get(gate.name)}"


def _is_ancestor(git: Git, older: str, newer: str) -> bool:
    ran = git.run("merge-base", "--is-ancestor", older, newer)
    return not ran.problem and ran.exit_code == 0


def _log_of(project: Project) -> Path:
    try:
        return Path(os.path.realpath(project.root / project.config.tasks)).with_name(transaction_log.FILE_NAME)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", project.config.tasks, "check its permissions") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
