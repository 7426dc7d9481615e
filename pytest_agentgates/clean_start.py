"""Starts pytest in a clean tree; the tests' interpreter runs this file by its path, before any other code of ours.

It needs only the standard library. What the environment says of the project is turned to the clean tree:
entries of sys.path, the finders of editable installs, and the plugins that pytest may load.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import site
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PLUGINS = "AGENTGATES_PLUGINS"
_DEPTH = 4


def main() -> int:
    """Redirect what leads to the project, then run pytest with the arguments that are left."""
    plan_path, *arguments = sys.argv[1:]
    plan = json.loads(Path(plan_path).read_text(encoding="utf-8"))["clean"]
    turn = Turn(plan["project"], plan["tree"])
    roots = list(dict.fromkeys([*turn.search_path(), *turn.editable_finders()]))
    if roots:  # what the tests start themselves finds the tree as well, before any editable install
        os.environ["PYTHONPATH"] = os.pathsep.join(roots)
    sys.path += plan["package"]
    import pytest

    os.environ[PLUGINS] = ",".join(trusted_plugins(turn, plan))  # for xdist's workers as well
    flag = pytest.version_tuple >= (8, 4)
    if not flag:
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.argv = ["pytest", *(["--disable-plugin-autoload"] if flag else []), *arguments]
    return int(pytest.main())


class Turn:
    """Turns places in the project into the same places of the tree."""

    def __init__(self, project: str, tree: str) -> None:
        self.project = project
        self.tree = tree
        self.installed = installed_places()
        self.found: list[str] = []

    def place(self, path: str) -> str:
        """The place in the tree; unchanged for what is installed, or lies outside the project."""
        full = os.path.realpath(path)
        if not is_below(full, self.project) or any(is_below(full, place) for place in self.installed):
            return path
        return os.path.join(self.tree, os.path.relpath(full, self.project)) if full != self.project else self.tree

    def search_path(self) -> list[str]:
        """Turn sys.path; returns the entries that now lie in the tree."""
        turned = [self.place(entry) if entry else entry for entry in sys.path]
        sys.path[:] = list(dict.fromkeys(turned))
        return [entry for entry in sys.path if is_below(entry, self.tree)]

    def editable_finders(self) -> list[str]:
        """Turn the tables in which finders of editable installs keep their places; returns where their modules lie."""
        for finder in sys.meta_path:
            kind = finder if isinstance(finder, type) else type(finder)
            module = sys.modules.get(kind.__module__)
            if kind.__module__.partition(".")[0] in sys.stdlib_module_names:
                continue
            for holder in (finder, kind, module):
                self._tables(getattr(holder, "__dict__", {}), _DEPTH)
        return [os.path.dirname(place.removesuffix(f"{os.sep}__init__.py")) for place in self.found]

    def _tables(self, table: Any, depth: int) -> None:
        for key, value in list(_items(table)):
            if isinstance(value, (dict, list)) and depth:
                self._tables(value, depth - 1)
            elif isinstance(value, (str, Path)) and os.path.isabs(value) and isinstance(table, (dict, list)):
                turned = self.place(os.fspath(value))
                if turned != os.fspath(value):
                    table[key] = type(value)(turned)
                    self.found.append(turned)


def _items(table: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(table, list):
        yield from enumerate(table)
    elif hasattr(table, "items"):
        yield from table.items()


def installed_places() -> tuple[str, ...]:
    """Where packages are installed for this interpreter, and its standard library."""
    names = ("purelib", "platlib", "stdlib", "platstdlib")
    shared = [entry for entry in sys.path if os.path.basename(entry) in ("site-packages", "dist-packages")]
    found = [
        *shared,
        *(sysconfig.get_paths()[name] for name in names),
        *site.getsitepackages(),
        site.getusersitepackages(),
    ]
    return tuple(dict.fromkeys(form for place in found for form in (os.path.realpath(place), os.path.abspath(place))))


def is_below(path: str, folder: str) -> bool:
    """Whether a place is a folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def trusted_plugins(turn: Turn, plan: dict[str, Any]) -> list[str]:
    """The plugins that installed distributions offer; those of the project itself where its base has them."""
    own = set(plan["own_plugins"])
    names: dict[str, None] = {}
    for distribution in importlib.metadata.distributions():
        place = os.path.realpath(str(distribution.locate_file("")))
        trusted = any(is_below(place, one) for one in turn.installed) or not is_below(place, turn.tree)
        for point in distribution.entry_points.select(group="pytest11"):
            if f"{point.name} = {point.value}" in own or (trusted and _is_outside(turn, point)):
                names[point.name] = None
    return [name for name in names if name not in plan["blocked"]]


def _is_outside(turn: Turn, point: importlib.metadata.EntryPoint) -> bool:
    """Whether the plugin's code lies outside the project; a package is found without importing it."""
    try:
        spec = importlib.util.find_spec(point.module.partition(".")[0])
    except (ImportError, ValueError):
        return False
    places = [*(spec.submodule_search_locations or ()), spec.origin or ""] if spec else []
    full = [os.path.realpath(place) for place in places if place]
    return bool(full) and not any(is_below(place, turn.tree) for place in full)


if __name__ == "__main__":
    raise SystemExit(main())
