"""The JSON Schemas of the evidence files."""

from __future__ import annotations

from importlib.resources import files

from pytest_agentgates.errors import UsageError

NAMES = ("completion_report", "criteria_result", "ctrf", "handover", "quality_gates_run", "test_failures")


def schema_text(name: str) -> str:
    """The text of a schema; raises UsageError, naming those there are, for any other name."""
    if name not in NAMES:
        raise UsageError(f"there is no schema {name!r}", fix=f"choose one of: {', '.join(NAMES)}")
    return files(__name__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
