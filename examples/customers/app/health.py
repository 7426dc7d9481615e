"""Tells whether the service can work."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

router = APIRouter(tags=["health"])


class HealthBody(BaseModel):
    """The state of the service and of what it needs."""

    status: str
    database: str


@router.get("/health", responses={HTTPStatus.SERVICE_UNAVAILABLE: {"model": HealthBody}})
async def health(request: Request, response: Response) -> HealthBody:
    """Answer 200 when the database answers, else 503."""
    if await _answers(request.app.state.engine):
        return HealthBody(status="ok", database="ok")
    response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return HealthBody(status="unavailable", database="unavailable")


async def _answers(engine: AsyncEngine) -> bool:
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True
