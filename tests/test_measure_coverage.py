"""The rcfile that measures a project, and what is taken over from its own configuration."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pytest_agentgates.coverage_settings import CoverageSettings
from pytest_agentgates.errors import UsageError
from pytest_agentgates.measure_coverage import core_for, environment, plan_measuring, project_settings, static_roots
from tests.measured_project import FILES, run_measured, write_files

CONFIGURED = {
    ".coveragerc": """\
[run]
concurrency = thread, multiprocessing
patch = subprocess, _exit
source = app
omit = app/hard.py
plugins = evil_plugin
dynamic_context = test_function
[report]
fail_under = 90
exclude_also =
    raise NotImplementedError
    if TYPE_CHECKING, no comma parts this
omit = */generated/*
[paths]
source =
    src
    */site-packages
""",
    "pyproject.toml": """\
[tool.coverage.run]
concurrency = ["thread", "multiprocessing"]
patch = ["subprocess", "_exit"]
source = ["app"]
omit = ["app/hard.py"]
plugins = ["evil_plugin"]
dynamic_context = "test_function"
[tool.coverage.report]
fail_under = 90
exclude_also = ["raise NotImplementedError", "if TYPE_CHECKING, no comma parts this"]
omit = ["*/generated/*"]
[tool.coverage.paths]
source = ["src", "*/site-packages"]
""",
}
CONFIGURED["setup.cfg"] = CONFIGURED["tox.ini"] = CONFIGURED[".coveragerc"].replace("[", "[coverage:")
CONFIGURED[".coveragerc.toml"] = CONFIGURED["pyproject.toml"].replace("tool.coverage.", "")


def rcfile(root: Path, **changes: Any) -> dict[str, Any]:
    folder = root.parent / "measured"
    folder.mkdir()
    arguments = {"roots": ("app",), "branch": False, "python_version": (3, 11), **changes}
    plan = plan_measuring(root, folder=folder, **arguments)
    sections: dict[str, Any] = tomllib.loads(plan.rcfile.read_text(encoding="utf-8"))["tool"]["coverage"]
    return sections


@pytest.mark.parametrize("name", CONFIGURED)
def test_what_counts_is_taken_over_and_what_narrows_is_not(tmp_path: Path, name: str) -> None:
    root = write_files(tmp_path / "project", {name: CONFIGURED[name]})
    sections = rcfile(root)
    assert sections["run"]["concurrency"] == ["thread", "multiprocessing"]
    assert sections["run"]["patch"] == ["_exit"]
    assert sections["report"] == {
        "exclude_also": ["raise NotImplementedError", "if TYPE_CHECKING, no comma parts this"],
    }
    assert sections["paths"] == {"source": [f"{root}/src", "*/site-packages"]}
    assert sections["run"]["include"] == [f"{root}/app", f"{root}/app/*"]
    assert {"source", "plugins", "dynamic_context"}.isdisjoint(sections["run"])
    assert not any("hard.py" in entry for entry in sections["run"]["omit"])


def test_the_first_file_wins_as_in_coverage(tmp_path: Path) -> None:
    root = write_files(
        tmp_path,
        {
            "setup.cfg": "[tool:pytest]\naddopts = -q\n",
            "tox.ini": "[coverage:run]\nsigterm = true\n",
            "pyproject.toml": "[tool.coverage.run]\nsigterm = false\n",
        },
    )
    assert project_settings(root).where == "tox.ini"
    assert project_settings(root).run == {"sigterm": True}
    (root / ".coveragerc").write_text("")
    assert project_settings(root) == CoverageSettings(".coveragerc")


def test_suppressions_are_listed(tmp_path: Path) -> None:
    write_files(tmp_path, {"pyproject.toml": CONFIGURED["pyproject.toml"]})
    assert project_settings(tmp_path).suppressions() == (
        "run.omit: app/hard.py",
        "report.omit: */generated/*",
        "report.exclude_also: raise NotImplementedError",
        "report.exclude_also: if TYPE_CHECKING, no comma parts this",
    )


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("pyproject.toml", "[tool", "pyproject.toml: this file does not parse"),
        (".coveragerc", "no section\n", ".coveragerc: this file does not parse"),
        ("pyproject.toml", "[tool.coverage.report]\nexclude_also = 3\n", "report.exclude_also: a list of strings"),
        ("pyproject.toml", "[tool.coverage.report]\nexclude_also = ['(']\n", "is no regular expression"),
        ("pyproject.toml", "[tool.coverage.run]\ncore = 3\n", "run.core: a string is needed"),
        (".coveragerc", "[run]\ntimid = perhaps\n", "run.timid: true or false is needed"),
        ("pyproject.toml", "tool = 3\n", "tool.coverage: a table is needed"),
    ],
)
def test_a_mistake_in_the_projects_configuration_is_named(tmp_path: Path, name: str, text: str, message: str) -> None:
    write_files(tmp_path, {name: text})
    with pytest.raises(UsageError, match=message.replace("(", r"\(")):
        project_settings(tmp_path)


@pytest.mark.parametrize(
    ("version", "branch", "run", "core"),
    [
        ((3, 11), False, {}, "ctrace"),
        ((3, 12), False, {}, "sysmon"),
        ((3, 12, 1), False, {"core": "ctrace"}, "ctrace"),
        ((3, 13), True, {}, "ctrace"),
        ((3, 14), True, {}, "sysmon"),
        ((3, 13), True, {"core": "sysmon"}, "ctrace"),
        ((3, 14), False, {"concurrency": ("thread", "greenlet")}, "ctrace"),
        ((3, 14), False, {"concurrency": ("thread",)}, "sysmon"),
        ((3, 14), False, {"timid": True}, "pytrace"),
        ((3, 14), False, {"core": "pytrace"}, "pytrace"),
    ],
)
def test_sysmon_measures_only_where_it_measures_right(
    version: tuple[int, ...], branch: bool, run: dict[str, Any], core: str
) -> None:
    assert core_for(version, branch, CoverageSettings(run=run)) == core


@pytest.mark.parametrize(
    ("patterns", "roots"),
    [
        (("components/*/domain/**",), ("components",)),
        (("components/*/domain/**", "components/a/x.py", "src/**"), ("components", "src")),
        (("src/app/x.py", "src/application/**"), ("src/app/x.py", "src/application")),
        (("**/domain/**", "src/**"), ("",)),
        (("src/comp*/**",), ("src",)),
        ((), ()),
    ],
)
def test_static_roots(patterns: tuple[str, ...], roots: tuple[str, ...]) -> None:
    assert static_roots(patterns) == roots


def test_the_users_own_settings_do_not_redirect_our_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COVERAGE_FILE", str(tmp_path / "elsewhere"))
    root = write_files(tmp_path / "project", FILES)
    plan = plan_measuring(root, ("app",), False, sys.version_info[:2], tmp_path)
    assert environment(plan) == {"COVERAGE_PROCESS_START": str(tmp_path / "coverage.toml"), "COVERAGE_FILE": ""}
    measured = run_measured(root, plan, env={"COVERAGE_FILE": str(tmp_path / "elsewhere")})
    assert "app/core.py" in measured.lines
    assert not list(tmp_path.glob("elsewhere*"))


def test_special_characters_and_links_in_the_path_do_not_matter(tmp_path: Path) -> None:
    real = write_files(tmp_path / "a {strange}*place", FILES)
    (tmp_path / "link").symlink_to(real, target_is_directory=True)
    folder = tmp_path / "measured"
    folder.mkdir()
    plan = plan_measuring(tmp_path / "link", ("app",), False, sys.version_info[:2], folder)
    measured = run_measured(tmp_path / "link", plan)
    assert {"app/core.py", "app/tool.py"} <= set(measured.lines), measured.output


def test_installed_packages_below_the_root_are_left_alone(tmp_path: Path) -> None:
    installed = ".venv/lib/site-packages/thing.py"
    root = write_files(
        tmp_path / "project",
        {
            **FILES,
            installed: "x = 1\n",
            "tests/test_thing.py": "import thing\n\ndef test_thing():\n    assert thing.x\n",
            "pytest.ini": "[pytest]\npythonpath = . .venv/lib/site-packages\n",
        },
    )
    folder = tmp_path / "measured"
    folder.mkdir()
    measured = run_measured(root, plan_measuring(root, ("",), False, sys.version_info[:2], folder))
    assert "tests/test_thing.py" in measured.lines
    assert installed not in measured.lines
