from __future__ import annotations

from pathlib import Path

import pytest

from tests.gated_project import GatedProject
from tests.gates.hexagon_project import CLEAN, ORDERS, directions, places
from tests.real_workspace import write_files

MODEL = f"{ORDERS}/domain/model.py"


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("from pydantic import BaseModel", "HEX007"),
        ("import sqlalchemy.orm as orm", "HEX007"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import requests", "HEX014"),
        ("import numpy", "HEX014"),
        ("import app.settings", "HEX014"),
        ("from components.orders.ports.outbound import OrderRepository", "HEX014"),
    ],
)
def test_the_model_imports_only_the_standard_library(tmp_path: Path, code: str, rule: str) -> None:
    found = directions(tmp_path, {MODEL: code, "app/settings.py": ""})
    assert [finding.rule for finding in found] == [rule]


def test_a_framework_behind_a_module_of_the_project_is_found(tmp_path: Path) -> None:
    files = {
        MODEL: "from shared.rows import Row\n\nclass Order(Row):\n    pass\n",
        "shared/rows.py": "from sqlalchemy.orm import DeclarativeBase\n\nclass Row(DeclarativeBase):\n    pass\n",
    }
    assert places(directions(tmp_path, files)) == [("HEX007", MODEL, 3)]


def test_a_framework_that_is_handed_on_is_found_where_it_is_imported(tmp_path: Path) -> None:
    files = {MODEL: "from shared.kinds import BaseModel\n", "shared/kinds.py": "from pydantic import BaseModel\n"}
    assert places(directions(tmp_path, files)) == [("HEX007", MODEL, 1)]


def test_own_decorators_are_no_framework(tmp_path: Path) -> None:
    files = {
        MODEL: "from shared.marks import entity\n\n@entity\nclass Order:\n    pass\n",
        "shared/marks.py": "def entity(cls):\n    return cls\n",
    }
    assert directions(tmp_path, files) == []


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime as dt\nat = dt.now()",
        "from dataclasses import field\nfrom datetime import datetime\nx = field(default_factory=datetime.now)",
        "from dataclasses import field\nfrom uuid import uuid4\nx = field(default_factory=uuid4)",
        "import datetime\nd = datetime.date.today()",
        "from time import time as now\nt = now()",
        "import time\nclock = time.monotonic",
        "import random\nx = random.random()",
        "from datetime import datetime\nx = getattr(datetime, 'now')()",
        "import secrets\nx = secrets.token_hex()",
        "import os\nx = os.environ['A']",
        "import os\nx = os.getenv('A')",
        "x = open('a')",
        "print(1)",
        "from pathlib import Path\nx = Path('a').read_text()",
        "import socket",
        "import subprocess as sp\nsp.run(['a'])",
        "import urllib.request",
        "import sqlite3",
        "import logging\nlog = logging.getLogger()",
        "import sys\nsys.stdout.write('a')",
    ],
)
def test_effects_are_found_by_any_name(tmp_path: Path, code: str) -> None:
    found = directions(tmp_path, {MODEL: code})
    assert [finding.rule for finding in found] == ["HEX015"]


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\ndef late(now: datetime) -> bool:\n    return now > datetime.max",
        "from uuid import UUID\nx = UUID(int=1)",
        "from pathlib import PurePath, Path\nx = Path('a') / 'b'",
        "import os.path\nx = os.path.join('a', 'b')",
        "def now(): ...\nnow()",
        "class Log:\n    def print(self): ...\nLog().print()",
        "from datetime import datetime\nx = datetime.fromisoformat('2024-01-01')",
    ],
)
def test_plain_values_are_no_effects(tmp_path: Path, code: str) -> None:
    assert directions(tmp_path, {MODEL: code}) == []


def test_effects_elsewhere_are_no_matter_of_the_model(tmp_path: Path) -> None:
    files = {f"{ORDERS}/adapters/outbound/clock.py": "from datetime import datetime\nx = datetime.now()\n"}
    assert directions(tmp_path, files) == []


def test_the_command_shows_place_chain_and_fix(pytester: pytest.Pytester) -> None:
    project = GatedProject(pytester)
    project.configure("[tool.agentgates.gates.hexagon]\n")
    model = "import random\nfrom components.orders.adapters.outbound.postgres_repo import PostgresOrders\n"
    write_files(project.root, {**CLEAN, MODEL: model})
    result = project.agentgates("check", "--gate", "hexagon")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [f"*{MODEL}:1:1: HEX015 *", f"*{MODEL}:2:1: HEX011 *postgres_repo import PostgresOrders`"]
    )
