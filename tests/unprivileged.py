"""Runs a piece of a test without root's power to write everywhere."""

from __future__ import annotations

import codecs
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOBODY = 65534


@contextmanager
def unprivileged() -> Iterator[None]:
    """Act as an ordinary user; a test that is not run by root already does."""
    if os.geteuid() != 0:
        yield
        return
    codecs.lookup("ascii")  # filelock asks for it when it is first used, and others may not read root's Python
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def folder_for_all() -> Iterator[Path]:
    """A folder that every user may write in; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o777)
        yield Path(name)


# Drops CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, with which root passes over permissions.
_DROP = """
import ctypes, os, sys
for capability in (1, 2):
    ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def bound_by_permissions(*command: str) -> list[str]:
    """A command that permissions bind, even where root starts it; the first word is an absolute path."""
    return [*command] if os.geteuid() else [sys.executable, "-c", _DROP, *command]
