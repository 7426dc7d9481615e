"""Runs the gates of a run in their order: before the tests, beside them, after them."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Protocol

from pytest_agentgates.clean_run import Scene
from pytest_agentgates.core.outcomes import TestClaim
from pytest_agentgates.core.ports import Stage, WatchesStatements
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.deciding_files import deciding_files, rewritten, state_of
from pytest_agentgates.errors import INTERRUPTED_RUN, RunInterruptedError
from pytest_agentgates.measure_coverage import bring_home
from pytest_agentgates.project import Measuring, Project
from pytest_agentgates.rerun_tests import TreeReruns, run_aside
from pytest_agentgates.run_checker import RunningChecker
from pytest_agentgates.run_gates import ConfiguredGate, run_gate, skipped
from pytest_agentgates.run_tests import CleanStart, RunningTests, TestsToRun
from pytest_agentgates.workspace import ProjectWorkspace

_WRITING = ("--junitxml", "--junit-xml", "--log-file", "--html", "--json-report-file", "--report-log")


@dataclass(frozen=True)
class RunRequest:
    """What the user asked for; `cwd` is where the command was given, `trigger` how.

    With `pinned`, `base` counts whatever the tasks record.
    """

    tasks: tuple[str, ...]
    cwd: Path
    pytest_args: tuple[str, ...] = ()
    agent: str = ""
    base: str = ""
    pinned: bool = False
    in_place: bool = False
    trigger: str = "agentgates run"
    update: bool = True
    cwd_on_path: bool = False
    output_to_stderr: bool = False


def outputs_of(request: RunRequest, root: Path) -> Iterator[str]:
    """The files inside the project, relative to it, that the user asked pytest to write."""
    words = request.pytest_args
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        option, equals, value = word.partition("=")
        if option in _WRITING:
            written = (request.cwd / (value if equals else following)).resolve()
            if written.is_relative_to(root.resolve()):
                yield written.relative_to(root.resolve()).as_posix()


class Display(Protocol):
    """Shows a run while it goes on."""

    def gate(self, result: GateResult) -> None:
        """A gate has ended."""
        ...

    def waiting(self, names: Sequence[str]) -> None:
        """The tests have ended, these gates may not have; an empty list ends the waiting."""
        ...


def run_stages(
    project: Project, request: RunRequest, workspace: ProjectWorkspace, scene: Scene, display: Display
) -> tuple[tuple[GateResult, ...], TestClaim | None]:
    """All results, each with the tasks it is for, and the tests' claim (None when no task was ready)."""
    before = [
        result
        for task in workspace.tasks
        for result in _for_task(project.of_stage(Stage.BEFORE), task, workspace, display)
    ]
    unready = {task_id for result in before if result.status is not GateStatus.PASS for task_id in result.tasks}
    ready = tuple(task for task in workspace.tasks if task.id not in unready)
    if not ready:
        later = (*project.of_stage(Stage.AFTER), *project.of_stage(Stage.BESIDE))
        left_out = [replace(skipped(gate, "the task is not ready"), tasks=tuple(unready)) for gate in later]
        return (*before, *left_out), None
    results, claim = _with_tests(project, request, replace(workspace, tasks=ready), scene, display)
    return (*before, *results), claim


def _with_tests(
    project: Project, request: RunRequest, workspace: ProjectWorkspace, scene: Scene, display: Display
) -> tuple[tuple[GateResult, ...], TestClaim]:
    with tempfile.TemporaryDirectory(prefix="agentgates-") as name, ExitStack() as cleanup:
        folder = Path(name).resolve()
        measuring = project.coverage.plan(replace(workspace, root=scene.root), folder)
        to_run = _tests_to_run(project, request, workspace, scene, measuring)
        deciding = deciding_files(scene.expected.values(), scene.base_files) if scene.is_clean else ()
        laid_out = state_of(scene.root, deciding)
        tests = RunningTests(to_run, folder)
        cleanup.callback(tests.stop)
        checker = RunningChecker(_checker_arguments(project, workspace), project.of_stage(Stage.BESIDE), project.root)
        cleanup.callback(checker.stop)
        cleanup.callback(display.waiting, [])
        threading.Thread(target=project.coverage.get_ready, daemon=True).start()
        try:
            claim = replace(tests.finish(), rewritten=rewritten(scene.root, laid_out))
            claim = replace(claim, own=_run_own_tests(to_run, scene, folder))
            display.waiting([configured.gate.name for configured in checker.gates])
            measured = _brought_home(project, scene, folder)
            workspace = replace(workspace, claim=claim, coverage_data=measured, reruns=_reruns(to_run, scene, folder))
            return _judge_claim(project, workspace, checker, display), claim
        except KeyboardInterrupt:
            raise RunInterruptedError(INTERRUPTED_RUN) from None


def _tests_to_run(
    project: Project, request: RunRequest, workspace: ProjectWorkspace, scene: Scene, measuring: Measuring
) -> TestsToRun:
    settings = scene.settings
    start = CleanStart(project.root, scene.own_plugins, settings.environment, scene.base_files)
    return TestsToRun(
        root=scene.root,
        cwd=_cwd(project, request, scene),
        python=project.python,
        tasks={task.id: workspace.expected[task.id].arguments for task in workspace.tasks},
        pytest_args=_absolute_outputs(request) if scene.is_clean else request.pytest_args,
        cwd_on_path=request.cwd_on_path,
        seconds=project.config.run.seconds,
        output_to_stderr=request.output_to_stderr,
        measure=measuring.session,
        environment=measuring.environment,
        clean=start if scene.is_clean else None,
        watch=next((one.gate.watch for one in project.gates if isinstance(one.gate, WatchesStatements)), None),
    )


def _cwd(project: Project, request: RunRequest, scene: Scene) -> Path:
    """Where pytest is started: in a tree the folder that stands for the user's own."""
    here, root = request.cwd.resolve(), project.root.resolve()
    if not scene.is_clean:
        return request.cwd
    there = scene.root / here.relative_to(root) if here.is_relative_to(root) else scene.root
    return there if there.is_dir() else scene.root


def _absolute_outputs(request: RunRequest) -> tuple[str, ...]:
    """The arguments with the files that it is to write named so that they do not end up in the tree."""
    words = list(request.pytest_args)
    for index, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option in _WRITING and equals:
            words[index] = f"{option}={request.cwd / value}"
        elif option in _WRITING and index + 1 < len(words):
            words[index + 1] = str(request.cwd / words[index + 1])
    return tuple(words)


def _run_own_tests(decisive: TestsToRun, scene: Scene, folder: Path) -> TestClaim | None:
    """The agent's own tests, in a tree and a process of their own, without a word on the terminal."""
    if scene.own_root is None:
        return None
    place = folder / "own"
    place.mkdir()
    own = {"": scene.own_tests}
    tests = replace(decisive, root=scene.own_root, cwd=scene.own_root, tasks=own, pytest_args=())
    return run_aside(tests, place)


def _reruns(decisive: TestsToRun, scene: Scene, folder: Path) -> TreeReruns | None:
    return TreeReruns(decisive, scene.own_root, scene.from_disk, folder) if scene.is_clean else None


def _brought_home(project: Project, scene: Scene, folder: Path) -> tuple[Path, ...]:
    """The data that coverage left; what it says of a clean tree is said of the project's files."""
    data = project.coverage.data_files(folder)
    if not scene.is_clean or not data:
        return data
    return bring_home(data, scene.root, project.root, scene.changed)


def _checker_arguments(project: Project, workspace: ProjectWorkspace) -> list[str]:
    named = [word for task in workspace.tasks for word in ("--task", task.id)]
    base = ["--base", workspace.base.commit] if workspace.base else []
    revision = project.config.revision
    configured = ["--configuration-from", revision] if revision else []
    return [*named, *base, *configured, "--agent", workspace.agent, "--root", str(workspace.root)]


def _judge_claim(
    project: Project, workspace: ProjectWorkspace, checker: RunningChecker, display: Display
) -> tuple[GateResult, ...]:
    """Judge the results while the checker still works, then `config`, which needs all findings."""
    after = project.of_stage(Stage.AFTER)
    own = [gate for gate in after if gate.gate.name != "config"]
    results = [result for task in workspace.tasks for result in _for_task(own, task, workspace, display)]
    results += checker.finish(display.gate)
    workspace = replace(workspace, results=tuple(results))
    everyone = tuple(task.id for task in workspace.tasks)
    for configured in after:
        if configured.gate.name == "config":
            results.append(replace(run_gate(configured, workspace), tasks=everyone))
            display.gate(results[-1])
    return tuple(results)


def _for_task(
    gates: Sequence[ConfiguredGate], task: Task, workspace: ProjectWorkspace, display: Display
) -> list[GateResult]:
    results = []
    for configured in gates:
        if configured.is_on_for(task.layer):
            result = run_gate(configured, replace(workspace, tasks=(task,)))
        else:
            result = skipped(configured, f"not configured for the layer {task.layer}")
        results.append(replace(result, tasks=(task.id,)))
        display.gate(results[-1])
    return results
