"""Each floor against what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.gates.coverage_floor.figures import exact, percent, ranges, shown
from pytest_agentgates.gates.coverage_floor.floors import Floor
from pytest_agentgates.gates.coverage_floor.measured import FileCoverage
from pytest_agentgates.gates.coverage_floor.rules import FLOOR, LOW_FLOOR, NO_FILE, UNMEASURED


@dataclass(frozen=True)
class JudgedFloor:
    """A floor and the coverage of all its files together."""

    floor: Floor
    files: tuple[FileCoverage, ...]

    @property
    def total(self) -> int:
        """How many statements and branches lie under the floor."""
        return sum(file.total for file in self.files)

    @property
    def actual(self) -> Fraction:
        """The exact percentage."""
        return percent(sum(file.covered for file in self.files), self.total)

    @property
    def margin(self) -> Fraction:
        """How far the actual figure lies above the floor; negative below."""
        return self.actual - self.floor.percent

    @property
    def reached(self) -> bool:
        """Whether the floor holds."""
        return self.margin >= 0

    def __str__(self) -> str:
        return f"{self.floor.name} {shown(self.actual)} % (floor {exact(self.floor.percent)} %)"

    def facts(self) -> dict[str, object]:
        """The figures for the evidence."""
        return {
            "floor": self.floor.name,
            "threshold": float(self.floor.percent),
            "actual": float(shown(self.actual)),
            "files": len(self.files),
            "covered": sum(file.covered for file in self.files),
            "total": self.total,
        }


def judge_floors(floors: Sequence[Floor], measured: Mapping[str, FileCoverage]) -> list[JudgedFloor]:
    """Every floor that has files."""
    return [JudgedFloor(floor, tuple(measured[path] for path in floor.files)) for floor in floors if floor.files]


def uncovered(root: Path, judged: Sequence[JudgedFloor]) -> list[Finding]:
    """COV001 for each file that keeps a floor from being reached, the worst first."""
    findings: list[Finding] = []
    for one in judged:
        lacking = [file for file in one.files if file.covered < file.total] if not one.reached else []
        lacking.sort(key=lambda file: (file.covered - file.total, file.path))
        findings += [_uncovered(root, one, file) for file in lacking]
    return findings


def unmeasured(judged: Sequence[JudgedFloor], hint: str) -> list[Finding]:
    """COV003 for each file without data: it fails the gate where it does not parse, or its floor is not reached."""
    found: dict[str, Finding] = {}
    for one in judged:
        for file in one.files:
            if file.problem:
                found[file.path] = _unparsable(file)
            elif not file.measured and file.total and (not one.reached or file.path not in found):
                severity = Severity.WARNING if one.reached else Severity.ERROR
                found[file.path] = _unmeasured(file, severity, hint)
    return list(found.values())


def without_statements(judged: Sequence[JudgedFloor]) -> list[Finding]:
    """COV004 for each floor whose files hold nothing that could be covered: such a floor always holds."""
    return [
        Finding(
            NO_FILE.code,
            f"the files of the floor {one.floor.name!r} hold no statement that counts",
            fix="take the floor out, or let the code count",
            snippet=one.floor.name,
        )
        for one in judged
        if not one.total and not any(file.problem for file in one.files)
    ]


def low_floors(judged: Sequence[JudgedFloor], margin: float) -> list[Finding]:
    """COV005 for each floor that lies more than `margin` below the actual figure; none where that is 0."""
    low = [one for one in judged if margin and one.total and one.margin > margin]
    return [
        Finding(
            LOW_FLOOR.code,
            f"the floor {one.floor.name!r} is {exact(one.floor.percent)} %, its files have {shown(one.actual)} %",
            fix=f"raise it to {int(one.actual)}, so that what is won is kept",
            severity=LOW_FLOOR.severity,
            snippet=one.floor.name,
        )
        for one in low
    ]


def source_line(root: Path, path: str, line: int) -> str:
    """A line of a file, stripped."""
    lines = (root / path).read_text(encoding="utf-8", errors="replace").split("\n")
    return lines[line - 1].strip() if 0 < line <= len(lines) else ""


def _uncovered(root: Path, one: JudgedFloor, file: FileCoverage) -> Finding:
    parts = [f"uncovered lines {ranges(file.missing, file.statements)}"] if file.missing else []
    parts += [f"not every branch taken from lines {', '.join(map(str, file.partial))}"] if file.partial else []
    own = shown(percent(file.covered, file.total))
    line = min([*file.missing, *file.partial])
    return Finding(
        FLOOR.code,
        f"{one}; this file {own} %: {'; '.join(parts)}",
        file.path,
        line,
        fix="test these lines, or delete them if nothing needs them",
        snippet=source_line(root, file.path, line),
    )


def _unmeasured(file: FileCoverage, severity: Severity, hint: str) -> Finding:
    message = f"no test executed this file: its {len(file.statements)} statements count as uncovered"
    return Finding(UNMEASURED.code, message, file.path, fix=hint, severity=severity, snippet=file.path)


def _unparsable(file: FileCoverage) -> Finding:
    fix = "correct the file; if its syntax is of a newer Python, run pytest-agentgates with that Python"
    return Finding(UNMEASURED.code, f"cannot be counted: {file.problem}", file.path, fix=fix, snippet=file.path)
