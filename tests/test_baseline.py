"""A baseline lets old findings stand: exactly those, never more, and never longer than they are there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_agentgates.baseline_file import parse_baseline, render_baseline
from pytest_agentgates.core.baseline import Identity
from pytest_agentgates.errors import UsageError
from tests.gated_project import GatedProject

NAME = "agentgates-baseline.json"
OLD = "from shop.adapters.rows import ROWS\n"
LAYERS = """
[tool.agentgates.gates.hexagon.layers]
domain = "shop/domain"
outbound = "shop/adapters"
"""


@pytest.fixture
def old(project: GatedProject) -> GatedProject:
    """A project whose domain has imported an adapter for years."""
    project.write("shop/adapters/rows.py", "ROWS = 1\nMORE = 2\n")
    project.write("shop/domain/order.py", OLD)
    project.configure(LAYERS)
    return project


def entries(project: GatedProject) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((project.root / NAME).read_text())
    return found


def check(project: GatedProject, *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    result = project.agentgates("check", "--json", *arguments)
    facts = json.loads(result.stdout.str())
    return result.ret, {gate["name"]: gate for gate in facts["gates"]}


def test_what_is_recorded_stands_and_is_counted(old: GatedProject) -> None:
    assert check(old)[0] == 1
    assert old.agentgates("check", "--write-baseline").ret == 0
    assert {entry["rule"] for entry in entries(old)} >= {"HEX011"}
    old.commit()
    ret, gates = check(old)
    assert (ret, gates["hexagon"]["status"]) == (0, "pass")
    assert "waived" in gates["hexagon"]["message"]
    assert old.gated().ret == 0
    assert old.evidence()["summary"]["waived"] == sum(entry["count"] for entry in entries(old))


def test_lines_may_move_and_new_findings_fail(old: GatedProject) -> None:
    old.agentgates("check", "--gate", "hexagon", "--write-baseline")
    old.commit()
    old.write("shop/domain/order.py", "\n\n" + OLD)
    assert check(old)[0] == 0
    old.write("shop/domain/price.py", OLD)
    ret, gates = check(old)
    assert (ret, gates["hexagon"]["status"]) == (1, "fail")
    counting = [one for one in gates["hexagon"]["findings"] if not one.get("waived")]
    assert "shop/domain/price.py" in {one["path"] for one in counting}
    assert "shop/domain/order.py" not in {one["path"] for one in counting}


def test_more_of_the_same_than_recorded_fails(project: GatedProject) -> None:
    project.configure('[tool.agentgates.gates.ruff_clean]\npaths = ["src"]\n')
    project.write("src/extra.py", "def one():\n    import os\n")
    project.agentgates("check", "--write-baseline")
    project.commit()
    assert check(project)[0] == 0
    project.write("src/extra.py", "def one():\n    import os\ndef two():\n    import os\n")
    ret, gates = check(project)
    assert ret == 1
    assert sum(not one.get("waived") for one in gates["ruff_clean"]["findings"]) == 1


def test_an_entry_that_is_mended_must_go(old: GatedProject) -> None:
    old.agentgates("check", "--write-baseline")
    old.commit()
    old.write("shop/domain/order.py", "ORDERS = 1\n")
    ret, gates = check(old)
    assert ret == 1
    found = gates["config"]["findings"]
    assert {one["rule"] for one in found} == {"AGT001"}
    assert found[0]["path"] == NAME
    assert found[0]["line"] >= 2
    assert "found 0 times" in found[0]["message"]
    assert check(old, "shop/adapters")[0] == 0


def test_growth_against_the_base_fails(old: GatedProject) -> None:
    old.agentgates("check", "--write-baseline")
    old.commit()
    old.write("shop/domain/price.py", OLD)
    assert old.agentgates("check", "--write-baseline").ret == 0
    ret, gates = check(old, "--base", "HEAD")
    assert ret == 1
    assert gates["hexagon"]["status"] == "pass"
    assert "0 times at the base" in gates["config"]["findings"][0]["message"]


def test_nothing_is_written_where_a_gate_could_not_judge(project: GatedProject) -> None:
    result = project.agentgates("check", "--gate", "hexagon", "--write-baseline")
    assert result.ret == 3
    result.stderr.fnmatch_lines(["agentgates: hexagon could not judge, so no baseline was written: *"])
    assert not (project.root / NAME).exists()


@pytest.mark.parametrize("arguments", [("--gate", "untampered"), ("--gate", "config"), ("--gate", "hexagon", "shop")])
def test_what_takes_no_baseline_is_said(old: GatedProject, arguments: tuple[str, ...]) -> None:
    assert old.agentgates("check", "--write-baseline", *arguments).ret == 4
    assert not (old.root / NAME).exists()


def test_what_is_recorded_of_other_gates_stays(old: GatedProject) -> None:
    old.agentgates("check", "--write-baseline")
    before = entries(old)
    old.configure('[tool.agentgates.gates.ruff_clean]\npaths = ["src"]\n')
    old.write("src/extra.py", "import os\n")
    old.agentgates("check", "--gate", "ruff_clean", "--write-baseline")
    assert [entry for entry in entries(old) if entry["gate"] == "hexagon"] == before
    assert [entry["rule"] for entry in entries(old) if entry["gate"] == "ruff_clean"] == ["F401"]


def test_the_gates_of_the_promise_take_no_entry(project: GatedProject) -> None:
    identity = Identity("tests_pass", "tests/test_fail.py", "RUN001", "assert False")
    (project.root / NAME).write_bytes(render_baseline({identity: 9}))
    assert project.gated(task="T2").ret == 1
    assert project.gate("tests_pass")["status"] == "fail"
    assert "takes no baseline" in project.gate("config")["findings"][0]["message"]


def test_the_file_has_one_sorted_entry_a_line_and_reads_back() -> None:
    counts = {Identity("b", "p", "R1", 'a "text"'): 1, Identity("a", "\udc80ü.py", "R2", "x"): 3}
    data = render_baseline(counts)
    assert [json.loads(line.rstrip(b",").decode())["gate"] for line in data.splitlines()[1:-1]] == ["a", "b"]
    read = parse_baseline(data, NAME)
    assert read.counts == counts
    assert sorted(read.lines.values()) == [2, 3]


ENTRY = '{"gate": "a", "path": "p", "rule": "R", "identity": "i", "count": 1}'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{}", f"{NAME}:1: "),
        (f"[\n{ENTRY}\n", f"{NAME}:"),
        (f"[\n{ENTRY},\n{ENTRY}\n]", f"{NAME}:3: "),
        (f"[\n{ENTRY.replace('1', '0')}\n]", f"{NAME}:2: "),
        (f"[\n{ENTRY.replace('1', 'true')}\n]", f"{NAME}:2: "),
        ('[\n\n"x"]', f"{NAME}:3: "),
        (f"[{ENTRY}] more", f"{NAME}:1: "),
        ("[" * 100_000, f"{NAME}:1: "),
        ("\x00", f"{NAME}:1: "),
    ],
)
def test_a_damaged_file_is_one_clear_message(text: str, place: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_baseline(text.encode(), NAME)
    assert str(raised.value).startswith(place)


def test_a_damaged_file_stops_the_run(old: GatedProject) -> None:
    old.write(NAME, "[1]\n")
    result = old.agentgates("check")
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"agentgates: {NAME}:1: a baseline entry has the keys *"])


def test_a_file_outside_the_project_is_refused(project: GatedProject) -> None:
    project.write("agentgates.toml", 'baseline = "../other.json"\n')
    assert project.agentgates("check").ret == 4
