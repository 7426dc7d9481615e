"""The files as they were at the base commit, and what git says of the tree.

Git is only asked for objects by their ids: what is on disk is read from the disk, because the index,
`git status` and `git diff` can be made to lie.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pytest_agentgates.core.record import GitFacts
from pytest_agentgates.core.workspace_port import ToolRunner
from pytest_agentgates.errors import AgentGatesError, UsageError
from pytest_agentgates.run_git import Git

_SUBMODULE = "160000"


@dataclass(frozen=True)
class GitBase:
    """The files below `root` at one commit; `blobs` maps paths relative to `root` to object ids, `modes` to modes."""

    root: Path
    git: Git
    commit: str
    blobs: Mapping[str, str]
    modes: Mapping[str, str] = field(default_factory=dict)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file that existed, relative to the root, sorted."""
        return tuple(sorted(self.blobs))

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None where it did not exist; raises AgentGatesError where git fails."""
        return self.read_many((path,)).get(path)

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The bytes of every file among `paths` that existed, with as few calls of git as can be."""
        return self.compare_many(paths)[0]

    def compare_many(self, paths: Iterable[str]) -> tuple[dict[str, bytes], frozenset[str]]:
        """The same, and which of them are not on disk as they were."""
        wanted = {path: self.blobs[path] for path in paths if path in self.blobs}
        contents: dict[str, bytes] = {}
        changed: set[str] = set()
        for path, blob in wanted.items():
            on_disk = _content_of(self.root / path)
            if on_disk is not None and _blob_id(on_disk, blob) == blob:
                contents[blob] = on_disk
            else:
                changed.add(path)
        missing = dict.fromkeys(blob for path, blob in wanted.items() if path in changed and blob not in contents)
        contents.update(self._read_objects(list(missing)))
        return {path: contents[blob] for path, blob in wanted.items()}, frozenset(changed)

    def differs(self, path: str) -> bool:
        """Whether the file on disk is another than it was, or is not there on either side."""
        return path not in self.blobs or not _is_same(self.root / path, self.blobs[path])

    def _read_objects(self, ids: Sequence[str]) -> dict[str, bytes]:
        """The bytes of objects; raises AgentGatesError for one that is missing or damaged."""
        found = self.git.objects(ids)
        for blob, content in found.items():
            if _blob_id(content, blob) != blob:
                what = f"the object {blob} of the base is damaged"
                raise AgentGatesError(what, str(self.root), "look at: git fsck; then fetch it again")
        return found


def find_base(
    root: Path, tools: ToolRunner, task_base: str, override: str, configured: str
) -> tuple[GitBase | None, str]:
    """The base to measure changes against, or None and why there is none.

    It is the commit recorded in the task, else `override` (the command line's), else the merge base with `configured`.
    """
    git = Git(root, tools)
    problem = git.problem()
    if problem:
        return None, problem
    commit, problem = _base_commit(git, task_base, override, configured)
    if problem:
        return None, problem
    listing = git.run("ls-tree", "-r", "-z", commit)
    if listing.problem or listing.exit_code:
        return None, f"git cannot list the files of {commit}: {listing.problem or listing.stderr.strip()}"
    blobs = _blobs(listing.stdout)
    modes = {path: fields[0] for fields, path in _entries(listing.stdout) if path in blobs}
    return GitBase(root, git, commit, blobs, modes), ""


def branch_point(git: Git, revision: str) -> str:
    """The commit where what is checked out left another branch; raises UsageError where there is none."""
    problem = git.problem()
    if not problem and not git.commit(revision):
        problem = _unknown(git, f"the base {revision!r}")
    commit, problem = ("", problem) if problem else _merge_base(git, revision)
    if problem:
        raise UsageError(problem, fix="name the protected branch, such as origin/main")
    return commit


def git_facts(root: Path, tools: ToolRunner, base: str = "") -> GitFacts:
    """What git says of the tree at `root`; empty outside a repository, without a commit before the first one."""
    git = Git(root, tools)
    if git.problem():
        return GitFacts()
    branch = git.line("symbolic-ref", "--quiet", "--short", "HEAD")
    commit = git.commit("HEAD")
    if not commit:
        return GitFacts(branch=branch, base=base, dirty=True)
    blobs = _blobs(git.out("ls-tree", "-r", "-z", commit))
    tree = git.line("rev-parse", "--verify", "--quiet", f"{commit}^{{tree}}")
    return GitFacts(commit, tree, branch, base, _is_dirty(git, blobs))


def current_branch(root: Path, tools: ToolRunner) -> str:
    """The branch that is checked out; empty for a detached HEAD and outside a repository."""
    git = Git(root, tools)
    return "" if git.problem() else git.line("symbolic-ref", "--quiet", "--short", "HEAD")


def changed_lines(base_text: str, new_text: str) -> set[int]:
    """The numbers, from 1, of the lines of `new_text` that are not in `base_text`."""
    if base_text == new_text:
        return set()
    # Python and git count lines by \n, \r\n and \r; splitlines() would also split at form feeds.
    old, new = (text.replace("\r\n", "\n").replace("\r", "\n").split("\n") for text in (base_text, new_text))
    if new[-1] == "":
        new.pop()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    codes = matcher.get_opcodes()
    return {line + 1 for tag, _, _, start, end in codes if tag in ("insert", "replace") for line in range(start, end)}


def _base_commit(git: Git, task_base: str, override: str, configured: str) -> tuple[str, str]:
    sources = {"recorded in the task": task_base, "given on the command line": override}
    for source, revision in sources.items():
        if revision:
            commit = git.commit(revision)
            if revision == "HEAD" and not commit:
                return "", "the repository has no commit yet"
            return commit, "" if commit else _unknown(git, f"the base {revision!r}, {source},")
    if not configured:
        return "", "no base is known: the task records none, neither the command line nor the option `base` names one"
    if not git.commit("HEAD"):
        return "", "the repository has no commit yet"
    if not git.commit(configured):
        return "", _unknown(git, f"the base {configured!r}, configured as `base`,")
    return _merge_base(git, configured)


def _merge_base(git: Git, configured: str) -> tuple[str, str]:
    commit = git.line("merge-base", "HEAD", git.commit(configured))
    if commit:
        return commit, ""
    if _is_shallow(git):
        return "", f"this clone is shallow and does not reach the merge base with {configured!r}: git fetch --unshallow"
    return "", f"HEAD and the configured base {configured!r} have no commit in common"


def _unknown(git: Git, what: str) -> str:
    remedy = "this clone is shallow: git fetch --unshallow" if _is_shallow(git) else "fetch it, or name another"
    return f"{what} is not a commit of this repository ({remedy})"


def _is_shallow(git: Git) -> bool:
    return git.line("rev-parse", "--is-shallow-repository") == "true"


def _blobs(listing: str) -> dict[str, str]:
    return {path: fields[2] for fields, path in _entries(listing) if fields[0] != _SUBMODULE}


def _entries(listing: str) -> Iterator[tuple[list[str], str]]:
    """Each entry of `ls-tree -z`: mode, type and object, and the path."""
    for entry in filter(None, listing.split("\0")):
        facts, _, path = entry.partition("\t")
        yield facts.split(), path


def _content_of(path: Path) -> bytes | None:
    """What git would store of a file on disk, without any conversion; None where there is no such file."""
    full = os.fspath(path)
    try:
        mode = os.lstat(full).st_mode
        if stat.S_ISLNK(mode):
            return os.fsencode(os.readlink(full))
        if not stat.S_ISREG(mode):
            return None
        with open(full, "rb", buffering=0) as file:
            return file.readall()
    except OSError:
        return None


def _blob_id(content: bytes, like: str) -> str:
    """The object id of a file's content, in the repository's own algorithm."""
    algorithm = "sha1" if len(like) == hashlib.sha1(usedforsecurity=False).digest_size * 2 else "sha256"
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _is_dirty(git: Git, blobs: Mapping[str, str]) -> bool:
    """Whether a file differs from the commit, is gone, or is neither committed nor ignored."""
    if any(not _is_same(git.root / path, blob) for path, blob in blobs.items()):
        return True
    tracked = git.out("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return any(path and path not in blobs and os.path.isfile(git.root / path) for path in tracked)


def _is_same(path: Path, blob: str) -> bool:
    content = _content_of(path)
    if content is None:
        return False
    # Git may have turned line ends to those of the system.
    return blob in (_blob_id(content, blob), _blob_id(content.replace(b"\r\n", b"\n"), blob))
