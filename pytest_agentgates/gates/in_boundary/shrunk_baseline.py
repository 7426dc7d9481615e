"""A baseline that only lost entries: what mended code leaves behind, and the gates judge by it more strictly."""

from __future__ import annotations

from pathlib import Path

from pytest_agentgates.baseline_file import load_baseline, parse_baseline
from pytest_agentgates.core.baseline import grown
from pytest_agentgates.core.workspace_port import BaseTree
from pytest_agentgates.errors import UsageError


def is_shrunk_baseline(root: Path, base: BaseTree, path: str) -> bool:
    """Whether a baseline excuses nothing more than that of the base; False where either cannot be read."""
    try:
        before = parse_baseline(base.read(path) or b"[]", path)
        return not any(grown(load_baseline(root, path), before.counts))
    except UsageError:
        return False
