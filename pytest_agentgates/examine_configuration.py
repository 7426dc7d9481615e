"""Where the configuration names what is not there, and what it is about lies elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentgates.config import Config, governing_table
from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.task import LAYERS
from pytest_agentgates.looked_at import LookedAt, found
from pytest_agentgates.source.globs import is_glob
from pytest_agentgates.store_location import is_database
from pytest_agentgates.toml_lines import line_of

_MAIN = "quality_gates_run.json"


def examine_configuration(at: LookedAt, config: Config) -> Iterator[Finding]:
    """Every place that the configuration names; what it leaves to its defaults may be missing."""
    for key, message, fix in (*_store(at, config), *_evidence(at, config), *_paths(at, config), *_layers(at, config)):
        yield found(config.source or at.store, message, fix, _line(config, key))


def _store(at: LookedAt, config: Config) -> Iterator[tuple[str, str, str]]:
    if is_database(config.tasks) or (at.root / config.tasks).exists():
        return
    others = [path for path in at.lists if path != at.store]
    elsewhere = f"; task lists lie in {', '.join(others[:3])}" if others else ""
    if _says(config, "tasks"):
        yield "tasks", f"tasks names {config.tasks}, which is not there{elsewhere}", "name the list that counts"


def _evidence(at: LookedAt, config: Config) -> Iterator[tuple[str, str, str]]:
    """Evidence of this tool outside the folder that is configured."""
    folder = config.evidence.rstrip("/")
    own = [claim.path for claim in at.claims if claim.is_own and not claim.path.startswith(f"{folder}/")]
    latest = [path for path in own if path.endswith(f"/{_MAIN}") and "/runs/" not in path]
    if latest:
        message = f"evidence is {folder}, evidence of this tool lies in {latest[0].removesuffix(f'/{_MAIN}')} as well"
        yield "evidence", message, "keep one of them"


def _paths(at: LookedAt, config: Config) -> Iterator[tuple[str, str, str]]:
    named = [("source_roots", path) for path in config.source_roots]
    named += [("run.carry", path) for path in config.run.carry if not is_glob(path)]
    named += [("run.python", config.run.python)] if config.run.python else []
    named += [("baseline", config.baseline)] if _says(config, "baseline") else []
    for key, path in named:
        if not (at.root / path).exists():
            yield key, f"{key} names {path}, which is not there", "correct it, or take it out"


def _layers(at: LookedAt, config: Config) -> Iterator[tuple[str, str, str]]:
    """Profiles whose layer no task has: their gates judge nothing."""
    layers = {task.layer for task in at.lists.get(at.store, ()) if task.layer}
    for layer in config.profiles if layers else ():
        if layer not in layers and layer not in LAYERS:
            message = f"profiles.{layer}: no task is of this layer, they are of {', '.join(sorted(layers))}"
            yield f"profiles.{layer}", message, "correct the layer's name, or take the profile out"


def _says(config: Config, key: str) -> bool:
    return key in governing_table({config.source: config.text})


def _keys(config: Config, key: str) -> list[str]:
    prefix = [] if config.source == "agentgates.toml" else ["tool", "agentgates"]
    return [*prefix, *key.split(".")]


def _line(config: Config, key: str) -> str:
    return f":{line_of(config.text, _keys(config, key))}" if config.source else ""
