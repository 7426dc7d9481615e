from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.verdict import GateStatus
from pytest_agentgates.gates.mypy_clean import MypyClean
from tests.fakes import FakeTools, FakeWorkspace, ended
from tests.real_workspace import real_workspace, write_files

CLEAN = "x: int = 1\n"
WRONG = 'x: int = 1\ny: int = ""\n'
ERROR = '{"file": "a.py", "line": 1, "column": 0, "message": "m", "hint": null, "code": "misc", "severity": "error"}\n'


def test_clean_files_pass_and_are_counted(tmp_path: Path) -> None:
    result = MypyClean().check(real_workspace(tmp_path, {"a.py": CLEAN, "b/c.py": CLEAN, "d.txt": ""}))
    assert (result.status, result.message) == (GateStatus.PASS, "0 errors under . (2 Python files)")
    assert (result.exit_code, result.facts, result.command[:3]) == (0, {"files": 2}, ("mypy", "-O", "json"))
    assert result.tool is not None


def test_an_error_names_code_and_place(tmp_path: Path) -> None:
    result = MypyClean(paths=("b/*.py",)).check(real_workspace(tmp_path, {"b/c.py": WRONG}))
    assert (result.status, result.message, result.exit_code) == (GateStatus.FAIL, "1 error in 1 file", 1)
    message = 'Incompatible types in assignment (expression has type "str", variable has type "int")'
    assert result.findings == (Finding("assignment", message, "b/c.py", 2, 10, snippet='y: int = ""'),)


def test_notes_stay_with_their_error_and_are_no_findings(tmp_path: Path) -> None:
    text = "class A:\n    def m(self, a: int) -> None: ...\n\n\nclass B(A):\n    def m(self, a: str) -> None: ...\n"
    result = MypyClean().check(real_workspace(tmp_path, {"a.py": text + "\n\nreveal_type(A())\n"}))
    assert [finding.rule for finding in result.findings] == ["override"]
    assert result.findings[0].fix.startswith("This violates the Liskov substitution principle")


def test_a_note_alone_is_no_error(tmp_path: Path) -> None:
    result = MypyClean().check(real_workspace(tmp_path, {"a.py": "reveal_type(1)\n"}))
    assert (result.status, result.findings) == (GateStatus.PASS, ())


@pytest.mark.parametrize("exit_code", [0, 1])
def test_a_note_alone_may_come_with_either_exit_code(exit_code: int, tmp_path: Path) -> None:
    tools = ended(exit_code, stdout=ERROR.replace('"error"', '"note"'))
    assert MypyClean().check(FakeWorkspace(root=tmp_path, files=("a.py",), tools=tools)).status is GateStatus.PASS


def test_a_syntax_error_is_a_finding(tmp_path: Path) -> None:
    result = MypyClean().check(real_workspace(tmp_path, {"a.py": "def f(:\n", "b.py": WRONG}))
    assert (result.status, result.exit_code) == (GateStatus.FAIL, 2)
    assert (result.findings[0].rule, result.findings[0].place) == ("syntax", "a.py:1:7")


def test_a_syntax_error_in_text_form_is_a_finding(tmp_path: Path) -> None:
    text = "a.py:3: error: Invalid syntax  [syntax]\nFound 1 error in 1 file (errors prevented further checking)\n"
    workspace = FakeWorkspace(root=tmp_path, files=("a.py",), tools=ended(2, stdout=text))
    result = MypyClean().check(workspace)
    assert [finding.place for finding in result.findings] == ["a.py:3:1"]
    assert result.status is GateStatus.FAIL


def test_strict_asks_for_more(tmp_path: Path) -> None:
    workspace = real_workspace(tmp_path, {"a.py": "def f(a):\n    return a\n"})
    assert MypyClean().check(workspace).status is GateStatus.PASS
    result = MypyClean(strict=True).check(workspace)
    assert [finding.rule for finding in result.findings] == ["no-untyped-def"]


def test_only_the_chosen_files_are_checked(tmp_path: Path) -> None:
    workspace = real_workspace(tmp_path, {"a.py": WRONG, "b/c.py": WRONG, "b/d.py": WRONG})

    def found(paths: tuple[str, ...], asked: tuple[str, ...] = ()) -> list[str]:
        result = MypyClean(paths=paths).check(replace(workspace, paths=asked))
        return sorted(finding.path for finding in result.findings)

    assert found(("b",)) == ["b/c.py", "b/d.py"]
    assert found(("b/**",), ("a.py", "b/d.py")) == ["b/d.py"]


def test_mypys_own_configuration_may_name_the_files(tmp_path: Path) -> None:
    settings = "[mypy]\nfiles = b\nstrict = true\n"
    files = {"mypy.ini": settings, "a.py": WRONG, "b/c.py": "def f(a):\n    return a\n"}
    result = MypyClean().check(real_workspace(tmp_path, files))
    assert [finding.place for finding in result.findings] == ["b/c.py:1:1"]
    assert result.message == "1 error in the files that mypy's configuration names"


def test_the_projects_interpreter_finds_its_libraries(tmp_path: Path) -> None:
    workspace = real_workspace(tmp_path, {"a.py": "import pytest\n\npytest.nosuch\n"})
    result = MypyClean().check(workspace)
    assert [finding.rule for finding in result.findings] == ["attr-defined"]
    assert f"--python-executable={sys.executable}" in result.command


def test_a_mypy_in_the_project_or_on_the_path_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = "open('used', 'w')\nraise SystemExit(0)\n"
    workspace = real_workspace(tmp_path, {"mypy.py": fake, "json.py": fake, "bin/mypy": "#!/bin/sh\n", "a.py": WRONG})
    (tmp_path / "bin/mypy").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    result = MypyClean(paths=("a.py",)).check(workspace)
    assert [finding.path for finding in result.findings] == ["a.py"]
    assert not (tmp_path / "used").exists()


def test_nothing_is_written_into_the_project(tmp_path: Path) -> None:
    workspace = real_workspace(tmp_path / "project", {"a.py": CLEAN})
    for cache in (None, tmp_path / "cache"):
        assert MypyClean().check(replace(workspace, cache=cache)).status is GateStatus.PASS
    assert os.listdir(tmp_path / "project") == ["a.py"]
    assert (tmp_path / "cache").is_dir()


@pytest.mark.parametrize("option", ["nosuch = 1", "strict = maybe", "plugins = nosuch_plugin", "python_version = 1.0"])
def test_a_configuration_that_mypy_does_not_understand_is_an_error(option: str, tmp_path: Path) -> None:
    result = MypyClean().check(real_workspace(tmp_path, {"mypy.ini": f"[mypy]\n{option}\n", "a.py": CLEAN}))
    assert (result.status, result.findings) == (GateStatus.ERROR, ())
    assert result.message.startswith("mypy could not judge")
    assert "mypy.ini" in result.message


def test_an_unused_section_is_only_advice(tmp_path: Path) -> None:
    settings = "[mypy]\nwarn_unused_configs = true\n[mypy-nosuch.*]\nignore_errors = true\n"
    assert MypyClean().check(real_workspace(tmp_path, {"mypy.ini": settings, "a.py": CLEAN})).status is GateStatus.PASS


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a/m.py": "", "b/m.py": ""}, 'Duplicate module named "m"'),
        ({"a-b/__init__.py": ""}, "a-b"),
        ({"mypy.ini": "[mypy]\nexclude = .*\n", "a.py": WRONG}, "There are no .py[i] files"),
    ],
)
def test_what_keeps_mypy_from_starting_is_an_error(files: dict[str, str], said: str, tmp_path: Path) -> None:
    result = MypyClean().check(real_workspace(tmp_path, files))
    assert (result.status, result.findings) == (GateStatus.ERROR, ())
    assert said in result.message


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    workspace = real_workspace(tmp_path, {"a.py": CLEAN})
    (tmp_path / "a.py").write_bytes(b"\xff\xfe")
    assert "Cannot decode" in MypyClean().check(workspace).message


def test_nothing_to_check_is_an_error_unless_allowed(tmp_path: Path) -> None:
    workspace = real_workspace(tmp_path, {"readme.txt": ""})
    for gate in (MypyClean(), MypyClean(paths=("missing",))):
        result = gate.check(workspace)
        assert result.status is GateStatus.ERROR
        assert result.message == "there is no Python file to check: correct `paths`, or set allow_empty = true"
        assert replace(gate, allow_empty=True).check(workspace).status is GateStatus.PASS


@pytest.mark.parametrize(
    "tools",
    [
        ended(None, problem="mypy was not found"),
        ended(None, problem="took longer than 1 seconds and was stopped"),
        ended(-11),
        ended(1),
        ended(2),
        ended(3, stdout=ERROR),
        ended(0, stdout=ERROR),
        ended(2, stdout=ERROR.replace("error", "note")),
        ended(2, stdout=ERROR),
        ended(0, stdout="what is this?\n"),
        ended(0, stderr="mypy.ini: [mypy]: Unrecognized option: nosuch = 1\n"),
        ended(1, stdout=ERROR, stderr="mypy.ini: [mypy]: Unrecognized option: nosuch = 1\n"),
        ended(1, stdout='{"file": "a.py"}\n'),
        ended(1, stdout="{not json}\n"),
        ended(1, stderr="No module named mypy\n"),
        ended(2, stdout="a.py:1: error: INTERNAL ERROR -- Please report a bug\n", stderr="Traceback\n"),
    ],
)
def test_a_mypy_that_cannot_be_understood_is_an_error(tools: FakeTools, tmp_path: Path) -> None:
    result = MypyClean().check(FakeWorkspace(root=tmp_path, files=("a.py",), tools=tools))
    assert (result.status, result.findings) == (GateStatus.ERROR, ())
    assert result.message.startswith("mypy")


def test_a_real_time_limit_is_an_error(tmp_path: Path) -> None:
    result = MypyClean(seconds=0).check(real_workspace(tmp_path, {"a.py": CLEAN}))
    assert (result.status, result.message) == (GateStatus.ERROR, "mypy: took longer than 0 seconds and was stopped")


def test_the_cache_hides_no_edit_whose_time_was_set_back(tmp_path: Path) -> None:
    workspace = replace(real_workspace(tmp_path / "p", {"a.py": "x: int = 1\n"}), cache=tmp_path / "cache")

    def judge(text: str) -> GateStatus:
        write_files(tmp_path / "p", {"a.py": text})
        os.utime(tmp_path / "p/a.py", (1_600_000_000, 1_600_000_000))
        return MypyClean().check(workspace).status

    assert judge("x: int = 1\n") is GateStatus.PASS
    assert judge("x: str = 1\n") is GateStatus.FAIL
    assert judge("x: int = 1\n") is GateStatus.PASS


def test_the_cache_hides_no_edit_after_a_narrowed_run(tmp_path: Path) -> None:
    workspace = replace(real_workspace(tmp_path / "p", {"a.py": CLEAN, "b.py": CLEAN}), cache=tmp_path / "cache")

    def judge(text: str, seconds: int, paths: tuple[str, ...] = ()) -> GateStatus:
        write_files(tmp_path / "p", {"a.py": text})
        os.utime(tmp_path / "p/a.py", (seconds, seconds))
        return MypyClean(paths=paths).check(workspace).status

    assert judge("x: int = 1\n", 1_600_000_000) is GateStatus.PASS
    assert judge("x: int = 2\n", 1_600_000_009, ("b.py",)) is GateStatus.PASS
    assert judge("x: str = 3\n", 1_600_000_000) is GateStatus.FAIL
