"""The gate itself: components keep the hexagonal shape, and imports point inwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.core.layer_picture import LayerPicture
from pytest_agentgates.core.options import option
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.verdict import GateResult, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.gates.hexagon.components import (
    LAYER_ROLES,
    Components,
    Role,
    canonical_components,
    is_test,
    layered_components,
)
from pytest_agentgates.gates.hexagon.directions import picture_of
from pytest_agentgates.gates.hexagon.registry import RULE_CHECKS
from pytest_agentgates.gates.hexagon.rules import RULES
from pytest_agentgates.gates.hexagon.shape_checks import regression_note
from pytest_agentgates.gates.hexagon.view import HexagonOptions, HexagonView
from pytest_agentgates.source.layer_map import fits, pairs_of
from pytest_agentgates.source.project_facts import ProjectFacts
from pytest_agentgates.source.shared_facts import facts_of

_ROOTS = tuple(
    f"**/{name}.py"
    for name in (
        "main",
        "__main__",
        "bootstrap",
        "container",
        "containers",
        "wiring",
        "composition",
        "composition_root",
    )
)
_SHARED = tuple(f"**/{name}/**" for name in ("shared", "shared_kernel", "kernel", "seedwork"))


@dataclass(frozen=True)
class Hexagon:
    """Holds when each component has the hexagonal shape and every import points inwards."""

    components: str = option("components", "The folder of the components, or a glob of such folders.")
    layers: dict[str, str | tuple[str, ...]] = option(
        {}, "Globs of your own layers instead: domain, application, ports, inbound, outbound."
    )
    ports: Literal["abc", "protocol"] = option("abc", "How ports are made abstract.")
    composition_roots: tuple[str, ...] = option(
        _ROOTS, "Globs of the files that wire adapters to ports, and so may import both sides."
    )
    shared: tuple[str, ...] = option(_SHARED, "Globs of the shared kernel, which every component may import.")

    name: ClassVar[str] = "hexagon"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = RULES

    def wants_details(self, path: str) -> bool:
        """Whether a file may be mapped or a test: the definitions and calls of those are looked at."""
        if is_test(path):
            return True
        if self.layers:
            return any(fits(path, glob) for _, glob in pairs_of(self.layers))
        return fits(path, self.components)

    def other_inputs(self, workspace: Workspace) -> tuple[str, ...]:
        """The folders of the canonical tree: an empty one holds no file that would tell of it."""
        try:
            tops = [] if self.layers else sorted(workspace.root.glob(self.components))
        except (ValueError, NotImplementedError):  # no pattern of paths below the root: it names no folder
            return ()
        return tuple(str(path) for top in tops for path in sorted(top.rglob("*")) if path.is_dir())

    def check(self, workspace: Workspace) -> GateResult:
        """Judge every Python file under the source roots."""
        unknown = [layer for layer in self.layers if layer not in LAYER_ROLES]
        if unknown:
            return could_not_judge(
                self.name, f"there is no layer {unknown[0]!r}: the layers are {', '.join(LAYER_ROLES)}"
            )
        facts = facts_of(workspace)
        mapped = self._map(facts)
        problem = self._problem(facts, mapped)
        if problem:
            return could_not_judge(self.name, problem)
        view = HexagonView(workspace, facts, mapped, HexagonOptions(self.ports, self.composition_roots, self.shared))
        findings = list(dict.fromkeys(finding for check in RULE_CHECKS for finding in check(view)))
        result = self._result(facts, mapped, sorted(findings, key=lambda one: (one.path, one.line, one.rule)))
        note = regression_note(workspace)
        return replace(result, message=f"{result.message}; {note}") if note else result

    def picture(self, workspace: Workspace) -> LayerPicture:
        """The parts of all components together, and the imports that cross between them."""
        facts = facts_of(workspace)
        options = HexagonOptions(self.ports, self.composition_roots, self.shared)
        return picture_of(HexagonView(workspace, facts, self._map(facts), options))

    def _map(self, facts: ProjectFacts) -> Components:
        if self.layers:
            return layered_components(facts.paths, self.layers)
        return canonical_components(facts.paths, self.components)

    def _problem(self, facts: ProjectFacts, mapped: Components) -> str:
        if facts.empty_roots:
            return f"the source root {facts.empty_roots[0]!r} has no Python file: correct source_roots"
        if mapped.unused:
            layer, glob = mapped.unused[0]
            return f"AGT002 the glob {glob!r} of the layer {layer} matches no Python file: correct it or take it out"
        if any(role is not Role.TESTS for role in mapped.roles.values()):
            return ""
        return f"no component was found under {self.components!r}: set `components`, or name your own `layers`"

    def _result(self, facts: ProjectFacts, mapped: Components, findings: Sequence[Finding]) -> GateResult:
        in_layer = len(mapped.roles)
        unmapped = len(facts.paths) - in_layer
        message = f"{counted(facts.parsed, 'file')} parsed, {in_layer} mapped to a layer, {unmapped} left unmapped"
        if facts.unparsed:
            message += f", {facts.unparsed} not readable"
        counts: dict[str, object] = {"parsed": facts.parsed, "mapped": in_layer, "unmapped": unmapped}
        return replace(result_of(self.name, findings, message), facts=counts)
