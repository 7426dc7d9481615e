"""What is wrong with a command that a hook runs: it cannot be found, or what the gates say is thrown away."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_TOOL = "agentgates"
_ABOUT = re.compile(r"(?<![\w./-])agentgates(?![\w-])|pytest_agentgates|--agent-task|agentgates-(?:check|task)")
_TOP = re.compile(r"\$\{?CLAUDE_PROJECT_DIR\}?|\$\(git rev-parse --show-toplevel\)")
_THROWN_AWAY = re.compile(r"\|\|\s*(?:true|:|exit\s+0|echo\b[^;&|]*)|;\s*(?:true|exit\s+0)\s*$|(?<!&)&\s*$")
_KEPT_OUT = re.compile(r"-p\s*=?\s*no:agentgates|PYTEST_DISABLE_PLUGIN_AUTOLOAD=\S")
_SKIPPED = re.compile(r"\bSKIP=\S*agentgates\S*|\bgit\s+(?:commit|push)\b[^;&|]*\s(?:--no-verify|-n)\b")
_BREAKS = re.compile(r"&&|\|\||(?<![>&])&(?![>&])|[;|\n]")
_INTERPRETERS = ("bash", "sh", "zsh", "python", "python3", "node", "uv", "env")
_SCRIPT = (".sh", ".py", ".js", ".mjs", ".ts")
_OF_SHELL = frozenset({"cd", "echo", "test", "[", "exit", "true", "false", "export", "set", "if", "then", "fi", ":"})
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


@dataclass(frozen=True)
class HookCommand:
    """A command as a hook gives it to a shell; `known` are the commands of this tool."""

    text: str
    root: Path
    known: Collection[str]

    @property
    def is_about_gates(self) -> bool:
        """Whether it runs this tool."""
        return bool(_ABOUT.search(self.text))

    def problems(self) -> Iterator[str]:
        """Everything that keeps it from doing what it is there for."""
        yield from self.skips()
        yield from self.unknown()
        yield from dict.fromkeys(self._absent())

    def skips(self) -> Iterator[str]:
        """How it keeps the gates from stopping anyone."""
        if self.is_about_gates and (thrown := _THROWN_AWAY.search(self.text)):
            yield f"what the gates say is thrown away by {thrown[0].strip()!r}"
        for pattern, what in ((_KEPT_OUT, "keeps this tool out of pytest"), (_SKIPPED, "goes past the hooks")):
            if match := pattern.search(self.text):
                yield f"it {what}: {match[0].strip()!r}"

    def unknown(self) -> Iterator[str]:
        """Commands of this tool that it does not have."""
        for words in self._segments():
            name = _subcommand(words)
            if name and name not in self.known:
                yield f"it runs `agentgates {name}`, which does not exist"

    def _absent(self) -> Iterator[str]:
        """Programs and scripts that are not there."""
        for words in self._segments():
            program = next((word for word in words if not _ASSIGNMENT.match(word)), "")
            if program and not self._is_there(program):
                yield f"it runs {self._shown(program)}, which is not there"
            elif program.rpartition("/")[2] in _INTERPRETERS:
                scripts = (word for word in words if word != program and word.endswith(_SCRIPT))
                absent = (self._shown(one) for one in scripts if not self._is_there(one))
                yield from (f"it runs {one}, which is not there" for one in absent)

    def _segments(self) -> Iterator[Sequence[str]]:
        for part in _BREAKS.split(_TOP.sub(lambda _: self.root.as_posix(), self.text)):
            try:
                words = shlex.split(part, comments=True)
            except ValueError:  # quotes that go on in the next part
                continue
            if words:
                yield words

    def _shown(self, word: str) -> str:
        return word.removeprefix(f"{self.root.as_posix()}/")

    def _is_there(self, word: str) -> bool:
        if "$" in word or "(" in word or word in _OF_SHELL or word == _TOOL:
            return True  # what it stands for is known only when it runs
        if "/" in word or word.endswith(_SCRIPT):
            return (self.root / Path(word).expanduser()).exists()
        return shutil.which(word) is not None


def _subcommand(words: Sequence[str]) -> str:
    """The command of this tool that some words run, empty where they run none."""
    names = [word.rpartition("/")[2] for word in words]
    for place, name in enumerate(names):
        if name == _TOOL or (name == "pytest_agentgates" and words[place - 1] == "-m"):
            following = words[place + 1 : place + 2]
            return following[0] if following and re.fullmatch(r"[a-z][a-z-]*", following[0]) else ""
    return ""
