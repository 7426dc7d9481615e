"""The settings of tools, whichever file they stand in, as one table for each tool."""

from __future__ import annotations

import configparser
import posixpath
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# The first that exists decides, as each tool's documentation says.
PLACES = {
    "pytest": ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"),
    "coverage": (".coveragerc", "setup.cfg", "tox.ini", "pyproject.toml"),
    "ruff": (".ruff.toml", "ruff.toml", "pyproject.toml"),
    "mypy": ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg"),
    "importlinter": (".importlinter", "setup.cfg", "pyproject.toml"),
    "agentgates": ("agentgates.toml", "pyproject.toml"),
}
FILES = frozenset(name for names in PLACES.values() for name in names)
_OWN_FILES = {
    "pytest": ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini"),
    "coverage": (".coveragerc",),
    "ruff": (".ruff.toml", "ruff.toml"),
    "mypy": ("mypy.ini", ".mypy.ini"),
    "importlinter": (".importlinter",),
    "agentgates": ("agentgates.toml",),
}


@dataclass(frozen=True)
class Settings:
    """The settings of one tool in one folder: dotted keys to values; `file` is where they stand, empty for nowhere."""

    tool: str
    file: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def words(self, key: str) -> list[str]:
        """A setting that is a list, however it is written."""
        return _words(self.values.get(key))


def read_settings(tool: str, files: Mapping[str, bytes]) -> Settings:
    """The settings of a tool from the files of one folder, by name."""
    for name in PLACES[tool]:
        if name not in files:
            continue
        table = _table(tool, name, files[name])
        if table is not None:
            return Settings(tool, name, _flat(table))
    return Settings(tool)


def is_settings_file(path: str) -> bool:
    """Whether a file may hold settings of a tool."""
    return posixpath.basename(path) in FILES


def number(value: object) -> float | None:
    """A setting that is a number, however it is written; None for any other."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(str(value))
    except ValueError:
        return None


def _table(tool: str, name: str, content: bytes) -> Mapping[str, Any] | None:
    """The tool's table in a file; None where the file has none, empty where it cannot be read."""
    text = content.decode("utf-8-sig", "replace")
    try:
        if name.endswith(".toml"):
            return _toml_table(tool, name, tomllib.loads(text))
        return _ini_table(tool, name, text)
    except (tomllib.TOMLDecodeError, configparser.Error):
        return {}


def _toml_table(tool: str, name: str, document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if name == "pyproject.toml":
        tools = document.get("tool", {})
        table = tools.get(tool) if isinstance(tools, dict) else None
        if tool == "pytest" and isinstance(table, dict):
            return {**table, **table.get("ini_options", {})} or None
        return table if isinstance(table, dict) else None
    if tool == "pytest":
        table = document.get("pytest", {})
        return table if isinstance(table, dict) else {}
    return document


def _ini_table(tool: str, name: str, text: str) -> Mapping[str, Any] | None:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    table: dict[str, Any] = {}
    for section in parser.sections():
        key = _section_key(tool, name, section)
        if key is not None:
            table.update({f"{key}{option}": _value(value) for option, value in parser[section].items()})
    return table if table or name in _OWN_FILES[tool] else None


def _section_key(tool: str, name: str, section: str) -> str | None:
    """What the keys of a section begin with; None where it belongs to another tool."""
    if tool == "pytest":
        return "" if section == ("tool:pytest" if name == "setup.cfg" else "pytest") else None
    if tool == "coverage":
        own = section.removeprefix("coverage:")
        return f"{own}." if name == ".coveragerc" or own != section else None
    if tool == "mypy":
        return "" if section == "mypy" else f"{section}." if section.startswith("mypy-") else None
    if tool == "importlinter":
        return f"{section}." if section.startswith("importlinter") else None
    return None


def _value(text: str) -> object:
    lowered = text.strip().lower()
    if lowered in ("true", "false", "yes", "no", "on", "off"):
        return lowered in ("true", "yes", "on")
    return text


def _flat(table: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Dotted keys; the entries of a list of tables are named by what they are about."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        name = f"{above}{key}"
        if isinstance(value, dict):
            found.update(_flat(value, f"{name}."))
            found.setdefault(name, value)
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            for item in value:
                found.update(_flat(item, f"{name}[{_about(item)}]."))
            found[name] = [_about(item) for item in value]
        else:
            found[name] = value
    return found


def _about(item: Mapping[str, Any]) -> str:
    return str(next((item[key] for key in ("name", "module", "rule", "id") if key in item), sorted(item.items())))


def _words(value: object) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    if isinstance(value, dict):
        return [f"{key}={item}" for key, item in value.items()]
    if value is None or isinstance(value, bool):
        return []
    text = str(value)
    if "\n" in text:
        return [line.strip() for line in text.splitlines() if line.strip()]
    try:
        return shlex.split(text.replace(",", " "))
    except ValueError:
        return text.split()
