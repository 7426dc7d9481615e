"""Flask, Django, plain handler classes, and the gate as its users start it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.gates.authorized import Authorized
from tests.gated_project import GatedProject
from tests.real_workspace import real_workspace

FLASK = """
from flask import Blueprint, Flask, g, request
from flask_login import login_required
app = Flask(__name__)
bp = Blueprint("orders", __name__)

def require_editor(): ...
"""
REGISTER = "\napp.register_blueprint(bp)\n"


def rules(root: Path, files: dict[str, str], gate: Authorized | None = None) -> list[str]:
    return [finding.rule for finding in (gate or Authorized()).check(real_workspace(root, files)).findings]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("@bp.route('/a')\n@login_required\ndef a(): ...", []),
        ("@bp.route('/a')\ndef a(): ...", ["AUT001"]),
        ("@login_required\n@bp.route('/a')\ndef a(): ...", ["AUT001"]),
        ("@bp.before_request\n@login_required\ndef guard(): ...\n@bp.get('/a')\ndef a(): ...", []),
        ("@bp.before_request\ndef guard():\n    require_editor()\n@bp.get('/a')\ndef a(): ...", []),
        ("app.before_request(require_editor)\n@bp.get('/a')\ndef a(): ...", []),
        (
            "other = Blueprint('x', __name__)\nother.before_request(require_editor)\n@bp.get('/a')\ndef a(): ...",
            ["AUT001"],
        ),
        ("@bp.post('/a')\ndef a():\n    require_editor()\n    db.session.commit()", []),
        ("@bp.post('/a')\ndef a():\n    db.session.commit()\n    require_editor()", ["AUT002"]),
        ("@bp.get('/a')\n@login_required\ndef a():\n    return find(request.args.get('tenant_id'))", ["AUT003"]),
        (
            "@bp.get('/a')\n@login_required\ndef a():\n    data = request.get_json()\n    return f(data['user_id'])",
            ["AUT003"],
        ),
        ("@bp.get('/a')\n@login_required\ndef a():\n    return find(g.user.tenant_id)", []),
    ],
)
def test_flask(tmp_path: Path, body: str, found: list[str]) -> None:
    assert rules(tmp_path, {"app.py": FLASK + body + REGISTER}) == found


VIEWS = """
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.views import View
from rest_framework.permissions import AllowAny, IsAdminUser, IsAuthenticatedOrReadOnly
from rest_framework.views import APIView
"""


@pytest.mark.parametrize(
    ("view", "pattern", "found"),
    [
        ("def a(request): ...", "views.a", ["AUT001"]),
        ("@login_required\ndef a(request): ...", "views.a", []),
        ("class A(PermissionRequiredMixin, View):\n    def get(self, request): ...", "views.A.as_view()", []),
        ("class A(View):\n    def get(self, request): ...", "views.A.as_view()", ["AUT001"]),
        (
            "class A(APIView):\n    permission_classes = [IsAdminUser]\n    def get(self, r): ...",
            "views.A.as_view()",
            [],
        ),
        (
            "class A(APIView):\n    permission_classes = [AllowAny]\n    def get(self, r): ...",
            "views.A.as_view()",
            ["AUT001"],
        ),
        (
            "class A(APIView):\n    permission_classes = (IsAuthenticatedOrReadOnly,)\n"
            "    def get(self, r): ...\n    def post(self, r): ...",
            "views.A.as_view()",
            ["AUT001"],
        ),
    ],
)
def test_django(tmp_path: Path, view: str, pattern: str, found: list[str]) -> None:
    urls = f"from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', {pattern})]\n"
    assert rules(tmp_path, {"shop/views.py": VIEWS + view + "\n", "shop/urls.py": urls}) == found


def test_django_settings_guard_what_names_nothing_itself(tmp_path: Path) -> None:
    view = "from rest_framework.views import APIView\nclass A(APIView):\n    def get(self, r): ...\n"
    urls = "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', views.A.as_view())]\n"
    default = "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated']}\n"
    middleware = "MIDDLEWARE = ['django.contrib.auth.middleware.LoginRequiredMiddleware']\n"
    files = {"shop/views.py": view, "shop/urls.py": urls}
    assert rules(tmp_path, files) == ["AUT001"]
    assert rules(tmp_path, {**files, "shop/settings.py": default}) == []
    assert rules(tmp_path, {**files, "shop/settings.py": middleware}) == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("        authorize(user, 'cancel')\n        self.orders.cancel(command)", []),
        ("        self.orders.cancel(command)\n        authorize(user, 'cancel')", ["AUT002"]),
        ("        self.orders.cancel(command)", ["AUT001"]),
        ("        log.info('x')\n        self._authorize(user)\n        self.orders.cancel(command)", ["AUT001"]),
        (
            "        order = self.orders.get(command.id)\n        authorize(user, order)\n"
            "        self.orders.cancel(order)",
            [],
        ),
    ],
)
def test_plain_handler_classes(tmp_path: Path, body: str, found: list[str]) -> None:
    source = f"from shop.auth import authorize\nclass Cancel:\n    def handle(self, command, user):\n{body}\n"
    gate = Authorized(checks=("authorize",), handlers=("shop/handlers/**",))
    assert (
        rules(tmp_path, {"shop/auth.py": "def authorize(*a): ...\n", "shop/handlers/cancel.py": source}, gate) == found
    )


def test_the_gate_end_to_end(pytester: pytest.Pytester) -> None:
    project = GatedProject(pytester)
    project.write("src/api.py", 'from fastapi import FastAPI\napp = FastAPI()\n\n\n@app.get("/a")\ndef a(): ...\n')
    project.configure('[tool.agentgates.gates.authorized]\nchecks = ["require_user"]\n')
    refused = project.agentgates("check", "--gate", "authorized")
    refused.stdout.fnmatch_lines(["src/api.py:6:1: AUT001 GET /a (a) has no authorization check"])
    assert refused.ret == 1
    project.configure('public = { "GET /a" = "a demonstration" }\n')
    assert project.agentgates("check", "--gate", "authorized").ret == 0


def test_a_comment_declares_a_route_public(pytester: pytest.Pytester) -> None:
    project = GatedProject(pytester)
    source = 'from fastapi import FastAPI\napp = FastAPI()\n\n\n@app.get("/a")\n'
    project.write("src/api.py", f"{source}def a(): ...  # agentgates: ignore[AUT001] a demonstration\n")
    assert project.agentgates("check", "--gate", "authorized").ret == 0
