"""`agentgates doctor`: do task lists, log, evidence and configuration hold each other up?"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pytest_agentgates import transaction_log
from pytest_agentgates.config import Config
from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.task import Task
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.evidence_claims import Claim, read_claim_of
from pytest_agentgates.examine_configuration import examine_configuration
from pytest_agentgates.examine_evidence import examine_evidence
from pytest_agentgates.examine_hooks import examine_hooks
from pytest_agentgates.examine_lists import examine_lists
from pytest_agentgates.examine_log import examine_log
from pytest_agentgates.examine_queues import examine_queues
from pytest_agentgates.examine_reviews import examine_reviews
from pytest_agentgates.looked_at import LookedAt, found
from pytest_agentgates.run_git import Git
from pytest_agentgates.safe_write import killed_writers
from pytest_agentgates.source.shadowing import ROOTS, shadows
from pytest_agentgates.transaction_log import LogEntry

_HEADINGS = re.compile(r"^## [A-Za-z0-9.-]*\d[A-Za-z0-9.-]*: ", re.MULTILINE)
_STANDING = re.compile(r"^\W*status\W|^\s*[-*] \[[ xX]\] \S", re.MULTILINE | re.IGNORECASE)
_OF_TESTS = frozenset({"tests", "test", "testdata", "fixtures"})
OpenStore = Callable[[str], Sequence[Task] | None]


@dataclass(frozen=True)
class Examined:
    """What was looked at, what disagrees, and what was mended."""

    lists: tuple[str, ...]
    evidence: tuple[str, ...]
    findings: tuple[Finding, ...]
    mended: tuple[str, ...] = ()


@dataclass
class Examination:
    """Looks at one project; `load` gives the tasks of a file that is a task list, None for any other.

    `commands` are those of this tool.
    `own_log` reads the log of a store that keeps it itself; `store` is then its name, which `load` knows as well.
    """

    root: Path
    files: Sequence[str]
    store: str
    git: Git
    load: OpenStore
    config: Config
    commands: Collection[str] = ()
    own_log: Callable[[], Sequence[LogEntry]] | None = None
    lists: dict[str, tuple[Task, ...]] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)

    def run(self) -> Examined:
        """Compare everything with everything that speaks of the same."""
        problems = list(self._read_lists())
        self.claims = list(self._claims())
        at = LookedAt(self.root, self.files, self.store, self.git, self.lists, self.claims)
        findings = [
            *problems,
            *examine_lists(at),
            *examine_evidence(at),
            *examine_reviews(at),
            *examine_queues(at, self.config.tasks),
            *self._log(at),
            *self._left_over(),
            *_shadows(at),
            *examine_hooks(at, self.commands),
            *examine_configuration(at, self.config),
        ]
        return Examined(tuple(self.lists), tuple(claim.path for claim in self.claims), tuple(findings))

    def _read_lists(self) -> Iterator[Finding]:
        for path in dict.fromkeys([*self._own_list(), *filter(self._is_meant, self.files)]):
            try:
                tasks = self.load(path)
            except AgentGatesError as error:
                if path == self.store or self._is_list(path):
                    first = error.mistakes[0]
                    yield found(path, f"the task list cannot be read: {first.what}", first.fix, first.where)
                continue
            if tasks and self._says_how_they_stand(path):
                self.lists[path] = tuple(tasks)

    def _own_list(self) -> Sequence[str]:
        """The store, which may be a folder or a database, or a file that .gitignore leaves out."""
        return [self.store] if self.own_log or (self.root / self.store).exists() else []

    def _says_how_they_stand(self, path: str) -> bool:
        """A text whose headings only look like tasks says of none of them how it stands."""
        if path == self.store or not path.endswith(".md"):
            return True
        return bool(_STANDING.search(LookedAt(self.root, self.files, self.store, self.git).text(path)))

    def _is_meant(self, path: str) -> bool:
        """Whether a file may be a list of this project's tasks: what tests read is none, nor is a part of the store."""
        is_text = path.endswith((".json", ".jsonl", ".md", ".yaml", ".yml"))
        is_own = path == self.store or not path.startswith(f"{self.store}/")
        return is_text and is_own and self._is_ours(path)

    def _is_ours(self, path: str) -> bool:
        return path == self.store or _OF_TESTS.isdisjoint(path.split("/")[:-1])

    def _is_list(self, path: str) -> bool:
        """Whether a file that cannot be read as a task list is meant as one."""
        if _may_be_evidence(path):
            return False
        at = LookedAt(self.root, self.files, self.store, self.git)
        if path.endswith(".md"):
            return len(_HEADINGS.findall(at.text(path))) > 1 and "**Status**" in at.text(path)
        document = at.document(path)
        tasks = document.get("tasks") if isinstance(document, dict) else None
        return isinstance(tasks, list) and bool(tasks) and all(isinstance(one, dict) and "id" in one for one in tasks)

    def _claims(self) -> Iterator[Claim]:
        for path in filter(self._is_ours, self.files):
            if _may_be_evidence(path) and (claim := self._claim(path)):
                yield claim

    def _claim(self, path: str) -> Claim | None:
        try:
            return read_claim_of(path, (self.root / path).read_bytes())
        except OSError:
            return None

    def _log(self, at: LookedAt) -> Iterator[Finding]:
        path = self._log_path
        shown = self.store if self.own_log else posixpath.join(posixpath.dirname(self.store), transaction_log.FILE_NAME)
        try:
            entries = self.own_log() if self.own_log else transaction_log.read(path, shown)
        except AgentGatesError as error:
            yield found(shown, f"the log cannot be read: {error}", "restore the line from git")
            return
        if not self.own_log and transaction_log.is_torn(path):
            yield found(shown, "its last line is torn", "set it aside: agentgates doctor --fix")
        yield from examine_log(at, entries, self.root / self.config.evidence)

    def _left_over(self) -> Iterator[Finding]:
        if self.own_log:
            return
        for path in killed_writers(self.root / self.store):
            name = posixpath.join(posixpath.dirname(self.store), path.name)
            yield found(name, "a writer that was killed left it", "remove it: agentgates doctor --fix")

    @property
    def _log_path(self) -> Path:
        return Path(os.path.realpath(self.root / self.store)).with_name(transaction_log.FILE_NAME)


def _shadows(at: LookedAt) -> Iterator[Finding]:
    for path, what in shadows(at.files, ROOTS, at.text("pyproject.toml")):
        yield found(path, f"Python imports it in the place of {what}", "give it another name, or take it out")


def _may_be_evidence(path: str) -> bool:
    name = posixpath.basename(path)
    return name.endswith(".json") and any(word in name for word in ("quality_gates", "test_report", "test_failures"))


def facts_of(examined: Examined) -> Mapping[str, object]:
    """The examination as JSON values."""
    return {
        "task_lists": list(examined.lists),
        "evidence": list(examined.evidence),
        "findings": [
            {"rule": one.rule, "path": one.path, "line": one.line, "message": one.message, "fix": one.fix}
            for one in examined.findings
        ],
        "mended": list(examined.mended),
    }
