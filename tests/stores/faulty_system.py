"""System calls of which the n-th fails: everything that Python's own modules call to touch files."""

from __future__ import annotations

import builtins
import fcntl
import inspect
import io
import mmap
import os
from collections.abc import Callable
from typing import Any

_OF_OS = (
    "open", "read", "write", "fsync", "replace", "rename", "link", "unlink", "remove", "mkdir", "stat", "lstat",
    "fstat", "chmod", "chown", "ftruncate", "truncate", "scandir", "listdir", "access", "readlink", "lseek",
)  # fmt: skip
_SYSTEM = {name: getattr(os, name) for name in (*_OF_OS, "close")}
_FLOCK, _MMAP, _OPEN = fcntl.flock, mmap.mmap, inspect.signature(io.open)


class _Counter:
    """Counts the calls, and fails the one with this number."""

    def __init__(self, failing: int, error: int) -> None:
        self.count, self.failing, self.error = 0, failing, error
        self.failed = ""

    def step(self, name: str) -> None:
        self.count += 1
        if self.count == self.failing:
            self.failed = name
            raise OSError(self.error, os.strerror(self.error))


def fail_call(number: int, error: int) -> Callable[[], str]:
    """Let the call of this number fail from now on, for good in this process; gives the name of what failed."""
    counter = _Counter(number, error)
    for name in _OF_OS:
        setattr(os, name, _before(counter, f"os.{name}", _SYSTEM[name]))
    os.close = _after(counter, "os.close", _SYSTEM["close"])
    fcntl.flock = _before(counter, "flock", _FLOCK)
    mmap.mmap = _before(counter, "mmap", _MMAP)  # type: ignore[misc,assignment]  # a class is called as a function is
    _File.counter = counter
    io.open = builtins.open = _open
    return lambda: counter.failed


def _before(counter: _Counter, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        counter.step(name)
        return real(*arguments, **named)

    return call


def _after(counter: _Counter, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    """Of `close` the system says that it failed, and has closed nevertheless."""

    def call(*arguments: Any) -> Any:
        result = real(*arguments)
        counter.step(name)
        return result

    return call


class _File(io.FileIO):
    """A file whose calls are counted."""

    counter = _Counter(0, 0)

    def __init__(self, *arguments: Any) -> None:
        self.counter.step("open")
        super().__init__(*arguments)

    def readinto(self, buffer: Any) -> int:
        self.counter.step("read")
        return super().readinto(buffer) or 0

    def readall(self) -> bytes:
        self.counter.step("read")
        return super().readall() or b""

    def write(self, data: Any) -> int:
        self.counter.step("write")
        return super().write(data) or 0

    def truncate(self, size: int | None = None) -> int:
        self.counter.step("truncate")
        return super().truncate(size)

    def close(self) -> None:
        was_open = not self.closed
        super().close()
        if was_open:
            self.counter.step("close")


def _open(*arguments: Any, **named: Any) -> Any:
    asked = _OPEN.bind(*arguments, **named)
    asked.apply_defaults()
    said = asked.arguments
    mode = said["mode"]
    raw = _File(said["file"], mode.replace("b", "").replace("t", ""), said["closefd"], said["opener"])
    if said["buffering"] == 0:
        return raw
    kind = io.BufferedRandom if "+" in mode else io.BufferedReader if "r" in mode else io.BufferedWriter
    stream = kind(raw)
    return stream if "b" in mode else io.TextIOWrapper(stream, said["encoding"], said["errors"], said["newline"])
