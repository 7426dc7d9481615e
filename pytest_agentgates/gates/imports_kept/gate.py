"""The gate itself: starts the runner and turns its answer into findings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.core.options import option
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.verdict import GateResult, Tool, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import ToolRun, Workspace
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.find_tool import script_command, version_of
from pytest_agentgates.gates.imports_kept.broken import Break, Link, breaks_of
from pytest_agentgates.gates.imports_kept.modules import ModuleFiles, find_module_files
from pytest_agentgates.tool_output import SourceLines, last_lines, unreadable

BROKEN, UNSEEN, CANNOT_RUN = (
    Rule("IMP001", "an import contract is broken"),
    Rule("IMP002", "the import graph holds fewer modules than there are files"),
    Rule("IMP003", "the import contracts cannot be checked"),
)
_RUNNER = Path(__file__).with_name("run_contracts.py")
_MOST_NAMED = 10


@dataclass(frozen=True)
class ImportsKept:
    """Holds when every import-linter contract of the project is kept, and its graph holds every file."""

    source_roots: tuple[str, ...] = option(
        (), "The folders that hold the root packages; the project's folder and its `src` when left out."
    )
    seconds: int = option(300, "Time limit of import-linter.")

    name: ClassVar[str] = "imports_kept"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = (BROKEN, UNSEEN, CANNOT_RUN)

    def check(self, workspace: Workspace) -> GateResult:
        """Check the whole project: a contract is not kept by some of the files."""
        try:
            return self._judge(workspace)
        except AgentGatesError as error:
            mistake = error.mistakes[0]
            finding = Finding(CANNOT_RUN.code, mistake.what, fix=mistake.fix, snippet=CANNOT_RUN.code)
            return replace(could_not_judge(self.name, str(error)), findings=(finding,))

    def _judge(self, workspace: Workspace) -> GateResult:
        command = script_command(str(_RUNNER))
        environment = {"COLUMNS": "1000"}  # so that the text of unknown contracts is not wrapped
        run = workspace.tools.run(
            [*command, *self._roots(workspace.root)], cwd=workspace.root, seconds=self.seconds, env=environment
        )
        answer = _answer(run)
        files = find_module_files(answer["packages"], workspace.root, workspace.files)
        describe = _Describe(files, SourceLines(workspace.root))
        findings = (*describe.broken(answer["contracts"]), *describe.unseen(answer["modules"]))
        result = result_of(self.name, findings, _message(answer))
        return replace(
            result,
            command=("lint-imports", "--no-cache"),
            exit_code=run.exit_code,
            tool=Tool("import-linter", version_of("import-linter")),
            facts=_facts(answer),
        )

    def _roots(self, root: Path) -> list[str]:
        named = self.source_roots or tuple(name for name in (".", "src") if (root / name).is_dir())
        missing = [name for name in named if not (root / name).is_dir()]
        if missing:
            raise AgentGatesError(f"source_roots: there is no folder {missing[0]}", fix="correct it or leave it out")
        return [str((root / name).absolute()) for name in named]


@dataclass(frozen=True)
class _Describe:
    """Puts what was found into words."""

    files: ModuleFiles
    lines: SourceLines

    def broken(self, contracts: list[dict[str, Any]]) -> Iterator[Finding]:
        for contract in contracts:
            if not contract["kept"]:
                yield from (self._break(contract, found) for found in breaks_of(contract))

    def unseen(self, modules: list[str]) -> Iterator[Finding]:
        for cause, paths in self.files.missed(modules).items():
            is_file = (cause,) == paths
            named = ", ".join(paths[:_MOST_NAMED]) + (", ..." if len(paths) > _MOST_NAMED else "")
            yield Finding(
                UNSEEN.code,
                f"no contract saw {counted(len(paths), 'file')}: {named}",
                paths[0],
                fix="rename it so that it can be imported" if is_file else f"add {cause}/__init__.py",
                snippet=cause,
            )

    def _break(self, contract: Mapping[str, Any], found: Break) -> Finding:
        head = f'contract "{contract["name"]}" is broken: {found.what}'
        if not found.links:
            path = self.files.path_of(found.module)
            fix = contract["guidance"] or "list it in the contract, or move it" if found.module else ""
            return Finding(BROKEN.code, head, path, fix=fix, snippet=head)
        first = found.links[0]
        return Finding(
            BROKEN.code,
            f"{head}: {' -> '.join(self._place(link) for link in found.links)}",
            self.files.path_of(first.importer),
            first.line,
            fix=self._fix(contract, first),
            snippet=f"{head} {first.importer} {first.imported}",
        )

    def _fix(self, contract: Mapping[str, Any], first: Link) -> str:
        code = self._code(first) or f"the import of {first.imported}"
        guidance = f"\n{contract['guidance']}" if contract["guidance"] else ""
        return f"cut the first link: take `{code}` out of {first.importer}{guidance}"

    def _place(self, link: Link) -> str:
        """`path:line code`, as far as it is known."""
        path = self.files.path_of(link.importer) or link.importer
        where = f"{path}:{link.line}" if link.line else path
        return f"{where} {self._code(link) or f'imports {link.imported}'}"

    def _code(self, link: Link) -> str:
        return self.lines.at(self.files.path_of(link.importer), link.line)


def _answer(run: ToolRun) -> dict[str, Any]:
    try:
        answer = json.loads(run.stdout) if run.exit_code == 0 else None
        if isinstance(answer, dict) and "problem" in answer:
            raise AgentGatesError(f"import-linter: {last_lines(str(answer['problem']))}")
        if isinstance(answer, dict) and answer.keys() >= {"packages", "modules", "contracts"} and answer["contracts"]:
            return answer
    except ValueError as error:
        raise unreadable("import-linter", run) from error
    raise unreadable("import-linter", run)


def _message(answer: Mapping[str, Any]) -> str:
    total = len(answer["contracts"])
    broken = sum(not contract["kept"] for contract in answer["contracts"])
    contracts = counted(total, "contract")
    kept = f"{broken} of {contracts} broken" if broken else f"{contracts} kept"
    return f"{kept}, {counted(len(answer['modules']), 'module')}"


def _facts(answer: Mapping[str, Any]) -> dict[str, object]:
    warnings = [warning for contract in answer["contracts"] for warning in contract["warnings"]]
    return {"contracts": len(answer["contracts"]), "modules": len(answer["modules"]), "warnings": warnings}
