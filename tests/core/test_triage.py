"""Tasks are told apart by whole words, in whatever way they are written."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.core.layer_words import LAYER_WORDS
from pytest_agentgates.core.phrases import Text, find_phrase
from pytest_agentgates.core.triage import LayerWords, Rejecting, triage

BACK, FRONT = "infrastructure_backend", "infrastructure_frontend"
ROWS = [
    ("Implement CustomerRepositoryImpl with SQLAlchemy", BACK),
    ("Create FastAPI endpoint for /customers", BACK),
    ("Build CustomerList React component", FRONT),
    ("Create database migration for customers table", BACK),
    ("Implement JWT authentication middleware", BACK),
    ("Create shadcn/ui button component", FRONT),
    ("Define ICustomerRepository interface", "application"),
    ("Implement CreateCustomerUseCase", "application"),
    ("Create Customer domain entity", "domain"),
]
MORE = [
    ("Create alembic migrations for indices", BACK),
    ("Expose GET /orders/{id}", BACK),
    ("Add OAuth2 login to the API", BACK),
    ("Serve /components over HTTP with FastAPI", BACK),
    ("Rate-limiting for the api-gateway", BACK),
    ("Add pagination to the orders endpoints", BACK),
    ("Rebuild the search indexes of MySQL", BACK),
    ("Add NextJS dashboards", FRONT),
    ("Write the Modal in TSX", FRONT),
    ("Show invoices on two pages of the UI", FRONT),
    ("Write DTOs for orders", "application"),
    ("Add use-cases for returns", "application"),
    ("Write place_order_use_case", "application"),
    ("Hold BR-017 for refunds", "domain"),
    ("Model Money as ValueObject", "domain"),
    ("Add domain entities of billing", "domain"),
]

CLEAR = [
    ("Implement OrderRepositoryImpl using SQLAlchemy async sessions", BACK),
    ("Add PostgresOrderRepository with connection pooling", BACK),
    ("Create Alembic migration adding currency column to invoices", BACK),
    ("Add Redis cache for product lookups", BACK),
    ("Configure Celery worker for email sending", BACK),
    ("Write S3 adapter for file uploads", BACK),
    ("Implement webhook controller for Stripe events", BACK),
    ("Add foreign key constraint to order_items table", BACK),
    ("Add unique constraints on the email column", BACK),
    ("Create database view for monthly revenue", BACK),
    ("Accept a page size in GET /customers", BACK),
    ("Register OrdersViewSet in Django", BACK),
    ("Handle the rest of the Kafka events", BACK),
    ("Build OrderTable React component", FRONT),
    ("Create login page", FRONT),
    ("Add dark theme toggle", FRONT),
    ("Style the checkout form with Tailwind", FRONT),
    ("Create modal dialog for deleting customers", FRONT),
    ("Add sidebar with shadcn", FRONT),
    ("Build dashboard layout in Next.js", FRONT),
    ("Implement form validation for sign-up", FRONT),
    ("Create React context for authentication", FRONT),
    ("Build responsive navbar", FRONT),
    ("Define IOrderRepository interface", "application"),
    ("Implement PlaceOrderUseCase", "application"),
    ("Create OrderDTO", "application"),
    ("Add CancelOrderCommandHandler", "application"),
    ("Add GetOrderQueryHandler", "application"),
    ("Define abstract repository for products", "application"),
    ("Implement application service for billing", "application"),
    ("Write use case for refunding payments", "application"),
    ("Add CustomerNotFound application exception", "application"),
    ("Create Order domain entity", "domain"),
    ("Add Money value object", "domain"),
    ("Implement Order aggregate root", "domain"),
    ("Enforce business rule: an order has at least one line", "domain"),
    ("Add invariant that totals are never negative", "domain"),
    ("Implement BR-012 credit limit", "domain"),
    ("Add OrderStatus enum to the domain model", "domain"),
    ("Write pricing domain service in pure Python", "domain"),
]


@pytest.mark.parametrize("layer", [BACK, FRONT])
@pytest.mark.parametrize(("title", "expected"), ROWS)
def test_known_titles_go_to_their_layer_whichever_layer_selects(title: str, expected: str, layer: str) -> None:
    decision = triage(title, "", layer, LAYER_WORDS)
    assert (decision.layer, decision.accepted) == (expected, expected == layer)
    assert decision.words


@pytest.mark.parametrize("layer", [BACK, FRONT])
@pytest.mark.parametrize(("title", "expected"), CLEAR)
def test_clear_titles_go_to_their_layer_whichever_layer_selects(title: str, expected: str, layer: str) -> None:
    assert triage(title, "", layer, LAYER_WORDS).layer == expected


@pytest.mark.parametrize(("title", "expected"), MORE)
def test_plurals_hyphens_and_camel_case_change_nothing(title: str, expected: str) -> None:
    decision = triage(title, "", BACK, LAYER_WORDS)
    assert (decision.layer, decision.accepted) == (expected, expected == BACK)
    assert all(repr(word) in decision.reason for word in decision.words)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("build guidelines", "ui"),
        ("pagination of overviews", "page"),
        ("pagination of overviews", "view"),
        ("transform the platform", "form"),
        ("transform the platform", "orm"),
        ("for M2M tables", "form"),
        ("restore the arrest", "rest"),
        ("abbr-1 and br tags", "br-"),
        ("widget /orders", "get /"),
        ("the value. Object to it", "value object"),
        ("look into src/components/page.tsx", "component"),
        ("look into components/orders/domain model", "component"),
        ("serve /pages", "page"),
        ("reactive streams react to it not", "reaction"),
    ],
)
def test_no_phrase_is_found_inside_of_words_nor_in_paths(text: str, phrase: str) -> None:
    assert not find_phrase(Text.of(text), phrase)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Add UseCases", "use case"),
        ("Add a usecase", "use case"),
        ("add HTTPClients", "http client"),
        ("CSS", "css"),
        ("shadcn/ui", "ui"),
        ("Next.js", "next.js"),
        ("nextjs", "next.js"),
        ("handle /api/orders", "/api/"),
        ("BR-1", "br-"),
        ("IRepository", "irepository"),
        ("material ui", "material-ui"),
        ("queries and repositories", "repository"),
    ],
)
def test_a_phrase_is_found_however_it_is_joined(text: str, phrase: str) -> None:
    assert find_phrase(Text.of(text), phrase)


def test_words_of_an_idiom_tell_nothing() -> None:
    for title in ("Do the rest of it", "Follow the code style", "Write the table of contents", "Wait in view of costs"):
        assert triage(title, "", BACK, LAYER_WORDS).words == ()
    assert triage("Model the bounded context of billing", "", FRONT, LAYER_WORDS).words == ()
    assert triage("Rest of the REST API", "", BACK, LAYER_WORDS).words == ("rest", "api")


def test_a_rejecting_word_does_not_count_inside_of_a_longer_indicator() -> None:
    assert triage("Add a check constraint", "", BACK, LAYER_WORDS).words == ("check constraint",)
    both = triage("Add a check constraint and a constraint of sums", "", BACK, LAYER_WORDS)
    assert (both.layer, both.words) == ("domain", ("constraint",))
    own = {BACK: LayerWords((Rejecting("domain", ("check constraint",)),), {"a": ("check constraint",)})}
    assert triage("Add a check constraint", "", BACK, own).layer == "domain"


def test_the_description_counts_as_the_title_does() -> None:
    decision = triage("Customers", "Write the React component.", BACK, LAYER_WORDS)
    assert (decision.accepted, decision.layer, decision.words) == (False, FRONT, ("react", "component"))


def test_words_of_other_layers_come_before_indicators() -> None:
    assert triage("Map the Order aggregate with SQLAlchemy", "", BACK, LAYER_WORDS).layer == "domain"


def test_without_any_word_the_default_decides_and_says_so() -> None:
    decision = triage("Do it well", "", BACK, LAYER_WORDS)
    assert (decision.accepted, decision.layer) == (False, "application")
    assert decision.reason == f"no word tells of {BACK}; such tasks go to application"
    own = {BACK: LayerWords(accept_otherwise=True)}
    assert triage("Do it well", "", BACK, own).accepted


def test_a_layer_without_words_takes_what_is_its_own() -> None:
    assert triage("Anything", "", "domain", LAYER_WORDS).accepted


def test_own_words_replace_those_of_the_package() -> None:
    own = {BACK: LayerWords((Rejecting("domain", ("ledger",)),), {"queues": ("nats",)})}
    assert triage("Publish to NATS", "", BACK, own).accepted
    assert triage("Write the ledgers", "", BACK, own).layer == "domain"


def test_a_long_description_is_read_at_once() -> None:
    started = time.perf_counter()
    decision = triage("Do it", "A long description of what is to be done. " * 300, BACK, LAYER_WORDS)
    assert (decision.words, time.perf_counter() - started < 2) == ((), True)


@given(st.text(), st.text(), st.sampled_from([BACK, FRONT]))
def test_every_text_gets_a_decision_with_a_reason(title: str, description: str, layer: str) -> None:
    decision = triage(title, description, layer, LAYER_WORDS)
    assert decision.reason
    assert decision.accepted == (decision.layer == layer)


@given(st.sampled_from([row[0] for row in ROWS]))
def test_case_of_letters_does_not_matter_where_words_stand_apart(title: str) -> None:
    apart = " ".join(token.word for token in Text.of(title).tokens)
    assert triage(apart.upper(), "", BACK, LAYER_WORDS).layer == triage(apart, "", BACK, LAYER_WORDS).layer
