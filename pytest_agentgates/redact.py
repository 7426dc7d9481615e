"""Keeps secrets of the environment and this machine's paths out of evidence."""

from __future__ import annotations

import dataclasses
import functools
import html
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

_Value = TypeVar("_Value")
_Edit = Callable[[str], str]
MASK = "***"
_SHORTEST = 6
_LONG = 16
_ANYWHERE = ("TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "APIKEY", "PRIVATEKEY", "ACCESSKEY")
_WHOLE_WORDS = frozenset({"KEY", "KEYS", "PASS", "PW", "DSN", "AUTH", "BEARER", "COOKIE", "PAT", "CREDS"})
# Values that say nothing, and whose masking would make evidence unreadable.
_COMMON = frozenset(
    (
        "admin",
        "always",
        "anonymous",
        "basic",
        "bearer",
        "changeme",
        "common",
        "config",
        "default",
        "development",
        "disabled",
        "enabled",
        "example",
        "false",
        "github",
        "gitlab",
        "google",
        "import",
        "keyring",
        "localhost",
        "manual",
        "master",
        "memory",
        "mysql",
        "never",
        "nobody",
        "optional",
        "password",
        "plain",
        "postgres",
        "postgresql",
        "production",
        "public",
        "pytest",
        "python",
        "required",
        "secret",
        "secrets",
        "service",
        "session",
        "sqlite",
        "staging",
        "system",
        "testing",
        "tests",
        "token",
        "tokens",
        "unknown",
        "unused",
        "username",
        "value",
    )
)
_NUMBER = re.compile(r"[-+]?[\d.,:_]+(ms|s|m|h|d)?")
_PATH = re.compile(r"(~|\.{1,2}|[A-Za-z]:)?([/\\][\w .@-]+)+[/\\]?|[a-z\d_.-]+(/[a-z\d_.-]+)+/?")


def cleaned(value: _Value, root: Path, environ: Mapping[str, str]) -> _Value:
    """A copy of a record in which every text is relative to the root and free of secrets.

    Secrets go before anything is rendered, because each format escapes them in its own way.
    """
    shorten, mask = _shortening(root), _masking(environ)
    # The names of tests stand in several places of a record.
    cleaned_value: _Value = _each_text(value, functools.cache(lambda text: mask(shorten(text))))
    return cleaned_value


def _shortening(root: Path) -> _Edit:
    paths = (path for path in (root, root.absolute(), root.resolve()) if len(path.parts) > 1)
    spellings = {spelling for path in paths for spelling in _spellings(path)}
    return _replacing(spellings, ".", r"(?<![\w.-])(?:", r")(?![\w-]|\.\w)")


def _masking(environ: Mapping[str, str]) -> _Edit:
    return _replacing({form for secret in _secrets(environ) for form in _forms(secret)}, MASK)


def _replacing(words: Collection[str], replacement: str, before: str = "(?:", after: str = ")") -> _Edit:
    """Replaces each of the words, the longest first."""
    if not words:
        return lambda text: text
    choices = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    pattern = re.compile(before + choices + after)
    return lambda text: pattern.sub(replacement, text)


def _secrets(environ: Mapping[str, str]) -> Iterator[str]:
    for name, value in environ.items():
        candidates = [*_of_url(value, _looks_secret(name))]
        if _looks_secret(name):
            candidates += [value, value.strip(), *(line.strip() for line in _long_lines(value))]
        yield from (candidate for candidate in candidates if _is_secret(candidate))


def _looks_secret(name: str) -> bool:
    upper = name.upper().replace("-", "_")
    joined = upper.replace("_", "")
    return any(word in joined for word in _ANYWHERE) or not _WHOLE_WORDS.isdisjoint(upper.split("_"))


def _long_lines(value: str) -> Iterator[str]:
    """The lines of a key in PEM form: a traceback may show one of them."""
    lines = value.splitlines()
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= _LONG and not line.startswith("-----"))


def _of_url(value: str, secret_name: bool) -> Iterator[str]:
    """The password of a URL; its user name too where that is the key."""
    if "://" not in value or "@" not in value:
        return
    try:
        parts = urlsplit(value.strip())
        password, user = parts.password or "", parts.username or ""
    except ValueError:
        return
    yield from (password, unquote(password))
    if secret_name or len(user) >= _LONG:
        yield from (user, unquote(user))


def _is_secret(value: str) -> bool:
    if len(value) < _SHORTEST or value.lower() in _COMMON:
        return False
    return not (_NUMBER.fullmatch(value) or _PATH.fullmatch(value))


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    yield html.escape(secret)
    yield quote(secret, safe="", errors="replace")


def _spellings(path: Path) -> Iterator[str]:
    yield str(path)
    yield path.as_posix()
    yield json.dumps(str(path))[1:-1]


def _each_text(value: Any, edit: _Edit) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return edit(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = {field.name: _each_text(getattr(value, field.name), edit) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **kept)
    if isinstance(value, Mapping):
        return {_each_text(key, edit): _each_text(item, edit) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_each_text(item, edit) for item in value)
    return value
