"""TMP007: the configuration of a tool asks for less than at the base."""

from __future__ import annotations

import fnmatch
import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.workspace_port import BaseTree, Workspace
from pytest_agentgates.gates.untampered.own_settings import own_changes
from pytest_agentgates.gates.untampered.rules import SETTINGS
from pytest_agentgates.gates.untampered.settings_files import (
    FILES,
    PLACES,
    Settings,
    is_settings_file,
    number,
    read_settings,
)
from pytest_agentgates.gates.untampered.versions import Versions

# More entries of these let more through; keys are patterns.
_MORE_IS_LESS = {
    "pytest": ("norecursedirs", "collect_ignore*", "required_plugins_optional"),
    "coverage": ("*omit", "*exclude_lines", "*exclude_also", "*exclude", "*partial_branches", "*partial_also"),
    "ruff": ("*ignore", "*exclude", "*per-file-ignores.*", "*unfixable_never", "*allowed-*", "*builtins"),
    "mypy": ("*exclude", "*disable_error_code", "*untyped_calls_exclude", "plugins"),
    "importlinter": ("*ignore_imports", "*exclude_type_checking_imports"),
}
# Fewer entries of these ask for less.
_LESS_IS_LESS = {
    "pytest": ("testpaths", "python_files", "python_classes", "python_functions"),
    "coverage": ("*source", "*source_pkgs", "*include"),
    "ruff": ("*select",),
    "mypy": ("files", "packages", "modules", "enable_error_code"),
    "importlinter": ("contracts", "*forbidden_modules", "*source_modules", "*layers", "*modules", "root_packages"),
}
# Values that ask for less than any other.
_WEAK_VALUES = {"mypy": {"*follow_imports": ("skip", "silent")}}
# Numbers that ask for less when they get smaller, or bigger.
_SMALLER_IS_LESS = {
    "coverage": ("*fail_under",),
}
_BIGGER_IS_LESS = {"ruff": ("*max-*",), "pytest": ("reruns",)}
# Switches that ask for less when they are turned on; turning any other off does.
_LETTING_THROUGH = {
    "mypy": ("*ignore_errors", "*ignore_missing_imports", "*follow_untyped_imports", "*allow_*", "*implicit_*"),
    "coverage": ("*ignore_errors", "*skip_*"),
    "ruff": ("*exit-zero", "*preview"),
    "pytest": (),
    "importlinter": ("*allow_*", "*exclude_*"),
}
_HARMLESS_SWITCHES = (
    *("*pretty", "*show_*", "*color*", "*verbos*", "*incremental", "*fix", "log_*", "*sqlite_cache"),
    *("lint.isort.*", "lint.ignore-init-module-imports", "format.*"),
)
# What `strict = true` of mypy turns on by itself.
_STRICT = (
    *("warn_*", "disallow_*", "no_implicit_reexport", "check_untyped_defs", "strict_*", "extra_checks"),
    *("no_implicit_optional", "implicit_reexport"),
)
_NARROWING = (
    *("-k", "-m", "-x", "-p", "--deselect*", "--ignore*", "--setup-*", "--collect-only", "--co", "--lf", "--ff"),
    *("--last-failed", "--reruns*", "--maxfail*", "--noconftest", "-W*", "--pdb*", "--exitfirst", "--sw*"),
    *("--stepwise*", "--help", "-h", "--version", "--fixtures", "--markers", "--runxfail", "--no-cov", "-k*", "-m*"),
    *("-p*", "--rootdir*", "-c*", "--confcutdir*", "--override-ini*", "-o*", "--suppress*", "--only-*"),
)


def accuse_settings(workspace: Workspace, base: BaseTree, files: Sequence[Versions]) -> Iterator[Finding]:
    """Each setting that lets more through or asks for less, for each folder whose settings changed."""
    changed = {posixpath.dirname(file.path) for file in files if is_settings_file(file.path)}
    for folder in sorted(changed):
        old = base.read_many(posixpath.join(folder, name) for name in FILES)
        before = {posixpath.basename(path): content for path, content in old.items()}
        after = _on_disk(workspace, folder)
        for tool in PLACES:
            earlier, later = read_settings(tool, before), read_settings(tool, after)
            if tool == "ruff" and later.file and not earlier.file and folder:
                yield from _compare_nested(base, folder, later)
                continue
            yield from _compare(folder, earlier, later)


def _compare_nested(base: BaseTree, folder: str, after: Settings) -> Iterator[Finding]:
    """What a new nested file of ruff changes: it replaces the one above for its folder, unless it extends that."""
    above = _settings_above(base, folder, after.tool)
    extends = "extend" in after.values
    values = {**above.values, **after.values} if extends else after.values
    yield from _compare(folder, replace(above, file=after.file), replace(after, values=values))


def _settings_above(base: BaseTree, folder: str, tool: str) -> Settings:
    while folder:
        folder = posixpath.dirname(folder)
        found = base.read_many(posixpath.join(folder, name) for name in PLACES[tool])
        settings = read_settings(tool, {posixpath.basename(path): content for path, content in found.items()})
        if settings.file:
            return settings
    return Settings(tool)


def asks_for_floor(base: BaseTree) -> bool:
    """Whether a floor of coverage is asked for at the base."""
    files = base.read_many(FILES)
    coverage, own = read_settings("coverage", files), read_settings("agentgates", files)
    return "report.fail_under" in coverage.values or "gates.coverage_floor" in own.values


def _on_disk(workspace: Workspace, folder: str) -> dict[str, bytes]:
    paths = {posixpath.join(folder, name): name for name in FILES}
    known = [path for path in paths if path in workspace.files and (workspace.root / path).is_file()]
    return {paths[path]: (workspace.root / path).read_bytes() for path in known}


def _compare(folder: str, before: Settings, after: Settings) -> Iterator[Finding]:
    path = posixpath.join(folder, after.file or before.file)
    if after.file != before.file and before.file and after.file:
        yield _finding(path, f"{after.file} now takes the place of {before.file} for {after.tool}")
    texts = own_changes(before, after) if after.tool == "agentgates" else _texts(before, after)
    for text in (*texts, *_addopts(before, after)):
        yield _finding(path, f"{after.tool}: {text}")


def _finding(path: str, text: str) -> Finding:
    return Finding(SETTINGS.code, text, path, fix="put the setting back as it was at the base", snippet=text)


def _texts(before: Settings, after: Settings) -> Iterator[str]:
    for key in sorted({*before.values, *after.values}):
        old, new = before.values.get(key), after.values.get(key)
        if old != new:
            yield from _changed(_Change(after.tool, key, old, new), before, after)


@dataclass(frozen=True)
class _Change:
    """One setting that is no longer as it was."""

    tool: str
    key: str
    old: object
    new: object

    def fits(self, patterns: Mapping[str, Sequence[str]]) -> bool:
        """Whether the key is one of a tool's patterns."""
        return any(fnmatch.fnmatchcase(self.key, pattern) for pattern in patterns.get(self.tool, ()))


def _changed(change: _Change, before: Settings, after: Settings) -> Iterator[str]:
    key, old, new = change.key, change.old, change.new
    if key == "filterwarnings":
        yield from _filters(before, after)
        return
    if isinstance(old, bool) or isinstance(new, bool):
        if _asks_for_less(change) and not _is_strict(change, after):
            yield f"{key} is {_shown(new)}, it was {_shown(old)}"
        return
    if _is_weak(change) or _is_number(old) or _is_number(new):
        if _is_less(change):
            yield f"{key} is {_shown(new)}, it was {_shown(old)}"
        return
    gained = Counter(after.words(key)) - Counter(before.words(key))
    lost = Counter(before.words(key)) - Counter(after.words(key))
    if gained and change.fits(_MORE_IS_LESS):
        yield f"{key} gained {', '.join(map(repr, gained))}"
    if lost and (change.fits(_LESS_IS_LESS) or (old is not None and new is None and change.fits(_SMALLER_IS_LESS))):
        yield f"{key} lost {', '.join(map(repr, lost))}"


def _filters(before: Settings, after: Settings) -> Iterator[str]:
    """Warnings that are errors no longer: their filter went, or another lets them through."""
    gained = Counter(after.words("filterwarnings")) - Counter(before.words("filterwarnings"))
    lost = Counter(before.words("filterwarnings")) - Counter(after.words("filterwarnings"))
    if dropped := [word for word in lost if word.startswith("error")]:
        yield f"filterwarnings lost {', '.join(map(repr, dropped))}"
    passing = [word for word in gained if not word.startswith("error")]
    if passing and any(word.startswith("error") for word in before.words("filterwarnings")):
        yield f"filterwarnings gained {', '.join(map(repr, passing))}"


def _is_strict(change: _Change, after: Settings) -> bool:
    """Whether mypy's `strict` now says what a switch said that was left out."""
    is_part = any(fnmatch.fnmatchcase(change.key, pattern) for pattern in _STRICT)
    return change.tool == "mypy" and is_part and change.new is None and after.values.get("strict") is True


def _asks_for_less(change: _Change) -> bool:
    if any(fnmatch.fnmatchcase(change.key, pattern) for pattern in _HARMLESS_SWITCHES):
        return False
    if change.fits(_LETTING_THROUGH):
        return change.new is True
    return (change.old is True and change.new is not True) or (change.old is None and change.new is False)


def _is_less(change: _Change) -> bool:
    old, new = number(change.old), number(change.new)
    if _is_weak(change):
        return True
    if change.fits(_SMALLER_IS_LESS):
        return new is None or (old is not None and new < old)
    if change.fits(_BIGGER_IS_LESS):
        return new is not None and ((old is None and change.tool == "pytest") or (old is not None and new > old))
    return False


def _is_weak(change: _Change) -> bool:
    values = _WEAK_VALUES.get(change.tool, {}).items()
    return any(fnmatch.fnmatchcase(change.key, pattern) and change.new in weak for pattern, weak in values)


def _is_number(value: object) -> bool:
    return number(value) is not None


def _shown(value: object) -> str:
    return "left out" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _addopts(before: Settings, after: Settings) -> Iterator[str]:
    """Words of pytest's addopts that narrow a run, run it again, or load what is not installed."""
    if after.tool != "pytest":
        return
    gained = list((Counter(after.words("addopts")) - Counter(before.words("addopts"))).elements())
    words = [word for word in gained if any(fnmatch.fnmatchcase(word, pattern) for pattern in _NARROWING)]
    if words:
        yield f"addopts gained {' '.join(gained)}"
    lost = Counter(before.words("addopts")) - Counter(after.words("addopts"))
    strict = [word for word in lost if word.startswith(("--strict", "--cov-fail-under", "--import-mode"))]
    if strict:
        yield f"addopts lost {' '.join(strict)}"
