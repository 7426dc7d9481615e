"""Keeps the facts of files between runs; what is damaged or not our own is read anew, never believed.

One file holds the rows of all Python files of a project. It is believed only where its checksum is right and it
was written by the same code under the same Python; a row only where the file's content is what it was.

marshal may fail in any way on bytes it did not write. Damage never reaches it, because the checksum comes first;
who can write a file with a right checksum into this private folder runs as the user already. Rows of the wrong
shape are dropped, so that a stale or forged file costs time and no verdict is made of half a row.
"""

from __future__ import annotations

import hashlib
import marshal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.file_lock import locked
from pytest_agentgates.safe_write import replace_file, sweep

_MAGIC = b"agentgates source facts\n"
# What reading a row of the wrong shape raises.
MISSHAPEN = (EOFError, ValueError, TypeError, AttributeError, LookupError)
_DIGEST_SIZE = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class Row:
    """What is kept of one file: its identity, and its facts as bytes; `details` is None where they were not read."""

    sha256: str
    module: str
    is_package: bool
    outline: bytes
    details: bytes | None


def load_rows(cache: Path | None) -> dict[str, Row]:
    """The rows of the last run, by path; none where nothing can be believed."""
    if cache is None:
        return {}
    try:
        data = _file_in(cache).read_bytes()
    except OSError:
        return {}
    head = _MAGIC + _code_digest()
    payload = memoryview(data)[len(head) + _DIGEST_SIZE :]
    if not data.startswith(head) or data[len(head) : len(head) + _DIGEST_SIZE] != hashlib.sha256(payload).digest():
        return {}
    try:
        return _rows(marshal.loads(payload))  # noqa: S302  # the checksum is right, and our own code wrote it
    except MISSHAPEN:
        return {}


def save_rows(cache: Path | None, rows: Mapping[str, Row]) -> None:
    """Keep these rows, all or nothing; where that cannot be done, the next run reads anew."""
    if cache is None:
        return
    plain = {path: (row.sha256, row.module, row.is_package, row.outline, row.details) for path, row in rows.items()}
    payload = marshal.dumps(plain)
    data = _MAGIC + _code_digest() + hashlib.sha256(payload).digest() + payload
    file = _file_in(cache)
    # Where another run is writing, one of the two is enough.
    with suppress(AgentGatesError, OSError), locked(file.with_suffix(".lock"), 0):
        sweep(file)
        replace_file(file, data)


def _file_in(cache: Path) -> Path:
    return cache / f"source-facts-{sys.implementation.cache_tag}.bin"


def _code_digest() -> bytes:
    """The digest of what makes facts: our own files and the parser."""
    digest = hashlib.sha256(sys.version.encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.digest()


def _rows(plain: Any) -> dict[str, Row]:
    return {path: Row(*values) for path, values in plain.items()}
