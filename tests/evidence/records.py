"""One small run that the tests of the writers render: a task that failed, with a bit of everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.core.outcomes import Failure, Outcome, TestClaim, TestRecord
from pytest_agentgates.core.record import FileChange, GitFacts, RunRecord, TaskOutcome
from pytest_agentgates.core.task import Step, TaskStatus
from pytest_agentgates.core.verdict import GateResult, GateStatus, Tool, Verdict, VerdictStatus
from pytest_agentgates.core.workspace_port import ExpectedTests

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
START_MS = 1767323045000
FILE = "tests/test_orders.py"

PASSED = TestRecord(
    f"{FILE}::test_place",
    Outcome.PASSED,
    12,
    ("setup passed", "call passed", "teardown passed"),
    FILE,
    4,
    started_ms=START_MS,
)
FAILED = TestRecord(
    f"{FILE}::TestTotal::test_sum[a-b]",
    Outcome.FAILED,
    30,
    ("setup passed", "call failed", "teardown passed"),
    FILE,
    9,
    failure=Failure("call", "AssertionError", "assert 1 == 2", "src/orders.py", 7, "E   assert 1 == 2"),
    started_ms=START_MS + 100,
)
FLAKY = TestRecord(f"{FILE}::test_flaky", Outcome.PASSED, 5, (), FILE, 20, reruns=2)
SKIPPED = TestRecord(f"{FILE}::test_later", Outcome.SKIPPED, 0, (), FILE, 30, reason="not yet")
XFAILED = TestRecord(f"{FILE}::test_odd", Outcome.XFAILED, 1, (), FILE, 40, reason="bug 7")
NEVER_RAN = f"{FILE}::test_never"

CLAIM = TestClaim(
    records=(PASSED, FAILED, FLAKY, SKIPPED, XFAILED),
    collected=(PASSED.nodeid, FAILED.nodeid, FLAKY.nodeid, SKIPPED.nodeid, XFAILED.nodeid),
    exit_status=1,
    exit_code=1,
    duration_ms=900,
    python="3.11.7",
    pytest="9.2.0",
)
RUFF = GateResult(
    "ruff_clean",
    GateStatus.WARN,
    "2 findings",
    (
        Finding("E722", "bare except", "src/orders.py", 3, 5, "name the exception", Severity.ERROR, "except:", "f1"),
        Finding("F401", "unused", "src/orders.py", 1, 8, "", Severity.ERROR, "import os", "f2", "kept for plugins"),
    ),
    blocking=False,
    duration_ms=20,
    command=("ruff", "check", "."),
    exit_code=1,
    tool=Tool("ruff", "0.17.5"),
)
TESTS = GateResult(
    "tests_pass",
    GateStatus.FAIL,
    "1 of 5 passed, 1 findings",
    (Finding("RUN001", "test_sum: assert 1 == 2", "src/orders.py", 7, fix="make it add", fingerprint="f3"),),
    tasks=("T1",),
)
COVERAGE = GateResult(
    "coverage_floor",
    GateStatus.PASS,
    "91.5 %",
    duration_ms=40,
    actual=91.5,
    threshold=90,
    comparator=">=",
    tasks=("T1",),
    facts={"files": 1},
)
MYPY = GateResult("mypy_clean", GateStatus.ERROR, "mypy is not installed", duration_ms=1)

RECORD = RunRecord(
    run_id="20260102T030405Z-00000000",
    run_at=START,
    finished_at=START + timedelta(milliseconds=1500),
    outcomes=(
        TaskOutcome(
            "T1",
            Verdict(VerdictStatus.FAIL, ("tests_pass: 1 of 5 passed, 1 findings",)),
            (Step(TaskStatus.IN_PROGRESS, TaskStatus.BLOCKED, "attempts_used_up", 3),),
            "application",
        ),
    ),
    gates=(TESTS, RUFF, COVERAGE, MYPY),
    agent="backend-coding-agent",
    trigger="pytest",
    git=GitFacts("c" * 40, "d" * 40, "main", "b" * 40, dirty=False),
    files_digest="f" * 64,
    config_digest="e" * 64,
    tool_digest="a" * 64,
    tools=(Tool("pytest", "9.2.0"), Tool("ruff", "0.17.5")),
    python="3.11.7",
    platform="Linux",
    claim=CLAIM,
    expected={"T1": ExpectedTests((FILE,), (PASSED.nodeid, f"{FILE}::TestTotal::test_sum", NEVER_RAN))},
    files=(FileChange("src/orders.py", "modified", 5, 1, True, "e" * 64),),
)
EMPTY = RunRecord("r0", START, START, (TaskOutcome("", Verdict(VerdictStatus.PASS)),), ())
