"""JSON text as evidence files hold it."""

from __future__ import annotations

import json


def render_json(value: object) -> str:
    """Indented JSON with a final newline; half a surrogate pair, which no file can hold, becomes `?`."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return text.encode("utf-8", "replace").decode("utf-8")
