"""How long `tenant_filter` takes over a code base of 1,000 files, cold: python -m benchmarks.tenant_static."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from pytest_agentgates.gates.tenant_filter import TenantFilter
from pytest_agentgates.run_tool import LocalTools
from pytest_agentgates.source.shared_facts import facts_of
from pytest_agentgates.workspace import ProjectWorkspace

FILES, ENTITIES, FUNCTIONS = 1_000, 50, 12
MODELS = """
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()
"""
MODEL = """

class Entity{0}(Base):
    __tablename__ = "entity_{0}"
    id = Column(Integer, primary_key=True)
    tenant_id = Column(String)
"""
FUNCTION = """

def find_{0}(session, tenant_id: str, key: int, limit: int | None = None):
    query = select({1}).where({1}.id == key)
    if limit is not None:
        query = query.limit(limit)
    query = query.where({1}.tenant_id == tenant_id)
    return [row.id for row in session.scalars(query).all()]
"""


def write(root: Path) -> tuple[str, ...]:
    """A code base of which every fifth file queries."""
    (root / "models.py").write_text(MODELS + "".join(MODEL.format(number) for number in range(ENTITIES)))
    for number in range(FILES - 1):
        entity = f"Entity{number % ENTITIES}"
        head = f"from sqlalchemy import select\nfrom models import {entity}\n" if number % 5 == 0 else ""
        body = FUNCTION if number % 5 == 0 else FUNCTION.replace("select", "make").replace("{1}", "thing")
        text = head + "".join(body.format(index, entity) for index in range(FUNCTIONS))
        (root / f"module_{number}.py").write_text(text)
    return tuple(sorted(path.name for path in root.glob("*.py")))


def main() -> int:
    """Print the milliseconds per file, of reading the facts and of the gate."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        workspace = ProjectWorkspace(root, LocalTools(), sys.executable, write(root))
        start = time.perf_counter()
        facts_of(workspace)
        middle = time.perf_counter()
        result = TenantFilter().check(workspace)
        end = time.perf_counter()
    print(result.message)
    facts, gate = ((late - early) * 1000 / FILES for early, late in ((start, middle), (middle, end)))
    print(f"facts {facts:.2f} ms per file, gate {gate:.2f} ms per file")
    return 0


if __name__ == "__main__":
    sys.exit(main())
