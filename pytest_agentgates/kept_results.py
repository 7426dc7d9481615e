"""Keeps the results of gates that judge nothing but source: what did not change is not judged twice.

A result is believed only for exactly the same content: of every Python file, of pytest's settings, of this package
and its interpreter; for the same names of files, options, base and paths; and only where its checksum is right.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pytest_agentgates.core.ports import Gate, JudgesSource
from pytest_agentgates.core.verdict import GateResult
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.file_lock import locked
from pytest_agentgates.gate_result_json import decode_result, encode_result
from pytest_agentgates.safe_write import replace_file, sweep
from pytest_agentgates.source.shared_facts import digests_of
from pytest_agentgates.source.test_settings import SETTINGS_FILES

_OLDEST_FIRST = slice(-8, None)


def check_or_recall(gate: Gate, workspace: Workspace) -> GateResult:
    """Judge, or recall the result for exactly the same input; the result says which in `cached`."""
    if workspace.cache is None or not isinstance(gate, JudgesSource):
        return gate.check(workspace)
    key = _key_of(gate, workspace)
    file = workspace.cache / f"result-{gate.name}.json"
    kept = _load(file)
    if key in kept:
        with suppress(ValueError, KeyError, TypeError):  # not written by this version: judged anew
            return replace(decode_result(kept[key]), cached=True)
    result = gate.check(workspace)
    _save(file, {**kept, key: encode_result(result)})
    return result


def _key_of(gate: JudgesSource, workspace: Workspace) -> str:
    digest = hashlib.sha256()
    for part in _inputs(gate, workspace):
        digest.update(f"{len(part)}:".encode())
        digest.update(part)
    return digest.hexdigest()


def _inputs(gate: JudgesSource, workspace: Workspace) -> Iterator[bytes]:
    yield sys.version.encode()
    yield workspace.once(_code_digest)
    yield repr(gate).encode()
    yield repr(sorted(digests_of(workspace).items())).encode("utf-8", "backslashreplace")
    yield repr(workspace.scope.roots).encode()
    yield workspace.once(_names_digest)
    yield repr((workspace.paths, workspace.base and workspace.base.commit, workspace.base_problem)).encode()
    for name in SETTINGS_FILES:
        file = workspace.root / name
        yield file.read_bytes() if file.is_file() else b""
    yield from (text.encode("utf-8", "surrogateescape") for text in gate.other_inputs(workspace))


def _names_digest(workspace: Workspace) -> bytes:
    return hashlib.sha256("\0".join(workspace.files).encode("utf-8", "surrogateescape")).digest()


def _code_digest(_workspace: Workspace) -> bytes:
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.digest()


def _load(file: Path) -> dict[str, object]:
    """The results that can be believed; none of a file that is damaged."""
    try:
        head, _, body = file.read_bytes().partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != head:
            return {}
        kept = json.loads(body)
    except (OSError, ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _save(file: Path, kept: dict[str, object]) -> None:
    """Keep the last few; where that cannot be done, the next run judges anew."""
    body = json.dumps(dict(list(kept.items())[_OLDEST_FIRST])).encode()
    data = hashlib.sha256(body).hexdigest().encode() + b"\n" + body
    with suppress(AgentGatesError, OSError), locked(file.with_suffix(".lock"), 0):
        sweep(file)
        replace_file(file, data)
