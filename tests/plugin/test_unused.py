"""Installed but unused, the plugin costs one small module."""

from __future__ import annotations

import json

import pytest

REPORT = """
import json, sys

def pytest_unconfigure(config):
    names = sorted(name for name in sys.modules if name.split(".")[0] == "pytest_agentgates")
    with open(f"modules-{getattr(config, 'workerinput', {}).get('workerid', 'main')}.json", "w") as file:
        json.dump(names, file)
"""


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_only_the_plugin_is_imported_in_a_whole_session(pytester: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    pytester.makeconftest(REPORT)
    pytester.makepyfile("def test_it():\n    pass\n\n\ndef test_fails():\n    assert 0\n")
    result = pytester.runpytest_subprocess(*arguments)
    assert result.ret == 1
    reports = sorted(pytester.path.glob("modules-*.json"))
    assert len(reports) == (3 if arguments else 1)
    for report in reports:
        assert json.loads(report.read_text()) == ["pytest_agentgates", "pytest_agentgates.plugin"]


def test_the_marker_is_known_without_the_option(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\n\n\n@pytest.mark.agent_task('T1')\ndef test_it():\n    pass\n")
    assert pytester.runpytest_subprocess("--strict-markers").ret == 0


def test_the_run_is_handed_over_before_any_conftest_is_imported(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import os\nopen('imports', 'a').write(f'{os.getppid()}\\n')\n")
    pytester.makepyfile("def test_it():\n    pass\n")
    result = pytester.runpytest_subprocess("--agent-task", "T1")
    assert result.ret == 4
    assert not (pytester.path / "imports").exists()


def test_options_are_listed_in_the_help(pytester: pytest.Pytester) -> None:
    text = pytester.runpytest_subprocess("--help").stdout.str()
    for option in ("--agent-task=ID", "--agent-name=NAME", "--agent-base=REV", "--agent-no-update", "--agent-in-place"):
        assert option in text
    assert "--agent-session" not in text
