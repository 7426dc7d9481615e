"""Hooks of git, pre-commit and coding agents that name what does not exist, or let the gates be skipped."""

from __future__ import annotations

import json
import os
import posixpath
import stat
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.git_folder import common_git_folder
from pytest_agentgates.hook_commands import HookCommand
from pytest_agentgates.looked_at import LookedAt, found

_PRE_COMMIT = ".pre-commit-config.yaml"
_OFFERED = {"agentgates-check": "pre-commit", "agentgates-task": "pre-push"}
_AGENTS = (".claude/settings.json", ".claude/settings.local.json", ".cursor/hooks.json", ".codex/hooks.json")
_SETTING = "AGENTGATES_"
_MEND = "correct the command, or take the hook out"


def examine_hooks(at: LookedAt, known: Collection[str]) -> Iterator[Finding]:
    """Every hook that is there; `known` are the commands of this tool."""
    yield from _of_git(at, known)
    yield from _of_pre_commit(at, known)
    for path in _AGENTS:
        if (at.root / path).is_file():
            yield from _of_agent(at, path, known)


def _of_git(at: LookedAt, known: Collection[str]) -> Iterator[Finding]:
    git = common_git_folder(at.root)
    if git is None:
        return
    named = at.git.line("config", "--local", "--get", "core.hooksPath")
    folder = at.root / named if named else git / "hooks"
    if named and not folder.is_dir():
        message = f"git looks for its hooks in {named} (core.hooksPath), which is not there: none of them runs"
        yield found(".git/config", message, "git config --unset core.hooksPath, or name the folder of the hooks")
        return
    for hook in sorted(folder.iterdir()) if folder.is_dir() else ():
        if hook.is_file() and hook.suffix == "" and "." not in hook.name:
            yield from _of_script(at, hook, known)


def _of_script(at: LookedAt, hook: Path, known: Collection[str]) -> Iterator[Finding]:
    text = hook.read_text(encoding="utf-8", errors="replace")
    shown = os.path.relpath(hook, at.root).replace(os.sep, "/")
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if not line.lstrip().startswith("#")]
    commands = [(number, HookCommand(line, at.root, known)) for number, line in lines]
    about = [(number, command) for number, command in commands if command.is_about_gates]
    if about and os.name == "posix" and not hook.stat().st_mode & stat.S_IXUSR:
        yield found(shown, "git passes over this hook: it is not executable", f"chmod +x {shown}")
    for number, command in about:
        for problem in (*command.skips(), *command.unknown()):
            yield found(shown, problem, _MEND, f"{shown}:{number}")


def _of_pre_commit(at: LookedAt, known: Collection[str]) -> Iterator[Finding]:
    document = at.document(_PRE_COMMIT)
    for repo in _dicts(_get(document, "repos")):
        for hook in _dicts(repo.get("hooks")):
            for problem in _of_pre_commit_hook(at, str(repo.get("repo")), hook, known):
                yield found(_PRE_COMMIT, f"the hook {hook.get('id')}: {problem}", _MEND)


def _of_pre_commit_hook(at: LookedAt, repo: str, hook: Mapping[str, Any], known: Collection[str]) -> Iterator[str]:
    name, entry = str(hook.get("id")), str(hook.get("entry") or "")
    command = HookCommand(entry, at.root, known)
    offered = repo != "local" and "agentgates" in repo
    if offered and name not in _OFFERED:
        yield f"it is not offered; there are {', '.join(_OFFERED)}"
    if repo == "local" and hook.get("language") in ("system", "script", "unsupported", "unsupported_script"):
        yield from command.problems()
    else:
        yield from (*command.skips(), *command.unknown())
    if not offered and not command.is_about_gates:
        return
    stages = [str(stage) for stage in hook.get("stages") or (_OFFERED.get(name, "pre-commit"),)]
    if stages == ["manual"]:
        yield "it runs only when it is asked for (stages: manual)"
    if hook.get("files") == "^$" or hook.get("exclude") in (".*", "^.*$", ""):
        yield "it fits no file, so it never runs"
    yield from _not_installed(at, stages)


def _not_installed(at: LookedAt, stages: Collection[str]) -> Iterator[str]:
    """Whoever works here needs the hook; a runner of CI does not."""
    git = common_git_folder(at.root)
    own = at.git.line("config", "--local", "--get", "core.hooksPath")
    if git is None or own or "CI" in os.environ:
        return
    for stage in stages:
        name = {"commit": "pre-commit", "push": "pre-push"}.get(stage, stage)
        if name in ("pre-commit", "pre-push") and not (git / "hooks" / name).is_file():
            yield f"git has no {name} hook here: pre-commit install --hook-type {name}"


def _of_agent(at: LookedAt, path: str, known: Collection[str]) -> Iterator[Finding]:
    document = at.document(path)
    if document is None:
        yield found(path, "it is no JSON: none of its hooks runs", "correct it")
        return
    commands = [HookCommand(text, at.root, known) for text in _commands(_get(document, "hooks"))]
    for command in commands:
        for problem in command.problems():
            yield found(path, f"a hook's command: {problem}", _MEND, _place(at, path, command.text))
    if _get(document, "disableAllHooks") is True and any(command.is_about_gates for command in commands):
        yield found(path, "disableAllHooks keeps the gates' hooks from running", "take it out")
    environment = _get(document, "env")
    for name in environment if isinstance(environment, dict) else ():
        if name.startswith(_SETTING):
            message = f"{name} is set here, and overrides the configuration"
            yield found(path, message, "say it in the configuration", _place(at, path, name))


def _commands(node: object) -> Iterator[str]:
    """The texts under `command`, however deep."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "command" and isinstance(value, str):
                yield value
            else:
                yield from _commands(value)
    elif isinstance(node, list):
        for value in node:
            yield from _commands(value)


def _place(at: LookedAt, path: str, text: str) -> str:
    """The line in which a text of the JSON stands."""
    lines = at.text(path).splitlines()
    written = (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
    number = next((number for number, line in enumerate(lines, 1) if any(one in line for one in written)), 0)
    return f"{posixpath.basename(path)}:{number}"


def _get(document: object, key: str) -> object:
    return document.get(key) if isinstance(document, dict) else None


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
