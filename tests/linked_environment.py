"""A throw-away virtual environment with everything that this one has, so that a test may break it."""

from __future__ import annotations

import re
import sysconfig
import venv
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LinkedEnvironment:
    """An environment whose packages are links to ours."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")

    @property
    def packages(self) -> Path:
        return Path(sysconfig.get_path("purelib", "venv", {"base": str(self.folder)}))

    def script(self, name: str, text: str) -> None:
        """Put an executable beside the interpreter."""
        path = self.folder / "bin" / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def module(self, name: str, text: str) -> None:
        """Put a package with these lines as its `__init__`, or a module where the name has a suffix."""
        path = self.packages / name if name.endswith(".py") else self.packages / name / "__init__.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def link_environment(folder: Path, without: Collection[str] = ()) -> LinkedEnvironment:
    """Make an environment in a new folder, without the distributions named."""
    venv.create(folder, symlinks=True)
    made = LinkedEnvironment(folder)
    left_out = {*without, "__pycache__"}  # a test must not write into our own
    for home in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for entry in Path(home).iterdir():
            if re.split(r"[-.]", entry.name)[0] not in left_out and not (made.packages / entry.name).exists():
                (made.packages / entry.name).symlink_to(entry)
    return made
