"""What people's own fields say of a task's layer and owner, and how a change is said in the same words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pytest_agentgates.core.task import LAYERS
from pytest_agentgates.task_files.entry import Entry

_SHORT = {"backend": "infrastructure_backend", "frontend": "infrastructure_frontend"}
_SHORT_FOR = {layer: word for word, layer in _SHORT.items()}
_PREFIXES = ("layer:", "layer/", "layer=")
_LAYER_KEYS = ("layer", "implementation_layer")
_OWNER_KEYS = ("owner", "assignee", "agent")


def with_own_words(entry: Entry) -> Entry:
    """The entry with the `layer` that its `domain` or `labels` say, and the `owner` that its `assignee` or `agent` is.

    Fields that stand under our own names come first.
    """
    found: dict[str, object] = {}
    if not any(entry.get(key) for key in _LAYER_KEYS):
        layer = layer_named(entry.get("domain")) or layer_of_labels(entry.get("labels"))
        found = {"layer": layer} if layer else {}
    if owner_key := _owner_key(entry):
        found["owner"] = _owner_of(entry[owner_key])
    return {**entry, **found}


def writable_words(entry: Entry) -> frozenset[str]:
    """Which of `layer` and `owner` have a field of their own, by whatever name; `entry` as it stands in the file."""
    found = {"layer"} if _layer_fields(entry, "domain") else set()
    return frozenset(found | {"owner"} if _owner_key(entry) else found)


def in_own_words(entry: Entry, fields: Mapping[str, object]) -> dict[str, object]:
    """The fields to write, by the names and in the words that the entry has; `entry` as it stands in the file."""
    own = dict(fields)
    layer = own.get("layer")
    if isinstance(layer, str) and (said := _layer_fields(entry, layer)):
        del own["layer"]
        own |= said
    key = _owner_key(entry)
    if "owner" in own and key not in ("", "owner"):
        own[key] = _assigned(entry[key], own.pop("owner"))
    return own


def layer_named(word: object) -> str:
    """The layer that a word such as `backend` or `layer:domain` means; empty where it means none."""
    if not isinstance(word, str):
        return ""
    plain = _without_prefix(word)
    return plain if plain in LAYERS else _SHORT.get(plain, "")


def layer_of_labels(labels: object) -> str:
    """The layer that labels name: `layer:domain` before `infrastructure_backend` before `backend`.

    Empty where there is none, and where they name several.
    """
    words = _layer_labels(labels)
    for rank in range(3):
        layers = {layer_named(word) for word in words if _rank(word) == rank}
        if layers:
            return layers.pop() if len(layers) == 1 else ""
    return ""


def _layer_fields(entry: Entry, layer: str) -> dict[str, object]:
    """The fields that say the layer of the entry, with another layer in them; empty where none does."""
    if plain := {key: layer for key in _LAYER_KEYS if key in entry}:
        return dict(plain)
    domain, labels = entry.get("domain"), entry.get("labels")
    if isinstance(domain, str) and layer_named(domain):
        return {"domain": _worded_like(domain, layer)}
    if isinstance(labels, list) and (said := layer_of_labels(labels)):
        return {"labels": [_worded_like(one, layer) if layer_named(one) == said else one for one in labels]}
    return {}


def _layer_labels(labels: object) -> list[str]:
    return [word for word in labels if isinstance(word, str) and layer_named(word)] if isinstance(labels, list) else []


def _rank(word: str) -> int:
    if word.strip().lower().startswith(_PREFIXES):
        return 0
    return 1 if word.strip().lower() in _SHORT_FOR else 2


def _worded_like(word: str, layer: str) -> str:
    """A layer as the word says layers: with its prefix, in full only where the word is."""
    plain = _without_prefix(word)
    prefix = word[: len(word.rstrip()) - len(plain)]
    return prefix + (layer if plain in _SHORT_FOR else _SHORT_FOR.get(layer, layer))


def _without_prefix(word: str) -> str:
    lowered = word.strip().lower()
    return next((lowered.removeprefix(one).strip() for one in _PREFIXES if lowered.startswith(one)), lowered)


def _owner_key(entry: Entry) -> str:
    return next((key for key in _OWNER_KEYS if key in entry), "")


def _owner_of(value: object) -> str:
    return next((name.strip().removeprefix("@") for name in _names(value) if name.strip()), "")


def _names(value: object) -> Iterator[str]:
    """The names of an assignee, which trackers write as a text or as a list of texts."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            yield one


def _assigned(value: object, owner: object) -> object:
    """The owner in the shape of what stands there; of several assignees the first one is replaced."""
    names = list(_names(value))
    others: Sequence[str] = names[1:]
    sign = "@" if any(name.startswith("@") for name in names) or value == [] else ""
    written = [f"{sign}{owner}"] if isinstance(owner, str) and owner else []
    if isinstance(value, list):
        return [*written, *others]
    return written[0] if written else ("" if value == "" else None)
