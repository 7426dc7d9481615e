"""`agentgates explain` and `agentgates gates` from end to end."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from rich.console import Console

from pytest_agentgates.gates import GATES
from pytest_agentgates.rule_pages import section_of
from pytest_agentgates.terminal import Terminal
from tests.gated_project import GatedProject


def test_a_rule_is_explained_with_its_section(project: GatedProject) -> None:
    result = project.agentgates("explain", "hex011")
    assert result.ret == 0
    text = result.stdout.str()
    assert text.startswith("### HEX011 ")
    assert "failing shop/domain/opening.py" in text
    assert "### HEX012" not in text


def test_json_is_one_object(project: GatedProject) -> None:
    facts = json.loads(project.agentgates("explain", "TMP001", "--json").stdout.str())
    assert (facts["code"], facts["gate"], facts["severity"]) == ("TMP001", "untampered", "error")
    assert facts["text"] == section_of("TMP001")


def test_an_unknown_code_names_the_nearest(project: GatedProject) -> None:
    result = project.agentgates("explain", "HEX01l")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["agentgates: there is no rule 'HEX01l'", "  fix: did you mean HEX01*?"])


def test_a_code_like_no_other_leads_to_the_list(project: GatedProject) -> None:
    result = project.agentgates("explain", "whatever")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["  fix: agentgates gates lists the rules*"])


def test_a_terminal_shows_it_laid_out() -> None:
    terminal = Terminal()
    shown = io.StringIO()
    terminal._console = Console(file=shown, force_terminal=True, width=80)
    terminal.markdown("### HEX011 an import\n\nOne `word`.\n")
    assert "HEX011 an import" in shown.getvalue()
    assert "###" not in shown.getvalue()
    assert "\x1b[" in shown.getvalue()


@pytest.mark.parametrize("name", GATES)
def test_every_rule_has_a_section_to_show(name: str) -> None:
    kind: Any = GATES[name]
    assert [rule.code for rule in kind.rules if not section_of(rule.code)] == []


def test_gates_are_listed_with_what_they_promise(project: GatedProject) -> None:
    project.configure(
        '[tool.agentgates.gates.hexagon]\n[tool.agentgates.gates.lint]\ntype = "command"\nrun = ["true"]\n'
    )
    result = project.agentgates("gates")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["on   hexagon *Holds when *", "*HEX001 HEX002 *", "on   lint *", "off  layers *"])


def test_the_list_of_gates_is_json_too(project: GatedProject) -> None:
    gates = {gate["name"]: gate for gate in json.loads(project.agentgates("gates", "--json").stdout.str())}
    assert set(gates) == set(GATES)
    assert gates["tests_pass"]["on"]
    assert not gates["layers"]["on"]
    assert gates["layers"]["rules"][0]["code"] == "LAY001"
    assert all(gate["holds"].endswith(".") for gate in gates.values())
