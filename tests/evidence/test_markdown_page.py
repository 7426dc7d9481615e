"""The Markdown page: verdict, gates, findings and tests, with text of others escaped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.record import RunRecord
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.evidence.markdown_page import MarkdownPage
from tests.evidence.records import EMPTY, RECORD
from tests.strategies import RECORDS

WHOLE = Path(__file__).parents[1] / "data" / "evidence" / "quality_gates_run.md"


def rendered(*findings: Finding) -> list[str]:
    gate = GateResult("mine", GateStatus.FAIL, findings=findings)
    return MarkdownPage().render(replace(EMPTY, gates=(gate,))).splitlines()


def test_the_whole_page() -> None:
    assert MarkdownPage().render(RECORD) == WHOLE.read_text(encoding="utf-8")


def test_text_of_others_cannot_be_markup() -> None:
    message = "a | b <img src=x> [link](http://x) `code` **bold**\n# head \x1b[31m"
    row = next(line for line in rendered(Finding("X1", message)) if "X1" in line)
    shown = "a \\| b &lt;img src=x&gt; \\[link\\](http://x) \\`code\\` \\*\\*bold\\*\\* \\# head \\\\x1b\\[31m"
    assert row == f"|  | X1 | {shown} |  | blocks |"


def test_a_long_list_is_cut_and_counted() -> None:
    lines = rendered(*(Finding("X1", f"number {number}") for number in range(130)))
    assert sum("number" in line for line in lines) == 100
    assert "30 more are in quality_gates_run.json." in lines


def test_a_long_message_is_cut() -> None:
    row = next(line for line in rendered(Finding("X1", "x" * 5000)) if "xxx" in line)
    assert len(row) < 400


def test_a_run_without_tests_says_so() -> None:
    assert MarkdownPage().render(EMPTY).endswith("## Tests\n\nNo test was run.\n")


@settings(deadline=None)
@given(RECORDS)
def test_every_row_of_a_table_has_the_cells_of_its_head(record: RunRecord) -> None:
    page = MarkdownPage().render(record)
    for table in page.split("\n\n"):
        rows = [line for line in table.split("\n") if line.startswith("| ")]
        assert len({line.replace("\\\\", "").replace("\\|", "").count("|") for line in rows}) <= 1
    assert "<" not in page
