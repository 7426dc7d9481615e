"""What a project's own coverage configuration says about which lines count, read as data.

coverage.py itself would load the plugins named there, and with them code of the project, into the
process that judges.
"""

from __future__ import annotations

import configparser
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pytest_agentgates.errors import UsageError

CONFIG_FILES = (".coveragerc", ".coveragerc.toml", "setup.cfg", "tox.ini", "pyproject.toml")

Value = bool | str | tuple[str, ...]
Section = Mapping[str, Value]

_LISTS = {
    "run": ("concurrency", "patch", "omit"),
    "report": ("omit",),
}
_REGEXES = {
    "report": ("exclude_lines", "exclude_also", "partial_branches", "partial_branches_always", "partial_also"),
}
_WORDS = {"run": ("core",)}
_SWITCHES = {"run": ("sigterm", "timid")}
_TRUE = {"1", "yes", "true", "on"}
_FALSE = {"0", "no", "false", "off"}


@dataclass(frozen=True)
class CoverageSettings:
    """The settings that decide what counts; `where` is the file they stand in, empty for none."""

    where: str = ""
    run: Section = field(default_factory=dict)
    report: Section = field(default_factory=dict)
    paths: Section = field(default_factory=dict)

    def suppressions(self) -> tuple[str, ...]:
        """Each entry that takes code out of the count, as `section.option: entry`."""
        found = [(f"run.{name}", self.run.get(name)) for name in _LISTS["run"] if name == "omit"]
        found += [(f"report.{name}", value) for name, value in self.report.items()]
        return tuple(f"{key}: {entry}" for key, value in found if isinstance(value, tuple) for entry in value)


def read_settings(read: Callable[[str], str | None]) -> CoverageSettings:
    """Read the first file that coverage.py would read; `read` gives a file's text, None where there is none.

    Raises UsageError for a file that does not parse and for a value of the wrong type.
    """
    for name in CONFIG_FILES:
        text = read(name)
        if text is None:
            continue
        sections = _toml_sections(name, text) if name.endswith(".toml") else _ini_sections(name, text)
        if sections or name.startswith(".coveragerc"):
            return _settings(name, sections)
    return CoverageSettings()


def toml_section(name: str, values: Section) -> str:
    """One `[tool.coverage.NAME]` table."""
    lines = [f"{json.dumps(key)} = {_toml_value(value)}" for key, value in values.items()]
    return "\n".join([f"[tool.coverage.{name}]", *lines, ""])


def _toml_value(value: Value) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml_value(entry) for entry in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml_sections(name: str, text: str) -> dict[str, dict[str, object]]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"this file does not parse: {error}", where=name) from None
    own = document if name.startswith(".coveragerc") else {}
    tool = document.get("tool", {})
    nested = tool.get("coverage", {}) if isinstance(tool, dict) else None
    if not isinstance(nested, dict):
        raise UsageError("a table is needed here", where=f"{name}: tool.coverage")
    tables = {**own, **nested}
    return {key: dict(table) for key, table in tables.items() if key != "tool" and isinstance(table, dict)}


def _ini_sections(name: str, text: str) -> dict[str, dict[str, object]]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise UsageError(f"this file does not parse: {error}", where=name) from None
    prefixes = ("", "coverage:") if name.startswith(".coveragerc") else ("coverage:",)
    sections: dict[str, dict[str, object]] = {}
    for section in ("run", "report", "paths", "html", "xml", "json", "lcov"):
        for prefix in prefixes:
            if parser.has_section(prefix + section):
                sections[section] = dict(parser.items(prefix + section))
    return sections


def _settings(name: str, sections: Mapping[str, Mapping[str, object]]) -> CoverageSettings:
    run = _section(name, "run", sections)
    report = _section(name, "report", sections)
    paths = {key: _list(f"{name}: paths.{key}", value) for key, value in sections.get("paths", {}).items()}
    return CoverageSettings(name, run, report, paths)


def _section(name: str, section: str, sections: Mapping[str, Mapping[str, object]]) -> dict[str, Value]:
    """The options of a section that matter here, each in the type it must have."""
    values = sections.get(section, {})
    found: dict[str, Value] = {}
    for kinds, convert in ((_LISTS, _list), (_REGEXES, _regexes), (_WORDS, _word), (_SWITCHES, _switch)):
        for option in kinds.get(section, ()):
            if option in values:
                found[option] = convert(f"{name}: {section}.{option}", values[option])
    return found


def _list(where: str, value: object) -> tuple[str, ...]:
    """In ini files entries are parted by commas and line ends."""
    return _entries(where, value, r"[,\n]")


def _regexes(where: str, value: object) -> tuple[str, ...]:
    """In ini files one regular expression stands on a line."""
    entries = _entries(where, value, r"\n")
    for entry in entries:
        try:
            re.compile(entry)
        except re.error as error:
            raise UsageError(f"{entry!r} is no regular expression: {error}", where=where) from None
    return entries


def _entries(where: str, value: object, separator: str) -> tuple[str, ...]:
    if isinstance(value, str) and ".toml" not in where.partition(":")[0]:
        value = re.split(separator, value)
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise UsageError("a list of strings is needed here", where=where)
    return tuple(entry.strip() for entry in value if entry.strip())


def _word(where: str, value: object) -> str:
    if not isinstance(value, str):
        raise UsageError("a string is needed here", where=where)
    return value.strip()


def _switch(where: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _TRUE | _FALSE:
        raise UsageError("true or false is needed here", where=where)
    return word in _TRUE
