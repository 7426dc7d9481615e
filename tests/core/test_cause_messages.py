"""Suspected causes of failures that libraries and tools really reported."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pytest_agentgates.core.cause import suspect
from pytest_agentgates.core.outcomes import Failure

DATA = Path(__file__).parents[1] / "data/failure_messages/messages.json"
MESSAGES: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))


def suspected(entry: dict[str, Any]) -> tuple[str, str]:
    return suspect(Failure("call", entry["exception"], entry["message"]), entry["layer"])


def test_there_are_enough_messages_of_every_kind() -> None:
    assert len(MESSAGES) >= 100
    origins = Counter(entry["origin"] for entry in MESSAGES)
    for name in ("sqlalchemy", "fastapi", "pydantic_core", "vitest", "tsc", "next build"):
        assert origins[name] >= 3, name
    assert {"asyncpg, type raised with the server's words", "builtins"} <= origins.keys()
    assert len({entry["cause"] for entry in MESSAGES}) >= 15


@pytest.mark.parametrize("layer", ["infrastructure_backend", "infrastructure_frontend"])
def test_nine_of_ten_causes_are_right(layer: str) -> None:
    own = [entry for entry in MESSAGES if entry["layer"] == layer]
    right = sum(suspected(entry)[0] == entry["cause"] for entry in own)
    assert right >= 0.9 * len(own)


@pytest.mark.parametrize("entry", MESSAGES, ids=[f"{number}-{one['cause']}" for number, one in enumerate(MESSAGES)])
def test_what_is_not_right_is_unknown_and_what_is_named_has_its_line(entry: dict[str, Any]) -> None:
    cause, line = suspected(entry)
    assert cause in {entry["cause"], "unknown"}
    assert (line == "") == (cause == "unknown")
    assert all(part in f"{entry['exception']}: {entry['message']}" for part in line.split(": ", 1))
