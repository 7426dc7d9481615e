"""Domain errors as HTTP responses."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from pydantic import BaseModel
from starlette.responses import JSONResponse

from components.customers.domain.exceptions import (
    AccessDeniedError,
    CustomerError,
    CustomerInactiveError,
    CustomerNotFoundError,
    EmailTakenError,
    InvalidCustomerError,
    NotAuthenticatedError,
)


class ErrorBody(BaseModel):
    """The body of every refusal of the component."""

    code: str
    message: str
    context: dict[str, str]


STATUS_OF_CODE: Final = {
    AccessDeniedError.code: HTTPStatus.FORBIDDEN,
    CustomerInactiveError.code: HTTPStatus.CONFLICT,
    CustomerNotFoundError.code: HTTPStatus.NOT_FOUND,
    EmailTakenError.code: HTTPStatus.CONFLICT,
    InvalidCustomerError.code: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotAuthenticatedError.code: HTTPStatus.UNAUTHORIZED,
}


def error_response(error: CustomerError) -> JSONResponse:
    """Say in HTTP why a request was refused."""
    status = STATUS_OF_CODE.get(error.code, HTTPStatus.INTERNAL_SERVER_ERROR)
    body = ErrorBody(code=error.code, message=error.message, context=error.context)
    challenge = {"WWW-Authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(body.model_dump(), status_code=status, headers=challenge)
