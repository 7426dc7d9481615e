"""Which names are checks, and which routes are public."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pytest_agentgates.source.route_facts import Guard, Route

DEFAULT_CHECKS = (
    "require_*",
    "requires_*",
    "authorize*",
    "check_permission*",
    "check_access*",
    "ensure_can_*",
    "get_current_*user*",
    "get_current_*admin*",
    "get_current_principal",
    "get_authenticated_*",
    "has_permission*",
    "has_perm",
    "current_user",
    "current_active_user",
    "current_superuser",
    "verify_token",
    "Require*",
    "*PermissionChecker",
    "*RoleChecker",
    "Permission*Dep*",
    "login_required",
    "permission_required",
    "role_required",
    "roles_required",
    "roles_accepted",
    "admin_required",
    "auth_required",
    "token_required",
    "jwt_required",
    "fresh_jwt_required",
    "user_passes_test",
    "staff_member_required",
    "superuser_required",
    "LoginRequiredMixin",
    "PermissionRequiredMixin",
    "UserPassesTestMixin",
    "StaffuserRequiredMixin",
    "SuperuserRequiredMixin",
    "LoginRequiredMiddleware",
    "IsAuthenticated",
    "IsAuthenticatedOrReadOnly",
    "IsAdminUser",
    "DjangoModelPermissions",
    "DjangoObjectPermissions",
)
_NO_CHECK = re.compile(r"optional|maybe|or_none|or_anonymous|if_any", re.IGNORECASE)
_OVER_OTHERS = re.compile(r"admin|superuser|staff|operator|internal|system|platform", re.IGNORECASE)
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_READ_ONLY = "IsAuthenticatedOrReadOnly"
# These decorate routes as well, but demand a method, a header or a form, not a right.
_HTTP_ONLY = re.compile(
    r"require(?:s)?_(?:GET|POST|safe|http_methods|json|content_type|csrf\w*|csrf|params?|args?|fields?)\Z"
)


@dataclass(frozen=True, slots=True)
class Checks:
    """The names of the checking functions: `require_editor`, `app.auth.require_*`."""

    patterns: Sequence[str]

    def names(self, name: str) -> bool:
        """Whether a dotted name is that of a check."""
        plain = name.replace("()", "")
        last = plain.rpartition(".")[2]
        for pattern in self.patterns:
            if "." in pattern and fnmatchcase(plain, pattern):
                return True
            if fnmatchcase(last, pattern) and not (_is_wide(pattern) and _is_none(last)):
                return True
        return False

    def guard(self, guard: Guard, methods: Iterable[str] = ()) -> bool:
        """Whether a guard stops those who may not."""
        if guard.is_optional or not any(self.names(name) for name in guard.names):
            return False
        is_reading = bool(tuple(methods)) and _READING.issuperset(methods)
        return not (is_reading and guard.names[0].endswith(_READ_ONLY))


def is_over_others(name: str) -> bool:
    """Whether a check lets only those pass who may act for others, as administrators do."""
    return bool(_OVER_OTHERS.search(name.rpartition(".")[2]))


def public_reason(route: Route, public: Mapping[str, str]) -> str | None:
    """Why a route is public; None where nothing says it is."""
    for key, reason in public.items():
        if key_fits(key, route):
            return reason
    return None


def key_fits(key: str, route: Route) -> bool:
    """Whether `GET /health`, `/docs/*`, or the dotted name of a handler means this route."""
    method, _, url = key.rpartition(" ")
    if method and method != "*" and (not route.methods or not set(route.methods) <= set(method.upper().split("|"))):
        return False
    place = f"{route.path.removesuffix('.py').replace('/', '.')}.{route.handler}"
    return _url_fits(route.url, url) or fnmatchcase(route.handler, url) or fnmatchcase(place, url)


def _url_fits(url: str, pattern: str) -> bool:
    if url == pattern or url.rstrip("/") == pattern.rstrip("/") != "":
        return True
    expression = "".join(_part(token) for token in re.findall(r"\*|[^*]+", pattern))
    return bool(url) and re.fullmatch(expression, url) is not None


def _part(token: str) -> str:
    return ".*" if token == "*" else re.escape(token)  # noqa: S105 - a token of a glob is no secret


def _is_wide(pattern: str) -> bool:
    return "*" in pattern


def _is_none(name: str) -> bool:
    return bool(_NO_CHECK.search(name) or _HTTP_ONLY.search(name))
