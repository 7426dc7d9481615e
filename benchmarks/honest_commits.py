"""Judges the last commits of real repositories as if each were a task: what is reported of honest work.

    python benchmarks/honest_commits.py REPOSITORY ... [--commits 30] [--unnamed]

Each commit's parent is the base. The task names the files of the commit as its deliverables; with --unnamed it
names nothing, which is the harshest way to look at them.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.verdict import GateStatus
from pytest_agentgates.run_gates import run_gate
from pytest_agentgates.survey_project import survey_project
from pytest_agentgates.wiring import wire_project

GATES = ("untampered", "in_boundary")


def main() -> None:
    """Print every finding that fails a gate, then the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--commits", type=int, default=30)
    parser.add_argument("--unnamed", action="store_true")
    options = parser.parse_args()
    for repository in options.repositories:
        judge_repository(repository, options.commits, options.unnamed)


def judge_repository(repository: Path, commits: int, unnamed: bool) -> None:
    """Judge the last commits of one repository that have one parent and change Python code."""
    failed: Counter[str] = Counter()
    advised: Counter[str] = Counter()
    stopped = judged = 0
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name) / "tree"
        git(Path(name), "clone", "-q", "--shared", "--no-checkout", str(repository), str(tree))
        for commit in last_commits(tree, commits):
            git(tree, "checkout", "-q", "--force", "--detach", commit)
            judged += 1
            findings = list(judge_commit(tree, commit, unnamed))
            errors = [finding for finding in findings if finding.severity is Severity.ERROR]
            stopped += bool(errors)
            failed.update(finding.rule for finding in errors)
            advised.update(finding.rule for finding in findings if finding.severity is Severity.WARNING)
            for finding in errors:
                print(f"{commit[:10]} {finding.place}: {finding.rule} {finding.message}")
    counts = f"errors {dict(failed)}, advice {dict(advised)}"
    print(f"{repository}: {judged} commits, {stopped} stopped; {counts}", flush=True)


def last_commits(tree: Path, count: int) -> list[str]:
    """The newest commits with one parent that touch Python code, newest first."""
    listed = git(tree, "log", "--no-merges", "--min-parents=1", f"-n{count}", "--format=%H", "HEAD", "--", "*.py")
    return listed.split()


def judge_commit(tree: Path, commit: str, unnamed: bool) -> Iterator[Finding]:
    """The findings of both gates."""
    changed = git(tree, "diff", "--name-only", "--no-renames", f"{commit}^", commit).splitlines()
    task = Task("T1", deliverables=() if unnamed else tuple(changed))
    project = wire_project(tree, GATES)
    workspace = replace(survey_project(project, base=f"{commit}^"), tasks=(task,))
    for configured in project.gates:
        if configured.gate.name in GATES:
            result = run_gate(configured, workspace)
            if result.status is GateStatus.ERROR:
                print(f"{commit[:10]} {result.name} could not judge: {result.message}")
            yield from result.findings


def git(folder: Path, *words: str) -> str:
    """Run git and return what it prints."""
    ran = subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


if __name__ == "__main__":
    main()
