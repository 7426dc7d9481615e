from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.verdict import GateStatus
from pytest_agentgates.core.workspace_port import ToolRun
from pytest_agentgates.gates.ruff_clean import STANDARDS, RuffClean
from tests.fakes import FakeBase, FakeTools, FakeWorkspace, ended
from tests.real_workspace import real_workspace

CLEAN = '"""A module."""\n'
UNUSED = '"""A module."""\n\nimport os\n'


def test_clean_files_pass_and_are_counted(tmp_path: Path) -> None:
    result = RuffClean().check(real_workspace(tmp_path, {"a.py": CLEAN, "b/c.py": CLEAN, "d.txt": ""}))
    assert (result.status, result.message, result.findings) == (GateStatus.PASS, "0 findings in 2 files", ())
    assert result.facts == {"files": 2}
    assert result.tool is not None
    assert result.command[:2] == ("ruff", "check")


def test_a_finding_names_code_and_place(tmp_path: Path) -> None:
    result = RuffClean().check(real_workspace(tmp_path, {"b/c.py": UNUSED}))
    assert (result.status, result.message, result.exit_code) == (GateStatus.FAIL, "1 finding in 1 file", 1)
    assert result.findings == (
        Finding(
            rule="F401",
            message="`os` imported but unused",
            path="b/c.py",
            line=3,
            column=8,
            fix="Remove unused import: `os`",
            snippet="import os",
        ),
    )


def test_a_syntax_error_is_a_finding(tmp_path: Path) -> None:
    result = RuffClean(format_check=True).check(real_workspace(tmp_path, {"a.py": "def f(:\n"}))
    assert result.status is GateStatus.FAIL
    assert {finding.rule for finding in result.findings} == {"invalid-syntax"}
    assert len(result.findings) == len(set(result.findings))


def test_only_the_chosen_files_are_checked(tmp_path: Path) -> None:
    workspace = real_workspace(tmp_path, {"a.py": UNUSED, "b/c.py": UNUSED, "b/d.py": UNUSED, "b/e/f.py": UNUSED})

    def found(paths: tuple[str, ...], asked: tuple[str, ...] = ()) -> list[str]:
        result = RuffClean(paths=paths).check(replace(workspace, paths=asked))
        assert result.facts["files"] == len(result.findings)
        return [finding.path for finding in result.findings]

    assert found(("b",)) == ["b/c.py", "b/d.py", "b/e/f.py"]
    assert found(("b/**",)) == ["b/c.py", "b/d.py", "b/e/f.py"]
    assert found(("b/*.py", "nothing/*.py")) == ["b/c.py", "b/d.py"]
    assert found((), ("b/c.py", "a.py")) == ["a.py", "b/c.py"]
    assert found(("b",), ("a.py", "b/d.py")) == ["b/d.py"]


def test_files_are_never_rewritten_and_no_cache_is_left(tmp_path: Path) -> None:
    workspace = real_workspace(tmp_path, {"ruff.toml": "fix = true\nunsafe-fixes = true\n", "a.py": UNUSED})
    assert RuffClean(format_check=True).check(workspace).status is GateStatus.FAIL
    assert (tmp_path / "a.py").read_text() == UNUSED
    assert sorted(os.listdir(tmp_path)) == ["a.py", "ruff.toml"]


def test_output_settings_of_the_project_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUFF_OUTPUT_FILE", "elsewhere.txt")
    settings = 'output-format = "concise"\nshow-fixes = true\n'
    result = RuffClean().check(real_workspace(tmp_path, {"ruff.toml": settings, "a.py": UNUSED}))
    assert [finding.rule for finding in result.findings] == ["F401"]


def test_a_ruff_on_the_path_or_in_the_project_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = real_workspace(tmp_path, {"a.py": UNUSED, "ruff": "#!/bin/sh\ntouch used\necho '[]'\n"})
    (tmp_path / "ruff").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert RuffClean(paths=("a.py",)).check(workspace).status is GateStatus.FAIL
    assert not (tmp_path / "used").exists()


def test_what_the_format_check_finds(tmp_path: Path) -> None:
    workspace = real_workspace(tmp_path, {"a.py": CLEAN, "b.py": '"""A module."""\nx   = 1\n'})
    assert RuffClean().check(workspace).status is GateStatus.PASS
    result = RuffClean(format_check=True).check(workspace)
    assert result.status is GateStatus.FAIL
    assert [(finding.rule, finding.path, finding.fix) for finding in result.findings] == [
        ("FORMAT", "b.py", "ruff format b.py")
    ]


def test_files_that_ruff_excludes_are_counted_apart(tmp_path: Path) -> None:
    workspace = real_workspace(tmp_path, {"ruff.toml": 'exclude = ["gen"]', "a.py": CLEAN, "gen/b.py": UNUSED})
    result = RuffClean().check(workspace)
    assert result.message == "0 findings in 1 file (1 excluded by ruff's configuration or .gitignore)"
    narrowed = RuffClean(paths=("gen/b.py",)).check(workspace)
    assert narrowed.status is GateStatus.ERROR
    assert narrowed.message == "ruff's configuration excludes every one of 1 file: nothing was checked"


def test_a_folder_that_ruff_excludes_stays_so_whatever_configuration_lies_in_it(tmp_path: Path) -> None:
    files = {"ruff.toml": 'exclude = ["data"]', "a.py": CLEAN, "data/ruff.toml": "", "data/b.py": UNUSED}
    result = RuffClean().check(real_workspace(tmp_path, files))
    assert result.message == "0 findings in 1 file (1 excluded by ruff's configuration or .gitignore)"


@pytest.mark.parametrize("place", [".git/info/exclude", ".gitignore", ".ignore"])
def test_what_git_ignores_only_now_is_still_checked(place: str, tmp_path: Path) -> None:
    (tmp_path / ".git/info").mkdir(parents=True)
    files = {"shop/a.py": UNUSED, "shop/new.py": UNUSED, "shop/made/b.py": UNUSED, "shop/c.py": CLEAN}
    workspace = real_workspace(tmp_path, {**files, place: "shop/a.py\nshop/new.py\nmade/\n"})
    base = FakeBase({".gitignore": b"made/\n", "shop/a.py": b"", "shop/c.py": b""})
    result = RuffClean(paths=("shop",)).check(replace(workspace, base=base))
    assert [finding.path for finding in result.findings] == ["shop/a.py", "shop/new.py"]


def test_without_a_base_what_gitignore_leaves_out_is_not_checked(tmp_path: Path) -> None:
    (tmp_path / ".git/info").mkdir(parents=True)
    files = {".gitignore": "a.py\n", ".git/info/exclude": "b.py\n", "a.py": UNUSED, "b.py": UNUSED}
    result = RuffClean().check(real_workspace(tmp_path, files))
    assert [finding.path for finding in result.findings] == ["b.py"]


def test_nothing_to_check_is_an_error_unless_allowed(tmp_path: Path) -> None:
    workspace = real_workspace(tmp_path, {"empty/readme.txt": ""})
    for gate in (RuffClean(), RuffClean(paths=("empty",)), RuffClean(paths=("missing",))):
        result = gate.check(workspace)
        assert result.status is GateStatus.ERROR
        assert result.message == "there is no Python file to check: correct `paths`, or set allow_empty = true"
        assert replace(gate, allow_empty=True).check(workspace).status is GateStatus.PASS


def test_a_mistake_in_ruffs_configuration_is_an_error(tmp_path: Path) -> None:
    result = RuffClean().check(real_workspace(tmp_path, {"ruff.toml": "nosuch = 1\n", "a.py": CLEAN}))
    assert result.status is GateStatus.ERROR
    assert "unknown field `nosuch`" in result.message


def test_an_uninstalled_ruff_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ruff.__main__", None)
    result = RuffClean().check(real_workspace(tmp_path, {"a.py": CLEAN}))
    assert result.status is GateStatus.ERROR
    assert result.message.startswith("ruff is not installed beside pytest-agentgates\n  fix: ")


@pytest.mark.parametrize(
    "tools",
    [
        ended(None, problem="ruff was not found"),
        ended(None, problem="took longer than 1 seconds and was stopped"),
        ended(-11),
        ended(101, stderr="thread 'main' panicked"),
        ended(2, stderr="ruff failed"),
        ended(0, stdout=""),
        ended(0, stdout="All checks passed!"),
        ended(0, stdout="{}"),
        ended(1, stdout="[]"),
        ended(0, stdout='[{"code": "E1"}]'),
        ended(1, stdout='[{"code": "E1"}]'),
        ended(1, stdout="[1]"),
        ended(1, stdout='[{"code": "E1", "filename": null, "location": null, "fix": null, "message": ""}]'),
    ],
)
def test_a_ruff_that_cannot_be_understood_is_an_error(tools: FakeTools, tmp_path: Path) -> None:
    def answer(command: tuple[str, ...]) -> ToolRun:
        if "--show-files" in command:
            return ToolRun(command, 0, "/p/a.py\n", "", 1)
        return tools.answer(command)

    workspace = FakeWorkspace(root=tmp_path, files=("a.py",), tools=FakeTools(answer))
    result = RuffClean().check(workspace)
    assert result.status is GateStatus.ERROR
    assert result.message.startswith("ruff")


def test_a_ruff_that_cannot_list_its_files_is_an_error(tmp_path: Path) -> None:
    workspace = FakeWorkspace(root=tmp_path, files=("a.py",), tools=ended(2, stderr="no"))
    assert RuffClean().check(workspace).status is GateStatus.ERROR


def test_a_real_time_limit_is_an_error(tmp_path: Path) -> None:
    workspace = real_workspace(tmp_path, {"a.py": CLEAN})
    result = RuffClean(seconds=0).check(workspace)
    assert (result.status, result.message) == (GateStatus.ERROR, "ruff: took longer than 0 seconds and was stopped")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("E722", "try:\n    x()\nexcept:\n    y()\n"),
        ("BLE001", "try:\n    x()\nexcept Exception:\n    y()\n"),
        ("S110", "try:\n    x()\nexcept Exception:\n    pass\n"),
        ("TRY002", "raise Exception('no')\n"),
        ("FIX002", "# TODO: later\n"),
        ("FIX001", "# FIXME: later\n"),
        ("TID252", "from . import b\n"),
        ("ANN001", "def f(a) -> None:\n    g(a)\n"),
        ("ANN201", "def f():\n    g()\n"),
        ("D103", "def f() -> None:\n    g()\n"),
        (
            "D417",
            'def f(a: int, b: int) -> int:\n    """Do.\n\n    Args:\n        a: One.\n    """\n    return a + b\n',
        ),
        ("S105", "password = 'fjkw83hfkw'\n"),
        ("S106", "connect(password='fjkw83hfkw')\n"),
        ("DTZ005", "import datetime\n\nnow = datetime.datetime.now()\n"),
        ("ASYNC251", "import time\n\n\nasync def f() -> None:\n    time.sleep(1)\n"),
        ("C901", "def f(a: int) -> None:\n" + "".join(f"    if a == {n}:\n        g()\n" for n in range(9))),
        ("F401", "import os\n"),
        ("F841", "def f() -> None:\n    a = 1\n"),
        ("ARG001", "def f(a: int) -> None:\n    g()\n"),
        ("B006", "def f(a: list[int] = []) -> list[int]:\n    return a\n"),
        ("PLW0603", "a = 1\n\n\ndef f() -> None:\n    global a\n    a = 2\n"),
        ("PGH003", "a = b()  # type: ignore\n"),
    ],
)
def test_the_standards_forbid(code: str, text: str, tmp_path: Path) -> None:
    settings = 'lint.select = ["E9"]\nlint.ignore = ["D", "E722"]\n'
    workspace = real_workspace(tmp_path, {"ruff.toml": settings, "a.py": text})
    assert RuffClean().check(workspace).status is GateStatus.PASS
    result = RuffClean(preset="standards").check(workspace)
    assert code in {finding.rule for finding in result.findings}
    assert result.status is GateStatus.FAIL


def test_the_standards_allow_tests_to_be_tests(tmp_path: Path) -> None:
    text = "def test_it(fixture):\n    password = 'fjkw83hfkw'\n    assert password\n"
    names = ("tests/unit/test_a.py", "components/x/tests/helper.py", "src/test_b.py", "src/c_test.py", "conftest.py")
    settings = {"ruff.toml": 'lint.select = ["E9"]\n'}
    workspace = real_workspace(tmp_path, settings | dict.fromkeys(names, text))
    result = RuffClean(preset="standards").check(workspace)
    assert (result.findings, result.facts["files"]) == ((), len(names))


def test_the_standards_do_not_loosen_the_projects_own_rules(tmp_path: Path) -> None:
    settings = 'lint.select = ["ANN", "C901"]\nlint.mccabe.max-complexity = 2\n'
    body = "".join(f"    if a == {n}:\n        print(a)\n" for n in range(3))
    files = {"ruff.toml": settings, "tests/test_a.py": f"def test_it(a):\n{body}"}
    workspace = real_workspace(tmp_path, files)
    codes = {finding.rule for finding in RuffClean(preset="standards").check(workspace).findings}
    assert codes == {"ANN001", "ANN201", "C901"}


def test_every_standard_is_known_to_ruff(tmp_path: Path) -> None:
    workspace = real_workspace(tmp_path, {"a.py": CLEAN})
    result = RuffClean(preset="standards").check(workspace)
    assert (result.status, result.findings) == (GateStatus.PASS, ())
    assert len(set(STANDARDS)) == len(STANDARDS)
