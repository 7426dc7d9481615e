"""pytest's node ids, as text."""

from __future__ import annotations


def belongs(nodeid: str, argument: str) -> bool:
    """Whether a node id lies under an argument: a folder, a file, a class, a function or itself."""
    if nodeid == argument or argument in ("", "."):
        return True
    return nodeid.startswith((argument + "::", argument + "[", argument.rstrip("/") + "/"))


def function_of(nodeid: str) -> str:
    """A node id without its parameters and without the group that xdist appends."""
    path, separator, rest = nodeid.partition("::")
    return path + separator + rest.partition("[")[0].partition("@")[0]
