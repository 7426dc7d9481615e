from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_agentgates.config import Config, load_config
from pytest_agentgates.config_file import find_root
from pytest_agentgates.config_schema import config_schema, options_schema
from pytest_agentgates.errors import UsageError
from pytest_agentgates.wiring import offered_gates


def load(root: Path, text: str, name: str = "pyproject.toml") -> Config:
    (root / name).write_text(text, encoding="utf-8")
    gates = offered_gates(root)
    return load_config(root, {kind: options_schema(gate) for kind, gate in gates.items()})


def message(root: Path, text: str) -> str:
    with pytest.raises(UsageError) as caught:
        load(root, text)
    assert caught.value.exit_code == 4
    return str(caught.value)


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    text = """[project]
name = "x"

[tool.agentgates]
evidense = "out"
max_attempts = "three"

[tool.agentgates.gates.ruff_claen]

[tool.agentgates.gates.mypy_clean]
strict = "yes"
pathz = ["src"]

[tool.agentgates.profiles.domain]
gates = ["tests_pas"]
"""
    assert message(tmp_path, text).splitlines() == [
        "pyproject.toml:5: tool.agentgates.evidense: AGT004 unknown key 'evidense'",
        "  fix: did you mean evidence?",
        "pyproject.toml:6: tool.agentgates.max_attempts: must be a whole number, not 'three'",
        "  fix: write a whole number",
        "pyproject.toml:8: tool.agentgates.gates.ruff_claen: AGT003 no one offers a gate 'ruff_claen'",
        "  fix: did you mean ruff_clean?",
        "pyproject.toml:11: tool.agentgates.gates.mypy_clean.strict: must be true or false, not 'yes'",
        "  fix: write true or false",
        "pyproject.toml:12: tool.agentgates.gates.mypy_clean.pathz: AGT004 unknown key 'pathz'",
        "  fix: did you mean paths?",
        "pyproject.toml:15: tool.agentgates.profiles.domain.gates: AGT003 no one offers a gate 'tests_pas'",
        "  fix: did you mean tests_pass?",
    ]


def test_invalid_toml_names_file_and_line(tmp_path: Path) -> None:
    assert message(tmp_path, "[tool.agentgates]\ntasks = \n") == (
        "pyproject.toml: is not valid TOML: Invalid value (at line 2, column 9)\n  fix: correct the syntax there"
    )


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "agentgates.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"agentgates\.toml: is not UTF-8 text\n  fix: save it as UTF-8 \(byte 0\)"):
        load_config(tmp_path, {})


@pytest.mark.parametrize("gate", ["ready", "tests_pass", "config"])
@pytest.mark.parametrize("option", ["enabled", "blocking"])
def test_what_carries_the_promise_cannot_be_switched_off(tmp_path: Path, gate: str, option: str) -> None:
    text = f"[tool.agentgates.gates.{gate}]\n{option} = false\n"
    assert message(tmp_path, text) == (
        f"pyproject.toml:2: tool.agentgates.gates.{gate}.{option}: {gate} cannot be switched off\n"
        "  fix: remove this line"
    )


def test_a_waiver_without_a_reason_is_a_mistake(tmp_path: Path) -> None:
    text = '[[tool.agentgates.waivers]]\nrule = "E501"\npath = "a.py"\n'
    assert message(tmp_path, text) == (
        "pyproject.toml:1: tool.agentgates.waivers.0: reason is missing\n  fix: add reason"
    )


def test_a_project_without_configuration_has_the_defaults(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert load_config(below, {}) == Config(tmp_path)


def test_agentgates_toml_comes_first(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.agentgates]\n", encoding="utf-8")
    assert load(tmp_path, 'agent = "ann"\n', "agentgates.toml").agent == "ann"


def test_a_pyproject_that_is_not_ours_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "agentgates.toml").write_text("", encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    assert find_root(tmp_path / "sub") == (tmp_path, "agentgates.toml")


def test_the_environment_outweighs_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTGATES_AGENT", "bob")
    assert load(tmp_path, '[tool.agentgates]\nagent = "ann"\n').agent == "bob"


def test_gates_keep_their_options_and_their_weight(tmp_path: Path) -> None:
    text = """[tool.agentgates.gates.frontend]
type = "command"
run = ["npm", "test"]
blocking = false
layers = ["infrastructure_frontend"]
"""
    gate = load(tmp_path, text).gates["frontend"]
    assert (gate.kind, gate.blocking, gate.layers) == ("command", False, ("infrastructure_frontend",))
    assert gate.options == {"run": ("npm", "test")}


def test_the_schema_knows_every_gate(tmp_path: Path) -> None:
    from jsonschema import Draft202012Validator

    gates = offered_gates(tmp_path)
    schema = json.loads(json.dumps(config_schema(gates)))
    Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]["gates"]["properties"]) == set(gates)
    validator = Draft202012Validator(schema)
    assert validator.is_valid({"gates": {"mypy_clean": {"strict": True, "blocking": False}}})
    assert not validator.is_valid({"gates": {"mypy_clean": {"strict": "yes"}}})
