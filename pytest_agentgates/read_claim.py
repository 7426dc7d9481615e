"""Reads what the tests' process wrote down into a TestClaim."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_agentgates.core.outcomes import (
    Failure,
    HookOrigin,
    Outcome,
    RawPhase,
    TestClaim,
    TestRecord,
    WitnessFacts,
)

_WORST_FIRST = (
    Outcome.ERROR,
    Outcome.FAILED,
    Outcome.UNFINISHED,
    Outcome.SKIPPED,
    Outcome.XFAILED,
    Outcome.XPASSED,
    Outcome.PASSED,
)
_CLEAN = ("setup", "call", "teardown")


def read_claim(path: Path, root: Path, exit_code: int | None, duration_ms: int) -> TestClaim:
    """Read the claim file, worst outcome of each node id; what cannot be read is said in `unreadable`."""
    claim = TestClaim(exit_code=exit_code, duration_ms=duration_ms)
    try:
        lines = [json.loads(line) for line in path.read_bytes().splitlines()]
        return _fill(claim, lines, str(root))
    except FileNotFoundError:
        return replace(claim, unreadable="it wrote nothing")
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        return replace(claim, unreadable=f"its record cannot be read ({error})")


def read_witness(paths: Iterable[Path], root: Path) -> WitnessFacts:
    """Put together what each process wrote down for itself; what cannot be read is a problem of the witness."""
    try:
        lines = [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]
        return _witness(lines, f"{root}/")
    except (OSError, ValueError, LookupError, TypeError) as error:
        return WitnessFacts(sessions=1, problem=f"what the witness wrote cannot be read ({error})")


def never_began(path: Path) -> bool:
    """Whether the session did not begin, and not because a conftest broke while it was loaded."""
    broken_conftest = path.with_suffix(".loading").exists() and not path.with_suffix(".loaded").exists()
    return not path.exists() and not broken_conftest


def _witness(lines: Iterable[Mapping[str, Any]], prefix: str) -> WitnessFacts:
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for line in lines:
        by_kind.setdefault(line["kind"], []).append(line)
    canaries = by_kind.get("canary", [])
    raised = [RawPhase(line["id"], line["when"], line["by"]) for line in by_kind.get("raised", [])]
    calls = [RawPhase(line["id"], "call", "", line["called"]) for line in by_kind.get("call", [])]
    replaced = [(line["name"], line["path"].removeprefix(prefix)) for line in by_kind.get("replaced", [])]
    hooks = [
        HookOrigin(line["plugin"], line["path"].removeprefix(prefix), tuple(line["hooks"]))
        for line in by_kind.get("hooks", [])
    ]
    return WitnessFacts(
        phases=(*calls, *raised),
        hooks=tuple(dict.fromkeys(hooks)),
        replaced=tuple(dict.fromkeys(replaced)),
        canaries=len(canaries),
        survived=sum(line["failed"] is False for line in canaries),
        sessions=len(by_kind.get("session", [])),
        problem=next((str(line["what"]) for line in by_kind.get("problem", [])), ""),
    )


def _fill(claim: TestClaim, lines: list[dict[str, Any]], root: str) -> TestClaim:
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        by_kind.setdefault(line["kind"], []).append(line)
    start = by_kind.get("start", [{}])[0]
    end = by_kind.get("end", [{}])[-1]
    collected = by_kind.get("collected", [{}])[-1]
    stopped = [f"{line['by']}: {line['message']}" for line in by_kind.get("stopped", [])]
    errors = [_failure(line["failure"], root) for line in by_kind.get("collect_error", [])]
    return replace(
        claim,
        records=_records(by_kind.get("test", []), root),
        collected=tuple(collected.get("ids", ())),
        deselected=collected.get("deselected", 0),
        collection_errors=tuple(dict.fromkeys(errors)),
        narrowed=tuple(reason for line in by_kind.get("narrowed", []) for reason in line["by"]),
        exit_status=end.get("status"),
        python=start.get("python", ""),
        pytest=start.get("pytest", ""),
        coverage_core=start.get("core", ""),
        stopped=stopped[0] if stopped else "",
    )


def _records(lines: Iterable[Mapping[str, Any]], root: str) -> tuple[TestRecord, ...]:
    merged: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        merged.setdefault(line["id"], []).extend(line["phases"])
    return tuple(_record(nodeid, phases, root) for nodeid, phases in merged.items())


def _record(nodeid: str, phases: list[dict[str, Any]], root: str) -> TestRecord:
    reruns = sum(phase["outcome"] == "rerun" for phase in phases)
    outcome = _outcome(phases)
    failures = [phase["failure"] for phase in phases if "failure" in phase]
    reasons = [phase.get("reason") or phase.get("xfail") or "" for phase in phases]
    setups = [phase for phase in phases if phase["when"] == "setup"]
    return TestRecord(
        nodeid=nodeid,
        outcome=outcome,
        duration_ms=round(sum(phase["ms"] for phase in phases if phase["when"] != "subtest")),
        phases=tuple(f"{phase['when']} {phase['outcome']}" for phase in phases),
        path=nodeid.partition("::")[0],
        line=setups[0]["line"] if setups else 0,
        reruns=reruns,
        reason=next(filter(None, reasons), ""),
        failure=_failure(failures[-1], root) if failures else None,
        started_ms=setups[0]["start"] if setups else 0,
    )


def _outcome(phases: list[dict[str, Any]]) -> Outcome:
    kept = _without_retried(phases)
    outcomes = [_phase_outcome(phase) for phase in kept]
    whens = tuple(phase["when"] for phase in kept if phase["when"] != "subtest")
    if whens != _CLEAN:
        outcomes.append(Outcome.PASSED if _skipped_in_setup(kept) else Outcome.UNFINISHED)
    return min(outcomes, key=_WORST_FIRST.index)


def _without_retried(phases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the tries that a rerun plugin took back: all up to the last `rerun` and its teardown."""
    last = max((index for index, phase in enumerate(phases) if phase["outcome"] == "rerun"), default=-1)
    rest = phases[last + 1 :]
    starts = [index for index, phase in enumerate(rest) if phase["when"] == "setup"]
    return rest[starts[0] :] if last >= 0 and starts else rest


def _skipped_in_setup(phases: list[dict[str, Any]]) -> bool:
    """A skip or failure in setup ends a test properly without a call."""
    whens = tuple(phase["when"] for phase in phases)
    return whens == ("setup", "teardown") and phases[0]["outcome"] != "passed"


def _phase_outcome(phase: Mapping[str, Any]) -> Outcome:
    if phase["outcome"] == "failed":
        return Outcome.FAILED if phase["when"] in ("call", "subtest") else Outcome.ERROR
    if "xfail" in phase:
        return Outcome.XFAILED if phase["outcome"] == "skipped" else Outcome.XPASSED
    if phase["outcome"] == "skipped":
        return Outcome.SKIPPED
    return Outcome.PASSED if phase["outcome"] == "passed" else Outcome.UNFINISHED


def _failure(facts: Mapping[str, Any], root: str) -> Failure:
    path = str(facts["path"])
    return Failure(
        phase=facts["phase"],
        exception=facts["exception"],
        message=facts["message"],
        path=path.removeprefix(root).lstrip("/") if path.startswith(root) else path,
        line=facts["line"],
        trace=facts["trace"],
    )
