"""Each form of the completion report: it follows its schema, escapes what others wrote, and opens in a browser."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from markdown_it import MarkdownIt

from pytest_agentgates.core.completion import CompletionReport, NextStep, Note, Proof, Standing, TaskResult
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.reports import REPORTS
from pytest_agentgates.schemas import schema_text
from tests.reports.recorded_project import RecordedProject

NASTY = """</td><script>document.title = "taken"</script><img src=http://example.org/x>|`*\x1b[31m\u202e&"'"""
SCHEMA = json.loads(schema_text("completion_report"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
REPORT = CompletionReport(
    AT,
    f"docs/{NASTY}.json",
    (
        TaskResult(Task(NASTY, NASTY, layer=NASTY, owner=NASTY, status=TaskStatus.COMPLETED), Standing.NOT_PROVED),
        TaskResult(Task("T2", NASTY), Standing.OPEN, (NASTY,), NASTY, NASTY, (NASTY,)),
    ),
    (
        Proof(NASTY, "a" * 64, NASTY, NASTY, (NASTY,), NASTY, NASTY, NASTY, 1, 2, True),
        Proof(NASTY, "", problems=(NASTY,)),
    ),
    NextStep(NASTY, NASTY),
    (Note(NASTY, NASTY),),
    (Note(NASTY),),
    commit=NASTY,
)


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_report_of_anything_follows_the_schema() -> None:
    VALIDATOR.validate(json.loads(REPORTS["json"](REPORT)))


def test_a_real_report_follows_the_schema(recorded: RecordedProject) -> None:
    recorded.judged("T1", run=1)
    recorded.judged("T2", "fail", run=2)
    VALIDATOR.validate(json.loads(REPORTS["json"](recorded.report())))


@pytest.mark.parametrize("form", REPORTS)
def test_no_control_character_leaves_a_report(form: str) -> None:
    text = REPORTS[form](REPORT)
    assert "\x1b" not in text
    assert text.endswith("\n")
    assert form == "json" or "\u202e" not in text


def test_the_page_holds_no_tag_of_others_and_names_no_address() -> None:
    reader = Tags()
    reader.feed(REPORTS["html"](REPORT))
    names = {name for name, _ in reader.tags}
    assert names.isdisjoint({"script", "img", "link", "iframe", "a"})
    assert not [attrs for _, attrs in reader.tags if attrs.keys() & {"src", "href", "onload", "style"}]


def test_markdown_holds_no_markup_of_others() -> None:
    text = REPORTS["markdown"](REPORT)
    page = MarkdownIt("commonmark").enable("table").render(text)
    assert "<script" not in page
    assert "<img" not in page
    rows = [line for line in text.splitlines() if line.startswith("| T2 ")]
    assert rows[0].replace("\\|", "").count("|") == 8


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_what_is_not_proved_stands_out(form: str) -> None:
    text = REPORTS[form](REPORT)
    assert "completed (said, not proved)" in text
    assert "NOT PROVED" in text
    assert "DOES NOT HOLD" in text


def test_a_browser_shows_the_page_in_light_and_dark_without_the_network(tmp_path: Path) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("Chromium is not installed: that a browser shows the report was not tried")
    from playwright.sync_api import sync_playwright

    file = tmp_path / "report.html"
    file.write_text(REPORTS["html"](REPORT), encoding="utf-8")
    asked: list[str] = []
    seen = {}
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 800, "height": 600})
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            seen[scheme] = page.evaluate(COLOURS)
        title = page.title()
        rows = page.locator("#tasks tbody tr").count()
        wider = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        chromium.close()
    assert asked == [file.as_uri()]
    assert title == "Completion report"
    assert rows == 2
    assert not wider
    for scheme, (text, bad, ground) in seen.items():
        assert contrast(text, ground) > 7, scheme
        assert contrast(bad, ground) > 4.5, scheme
    assert seen["light"][2] != seen["dark"][2]


COLOURS = """() => {
  const of = (name, what) => getComputedStyle(document.querySelector(name))[what].match(/\\d+/g).map(Number);
  return [of('body', 'color'), of('.bad', 'color'), of('body', 'backgroundColor')];
}"""


def contrast(one: list[int], other: list[int]) -> float:
    """The contrast of two colours as WCAG 2 reckons it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: list[int]) -> float:
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
