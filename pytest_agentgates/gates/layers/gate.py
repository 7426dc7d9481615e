"""The gate itself: maps files to layers and asks every rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.core.layer_picture import CrossingLine, LayerPicture
from pytest_agentgates.core.options import option
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.verdict import GateResult, GateStatus, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.gates.layers.classes import ClassJudge
from pytest_agentgates.gates.layers.crossed import Crossings
from pytest_agentgates.gates.layers.presets import PRESETS, LayerSet, layer_set
from pytest_agentgates.gates.layers.routes import judge_routes
from pytest_agentgates.gates.layers.rules import RULES
from pytest_agentgates.source.globs import matches
from pytest_agentgates.source.project_facts import ProjectFacts
from pytest_agentgates.source.routes import routes_of
from pytest_agentgates.source.shared_facts import facts_of
from pytest_agentgates.source.syntax import SyntaxFiles, syntax_of

_TESTS = ("**/tests/**", "**/test/**", "**/test_*.py", "**/*_test.py", "**/conftest.py")
_FEWEST_LAYERS = 2


@dataclass(frozen=True)
class Layers:
    """Holds when no layer is skipped or reversed, and each does only its own part of the work."""

    preset: Literal["hexagonal", "clean", "cqrs"] = option("clean", "The layers, where `layers` names none.")
    layers: dict[str, str | tuple[str, ...]] = option({}, "Your own layers, the outermost first, each with its globs.")
    allowed: dict[str, str | tuple[str, ...]] = option(
        {}, "The layers that a layer may use; of your own layers each may use the next when left out."
    )
    exclude: tuple[str, ...] = option(_TESTS, "Globs of files that belong to no layer.")
    allow_empty: bool = option(False, "Whether it is well when no file lies in a layer.")

    name: ClassVar[str] = "layers"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = RULES

    def wants_details(self, path: str) -> bool:
        """The calls and classes of every file that lies in a layer."""
        return self.preset in PRESETS and bool(self._set.layer_of(path)) and not self._is_excluded(path)

    def other_inputs(self, _workspace: Workspace) -> tuple[str, ...]:
        """Nothing else."""
        return ()

    def check(self, workspace: Workspace) -> GateResult:
        """Judge the whole project: a layer is not kept by some of the files."""
        problem = self._problem(workspace)
        if problem:
            return could_not_judge(self.name, problem)
        project = facts_of(workspace)
        layer = self._mapped(project)
        present = set(layer.values())
        if len(present) < _FEWEST_LAYERS and not self.allow_empty:
            return could_not_judge(self.name, self._too_few(present))
        files = syntax_of(workspace)
        findings = [
            *Crossings(project, self._set, layer).find(),
            *judge_routes(routes_of(workspace), files),
            *self._of_classes(layer, files),
        ]
        return self._result(project, layer, findings)

    def picture(self, workspace: Workspace) -> LayerPicture:
        """The layers that have files, and the imports and calls that cross between them."""
        project = facts_of(workspace)
        layer = self._mapped(project)
        files = Counter(layer.values())
        names = [name for name in self._set.globs if files[name]]
        allowed = [
            (name, other) for name in names for other in names if name != other and self._set.may_use(name, other)
        ]
        lines = [CrossingLine(*line) for line in Crossings(project, self._set, layer).lines()]
        return LayerPicture(tuple((name, files[name]) for name in names), tuple(allowed), tuple(lines))

    def _mapped(self, project: ProjectFacts) -> dict[str, str]:
        found = {path: self._set.layer_of(path) for path in project.paths if not self._is_excluded(path)}
        return {path: name for path, name in found.items() if name}

    @property
    def _set(self) -> LayerSet:
        return layer_set(self.preset, self.layers, self.allowed)

    def _is_excluded(self, path: str) -> bool:
        return any(matches(path, pattern) for pattern in self.exclude)

    def _problem(self, workspace: Workspace) -> str:
        if self.preset not in PRESETS:
            return f"there is no preset {self.preset!r}: choose one of {', '.join(PRESETS)}"
        known = self._set.globs
        named = {name: None for user, used in self._set.allowed.items() for name in (user, *used)}
        unknown = [name for name in named if name not in known]
        if unknown:
            return f"`allowed` names the layer {unknown[0]!r}, which is none of {', '.join(known)}"
        for name, patterns in known.items() if self.layers else ():
            if not patterns or not all(patterns):
                return f"the layer {name!r} has no glob"
            for pattern in patterns:
                if not any(matches(path, pattern) for path in workspace.files if path.endswith(".py")):
                    return f"AGT002 layers.{name}: {pattern!r} matches no Python file: correct the glob or take it out"
        return ""

    def _too_few(self, present: set[str]) -> str:
        wanted = "; ".join(f"{name}: {', '.join(globs)}" for name, globs in self._set.globs.items())
        found = f"only the layer {min(present)}" if present else "no layer"
        return f"{found} has files, so nothing can be judged: set `layers` or another preset ({wanted})"

    def _of_classes(self, layer: Mapping[str, str], files: SyntaxFiles) -> Iterator[Finding]:
        for path, name in layer.items():
            file = files.of(path)
            if file is not None:
                yield from ClassJudge(files, file, name).judge()

    def _result(self, project: ProjectFacts, layer: Mapping[str, str], findings: Sequence[Finding]) -> GateResult:
        present = set(layer.values())
        unmapped = len(project.paths) - len(layer)
        message = f"{counted(len(layer), 'file')} in {counted(len(present), 'layer')}, {unmapped} in none"
        result = result_of(self.name, findings, message)
        unread = [(path, problem) for path, problem in project.problems if not self._is_excluded(path)]
        if unread and result.status is GateStatus.PASS:
            path, problem = unread[0]
            place = f"{path}:{problem.line}" if problem.line else path
            return could_not_judge(self.name, f"{place} does not parse: {problem.message}")
        facts: dict[str, object] = {
            "parsed": project.parsed,
            "mapped": len(layer),
            "unmapped": unmapped,
        }
        return replace(result, facts=facts)
