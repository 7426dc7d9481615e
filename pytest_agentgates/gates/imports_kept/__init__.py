"""The gate `imports_kept`: the project's own import-linter contracts are kept."""

from __future__ import annotations

from pytest_agentgates.gates.imports_kept.gate import ImportsKept

__all__ = ["ImportsKept"]
