"""Checks manifests with the standard library alone: `python3 checks/manifests.py RULE FOLDER`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

IMAGE = re.compile(r"^\s*(?:- )?image:\s*(\S+)", re.MULTILINE)
RESOURCES = re.compile(r"^resources:\n((?:\s+- .+\n?)*)", re.MULTILINE)
DIGEST_OR_VERSION = re.compile(r"@sha256:[0-9a-f]{64}$|:\d+\.\d+\.\d+$")


def images(folder: Path) -> Iterator[str]:
    """Images that are not pinned to a version or a digest."""
    for path in manifests(folder):
        for image in IMAGE.findall(path.read_text(encoding="utf-8")):
            if not DIGEST_OR_VERSION.search(image):
                yield f"{path}: {image} is not pinned"


def references(folder: Path) -> Iterator[str]:
    """Resources of a kustomization that are not there."""
    for path in folder.rglob("kustomization.yaml"):
        listed = RESOURCES.search(path.read_text(encoding="utf-8"))
        for line in (listed[1] if listed else "").splitlines():
            if not (path.parent / line.strip().removeprefix("- ")).exists():
                yield f"{path}: {line.strip()} is not there"


def probes(folder: Path) -> Iterator[str]:
    """Deployments without a readiness probe."""
    for path in manifests(folder):
        text = path.read_text(encoding="utf-8")
        if "kind: Deployment" in text and "readinessProbe:" not in text:
            yield f"{path}: no readiness probe"


def manifests(folder: Path) -> list[Path]:
    """The YAML files below a folder."""
    return sorted(folder.rglob("*.yaml"))


RULES = {"images": images, "references": references, "probes": probes}


def main() -> int:
    """Print what is wrong; 1 where something is, 2 where there was nothing to look at."""
    rule, folder = RULES[sys.argv[1]], Path(sys.argv[2])
    if not manifests(folder):
        print(f"{folder}: no manifest is there", file=sys.stderr)
        return 2
    problems = list(rule(folder))
    print("\n".join(problems) or f"{len(manifests(folder))} manifests, all well")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
