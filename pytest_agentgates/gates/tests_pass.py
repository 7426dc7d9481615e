"""The gate `tests_pass`: the task's tests ran, all of them, and passed."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pytest_agentgates.core.finding import Finding, Rule, Severity
from pytest_agentgates.core.judge_witness import FALSIFIED, witness_findings
from pytest_agentgates.core.node_ids import belongs, function_of
from pytest_agentgates.core.outcomes import Outcome, TestClaim, TestRecord
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.verdict import GateResult, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import Workspace

FAILED, BROKEN, NEVER_RAN, SKIPPED, FLAKY, NOTHING_RAN, NARROWED, ENDED_EARLY = (
    Rule("RUN001", "a test failed"),
    Rule("RUN002", "an error at collection, setup or teardown"),
    Rule("RUN003", "a mapped test never ran"),
    Rule("RUN004", "a test was skipped or is marked xfail"),
    Rule("RUN005", "a test passed only when run again"),
    Rule("RUN006", "nothing was executed"),
    Rule("RUN007", "the run was narrowed"),
    Rule("RUN008", "the runner ended early"),
)
_CHANGED = Rule("TMP015", "the tree changed while it was judged")  # of files on disk, the run itself reports it
_FIX_OWN = "it decides nothing; bring the test and the code together"
_FIX_TREE = "let nothing write to the tests while they run: neither product code nor other tests"
_FIX_SKIP = "run it, or take it out of the task's tests with a reason in review"
_JUDGED: dict[Outcome, tuple[Rule | None, str]] = {
    Outcome.PASSED: (None, ""),
    Outcome.FAILED: (FAILED, "make the code do what the test expects"),
    Outcome.ERROR: (BROKEN, "mend the fixture or the import that fails"),
    Outcome.SKIPPED: (SKIPPED, _FIX_SKIP),
    Outcome.XFAILED: (SKIPPED, _FIX_SKIP),
    Outcome.XPASSED: (SKIPPED, "take the xfail mark away"),
    Outcome.UNFINISHED: (ENDED_EARLY, "let the test end by itself"),
}


@dataclass(frozen=True)
class TestsPass:
    """Holds when every expected test ran once through setup, call and teardown, and the sums add up."""

    __test__ = False  # pytest would take the name for a test class

    name: ClassVar[str] = "tests_pass"
    stage: ClassVar[Stage] = Stage.AFTER
    rules: ClassVar[tuple[Rule, ...]] = (
        FAILED,
        BROKEN,
        NEVER_RAN,
        SKIPPED,
        FLAKY,
        NOTHING_RAN,
        NARROWED,
        ENDED_EARLY,
        FALSIFIED,
        _CHANGED,
    )

    def check(self, workspace: Workspace) -> GateResult:
        """Check that what the tests' process claims adds up for the workspace's tasks."""
        claim = workspace.claim
        if claim is None:
            return could_not_judge(self.name, "no tests were run")
        expected = [workspace.expected[task.id] for task in workspace.tasks]
        arguments = [argument for tests in expected for argument in tests.arguments]
        records = [record for record in claim.records if _is_mapped(record.nodeid, arguments)]
        functions = [function for tests in expected for function in tests.functions]
        findings = [*_of_run(claim), *_of_records(records), *_of_absent(claim, records, arguments, functions)]
        findings += [*witness_findings(claim), *_of_own(claim)]
        if not records and not any(finding.counts for finding in findings):
            findings = [Finding(NOTHING_RAN.code, "no test of the task was executed", fix="map tests that run")]
        return result_of(self.name, findings, _message(claim, records, findings))


def _of_own(claim: TestClaim) -> Iterator[Finding]:
    """The agent's own tests are told of, and decide nothing."""
    for record in claim.own.records if claim.own else ():
        rule, _ = _JUDGED[record.outcome]
        if rule is not None:
            path, line = _place(record)
            message = f"{_name(record, path)}, as it is on disk: {_describe(record)}"
            advice = Severity.WARNING
            yield Finding(rule.code, message, path, line, severity=advice, fix=_FIX_OWN, snippet=f"own {record.nodeid}")


def _is_mapped(nodeid: str, arguments: Sequence[str]) -> bool:
    return any(belongs(nodeid, argument) for argument in arguments)


def _of_run(claim: TestClaim) -> Iterator[Finding]:
    """What is wrong with the run as a whole."""
    for error in claim.collection_errors:
        yield Finding(
            BROKEN.code, f"collection failed: {error.message}", error.path, error.line, fix="make the file importable"
        )
    if claim.narrowed:
        fix = "run without it; where it comes from addopts, take it out there"
        yield Finding(NARROWED.code, f"the run was narrowed by {', '.join(claim.narrowed)}", fix=fix)
    for path in claim.rewritten:
        message = f"{path} was written to in the clean tree while the tests ran"
        yield Finding(_CHANGED.code, message, path, fix=_FIX_TREE, snippet=message)
    if early := _early_end(claim):
        yield Finding(ENDED_EARLY.code, early, fix="run the tests with plain pytest and look at how they end")


def _early_end(claim: TestClaim) -> str:
    if claim.timed_out:
        return "the tests' process ran out of time and was stopped"
    if claim.unreadable:
        return f"the tests' process left no result: {claim.unreadable}{_how_it_ended(claim)}"
    if claim.stopped:
        return f"the run was stopped from inside by {claim.stopped}"
    if claim.exit_status is None:
        return f"the tests' process ended before the session did{_how_it_ended(claim)}"
    if claim.exit_code != claim.exit_status:
        return f"the session meant to exit with {claim.exit_status}, the process exited with {claim.exit_code}"
    return _sums(claim)


def _how_it_ended(claim: TestClaim) -> str:
    code = claim.exit_code
    if code is None:
        return ""
    if code >= 0:
        return f" (exit code {code})"
    names = {number.value: number.name for number in signal.Signals}
    return f" (killed by {names.get(-code, f'signal {-code}')})"


def _sums(claim: TestClaim) -> str:
    """Whether the numbers add up, and whether a failing exit status has a cause among the tests."""
    executed = len(claim.records)
    clean = all(record.outcome is Outcome.PASSED for record in claim.records)
    if len(claim.collected) != claim.deselected + executed and not claim.narrowed and clean:
        return (
            f"collected {len(claim.collected)}, deselected {claim.deselected}, executed {executed}: it does not add up"
        )
    if claim.exit_code and clean and not claim.collection_errors and executed:
        return f"pytest exited with {claim.exit_code} although each test passed"
    return ""


def _of_records(records: Sequence[TestRecord]) -> Iterator[Finding]:
    for record in records:
        rule, fix = _JUDGED[record.outcome]
        if rule is None and record.reruns:
            rule, fix = FLAKY, "make the test and its code repeatable"
        if rule is not None:
            path, line = _place(record)
            message = f"{_name(record, path)}: {_describe(record)}"
            yield Finding(rule.code, message, path, line, fix=fix, snippet=record.nodeid)


def _name(record: TestRecord, path: str) -> str:
    """The node id; without its file where the finding stands in the same one."""
    return record.nodeid.removeprefix(f"{path}::")


def _describe(record: TestRecord) -> str:
    reason = f" ({record.reason})" if record.reason else ""
    words = {
        Outcome.SKIPPED: f"was skipped{reason}",
        Outcome.XFAILED: f"is marked xfail{reason}",
        Outcome.XPASSED: f"is marked xfail and passes{reason}",
        Outcome.UNFINISHED: "did not go through setup, call and teardown once each",
        Outcome.PASSED: f"passed only when run again ({record.reruns} times)",
    }
    return words.get(record.outcome) or _headline(record)


def _headline(record: TestRecord) -> str:
    if record.failure is None:
        return record.outcome.value
    lines = record.failure.message.strip().splitlines()
    return lines[0] if lines else record.failure.exception


def _place(record: TestRecord) -> tuple[str, int]:
    failure = record.failure
    if failure is not None and failure.path and failure.line and not failure.path.startswith(("/", "..")):
        return failure.path, failure.line
    return record.path or record.nodeid.partition("::")[0], record.line


def _of_absent(
    claim: TestClaim, records: Sequence[TestRecord], arguments: Sequence[str], functions: Sequence[str]
) -> Iterator[Finding]:
    """Tests that should have run and are nowhere in the record; a narrowed run explains them itself."""
    if claim.narrowed:
        return
    ran = {record.nodeid for record in records}
    ran_functions = {function_of(nodeid) for nodeid in ran}
    collected = [nodeid for nodeid in claim.collected if _is_mapped(nodeid, arguments)]
    missing = [nodeid for nodeid in collected if nodeid not in ran]
    missing += [function for function in functions if function not in ran_functions]
    for nodeid in dict.fromkeys(missing):
        path = nodeid.partition("::")[0]
        yield Finding(
            NEVER_RAN.code, f"{nodeid} never ran", path, fix="find out what keeps it from running", snippet=nodeid
        )


def _message(claim: TestClaim, records: Sequence[TestRecord], findings: Sequence[Finding]) -> str:
    passed = sum(record.outcome is Outcome.PASSED for record in records)
    own = claim.own.records if claim.own else ()
    own_passed = sum(record.outcome is Outcome.PASSED for record in own)
    beside = f"; {own_passed} of {len(own)} of the agent's own" if own else ""
    found = f", {counted(len(findings), 'finding')}" if findings else ""
    return f"{passed} of {len(records)} passed in {claim.duration_ms / 1000:.1f} s{found}{beside}"
