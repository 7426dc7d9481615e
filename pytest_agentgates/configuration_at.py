"""The configuration as a revision has it, such as the protected branch, which the judged branch cannot change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pytest_agentgates.base_tree import find_base
from pytest_agentgates.config import Config, governing_table
from pytest_agentgates.config_file import FILES, configures
from pytest_agentgates.core.workspace_port import ToolRunner
from pytest_agentgates.errors import UsageError
from pytest_agentgates.run_git import Git


def configuration_at(start: Path, tools: ToolRunner, revision: str) -> Config:
    """The text of the configuration that governs `start` at a revision, not yet read, with the commit it is from.

    Raises UsageError for a revision that is not there, or configures nothing.
    """
    git = Git(start, tools)
    problem = git.problem()
    if problem:
        raise UsageError(problem, fix="name a revision only inside a repository")
    commit = git.commit(revision)
    if not commit:
        raise UsageError(f"{revision!r} is not a commit of this repository", fix="fetch it, or name another")
    for folder in _upwards(start, git):
        for name, content in _files_at(folder, tools, commit).items():
            if configures(name, content):
                text = content.decode("utf-8-sig", "replace")
                return Config(folder, name, text, revision=commit)
    fix = "merge a configuration there first, where it is reviewed"
    raise UsageError(f"{revision!r} has no configuration of this tool", fix=fix)


def other_settings(there: Mapping[str, str], here: Mapping[str, str]) -> Iterator[str]:
    """The settings, by their keys, that are not the same in two sets of configuration files."""
    yield from _differences(governing_table(there), governing_table(here), "")


def _upwards(start: Path, git: Git) -> Iterator[Path]:
    """The folder and those around it, up to the top of the repository."""
    prefix = git.line("rev-parse", "--show-prefix").strip("/")
    here = start.resolve()
    yield here
    for _ in filter(None, prefix.split("/")):
        here = here.parent
        yield here


def _files_at(folder: Path, tools: ToolRunner, commit: str) -> Mapping[str, bytes]:
    if not folder.is_dir():
        return {}
    tree, problem = find_base(folder, tools, "", commit, "")
    if tree is None:
        raise UsageError(problem, fix="look at: git fsck")
    found = tree.read_many(FILES)
    return {name: found[name] for name in FILES if name in found}


def _differences(there: Mapping[str, Any], here: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key in dict.fromkeys((*there, *here)):
        before, now = there.get(key), here.get(key)
        if isinstance(before, dict) and isinstance(now, dict):
            yield from _differences(before, now, f"{prefix}{key}.")
        elif before != now:
            yield f"{prefix}{key}"
