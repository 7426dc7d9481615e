"""The gates that other installed packages offer, through the entry point group `pytest_agentgates`."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from dataclasses import is_dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pluggy

from pytest_agentgates import hooks
from pytest_agentgates.config_schema import options_schema
from pytest_agentgates.core.ports import Gate, Stage
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.validate import nearest

GROUP = "pytest_agentgates"
HOOK = "agentgates_gates"
_REPORT = "report it to the authors of the package; until it is mended, uninstall it"


def third_party_gates(root: Path) -> Iterator[type[Gate]]:
    """Every gate class of a package that lies outside the project: what is judged does not choose its judge.

    Raises AgentGatesError, naming the package, for one whose gates cannot be had.
    """
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        if not _lies_in_project(point, root.resolve()):
            yield from _gates_of(point)


def _lies_in_project(point: EntryPoint, root: Path) -> bool:
    """Whether the distribution or the code of an entry point belongs to the project; nothing is imported to know."""
    home = str(point.dist.locate_file("")) if point.dist else str(root)
    places = [home, *_places_of(point)]
    return any(_is_source(Path(place).resolve(), root) for place in places)


def _places_of(point: EntryPoint) -> list[str]:
    """Where the code lies; empty where it cannot be found, and so cannot be loaded either."""
    try:
        spec = find_spec(point.module.partition(".")[0])
    except (AttributeError, ImportError, ValueError):
        return []
    return [*filter(None, [spec.origin]), *(spec.submodule_search_locations or ())] if spec else []


def _is_source(place: Path, root: Path) -> bool:
    """Whether a place is the project's own, and not in an environment that lies in the project's folder."""
    packages = [Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")]
    return place.is_relative_to(root) and not any(place.is_relative_to(folder) for folder in packages)


def _gates_of(point: EntryPoint) -> Iterator[type[Gate]]:
    try:
        kinds = _ask(point)
    except AgentGatesError:
        raise
    except (Exception, SystemExit) as error:
        message = str(error).splitlines()
        raise _broken(point, f"{type(error).__name__}: {message[-1] if message else ''}") from error
    for kind in kinds:
        if problem := _problem(kind):
            raise _broken(point, f"{getattr(kind, '__name__', repr(kind))} is no gate: {problem}")
        yield kind


def _ask(point: EntryPoint) -> list[Any]:
    """Call the hook of one package; what pluggy passes over in silence is an error."""
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hooks)
    plugin = point.load()
    manager.register(plugin, name=point.name)
    implemented = manager.get_hookcallers(plugin) or []
    for caller in implemented:
        if not caller.has_spec():
            fix = f"did you mean {HOOK}?" if nearest(caller.name, [HOOK]) else f"the hook is {HOOK}"
            raise _broken(point, f"there is no hook {caller.name}", fix)
    if not implemented:
        raise _broken(point, "it implements no hook", f"mark {HOOK} with pytest_agentgates.hookimpl")
    return [kind for kinds in manager.hook.agentgates_gates() for kind in kinds]


def _problem(kind: Any) -> str:
    """What keeps an object from being a gate class; empty where nothing does."""
    if not isinstance(kind, type) or not is_dataclass(kind):
        return "it is no dataclass"
    missing = [name for name in ("name", "stage", "rules", "check") if not hasattr(kind, name)]
    if missing:
        return f"it has no {', '.join(missing)}"
    if not isinstance(getattr(kind, "stage", None), Stage):
        return "its stage is no Stage"
    try:
        options_schema(kind)
    except (TypeError, NameError) as error:
        return str(error)
    return ""


def _broken(point: EntryPoint, what: str, fix: str = _REPORT) -> AgentGatesError:
    package = f"{point.dist.name} {point.dist.version}" if point.dist else point.value
    return AgentGatesError(f"the gates of {package} cannot be used: {what}", f"entry point {point.name}", fix)
