"""The lists of writers are whole and agree with one another."""

from __future__ import annotations

import json

import pytest

from pytest_agentgates.core.ports import EvidenceWriter
from pytest_agentgates.errors import UsageError
from pytest_agentgates.evidence import EVIDENCE, FORMATS, STATEMENT
from pytest_agentgates.schemas import NAMES, schema_text
from pytest_agentgates.write_evidence import MAIN
from tests.evidence.records import EMPTY, RECORD

WRITERS: tuple[EvidenceWriter, ...] = (
    *EVIDENCE,
    STATEMENT,
    *(writer for name, writer in FORMATS.items() if name != "json"),
)


def test_the_files_of_a_run() -> None:
    names = [writer.file_name for writer in (*EVIDENCE, STATEMENT)]
    assert names == ["quality_gates_run.json", "test_report.json", "test_failures.json", "statement.intoto.json"]
    assert MAIN in names


def test_the_formats_of_a_check() -> None:
    assert list(FORMATS) == ["json", "github", "markdown"]
    assert FORMATS["json"].render(RECORD) == EVIDENCE[0].render(RECORD)


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.file_name)
def test_what_is_rendered_can_be_written_and_ends_with_its_line(writer: EvidenceWriter) -> None:
    for record in (RECORD, EMPTY):
        text = writer.render(record)
        text.encode("utf-8")
        assert text == "" or text.endswith("\n")


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_can_be_read(name: str) -> None:
    assert json.loads(schema_text(name))["$schema"].startswith(("http://json-schema.org/", "https://json-schema.org/"))


def test_an_unknown_schema_is_a_mistake_that_names_the_others() -> None:
    names = "completion_report, criteria_result, ctrf, handover, quality_gates_run, test_failures"
    with pytest.raises(UsageError, match=f"no schema 'odd'\n  fix: choose one of: {names}"):
        schema_text("odd")
