"""Shows a run on the terminal: one line per gate, the findings, the verdict, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote
from typing import TYPE_CHECKING, Any

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.core.printable import printable
from pytest_agentgates.core.record import RunRecord, TaskOutcome
from pytest_agentgates.core.verdict import GateResult, GateStatus, Verdict, VerdictStatus

if TYPE_CHECKING:
    from rich.console import Console

MOST_FINDINGS = 20
_STYLES = {
    GateStatus.PASS: "green",
    GateStatus.FAIL: "bold red",
    GateStatus.WARN: "yellow",
    GateStatus.SKIP: "dim",
    GateStatus.ERROR: "bold magenta",
}
_VERDICTS = {
    VerdictStatus.PASS: ("passed", "bold green"),
    VerdictStatus.FAIL: ("refused", "bold red"),
    VerdictStatus.INCOMPLETE: ("incomplete", "bold yellow"),
    VerdictStatus.ERROR: ("could not judge", "bold magenta"),
    VerdictStatus.INTERRUPTED: ("interrupted", "bold yellow"),
}


class Terminal:
    """Writes to one stream; `quiet` leaves out what is not a finding or a verdict."""

    def __init__(self, quiet: bool = False, to_stderr: bool = False) -> None:
        self.quiet = quiet
        self.to_stderr = to_stderr
        self.status: Any = None
        self._console: Console | None = None

    @property
    def console(self) -> Console:
        """Rich's console, imported while the tests run and not before."""
        if self._console is None:
            from rich.console import Console

            self._console = Console(stderr=self.to_stderr, highlight=False, soft_wrap=True)
        return self._console

    def gate(self, result: GateResult) -> None:
        """Show one gate as soon as it has ended."""
        if self.quiet or result.status is GateStatus.SKIP:
            return
        seconds = f"{result.duration_ms / 1000:.2f}s"
        message = printable(result.message)
        self._line(
            (f"  {result.status.value:<5} ", _STYLES[result.status]), f"{result.name:<15} {seconds:>7}  {message}"
        )

    def waiting(self, names: Sequence[str]) -> None:
        """Show that gates still work, on a terminal only; an empty list ends it."""
        if self.status is not None:
            self.status.stop()
            self.status = None
        if names and self.console.is_terminal and not self.quiet:
            self.status = self.console.status(f"gates: {', '.join(names)}")
            self.status.start()

    def findings(self, results: Sequence[GateResult]) -> None:
        """Show what counts, the worst first; the rest is counted."""
        for result in results:
            shown = sorted(filter(self._is_shown, result.findings), key=_weight)
            for finding in shown[:MOST_FINDINGS]:
                self._finding(finding)
            if len(shown) > MOST_FINDINGS:
                self._line(f"{result.name}: {len(shown) - MOST_FINDINGS} more in the evidence")

    def check_verdict(self, verdict: Verdict) -> None:
        """Show the verdict of a check, and why."""
        word, style = _VERDICTS[verdict.status]
        self._line((f"check: {word}", style))
        for reason in verdict.reasons:
            self._line(f"  {printable(reason)}")

    def outcome(self, outcome: TaskOutcome, max_attempts: int) -> None:
        """Show the verdict of one task, why, and how the task moved."""
        word, style = _VERDICTS[outcome.verdict.status]
        self._line((f"{printable(outcome.task_id)}: {word}", style), _move(outcome, max_attempts))
        for reason in outcome.verdict.reasons:
            self._line(f"  {printable(reason)}")

    def closing(self, record: RunRecord, evidence: str) -> None:
        """Show how much the run can promise, where the evidence lies and the next command."""
        if not self.quiet:
            for line in _assurance(record):
                self._line((line, "dim"))
            self._line(f"evidence: {evidence}/quality_gates_run.json (run {record.run_id})")
        if hint := _next_command(record):
            self._line(f"next: {hint}")

    def text(self, text: str) -> None:
        """Show plain text as it is."""
        self._line(text)

    def markdown(self, text: str) -> None:
        """Show Markdown, laid out on a terminal and as it is elsewhere."""
        if not self.console.is_terminal:
            print(text)  # noqa: T201 - a pipe gets the text itself, unwrapped
            return
        from rich.markdown import Markdown

        self.console.print(Markdown(text), soft_wrap=False)

    def _is_shown(self, finding: Finding) -> bool:
        """Advice is left out where the user asked for quiet."""
        return not finding.waived and (finding.severity is Severity.ERROR or not self.quiet)

    def _finding(self, finding: Finding) -> None:
        place = f"{printable(finding.place)}: " if finding.place else ""
        style = "red" if finding.severity is Severity.ERROR else "yellow"
        self._line(place, (finding.rule, style), f" {printable(finding.message)}")
        if finding.fix:
            self._line((f"    fix: {printable(finding.fix)}", "dim"))

    def _line(self, *parts: str | tuple[str, str]) -> None:
        from rich.text import Text

        self.console.print(Text.assemble(*parts))


def _weight(finding: Finding) -> tuple[bool, str, int]:
    return finding.severity is not Severity.ERROR, finding.path, finding.line


def _move(outcome: TaskOutcome, max_attempts: int) -> str:
    if not outcome.steps:
        return ", the task stays as it is"
    last = outcome.steps[-1]
    attempt = f" (attempt {last.attempt} of {max_attempts})" if last.attempt else ""
    return f", {outcome.steps[0].before.value} -> {last.after.value}{attempt}"


def _assurance(record: RunRecord) -> list[str]:
    if record.assurance == "clean":
        return [f"judged in a clean tree; {printable(note)}" for note in record.assurance_notes]
    return [f"judged in place, with less assurance: {printable(note)}" for note in record.assurance_notes]


def _next_command(record: RunRecord) -> str:
    ids = " ".join(f"--agent-task {quote(outcome.task_id)}" for outcome in record.outcomes)
    blocked = [outcome for outcome in record.outcomes if outcome.steps and outcome.steps[-1].after.value == "blocked"]
    if blocked:
        return f"agentgates tasks show {quote(blocked[0].task_id)}"
    if record.status is VerdictStatus.FAIL:
        return f"mend the findings, then: pytest {ids}"
    if record.status is VerdictStatus.INCOMPLETE:
        return f"settle what is named above, then run all of it: pytest {ids}"
    if record.status is VerdictStatus.ERROR:
        return f"let every gate judge (see above), then: pytest {ids}"
    return "agentgates tasks list"
