"""Decides where the tests of a run are run, and gets the clean tree ready for them."""

from __future__ import annotations

import os
import posixpath
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_agentgates.base_tree import GitBase
from pytest_agentgates.clean_tree import Selection, TreePlan, build_tree, carry, folders_of, select
from pytest_agentgates.config import RunSettings, run_settings
from pytest_agentgates.core.boundary import boundary_of
from pytest_agentgates.core.node_ids import belongs
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.workspace_port import ExpectedTests
from pytest_agentgates.map_tests import map_all
from pytest_agentgates.source.file_kinds import FileKind, file_kinds
from pytest_agentgates.source.globs import matches
from pytest_agentgates.source.plugin_modules import files_of, named_plugins
from pytest_agentgates.source.test_settings import INI_FILES, TestSettings, read_test_settings
from pytest_agentgates.workspace import ProjectWorkspace

MOST_NAMED = 5
CLEAN, IN_PLACE = "clean", "in_place"


@dataclass(frozen=True)
class Scene:
    """Where the tests run: `root` is the project itself, or a clean tree; `notes` say what the run cannot promise.

    `expected` are the tests that decide; `base_files` are those of the tree that come from the base,
    `changed` those of the base that are another on disk, `from_disk` those that come from the disk.
    `own_root` is a second tree with the agent's own tests `own_tests`, None where there are none.
    """

    root: Path
    expected: Mapping[str, ExpectedTests]
    assurance: str = IN_PLACE
    notes: tuple[str, ...] = ()
    base_files: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    from_disk: frozenset[str] = frozenset()
    own_plugins: tuple[str, ...] = ()
    own_root: Path | None = None
    own_tests: tuple[str, ...] = ()
    settings: RunSettings = field(default_factory=RunSettings)

    @property
    def is_clean(self) -> bool:
        """Whether the tests run in a tree of their own."""
        return self.assurance == CLEAN


def in_place(workspace: ProjectWorkspace, expected: Mapping[str, ExpectedTests], why: str) -> Scene:
    """The tests run where the agent worked."""
    return Scene(workspace.root, expected, notes=(why,))


def why_in_place(workspace: ProjectWorkspace, expected: Mapping[str, ExpectedTests], asked: bool) -> str:
    """Why no clean run can be made; empty where it can."""
    if asked:
        return "it was asked for by --agent-in-place"
    if not isinstance(workspace.base, GitBase):
        return workspace.base_problem
    if len({task.base for task in workspace.tasks if task.base}) > 1:
        return "the tasks have different bases: judge them one at a time"
    is_mapped = _mapping(workspace.tasks, expected)
    if not any(is_mapped(path) for path in workspace.base.paths):
        return f"the base {workspace.base.commit[:12]} has none of the task's tests: commit them before the work begins"
    return ""


def clean_scene(workspace: ProjectWorkspace, on_disk: Mapping[str, ExpectedTests], folder: Path) -> Scene:
    """Lay out the clean tree in `folder`, map the tests there, and a second tree where the agent has tests of its own.

    Raises AgentGatesError where the base cannot be read.
    """
    base = workspace.base
    if not isinstance(base, GitBase):
        raise TypeError("a clean tree needs a base")
    settings = run_settings(_text_of(base, ("agentgates.toml", "pyproject.toml")))
    selection = _selection(workspace, base, on_disk)
    tree = folder / "tree"
    plan = select(base, selection, workspace.files)
    changed = build_tree(base, plan, tree)
    told = changed.difference(path for path in changed - set(workspace.files) if os.path.lexists(base.root / path))
    carry(base.root, settings.carry, tree)
    expected = map_all(tree, workspace.tasks, read_test_settings(tree))
    own = own_tests(workspace, base, selection)
    return Scene(
        root=tree,
        expected=expected,
        assurance=CLEAN,
        notes=tuple(_notes(selection, plan, told)),
        base_files=frozenset(plan.from_base),
        changed=changed,
        from_disk=frozenset(plan.from_disk),
        own_plugins=_own_plugins(base),
        own_root=_own_tree(workspace, selection, own, settings, folder) if own else None,
        own_tests=own,
        settings=settings,
    )


def base_settings(base: GitBase) -> TestSettings:
    """The test settings of the base, read from the one file that pytest would take there."""
    with tempfile.TemporaryDirectory(prefix="agentgates-") as name:
        for path, content in base.read_many(INI_FILES).items():
            (Path(name) / path).write_bytes(content)
        return read_test_settings(Path(name))


def own_tests(workspace: ProjectWorkspace, base: GitBase, selection: Selection) -> tuple[str, ...]:
    """The test files inside the boundary that are new or another than in the base, and do not decide themselves."""
    tests = (path for path in workspace.files if selection.kinds.settings.is_test_file(path))
    inside = (path for path in tests if path not in selection.new_tests and _may_test(path, selection))
    return tuple(path for path in inside if base.differs(path) and (base.root / path).is_file())


def _may_test(path: str, selection: Selection) -> bool:
    return path in selection.kinds.mapped or selection.boundary.holds(path, matches)


def _selection(workspace: ProjectWorkspace, base: GitBase, on_disk: Mapping[str, ExpectedTests]) -> Selection:
    settings = base_settings(base)
    is_mapped = _mapping(workspace.tasks, on_disk)
    files = {path for path in (*base.paths, *workspace.files) if is_mapped(path)}
    spelt = {text.strip().partition("::")[0] for task in workspace.tasks for text in task.test_files}
    mapped = {path for path in files if settings.is_test_file(path) or path in spelt}
    known = frozenset(base.paths)
    kinds = file_kinds(settings, base.paths)
    return Selection(
        base=known,
        kinds=replace(kinds, mapped=frozenset(mapped), plugins=_plugin_files(base, settings, mapped)),
        boundary=boundary_of(workspace.tasks, workspace.limits, workspace.agent),
        new_tests=frozenset(path for path in mapped if path in workspace.files and path not in known),
        base_folders=folders_of(base.paths),
    )


def _plugin_files(base: GitBase, settings: TestSettings, mapped: Iterable[str]) -> frozenset[str]:
    """The modules that the base's settings and test files load as plugins; what it offers to others is its product."""
    naming = [path for path in base.paths if posixpath.basename(path) == "conftest.py"]
    texts = base.read_many((*naming, *mapped)).values()
    offered = {plugin.partition(" = ")[2].partition(":")[0] for plugin in _own_plugins(base)}
    named = {*settings.plugins, *(name for text in texts for name in named_plugins(text))}
    return files_of(named - offered, base.paths)


def _mapping(tasks: Sequence[Task], expected: Mapping[str, ExpectedTests]) -> Callable[[str], bool]:
    """Tells whether a Python file is mapped to a task: by what the disk led to, or by what the task names."""
    arguments = {argument.partition("::")[0] for tests in expected.values() for argument in tests.arguments}
    named = {os.path.normpath(text.strip().partition("::")[0]) for task in tasks for text in task.test_files}
    globs = tuple(text.replace(os.sep, "/") for text in named)

    def is_mapped(path: str) -> bool:
        if not path.endswith(".py"):
            return False
        below = any(belongs(path, argument) for argument in arguments)
        return below or any(matches(path, pattern) for pattern in globs)

    return is_mapped


def _text_of(base: GitBase, names: Sequence[str]) -> Mapping[str, str]:
    return {path: content.decode("utf-8-sig", "replace") for path, content in base.read_many(names).items()}


def _own_plugins(base: GitBase) -> tuple[str, ...]:
    """The plugins that the project itself offers pytest, as its base declares them."""
    try:
        document = tomllib.loads(_text_of(base, ("pyproject.toml",)).get("pyproject.toml", ""))
        offered = document["project"]["entry-points"]["pytest11"]
        return tuple(f"{name} = {value}" for name, value in offered.items())
    except (tomllib.TOMLDecodeError, LookupError, TypeError, AttributeError):
        return ()


def _own_tree(
    workspace: ProjectWorkspace, selection: Selection, own: Iterable[str], settings: RunSettings, folder: Path
) -> Path | None:
    base = workspace.base
    if not isinstance(base, GitBase):
        return None
    tree = folder / "own"
    build_tree(base, select(base, replace(selection, own=frozenset(own)), workspace.files), tree)
    carry(base.root, settings.carry, tree)
    return tree


def _notes(selection: Selection, plan: TreePlan, changed: frozenset[str]) -> Iterator[str]:
    """What the run took from the disk although it decides, and what it left aside."""
    if selection.new_tests:
        yield f"not in the base, run from the disk: {_some(selection.new_tests)}"
    kinds = selection.kinds
    left = [*changed, *plan.left_out]
    steering = [path for path in left if kinds.of(path) is not FileKind.PRODUCT]
    outside = [path for path in left if kinds.of(path) is FileKind.PRODUCT]
    if steering:
        yield f"tests and configuration of the base ran, not those on disk: {_some(steering)}"
    if outside:
        yield f"outside the boundary, as in the base: {_some(outside)}"
    if not selection.boundary.is_declared:
        yield "the task declares no boundary: all product files on disk were taken"


def _some(paths: Iterable[str]) -> str:
    ordered = sorted(paths)
    rest = len(ordered) - MOST_NAMED
    return ", ".join(ordered[:MOST_NAMED]) + (f" and {counted(rest, 'other')}" if rest > 0 else "")
