"""`python -m pytest_agentgates`, the same as `agentgates`."""

from __future__ import annotations

from pytest_agentgates.cli import main

if __name__ == "__main__":
    main()
