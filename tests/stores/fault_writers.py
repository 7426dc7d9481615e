"""Writers of one store, each of which a system call fails: `fault_writers.py STORE FOLDER EVERY`.

Of the calls that a write makes every EVERY-th is failed in its turn, in a process of its own, until one comes through.
Prints one JSON object with what was found.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections import Counter
from pathlib import Path

from pytest_agentgates.errors import AgentGatesError
from tests.stores.aftermath import Scene, problems_after, states_of
from tests.stores.faulty_system import fail_call
from tests.stores.forms import opened

ERRORS = (errno.EIO, errno.ENOSPC)
TORN = b'{"tx_id": "torn'


def main(name: str, folder: Path, every: int) -> None:
    """Fail each call of a first write, and of one that finds what a killed writer left."""
    scene = Scene(name, folder)
    states = states_of(scene, 2)
    outcomes: Counter[str] = Counter()
    problems: list[str] = []
    for done in (0, 1):
        for error in ERRORS:
            number, failed = 1, "first"
            while failed:
                _set_stage(scene, done)
                failed, said = _write_with_fault(scene, done, number, error)
                outcomes[said.split(":")[0]] += 1
                found = _problems_of(said, scene.contents() == states[done + 1])
                found += problems_after(scene, states[: done + 2])
                problems += [f"{failed} ({number}, {errno.errorcode[error]}, {done}): {one}" for one in found]
                number += every
    sys.stdout.write(json.dumps({"outcomes": outcomes, "problems": problems}))


def _set_stage(scene: Scene, done: int) -> None:
    store = scene.begin()
    for number in range(done):
        store.apply(scene.move(number))
    if done:
        with scene.log.open("ab") as log:
            log.write(TORN)
        first = scene.root / next(iter(scene.example.files(1)))
        first.with_name(f".{first.name}.0123456789ab.agentgates-tmp").write_bytes(b"half")


def _write_with_fault(scene: Scene, done: int, number: int, error: int) -> tuple[str, str]:
    """What failed, empty where the write made fewer calls; and what the writer said."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        failed = fail_call(number, error)
        said = _said_by_write(scene, done)
        os.write = _write  # the report itself must come through
        os.write(writing, json.dumps([failed(), said]).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as report:
        failed_call, said = json.loads(report.read())
    return failed_call, said


_write = os.write


def _said_by_write(scene: Scene, done: int) -> str:
    try:
        opened(scene.example.location, scene.root).apply(scene.move(done))
    except AgentGatesError as error:
        return f"refused: {error}"
    except BaseException as error:  # noqa: BLE001 - a traceback is what is looked for
        return f"traceback: {error!r}"
    return "written"


def _problems_of(said: str, is_moved: bool) -> list[str]:
    if said.startswith("traceback") or (said.startswith("refused") and "\n  fix: " not in said):
        return [said]
    if said == "written" and not is_moved:
        return ["it is said to be written, and is not"]
    if is_moved and said != "written" and "the task was moved" not in said:
        return [f"the task was moved, and it is said: {said}"]
    return []


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
