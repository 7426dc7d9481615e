"""What docs/tasks.md shows of reports is what the package does."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from pytest_agentgates.cli import main
from pytest_agentgates.schemas import schema_text
from tests.reports.recorded_project import RecordedProject

PAGE = (Path(__file__).parents[2] / "docs/tasks.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Reports\n")[2].partition("\n## ")[0]
COMMANDS = re.search(r"```sh\n(.*?)```", SECTION, re.DOTALL)


def test_every_example_runs(
    recorded: RecordedProject, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert COMMANDS
    recorded.tasks({"id": "TASK-CUST-INF-001", "title": "Keep customers", "status": "pending"})
    recorded.judged("TASK-CUST-INF-001")
    monkeypatch.chdir(recorded.root)
    codes = []
    for line in COMMANDS[1].splitlines():
        with pytest.raises(SystemExit) as ended:
            main(shlex.split(line)[1:])
        codes.append(ended.value.code)
    assert codes == [0, 0, 3]  # outside git there is no base
    assert "| TASK-CUST-INF-001 | Keep customers |  | completed | proved |" in capsys.readouterr().out
    assert (recorded.root / ".claude/evidence/report.html").is_file()


def test_the_keys_of_a_hand_over_are_those_of_its_schema() -> None:
    properties = json.loads(schema_text("handover"))["properties"]
    cells = [line.split("|")[1] for line in SECTION.partition("| key | taken from |")[2].splitlines() if "|" in line]
    named = {key for cell in cells for key in re.findall(r"`(\w+)", cell)}
    assert len(named) >= 8
    assert named - {"why"} <= properties.keys()
    assert "why" in properties["dependencies_added"]["items"]["properties"]
