"""The files that decide over a task, and are no part of its work unless it names them word for word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pytest_agentgates.core.task import Task
from pytest_agentgates.source.globs import matches

BASELINE = "the baseline of the gates"
_KINDS = {
    "configuration of tools": (
        "**/{pyproject.toml,setup.cfg,tox.ini,noxfile.py,agentgates.toml,conftest.py}",
        "**/{pytest.toml,.pytest.toml,pytest.ini,.pytest.ini,.coveragerc,.coveragerc.toml}",
        "**/{ruff.toml,.ruff.toml,mypy.ini,.mypy.ini,.importlinter,pyrightconfig.json,pyvenv.cfg}",
        "**/.pre-commit-config.yaml",
        ".claude/settings*.json",
    ),
    "part of CI": (
        ".github/{workflows,actions}/**",
        ".gitlab-ci.yml",
        ".gitlab/ci/**",
        ".circleci/**",
        "azure-pipelines.yml",
        "bitbucket-pipelines.yml",
        "Jenkinsfile",
    ),
    "a lock file": (
        "**/{uv.lock,poetry.lock,pdm.lock,Pipfile.lock,pylock.toml,pylock.*.toml}",
        "**/{package-lock.json,npm-shrinkwrap.json,pnpm-lock.yaml,yarn.lock,bun.lock}",
    ),
    BASELINE: ("**/agentgates-baseline*.json",),
}
_TEST = "a test of the task"


def protected_kind(path: str, action: str, tasks: Sequence[Task], more: Iterable[str]) -> str:
    """What a changed file is that makes it protected; empty for any other.

    A test of the task that the base does not have is no protected file: someone has to write it.
    """
    kinds = [kind for kind, patterns in _KINDS.items() if any(matches(path, pattern) for pattern in patterns)]
    if kinds:
        return kinds[0]
    if any(matches(path, pattern) for pattern in more):
        return "protected by the configuration"
    is_test = action != "created" and any(matches(path, pattern) for pattern in tests_named_by(tasks))
    return _TEST if is_test else ""


def tests_named_by(tasks: Sequence[Task]) -> Iterator[str]:
    """The files, folders and globs that `test_files` names."""
    for task in tasks:
        for text in task.test_files:
            path = text.strip().partition("::")[0].removeprefix("./").rstrip("/")
            if path:
                yield path
