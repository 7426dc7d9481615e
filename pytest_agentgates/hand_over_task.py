"""Puts the hand-over of one task together from the repository: files, tests, dependencies, evidence that holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pytest_agentgates.changes import changes_since
from pytest_agentgates.core.boundary import boundary_of
from pytest_agentgates.core.handover import NOT_VERIFIED, PARTS, Handover, Requirement, Scenario, Verified
from pytest_agentgates.core.node_ids import function_of
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.record import VERIFICATION, FileChange
from pytest_agentgates.core.task import Task
from pytest_agentgates.declared_dependencies import Declared, declared_in, declares_dependencies
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.judged_evidence import REPORT, decode
from pytest_agentgates.map_tests import map_tests
from pytest_agentgates.project import Project
from pytest_agentgates.run_stages import Display
from pytest_agentgates.select_tasks import find_task
from pytest_agentgates.source.test_settings import read_test_settings
from pytest_agentgates.survey_project import survey_project
from pytest_agentgates.verify_evidence import VerifyRequest, verify_evidence
from pytest_agentgates.workspace import ProjectWorkspace


def hand_over_task(project: Project, task_id: str, base: str, display: Display) -> Handover:
    """What the repository shows of a task; `base` is measured against instead of the recorded one where it is named.

    Raises UsageError for an unknown task or revision, and for a store or test settings that cannot be read.
    """
    all_tasks = project.open_store().load()
    task = find_task(all_tasks, task_id)
    verified = _verify(project, task, display)
    # A run that is verified says what it was measured against; the task need not.
    surveyed = survey_project(project, all_tasks, agent=task.owner, base=base, task_base=task.base or verified.base)
    return _HandingOver(project, task, replace(surveyed, tasks=(task,)), verified).run()


def _verify(project: Project, task: Task, display: Display) -> Verified:
    """The parts that the task's evidence speaks of, where `verify` accepts it for the files as they are now."""
    try:
        found = verify_evidence(project, VerifyRequest(task.id), display)
    except AgentGatesError as error:
        return Verified(reasons=(error.mistakes[0].what,))
    reasons = tuple(f"{reason.path}: {reason.message}" for reason in (*found.broken, *found.unknown))
    if reasons:
        return Verified(reasons=reasons)
    document = decode((project.root / found.evidence[0]).read_bytes())
    said = {part: document["verification"][part] for part in PARTS}
    return Verified(
        {part: word or NOT_VERIFIED for part, word in said.items()},
        tuple(f"{part}: {_why_unsaid(document, part)}" for part, word in said.items() if not word),
        found.evidence[0],
        document["run_id"],
        found.assurance,
        document["git"]["base"] or "",
        tuple(f"{note.path}: {note.message}" for note in found.notes),
    )


@dataclass
class _HandingOver:
    """Gathers what is handed over."""

    project: Project
    task: Task
    workspace: ProjectWorkspace
    verified: Verified
    notes: list[str] = field(default_factory=list)

    def run(self) -> Handover:
        base = self.workspace.base
        files = changes_since(self.workspace) if base else None
        self.notes.extend(self.verified.notes)
        scenarios = tuple(self._scenarios())
        added, changed, removed = self._dependencies(files or ())
        self.notes.extend(self._remarks(files or ()))
        return Handover(
            at=self.project.clock.now(),
            task=self.task,
            base=base.commit if base else "",
            base_problem=self.workspace.base_problem,
            files=files,
            scenarios=scenarios,
            added=added,
            changed=changed,
            removed=removed,
            verified=self.verified,
            notes=tuple(self.notes),
        )

    def _scenarios(self) -> Iterator[Scenario]:
        expected = map_tests(self.project.root, self.task, read_test_settings(self.project.root))
        self.notes.extend(f"{problem.path}: {problem.message}" for problem in expected.problems)
        outcomes = self._outcomes()
        base = self.workspace.base
        known = set(base.paths) if base else set()
        for function in expected.functions:
            is_new = function.partition("::")[0] not in known if base else None
            yield Scenario(function, is_new, outcomes.get(function, ""))

    def _outcomes(self) -> Mapping[str, str]:
        """How each test function ended, the worst of its parameters; nothing where no evidence holds."""
        if not self.verified.evidence:
            return {}
        report = decode((self.project.root / self.verified.evidence).with_name(REPORT).read_bytes())
        outcomes: dict[str, str] = {}
        for test in report["results"]["tests"]:
            name = function_of(test["name"])
            if outcomes.get(name, "passed") == "passed":
                outcomes[name] = test["rawStatus"]
        return outcomes

    def _dependencies(self, files: Sequence[FileChange]) -> tuple[tuple[Requirement, ...], ...]:
        """What is declared now and was not at the base, what is declared otherwise, what no longer is."""
        paths = [change.path for change in files if declares_dependencies(change.path)]
        base = self.workspace.base
        before = base.read_many(paths) if base else {}
        added: list[Requirement] = []
        changed: list[Requirement] = []
        removed: list[Requirement] = []
        for path in paths:
            then, now = self._declared(path, before.get(path)), self._declared(path, _bytes(self.project.root / path))
            if then is None or now is None:
                continue
            for (section, name), text in now.items():
                was = then.get((section, name), "")
                if text != was:
                    (changed if was else added).append(Requirement(name, text, path, section, was))
            removed += [Requirement(key[1], "", path, key[0], was) for key, was in then.items() if key not in now]
        return tuple(added), tuple(changed), tuple(removed)

    def _declared(self, path: str, data: bytes | None) -> Declared | None:
        """None, and a note, where the file cannot be read."""
        if data is None:
            return {}
        try:
            return declared_in(path, data)
        except (ValueError, RecursionError) as error:
            self.notes.append(f"{path}: its dependencies cannot be read: {error}")
            return None

    def _remarks(self, files: Sequence[FileChange]) -> Iterator[str]:
        outside = [change.path for change in files if change.in_boundary is False]
        if outside:
            yield f"{counted(len(outside), 'file')} outside the task's boundary: {', '.join(outside)}"
        elif files and not boundary_of((self.task,), self.workspace.limits, self.workspace.agent).is_declared:
            yield "the task declares no boundary: every file that differs from the base is listed, whoever changed it"
        if self.task.attempts:
            yield f"{counted(self.task.attempts, 'judgement')} failed since it was last completed or reopened"


def _why_unsaid(document: Mapping[str, Any], part: str) -> str:
    gate = VERIFICATION[part]
    found = [one["status"] for one in document["gates"] if one["name"] == gate]
    return f"the run judged it with {found[0]}" if found else f"the gate {gate} is not on"


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
