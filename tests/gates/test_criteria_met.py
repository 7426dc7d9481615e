"""Criteria are judged by their commands, run as real processes."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.gates.criteria_met import CriteriaMet
from pytest_agentgates.survey_project import survey_project
from pytest_agentgates.wiring import wire_project
from tests.gated_project import CALC, GatedProject

HEAD = "---\nid: T1\ntitle: Ship\nlabels: [deployment]\nstatus: in_progress\n{more}---\n## Acceptance Criteria\n"


class Judged:
    """A project with one task, whose criteria are judged."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("agentgates.toml", 'tasks = "docs/tasks"\n')
        self.write("deploy/web.yaml", "kind: Deployment\nreplicas: 3\n")

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    def program(self, name: str, text: str) -> None:
        self.write(f"bin/{name}", f"#!/bin/sh\n{text}\n", 0o755)

    def check(self, *criteria: str, more: str = "", gate: CriteriaMet | None = None) -> GateResult:
        text = HEAD.format(more=more) + "".join(f"{line}\n" for line in criteria)
        self.write("docs/tasks/t1.md", text)
        project = wire_project(self.root)
        tasks = project.open_store().load()
        return (gate or CriteriaMet()).check(replace(survey_project(project, tasks), tasks=tasks))


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judged:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'project' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "project").mkdir()
    return Judged(tmp_path / "project")


def told(result: GateResult) -> list[tuple[str, int]]:
    return [(finding.rule, finding.line) for finding in result.findings]


def test_criteria_that_hold_pass_ticked_or_not(judged: Judged) -> None:
    result = judged.check(
        "- [x] `grep -q Deployment deploy/web.yaml`",
        "- [ ] Three replicas: `cat deploy/*.yaml | grep -c 'replicas: 3'`",
        "- [ ] Nothing is `latest`: `! grep -q latest deploy/web.yaml`",
        "- [ ] In its folder: `cd deploy && test -f web.yaml`",
    )
    assert (result.status, result.message, result.findings) == (GateStatus.PASS, "4 of 4 criteria met", ())


def test_what_fails_is_named_at_its_line_and_ticked_ones_apart(judged: Judged) -> None:
    result = judged.check(
        "- [x] Two replicas: `grep -q 'replicas: 2' deploy/web.yaml`",
        "- [ ] It says so: `grep -q Service deploy/web.yaml`",
        "- [ ] Reviewed by a person",
    )
    assert result.status is GateStatus.FAIL
    assert told(result) == [("CRT002", 8), ("CRT001", 9), ("CRT003", 10)]
    assert {finding.path for finding in result.findings} == {"docs/tasks/t1.md"}
    assert result.findings[0].message.startswith("the ticked criterion 1 of T1, Two replicas:")
    assert "grep ended with exit code 1" in result.findings[1].message


def test_nothing_is_ticked_by_the_gate(judged: Judged) -> None:
    judged.check("- [ ] `true -v`")
    assert "- [ ] `true -v`" in (judged.root / "docs/tasks/t1.md").read_text(encoding="utf-8")


def test_a_command_that_fails_once_is_run_once_more(judged: Judged) -> None:
    judged.program("flaky", "echo run >> runs; test $(wc -l < runs) -ge ${1:-2}")
    assert judged.check("- [ ] `flaky 2`").status is GateStatus.PASS
    (judged.root / "runs").unlink()
    assert judged.check("- [ ] `flaky 3`").status is GateStatus.FAIL
    assert (judged.root / "runs").read_text(encoding="utf-8") == "run\nrun\n"


def test_all_commands_of_a_criterion_must_hold(judged: Judged) -> None:
    block = "  ```sh\n  test -f deploy/web.yaml\n  grep -q Service deploy/web.yaml\n  ```"
    assert told(judged.check("- [ ] It is whole", block)) == [("CRT001", 8)]


def test_every_stage_of_a_pipe_must_hold(judged: Judged) -> None:
    assert judged.check("- [ ] `cat missing.yaml | wc -l`").status is GateStatus.FAIL


def test_no_is_only_no_where_the_program_says_so(judged: Judged) -> None:
    result = judged.check("- [ ] `! grep -q latest missing.yaml`")
    assert told(result) == [("CRT001", 8)]
    assert "exit code 2, and not with exit code 1" in result.findings[0].message


def test_a_criterion_without_a_command_is_advice(judged: Judged) -> None:
    result = judged.check("- [ ] `test -f deploy/web.yaml`", "- [ ] Reviewed by a person")
    assert (result.status, told(result)) == (GateStatus.PASS, [("CRT003", 9)])


@pytest.mark.parametrize("criteria", [(), ("- [ ] Reviewed by a person",)])
def test_a_gate_that_looked_at_nothing_could_not_judge(judged: Judged, criteria: tuple[str, ...]) -> None:
    result = judged.check(*criteria)
    assert (result.status, result.message) == (GateStatus.ERROR, "no criterion of T1 has a command")
    assert judged.check(*criteria, gate=CriteriaMet(allow_empty=True)).status is GateStatus.PASS


def test_without_a_task_there_is_nothing_to_judge(judged: Judged) -> None:
    judged.check("- [ ] `true -v`")
    project = wire_project(judged.root)
    result = CriteriaMet().check(survey_project(project))
    assert (result.status, result.message) == (GateStatus.SKIP, "no task is judged; see: agentgates criteria ID")


@pytest.mark.parametrize(
    ("criterion", "reason"),
    [
        ("- [ ] `kubectl apply -f deploy/web.yaml`", "`kubectl apply` is refused"),
        ("- [ ] `not-installed --version`", "not-installed was not found on the PATH"),
        ("- [ ] `./check.sh`", "./check.sh may not be executed"),
        ("- [ ] `./gone.sh`", "./gone.sh is not there"),
        ("- [ ] `sh deploy.sh`", "deploy.sh: `kubectl apply` is refused"),
        ("- [ ] `sh -eu deploy.sh`", "deploy.sh: `kubectl apply` is refused"),
        ("- [ ] `env MODE=x sh deploy.sh`", "deploy.sh: `kubectl apply` is refused"),
        ("- [ ] `python3 deploy.py`", "deploy.py: `kubectl apply` is refused"),
        ("- [ ] `cd deploy && sh ../deploy.sh`", "deploy.sh: `kubectl apply` is refused"),
        ("- [ ] `sh gone.sh`", "gone.sh is not there"),
        ("- [ ] `sh broken.sh`", "broken.sh is no valid script"),
        ("- [ ] `lifter apply -f deploy/web.yaml`", "`kubectl apply` is refused"),
        ("- [ ] `needs-more now`", "needs-more ended with exit code 127"),
        ("- [ ] `cd .. && ls -l`", "leads to no folder of the project"),
        ("- [ ] `true -v || true`", "needs a shell"),
    ],
)
def test_what_may_not_or_cannot_run_is_no_failure_and_no_pass(judged: Judged, criterion: str, reason: str) -> None:
    judged.write("check.sh", "#!/bin/sh\nexit 0\n")
    judged.write("deploy.sh", "set -e\nkubectl apply -f deploy/web.yaml\n")
    judged.write("deploy.py", 'import subprocess\n\ntest = subprocess.run(["kubectl", "apply", "-f", "x"])\n')
    judged.write("broken.sh", "if true; then\n")
    judged.program("kubectl", "touch applied")
    judged.program("needs-more", "exit 127")
    (judged.root / "bin/lifter").symlink_to("kubectl")
    result = judged.check(criterion, "- [ ] `test -f deploy/web.yaml`")
    assert result.status is GateStatus.ERROR
    assert reason in result.findings[0].message
    assert result.message.startswith("1 of 2 criteria met")
    assert result.findings[0].fix
    assert not (judged.root / "applied").exists()


def test_what_a_command_wrote_is_looked_at_before_the_next_starts_it(judged: Judged) -> None:
    judged.program("kubectl", "touch applied")
    judged.write("text", "kubectl apply -f deploy/web.yaml\n")
    judged.write("later.sh", "true\n")
    result = judged.check("- [ ] Written", "  ```sh", "  cp text later.sh", "  sh later.sh", "  ```")
    assert "later.sh: `kubectl apply` is refused" in result.findings[0].message
    assert not (judged.root / "applied").exists()


def test_a_file_that_is_only_looked_at_is_no_script(judged: Judged) -> None:
    judged.write("deploy.sh", "kubectl apply -f deploy/web.yaml\n")
    assert judged.check("- [ ] `grep -q kubectl deploy.sh`", "- [ ] `wc -l sh deploy.sh`").findings[0].line == 9
    assert judged.check("- [ ] `grep -c apply deploy.sh`").status is GateStatus.PASS


def test_criteria_that_need_one_that_fails_are_not_tried(judged: Judged) -> None:
    judged.program("note", "echo $1 >> noted; test $1 != no")
    result = judged.check(
        "- [ ] Images build: `note no`",
        "  - [ ] and are signed: `note signed`",
        "- [ ] They are pushed: `note pushed` (after 1)",
        "- [ ] Docs are there: `note docs`",
    )
    assert (judged.root / "noted").read_text(encoding="utf-8") == "no\nno\ndocs\n"
    assert "it waits for 1" in result.findings[1].message


def test_a_criterion_that_needs_one_that_is_not_there_is_not_tried(judged: Judged) -> None:
    judged.program("note", "echo $1 >> noted")
    result = judged.check("- [ ] They are pushed: `note pushed` (after 9)")
    assert result.status is GateStatus.ERROR
    assert "it waits for 9, and there is no criterion 9" in result.findings[0].message
    assert not (judged.root / "noted").exists()


def test_it_takes_no_longer_than_it_may(judged: Judged) -> None:
    result = judged.check("- [ ] `sleep 30`", gate=CriteriaMet(seconds=1))
    assert "took longer than" in result.findings[0].message


def test_commands_get_only_the_environment_that_is_allowed(judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "hidden-value-1")
    monkeypatch.setenv("KUBECONFIG", "stage.yaml")
    judged.program("seen", "env > seen.txt")
    judged.check("- [ ] `MODE=x seen now`", gate=CriteriaMet(env=("KUBECONFIG",)))
    seen = (judged.root / "seen.txt").read_text(encoding="utf-8")
    assert "SHOP_TOKEN" not in seen
    assert "KUBECONFIG=stage.yaml" in seen
    assert "MODE=x" in seen


def test_a_variable_that_names_production_stops_all(judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://ann@db.prod.example.org/shop")
    assert judged.check("- [ ] `true -v`").status is GateStatus.PASS
    result = judged.check("- [ ] `true -v`", gate=CriteriaMet(env=("DATABASE_URL",)))
    assert (result.status, "DATABASE_URL names a production" in result.message) == (GateStatus.ERROR, True)


def test_they_run_in_the_folder_and_on_the_branch_that_are_asked_for(judged: Judged) -> None:
    assert judged.check("- [ ] `test -f web.yaml`", more="working_directory: deploy\n").status is GateStatus.PASS
    assert "no folder of the project" in judged.check("- [ ] `true -v`", more="working_directory: ..\n").message
    for command in (["init", "-q", "-b", "main"], ["symbolic-ref", "HEAD", "refs/heads/main"]):
        subprocess.run(["git", *command], cwd=judged.root, check=True)
    assert "the branch is main" in judged.check("- [ ] `true -v`", more="branch: ship\n").message
    assert judged.check("- [ ] `true -v`", gate=CriteriaMet(branches=("ma*",))).status is GateStatus.PASS
    assert "the branch is main" in judged.check("- [ ] `true -v`", gate=CriteriaMet(branches=("x",))).message


@pytest.fixture
def kubectl(judged: Judged) -> None:
    judged.program("kubectl", 'if [ "$2" = current-context ]; then cat context; else echo "$@" >> asked; fi')
    judged.write("context", "stage\n")


@pytest.mark.usefixtures("kubectl")
@pytest.mark.parametrize(
    ("context", "command", "allowed", "reason"),
    [
        ("stage", "kubectl get pods", (), ""),
        ("stage", "kubectl get pods", ("stage", "dev"), ""),
        ("stage", "kubectl get pods", ("dev",), "the cluster context is stage, not dev"),
        ("shop-prod", "kubectl get pods", (), "the cluster shop-prod is one of production"),
        ("shop-prod", "kubectl --context dev get pods", (), ""),
        ("dev", "kubectl --context shop-prod get pods", (), "shop-prod is one of production"),
        ("dev", "kubectl get pods --server=https://k8s.prod.example.org", (), "is one of production"),
        ("", "kubectl get pods", (), "no cluster context can be told"),
        ("shop-prod", "kubectl kustomize deploy", (), ""),
        ("shop-prod", "kubectl version --client", (), ""),
        ("stage", "kubectl get pods --server https://other.example.org", ("stage",), "not stage"),
        ("arn:aws:eks:eu-1:7:cluster/shop", "kubectl get pods", ("stage",), "not stage"),
        ("stage", "KUBECONFIG=prod.yaml kubectl get pods", (), "prod.yaml is one of production"),
    ],
)
def test_the_cluster_is_looked_at_first(
    judged: Judged, context: str, command: str, allowed: tuple[str, ...], reason: str
) -> None:
    judged.write("context", context)
    result = judged.check(f"- [ ] `{command}`", gate=CriteriaMet(contexts=allowed))
    assert (result.status is GateStatus.PASS) == (not reason), result.message
    assert reason in result.message
    assert (judged.root / "asked").exists() == (not reason)


def test_options_add_to_what_is_refused_and_take_from_it(judged: Judged) -> None:
    judged.program("helm", "exit 0")
    judged.write("context", "stage")
    judged.program("kubectl", "cat context")
    assert judged.check("- [ ] `make deploy`", gate=CriteriaMet(refuse=("make deploy",))).status is GateStatus.ERROR
    lifted = CriteriaMet(permit=("helm upgrade",))
    assert judged.check("- [ ] `helm upgrade web charts/web`", gate=lifted).status is GateStatus.PASS
    assert "no pattern" in judged.check("- [ ] `true -v`", gate=CriteriaMet(permit=("helm upgrad",))).message


def test_a_run_is_held_back_by_a_ticked_criterion_that_does_not_hold(project: GatedProject) -> None:
    criteria = "- [ ] `grep -q add src/calc.py`\n- [ ] Seen\n- [x] Divides: `grep -q divide src/calc.py`\n"
    project.configure('tasks = "docs/tasks"\n[tool.agentgates.gates.criteria_met]\n')
    more = "test_files: [tests/test_pass.py]\n"
    path = project.write("docs/tasks/t1.md", HEAD.format(more=more) + criteria)
    project.commit()
    assert project.gated().ret == 1
    assert project.gate("criteria_met")["status"] == "fail"
    assert project.rules("criteria_met") == ["CRT003", "CRT002"]
    project.write("src/calc.py", CALC + "\n\ndef divide(left: int, right: int) -> float:\n    return left / right\n")
    assert project.gated().ret == 0
    text = path.read_text(encoding="utf-8")
    assert "status: completed" in text
    # The run ticked what it proved, and nothing else.
    assert [line[:5] for line in text.splitlines() if line.startswith("- [")] == ["- [x]", "- [ ]", "- [x]"]
