"""The folder of our own for what tools keep between runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_agentgates.wiring import private_cache

CACHES = ("XDG_CACHE_HOME", "LOCALAPPDATA")
HOMES = ("HOME", "USERPROFILE", *CACHES)


def test_each_project_has_its_own_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in HOMES:
        monkeypatch.setenv(name, str(tmp_path / "named"))
    first, second = private_cache(tmp_path / "one"), private_cache(tmp_path / "two")
    assert first is not None
    assert second is not None
    assert first != second
    assert first.parent == tmp_path / "named" / "pytest-agentgates"
    assert first.is_dir()


def test_a_relative_place_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in HOMES:
        monkeypatch.setenv(name, "caches" if name in CACHES else str(tmp_path))
    found = private_cache(tmp_path / "one")
    assert found is not None
    assert found.is_relative_to(tmp_path)


def test_there_is_none_where_it_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for name in HOMES:
        monkeypatch.setenv(name, os.fspath(tmp_path / "file"))
    assert private_cache(tmp_path / "one") is None
