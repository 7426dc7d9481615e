"""Gates of other installed packages come through the same door as our own; those of the judged project do not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pytest import RunResult  # noqa: PT013 - as tests/gated_project.py does

from pytest_agentgates.errors import CANNOT_JUDGE, MISTAKE
from tests.bad_input.refusals import contents
from tests.gated_project import GatedProject
from tests.linked_environment import LinkedEnvironment, link_environment

EXAMPLE = Path(__file__).parent / "data" / "example_gate"
ON = "[tool.agentgates.gates.readme_there]\n"
REPORT = "  fix: report it to the authors of the package; until it is mended, uninstall it"
HEAD = """from dataclasses import dataclass
from typing import ClassVar
from pytest_agentgates import GateResult, GateStatus, Rule, Stage, hookimpl

@dataclass(frozen=True)
class Strange:
    name: ClassVar[str] = "strange"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = ()
    def check(self, workspace):
        return GateResult(self.name, GateStatus.PASS, "fine")

"""
HOOK = "@hookimpl\ndef agentgates_gates():\n    return [Strange]\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as an installable file, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(EXAMPLE, folder / "source")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "wheel", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--no-build-isolation", "--wheel-dir", folder, folder / "source"], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> LinkedEnvironment:
    return link_environment(tmp_path_factory.mktemp("environment") / "venv")


def install(wheel: Path, folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", folder, wheel], check=True)


def pretend_installed(folder: Path, source: str, value: str = "strange_gates") -> None:
    """Put a distribution `strange-gates` into a folder without building one."""
    information = folder / "strange_gates-2.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: strange-gates\nVersion: 2.0\n")
    (information / "entry_points.txt").write_text(f"[pytest_agentgates]\nodd = {value}\n")
    (folder / "strange_gates.py").write_text(source, encoding="utf-8")


def gated(project: GatedProject, environment: LinkedEnvironment, *words: str) -> RunResult:
    command = ("-m", "pytest", "-p", "no:cacheprovider", "--agent-task", "T1", *words)
    return project.pytester.run(environment.python, *command)


def agentgates(project: GatedProject, environment: LinkedEnvironment, *words: str) -> RunResult:
    return project.pytester.run(environment.python, "-m", "pytest_agentgates", *words)


def test_an_installed_gate_judges_and_is_in_the_evidence(
    project: GatedProject, environment: LinkedEnvironment, wheel: Path
) -> None:
    install(wheel, environment.packages)
    project.configure(ON)
    refused = gated(project, environment)
    assert refused.ret == 1, refused.stderr.str()
    refused.stdout.fnmatch_lines(["EXA001 there is no README.md", "    fix: write one", "T1: refused*"])
    assert project.rules("readme_there") == ["EXA001"]
    project.write("README.md", "Sums.\n")
    passed = gated(project, environment)
    assert passed.ret == 0, passed.stdout.str()
    assert (project.gate("readme_there")["status"], project.gate("readme_there")["message"]) == (
        "pass",
        "there is README.md",
    )
    assert project.status() == "completed"


def test_its_options_are_checked_and_in_the_schema(
    project: GatedProject, environment: LinkedEnvironment, wheel: Path
) -> None:
    install(wheel, environment.packages)
    project.configure(ON + 'file = "NOTES.md"\n')
    checked = agentgates(project, environment, "check", "--gate", "readme_there")
    assert checked.ret == 1
    assert "EXA001 there is no NOTES.md" in checked.stdout.lines
    schema = json.loads(agentgates(project, environment, "schema", "config").stdout.str())
    assert schema["properties"]["gates"]["properties"]["readme_there"]["properties"]["file"] == {
        "type": "string",
        "default": "README.md",
        "description": "The file that must be there.",
    }
    project.configure("file_name = 3\n")
    refused = agentgates(project, environment, "check")
    assert (refused.ret, refused.stderr.str()) == (
        MISTAKE,
        "agentgates: pyproject.toml:8: tool.agentgates.gates.readme_there.file_name: AGT004 unknown key 'file_name'\n"
        "  fix: did you mean file?",
    )


def test_where_it_is_not_installed_its_table_is_a_mistake(project: GatedProject) -> None:
    project.configure(ON)
    result = project.agentgates("check")
    assert (result.ret, result.stderr.lines[0]) == (
        MISTAKE,
        "agentgates: pyproject.toml:6: tool.agentgates.gates.readme_there: AGT003 no one offers a gate 'readme_there'",
    )


@pytest.mark.parametrize(
    ("source", "what", "fix"),
    [
        pytest.param(
            HEAD + HOOK.replace("agentgates_gates", "agentgates_gate"),
            "there is no hook agentgates_gate",
            "  fix: did you mean agentgates_gates?",
            id="misspelt hook",
        ),
        pytest.param(
            HEAD + HOOK.replace("@hookimpl\n", ""),
            "it implements no hook",
            "  fix: mark agentgates_gates with pytest_agentgates.hookimpl",
            id="no marker",
        ),
        pytest.param(
            HEAD + HOOK.replace("()", "(config)"),
            "PluginValidationError: Argument(s) {'config'} are declared in the hookimpl but can not be found in the "
            "hookspec",
            REPORT,
            id="argument",
        ),
        pytest.param(
            "import nowhere_to_be_found\n",
            "ModuleNotFoundError: No module named 'nowhere_to_be_found'",
            REPORT,
            id="import",
        ),
        pytest.param("import sys\nsys.exit(0)\n", "SystemExit: 0", REPORT, id="exit"),
        pytest.param("\x1b[2J\n", "SyntaxError: *", REPORT, id="syntax"),
        pytest.param(HEAD + HOOK.replace("Strange", "1 / 0"), "ZeroDivisionError: division by zero", REPORT, id="hook"),
        pytest.param(HEAD + HOOK.replace("[Strange]", "Strange"), "TypeError: *", REPORT, id="no list"),
        pytest.param(
            HEAD + HOOK.replace("Strange", "Strange()"), "*is no gate: it is no dataclass", REPORT, id="object"
        ),
        pytest.param(
            HEAD.replace("def check", "def judge") + HOOK, "Strange is no gate: it has no check", REPORT, id="no check"
        ),
        pytest.param(
            HEAD.replace("Stage.BESIDE", "'beside'") + HOOK,
            "Strange is no gate: its stage is no Stage",
            REPORT,
            id="stage",
        ),
    ],
)
def test_a_broken_package_is_named(
    project: GatedProject, environment: LinkedEnvironment, source: str, what: str, fix: str
) -> None:
    pretend_installed(environment.packages, source)
    before = contents(project.root)
    for result in (gated(project, environment), agentgates(project, environment, "check")):
        assert result.ret == CANNOT_JUDGE
        result.stderr.fnmatch_lines(
            [
                f"agentgates: entry point odd: the gates of strange-gates 2.0 cannot be used: {what}",
                fix,
            ],
            consecutive=True,
        )
        assert len(result.stderr.lines) == 2
    assert contents(project.root) == before


@pytest.mark.parametrize("body", ["raise ValueError('out of luck')", "raise SystemExit(0)"])
@pytest.mark.parametrize("stage", ["BEFORE", "BESIDE", "AFTER"])
def test_a_gate_that_raises_is_an_error(
    project: GatedProject, environment: LinkedEnvironment, body: str, stage: str
) -> None:
    source = HEAD.replace("Stage.BESIDE", f"Stage.{stage}").replace(
        "return GateResult(", f"{body}\n        GateResult("
    )
    pretend_installed(environment.packages, source + HOOK)
    project.configure("[tool.agentgates.gates.strange]\n")
    result = gated(project, environment)
    assert result.ret == CANNOT_JUDGE, result.stdout.str()
    assert (result.stderr.str(), "Traceback" in result.stdout.str()) == ("", False)
    assert project.gate("strange")["status"] == "error"
    assert project.gate("strange")["message"].startswith("bug in the gate: ")
    assert project.status() == "pending"


def test_two_packages_cannot_offer_one_gate(project: GatedProject, environment: LinkedEnvironment) -> None:
    pretend_installed(environment.packages, HEAD.replace('"strange"', '"ruff_clean"') + HOOK)
    result = agentgates(project, environment, "check")
    assert (result.ret, result.stderr.str()) == (
        MISTAKE,
        "agentgates: two packages offer a gate 'ruff_clean'\n  fix: uninstall one of them",
    )


@pytest.mark.parametrize("below", [".", "tests"])
def test_a_distribution_in_the_project_is_not_loaded(
    project: GatedProject, environment: LinkedEnvironment, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    pretend_installed(project.root, "open('loaded', 'w')\n" + HEAD + HOOK)
    pretend_installed(project.root / "site-packages", "open('loaded', 'w')\n" + HEAD + HOOK)
    monkeypatch.setenv("PYTHONPATH", f"{project.root}:{project.root}/site-packages")
    monkeypatch.chdir(project.root / below)
    assert agentgates(project, environment, "check", "--gate", "config").ret == 0
    assert not list(project.root.rglob("loaded"))


def test_code_in_the_project_is_not_loaded_though_installed_in_place(
    project: GatedProject, environment: LinkedEnvironment
) -> None:
    pretend_installed(environment.packages, "")
    (environment.packages / "strange_gates.py").unlink()
    project.write("src/strange_gates.py", "open('loaded', 'w')\n" + HEAD + HOOK)
    (environment.packages / "strange_gates.pth").write_text(f"{project.root}/src\n", encoding="utf-8")
    project.configure("[tool.agentgates.gates.strange]\n")
    result = agentgates(project, environment, "check")
    assert result.ret == MISTAKE
    assert "AGT003 no one offers a gate 'strange'" in result.stderr.lines[0]
    assert not list(project.root.rglob("loaded"))


def test_an_environment_in_the_projects_folder_is_no_part_of_it(project: GatedProject) -> None:
    environment = link_environment(project.root / ".venv")
    pretend_installed(environment.packages, HEAD + HOOK)
    checked = agentgates(project, environment, "check", "--gate", "strange")
    assert checked.ret == 0, checked.stderr.str()
