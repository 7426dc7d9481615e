"""What the .gitignore files of a tree leave out, read as git reads them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class Ignores:
    """Answers for one tree; each .gitignore is read once.

    `kept` maps the path of each .gitignore to its bytes, where the files on disk are not the ones to go by.
    """

    def __init__(self, root: Path, kept: Mapping[str, bytes] | None = None) -> None:
        self.root = root
        self.kept = kept
        self._specs: dict[str, GitIgnoreSpec | None] = {}
        self._folders: dict[str, bool] = {"": False}

    def leaves_out(self, path: str) -> bool:
        """Whether a file (relative, with `/`) is ignored, itself or with a folder above it."""
        return self._folder_left_out(_parent(path)) or self._is_named(path)

    def _folder_left_out(self, folder: str) -> bool:
        if folder not in self._folders:
            above = self._folder_left_out(_parent(folder))
            self._folders[folder] = above or self._is_named(f"{folder}/")
        return self._folders[folder]

    def _is_named(self, path: str) -> bool:
        """The nearest .gitignore that says anything of the path decides."""
        folder = _parent(path.rstrip("/"))
        while True:
            spec = self._spec(folder)
            said = _verdict(spec, path[len(folder) + 1 if folder else 0 :]) if spec else None
            if said is not None or not folder:
                return bool(said)
            folder = _parent(folder)

    def _spec(self, folder: str) -> GitIgnoreSpec | None:
        if folder not in self._specs:
            text = self._text(f"{folder}/.gitignore" if folder else ".gitignore")
            self._specs[folder] = _parse(text) if text else None
        return self._specs[folder]

    def _text(self, path: str) -> str:
        if self.kept is None:
            return _read(os.path.join(self.root, path))
        return self.kept.get(path, b"").decode("utf-8", "surrogateescape")


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _verdict(spec: GitIgnoreSpec, entry: str) -> bool | None:
    """What the last pattern says that fits the entry itself; pathspec's look-up also asks those of its folders."""
    for pattern in reversed(spec.patterns):
        found = pattern.match_file(entry) if pattern.include is not None else None
        if found is None:
            continue
        folder_mark = found.match.groupdict().get("ps_d") and found.match.start("ps_d")
        if folder_mark is None or folder_mark == len(entry) - 1:
            return pattern.include
    return None


def _read(file: str) -> str:
    """Empty where there is no such file; git follows no link here."""
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as opened:
            text = opened.read()
        return "" if os.path.islink(file) else text
    except OSError:
        return ""


def _parse(text: str) -> GitIgnoreSpec | None:
    lines = [_as_pathspec_means_it(line) for line in text.split("\n")]
    return _spec_of(lines) or _spec_of([line for line in lines if _spec_of([line])])


def _as_pathspec_means_it(line: str) -> str:
    """Word anew what pathspec takes for more than git does: `folder/**` for the folder, `*/` for what lies below."""
    return re.sub(r"^(!?)\*{1,2}/\s*$", r"\1?*/", re.sub(r"/\*\*\s*$", "/**/*", line))


def _spec_of(lines: list[str]) -> GitIgnoreSpec | None:
    """None for a line that means nothing; git passes over such lines."""
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except (ValueError, re.error):
        return None
