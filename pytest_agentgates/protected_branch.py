"""What a protected branch says beside the branch that is verified: its tasks, its configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates.base_tree import GitBase, branch_point, find_base
from pytest_agentgates.config_file import FILES
from pytest_agentgates.configuration_at import other_settings
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.workspace_port import BaseTree, Loss
from pytest_agentgates.errors import AgentGatesError, UsageError
from pytest_agentgates.losses import gates_below_base, tasks_at
from pytest_agentgates.project import Project
from pytest_agentgates.run_git import Git

_MISSING = "the branch has no configuration of this tool, the protected branch has one"


@dataclass(frozen=True)
class ProtectedBranch:
    """The commit where the verified branch left the protected one, named `revision`, and the files there."""

    revision: str
    start: GitBase

    def completed_since(self, project: Project, tasks: Sequence[Task]) -> tuple[str, ...]:
        """The tasks that are completed on the branch and were not where it began, in their order."""
        location, open_at = project.config.tasks, project.open_store_at
        before = tasks_at(self.start, location, open_at) if open_at else ()
        done = {task.id for task in before if task.status is TaskStatus.COMPLETED}
        return tuple(task.id for task in tasks if task.status is TaskStatus.COMPLETED and task.id not in done)

    def has(self, commit: str) -> bool:
        """Whether a commit was on the protected branch when the verified one began."""
        ran = self.start.git.run("merge-base", "--is-ancestor", commit, self.start.commit)
        return not ran.problem and ran.exit_code == 0


def protected_branch(project: Project, revision: str) -> ProtectedBranch:
    """Find where what is checked out left `revision`; raises UsageError where that cannot be told."""
    commit = branch_point(Git(project.root, project.tools), revision)
    start, problem = find_base(project.root, project.tools, "", commit, "")
    if start is None:
        raise UsageError(problem, fix="fetch the whole history: git fetch --unshallow")
    return ProtectedBranch(revision, start)


def loosened(project: Project, here: Project, base: str) -> Iterator[Loss]:
    """Where the configuration on disk (`here`) asks for less than where the branch left `base`.

    Without `base` it is compared with the one that counts; what was changed there since is no change of the branch.
    """
    if not here.config.source:
        yield Loss(project.config.source, _MISSING)
        return
    there = protected_branch(project, base).start if base else _tree_at(project)
    yield from gates_below_base(there, here.gates, here.always_on, here.config.source)


def changed_settings(project: Project) -> tuple[str, ...]:
    """The keys of the configuration that are others on disk than in the one that counts."""
    there = {
        path: content.decode("utf-8-sig", "replace") for path, content in _tree_at(project).read_many(FILES).items()
    }
    return tuple(other_settings(there, _texts_on_disk(project.root)))


def _tree_at(project: Project) -> BaseTree:
    tree, problem = find_base(project.root, project.tools, "", project.config.revision, "")
    if tree is None:
        raise AgentGatesError(problem, project.config.source)
    return tree


def _texts_on_disk(root: Path) -> Mapping[str, str]:
    files = (root / name for name in FILES)
    return {path.name: path.read_text(encoding="utf-8-sig", errors="replace") for path in files if path.is_file()}
