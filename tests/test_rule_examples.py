"""Every rule shows what it finds and how that is mended; the examples of docs/gates.md are judged here."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pytest_agentgates.check_tree import check_tree
from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.gates import GATES
from pytest_agentgates.survey_project import survey_project
from pytest_agentgates.wiring import wire_project

PAGE = Path(__file__).parent.parent / "docs" / "gates.md"
SHOWN = ("hexagon", "layers", "authorized", "tenant_filter", "in_boundary", "untampered", "criteria_met")
SIDES = ("failing", "mended")
MARKS = ("base", "both", *SIDES)


@dataclass(frozen=True)
class Block:
    """One file of an example, `mark` says on which side it is."""

    mark: str
    path: str
    text: str


@dataclass(frozen=True)
class Example:
    """The files that the section of a rule shows."""

    gate: str
    rule: str
    blocks: tuple[Block, ...]
    outputs: tuple[str, ...]

    def files(self, *marks: str) -> dict[str, str]:
        return {block.path: block.text for block in self.blocks if block.mark in marks}


def read_examples(text: str) -> list[Example]:
    """The examples of a page, by the gate and the rule whose headings they stand under."""
    headings = {1: "", 2: "", 3: ""}
    blocks: dict[tuple[str, str], list[Block]] = {}
    outputs: dict[tuple[str, str], list[str]] = {}
    tokens = MarkdownIt().parse(text)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            level = int(token.tag[1])
            headings[level] = tokens[place + 1].content.partition(" ")[0]
            headings |= {below: "" for below in headings if below > level}
        elif token.type == "fence" and not token.info:
            outputs.setdefault((headings[2], headings[3]), []).append(token.content)
        elif token.type == "fence" and len(token.info.split()) > 1:
            blocks.setdefault((headings[2], headings[3]), []).append(read_block(token))
    return [Example(*key, tuple(shown), tuple(outputs.get(key, ()))) for key, shown in blocks.items()]


def read_block(token: Token) -> Block:
    line = token.map[0] + 1 if token.map else 0
    words = token.info.split()
    assert len(words) == 3, f"docs/gates.md:{line}: write ```LANGUAGE MARK PATH"
    assert words[1] in MARKS, f"docs/gates.md:{line}: the marks are {', '.join(MARKS)}"
    return Block(words[1], words[2], token.content)


EXAMPLES = read_examples(PAGE.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def judge(example: Example, side: str, root: Path) -> GateResult:
    """What the gate says of one side, as `agentgates check --gate NAME` would."""
    root.mkdir()
    base = example.files("base")
    if base:
        write(root, {**base, **example.files("both")})
        commit(root)
    write(root, {**example.files("both"), **example.files(side)})
    project = wire_project(root, (example.gate,))
    has_tasks = any(path.startswith(("docs/state/tasks.json", "docs/tasks/")) for path in example.files("both", side))
    all_tasks = project.open_store().load() if has_tasks else ()
    workspace = survey_project(project, all_tasks, base="HEAD" if base else "")
    workspace = replace(workspace, tasks=all_tasks)
    results, _ = check_tree(project, workspace, (example.gate,), lambda _result: None)
    (result,) = results
    return result


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def commit(root: Path) -> None:
    identity = ["-c", "user.name=ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", *identity, *command], cwd=root, check=True, capture_output=True)


def reported(result: GateResult, rule: str) -> list[Finding]:
    return [finding for finding in result.findings if finding.rule == rule and not finding.waived]


def named(example: Example) -> str:
    return example.rule


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 20


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_the_failing_example_is_found_at_its_place(example: Example, tmp_path: Path) -> None:
    result = judge(example, "failing", tmp_path / "project")
    found = reported(result, example.rule)
    assert found, f"{example.rule} is not among {result.status}: {result.message}: {result.findings}"
    assert all(finding.path for finding in found)
    lines = [f"{finding.place}: {finding.rule} {finding.message}" for finding in found]
    assert any(output.partition("\n")[0] in lines for output in example.outputs), lines


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_the_mended_example_is_clean(example: Example, tmp_path: Path) -> None:
    result = judge(example, "mended", tmp_path / "project")
    assert result.status not in {GateStatus.ERROR, GateStatus.SKIP}, result.message
    assert reported(result, example.rule) == []


@pytest.mark.parametrize("name", [name for name in SHOWN if name in GATES])
def test_every_rule_has_a_failing_and_a_mended_example(name: str) -> None:
    kind: Any = GATES[name]
    shown = {(example.gate, example.rule, block.mark) for example in EXAMPLES for block in example.blocks}
    missing = [f"{rule.code} {side}" for rule in kind.rules for side in SIDES if (name, rule.code, side) not in shown]
    assert missing == []


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_an_example_stands_under_a_rule_of_its_gate(example: Example) -> None:
    kind: Any = GATES[example.gate]
    assert example.rule in {rule.code for rule in kind.rules}
    assert re.fullmatch(r"[A-Z]{3}\d{3}", example.rule)
