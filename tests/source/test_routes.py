"""Every way to a handler is found, with its address and with what runs before it."""

from __future__ import annotations

from pathlib import Path

from pytest_agentgates.source.route_facts import Route
from pytest_agentgates.source.routes import routes_of
from tests.real_workspace import real_workspace

AUTH = """
    from typing import Annotated
    from fastapi import Depends

    def current_user(): ...
    def require_admin(user=Depends(current_user)): ...
    Admin = Annotated[str, Depends(require_admin)]
"""


def routes(root: Path, files: dict[str, str]) -> dict[str, Route]:
    return {route.name: route for route in routes_of(real_workspace(root, files))}


def guards(route: Route) -> set[str]:
    return {name.rpartition(".")[2] for guard in route.guards for name in guard.names}


def test_prefixes_of_nested_routers_make_the_address(tmp_path: Path) -> None:
    found = routes(
        tmp_path,
        {
            "app/orders.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/orders")

                @router.get("/{order_id}")
                async def find(order_id: str): ...
            """,
            "app/v1.py": """
                from fastapi import APIRouter
                from app import orders
                api = APIRouter()
                api.include_router(orders.router, prefix="/v1")
            """,
            "app/main.py": """
                from fastapi import FastAPI
                from app.v1 import api

                def create_app():
                    app = FastAPI()
                    app.include_router(api, prefix="/api")
                    return app
            """,
        },
    )
    assert list(found) == ["GET /api/v1/orders/{order_id}"]
    route = found["GET /api/v1/orders/{order_id}"]
    assert (route.path, route.handler, route.line) == ("app/orders.py", "find", 6)


def test_dependencies_of_app_router_mount_and_parameter_guard(tmp_path: Path) -> None:
    found = routes(
        tmp_path,
        {
            "app/auth.py": AUTH,
            "app/main.py": """
                from fastapi import APIRouter, Depends, FastAPI, Security
                from app.auth import Admin, current_user

                def of_app(): ...
                def of_router(): ...
                def of_mount(): ...
                def of_route(): ...

                app = FastAPI(dependencies=[Depends(of_app)])
                router = APIRouter(dependencies=[Depends(of_router)])

                @router.post("/a", dependencies=[Security(of_route, scopes=["x"])])
                def a(admin: Admin): ...

                app.include_router(router, dependencies=[Depends(of_mount)])
            """,
        },
    )
    wanted = {"of_app", "of_router", "of_mount", "of_route", "require_admin", "current_user"}
    assert wanted <= guards(found["POST /a"])


def test_a_router_mounted_twice_has_two_addresses_with_their_own_guards(tmp_path: Path) -> None:
    found = routes(
        tmp_path,
        {
            "main.py": """
                from fastapi import APIRouter, Depends, FastAPI
                def check(): ...
                app = FastAPI()
                router = APIRouter()

                @router.get("/a")
                def a(): ...

                app.include_router(router, prefix="/in", dependencies=[Depends(check)])
                app.include_router(router, prefix="/open")
            """
        },
    )
    assert guards(found["GET /in/a"]) == {"check"}
    assert guards(found["GET /open/a"]) == set()


def test_routers_made_by_factories_are_followed(tmp_path: Path) -> None:
    found = routes(
        tmp_path,
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI

                def make_router() -> APIRouter:
                    router = APIRouter()

                    @router.put("/a")
                    def a(): ...

                    return router

                app = FastAPI()
                app.include_router(make_router(), prefix="/made")
            """
        },
    )
    assert list(found) == ["PUT /made/a"]


def test_a_file_that_only_takes_a_router_from_elsewhere_is_read(tmp_path: Path) -> None:
    found = routes(
        tmp_path,
        {
            "web.py": "from fastapi import APIRouter\nrouter = APIRouter()\n",
            "orders.py": 'from web import router\n\n@router.get("/a")\ndef a(): ...\n',
        },
    )
    assert found["GET /a"].path == "orders.py"


def test_flask_blueprints_views_and_hooks(tmp_path: Path) -> None:
    found = routes(
        tmp_path,
        {
            "app.py": """
                from flask import Blueprint, Flask
                from flask.views import MethodView

                bp = Blueprint("orders", __name__, url_prefix="/orders")

                def login_required(function): ...

                @bp.before_request
                def guard(): ...

                @bp.route("/", methods=["GET", "POST"])
                @login_required
                def orders(): ...

                class OrderView(MethodView):
                    decorators = [login_required]
                    def get(self, order_id): ...
                    def delete(self, order_id): ...

                bp.add_url_rule("/<order_id>", view_func=OrderView.as_view("order"))
                app = Flask(__name__)
                app.register_blueprint(bp)
            """
        },
    )
    assert set(found) == {"GET|POST /orders/", "GET /orders/<order_id>", "DELETE /orders/<order_id>"}
    assert {"guard", "login_required"} <= guards(found["GET|POST /orders/"])
    assert {"guard", "login_required"} <= guards(found["DELETE /orders/<order_id>"])


def test_django_views_with_decorators_mixins_and_permissions(tmp_path: Path) -> None:
    found = routes(
        tmp_path,
        {
            "shop/views.py": """
                from django.contrib.auth.decorators import login_required
                from django.contrib.auth.mixins import LoginRequiredMixin
                from django.utils.decorators import method_decorator
                from django.views import View
                from rest_framework.permissions import IsAuthenticated
                from rest_framework.viewsets import ModelViewSet

                @login_required
                def home(request): ...

                def wrapped(request): ...

                class Mixed(LoginRequiredMixin, View):
                    def get(self, request): ...

                @method_decorator(login_required, name="dispatch")
                class Decorated(View):
                    def post(self, request): ...

                class Orders(ModelViewSet):
                    permission_classes = [IsAuthenticated]
                    def list(self, request): ...
            """,
            "shop/urls.py": """
                from django.contrib.auth.decorators import login_required
                from django.urls import path
                from rest_framework.routers import DefaultRouter
                from shop import views

                router = DefaultRouter()
                router.register("orders", views.Orders)
                urlpatterns = [
                    path("home/", views.home),
                    path("wrapped/", login_required(views.wrapped)),
                    path("mixed/", views.Mixed.as_view()),
                    path("decorated/", views.Decorated.as_view()),
                ]
            """,
        },
    )
    assert guards(found["ANY home/"]) >= {"login_required"}
    assert guards(found["ANY wrapped/"]) >= {"login_required"}
    assert guards(found["GET mixed/"]) >= {"LoginRequiredMixin"}
    assert guards(found["POST decorated/"]) >= {"login_required"}
    assert guards(found["GET orders"]) >= {"IsAuthenticated"}


def test_tests_and_other_decorators_make_no_routes(tmp_path: Path) -> None:
    found = routes(
        tmp_path,
        {
            "tests/test_api.py": 'from fastapi import FastAPI\napp = FastAPI()\n\n@app.get("/a")\ndef a(): ...\n',
            "cache.py": 'import fastapi\nimport cache\n\n@cache.store.get("/a")\ndef a(): ...\n',
        },
    )
    assert found == {}
