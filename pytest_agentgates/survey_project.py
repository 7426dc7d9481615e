"""Looks at the project as it lies on disk: files, base, waivers and globs."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from pytest_agentgates.base_tree import find_base
from pytest_agentgates.base_waivers import held_to_base
from pytest_agentgates.config import Config
from pytest_agentgates.core.boundary import Limits
from pytest_agentgates.core.claims import agent_called
from pytest_agentgates.core.finding import Waiver
from pytest_agentgates.core.ports import AsksForDetails, SetsLimits
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.workspace_port import BaseTree, Loss, SourceScope
from pytest_agentgates.errors import UsageError
from pytest_agentgates.evolution_log import evolution_place
from pytest_agentgates.file_lock import locks_beside
from pytest_agentgates.losses import gates_below_base, other_store, tasks_below_base
from pytest_agentgates.project import Project
from pytest_agentgates.queue_file import queue_place
from pytest_agentgates.run_gates import ConfiguredGate
from pytest_agentgates.source.globs import matches
from pytest_agentgates.source.sweep_marks import RULE as MARKED
from pytest_agentgates.source.tree import NEVER_IGNORED, differences, digest_files, list_files
from pytest_agentgates.source.waivers import read_waivers
from pytest_agentgates.store_location import files_of
from pytest_agentgates.workspace import ProjectWorkspace

_COVERAGE_OUTPUT = (".coverage", ".coverage.*", "coverage.{json,lcov,md,xml}", "htmlcov")


def survey_project(
    project: Project, all_tasks: Sequence[Task] = (), agent: str = "", base: str = "", task_base: str = ""
) -> ProjectWorkspace:
    """The workspace before any gate has run; `base`, which the user named, overrides the task's, that the configured.

    Raises UsageError for a `base` that is not there; without any other base the gates that need one say so.
    """
    config = project.config
    files = project_files(project)
    tree, problem = find_base(config.root, project.tools, "" if base else task_base, base, config.base)
    if base and tree is None:
        raise UsageError(problem, fix="name a commit that is there, or leave the base out")
    return ProjectWorkspace(
        root=config.root,
        tools=project.tools,
        python=project.python,
        files=files,
        all_tasks=tuple(all_tasks),
        agent=agent_called(agent or config.agent),
        base=tree,
        base_problem=problem,
        cache=project.cache,
        waivers=held_to_base(tuple(_waivers(project, files)), tree),
        less_than_base=tuple(_less_than_base(project, tree, all_tasks)),
        rules_by_gate=project.rules_by_gate(),
        globs=_globs(config, project.gates),
        scope=SourceScope(config.source_roots, _wants_details(project.gates)),
        limits=_limits(project.gates),
    )


def _waivers(project: Project, files: Sequence[str]) -> Iterator[Waiver]:
    """Those of comments and of the configuration; marks of sweeps where a gate asks for tenants."""
    judges_tenants = any(code.startswith("TEN") for codes in project.rules_by_gate().values() for code in codes)
    for waiver in (*read_waivers(project.root, files), *project.config.waivers):
        if waiver.rule != MARKED or judges_tenants:
            yield waiver


def _less_than_base(project: Project, base: BaseTree | None, tasks: Sequence[Task]) -> Iterator[Loss]:
    if base is None:
        return
    if not project.config.revision:  # that of a protected branch was reviewed there
        yield from gates_below_base(base, project.gates, project.always_on, project.config.source)
    yield from other_store(base, project.config.tasks)
    if project.open_store_at is not None:
        yield from tasks_below_base(base, project.config.tasks, project.open_store_at, tasks)


def _limits(gates: Sequence[ConfiguredGate]) -> Limits:
    return next((one.gate.limits for one in gates if isinstance(one.gate, SetsLimits)), Limits())


def _wants_details(gates: Sequence[ConfiguredGate]) -> Callable[[str], bool]:
    """Whether any gate asks for the definitions of a file; a gate that does says of which in `wants_details`."""
    asking = [configured.gate.wants_details for configured in gates if isinstance(configured.gate, AsksForDetails)]
    return lambda path: any(wants(path) for wants in asking)


def project_files(project: Project) -> tuple[str, ...]:
    """Every file of the project but what a run itself or another task's run may write."""
    config = project.config
    own = (*files_of(config.tasks, config.root), queue_place(config.tasks), evolution_place(config.evidence))
    locks = [lock for path in own for lock in locks_beside(path)]
    files = list_files(config.root, (config.evidence, *own, *locks))
    reports = _reports(project.gates)
    is_ours = _our_outputs(config.root)
    return tuple(path for path in files if path not in reports and not is_ours(path))


def _reports(gates: Sequence[ConfiguredGate]) -> frozenset[str]:
    """The reports that commands of the configuration write while they judge."""
    return frozenset(posixpath.normpath(getattr(configured.gate, "junit", "")) for configured in gates)


def _our_outputs(root: Path) -> Callable[[str], bool]:
    """Whether our own standard output or error is redirected into a file: the run itself writes it."""
    streams = [found for stream in (1, 2) if (found := _stream(stream)) and stat.S_ISREG(found.st_mode)]

    def is_ours(path: str) -> bool:
        try:
            return any(os.path.samestat(os.lstat(os.path.join(root, path)), stream) for stream in streams)
        except OSError:
            return False

    return is_ours


def _stream(number: int) -> os.stat_result | None:
    try:
        return os.fstat(number)
    except OSError:
        return None


def changed_files(project: Project, before: Mapping[str, str], outputs: Sequence[str] = ()) -> tuple[str, ...]:
    """What is no longer as it was: files that changed or went, and new ones that can change a judgement.

    `outputs` are files that the user asked pytest to write; only what can change no judgement may be one.
    """
    after = digest_files(project.root, project_files(project))
    changed = differences(before, after)
    return tuple(path for path in changed if _matters(path) or (path in before and not _is_output(path, outputs)))


def _matters(path: str) -> bool:
    """Whether a file can change how tests run or how gates judge."""
    return path.lower().endswith(NEVER_IGNORED)


def _is_output(path: str, outputs: Sequence[str]) -> bool:
    return path in outputs or any(matches(path, pattern) for pattern in _COVERAGE_OUTPUT)


def _globs(config: Config, gates: Sequence[ConfiguredGate]) -> Mapping[str, str]:
    """Every glob that must match a file; floors report theirs themselves, as COV004."""
    named = {f"waivers[{index}].path": waiver.path for index, waiver in enumerate(config.waivers)}
    for configured in gates:
        named.update(_paths_of(configured))
    return named


def _paths_of(configured: ConfiguredGate) -> Iterator[tuple[str, str]]:
    gate = configured.gate
    if any(item.name == "paths" for item in fields(gate)):  # type: ignore[arg-type]  # every gate is a dataclass
        for index, path in enumerate(getattr(gate, "paths")):  # noqa: B009 - not every gate has the option
            yield f"gates.{gate.name}.paths[{index}]", path
