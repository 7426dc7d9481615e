"""The commit that a task is measured against from its first move on, and what of it nobody has reviewed or judged.

What an agent commits before it begins must not become the yardstick of its work. On a branch the yardstick is
the protected branch; several tasks in a row are told apart by the completed runs between them, whose evidence
says which contents of which files they judged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pytest_agentgates.base_tree import GitBase, find_base
from pytest_agentgates.clean_run import base_settings
from pytest_agentgates.project import Project
from pytest_agentgates.queue_file import queue_place
from pytest_agentgates.run_git import Git
from pytest_agentgates.source.file_kinds import FileKind, file_kinds
from pytest_agentgates.source.globs import matches
from pytest_agentgates.store_location import files_of
from pytest_agentgates.task_log import read_task_log

MAIN = "quality_gates_run.json"
_DEFAULTS = ("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master")
_MOST_COMMITS = 50
_MOST_NAMED = 5
_GONE = ""


@dataclass(frozen=True)
class FirstBase:
    """The commit to record, and the files of what is checked out that `protected` has otherwise and no run judged."""

    commit: str = ""
    protected: str = ""
    unreviewed: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What there is to say of it; empty where nothing is unreviewed."""
        if not self.unreviewed:
            return ""
        rest = len(self.unreviewed) - _MOST_NAMED
        named = ", ".join(self.unreviewed[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
        return f"not as in {self.protected}, and judged by no completed run: {named} (the base is {self.commit[:12]})"


def base_of_claim(project: Project) -> FirstBase:
    """What a claim records: what is checked out, but with a configured base no tests or settings that are nobody's.

    Empty outside a repository and before the first commit.
    """
    git = Git(project.root, project.tools)
    head = "" if git.problem() else git.commit("HEAD")
    branch = _branch(project, git, head) if head else None
    if branch is None:
        return FirstBase(head)
    unreviewed = branch.unreviewed(head)
    strict = bool(project.config.base and unreviewed)
    return FirstBase(branch.last_judged(head) if strict else head, branch.name, unreviewed)


def base_of_run(project: Project) -> str:
    """What a run measures against where its task records nothing: the last commit that a completed run accounts for.

    Without a configured base that is what is checked out.
    """
    git = Git(project.root, project.tools)
    if not project.config.base:
        return "HEAD"
    head = "" if git.problem() else git.commit("HEAD")
    branch = _branch(project, git, head) if head else None
    return branch.last_judged(head) if branch else ""


def unreviewed_at(project: Project, commit: str) -> FirstBase:
    """The tests and settings at a commit that the protected branch has otherwise and no completed run judged."""
    git = Git(project.root, project.tools)
    branch = _branch(project, git, commit)
    return FirstBase(commit, branch.name, branch.unreviewed(commit)) if branch else FirstBase(commit)


@dataclass(frozen=True)
class _Branch:
    """The commits since `start`, where the branch left the protected one, which is called `name`."""

    project: Project
    git: Git
    name: str
    start: GitBase
    judged: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def unreviewed(self, commit: str) -> tuple[str, ...]:
        """New tests are none: whoever works on a task writes some, and a run names them."""
        kinds = file_kinds(base_settings(self.start), self.start.paths)
        found = []
        for path in self._unjudged(commit):
            kind = kinds.of(path)
            if kind is FileKind.STEERING or (kind is FileKind.TEST and path in self.start.blobs):
                found.append(path)
        return tuple(found)

    def last_judged(self, head: str) -> str:
        """The newest commit whose every change was judged by a completed run; else the start."""
        if not self.judged:
            return self.start.commit
        commits = self.git.out("rev-list", "--first-parent", f"{self.start.commit}..{head}").split()
        for commit in commits[:_MOST_COMMITS]:
            if not next(iter(self._unjudged(commit)), ""):
                return commit
        return self.start.commit

    def _unjudged(self, commit: str) -> Iterator[str]:
        """The files that a commit has otherwise than the start, in contents that no completed run saw."""
        tree, _ = find_base(self.project.root, self.project.tools, "", commit, "")
        after = tree.blobs if tree else {}
        before = self.start.blobs
        changed = [path for path in sorted({*before, *after}) if before.get(path) != after.get(path)]
        changed = [path for path in changed if not _is_state(self.project, path)]
        contents = self.git.objects(list({after[path] for path in changed if path in after}))
        for path in changed:
            digest = hashlib.sha256(contents[after[path]]).hexdigest() if path in after else _GONE
            if digest not in self.judged.get(path, ()):
                yield path


def _branch(project: Project, git: Git, commit: str) -> _Branch | None:
    """The branch that a commit ends; None where it is on the protected one, or none is known."""
    name = _protected(project, git)
    start = git.line("merge-base", commit, git.commit(name)) if name else ""
    if not start or start == commit:
        return None
    tree, _ = find_base(project.root, project.tools, "", start, "")
    return _Branch(project, git, name.removeprefix("refs/remotes/"), tree, _judged(project)) if tree else None


def _protected(project: Project, git: Git) -> str:
    names = (project.config.base,) if project.config.base else _DEFAULTS
    return next((name for name in names if git.commit(name)), "")


def _judged(project: Project) -> Mapping[str, frozenset[str]]:
    """The sha256 of the contents of changed files that completed runs judged; of a file that went, nothing."""
    digests = {entry.evidence_sha256 for entry in read_task_log(project) if entry.after == "completed"}
    found: dict[str, set[str]] = {}
    for path in (project.root / project.config.evidence / "runs").glob(f"*/{MAIN}"):
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() in digests:
            for one in _files_in(data):
                found.setdefault(str(one.get("path")), set()).add(str(one.get("sha256") or _GONE))
    return {path: frozenset(known) for path, known in found.items()}


def _files_in(data: bytes) -> Sequence[Mapping[str, object]]:
    try:
        files = json.loads(data).get("files", [])
    except (ValueError, AttributeError, RecursionError):
        return ()
    return [one for one in files if isinstance(one, dict)] if isinstance(files, list) else ()


def _is_state(project: Project, path: str) -> bool:
    """Whether runs and moves of tasks write the file themselves."""
    config = project.config
    own = (config.evidence, *files_of(config.tasks, project.root), queue_place(config.tasks))
    return any(matches(path, pattern) for pattern in own)
