"""The HTTP interface: reads requests, checks roles, and calls the inbound ports."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict

from components.customers.adapters.inbound.error_response import ErrorBody
from components.customers.adapters.inbound.principal import (
    Principal,
    require_editor,
    require_viewer,
)
from components.customers.domain.model import (
    Customer,
    CustomerId,
    CustomerStatus,
    FindCustomer,
    ListCustomers,
    RegisterCustomer,
    RenameCustomer,
)
from components.customers.ports.inbound import CustomerCommands, CustomerQueries

_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    HTTPStatus.UNAUTHORIZED: {"model": ErrorBody},
    HTTPStatus.FORBIDDEN: {"model": ErrorBody},
}
_NOT_FOUND: Final[dict[int | str, dict[str, Any]]] = {HTTPStatus.NOT_FOUND: {"model": ErrorBody}}
_CONFLICT: Final[dict[int | str, dict[str, Any]]] = {HTTPStatus.CONFLICT: {"model": ErrorBody}}

# The bearer scheme is named for the OpenAPI document; the middleware verifies the token.
router = APIRouter(
    prefix="/customers",
    tags=["customers"],
    dependencies=[Depends(HTTPBearer(auto_error=False))],
    responses=_REFUSALS,
)


class RegisterBody(BaseModel):
    """What a client sends to register a customer."""

    model_config = ConfigDict(extra="forbid")

    name: str
    email: str


class RenameBody(BaseModel):
    """What a client sends to rename a customer."""

    model_config = ConfigDict(extra="forbid")

    name: str


class CustomerBody(BaseModel):
    """A customer as clients see it."""

    customer_id: str
    name: str
    email: str
    status: CustomerStatus
    created_at: datetime
    updated_at: datetime


class CustomerListBody(BaseModel):
    """Some customers, and the value of `after` that gives the next ones."""

    items: list[CustomerBody]
    next_after: str | None


async def customer_commands(request: Request) -> CustomerCommands:
    """Return the commands that the application was wired with."""
    commands: CustomerCommands = request.app.state.customer_commands
    return commands


async def customer_queries(request: Request) -> CustomerQueries:
    """Return the queries that the application was wired with."""
    queries: CustomerQueries = request.app.state.customer_queries
    return queries


@router.post("", status_code=HTTPStatus.CREATED, responses=_CONFLICT)
async def register_customer(
    principal: Annotated[Principal, Depends(require_editor)],
    commands: Annotated[CustomerCommands, Depends(customer_commands)],
    body: RegisterBody,
    response: Response,
) -> CustomerBody:
    """Register a customer of the caller's tenant."""
    command = RegisterCustomer(principal.tenant_id, body.name, body.email)
    customer = await commands.register(command)
    response.headers["Location"] = f"/customers/{customer.customer_id}"
    return _body_of(customer)


@router.get("")
async def list_customers(
    principal: Annotated[Principal, Depends(require_viewer)],
    queries: Annotated[CustomerQueries, Depends(customer_queries)],
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    after: str | None = None,
) -> CustomerListBody:
    """List customers of the caller's tenant in the order of their ids."""
    start = CustomerId(after) if after is not None else None
    page = await queries.list_customers(ListCustomers(principal.tenant_id, limit, start))
    items = [_body_of(customer) for customer in page.items]
    return CustomerListBody(items=items, next_after=page.next_after)


@router.get("/{customer_id}", responses=_NOT_FOUND)
async def find_customer(
    principal: Annotated[Principal, Depends(require_viewer)],
    queries: Annotated[CustomerQueries, Depends(customer_queries)],
    customer_id: str,
) -> CustomerBody:
    """Return one customer of the caller's tenant."""
    query = FindCustomer(principal.tenant_id, CustomerId(customer_id))
    return _body_of(await queries.find(query))


@router.patch("/{customer_id}", responses=_NOT_FOUND | _CONFLICT)
async def rename_customer(
    principal: Annotated[Principal, Depends(require_editor)],
    commands: Annotated[CustomerCommands, Depends(customer_commands)],
    customer_id: str,
    body: RenameBody,
) -> CustomerBody:
    """Give a customer of the caller's tenant another name."""
    command = RenameCustomer(principal.tenant_id, CustomerId(customer_id), body.name)
    return _body_of(await commands.rename(command))


def _body_of(customer: Customer) -> CustomerBody:
    return CustomerBody(
        customer_id=customer.customer_id,
        name=customer.name,
        email=customer.email.value,
        status=customer.status,
        created_at=customer.created_at,
        updated_at=customer.updated_at,
    )
