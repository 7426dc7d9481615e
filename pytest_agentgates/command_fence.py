"""What is looked at before a command of a criterion runs: folder, branch, cluster, programs and scripts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pytest_agentgates.clean_environment import environment_for
from pytest_agentgates.core.cluster_commands import contexts_named, servers_named, uses_cluster
from pytest_agentgates.core.command_safety import (
    SafetyRules,
    is_protected,
    name_of,
    refusal_in_text,
    refusal_of,
    refusal_of_words,
)
from pytest_agentgates.core.command_words import read_command
from pytest_agentgates.core.refused_commands import DATABASE_URL, FROM_INPUT, INTERPRETERS, SHELLS, STARTERS
from pytest_agentgates.core.task import Task
from pytest_agentgates.errors import UsageError
from pytest_agentgates.piped_command import Place, PlacedStage, find_program, placed_stages
from pytest_agentgates.run_git import Git
from pytest_agentgates.run_tool import LocalTools

REFUSED, MISSING, NOT_PERMITTED, CONTEXT, SCRIPT = (
    "refused",
    "missing_tool",
    "not_permitted",
    "wrong_context",
    "script_error",
)
_LARGEST_SCRIPT = 1024 * 1024
_CONTEXT_SECONDS = 20
_BY_A_PERSON = "let the controller or a person do it, and check its result here"
_SHELL_CODE = re.compile(r"-\w*c\w*")
_OTHER_CODE = re.compile(r"-\w*[cmep]\w*|-[rE]|--(?:eval|print|test)")
_OF_DATABASE = re.compile(r"(?i)(?:PG|MYSQL|MARIADB|MONGO|REDIS|DB_|DATABASE|SQL)")
_URL = re.compile(DATABASE_URL, re.IGNORECASE)


@dataclass(frozen=True)
class FenceOptions:
    """What the configuration says; see the options of the gate `criteria_met`."""

    seconds: float
    cwd: str
    branches: tuple[str, ...]
    contexts: tuple[str, ...]
    env: tuple[str, ...]
    rules: SafetyRules


@dataclass(frozen=True)
class Obstacle:
    """Why a command is not run, as a code and in words, and what would help."""

    code: str
    what: str
    fix: str


@dataclass(frozen=True)
class Fence:
    """The place where commands of criteria run, and what they must not do there."""

    place: Place
    options: FenceOptions

    def obstacle(self, command: str) -> Obstacle | None:
        """What stands against a command; nothing of it has run yet."""
        try:
            pipelines = read_command(command)
            if reason := refusal_of(command, self.options.rules):
                return Obstacle(REFUSED, reason, _BY_A_PERSON)
            placed = [stage for _, stages in placed_stages(pipelines, self.place) for stage in stages]
        except UsageError as error:
            return Obstacle(REFUSED, error.mistakes[0].what, error.mistakes[0].fix)
        return next((found for stage in placed for found in self._of_stage(stage)), None)

    def _of_stage(self, stage: PlacedStage) -> Iterator[Obstacle]:
        name = stage.words[0]
        program = find_program(name, stage.folder, self.place.path)
        if not program:
            yield _not_found(name, stage.folder)
            return
        # A link or a glob may lead to other words than those that the criterion shows.
        meant = (os.path.basename(os.path.realpath(program)), *stage.words[1:])
        if reason := refusal_of_words(stage.words, self.options.rules) or refusal_of_words(meant, self.options.rules):
            yield Obstacle(REFUSED, reason, _BY_A_PERSON)
        yield from self._of_script(stage, program)
        if uses_cluster(stage.words):
            yield from self._of_context(stage)

    def _of_script(self, stage: PlacedStage, program: str) -> Iterator[Obstacle]:
        script = _script_of(stage, program, self.place.root)
        if script is None:
            return
        shown = os.path.relpath(script, self.place.root)
        if not script.is_file():
            yield Obstacle(MISSING, f"{shown} is not there", "correct the path, or write the script")
            return
        text = script.read_bytes()[:_LARGEST_SCRIPT].decode("utf-8", "replace")
        shell = _shell_of(stage, text)
        if reason := refusal_in_text(text, self.options.rules, is_shell=bool(shell)):
            yield Obstacle(REFUSED, f"{shown}: {reason}", "take it out of the script")
        if shell:
            ran = self.place.tools.run((shell, "-n", str(script)), cwd=stage.folder, seconds=self.place.seconds)
            if ran.exit_code:
                said = (ran.stderr or ran.stdout).strip().replace(f"{script}:", f"{shown}:").partition("\n")[0]
                yield Obstacle(SCRIPT, f"{shown} is no valid script: {said}", "mend the script")

    def _of_context(self, stage: PlacedStage) -> Iterator[Obstacle]:
        contexts, servers = contexts_named(stage.words), servers_named(stage.words)
        if not any(word.startswith(("--context", "--kube-context")) for word in stage.words):
            current = self._current_context(stage)
            if not current:
                fix = "choose one (kubectl config use-context NAME), or name it in the command: --context NAME"
                yield Obstacle(CONTEXT, "no cluster context can be told", fix)
                return
            contexts.append(current)
        for name in (*contexts, *servers, *stage.stage.settings.values()):
            if is_protected(name, self.options.rules):
                yield Obstacle(CONTEXT, f"the cluster {name} is one of production", "choose another context")
        addresses = [one for one in servers if "://" in one]
        wrong = [one for one in (*contexts, *addresses) if not _fits(one, self.options.contexts)]
        if wrong and self.options.contexts:
            wanted = ", ".join(self.options.contexts)
            yield Obstacle(CONTEXT, f"the cluster context is {wrong[0]}, not {wanted}", "choose the right context")

    def _current_context(self, stage: PlacedStage) -> str:
        kubectl = find_program("kubectl", stage.folder, self.place.path)
        if not kubectl:
            return ""
        given = [word for word in stage.words if word.startswith("--kubeconfig=")]
        if "--kubeconfig" in stage.words:
            at = stage.words.index("--kubeconfig")
            given = list(stage.words[at : at + 2])
        command = (kubectl, "config", "current-context", *given)
        settings = stage.stage.settings
        ran = self.place.tools.run(command, cwd=stage.folder, seconds=_CONTEXT_SECONDS, env=settings)
        return "" if ran.problem or ran.exit_code else ran.stdout.strip()


def open_fence(root: Path, task: Task, options: FenceOptions) -> Fence:
    """The fence of a task; raises UsageError in the wrong folder, on the wrong branch, for production's variables."""
    environment = environment_for(os.environ, options.env, root, root)
    for name, value in environment.items():
        if (_URL.search(value) or _OF_DATABASE.match(name)) and is_protected(value, options.rules):
            what = f"the variable {name} names a production database"
            raise UsageError(what, fix=f"unset it, or take {name} out of `env` of criteria_met")
    named = task.extra.get("working_directory")
    folder = _folder(root, named if isinstance(named, str) and named else options.cwd, task)
    branch = task.extra.get("branch")
    _check_branch(root, (branch,) if isinstance(branch, str) and branch else options.branches, task)
    tools = LocalTools(inherited=environment)
    return Fence(Place(root, folder, tools, environment.get("PATH", os.defpath), options.seconds), options)


def _folder(root: Path, name: str, task: Task) -> Path:
    folder = (root / name).resolve()
    if not folder.is_relative_to(root.resolve()) or not folder.is_dir():
        what = f"the working directory {name} is no folder of the project"
        raise UsageError(what, task.where, "correct `working_directory` of the task, or `cwd` of criteria_met")
    return folder


def _check_branch(root: Path, wanted: Sequence[str], task: Task) -> None:
    if not wanted:
        return
    branch = Git(root, LocalTools()).line("symbolic-ref", "--short", "--quiet", "HEAD")
    if not _fits(branch, wanted):
        what = f"the branch is {branch or 'none'}, and the criteria of {task.id} are judged on {', '.join(wanted)}"
        raise UsageError(what, task.where, f"switch to it: git switch {wanted[0]}")


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _not_found(name: str, folder: Path) -> Obstacle:
    if "/" not in name:
        return Obstacle(MISSING, f"{name} was not found on the PATH", f"install {name}")
    if (folder / name).is_file():
        return Obstacle(NOT_PERMITTED, f"{name} may not be executed", f"make it executable: chmod +x {name}")
    return Obstacle(MISSING, f"{name} is not there", "correct the path, or write the script")


def _script_of(stage: PlacedStage, program: str, root: Path) -> Path | None:
    """The file of the project that a stage executes, by itself or by an interpreter."""
    found = Path(program)
    if behind := _behind_interpreter(stage.words):
        code = _SHELL_CODE if name_of(behind[0]) in SHELLS else _OTHER_CODE
        named = next((word for word in behind[1:] if not word.startswith("-")), "")
        if not named or any(code.fullmatch(word) for word in behind[1 : behind.index(named)]):
            return None
        found = stage.folder / named
    real = found.resolve()
    return real if real.is_relative_to(root.resolve()) else None


def _behind_interpreter(words: Sequence[str]) -> Sequence[str]:
    """The words from the shell or interpreter on that is started, by itself or by a program that starts another."""
    starts = name_of(words[0]) in STARTERS | FROM_INPUT
    known = SHELLS | INTERPRETERS
    found = [index for index, word in enumerate(words) if name_of(word) in known and (starts or not index)]
    return words[found[0] :] if found else ()


def _shell_of(stage: PlacedStage, text: str) -> str:
    """The shell that would run a script, as far as it is one of a shell."""
    behind = _behind_interpreter(stage.words)
    if behind and name_of(behind[0]) in SHELLS:
        return behind[0]
    first = text.partition("\n")[0]
    shell = re.search(r"\b(bash|dash|ksh|zsh|sh)\b", first) if first.startswith("#!") else None
    return shell[1] if shell else ""
