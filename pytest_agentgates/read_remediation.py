"""Reads which repairs a manifest still asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates.core.printable import one_line, printable
from pytest_agentgates.errors import UsageError
from pytest_agentgates.safe_write import user_errors

_PLACES = (".claude/manifest.yaml", "manifest.yaml", "docs/state/manifest.yaml", "docs/manifest.yaml")
_ENDINGS = (".yaml", ".yml")
_URGENT = ("critical", "high")
_CLOSED = ("resolved", "done", "completed", "complete", "closed", "fixed", "wontfix", "cancelled")


@dataclass(frozen=True)
class Remediation:
    """One repair that is asked for."""

    id: str
    priority: str
    summary: str


def open_remediation(root: Path, tasks: str) -> tuple[tuple[Remediation, ...], str]:
    """The critical and high repairs that are open, and the manifest they stand in, empty where there is none.

    Raises UsageError for a manifest that cannot be read.
    """
    own = (tasks,) if tasks.endswith(_ENDINGS) else ()
    name = next((place for place in (*own, *_PLACES) if (root / place).is_file()), "")
    if not name:
        return (), ""
    outstanding = _mapping(_mapping(_read(root / name, name)).get("outstanding"))
    entries = outstanding.get("remediation") or []
    if not isinstance(entries, list):
        raise UsageError("outstanding.remediation must be a list", name, "write a list")
    return tuple(_remediation(entry) for entry in map(_mapping, entries) if _is_urgent(entry)), name


def _read(path: Path, shown: str) -> object:
    with user_errors(path, "be read"):
        data = path.read_bytes()
    try:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError
    except ImportError as error:
        raise UsageError("cannot be read: ruamel.yaml is not installed", shown, "install ruamel.yaml") from error
    try:
        document: object = YAML(typ="safe", pure=True).load(data.decode("utf-8-sig"))
    except (YAMLError, UnicodeDecodeError) as error:
        reason = printable(str(error).splitlines()[0])
        raise UsageError(f"is not valid YAML: {reason}", shown, "correct the syntax") from error
    return document


def _is_urgent(entry: Mapping[str, object]) -> bool:
    urgent = str(entry.get("priority") or entry.get("severity") or "").lower() in _URGENT
    return urgent and str(entry.get("status") or "open").lower() not in _CLOSED


def _remediation(entry: Mapping[str, object]) -> Remediation:
    priority = str(entry.get("priority") or entry.get("severity"))
    summary = entry.get("summary") or entry.get("title") or entry.get("description") or "no summary"
    return Remediation(one_line(str(entry.get("id") or "?")), one_line(priority), one_line(str(summary)))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
