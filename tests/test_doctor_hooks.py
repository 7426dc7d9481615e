"""`agentgates doctor` names hooks and settings that run nothing, or let the gates be passed by."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.test_doctor import doctor_here, said
from tests.test_doctor_variants import store, task, write

PRE_COMMIT = ".pre-commit-config.yaml"
SETTINGS = ".claude/settings.json"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CI", raising=False)
    subprocess.run(("git", "init", "-q"), cwd=tmp_path, check=True)
    write(tmp_path, store(task()))
    return tmp_path


def hooked(command: str, **members: object) -> dict[str, object]:
    stop = [{"hooks": [{"type": "command", "command": command}]}]
    return {SETTINGS: {"hooks": {"Stop": stop}, **members}}


def pre_commit(hook: str, repo: str = "local") -> dict[str, object]:
    return {PRE_COMMIT: f"repos:\n  - repo: {repo}\n    rev: v1\n    hooks:\n      - {hook}\n"}


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("agentgates run T1 || true", "what the gates say is thrown away by '|| true'"),
        ("pytest --agent-task T1; exit 0", "what the gates say is thrown away by '; exit 0'"),
        ("agentgates chekc --changed", "it runs `agentgates chekc`, which does not exist"),
        ("python -m pytest_agentgates judge T1", "it runs `agentgates judge`, which does not exist"),
        ('"$CLAUDE_PROJECT_DIR"/.claude/hooks/stop.sh', "it runs .claude/hooks/stop.sh, which is not there"),
        ("bash scripts/gates.sh", "it runs scripts/gates.sh, which is not there"),
        ("no-such-program --check", "it runs no-such-program, which is not there"),
        ("pytest -p no:agentgates", "it keeps this tool out of pytest: '-p no:agentgates'"),
        ("git commit --no-verify -m done", "it goes past the hooks: 'git commit --no-verify'"),
    ],
)
def test_a_hook_of_an_agent_that_does_not_do_its_work_is_named(repository: Path, command: str, problem: str) -> None:
    write(repository, hooked(command))
    assert f"{SETTINGS}:8 a hook's command: " in said(doctor_here(repository)[1])
    assert problem in said(doctor_here(repository)[1])


def test_settings_that_switch_hooks_off_or_override_are_named(repository: Path) -> None:
    write(repository, hooked("agentgates check", disableAllHooks=True, env={"AGENTGATES_TASKS": "other.json"}))
    text = said(doctor_here(repository)[1])
    assert "disableAllHooks keeps the gates' hooks from running" in text
    assert "AGENTGATES_TASKS is set here, and overrides the configuration" in text
    write(repository, {SETTINGS: "{"})
    assert f"{SETTINGS}:0 it is no JSON: none of its hooks runs" in said(doctor_here(repository)[1])


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (pre_commit("id: agentgates-chek", "https://example.org/pytest-agentgates"), "it is not offered; there are"),
        (pre_commit("{id: gates, entry: agentgates nothing, language: system}"), "runs `agentgates nothing`"),
        (
            pre_commit("{id: gates, entry: scripts/no.sh, language: script}"),
            "it runs scripts/no.sh, which is not there",
        ),
        (
            pre_commit("{id: gates, entry: agentgates check, language: system, stages: [manual]}"),
            "it runs only when it is asked for",
        ),
        (pre_commit("{id: gates, entry: agentgates check, language: system, files: ^$}"), "it fits no file"),
        (
            pre_commit("id: agentgates-task", "https://example.org/pytest-agentgates"),
            "git has no pre-push hook here: pre-commit install --hook-type pre-push",
        ),
    ],
)
def test_a_hook_of_pre_commit_that_does_not_do_its_work_is_named(
    repository: Path, files: dict[str, object], problem: str
) -> None:
    write(repository, files)
    text = said(doctor_here(repository)[1])
    assert f"{PRE_COMMIT}:0 the hook " in text
    assert problem in text


def test_a_hook_of_git_that_does_not_do_its_work_is_named(repository: Path) -> None:
    hook = repository / ".git/hooks/pre-commit"
    write(repository, {".git/hooks/pre-commit": "#!/bin/sh\nagentgates check || true\nagentgates chekc\n"})
    text = said(doctor_here(repository)[1])
    assert ".git/hooks/pre-commit:2 what the gates say is thrown away by '|| true'" in text
    assert ".git/hooks/pre-commit:3 it runs `agentgates chekc`, which does not exist" in text
    if os.name == "posix":
        assert "git passes over this hook: it is not executable" in text
        hook.chmod(0o755)
        assert "not executable" not in said(doctor_here(repository)[1])
    subprocess.run(("git", "config", "core.hooksPath", "gone"), cwd=repository, check=True)
    assert "git looks for its hooks in gone (core.hooksPath), which is not there" in said(doctor_here(repository)[1])


def test_hooks_that_do_their_work_are_silent(repository: Path) -> None:
    command = 'cd "$CLAUDE_PROJECT_DIR" && scripts/stop.sh 2>&1 && agentgates check --changed &> /dev/null'
    write(repository, hooked(command))
    write(repository, {"scripts/stop.sh": "#!/bin/sh\n", ".git/hooks/pre-commit": "#!/bin/sh\nagentgates check\n"})
    (repository / ".git/hooks/pre-commit").chmod(0o755)
    write(repository, pre_commit("{id: gates, entry: agentgates check, language: system}"))
    assert said(doctor_here(repository)[1]) == ""


@pytest.mark.parametrize(
    ("configuration", "problem"),
    [
        (
            'tasks = "docs/other.json"\n',
            "agentgates.toml:1 tasks names docs/other.json, which is not there; task lists lie",
        ),
        ('source_roots = ["source"]\n', "agentgates.toml:1 source_roots names source, which is not there"),
        ('baseline = "old.json"\n', "agentgates.toml:1 baseline names old.json, which is not there"),
        ('\n[run]\ncarry = ["data"]\n', "agentgates.toml:3 run.carry names data, which is not there"),
        (
            '[profiles.domian]\ngates = ["ruff_clean"]\n',
            "profiles.domian: no task is of this layer, they are of domain",
        ),
    ],
)
def test_a_place_that_the_configuration_names_and_that_is_not_there(
    repository: Path, configuration: str, problem: str
) -> None:
    write(repository, store(task(layer="domain")))
    write(repository, {"agentgates.toml": configuration})
    assert problem in said(doctor_here(repository)[1])


def test_evidence_outside_the_configured_folder_is_named(repository: Path) -> None:
    run = json.loads((Path(__file__).parent / "data/evidence/quality_gates_run.json").read_text(encoding="utf-8"))
    write(repository, {"out/quality_gates_run.json": run})
    text = said(doctor_here(repository)[1])
    assert "evidence is .claude/evidence, evidence of this tool lies in out as well" in text
