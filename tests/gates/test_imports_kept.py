from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.gates.imports_kept import ImportsKept
from tests.fakes import FakeTools, FakeWorkspace, ended
from tests.real_workspace import real_workspace

SHOP = {
    "shop/__init__.py": "",
    "shop/domain/__init__.py": "",
    "shop/domain/model.py": "import enum\n",
    "shop/service.py": "from shop.domain import model\n",
    "shop/adapters/__init__.py": "",
    "shop/adapters/db.py": "from shop import service\n",
}
FORBIDDEN = """
    [tool.importlinter]
    root_package = "shop"
    [[tool.importlinter.contracts]]
    name = "Pure domain"
    type = "forbidden"
    source_modules = ["shop.domain"]
    forbidden_modules = ["shop.adapters"]
"""


def contract(kind: str, options: str) -> str:
    return f"""
[tool.importlinter]
root_package = "shop"
[[tool.importlinter.contracts]]
name = "Ours"
type = "{kind}"
{options}
"""


def check(root: Path, files: dict[str, str], gate: ImportsKept | None = None) -> GateResult:
    return (gate or ImportsKept()).check(real_workspace(root, {**SHOP, **files}))


def places(result: GateResult) -> list[tuple[str, str]]:
    return [(finding.rule, finding.place) for finding in result.findings]


def test_kept_contracts_pass_and_modules_are_counted(tmp_path: Path) -> None:
    result = check(tmp_path, {"pyproject.toml": FORBIDDEN})
    assert (result.status, result.message, result.findings) == (GateStatus.PASS, "1 contract kept, 6 modules", ())
    assert result.facts == {"contracts": 1, "modules": 6, "warnings": []}
    assert result.tool is not None


def test_a_broken_contract_shows_the_whole_chain(tmp_path: Path) -> None:
    chain = {
        "shop/domain/model.py": "import enum\nfrom shop import service\n",
        "shop/service.py": "from shop import adapters\n",
    }
    result = check(tmp_path, {"pyproject.toml": FORBIDDEN, **chain})
    assert (result.status, result.message) == (GateStatus.FAIL, "1 of 1 contract broken, 6 modules")
    head = 'contract "Pure domain" is broken: shop.domain must not import shop.adapters'
    assert result.findings == (
        Finding(
            rule="IMP001",
            message=f"{head}: shop/domain/model.py:2 from shop import service"
            " -> shop/service.py:1 from shop import adapters",
            path="shop/domain/model.py",
            line=2,
            fix="cut the first link: take `from shop import service` out of shop.domain.model",
            snippet=f"{head} shop.domain.model shop.service",
        ),
    )


def test_the_teams_guidance_is_passed_on(tmp_path: Path) -> None:
    settings = FORBIDDEN + '    broken_contract_guidance = "Ask in the port."\n'
    result = check(tmp_path, {"pyproject.toml": settings, "shop/domain/model.py": "import shop.adapters\n"})
    assert result.findings[0].fix.endswith("\nAsk in the port.")


def test_layers(tmp_path: Path) -> None:
    layers = contract("layers", 'layers = ["shop.adapters", "shop.service", "shop.domain"]')
    files = {"shop/domain/model.py": "\nimport shop.adapters.db\n", "shop/domain/other.py": "import shop.adapters.db\n"}
    result = check(tmp_path, {"pyproject.toml": layers, **files})
    direct = {finding.place for finding in result.findings if "must not import shop.adapters:" in finding.message}
    assert direct == {"shop/domain/model.py:2:1", "shop/domain/other.py:1:1"}
    assert {finding.rule for finding in result.findings} == {"IMP001"}


def test_every_first_and_last_link_of_a_route_is_reported(tmp_path: Path) -> None:
    layers = contract("layers", 'layers = ["shop.adapters", "shop.domain"]')
    files = {
        "shop/domain/model.py": "import shop.service\n",
        "shop/domain/other.py": "import shop.service\n",
        "shop/service.py": "import shop.adapters.db\nimport shop.adapters\n",
        "shop/adapters/db.py": "",
    }
    result = check(tmp_path, {"pyproject.toml": layers, **files})
    assert {finding.path for finding in result.findings} == {"shop/domain/model.py", "shop/domain/other.py"}
    messages = "\n".join(finding.message for finding in result.findings)
    assert "shop/service.py:1 import shop.adapters.db" in messages
    assert "shop/service.py:2 import shop.adapters" in messages


def test_exhaustive_layers(tmp_path: Path) -> None:
    options = 'containers = ["shop"]\nexhaustive = true\nlayers = ["adapters", "service"]'
    result = check(tmp_path, {"pyproject.toml": contract("layers", options)})
    assert places(result) == [("IMP001", "shop/domain/__init__.py")]
    assert result.findings[0].message == (
        'contract "Ours" is broken: shop.domain is not listed as a layer, and the contract is exhaustive'
    )


def test_independence(tmp_path: Path) -> None:
    result = check(tmp_path, {"pyproject.toml": contract("independence", 'modules = ["shop.service", "shop.domain"]')})
    assert places(result) == [("IMP001", "shop/service.py:1:1")]
    assert "shop.service must not import shop.domain" in result.findings[0].message


def test_protected(tmp_path: Path) -> None:
    options = 'protected_modules = ["shop.domain"]\nallowed_importers = ["shop.adapters"]'
    result = check(tmp_path, {"pyproject.toml": contract("protected", options)})
    assert places(result) == [("IMP001", "shop/service.py:1:1")]
    assert "shop.service is not among the allowed importers of shop.domain" in result.findings[0].message


def test_acyclic_siblings(tmp_path: Path) -> None:
    files = {"shop/domain/model.py": "x = 1\nimport shop.service\n"}
    result = check(tmp_path, {"pyproject.toml": contract("acyclic_siblings", 'ancestors = ["shop"]'), **files})
    assert result.status is GateStatus.FAIL
    assert "the modules of shop import each other in a circle" in result.findings[0].message
    assert all(finding.line and finding.path for finding in result.findings)


def test_an_unknown_kind_of_contract_is_shown_as_it_prints_itself(tmp_path: Path) -> None:
    plugin = """
    from importlinter import Contract, ContractCheck, output

    class Never(Contract):
        type_name = "never"

        def check(self, graph, verbose):
            print("noise")
            return ContractCheck(kept=False, metadata={"invalid_chains": "another shape"})

        def render_broken_contract(self, check):
            output.print_error("It is never kept.")
    """
    settings = contract("never", "").replace("[[", 'contract_types = ["never: team_contracts.Never"]\n[[', 1)
    result = check(tmp_path, {"pyproject.toml": settings, "team_contracts.py": plugin})
    assert [finding.message for finding in result.findings] == ['contract "Ours" is broken: It is never kept.']
    assert result.status is GateStatus.FAIL
    assert not (tmp_path / "__pycache__").exists()


@pytest.mark.parametrize("name", [".importlinter", "setup.cfg"])
def test_contracts_are_found_where_import_linter_finds_them(name: str, tmp_path: Path) -> None:
    settings = """
    [importlinter]
    root_package = shop
    [importlinter:contract:1]
    name = Inde
    type = independence
    modules =
        shop.service
        shop.domain
    """
    assert places(check(tmp_path, {name: settings})) == [("IMP001", "shop/service.py:1:1")]


def test_packages_in_src_and_in_named_roots_are_found(tmp_path: Path) -> None:
    for folder, gate in (("src", ImportsKept()), ("back/end", ImportsKept(source_roots=("back/end",)))):
        root = tmp_path / folder.replace("/", "-")
        files = {f"{folder}/{path}": text for path, text in SHOP.items()}
        files[f"{folder}/shop/domain/model.py"] = "import shop.adapters\n"
        result = gate.check(real_workspace(root, {"pyproject.toml": FORBIDDEN, **files}))
        assert places(result) == [("IMP001", f"{folder}/shop/domain/model.py:1:1")]


def test_files_that_the_graph_misses_are_named(tmp_path: Path) -> None:
    files = {
        "shop/domain/old/deep/a.py": "import shop.adapters\n",
        "shop/domain/old/b.py": "",
        "shop/domain/c.d.py": "",
    }
    result = check(tmp_path, {"pyproject.toml": FORBIDDEN, **files})
    assert result.status is GateStatus.FAIL
    assert [(finding.rule, finding.message, finding.fix) for finding in result.findings] == [
        ("IMP002", "no contract saw 1 file: shop/domain/c.d.py", "rename it so that it can be imported"),
        (
            "IMP002",
            "no contract saw 2 files: shop/domain/old/b.py, shop/domain/old/deep/a.py",
            "add shop/domain/old/__init__.py",
        ),
    ]


def test_an_edit_whose_time_was_set_back_is_seen(tmp_path: Path) -> None:
    def judge(text: str) -> GateStatus:
        workspace = real_workspace(tmp_path, {**SHOP, "pyproject.toml": FORBIDDEN, "shop/domain/model.py": text})
        os.utime(tmp_path / "shop/domain/model.py", (1_600_000_000, 1_600_000_000))
        return ImportsKept().check(workspace).status

    assert judge("import shop.service \n") is GateStatus.PASS
    assert judge("import shop.adapters\n") is GateStatus.FAIL
    assert not (tmp_path / ".import_linter_cache").exists()


def test_the_project_cannot_stand_in_for_the_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = "open('used', 'w')\nraise SystemExit(0)\n"
    files = dict.fromkeys(("importlinter.py", "grimp.py", "json.py", "rich/__init__.py", "sitecustomize.py"), fake)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    result = check(tmp_path, {"pyproject.toml": FORBIDDEN, "shop/domain/model.py": "import shop.adapters\n", **files})
    assert result.status is GateStatus.FAIL
    assert not (tmp_path / "used").exists()


def test_the_projects_code_is_not_imported(tmp_path: Path) -> None:
    result = check(tmp_path, {"pyproject.toml": FORBIDDEN, "shop/__init__.py": "open('used', 'w')\n"})
    assert result.status is GateStatus.PASS
    assert not (tmp_path / "used").exists()


def test_the_projects_package_wins_over_an_installed_one(tmp_path: Path) -> None:
    files = {"colorlog/__init__.py": "", "colorlog/a.py": "import colorlog.b\n", "colorlog/b.py": ""}
    settings = contract("independence", 'modules = ["colorlog.a", "colorlog.b"]').replace('"shop"', '"colorlog"')
    assert places(check(tmp_path, {**files, "pyproject.toml": settings})) == [("IMP001", "colorlog/a.py:1:1")]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("", "Could not read any configuration"),
        ("[tool.importlinter]\nroot_package = 'shop'\n", "holds no contracts"),
        (FORBIDDEN.replace('root_package = "shop"', "x = 1"), "lacks 'root_package'"),
        (FORBIDDEN.replace('root_package = "shop"', 'root_package = "gone"'), "Could not find package 'gone'"),
        (
            FORBIDDEN.replace("shop.domain", "click.core")
            .replace("shop.adapters", "click.types")
            .replace("shop", "click"),
            "outside the project",
        ),
        (FORBIDDEN.replace('"shop.adapters"', '"shop.gone"'), "shop.gone"),
        (FORBIDDEN.replace("source_modules", "sourcemodules"), "source_modules: This is a required field"),
        (FORBIDDEN.replace('"forbidden"', '"nosuch"'), "NoSuchContractType: nosuch"),
        ("[tool.importlinter\n", "line 1"),
    ],
)
def test_contracts_that_cannot_be_checked_are_an_error(settings: str, said: str, tmp_path: Path) -> None:
    result = check(tmp_path, {"pyproject.toml": settings})
    assert (result.status, [finding.rule for finding in result.findings]) == (GateStatus.ERROR, ["IMP003"])
    assert said in result.message


def test_a_syntax_error_in_the_project_is_an_error_that_names_it(tmp_path: Path) -> None:
    result = check(tmp_path, {"pyproject.toml": FORBIDDEN, "shop/service.py": "def f(:\n"})
    assert result.status is GateStatus.ERROR
    assert "service.py" in result.message


def test_a_missing_source_root_is_an_error(tmp_path: Path) -> None:
    result = check(tmp_path, {"pyproject.toml": FORBIDDEN}, ImportsKept(source_roots=("gone",)))
    assert result.status is GateStatus.ERROR
    assert "there is no folder gone" in result.message


@pytest.mark.parametrize(
    "tools",
    [
        ended(None, problem="python was not found"),
        ended(None, problem="took longer than 1 seconds and was stopped"),
        ended(-9),
        ended(1, stderr="ModuleNotFoundError: No module named 'importlinter'"),
        ended(0),
        ended(0, stdout="not json"),
        ended(0, stdout="[]"),
        ended(0, stdout="{}"),
        ended(0, stdout=json.dumps({"packages": {}, "modules": [], "contracts": []})),
        ended(1, stdout=json.dumps({"packages": {}, "modules": [], "contracts": [{"kept": True}]})),
    ],
)
def test_a_runner_that_cannot_be_understood_is_an_error(tools: FakeTools, tmp_path: Path) -> None:
    result = ImportsKept().check(FakeWorkspace(root=tmp_path, tools=tools))
    assert (result.status, [finding.rule for finding in result.findings]) == (GateStatus.ERROR, ["IMP003"])
    assert result.message.startswith("import-linter")


def test_a_real_time_limit_is_an_error(tmp_path: Path) -> None:
    result = check(tmp_path, {"pyproject.toml": FORBIDDEN}, ImportsKept(seconds=0))
    assert "took longer than 0 seconds" in result.message
    assert result.status is GateStatus.ERROR


def test_narrowing_to_some_files_still_judges_all(tmp_path: Path) -> None:
    files = {**SHOP, "pyproject.toml": FORBIDDEN, "shop/domain/model.py": "import shop.adapters\n"}
    workspace = replace(real_workspace(tmp_path, files), paths=("shop/service.py",), python=sys.executable)
    assert ImportsKept().check(workspace).status is GateStatus.FAIL
