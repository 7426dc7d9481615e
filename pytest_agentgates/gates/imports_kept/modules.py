"""Which file is which module, and which files the import graph never saw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.tool_output import relative_path


@dataclass(frozen=True)
class ModuleFiles:
    """The files of the root packages by module name; `folders` are those with an `__init__.py`."""

    paths: Mapping[str, str]
    folders: frozenset[str]

    def path_of(self, module: str) -> str:
        """The file of a module, empty where it has none."""
        return self.paths.get(module, "")

    def missed(self, seen: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The files that are no module of the graph, by the topmost folder that keeps them out of it."""
        known = set(seen)
        groups: dict[str, list[str]] = {}
        for module, path in self.paths.items():
            if module not in known:
                groups.setdefault(self._cause(path), []).append(path)
        return {cause: tuple(sorted(paths)) for cause, paths in sorted(groups.items())}

    def _cause(self, path: str) -> str:
        """The topmost folder without `__init__.py` below one that has it; else the file itself."""
        parents = [parent.as_posix() for parent in reversed(Path(path).parents)]
        first = next((index for index, folder in enumerate(parents) if folder in self.folders), len(parents))
        return next((folder for folder in parents[first:] if folder not in self.folders), path)


def find_module_files(packages: Mapping[str, Sequence[str]], root: Path, files: Sequence[str]) -> ModuleFiles:
    """The modules below the folders of each root package; raises AgentGatesError for one outside the project."""
    found: dict[str, str] = {}
    for package, folders in packages.items():
        for folder in folders:
            inside = relative_path(folder, root)
            if Path(inside).is_absolute():
                raise AgentGatesError(
                    f"the package {package} was found outside the project, in {folder}",
                    fix="name the folder that holds it in `source_roots`",
                )
            found.update(_modules(package, inside, files))
    with_init = {Path(path).parent.as_posix() for path in files if Path(path).name == "__init__.py"}
    return ModuleFiles(found, frozenset(with_init))


def _modules(package: str, folder: str, files: Sequence[str]) -> Iterator[tuple[str, str]]:
    prefix = f"{folder}/"
    for path in files:
        if path.startswith(prefix) and path.endswith(".py"):
            parts = path.removeprefix(prefix).removesuffix(".py").split("/")
            if parts[-1] == "__init__":
                parts.pop()
            yield ".".join([package, *parts]), path
