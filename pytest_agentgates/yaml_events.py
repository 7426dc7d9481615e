"""Parses YAML to events: by ruamel.yaml, or ten times as fast by libyaml where both say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

# What one of the two refuses or places elsewhere: tabs, marks and rare line ends, a value right after a quoted key,
# explicit keys, ends of documents, and block scalars with a comment or a blank line first.
_DISPUTED = re.compile(
    r"""[\t\x85\u2028\u2029\ufeff]|["']:\S|(?<![^\s\[{,])\?(?![^\s,])|^\.\.\.|[|>][-+\d]*\ *(?:\#|\r?\n\s*\n)""",
    re.MULTILINE,
)


class UnsureError(Exception):
    """libyaml refuses the text: whether it is YAML is for ruamel.yaml to say."""


def exact_events(text: str) -> Iterator[Any]:
    """The events of YAML 1.2; raises ruamel.yaml's errors while they are read."""
    from ruamel.yaml import YAML

    events: Iterator[Any] = iter(YAML(typ="safe", pure=True).parse(text))
    return events


def quick_events(text: str) -> Iterator[Any]:
    """The same events from libyaml; raises UnsureError, before any or between, where it may differ or is not there."""
    try:
        from yaml import CSafeLoader, YAMLError, parse
    except ImportError:  # PyYAML was built without libyaml
        raise UnsureError from None
    if _DISPUTED.search(text):
        raise UnsureError
    try:
        yield from parse(text, Loader=CSafeLoader)
    except (YAMLError, ValueError):
        raise UnsureError from None
