"""Which layer, and which component, each file belongs to: globs of the configuration, the most exact one wins.

map = map_layers(project.paths, {"domain": ("src/modules/*/domain",), "outbound": ("src/db",)})
map.layer_of("src/modules/orders/domain/order.py")         # "domain"
map.components["src/modules/orders/domain/order.py"]       # "src/modules/orders": what the `*` stands for
map.unused                                                 # (("outbound", "src/db"),) where that fits no file
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pytest_agentgates.source.globs import matches

_WILD = ("*", "?")


@dataclass(frozen=True)
class LayerMap:
    """The layer and the component of every mapped file; `unused` are layers with a glob that fits no file."""

    layers: Mapping[str, str] = field(default_factory=dict)
    components: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[tuple[str, str], ...] = ()

    def layer_of(self, path: str) -> str:
        """The layer of a file, empty where it is in none."""
        return self.layers.get(path, "")

    def files_of(self, layer: str) -> tuple[str, ...]:
        """The files of a layer, in the order in which they were given."""
        return tuple(path for path, own in self.layers.items() if own == layer)


def map_layers(paths: Iterable[str], globs: Mapping[str, str | tuple[str, ...]]) -> LayerMap:
    """Map files to layers; a glob that names a folder takes everything below it.

    Raises UsageError for a glob with too many alternatives.
    """
    pairs = sorted(pairs_of(globs), key=lambda pair: _exactness(pair[1]), reverse=True)
    layers: dict[str, str] = {}
    components: dict[str, str] = {}
    used: set[tuple[str, str]] = set()
    for path in paths:
        fitting = [pair for pair in pairs if fits(path, pair[1])]
        used.update(fitting)
        if fitting:
            layers[path] = fitting[0][0]
            components[path] = component_folder(path, fitting[0][1])
    return LayerMap(layers, components, tuple(pair for pair in pairs_of(globs) if pair not in used))


def pairs_of(globs: Mapping[str, str | tuple[str, ...]]) -> tuple[tuple[str, str], ...]:
    """Every layer with each of its globs."""
    return tuple((layer, glob) for layer, own in globs.items() for glob in ((own,) if isinstance(own, str) else own))


def fits(path: str, glob: str) -> bool:
    """Whether a file fits a glob, or lies below a folder that does."""
    return matches(path, glob) or matches(path, glob.rstrip("/") + "/**")


def component_folder(path: str, glob: str) -> str:
    """The folder that the first `*` of a glob stands for; empty where there is none, or a `**` before it."""
    for index, segment in enumerate(glob.removeprefix("./").split("/")):
        if segment == "**":
            return ""
        if any(sign in segment for sign in _WILD):
            folders = path.split("/")
            return "/".join(folders[: index + 1]) if index < len(folders) - 1 else ""
    return ""


def _exactness(glob: str) -> tuple[int, int]:
    segments = glob.strip("/").split("/")
    return sum(not any(sign in segment for sign in _WILD) for segment in segments), len(segments)
