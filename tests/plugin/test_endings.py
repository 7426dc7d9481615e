"""However the tests' process ends, a pass is never made up."""

from __future__ import annotations

import pytest

from tests.gated_project import GatedProject


@pytest.mark.parametrize(
    "body",
    [
        "import os\n    os._exit(0)",
        "import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)",
        "import pytest\n    pytest.exit('enough', returncode=0)",
        "import os, sys\n    sys.stdout.flush()\n    os.execv(sys.executable, [sys.executable, '-c', ''])",
    ],
)
@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_process_that_ends_early_is_no_pass(project: GatedProject, body: str, workers: tuple[str, ...]) -> None:
    project.write("tests/test_pass.py", f"def test_first():\n    pass\n\n\ndef test_it():\n    {body}\n")
    result = project.gated(*workers)
    assert result.ret == 1, result.stdout.str()
    assert {"RUN001", "RUN002", "RUN008"} & set(project.rules("tests_pass"))
    assert project.status() == "in_progress"


@pytest.mark.parametrize("where", ["tests/conftest.py", "tests/test_pass.py"])
def test_an_exit_while_collecting_is_no_pass(project: GatedProject, where: str) -> None:
    project.write(where, "import os\nos._exit(0)\n\n\ndef test_it():\n    pass\n")
    assert project.gated().ret == 1
    assert "RUN008" in project.rules("tests_pass")


@pytest.mark.parametrize("argument", ["--help", "--fixtures", "--fixtures-per-test", "--markers", "--setup-plan"])
def test_an_option_that_runs_nothing_is_no_pass_and_costs_no_attempt(project: GatedProject, argument: str) -> None:
    assert project.gated(argument).ret == 1
    assert project.status() == "pending"


def test_a_collection_error_names_the_file(project: GatedProject) -> None:
    project.write("tests/test_pass.py", "import nowhere\n\n\ndef test_it():\n    pass\n")
    assert project.gated().ret == 1
    assert project.gate("tests_pass")["findings"][0]["path"] == "tests/test_pass.py"
    assert "RUN002" in project.rules("tests_pass")


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("@pytest.mark.skip(reason='later')\ndef test_it(): pass", "RUN004"),
        ("@pytest.mark.xfail\ndef test_it(): assert 0", "RUN004"),
        ("@pytest.mark.xfail\ndef test_it(): pass", "RUN004"),
        ("@pytest.mark.parametrize('x', [])\ndef test_it(x): pass", "RUN004"),
        ("@pytest.fixture\ndef broken(): assert 0\ndef test_it(broken): pass", "RUN002"),
        ("@pytest.fixture\ndef broken():\n    yield\n    assert 0\ndef test_it(broken): pass", "RUN002"),
    ],
)
def test_what_did_not_run_cleanly_is_named(project: GatedProject, body: str, rule: str) -> None:
    project.write("tests/test_pass.py", f"import pytest\n{body}\n")
    assert project.gated().ret == 1
    assert project.rules("tests_pass") == [rule]


def test_a_conftest_that_drops_tests_is_found_out(project: GatedProject) -> None:
    drops = "def pytest_collection_modifyitems(items):\n    del items[1:]\n"
    project.write("tests/conftest.py", drops)
    assert project.gated().ret == 1
    assert "RUN003" in project.rules("tests_pass")


def test_a_time_limit_ends_the_tests(project: GatedProject) -> None:
    project.configure("[tool.agentgates.run]\nseconds = 2\n")
    project.write("tests/test_pass.py", "import time\n\n\ndef test_it():\n    time.sleep(600)\n")
    assert project.gated().ret == 1
    assert "RUN008" in project.rules("tests_pass")
    assert "ran out of time" in project.gate("tests_pass")["findings"][0]["message"]


def test_a_failing_exit_status_without_a_failing_test_is_no_pass(project: GatedProject) -> None:
    ends = "def pytest_sessionfinish(session):\n    session.exitstatus = 6\n"
    project.write("tests/conftest.py", ends)
    assert project.gated().ret == 1
    assert "RUN008" in project.rules("tests_pass")


def test_tests_under_xdist_are_all_counted(project: GatedProject) -> None:
    result = project.gated("-n", "2")
    assert result.ret == 0, result.stdout.str()
    assert project.evidence()["tests"]["executed"] == 2


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_a_pass_after_a_rerun_is_named(project: GatedProject, workers: tuple[str, ...]) -> None:
    flaky = "from pathlib import Path\n\n\ndef test_it():\n    seen = Path('.pytest_cache/seen')\n"
    flaky += (
        "    seen.parent.mkdir(exist_ok=True)\n    first = not seen.exists()\n    seen.touch()\n    assert not first\n"
    )
    project.write("tests/test_pass.py", flaky)
    assert project.gated("--reruns", "2", *workers).ret == 1
    assert project.rules("tests_pass") == ["RUN005"]
    assert project.evidence()["tests"]["reruns"] == 1


def test_a_property_that_cannot_be_sent_is_no_pass(project: GatedProject) -> None:
    project.write("tests/test_pass.py", "def test_it(record_property):\n    record_property('x', object())\n")
    assert project.gated("-n", "2").ret == 1
    assert "RUN008" in project.rules("tests_pass")
