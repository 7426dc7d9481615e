"""What pyproject.toml, requirements files and package.json declare."""

from __future__ import annotations

import pytest

from pytest_agentgates.declared_dependencies import declared_in, declares_dependencies

PYPROJECT = b"""
[build-system]
requires = ["hatchling>=1.27"]
[project]
dependencies = ["FastAPI[all]>=0.110; python_version >= '3.11'", "typing_extensions", "pkg @ https://example.org/pkg.whl"]
[project.optional-dependencies]
postgres = ["psycopg (>=3.2)"]
[dependency-groups]
test = ["pytest~=9.0", {include-group = "lint"}]
lint = ["ruff"]
[tool.poetry.dependencies]
python = "^3.11"
Flask = { version = "^3", extras = ["async"] }
[tool.poetry.group.dev.dependencies]
black = "*"
"""
REQUIREMENTS = b"""
# a comment
httpx==0.27 # why
sqlalchemy[asyncio]>=2 \\
    --hash=sha256:aa
-r other.txt
-c constraints.txt
--index-url https://example.org
-e git+https://ann:secret@example.org/x.git#egg=My_Package
git+https://example.org/y.git
"""
PACKAGE = b'{"dependencies": {"react": "^19"}, "devDependencies": {"@types/node": "22"}, "scripts": {"x": "y"}}'


def test_every_table_of_pyproject_is_read() -> None:
    assert declared_in("a/pyproject.toml", PYPROJECT) == {
        ("build-system.requires", "hatchling"): "hatchling>=1.27",
        ("project.dependencies", "fastapi"): "FastAPI[all]>=0.110; python_version >= '3.11'",
        ("project.dependencies", "typing-extensions"): "typing_extensions",
        ("project.dependencies", "pkg"): "pkg @ https://example.org/pkg.whl",
        ("project.optional-dependencies.postgres", "psycopg"): "psycopg (>=3.2)",
        ("dependency-groups.test", "pytest"): "pytest~=9.0",
        ("dependency-groups.lint", "ruff"): "ruff",
        ("tool.poetry.dependencies", "flask"): '{"extras": ["async"], "version": "^3"}',
        ("tool.poetry.group.dev.dependencies", "black"): "*",
    }


def test_a_requirements_file_is_read_without_its_options_and_secrets() -> None:
    assert declared_in("requirements.txt", REQUIREMENTS) == {
        ("", "httpx"): "httpx==0.27",
        ("", "sqlalchemy"): "sqlalchemy[asyncio]>=2",
        ("", "my-package"): "git+https://***@example.org/x.git#egg=My_Package",
        ("", "git+https://example.org/y.git"): "git+https://example.org/y.git",
    }


def test_package_json_is_read() -> None:
    assert declared_in("web/package.json", PACKAGE) == {
        ("dependencies", "react"): "^19",
        ("devDependencies", "@types/node"): "22",
    }


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("pyproject.toml", b"[project"),
        ("package.json", b"{"),
        ("package.json", b"[]"),
        ("requirements.txt", b"\xff\xfe\x00"),
    ],
)
def test_what_cannot_be_read_is_an_error_and_not_nothing(path: str, data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        declared_in(path, data)


@pytest.mark.parametrize(
    "data", [b"project = 3", b"[project]\ndependencies = 'x'", b"[project]\noptional-dependencies = []", b"tool = []"]
)
def test_tables_of_another_shape_declare_nothing(data: bytes) -> None:
    assert declared_in("pyproject.toml", data) == {}


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("requirements-dev.txt", True),
        ("app/requirements/base.txt", True),
        ("requirements/prod.txt", True),
        ("docs/notes.txt", False),
        ("package-lock.json", False),
        ("frontend/package.json", True),
    ],
)
def test_the_files_that_declare(path: str, is_one: bool) -> None:
    assert declares_dependencies(path) is is_one
