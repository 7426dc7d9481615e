"""The checker: a second process that runs, beside the tests, every gate that needs no test result."""

from __future__ import annotations

import json
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from pytest_agentgates.core.verdict import GateResult, could_not_judge, settle
from pytest_agentgates.gate_result_json import decode_result
from pytest_agentgates.run_gates import ConfiguredGate
from pytest_agentgates.run_tool import Child, start_beside


class RunningChecker:
    """A checker that has been started, if there is anything to check; `gates` it must report, in their order."""

    def __init__(self, arguments: Sequence[str], gates: Sequence[ConfiguredGate], root: Path) -> None:
        self.gates = tuple(gates)
        self.results: dict[str, GateResult] = {}
        self.problem = ""
        self.lines: queue.Queue[str | None] = queue.Queue()
        self.process: Child | None = None
        if self.gates:
            self._start(arguments, root)

    def finish(self, report: Callable[[GateResult], None]) -> tuple[GateResult, ...]:
        """Wait for the end; report each result as it comes; a gate that said nothing could not judge."""
        if self.process is None:
            return ()
        while (line := self.lines.get()) is not None and not self.problem:
            self._read(line, report)
        self.process.wait()
        why = self.problem or f"the checker ended early (exit code {self.process.returncode})"
        for configured in self.gates:
            name = configured.gate.name
            if name not in self.results:
                self._keep(settle(could_not_judge(name, why), configured.blocking), report)
        return tuple(self.results[configured.gate.name] for configured in self.gates)

    def stop(self) -> None:
        """Leave no checker behind: it ends when its standard input does."""
        if self.process is None:
            return
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait()

    def _start(self, arguments: Sequence[str], root: Path) -> None:
        command = [sys.executable, "-I", "-m", "pytest_agentgates", "check", "--stream", *arguments]
        self.process = start_beside(command, cwd=root)
        threading.Thread(target=self._drain, args=(self.process.stdout,), daemon=True).start()

    def _drain(self, stream: IO[bytes] | None) -> None:
        for line in stream or ():
            self.lines.put(line.decode("utf-8", "replace"))
        self.lines.put(None)

    def _read(self, line: str, report: Callable[[GateResult], None]) -> None:
        try:
            facts = json.loads(line)
            if "problem" in facts:
                self.problem = str(facts["problem"])
            else:
                self._keep(decode_result(facts), report)
        except (ValueError, TypeError) as error:
            self.problem = f"the checker's output cannot be read: {error}"

    def _keep(self, result: GateResult, report: Callable[[GateResult], None]) -> None:
        self.results[result.name] = result
        report(result)
