from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("rule", ["images", "references", "probes"])
def test_the_manifests_hold(rule: str) -> None:
    subprocess.run([sys.executable, "checks/manifests.py", rule, "deploy"], check=True)
