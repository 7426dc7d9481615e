"""Which tests belong to a task."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentgates import map_tests as subject
from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.workspace_port import ExpectedTests
from pytest_agentgates.source import test_settings

PROJECT = {
    "tests/test_a.py": "def test_one(): ...\ndef test_two(): ...\nclass TestC:\n    def test_three(self): ...\n",
    "tests/test_b.py": "def test_four(): ...\n",
    "tests/unit/test_c.py": "def test_five(): ...\n",
    "tests/unit/conftest.py": "",
    "tests/unit/helper.py": "def test_not_collected(): ...\n",
    "tests/build/test_d.py": "def test_six(): ...\n",
    "tests/check_e.py": "def test_seven(): ...\n",
    "src/app.py": "x = 1\n",
    "empty/readme.txt": "",
}
MARKED = 'import pytest\n@pytest.mark.agent_task("T1")\n'


def grow(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    grow(project, PROJECT)
    return project


def mapped(root: Path, *test_files: str, settings: test_settings.TestSettings | None = None) -> ExpectedTests:
    task = Task("T1", test_files=test_files, where="tasks.json:7")
    return subject.map_tests(root, task, settings or test_settings.read_test_settings(root))


def collected(root: Path, arguments: tuple[str, ...]) -> set[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-W", "ignore"]
    done = subprocess.run([*command, *arguments], cwd=root, capture_output=True, text=True, check=True)
    return {line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line}


CASES = {
    "file": (("tests/test_b.py",), ("tests/test_b.py",), {"tests/test_b.py::test_four"}),
    "file that is named otherwise": (("tests/check_e.py",), ("tests/check_e.py",), {"tests/check_e.py::test_seven"}),
    "dotted path": (("./tests/../tests/test_b.py",), ("tests/test_b.py",), {"tests/test_b.py::test_four"}),
    "folder": (("tests/unit/",), ("tests/unit",), {"tests/unit/test_c.py::test_five"}),
    "folder that is not entered by itself": (("tests/build",), ("tests/build",), {"tests/build/test_d.py::test_six"}),
    "node id": (("tests/test_a.py::test_one",), ("tests/test_a.py::test_one",), {"tests/test_a.py::test_one"}),
    "class": (("tests/test_a.py::TestC",), ("tests/test_a.py::TestC",), {"tests/test_a.py::TestC::test_three"}),
    "glob": (
        ("tests/test_*.py",),
        ("tests/test_a.py", "tests/test_b.py"),
        {
            "tests/test_a.py::test_one",
            "tests/test_a.py::test_two",
            "tests/test_a.py::TestC::test_three",
            "tests/test_b.py::test_four",
        },
    ),
    "glob across": (("**/test_c.py",), ("tests/unit/test_c.py",), {"tests/unit/test_c.py::test_five"}),
    "glob of folders": (("t*/u*",), ("tests/unit/test_c.py",), {"tests/unit/test_c.py::test_five"}),
    "glob with a name of its own": (("tests/check_*.py",), ("tests/check_e.py",), {"tests/check_e.py::test_seven"}),
    "glob of everything": (("tests/unit/*.py",), ("tests/unit/test_c.py",), {"tests/unit/test_c.py::test_five"}),
    "covered": (
        ("tests/test_a.py::test_one", "tests/test_b.py", "tests/test_a.py::test_one[x]", "tests/test_b.py::test_four"),
        ("tests/test_a.py::test_one", "tests/test_b.py"),
        {"tests/test_a.py::test_one", "tests/test_b.py::test_four"},
    ),
    "covered by a folder": (
        ("tests/unit/test_c.py", "tests/unit", "tests/unit/test_c.py::test_five"),
        ("tests/unit",),
        {"tests/unit/test_c.py::test_five"},
    ),
    "folders within folders": (
        ("tests/unit", "tests/"),
        ("tests",),
        {
            "tests/test_a.py::test_one",
            "tests/test_a.py::test_two",
            "tests/test_a.py::TestC::test_three",
            "tests/test_b.py::test_four",
            "tests/unit/test_c.py::test_five",
        },
    ),
    "a file that its folder leaves out": (
        ("tests/unit", "tests/unit/helper.py"),
        ("tests/unit/test_c.py", "tests/unit/helper.py"),
        {"tests/unit/test_c.py::test_five", "tests/unit/helper.py::test_not_collected"},
    ),
    "a folder that its folder leaves out": (
        (".", "tests/build"),
        ("tests/test_a.py", "tests/test_b.py", "tests/unit/test_c.py", "tests/build"),
        {
            "tests/test_a.py::test_one",
            "tests/test_a.py::test_two",
            "tests/test_a.py::TestC::test_three",
            "tests/test_b.py::test_four",
            "tests/unit/test_c.py::test_five",
            "tests/build/test_d.py::test_six",
        },
    ),
}


@pytest.mark.parametrize(("test_files", "arguments", "functions"), CASES.values(), ids=CASES)
def test_entries_become_arguments_and_functions(
    root: Path, test_files: tuple[str, ...], arguments: tuple[str, ...], functions: set[str]
) -> None:
    found = mapped(root, *test_files)
    assert (found.arguments, set(found.functions), found.problems) == (arguments, functions, ())
    assert len(found.functions) == len(functions)


@pytest.mark.parametrize(
    "case",
    [
        "folder",
        "glob",
        "folders within folders",
        "a file that its folder leaves out",
        "a folder that its folder leaves out",
    ],
)
def test_pytest_collects_the_functions_from_the_arguments(root: Path, case: str) -> None:
    found = mapped(root, *CASES[case][0])
    assert set(found.functions) == collected(root, found.arguments)


def problem_of(found: ExpectedTests) -> Finding:
    (problem,) = found.problems
    assert found.arguments == ()
    return problem


@pytest.mark.parametrize(
    ("entry", "message", "fix"),
    [
        ("tests/test_z.py", "does not exist", ""),
        ("tests/unit/test_a.py", "does not exist", "did you mean tests/test_a.py?"),
        ("tests/tset_b.py", "does not exist", "did you mean tests/test_b.py?"),
        ("test/unit", "does not exist", "did you mean tests/unit?"),
        ("tests/test_a.py::test_on", "does not exist", "did you mean tests/test_a.py::test_one?"),
        ("tests/test_a.py::test_three", "does not exist", "did you mean tests/test_a.py::TestC::test_three?"),
        ("tests/test_a.py::TestC::test_one[1]", "does not exist", "did you mean tests/test_a.py::test_one?"),
        ("tests/unit::test_one", "does not exist", ""),
        ("tests/none_*.py", "matches no test file", ""),
        ("nowhere/*.py", "matches no test file", ""),
        ("src/*.py", "matches no test file", ""),
        ("empty", "has no test file in it", ""),
        ("../other/test_a.py", "lies outside the repository", "relative to the repository"),
        ("tests/../../test_a.py", "lies outside the repository", ""),
        ("/etc/passwd", "lies outside the repository", ""),
        ("C:/tests/test_a.py", "lies outside the repository", ""),
        ("", "names no file", ""),
        ("::test_one", "names no file", ""),
        ("tests/test\0.py", "does not exist", ""),
    ],
)
def test_an_entry_that_leads_nowhere_is_a_problem(root: Path, entry: str, message: str, fix: str) -> None:
    problem = problem_of(mapped(root, entry))
    assert (problem.rule, problem.path, problem.line) == ("TSK007", "tasks.json", 7)
    assert problem.message == f"task T1 maps {entry!r}, which {message}"
    assert fix in problem.fix


@pytest.mark.parametrize("entry", ["tests/away/test_x.py", "tests/away", "tests/link_*.py", "tests/link_x.py"])
def test_a_link_that_leads_outside_is_a_problem(root: Path, entry: str) -> None:
    grow(root.parent, {"outside/test_x.py": "def test_x(): ...\n"})
    (root / "tests/away").symlink_to(root.parent / "outside", target_is_directory=True)
    (root / "tests/link_x.py").symlink_to(root.parent / "outside/test_x.py")
    assert "outside the repository" in problem_of(mapped(root, entry)).message


def test_marked_tests_come_after_test_files(root: Path) -> None:
    grow(
        root,
        {
            "tests/test_m.py": f"{MARKED}def test_m(): ...\n@pytest.mark.agent_task('T2')\ndef test_n(): ...\n",
            "tests/test_k.py": f"{MARKED}class TestK:\n    def test_k(self): ...\n",
            "tests/test_p.py": 'import pytest\npytestmark = pytest.mark.agent_task("T1")\ndef test_p(): ...\n',
        },
    )
    found = mapped(root, "tests/unit")
    assert found.arguments == ("tests/unit", "tests/test_k.py::TestK", "tests/test_m.py::test_m", "tests/test_p.py")
    assert found.functions == (
        "tests/unit/test_c.py::test_five",
        "tests/test_k.py::TestK::test_k",
        "tests/test_m.py::test_m",
        "tests/test_p.py::test_p",
    )
    assert found.problems == ()


def test_marks_within_listed_files_add_nothing(root: Path) -> None:
    grow(root, {"tests/test_m.py": f"{MARKED}def test_m(): ...\n"})
    assert mapped(root, "tests/test_m.py").arguments == ("tests/test_m.py",)


def test_marks_are_looked_for_where_pytest_looks(root: Path) -> None:
    marked = f"{MARKED}def test_m(): ...\n"
    grow(root, {"tests/test_m.py": marked, "other/test_m.py": marked, "tests/build/test_m.py": marked})
    assert mapped(root).arguments == ("other/test_m.py::test_m", "tests/test_m.py::test_m")
    for testpaths in (("tests",), ("t*s",), ("tests", "gone"), ("./tests/",)):
        settings = test_settings.TestSettings(testpaths=testpaths)
        assert mapped(root, settings=settings).arguments == ("tests/test_m.py::test_m",)
    assert len(mapped(root, settings=test_settings.TestSettings(testpaths=("gone",))).arguments) == 2


def test_marks_and_names_follow_the_configuration(root: Path) -> None:
    grow(
        root,
        {
            "pytest.ini": "[pytest]\npython_files = spec_*.py\npython_functions = it_\n",
            "tests/spec_m.py": f"{MARKED}def it_works(): ...\ndef it_counts(): ...\n",
            "tests/test_m.py": f"{MARKED}def it_is_elsewhere(): ...\n",
        },
    )
    assert mapped(root).arguments == ("tests/spec_m.py::it_works",)
    assert mapped(root, "tests").functions == ("tests/spec_m.py::it_works", "tests/spec_m.py::it_counts")


def test_an_unreadable_mark_is_a_problem_of_every_task(root: Path) -> None:
    grow(root, {"tests/test_m.py": "import pytest\n@pytest.mark.agent_task(make())\ndef test_m(): ...\n"})
    tasks = [Task("T1", test_files=("tests/test_b.py",)), Task("T2", test_files=("tests/test_m.py",))]
    for found in subject.map_all(root, tasks, test_settings.TestSettings()).values():
        (problem,) = found.problems
        assert (problem.rule, problem.place) == ("TSK007", "tests/test_m.py:2:2")


@pytest.mark.parametrize("entries", [("tests/test_m.py",), ("tests/test_m.py::test_m",), ("tests",)])
def test_a_mapped_file_that_does_not_parse_is_a_problem(root: Path, entries: tuple[str, ...]) -> None:
    grow(root, {"tests/test_m.py": "x = 1\ndef test_m(:\n"})
    (problem,) = mapped(root, *entries).problems
    assert (problem.rule, problem.path, problem.line) == ("TSK007", "tests/test_m.py", 2)


def test_an_unmapped_file_that_does_not_parse_matters_only_where_it_may_hold_marks(root: Path) -> None:
    grow(root, {"tests/test_m.py": "def test_m(:\n"})
    assert mapped(root, "tests/test_b.py").problems == ()
    grow(root, {"tests/test_m.py": f"{MARKED}def test_m(:\n"})
    assert [problem.path for problem in mapped(root, "tests/test_b.py").problems] == ["tests/test_m.py"]


def test_a_task_without_tests_has_none(root: Path) -> None:
    assert mapped(root) == ExpectedTests((), ())


def test_a_folder_is_named_by_its_files_where_another_task_wants_more_of_it(root: Path) -> None:
    tasks = [Task("T1", test_files=("tests/unit",)), Task("T2", test_files=("tests/unit/helper.py",))]
    found = subject.map_all(root, tasks, test_settings.TestSettings())
    assert found["T1"].arguments == ("tests/unit/test_c.py",)
    assert found["T2"].arguments == ("tests/unit/helper.py",)


def test_each_task_gets_its_own(root: Path) -> None:
    grow(root, {"tests/test_m.py": f"{MARKED}def test_m(): ...\n"})
    tasks = [Task("T1"), Task("T2", test_files=("tests/test_b.py",))]
    found = subject.map_all(root, tasks, test_settings.TestSettings())
    assert {task: one.arguments for task, one in found.items()} == {
        "T1": ("tests/test_m.py::test_m",),
        "T2": ("tests/test_b.py",),
    }


@pytest.mark.parametrize(
    "conftest",
    [
        'collect_ignore = ["test_c.py"]\n',
        'collect_ignore_glob = ["*_c.py"]\n',
        'import sys\ncollect_ignore = []\nif sys:\n    collect_ignore.append("test_c.py")\n',
        'collect_ignore = []\ncollect_ignore += ["test_c.py"]\n',
        "def pytest_ignore_collect(collection_path):\n    return collection_path.name == 'test_c.py'\n",
    ],
)
def test_what_a_conftest_may_ignore_is_not_expected_of_a_folder(root: Path, conftest: str) -> None:
    grow(root, {"tests/unit/conftest.py": conftest, "tests/unit/test_z.py": "def test_z(): ...\n"})
    found = mapped(root, "tests/unit", "tests/test_b.py")
    assert set(found.functions) <= collected(root, found.arguments)
    assert "tests/unit/test_c.py::test_five" not in found.functions
    assert mapped(root, "tests/unit/test_c.py").functions == ("tests/unit/test_c.py::test_five",)
