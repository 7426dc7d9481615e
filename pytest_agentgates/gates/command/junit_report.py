"""Reads a JUnit XML report that a foreign tool wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_agentgates.errors import AgentGatesError

MOST_BYTES = 64 * 1024 * 1024
_ENCODINGS = frozenset({"utf-8", "utf8", "utf-16", "ascii", "us-ascii", "iso-8859-1", "latin-1", "windows-1252"})
_DECLARATION = re.compile(r"\s*<\?xml\s(?P<rest>[^?]*)\?>")
_ENCODING = re.compile(r"""encoding\s*=\s*["']([\w.-]+)["']""")
# Before the first element only comments and instructions may stand; a DTD could declare entities.
_PROLOG = re.compile(r"(?:\s++|<!--.*?-->|<\?.*?\?>)*+<[^\W\d]", re.DOTALL)


@dataclass(frozen=True)
class ReportedTest:
    """One test of a report; `outcome` is passed, failed, error or skipped, `line` counts from 1."""

    name: str
    outcome: str
    message: str = ""
    path: str = ""
    line: int = 0


@dataclass(frozen=True)
class Report:
    """The tests a report names, and the failures that it counts without naming a test."""

    tests: tuple[ReportedTest, ...]
    unnamed_failures: int = 0


def read_report(path: Path, named: str) -> Report:
    """Parse a report; raises AgentGatesError, which calls it `named`, where it is malformed or unsafe to read."""
    text = _decode(_read(path, named), named)
    if not _PROLOG.match(text):
        raise AgentGatesError(f"the report {named} is not a plain XML document (a DTD is not read)")
    return _parse(text, named)


def _read(path: Path, named: str) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise AgentGatesError(f"the report {named} cannot be read: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise AgentGatesError(f"the report {named} is larger than {MOST_BYTES // 1024 // 1024} MB")
    return data


def _decode(data: bytes, named: str) -> str:
    """Decode first, so that what was looked at is exactly what is parsed."""
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = data.decode("utf-16")
        else:
            text = data.decode(_declared_encoding(data))
    except (UnicodeDecodeError, LookupError) as error:
        raise AgentGatesError(f"the report {named} cannot be decoded: {error}") from error
    return _DECLARATION.sub("", text, count=1) if _DECLARATION.match(text) else text


def _declared_encoding(data: bytes) -> str:
    declaration = _DECLARATION.match(data[:1024].decode("latin-1").removeprefix("\u00ef\u00bb\u00bf"))
    found = _ENCODING.search(declaration["rest"]) if declaration else None
    encoding = found[1].lower() if found else "utf-8"
    if encoding not in _ENCODINGS:
        raise LookupError(f"its encoding {encoding} is not supported")
    return "utf-8-sig" if encoding in ("utf-8", "utf8") else encoding


def _parse(text: str, named: str) -> Report:
    from junitparser import JUnitXml, JUnitXmlError

    try:
        report = JUnitXml.fromstring(text.encode("utf-8"))
        tests = tuple(_test(case) for suite in report for case in suite)
        unnamed = max(_unnamed_failures(element) for element in (report, *report))
    except (SyntaxError, ValueError, TypeError, AttributeError, RecursionError, JUnitXmlError) as error:
        raise AgentGatesError(f"the report {named} is not JUnit XML: {error}") from error
    return Report(tests, unnamed)


def _test(case: Any) -> ReportedTest:
    messages = [text for result in case.result for text in (result.message, result.text) if text and text.strip()]
    attributes = case._elem.attrib  # noqa: SLF001 - `file` and `line` are widespread, but not in junitparser
    line = attributes.get("line") or ""
    return ReportedTest(
        name=" ".join(filter(None, (case.classname, case.name))) or "a test without a name",
        outcome=_outcome(case),
        message="\n".join(messages),
        path=attributes.get("file") or "",
        line=int(line) if line.isdecimal() else 0,
    )


def _outcome(case: Any) -> str:
    if case.is_error:
        return "error"
    if case.is_failure:
        return "failed"
    return "skipped" if case.is_skipped else "passed"


def _unnamed_failures(suite: Any) -> int:
    """How many failures a suite counts beyond those in it: one that could not start may have no test to carry it."""
    element = suite._elem  # noqa: SLF001 - junitparser recounts what it is asked for, and names nothing below a suite
    counted = sum(int(element.get(attribute) or 0) for attribute in ("failures", "errors"))
    named = sum(1 for tag in ("failure", "error") for _ in element.iter(tag))
    return max(0, counted - named)
