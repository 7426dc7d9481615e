"""The settings are read once and checked at start-up."""

from __future__ import annotations

import secrets

import pytest

from app.main import create_app
from app.settings import DATABASE_URL, JWT_AUDIENCE, JWT_KEY, Settings, SettingsError


def test_settings_come_from_the_environment() -> None:
    """Every setting is taken over as it stands."""
    key = secrets.token_hex(32)
    environment = {DATABASE_URL: "sqlite+aiosqlite:///x.db", JWT_KEY: key, JWT_AUDIENCE: "shop"}

    settings = Settings.from_environment(environment)

    assert settings == Settings("sqlite+aiosqlite:///x.db", key, "shop")


def test_the_key_is_not_shown_with_the_settings() -> None:
    """Settings may be logged."""
    key = secrets.token_hex(32)

    assert key not in repr(Settings("sqlite+aiosqlite://", key, "customers"))


def test_the_audience_has_a_default() -> None:
    """Only the database and the key must be given."""
    environment = {DATABASE_URL: "sqlite+aiosqlite://", JWT_KEY: secrets.token_hex(32)}

    assert Settings.from_environment(environment).jwt_audience == "customers"


def test_every_problem_is_named_at_once() -> None:
    """An operator sees all that is missing in one go."""
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment({JWT_KEY: "short", JWT_AUDIENCE: ""})

    assert refusal.value.problems == [
        "CUSTOMERS_DATABASE_URL must begin with sqlite+aiosqlite://.",
        "CUSTOMERS_JWT_KEY must have at least 32 bytes.",
        "CUSTOMERS_JWT_AUDIENCE must not be empty.",
    ]


def test_the_service_does_not_start_without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing key stops the start, not the first request."""
    monkeypatch.setenv(DATABASE_URL, "sqlite+aiosqlite://")
    monkeypatch.delenv(JWT_KEY, raising=False)

    with pytest.raises(SettingsError, match="CUSTOMERS_JWT_KEY"):
        create_app()
