"""Every form in which a run can be written: one writer per file."""

from __future__ import annotations

from pytest_agentgates.core.ports import EvidenceWriter
from pytest_agentgates.evidence.github_annotations import GithubAnnotations
from pytest_agentgates.evidence.markdown_page import MarkdownPage
from pytest_agentgates.evidence.quality_gates_run import QualityGatesRun
from pytest_agentgates.evidence.statement import InTotoStatement
from pytest_agentgates.evidence.test_failures import TestFailures
from pytest_agentgates.evidence.test_report import TestReport

# Written for every run and kept beside the runs as the latest.
EVIDENCE: tuple[EvidenceWriter, ...] = (QualityGatesRun(), TestReport(), TestFailures())

# Written for every run, kept with that run only.
STATEMENT: EvidenceWriter = InTotoStatement()

# What `agentgates check --format` offers beside `text`, which the terminal shows as it comes.
FORMATS: dict[str, EvidenceWriter] = {
    "json": QualityGatesRun(),
    "github": GithubAnnotations(),
    "markdown": MarkdownPage(),
}
