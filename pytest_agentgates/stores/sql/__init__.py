"""The store of tasks in a database: SQLite in a file, or PostgreSQL for agents on many machines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_agentgates.core.printable import one_line
from pytest_agentgates.errors import UsageError
from pytest_agentgates.store_location import shown_location

if TYPE_CHECKING:
    from pytest_agentgates.stores.sql.store import SqlStore

__all__ = ["open_store", "recognises"]

_SCHEME = re.compile(r"(?:sqlite|postgres|postgresql)(?:\+\w+)?://", re.IGNORECASE)


def recognises(location: str) -> bool:
    """Whether a configured location has the form of this store: the URL of SQLite or PostgreSQL."""
    return _SCHEME.match(location) is not None


def open_store(location: str, root: Path) -> SqlStore:
    """The store of this database; the file of SQLite is relative to `root`.

    Raises UsageError for a URL that cannot be used, and where a library is missing.
    """
    try:
        from pytest_agentgates.stores.sql.database import database_at
        from pytest_agentgates.stores.sql.store import SqlStore

        return SqlStore(database_at(location, root))
    except ModuleNotFoundError as error:
        what = f"tasks in a database need {error.name}, which is not installed"
        fix = "install the extra: pip install 'pytest-agentgates[sql]'"
        raise UsageError(what, shown_location(location), fix) from None
    except ImportError as error:  # the driver is there, PostgreSQL's own library is not
        what = f"the driver of the database cannot be loaded: {one_line(str(error)).partition(' Attempts')[0]}"
        raise UsageError(what, shown_location(location), "install it whole: pip install 'psycopg[binary]'") from None
