"""What comes with the package when it is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution

OWN = "pytest-agentgates"


def test_no_dependency_is_a_plugin_that_every_run_of_pytest_loads() -> None:
    loaded = {
        name for name in required_by(OWN) for point in distribution(name).entry_points if point.group == "pytest11"
    }
    assert loaded == {OWN}


def required_by(name: str, seen: set[str] | None = None) -> Iterator[str]:
    """A distribution and everything installed that it needs, straight or through others."""
    seen = set() if seen is None else seen
    seen.add(name)
    yield name
    for line in distribution(name).requires or ():
        needed = re.match(r"[\w.-]+", line)
        if needed and "extra ==" not in line and needed[0] not in seen and is_installed(needed[0]):
            yield from required_by(needed[0], seen)


def is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
