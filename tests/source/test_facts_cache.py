"""What is kept of the facts between runs is believed only where it is ours, whole, and about the same bytes."""

from __future__ import annotations

import hashlib
import marshal
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_agentgates.source.project_facts import ProjectFacts, read_project
from pytest_agentgates.source.tree import list_files

FILES = {"a.py": "import b\n\n\ndef f():\n    b.go()\n", "b.py": "", "c.py": "x = 1\n"}
READ = """
import sys
from pathlib import Path
from pytest_agentgates.source.project_facts import read_project
from pytest_agentgates.source.tree import list_files
root, cache = Path(sys.argv[1]), Path(sys.argv[2])
for _ in range(20):
    facts = read_project(root, list_files(root), ("",), cache, lambda path: True)
    assert [edge.imported for edge in facts.graph.edges_from("a.py")] == ["b.py"], "wrong edges"
    assert [call.name for call in facts.file("a.py").calls] == ["b.go"], "wrong calls"
    (root / f"{sys.argv[3]}.py").write_text(f"x = {_}")
"""


def read(tmp_path: Path, *, wants_details: bool = False) -> ProjectFacts:
    root = tmp_path / "root"
    if not root.exists():
        root.mkdir()
        for name, text in FILES.items():
            (root / name).write_text(text, encoding="utf-8")
    return read_project(root, list_files(root), ("",), tmp_path / "cache", lambda _path: wants_details)


def stored(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "cache").glob("source-facts-*.bin")
    return file


def assert_right(facts: ProjectFacts) -> None:
    assert [edge.imported for edge in facts.graph.edges_from("a.py")] == ["b.py"]
    assert [call.name for call in facts.file("a.py").calls] == ["b.go"]
    assert facts.problems == ()


@pytest.fixture
def cached(tmp_path: Path) -> Path:
    (tmp_path / "cache").mkdir()
    assert_right(read(tmp_path, wants_details=True))
    return tmp_path


def damaged(data: bytes) -> dict[str, bytes]:
    return {
        "empty": b"",
        "cut": data[: len(data) // 2],
        "longer": data + b"x",
        "garbage": b"\xff" * len(data),
        "one bit": data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
        "another version": data[:30] + bytes([data[30] ^ 1]) + data[31:],
        "not a header": data[:10],
    }


@pytest.mark.parametrize("kind", list(damaged(bytes(40))))
def test_a_damaged_cache_is_rebuilt(cached: Path, kind: str) -> None:
    file = stored(cached)
    whole = file.read_bytes()
    file.write_bytes(damaged(whole)[kind])
    assert_right(read(cached, wants_details=True))
    assert file.read_bytes() == whole


FORGED: dict[str, Any] = {
    "no rows": [1, 2],
    "a short row": {"a.py": ("x",)},
    "no bytes": {path: ("", path[0], False, None, None) for path in FILES},
    "other bytes": {path: ("", path[0], False, b"i", b"i") for path in FILES},
}


@pytest.mark.parametrize("kind", list(FORGED))
def test_forged_rows_with_a_right_checksum_are_not_believed(cached: Path, kind: str) -> None:
    file = stored(cached)
    plain = FORGED[kind]
    if isinstance(plain, dict):
        digests = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in FILES.items()}
        plain = {path: (digests[path], *row[1:]) if len(row) > 1 else row for path, row in plain.items()}
    payload = marshal.dumps(plain)
    head = file.read_bytes()[: len(b"agentgates source facts\n") + 32]
    file.write_bytes(head + hashlib.sha256(payload).digest() + payload)
    assert_right(read(cached, wants_details=True))


def test_a_warm_run_writes_nothing(cached: Path) -> None:
    before = stored(cached).stat()
    assert_right(read(cached, wants_details=True))
    after = stored(cached).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_details_that_were_asked_for_late_are_kept_by_the_next_run_that_wants_them(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    read(tmp_path)
    small = stored(tmp_path).stat().st_size
    assert_right(read(tmp_path, wants_details=True))
    assert stored(tmp_path).stat().st_size > small


def test_a_file_that_moved_is_read_anew(cached: Path) -> None:
    (cached / "root/sub").mkdir()
    (cached / "root/a.py").rename(cached / "root/sub/a.py")
    (cached / "root/sub/b.py").write_text("from .a import f\n", encoding="utf-8")
    facts = read(cached)
    assert facts.module_of("sub/a.py") == "sub.a"
    assert [edge.imported for edge in facts.graph.edges_from("sub/b.py")] == ["sub/a.py"]


@pytest.mark.parametrize("kind", ["missing", "a file", "read-only"])
def test_a_cache_that_cannot_be_used_changes_nothing(tmp_path: Path, kind: str) -> None:
    cache = tmp_path / "cache"
    if kind == "a file":
        cache.write_text("x", encoding="utf-8")
    elif kind == "read-only":
        cache.mkdir(mode=0o500)
    assert_right(read(tmp_path, wants_details=True))
    assert_right(read(tmp_path, wants_details=True))


def test_processes_share_one_cache(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    assert_right(read(tmp_path))
    command = [sys.executable, "-W", "error", "-c", READ, str(tmp_path / "root"), str(tmp_path / "cache")]
    running = [
        subprocess.Popen([*command, f"p{number}"], stderr=subprocess.PIPE, text=True, env={**os.environ})
        for number in range(4)
    ]
    assert [process.communicate()[1] for process in running] == [""] * 4
    assert_right(read(tmp_path, wants_details=True))
    assert [path.suffix for path in (tmp_path / "cache").iterdir() if path.suffix not in (".bin", ".lock")] == []
