from __future__ import annotations

import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.gates.command import Command
from tests.fakes import FakeTools, FakeWorkspace, ended
from tests.real_workspace import real_workspace


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def check(gate: Command, root: Path, files: dict[str, str] | None = None) -> GateResult:
    return gate.check(real_workspace(root, files or {}))


def test_exit_code_0_passes(tmp_path: Path) -> None:
    result = check(Command(run=python("pass"), name="docs"), tmp_path)
    assert (result.name, result.status, result.exit_code) == ("docs", GateStatus.PASS, 0)
    assert result.command == python("pass")
    assert result.message.endswith("ended with exit code 0")


def test_any_other_exit_code_fails_with_the_end_of_the_output(tmp_path: Path) -> None:
    code = (
        "import sys; print('\\n'.join(map(str, range(50)))); print('\\x1b[31mred\\x07', file=sys.stderr); sys.exit(4)"
    )
    result = check(Command(run=python(code)), tmp_path)
    assert (result.status, result.exit_code) == (GateStatus.FAIL, 4)
    (finding,) = result.findings
    lines = finding.message.splitlines()
    assert finding.rule == "CMD001"
    assert lines[0].endswith("` ended with exit code 4:")
    assert lines[1:] == [*map(str, range(31, 50)), "red"]


def test_a_failure_without_output_is_a_failure(tmp_path: Path) -> None:
    result = check(Command(run=python("raise SystemExit(1)")), tmp_path)
    assert [finding.message.splitlines() for finding in result.findings] == [
        [f"`{shlex.join(python('raise SystemExit(1)'))}` ended with exit code 1"]
    ]


def test_it_runs_in_its_folder_with_its_environment(tmp_path: Path) -> None:
    code = "import os; open('seen', 'w').write(os.environ['WORD'])"
    result = check(Command(run=python(code), cwd="web", env={"WORD": "up"}), tmp_path, {"web/x": ""})
    assert result.status is GateStatus.PASS
    assert (tmp_path / "web/seen").read_text() == "up"


def test_a_bare_name_is_looked_up_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"bin/our-tool": "#!/bin/sh\nexit 3\n", "other/our-tool": "#!/bin/sh\nexit 4\n"}
    workspace = real_workspace(tmp_path, files)
    for name in files:
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert Command(run=("our-tool",)).check(workspace).exit_code == 3
    path = f"{tmp_path / 'other'}{os.pathsep}{os.environ['PATH']}"
    assert Command(run=("our-tool",), env={"PATH": path}).check(workspace).exit_code == 4


def test_a_path_is_taken_from_its_folder(tmp_path: Path) -> None:
    workspace = real_workspace(tmp_path, {"web/run.sh": "#!/bin/sh\nexit 5\n"})
    (tmp_path / "web/run.sh").chmod(0o755)
    assert Command(run=("./run.sh",), cwd="web").check(workspace).exit_code == 5


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        (Command(), "run: names no command"),
        (Command(run=("no-such-tool-anywhere",)), "no-such-tool-anywhere was not found on the PATH"),
        (Command(run=("./no-such-script",)), "no-such-script was not found"),
        (Command(run=python("pass"), cwd=".."), "cwd: .. lies outside the project"),
        (Command(run=python("pass"), cwd="/"), "cwd: / lies outside the project"),
        (Command(run=python("pass"), cwd="out"), "cwd: out lies outside the project"),
        (Command(run=python("pass"), cwd="gone"), "cwd: there is no folder gone"),
        (Command(run=python("pass"), junit="../r.xml"), "junit: ../r.xml lies outside the project"),
        (Command(run=python("import time; time.sleep(60)"), seconds=1), "took longer than 1 seconds"),
        (Command(run=python("import os; os.kill(os.getpid(), 9)")), "ended by signal 9"),
    ],
)
def test_a_command_that_cannot_run_to_its_end_is_an_error(gate: Command, said: str, tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project/out").symlink_to(tmp_path)
    result = check(gate, tmp_path / "project")
    assert (result.status, result.findings) == (GateStatus.ERROR, ())
    assert said in result.message


@pytest.mark.parametrize("tools", [ended(None, problem="it was not found"), ended(-15), ended(None)])
def test_a_broken_tool_is_an_error(tools: FakeTools, tmp_path: Path) -> None:
    result = Command(run=python("pass")).check(FakeWorkspace(root=tmp_path, tools=tools))
    assert result.status is GateStatus.ERROR


def write(report: str, exit_code: int = 0) -> tuple[str, ...]:
    return python(f"open('r.xml', 'w', encoding='utf-8').write({report!r}); raise SystemExit({exit_code})")


def suite(cases: str, attributes: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites><testsuite {attributes}>{cases}</testsuite></testsuites>'
    )


def judge(report: str, root: Path, exit_code: int = 0, gate: Command | None = None) -> GateResult:
    gate = replace(gate or Command(), run=write(report, exit_code), junit="r.xml")
    return check(gate, root, {"web/a.test.ts": ""})


GOOD = '<testcase classname="A" name="works"/>'
BAD = '<testcase classname="A" name="breaks"><failure message="1 != 2">at line 3</failure></testcase>'
SKIP = '<testcase classname="A" name="later"><skipped/></testcase>'


def test_a_report_without_failures_passes(tmp_path: Path) -> None:
    result = judge(suite(GOOD + GOOD), tmp_path)
    assert (result.status, result.message) == (GateStatus.PASS, "0 of 2 tests failed")
    assert result.facts == {"tests": 2}


def test_failures_and_errors_name_their_tests(tmp_path: Path) -> None:
    error = '<testcase classname="B" name="dies" file="web/a.test.ts" line="7"><error/></testcase>'
    result = judge(suite(GOOD + BAD + error), tmp_path, 1)
    assert (result.status, result.message, result.exit_code) == (GateStatus.FAIL, "2 of 3 tests failed", 1)
    assert result.findings == (
        Finding("CMD002", "A breaks: failed: 1 != 2\nat line 3", snippet="A breaks"),
        Finding("CMD002", "B dies: error", "web/a.test.ts", 7, snippet="B dies"),
    )


def test_a_failure_in_a_nested_suite_is_found(tmp_path: Path) -> None:
    nested = f'<testsuite failures="1"><testsuite failures="1">{BAD}</testsuite></testsuite>'
    result = judge(suite(GOOD + nested, 'failures="1"'), tmp_path)
    assert [finding.rule for finding in result.findings] == ["CMD002"]


def test_a_single_suite_as_root_is_read(tmp_path: Path) -> None:
    assert judge(f"<testsuite>{GOOD}</testsuite>", tmp_path).status is GateStatus.PASS


def test_exit_code_0_does_not_outweigh_a_failed_test(tmp_path: Path) -> None:
    assert judge(suite(BAD), tmp_path, 0).status is GateStatus.FAIL


def test_a_report_without_failures_does_not_outweigh_the_exit_code(tmp_path: Path) -> None:
    result = judge(suite(GOOD), tmp_path, 3)
    assert (result.status, [finding.rule for finding in result.findings]) == (GateStatus.FAIL, ["CMD001"])


def test_failures_that_no_test_carries_are_found(tmp_path: Path) -> None:
    result = judge(suite(GOOD, 'tests="1" errors="1"'), tmp_path)
    assert [finding.message for finding in result.findings] == ["the report counts 1 failure beyond the tests it names"]
    assert result.status is GateStatus.FAIL


def test_skipped_tests_fail_unless_allowed(tmp_path: Path) -> None:
    result = judge(suite(GOOD + SKIP), tmp_path)
    assert (result.status, result.message) == (GateStatus.FAIL, "0 of 2 tests failed, 1 skipped")
    assert [(finding.rule, finding.message) for finding in result.findings] == [("CMD004", "A later: skipped")]
    allowed = judge(suite(GOOD + SKIP), tmp_path, gate=Command(allow_skipped=True))
    assert (allowed.status, len(allowed.findings)) == (GateStatus.PASS, 1)


@pytest.mark.parametrize("cases", ["", SKIP])
def test_a_report_in_which_nothing_ran_is_an_error_unless_allowed(cases: str, tmp_path: Path) -> None:
    result = judge(suite(cases), tmp_path)
    assert (result.status, [finding.rule for finding in result.findings]) == (GateStatus.ERROR, ["CMD003"])
    allowed = judge(suite(cases), tmp_path, gate=Command(allow_empty=True, allow_skipped=True))
    assert allowed.status is GateStatus.PASS


def test_text_that_looks_like_a_dtd_inside_a_test_is_only_text(tmp_path: Path) -> None:
    html = "<testcase name='t'><failure><![CDATA[<!DOCTYPE html><!ENTITY a 'b'>]]></failure></testcase>"
    result = judge(f"<?xml version='1.0'?><!-- a comment -->\n{suite(html).partition('?>')[2]}", tmp_path)
    assert result.findings[0].message == "t: failed: <!DOCTYPE html><!ENTITY a 'b'>"


BOMB = (
    '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    + suite("<testcase name='&b;'/>").partition("?>")[2]
)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b"<html/>",
        b"<testsuites>",
        b'<testsuites><testsuite failures="many"/></testsuites>',
        b"\xff\xff\xff",
        BOMB.encode(),
        ("<?xml version='1.0'?><!-- -->" + BOMB).encode(),
        b"\xef\xbb\xbf" + BOMB.encode(),
        ("<?xml version='1.0' encoding='utf-16'?>" + BOMB).encode("utf-16"),
        BOMB.encode("utf-16-le"),
        ("<?xml version='1.0' encoding='utf-7'?>" + BOMB).encode("utf-7"),
        ("<?xml version='1.0' encoding='cp037'?>" + BOMB).encode("cp037"),
        b"<!-- never closed " + b"<!--" * 50_000,
        b"<testsuites>" + b"<testsuite>" * 5000 + b"<testcase/>" + b"</testsuite>" * 5000 + b"</testsuites>",
    ],
)
@pytest.mark.parametrize("exit_code", [0, 1])
def test_a_malformed_or_dangerous_report_is_never_a_pass(data: bytes, exit_code: int, tmp_path: Path) -> None:
    code = f"open('r.xml', 'wb').write({data!r}); raise SystemExit({exit_code})" if len(data) < 9999 else None
    (tmp_path / "data").write_bytes(data)
    copy = f"import shutil; shutil.copyfile('data', 'r.xml'); raise SystemExit({exit_code})"
    result = check(Command(run=python(code or copy), junit="r.xml"), tmp_path)
    rules = [finding.rule for finding in result.findings]
    if exit_code:
        assert (result.status, rules) == (GateStatus.FAIL, ["CMD001", "CMD003"])
    else:
        assert (result.status, rules) == (GateStatus.ERROR, ["CMD003"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_a_report_may_be_written_in_another_encoding(encoding: str, tmp_path: Path) -> None:
    text = suite("<testcase name='größer'><failure/></testcase>").replace("UTF-8", encoding.removesuffix("-sig"))
    data = text.encode(encoding)
    result = check(Command(run=python(f"open('r.xml', 'wb').write({data!r})"), junit="r.xml"), tmp_path)
    assert [finding.message for finding in result.findings] == ["größer: failed"]


def test_a_report_that_is_too_large_is_an_error(tmp_path: Path) -> None:
    code = "f = open('r.xml', 'wb'); f.truncate(65 * 1024 * 1024)"
    result = check(Command(run=python(code), junit="r.xml"), tmp_path)
    assert (result.status, result.message) == (GateStatus.ERROR, "the report r.xml is larger than 64 MB")


def test_a_report_that_is_a_folder_is_an_error(tmp_path: Path) -> None:
    result = check(Command(run=python("import os; os.mkdir('r.xml')"), junit="r.xml"), tmp_path)
    assert (result.status, result.message) == (GateStatus.ERROR, "the report r.xml cannot be read: Is a directory")


def test_a_report_that_was_not_written_is_an_error(tmp_path: Path) -> None:
    result = check(Command(run=python("pass"), junit="r.xml"), tmp_path)
    assert (result.status, [finding.rule for finding in result.findings]) == (GateStatus.ERROR, ["CMD003"])
    assert result.message.startswith("the report r.xml was not written")


def test_a_report_of_an_earlier_run_never_counts_and_is_kept(tmp_path: Path) -> None:
    result = check(Command(run=python("pass"), junit="r.xml"), tmp_path, {"r.xml": suite(GOOD)})
    assert (result.status, [finding.rule for finding in result.findings]) == (GateStatus.ERROR, ["CMD003"])
    assert result.findings[0].message == "the report r.xml is from an earlier run"
    assert result.findings[0].fix == "have the command write it"
    assert (tmp_path / "r.xml").read_text(encoding="utf-8") == suite(GOOD)


def test_the_same_report_written_again_counts(tmp_path: Path) -> None:
    assert judge(suite(GOOD), tmp_path).status is GateStatus.PASS
    assert judge(suite(GOOD), tmp_path).status is GateStatus.PASS


def test_the_report_of_a_real_pytest_is_read(tmp_path: Path) -> None:
    test = """
    import pytest
    def test_a(): pass
    def test_b(): assert 1 == 2
    @pytest.fixture
    def f(): 1/0
    def test_c(f): pass
    """
    run = (sys.executable, "-m", "pytest", "-p", "no:agentgates", "--junitxml=r.xml", "-o", "junit_family=xunit1")
    result = check(Command(run=run, junit="r.xml"), tmp_path, {"pytest.ini": "[pytest]\n", "test_x.py": test})
    assert [(finding.rule, finding.place) for finding in result.findings] == [
        ("CMD002", "test_x.py:3:1"),
        ("CMD002", "test_x.py:6:1"),
    ]
    assert result.message == "2 of 3 tests failed"
