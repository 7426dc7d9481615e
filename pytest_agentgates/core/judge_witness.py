"""Where what the witness saw and what was reported disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.core.outcomes import HookOrigin, Outcome, TestClaim, TestRecord, WitnessFacts

FALSIFIED = Rule("TMP016", "what decides a test's outcome was changed while the tests ran")
# What a plugin of the task's own may do: it chooses no tests and touches no outcome.
_HARMLESS = frozenset(
    {
        "pytest_addhooks",
        "pytest_addoption",
        "pytest_assertrepr_compare",
        "pytest_configure",
        "pytest_fixture_post_finalizer",
        "pytest_generate_tests",
        "pytest_make_parametrize_id",
        "pytest_plugin_registered",
        "pytest_report_header",
        "pytest_sessionstart",
        "pytest_unconfigure",
    }
)
_FIX = "let tests fail as they fail: mend the code, and leave pytest, its reports and its hooks alone"


def witness_findings(claim: TestClaim) -> tuple[Finding, ...]:
    """Every disagreement, as TMP016; empty for a claim that no witness belongs to."""
    witness = claim.witness
    if witness is None:
        return ()
    if not witness.sessions:
        return (_finding("the witness of the run left nothing behind"),) if claim.records else ()
    found = [*_of_session(claim, witness), *_of_replaced(witness), *_of_hooks(witness), *_of_tests(claim, witness)]
    return tuple({(finding.path, finding.message): finding for finding in found}.values())


def _of_session(claim: TestClaim, witness: WitnessFacts) -> Iterator[Finding]:
    if witness.problem:
        yield _finding(witness.problem)
    if witness.survived:
        yield _finding("a test of our own that must fail did not: failures are hidden")
    ran = any(phase.when == "call" for phase in witness.phases)
    if ran and not witness.canaries and not witness.problem and not claim.narrowed:
        yield _finding("a test of our own that must fail was never run")


def _of_replaced(witness: WitnessFacts) -> Iterator[Finding]:
    for name, path in witness.replaced:
        if path not in (witness.base_files or ()):
            yield _finding(f"{name} was replaced while the tests ran", path)


def _of_hooks(witness: WitnessFacts) -> Iterator[Finding]:
    """Hooks of files that the base does not vouch for; in place no file is vouched for, and none can be told apart."""
    if witness.base_files is None:
        return
    for origin in witness.hooks:
        deciding = _deciding(origin)
        if deciding and origin.path not in witness.base_files:
            yield _finding(f"{', '.join(deciding)} is implemented by a file that is not in the base", origin.path)


def _deciding(origin: HookOrigin) -> list[str]:
    return sorted(hook for hook in origin.hooks if hook not in _HARMLESS)


def _of_tests(claim: TestClaim, witness: WitnessFacts) -> Iterator[Finding]:
    raised = Counter((phase.nodeid, phase.when) for phase in witness.phases if phase.raised)
    kinds = {(phase.nodeid, phase.when): phase.raised for phase in witness.phases if phase.raised}
    called = {phase.nodeid: phase.called for phase in witness.phases if phase.when == "call" and not phase.raised}
    for record in claim.records:
        for when in ("setup", "call", "teardown"):
            if raised[record.nodeid, when] > _bad_reports(record, when):
                message = f"{record.nodeid} raised {kinds[record.nodeid, when]} in {when}, and was reported as passed"
                yield _finding(message, record.path, record.line)
        if record.outcome is Outcome.PASSED and not called.get(record.nodeid, False):
            yield _finding(f"{record.nodeid} was reported as passed, and was never called", record.path, record.line)


def _bad_reports(record: TestRecord, when: str) -> int:
    kinds = ("call", "subtest") if when == "call" else (when,)
    parted = (phase.split(" ", 1) for phase in record.phases)
    return sum(kind in kinds and outcome != "passed" for kind, outcome in parted)


def _finding(message: str, path: str = "", line: int = 0) -> Finding:
    shown = "" if path.startswith("/") else path
    more = f" ({path})" if path and not shown else ""
    return Finding(FALSIFIED.code, message + more, shown, line, fix=_FIX, snippet=message)
