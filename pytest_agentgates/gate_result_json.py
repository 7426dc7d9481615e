"""Gate results as JSON values: `gates[]` of the evidence, and what the checker process says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.core.verdict import GateResult, GateStatus, Tool

_Choice = TypeVar("_Choice", bound=Enum)
_NONE = type(None)
_TEXT, _NUMBER = (str,), (int, float)
_FINDING: dict[str, tuple[type, ...]] = {
    "rule": _TEXT,
    "path": _TEXT,
    "line": (int,),
    "column": (int,),
    "message": _TEXT,
    "fix": _TEXT,
    "severity": _TEXT,
    "fingerprint": _TEXT,
    "waived": _TEXT,
    "snippet": _TEXT,
}
_RESULT: dict[str, tuple[type, ...]] = {
    "name": _TEXT,
    "status": _TEXT,
    "blocking": (bool,),
    "command": (list,),
    "exit_code": (int, _NONE),
    "duration_ms": (int,),
    "tool": (dict, _NONE),
    "message": _TEXT,
    "actual": (*_NUMBER, _NONE),
    "threshold": (*_NUMBER, _NONE),
    "comparator": (str, _NONE),
    "cached": (bool,),
    "findings": (list,),
    "tasks": (list,),
    "facts": (dict,),
}
_TOOL: dict[str, tuple[type, ...]] = {"name": _TEXT, "version": _TEXT}


def encode_result(result: GateResult) -> dict[str, Any]:
    """The result as JSON values; numbers that JSON does not have become null."""
    return {
        "name": result.name,
        "status": result.status.value,
        "blocking": result.blocking,
        "command": list(result.command),
        "exit_code": result.exit_code,
        "duration_ms": result.duration_ms,
        "tool": encode_tool(result.tool) if result.tool else None,
        "message": result.message,
        "actual": _plain(result.actual),
        "threshold": _plain(result.threshold),
        "comparator": result.comparator or None,
        "cached": result.cached,
        "findings": [_encode_finding(finding) for finding in result.findings],
        "tasks": list(result.tasks),
        "facts": _plain(result.facts),
    }


def encode_tool(tool: Tool) -> dict[str, Any]:
    """A tool as JSON values."""
    return {"name": tool.name, "version": tool.version}


def decode_result(value: object) -> GateResult:
    """The result that `encode_result` was given; raises ValueError naming what is missing or wrong."""
    fields = _checked(value, _RESULT, "the gate result")
    where = f"gate {fields['name']!r}"
    tool = fields["tool"]
    return GateResult(
        name=fields["name"],
        status=_member(GateStatus, fields["status"], f"{where}: status"),
        message=fields["message"],
        findings=tuple(_decode_finding(item, f"{where}: findings[{i}]") for i, item in enumerate(fields["findings"])),
        blocking=fields["blocking"],
        duration_ms=fields["duration_ms"],
        command=_texts(fields["command"], f"{where}: command"),
        exit_code=fields["exit_code"],
        tool=Tool(**_checked(tool, _TOOL, f"{where}: tool")) if tool is not None else None,
        actual=fields["actual"],
        threshold=fields["threshold"],
        comparator=_comparator(fields["comparator"], where),
        cached=fields["cached"],
        tasks=_texts(fields["tasks"], f"{where}: tasks"),
        facts=fields["facts"],
    )


def _comparator(value: str | None, where: str) -> str:
    if value == "":
        raise ValueError(f"{where}: comparator is empty, not null")
    return value or ""


def _encode_finding(finding: Finding) -> dict[str, Any]:
    plain = {key: getattr(finding, key) for key in _FINDING}
    return {**plain, "severity": finding.severity.value}


def _decode_finding(value: object, where: str) -> Finding:
    fields = _checked(value, _FINDING, where)
    severity = _member(Severity, fields["severity"], f"{where}: severity")
    return Finding(**{**fields, "severity": severity})


def _plain(value: object) -> Any:
    """What JSON can hold of a value; facts come from gates that may know more types."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _checked(value: object, types: Mapping[str, tuple[type, ...]], where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where} is {_kind(value)}, not an object")
    missing = [key for key in types if key not in value]
    if missing:
        raise ValueError(f"{where} lacks {', '.join(missing)}")
    unknown = [str(key) for key in value if key not in types]
    if unknown:
        raise ValueError(f"{where} has unknown keys: {', '.join(unknown)}")
    for key, allowed in types.items():
        if type(value[key]) not in allowed:
            raise ValueError(f"{where}: {key} is {_kind(value[key])}, not {_names(allowed)}")
    return dict(value)


def _member(kind: type[_Choice], value: str, where: str) -> _Choice:
    try:
        return kind(value)
    except ValueError:
        choices = ", ".join(str(member.value) for member in kind)
        raise ValueError(f"{where} is {value!r}, not one of {choices}") from None


def _texts(value: list[object], where: str) -> tuple[str, ...]:
    texts = tuple(item for item in value if isinstance(item, str))
    if len(texts) != len(value):
        raise ValueError(f"{where} holds something that is no text")
    return texts


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__


def _names(allowed: tuple[type, ...]) -> str:
    return " or ".join("null" if kind is _NONE else kind.__name__ for kind in allowed)
