"""FastAPI: which routes are checked, which are not, and when the check comes."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.gates.authorized import Authorized
from tests.real_workspace import real_workspace

HEAD = """
from typing import Annotated
from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Security
from shop.auth import current_user, maybe_user, require_admin, require_editor, User

app = FastAPI()
router = APIRouter()
"""
AUTH = """
class User: ...
def current_user() -> User: ...
def maybe_user(): ...
def require_editor(user=None) -> User: ...
def require_admin(user=None) -> User: ...
"""
TAIL = "\napp.include_router(router)\n"


def judge(root: Path, body: str, gate: Authorized | None = None) -> GateResult:
    files = {"shop/auth.py": AUTH, "shop/api.py": HEAD + dedent(body) + TAIL}
    gate = gate or Authorized(checks=("current_user", "require_*"))
    return gate.check(real_workspace(root, files))


def rules(result: GateResult) -> list[str]:
    return [finding.rule for finding in result.findings]


GUARDED = {
    "parameter": "@router.get('/a')\ndef a(user: User = Depends(current_user)): ...",
    "annotated": "@router.get('/a')\ndef a(user: Annotated[User, Depends(current_user)]): ...",
    "security": "@router.get('/a')\ndef a(user: User = Security(current_user, scopes=['a'])): ...",
    "alias": "CurrentUser = Annotated[User, Depends(current_user)]\n@router.get('/a')\ndef a(user: CurrentUser): ...",
    "route": "@router.get('/a', dependencies=[Depends(require_editor)])\ndef a(): ...",
    "nested": "def service(user=Depends(current_user)): ...\n@router.get('/a')\ndef a(service=Depends(service)): ...",
    "called in the dependency": "def guard(request: Request):\n    require_editor(request)\n"
    "@router.get('/a')\ndef a(x=Depends(guard)): ...",
    "class with call": "class Checker:\n    def __init__(self, role): ...\n"
    "    def __call__(self, user=Depends(current_user)): ...\n"
    "@router.get('/a', dependencies=[Depends(Checker('x'))])\ndef a(): ...",
    "first in the body": "@router.get('/a')\nasync def a(request: Request):\n    require_editor(request)\n    return 1",
    "middleware": "class Guard:\n    async def dispatch(self, request, call_next):\n        require_editor(request)\n"
    "        return await call_next(request)\napp.add_middleware(Guard)\n@router.get('/a')\ndef a(): ...",
    "list under a name": "GUARDS = [Depends(require_editor)]\n@router.get('/a', dependencies=GUARDS)\ndef a(): ...",
}
OPEN = {
    "nothing": "@router.get('/a')\ndef a(): ...",
    "another dependency": "def session(): ...\n@router.get('/a')\ndef a(db=Depends(session)): ...",
    "optional": "def optional_current_user(): ...\n@router.get('/a')\ndef a(u=Depends(optional_current_user)): ...",
    "swallowed": "def guard():\n    try:\n        return require_editor()\n    except ValueError:\n"
    "        return None\n"
    "@router.get('/a')\ndef a(u=Depends(guard)): ...",
    "decorator above the route": "@require_editor\n@router.get('/a')\ndef a(): ...",
    "never called": "def require_role(role):\n    def check(): ...\n    return check\n"
    "@router.get('/a', dependencies=[Depends(lambda: require_role('x'))])\ndef a(): ...",
    "a method is demanded": "def require_POST(): ...\n"
    "@router.get('/a', dependencies=[Depends(require_POST)])\ndef a(): ...",
}


@pytest.mark.parametrize("body", GUARDED.values(), ids=GUARDED)
def test_a_checked_route_is_well(tmp_path: Path, body: str) -> None:
    result = judge(tmp_path, body)
    assert (result.status, rules(result)) == (GateStatus.PASS, [])
    assert result.message == "1 route, 0 of them public"


@pytest.mark.parametrize("body", OPEN.values(), ids=OPEN)
def test_an_unchecked_route_is_found(tmp_path: Path, body: str) -> None:
    result = judge(tmp_path, body)
    assert rules(result) == ["AUT001"]
    line = result.findings[0].line
    source = (HEAD + dedent(body)).splitlines()
    assert source[line - 1].startswith("def a")


def test_a_check_above_the_route_is_named(tmp_path: Path) -> None:
    finding = judge(tmp_path, OPEN["decorator above the route"]).findings[0]
    assert "@require_editor stands above the decorator that makes the route" in finding.message
    assert finding.fix.startswith("put @require_editor below")


def test_work_before_the_check_is_found(tmp_path: Path) -> None:
    body = """
    @router.post('/a')
    async def a(request: Request, orders=Depends()):
        await orders.cancel(1)
        require_editor(request)
    """
    result = judge(tmp_path, body)
    assert rules(result) == ["AUT002"]
    assert "`orders.cancel` runs before the check `require_editor`" in result.findings[0].message


def test_what_the_check_is_about_may_be_loaded_first(tmp_path: Path) -> None:
    body = """
    @router.post('/a')
    async def a(request: Request, orders=Depends()):
        order = await orders.get(1)
        require_editor(request, order.owner)
        await orders.cancel(order)
    """
    assert rules(judge(tmp_path, body)) == []


def test_the_order_of_parameters_does_not_matter(tmp_path: Path) -> None:
    body = "@router.get('/a')\ndef a(x=Depends(maybe_user), u=Depends(current_user)): ..."
    assert rules(judge(tmp_path, body)) == []


def test_a_public_route_needs_a_reason_and_must_exist(tmp_path: Path) -> None:
    well = Authorized(checks=("x",), public={"GET /a": "health"})
    assert judge(tmp_path, OPEN["nothing"], well).message == "1 route, 1 of them public"
    without = judge(tmp_path, OPEN["nothing"], Authorized(public={"GET /a": " "}))
    assert (without.status, without.message) == (
        GateStatus.ERROR,
        "the public route 'GET /a' has no reason: write one",
    )
    gone = judge(tmp_path, GUARDED["parameter"], Authorized(public={"POST /a": "old"}))
    assert [finding.message for finding in gone.findings] == ["the public route 'POST /a' fits no route"]


def test_no_route_at_all_is_an_error_unless_allowed(tmp_path: Path) -> None:
    workspace = real_workspace(tmp_path, {"shop.py": "x = 1\n"})
    assert Authorized().check(workspace).status is GateStatus.ERROR
    assert "no route was found" in Authorized().check(workspace).message
    assert Authorized(allow_empty=True).check(workspace).status is GateStatus.PASS


def test_what_does_not_parse_or_match_is_an_error(tmp_path: Path) -> None:
    result = judge(tmp_path, GUARDED["parameter"])
    assert result.status is GateStatus.PASS
    glob = judge(tmp_path, GUARDED["parameter"], Authorized(handlers=("nowhere/**",)))
    assert (glob.status, "AGT002 the glob 'nowhere/**'" in glob.message) == (GateStatus.ERROR, True)
    (tmp_path / "broken.py").write_text("def (:\n")
    broken = judge(tmp_path, GUARDED["parameter"])
    assert (broken.status, "broken.py:1 does not parse" in broken.message) == (GateStatus.ERROR, True)
    assert judge(tmp_path, "", Authorized(checks=())).status is GateStatus.ERROR
