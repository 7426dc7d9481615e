"""Checks data against a JSON Schema and words every mistake for a person."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pytest_agentgates.errors import Mistake

_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}


def mistakes_of(data: object, schema: Mapping[str, Any], prefix: str = "") -> list[Mistake]:
    """Every place where the data breaks the schema, with the key that leads there."""
    from jsonschema import Draft202012Validator

    errors = Draft202012Validator(dict(schema)).iter_errors(data)
    return [mistake for error in errors for mistake in _worded(error, prefix)]


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like it; empty where none comes near."""
    return next(iter(difflib.get_close_matches(name, list(known), 1)), "")


def _worded(error: Any, prefix: str) -> Iterator[Mistake]:
    key = ".".join([prefix, *map(str, error.absolute_path)]).strip(".")
    match error.validator:
        case "additionalProperties":
            yield from _unknown_keys(error, key)
        case "required":
            name = error.message.split("'")[1]  # one error per missing key, which only the message names
            yield Mistake(f"{name} is missing", key, f"add {name}")
        case "type":
            word = _WORDS[error.validator_value]
            yield Mistake(f"must be {word}, not {error.instance!r}", key, f"write {word}")
        case "enum":
            choices = ", ".join(map(repr, error.validator_value))
            yield Mistake(f"{error.instance!r} is none of {choices}", key, _suggest(error))
        case _:
            yield Mistake(error.message, key, "correct the value")


def _unknown_keys(error: Any, key: str) -> Iterator[Mistake]:
    known = error.schema["properties"]
    for name in error.instance:
        if name not in known:
            wanted = nearest(str(name), known)
            fix = f"did you mean {wanted}?" if wanted else f"known are: {', '.join(sorted(known))}"
            yield Mistake(f"AGT004 unknown key {name!r}", f"{key}.{name}".strip("."), fix)


def _suggest(error: Any) -> str:
    wanted = nearest(str(error.instance), map(str, error.validator_value))
    return f"did you mean {wanted!r}?" if wanted else "choose one of them"
