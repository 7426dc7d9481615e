"""Each rule of `tenant_filter` finds the failing example of its section, and is silent on the mended one."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_agentgates.core.verdict import GateStatus
from pytest_agentgates.gates.tenant_filter import TenantFilter
from pytest_agentgates.gates.tenant_filter.rules import RULES
from tests.fakes import FakeBase
from tests.real_workspace import real_workspace

DOCS = Path(__file__).parents[2] / "docs" / "gates.md"
BLOCK = re.compile(r"^```(\w+) (base|both|failing|mended) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def example(code: str, side: str) -> dict[str, str]:
    section = DOCS.read_text(encoding="utf-8").partition("\n## tenant_filter\n")[2].partition("\n## ")[0]
    rule = section.partition(f"\n### {code} ")[2].partition("\n### ")[0]
    return {path: text for _, which, path, text in BLOCK.findall(rule) if which in ("both", side)}


def gate(files: dict[str, str]) -> TenantFilter:
    options = tomllib.loads(files.get("agentgates.toml", "")).get("gates", {}).get("tenant_filter", {})
    return TenantFilter(**options)


@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_the_failing_example_is_found(tmp_path: Path, code: str) -> None:
    files = example(code, "failing")
    before = {path: text.encode() for path, text in example(code, "base").items()}
    workspace = replace(real_workspace(tmp_path, files), base=FakeBase(before))
    result = gate(files).check(workspace)
    assert [finding.rule for finding in result.findings] == [code]
    assert result.status is GateStatus.FAIL


@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_the_mended_example_passes(tmp_path: Path, code: str) -> None:
    files = example(code, "mended")
    result = gate(files).check(real_workspace(tmp_path, files))
    assert [str(finding) for finding in result.findings] == []
    assert result.status is GateStatus.PASS


def test_a_project_without_owned_tables_cannot_be_judged(tmp_path: Path) -> None:
    result = TenantFilter().check(real_workspace(tmp_path, {"app.py": "x = 1\n"}))
    assert result.status is GateStatus.ERROR
    assert "no tenant-owned table" in result.message


def test_paths_that_match_nothing_cannot_be_judged(tmp_path: Path) -> None:
    files = example("TEN001", "failing")
    result = TenantFilter(paths=("nowhere/**",)).check(real_workspace(tmp_path, files))
    assert result.status is GateStatus.ERROR
