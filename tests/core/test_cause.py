"""Suspected causes, each from the error that really is raised."""

from __future__ import annotations

import importlib
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
import sqlalchemy
from hypothesis import given, settings

from pytest_agentgates.core.cause import suspect
from pytest_agentgates.core.cause_signs import ASSERTED, ASSERTIONS, BACKEND, TIMEOUTS
from pytest_agentgates.core.frontend_signs import FRONTEND
from pytest_agentgates.core.outcomes import Failure
from tests.strategies import FAILURES, NAMES

BACKEND_CAUSES = {
    "use_case_missing",
    "interface_mismatch",
    "orm_mapping_error",
    "api_contract_mismatch",
    "database_error",
    "dependency_injection_error",
    "import_error",
}
FRONTEND_CAUSES = {
    "api_client_error",
    "component_error",
    "typescript_error",
    "shadcn_setup_error",
    "form_validation_error",
    "build_error",
    "ui_design_mismatch",
}


class OrderPort(ABC):
    @abstractmethod
    def save(self) -> None: ...


class OrderService:
    def __init__(self, order_repository: OrderPort) -> None:
        self.orders = order_repository

    def place(self, order: str) -> None:
        raise NotImplementedError


class MemoryOrderRepository(OrderPort):
    def save(self) -> None: ...


def ask_for_a_table() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("select 1 from orders")


def failure_of(act: Callable[[], Any]) -> Failure:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it raises is what is looked at
        act()
    kind = type(caught.value)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    return Failure("call", name, str(caught.value))


SERVICE_CLASS: Any = OrderService
SERVICE: Any = OrderService(MemoryOrderRepository())


@pytest.mark.parametrize(
    ("act", "cause", "evidence"),
    [
        (lambda: SERVICE.place("x"), "use_case_missing", "NotImplementedError"),
        (
            lambda: SERVICE.cancel("x"),
            "use_case_missing",
            "AttributeError: 'OrderService' object has no attribute 'cancel'",
        ),
        (
            lambda: importlib.import_module("json.use_cases"),
            "use_case_missing",
            "ModuleNotFoundError: No module named 'json.use_cases'",
        ),
        (
            lambda: SERVICE.orders.find(1),
            "interface_mismatch",
            "AttributeError: 'MemoryOrderRepository' object has no attribute 'find'",
        ),
        (
            lambda: SERVICE.place(order="x", tenant="t"),
            "interface_mismatch",
            "TypeError: OrderService.place() got an unexpected keyword argument 'tenant'",
        ),
        (
            lambda: SERVICE.place("x", "t"),
            "interface_mismatch",
            "TypeError: OrderService.place() takes 2 positional arguments but 3 were given",
        ),
        (
            SERVICE_CLASS,
            "dependency_injection_error",
            "TypeError: OrderService.__init__() missing 1 required positional argument: 'order_repository'",
        ),
        (
            ask_for_a_table,
            "database_error",
            "sqlite3.OperationalError: no such table: orders",
        ),
        (
            lambda: importlib.import_module("no_such_library"),
            "import_error",
            "ModuleNotFoundError: No module named 'no_such_library'",
        ),
    ],
)
def test_errors_of_the_interpreter_have_their_cause(act: Callable[[], Any], cause: str, evidence: str) -> None:
    assert suspect(failure_of(act), "application") == (cause, evidence)


def test_an_abstract_port_is_an_interface_mismatch() -> None:
    make: Any = OrderPort
    cause, evidence = suspect(failure_of(make), "domain")
    assert cause == "interface_mismatch"
    assert evidence.startswith("TypeError: Can't instantiate abstract class OrderPort")


def test_an_error_of_the_mapper_is_an_orm_mapping_error() -> None:
    failure = failure_of(lambda: sqlalchemy.inspect(OrderService))
    assert suspect(failure, "infrastructure_backend")[0] == "orm_mapping_error"


@pytest.mark.parametrize(
    ("exception", "message", "cause"),
    [
        ("AssertionError", "assert 1 == 2", "assertion_error"),
        ("AssertionError", "assert 'IntegrityError' in 'OperationalError: TimeoutError'", "assertion_error"),
        ("Failed", "DID NOT RAISE <class 'ValueError'>", "assertion_error"),
        ("Failed", "Timeout >2.0s", "timeout"),
        ("TimeoutError", "", "timeout"),
        ("ValueError", "assert this", "unknown"),
        ("KeyError", "'customer'", "unknown"),
        ("AttributeError", "'NoneType' object has no attribute 'id'", "unknown"),
        ("", "", "unknown"),
    ],
)
def test_what_no_sign_fits_is_no_guess(exception: str, message: str, cause: str) -> None:
    assert suspect(Failure("call", exception, message), "domain")[0] == cause


def test_unknown_has_no_evidence() -> None:
    assert suspect(Failure("call", "KeyError", "'x'"), "domain") == ("unknown", "")


def test_a_status_code_that_differs_is_an_api_contract_mismatch() -> None:
    message = "assert 404 == 200\n +  where 404 = <Response [404 Not Found]>.status_code"
    expected = ("api_contract_mismatch", "+  where 404 = <Response [404 Not Found]>.status_code")
    assert suspect(Failure("call", "AssertionError", message), "infrastructure_backend") == expected


def test_the_error_behind_an_error_is_found_in_the_trace() -> None:
    trace = "    except sqlite3.Error:\nE   sqlite3.OperationalError: database is locked\nE   RuntimeError: cannot save"
    failure = Failure("call", "RuntimeError", "cannot save", trace=trace)
    assert suspect(failure, "domain") == ("database_error", "sqlite3.OperationalError: database is locked")


def test_the_evidence_is_the_line_as_pytest_shows_it() -> None:
    line = "sqlite3.OperationalError: no such table: orders"
    for exception in ("OperationalError", "sqlite3.OperationalError"):
        assert suspect(Failure("call", exception, line), "domain") == ("database_error", line)


def test_code_that_the_trace_quotes_is_no_sign() -> None:
    trace = "    from psycopg import OperationalError\n>   raise KeyError(1)\nE   KeyError: 1"
    assert suspect(Failure("call", "KeyError", "1", trace=trace), "domain") == ("unknown", "")


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("AxiosError: Request failed with status code 500", "api_client_error"),
        ("TypeError: fetch failed", "api_client_error"),
        ('TestingLibraryElementError: Unable to find role="button"', "component_error"),
        ("Error: Element type is invalid: expected a string", "component_error"),
        ("src/a.ts(3,1): error TS2322: Type 'string' is not assignable to type 'number'.", "typescript_error"),
        ('Failed to resolve import "@/components/ui/button" from src/app.tsx', "shadcn_setup_error"),
        ('ZodError: [ { "code": "too_small" } ]', "form_validation_error"),
        ("Failed to compile.", "build_error"),
        ("Cannot find module './customer-list'", "build_error"),
        ("expect(element).toHaveStyle()", "ui_design_mismatch"),
        ("Error: Test timed out in 5000ms.", "timeout"),
        ("expect(received).toBe(expected)", "assertion_error"),
        ("something odd", "unknown"),
    ],
)
def test_frontend_errors_have_their_cause(message: str, cause: str) -> None:
    assert suspect(Failure("frontend_tests", "", message), "infrastructure_frontend")[0] == cause


def test_a_layer_only_has_the_causes_of_its_end() -> None:
    failure = Failure("call", "Error", "Cannot find module './x'")
    assert [suspect(failure, layer)[0] for layer in ("domain", "infrastructure_frontend", "")] == [
        "unknown",
        "build_error",
        "build_error",
    ]


def test_the_tables_name_every_cause_and_no_other() -> None:
    assert {cause for cause, _ in BACKEND} == BACKEND_CAUSES
    assert {cause for cause, _ in FRONTEND} == FRONTEND_CAUSES
    assert {cause for cause, _ in (*TIMEOUTS, *ASSERTED, *ASSERTIONS)} == {
        "timeout",
        "api_contract_mismatch",
        "assertion_error",
    }


@pytest.mark.parametrize(("layer", "table"), [("domain", BACKEND), ("infrastructure_frontend", FRONTEND)])
def test_every_sign_leads_to_a_cause_no_later_than_its_own(layer: str, table: Any) -> None:
    order = [cause for cause, _ in table]
    for cause, signs in table:
        for sign in signs:
            found, evidence = suspect(Failure("call", "", sign.replace(" & ", " ")), layer)
            assert order.index(found) <= order.index(cause)
            assert evidence


@settings(deadline=None)
@given(FAILURES, NAMES)
def test_a_cause_always_has_evidence_from_the_failure(failure: Failure, layer: str) -> None:
    cause, evidence = suspect(failure, layer)
    assert (cause == "unknown") == (evidence == "")
    whole = f"{failure.exception}: {failure.message}\n{failure.exception}\n{failure.trace}"
    assert evidence in whole
