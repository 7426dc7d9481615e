"""Values of the core types, made by hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.core.outcomes import Failure, Outcome, TestClaim, TestRecord
from pytest_agentgates.core.record import FileChange, GitFacts, RunRecord, TaskOutcome
from pytest_agentgates.core.task import Step, TaskStatus
from pytest_agentgates.core.verdict import GateResult, GateStatus, Tool, Verdict, VerdictStatus
from pytest_agentgates.core.workspace_port import ExpectedTests

TEXTS = st.text(max_size=20)
NAMES = st.text(min_size=1, max_size=12)
COUNTS = st.integers(0, 10_000)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-1000, 1000)
MOMENTS = st.integers(0, 4_000_000_000_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC))
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


def few(values: st.SearchStrategy, most: int = 3) -> st.SearchStrategy:
    """A short tuple of them."""
    return st.lists(values, max_size=most).map(tuple)


FINDINGS = st.builds(
    Finding,
    rule=TEXTS,
    message=TEXTS,
    path=TEXTS,
    line=COUNTS,
    column=COUNTS,
    fix=TEXTS,
    severity=st.sampled_from(Severity),
    snippet=TEXTS,
    fingerprint=TEXTS,
    waived=TEXTS,
)
TOOLS = st.builds(Tool, TEXTS, TEXTS)
RESULTS = st.builds(
    GateResult,
    name=NAMES,
    status=st.sampled_from(GateStatus),
    message=TEXTS,
    findings=few(FINDINGS),
    blocking=st.booleans(),
    duration_ms=COUNTS,
    command=few(TEXTS),
    exit_code=st.none() | st.integers(-20, 300),
    tool=st.none() | TOOLS,
    actual=NUMBERS,
    threshold=NUMBERS,
    comparator=st.sampled_from(["", ">=", "<="]),
    cached=st.booleans(),
    tasks=few(NAMES),
    facts=st.dictionaries(TEXTS, JSON_VALUES, max_size=3),
)
FAILURES = st.builds(Failure, TEXTS, TEXTS, TEXTS, TEXTS, COUNTS, TEXTS)
NODE_IDS = st.tuples(NAMES, NAMES).map("::".join)
TESTS = st.builds(
    TestRecord,
    nodeid=NODE_IDS,
    outcome=st.sampled_from(Outcome),
    duration_ms=COUNTS,
    phases=few(TEXTS),
    path=TEXTS,
    line=COUNTS,
    reruns=st.integers(0, 3),
    reason=TEXTS,
    failure=st.none() | FAILURES,
    started_ms=COUNTS,
)
CLAIMS = st.builds(
    TestClaim,
    records=few(TESTS),
    collected=few(NODE_IDS),
    deselected=COUNTS,
    collection_errors=few(FAILURES, 2),
    narrowed=few(TEXTS, 2),
    exit_status=st.none() | st.integers(0, 6),
    exit_code=st.none() | st.integers(-20, 6),
    duration_ms=COUNTS,
    python=TEXTS,
    pytest=TEXTS,
    timed_out=st.booleans(),
)
STEPS = st.builds(Step, st.sampled_from(TaskStatus), st.sampled_from(TaskStatus), NAMES, st.integers(0, 3))
VERDICTS = st.builds(Verdict, st.sampled_from(VerdictStatus), few(TEXTS), st.booleans())
RECORDS = st.builds(
    RunRecord,
    run_id=NAMES,
    run_at=MOMENTS,
    finished_at=MOMENTS,
    outcomes=few(st.builds(TaskOutcome, TEXTS, VERDICTS, few(STEPS, 2), TEXTS), 2),
    gates=few(RESULTS, 2),
    agent=TEXTS,
    trigger=TEXTS,
    assurance=st.sampled_from(["clean", "in_place"]),
    git=st.builds(GitFacts, TEXTS, TEXTS, TEXTS, TEXTS, st.booleans()),
    files_digest=TEXTS,
    config_digest=TEXTS,
    tool_digest=TEXTS,
    tools=few(TOOLS, 2),
    python=TEXTS,
    platform=TEXTS,
    claim=st.none() | CLAIMS,
    expected=st.dictionaries(NAMES, st.builds(ExpectedTests, few(NODE_IDS), few(NODE_IDS)), max_size=2),
    files=few(
        st.builds(
            FileChange,
            TEXTS,
            st.sampled_from(["added", "modified", "deleted"]),
            COUNTS,
            COUNTS,
            st.none() | st.booleans(),
        ),
        2,
    ),
    artifacts=few(st.tuples(TEXTS, TEXTS), 2),
)
