"""What a gate of layers shows as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from pytest_agentgates.core.workspace_port import Workspace


@dataclass(frozen=True, order=True)
class CrossingLine:
    """An import or call of one layer that gets at another which it may not know; `place` is `path:line`."""

    layer: str
    target: str
    place: str


@dataclass(frozen=True)
class LayerPicture:
    """The layers with their numbers of files, who may use whom, and who does although it may not."""

    layers: tuple[tuple[str, int], ...]
    allowed: tuple[tuple[str, str], ...]
    crossings: tuple[CrossingLine, ...]

    def crossed_pairs(self) -> dict[tuple[str, str], list[str]]:
        """The places of the crossings by layer and target."""
        pairs: dict[tuple[str, str], list[str]] = {}
        for one in sorted(set(self.crossings)):
            pairs.setdefault((one.layer, one.target), []).append(one.place)
        return pairs


@runtime_checkable
class DrawsLayers(Protocol):
    """A gate that can show its layers; asked only after it has judged."""

    def picture(self, workspace: Workspace) -> LayerPicture:
        """The layers of the workspace."""
        ...
