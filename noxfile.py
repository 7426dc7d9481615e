"""Runs the tests on every supported Python whose interpreter is found."""

from __future__ import annotations

import nox

nox.options.error_on_missing_interpreters = False
nox.options.default_venv_backend = "venv"


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def tests(session: nox.Session) -> None:
    """Install the package with its test group and run the tests."""
    session.install("--upgrade", "pip")
    session.run("python", "-m", "pip", "install", "--quiet", "--editable", ".", "--group", "test")
    session.run("python", "-m", "pytest", *session.posargs)
