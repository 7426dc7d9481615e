"""Customers in a SQL database, through SQLAlchemy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Insert, Update, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from components.customers.adapters.outbound.tables import CustomerRow
from components.customers.domain.exceptions import CustomerNotFoundError, EmailTakenError
from components.customers.domain.model import (
    Customer,
    CustomerId,
    CustomerStatus,
    EmailAddress,
    TenantId,
)
from components.customers.ports.outbound import CustomerRepository


class SqlCustomerRepository(CustomerRepository):
    """Keeps customers in the table `customers`; each call is one transaction."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        """Use sessions of the given factory."""
        self._sessions = sessions

    async def add(self, tenant_id: TenantId, customer: Customer) -> None:
        """See the port."""
        customer.require_tenant(tenant_id)
        # The database decides, so that two requests at once cannot both take an address.
        statement = (
            insert(CustomerRow)
            .values(
                tenant_id=tenant_id,
                customer_id=customer.customer_id,
                created_at=_without_offset(customer.created_at),
                **_changeable_values(customer),
            )
            .on_conflict_do_nothing(index_elements=["tenant_id", "email"])
        )
        if await self._rows_changed_by(statement) == 0:
            message = "A customer with this e-mail address exists."
            raise EmailTakenError(message, email=customer.email.value)

    async def get(self, tenant_id: TenantId, customer_id: CustomerId) -> Customer | None:
        """See the port."""
        statement = select(CustomerRow).where(
            CustomerRow.tenant_id == tenant_id,
            CustomerRow.customer_id == customer_id,
        )
        async with self._sessions() as session:
            row = await session.scalar(statement)
        return _customer_of(row) if row is not None else None

    async def list_after(
        self, tenant_id: TenantId, after: CustomerId | None, limit: int
    ) -> Sequence[Customer]:
        """See the port."""
        statement = select(CustomerRow).where(CustomerRow.tenant_id == tenant_id)
        if after is not None:
            statement = statement.where(CustomerRow.customer_id > after)
        ordered = statement.order_by(CustomerRow.customer_id).limit(limit)
        async with self._sessions() as session:
            rows = await session.scalars(ordered)
            return [_customer_of(row) for row in rows]

    async def update(self, tenant_id: TenantId, customer: Customer) -> None:
        """See the port."""
        customer.require_tenant(tenant_id)
        statement = (
            update(CustomerRow)
            .where(
                CustomerRow.tenant_id == tenant_id,
                CustomerRow.customer_id == customer.customer_id,
            )
            .values(**_changeable_values(customer))
        )
        if await self._rows_changed_by(statement) == 0:
            message = "There is no such customer."
            raise CustomerNotFoundError(message, customer_id=customer.customer_id)

    async def _rows_changed_by(self, statement: Insert | Update) -> int:
        async with self._sessions.begin() as session:
            connection = await session.connection()
            result = await connection.execute(statement)
        return result.rowcount


def _changeable_values(customer: Customer) -> dict[str, str | datetime]:
    return {
        "name": customer.name,
        "email": customer.email.value,
        "status": customer.status.value,
        "updated_at": _without_offset(customer.updated_at),
    }


def _without_offset(moment: datetime) -> datetime:
    # SQLite keeps no offset, so every moment is kept in UTC.
    return moment.astimezone(UTC).replace(tzinfo=None)


def _customer_of(row: CustomerRow) -> Customer:
    return Customer(
        customer_id=CustomerId(row.customer_id),
        tenant_id=TenantId(row.tenant_id),
        name=row.name,
        email=EmailAddress(row.email),
        status=CustomerStatus(row.status),
        created_at=row.created_at.replace(tzinfo=UTC),
        updated_at=row.updated_at.replace(tzinfo=UTC),
    )
