"""Errors that are shown to the user as one clear message, each with the exit code it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

INTERRUPTED_RUN = "the run was interrupted; nothing was written"
PASSED, FAILED, INTERRUPTED, CANNOT_JUDGE, MISTAKE, NO_TESTS = range(6)


@dataclass(frozen=True)
class Mistake:
    """One thing the user can mend: what happened, where (`file:line` or a key), what to do."""

    what: str
    where: str = ""
    fix: str = ""

    def __str__(self) -> str:
        """Render as `where: what` with the fix on a line of its own."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  fix: {self.fix}" if self.fix else head


class AgentGatesError(Exception):
    """An expected failure; its text is the whole message for the user."""

    exit_code = CANNOT_JUDGE

    def __init__(self, what: str, where: str = "", fix: str = "") -> None:
        self.mistakes: tuple[Mistake, ...] = (Mistake(what, where, fix),)
        super().__init__(str(self.mistakes[0]))


class UsageError(AgentGatesError):
    """A mistake in the configuration, the task file or the command line."""

    exit_code = MISTAKE

    @classmethod
    def of(cls, mistakes: Sequence[Mistake]) -> UsageError:
        """Join several mistakes into one error, in the order given."""
        error = cls(mistakes[0].what)
        error.mistakes = tuple(mistakes)
        error.args = ("\n".join(str(mistake) for mistake in mistakes),)
        return error


class MovedError(UsageError):
    """Another process moved the task since it was read, or moves it at this moment; another task may be free."""


class NoTestsError(AgentGatesError):
    """No test is mapped to the task."""

    exit_code = NO_TESTS


class RunInterruptedError(AgentGatesError):
    """The user stopped the run; nothing was written."""

    exit_code = INTERRUPTED
