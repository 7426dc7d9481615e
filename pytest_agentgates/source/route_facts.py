"""What is known of a route: its handler, its address, and what runs before the handler."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Framework(StrEnum):
    """What leads requests to the handler; `plain` is a handler class of the project's own."""

    FASTAPI = "fastapi"
    FLASK = "flask"
    DJANGO = "django"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that runs before a handler: a dependency, a decorator, a hook, a mixin, a permission class.

    `names` are the dotted names it is known by, the likeliest first. `is_optional` where it lets anyone pass
    (`optional=True`, `auto_error=False`). `parameters` are those of its function.
    """

    names: tuple[str, ...]
    is_optional: bool = False
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """One way to a handler; `path` is its file, `handler` its qualified name there, `line` that of the `def`.

    `url` is the template with the prefixes of all routers, as far as they are known. `methods` are empty where
    the handler takes any. `passed_over` are decorators that stand above the one that makes the route, and
    therefore never run for it.
    """

    path: str
    handler: str
    line: int
    methods: tuple[str, ...]
    url: str
    framework: Framework
    guards: tuple[Guard, ...] = ()
    passed_over: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`GET /orders/{id}`, as a configuration names it; the handler where there is no address."""
        return f"{'|'.join(self.methods) or 'ANY'} {self.url}" if self.url else self.handler
