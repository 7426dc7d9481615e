"""Our measuring beside the user's own: alone, with pytest-cov, under xdist, in subprocesses."""

from __future__ import annotations

import os
import venv
from pathlib import Path

import pytest
from coverage import CoverageData

from pytest_agentgates.measure_coverage import MeasurePlan, plan_measuring
from pytest_agentgates.session_coverage import PYTEST_COV_DATA
from tests.measured_project import FILES, Measured, run_measured, write_files

VERSION = (3, 11)
ALL_OF_CORE = frozenset({1, 2, 3, 4, 7})
ALL_OF_TOOL = frozenset({1, 2, 5})
ALL_OF_EXTRA = frozenset({1, 2})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_files(tmp_path / "project", FILES)


def planned(root: Path, branch: bool = False, roots: tuple[str, ...] = ("app", "other")) -> MeasurePlan:
    folder = root.parent / "measured"
    folder.mkdir()
    return plan_measuring(root, roots, branch, VERSION, folder)


def assert_all_measured(measured: Measured) -> None:
    assert measured.exit_code == 0, measured.output
    assert "INTERNALERROR" not in measured.output
    assert measured.lines["app/core.py"] == ALL_OF_CORE
    assert measured.lines["app/tool.py"] == ALL_OF_TOOL, "the subprocess was not measured"
    assert measured.lines["other/extra.py"] == ALL_OF_EXTRA


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one-process", "xdist"])
@pytest.mark.parametrize("branch", [False, True], ids=["lines", "branches"])
def test_alone_everything_is_measured(root: Path, workers: tuple[str, ...], branch: bool) -> None:
    measured = run_measured(root, planned(root, branch), *workers)
    assert_all_measured(measured)
    assert set(measured.lines) <= {name for name in FILES if name.startswith(("app/", "other/"))}
    assert measured.core("gw0" if workers else "main") == "ctrace"


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one-process", "xdist"])
@pytest.mark.parametrize("their_branch", [(), ("--cov-branch",)], ids=["their-lines", "their-branches"])
def test_beside_pytest_cov_everything_is_measured(
    root: Path, workers: tuple[str, ...], their_branch: tuple[str, ...]
) -> None:
    measured = run_measured(root, planned(root), "--cov=app", "--cov=other", *their_branch, *workers)
    assert_all_measured(measured)
    assert (measured.folder / PYTEST_COV_DATA) in measured.data
    assert "TOTAL" in measured.output, "the user's own report is gone"
    assert not measured.still_measuring(), "ours ran on below pytest-cov's"


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one-process", "xdist"])
def test_pytest_covs_data_has_branches_where_a_floor_wants_them(root: Path, workers: tuple[str, ...]) -> None:
    measured = run_measured(root, planned(root, branch=True), "--cov=app", *workers)
    data = CoverageData(str(measured.folder / PYTEST_COV_DATA))
    data.read()
    assert data.has_arcs()
    assert measured.exit_code == 0


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one-process", "xdist"])
def test_pytest_cov_with_a_narrower_source_measures_only_that(root: Path, workers: tuple[str, ...]) -> None:
    measured = run_measured(root, planned(root), "--cov=app", *workers)
    assert measured.exit_code == 0, measured.output
    assert measured.lines["app/core.py"] == ALL_OF_CORE
    assert measured.lines["app/tool.py"] == ALL_OF_TOOL
    assert "other/extra.py" not in measured.lines


def test_pytest_cov_from_addopts_is_noticed(root: Path) -> None:
    write_files(root, {"pytest.ini": "[pytest]\naddopts = --cov=app --cov=other\n"})
    measured = run_measured(root, planned(root))
    assert_all_measured(measured)
    assert (measured.folder / PYTEST_COV_DATA) in measured.data


@pytest.mark.parametrize("switch", ["--no-cov", "--cov-reset"])
def test_pytest_cov_switched_off_leaves_the_measuring_to_us(root: Path, switch: str) -> None:
    measured = run_measured(root, planned(root), "--cov=app", switch)
    assert_all_measured(measured)
    assert (measured.folder / PYTEST_COV_DATA) not in measured.data


def test_fail_under_of_the_suite_does_not_judge_a_part_of_it(root: Path) -> None:
    write_files(root, {".coveragerc": "[report]\nfail_under = 100\n"})
    args = ("--cov=app", "--cov=other", "--cov-fail-under=100", "-k", "positive")
    measured = run_measured(root, planned(root), *args)
    assert measured.exit_code == 0, measured.output
    assert "not reached" not in measured.output


def test_data_of_an_earlier_run_is_not_appended(root: Path) -> None:
    stale = CoverageData(str(root / ".coverage"))
    stale.add_lines({str(root.resolve() / "app/core.py"): {8}})
    stale.write()
    stale.close()
    measured = run_measured(root, planned(root), "--cov=app", "--cov-append")
    assert measured.lines["app/core.py"] == ALL_OF_CORE


def test_their_own_patch_for_subprocesses_is_left_to_work(root: Path) -> None:
    write_files(root, {".coveragerc": "[run]\npatch = subprocess\n"})
    measured = run_measured(root, planned(root), "--cov=app", "--cov=other", "-n", "2")
    assert_all_measured(measured)


@pytest.mark.parametrize("cov", [(), ("--cov=app", "--cov=other")], ids=["alone", "pytest-cov"])
def test_processes_of_multiprocessing_are_measured(root: Path, cov: tuple[str, ...]) -> None:
    test = (
        "import multiprocessing\nfrom app.core import sign\n\n"
        "def test_process():\n"
        "    child = multiprocessing.Process(target=sign, args=(-1,))\n"
        "    child.start()\n    child.join()\n    assert child.exitcode == 0\n"
    )
    write_files(root, {".coveragerc": "[run]\nconcurrency = multiprocessing\n", "tests/test_app.py": test})
    measured = run_measured(root, planned(root), *cov)
    assert measured.exit_code == 0, measured.output
    assert {2, 3} <= measured.lines["app/core.py"]
    assert (root / ".coverage").exists() is bool(cov), "pytest-cov must keep its own data file"


def test_code_that_makes_a_coverage_of_its_own_costs_no_data(root: Path) -> None:
    test = (
        FILES["tests/test_app.py"] + "\ndef test_own():\n    import coverage\n    coverage.Coverage(data_file=None)\n"
    )
    write_files(root, {"tests/test_app.py": test})
    assert_all_measured(run_measured(root, planned(root), "-n", "2"))


def test_strict_warning_filters_do_not_end_the_run(root: Path) -> None:
    write_files(
        root,
        {
            "pytest.ini": "[pytest]\nfilterwarnings = error\n",
            ".coveragerc": "[run]\ninclude = app/*\nsource = other\n",
            "tests/test_trace.py": "import sys\n\ndef test_trace():\n    sys.settrace(None)\n",
        },
    )
    measured = run_measured(root, planned(root), env={"PYTHONWARNINGS": "error"})
    assert measured.exit_code == 0, measured.output


def test_an_interpreter_without_coverage_leaves_no_data(root: Path, tmp_path: Path) -> None:
    site = Path(pytest.__file__).parent.parent
    bare = tmp_path / "bare"
    venv.create(bare, symlinks=os.name != "nt")
    python = next(place for place in bare.glob("*/python*") if place.is_file())
    plugins = tmp_path / "site"
    plugins.mkdir()
    for name in ("pytest", "_pytest", "py.py", "pluggy", "pluggy-*", "iniconfig", "packaging", "pygments"):
        for place in site.glob(name):
            (plugins / place.name).symlink_to(place)
    write_files(root, {"pytest.ini": "[pytest]\n", "conftest.py": ""})
    measured = run_measured(root, planned(root), python=str(python), env={"PYTHONPATH": str(plugins)})
    assert measured.exit_code == 0, measured.output
    assert measured.data == ()
    assert measured.core() == ""
