"""A project that differs from its base, judged by `untampered`."""

from __future__ import annotations

from pathlib import Path

from pytest_agentgates.core.finding import Severity
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.verdict import GateResult
from pytest_agentgates.gates.untampered import Untampered
from tests.fakes import FakeBase, FakeWorkspace


def judge(tmp_path: Path, before: dict[str, str], after: dict[str, str], *tasks: Task) -> GateResult:
    """Judge a project whose base and disk are these."""
    files = {**before, **after}
    kept = {path: text for path, text in files.items() if text}
    for path, text in kept.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    base = _Base({path: text.encode() for path, text in before.items()}, after)
    workspace = FakeWorkspace(root=tmp_path, files=tuple(sorted(kept)), base=base, base_problem="", tasks=tasks)
    return Untampered().check(workspace)


class _Base(FakeBase):
    def __init__(self, files: dict[str, bytes], after: dict[str, str]) -> None:
        super().__init__(files)
        object.__setattr__(self, "changed", {path for path, text in after.items() if files.get(path) != text.encode()})

    def differs(self, path: str) -> bool:
        return path in getattr(self, "changed")  # noqa: B009 - set on a frozen dataclass


def rules(result: GateResult) -> set[str]:
    return {finding.rule for finding in result.findings if finding.severity is Severity.ERROR}
