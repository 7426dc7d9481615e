"""The settings of the service, read once from the environment at start-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

DATABASE_URL: Final = "CUSTOMERS_DATABASE_URL"
JWT_KEY: Final = "CUSTOMERS_JWT_KEY"
JWT_AUDIENCE: Final = "CUSTOMERS_JWT_AUDIENCE"

DATABASE_SCHEME: Final = "sqlite+aiosqlite://"
JWT_KEY_MIN_BYTES: Final = 32


class SettingsError(Exception):
    """The environment does not hold what the service needs."""

    def __init__(self, problems: list[str]) -> None:
        """Name every problem at once."""
        super().__init__("\n".join(["The service cannot start:", *problems]))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides."""

    database_url: str
    jwt_key: str = field(repr=False)
    jwt_audience: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read and check the settings.

        Raises:
            SettingsError: A setting is missing or not usable.
        """
        settings = cls(
            database_url=environment.get(DATABASE_URL, ""),
            jwt_key=environment.get(JWT_KEY, ""),
            jwt_audience=environment.get(JWT_AUDIENCE, "customers"),
        )
        problems = _problems_of(settings)
        if problems:
            raise SettingsError(problems)
        return settings


def _problems_of(settings: Settings) -> list[str]:
    problems = []
    if not settings.database_url.startswith(DATABASE_SCHEME):
        problems.append(f"{DATABASE_URL} must begin with {DATABASE_SCHEME}.")
    if len(settings.jwt_key.encode()) < JWT_KEY_MIN_BYTES:
        problems.append(f"{JWT_KEY} must have at least {JWT_KEY_MIN_BYTES} bytes.")
    if not settings.jwt_audience:
        problems.append(f"{JWT_AUDIENCE} must not be empty.")
    return problems
