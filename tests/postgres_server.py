"""A real PostgreSQL for tests: Debian's package, on a free port, in a temporary folder, as an ordinary user."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import psycopg

MISSING = "PostgreSQL is missing: install it with `apt-get install postgresql`"
_SECONDS = 60


@dataclass(frozen=True)
class PostgresServer:
    """A server that runs; `admin` is its superuser, every local role may connect without a password."""

    port: int
    folder: str
    is_durable: bool = False

    def url(self, role: str = "admin", database: str = "postgres") -> str:
        """How a role connects."""
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"

    @property
    def data(self) -> str:
        """Where its files lie."""
        return f"{self.folder}/data"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        options += "" if self.is_durable else " -c fsync=off"
        start = ("-w", "-t", str(_SECONDS), "-D", self.data, "-l", f"{self.folder}/log", "-o", options, "start")
        _run(self.folder, _programs() / "pg_ctl", *start)

    def stop(self) -> None:
        """Stop it at once, as when its machine fails."""
        _run(self.folder, _programs() / "pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def new_database(self) -> str:
        """The URL of a database that is empty."""
        name = f"db_{token_hex(8)}"
        with psycopg.connect(self.url(), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        return self.url(database=name)


@contextmanager
def postgres_server(is_durable: bool = False) -> Iterator[PostgresServer]:
    """Start a server and stop it in the end; raises RuntimeError where PostgreSQL is not installed.

    Tests need nothing that survives a power failure; what is measured does.
    """
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o777)
        server = PostgresServer(_free_port(), folder, is_durable)
        _run(folder, programs / "initdb", "-D", server.data, "-U", "admin", "-A", "trust", "-E", "UTF8", "--no-sync")
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    on_path = shutil.which("pg_ctl")
    if not found and on_path is None:
        raise RuntimeError(MISSING)
    return found[-1].parent if found else Path(str(on_path)).resolve().parent


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _run(folder: str, *command: str | Path) -> None:
    """PostgreSQL refuses to run as root."""
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    with Path(folder, "output").open("wb") as output:
        done = subprocess.run(
            [str(word) for word in command],
            cwd=folder,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
            stdout=output,
            stderr=output,
            timeout=2 * _SECONDS,
            check=False,
        )
    if done.returncode != 0:
        raise RuntimeError(Path(folder, "output").read_text(encoding="utf-8", errors="replace"))
