"""What a customer is and what may happen to one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from components.customers.domain.exceptions import (
    CustomerInactiveError,
    InvalidCustomerError,
    TenantMismatchError,
)
from components.customers.domain.model import (
    EMAIL_MAX_LENGTH,
    NAME_MAX_LENGTH,
    Customer,
    CustomerId,
    CustomerStatus,
    EmailAddress,
    RegisterCustomer,
)
from components.customers.tests.samples import ACME, GLOBEX, REGISTERED_AT, make_customer

LATER = REGISTERED_AT + timedelta(days=1)


def test_parse_reads_an_address_as_people_type_it() -> None:
    """Case and spaces around an address mean nothing."""
    assert EmailAddress.parse("  Ada@Example.ORG ") == EmailAddress("ada@example.org")


@pytest.mark.parametrize(
    "text",
    ["", "ada", "ada@", "@example.org", "ada@example", "a da@example.org", "a@b@example.org"],
)
def test_parse_refuses_what_is_no_address(text: str) -> None:
    """The refusal carries the text."""
    with pytest.raises(InvalidCustomerError) as refusal:
        EmailAddress.parse(text)

    assert refusal.value.context == {"email": text}


def test_an_address_is_in_lower_case_and_not_too_long() -> None:
    """No value of the type breaks the rule, however it was made."""
    longest = "a" * (EMAIL_MAX_LENGTH - len("@example.org")) + "@example.org"

    assert EmailAddress(longest).value == longest
    for text in ("Ada@example.org", f"a{longest}"):
        with pytest.raises(InvalidCustomerError):
            EmailAddress(text)


def test_register_makes_an_active_customer_of_the_tenant() -> None:
    """Everything follows from the id, the command and the moment."""
    command = RegisterCustomer(ACME, " Ada Lovelace ", "Ada@Example.org")

    customer = Customer.register(CustomerId("c1"), command, REGISTERED_AT)

    assert customer == Customer(
        customer_id=CustomerId("c1"),
        tenant_id=ACME,
        name="Ada Lovelace",
        email=EmailAddress("ada@example.org"),
        status=CustomerStatus.ACTIVE,
        created_at=REGISTERED_AT,
        updated_at=REGISTERED_AT,
    )


@pytest.mark.parametrize("name", ["", "   ", "x" * (NAME_MAX_LENGTH + 1)])
def test_register_refuses_a_name_that_no_customer_may_have(name: str) -> None:
    """Empty and endless names are no names."""
    with pytest.raises(InvalidCustomerError) as refusal:
        make_customer("c1", name=name)

    assert refusal.value.code == "invalid_customer"


def test_rename_changes_the_name_and_the_moment_of_change_only() -> None:
    """The value that was renamed stays as it was."""
    customer = make_customer("c1")

    renamed = customer.rename(" Grace ", LATER)

    assert (renamed.name, renamed.updated_at) == ("Grace", LATER)
    assert (renamed.email, renamed.created_at) == (customer.email, customer.created_at)
    assert customer.name == "Ada"


def test_rename_refuses_an_empty_name() -> None:
    """The rule for names holds for changes too."""
    with pytest.raises(InvalidCustomerError):
        make_customer("c1").rename(" ", LATER)


def test_deactivate_ends_the_business() -> None:
    """The moment of change is kept."""
    inactive = make_customer("c1").deactivate(LATER)

    assert (inactive.status, inactive.updated_at) == (CustomerStatus.INACTIVE, LATER)


def test_an_inactive_customer_does_not_change() -> None:
    """The refusal names the customer."""
    inactive = make_customer("c1").deactivate(LATER)

    with pytest.raises(CustomerInactiveError) as refusal:
        inactive.rename("Grace", LATER)
    with pytest.raises(CustomerInactiveError):
        inactive.deactivate(LATER)

    assert refusal.value.context == {"customer_id": "c1"}


def test_require_tenant_refuses_another_tenant() -> None:
    """A customer is handed over under its own tenant or not at all."""
    customer = make_customer("c1", ACME)

    customer.require_tenant(ACME)
    with pytest.raises(TenantMismatchError):
        customer.require_tenant(GLOBEX)
