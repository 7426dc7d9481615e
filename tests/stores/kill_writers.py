"""Writers of one store that are killed at random moments: `kill_writers.py STORE FOLDER COUNT`.

Prints one JSON object with what was found.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from pytest_agentgates.transaction_log import is_torn, read
from tests.stores.aftermath import Scene, problems_after, states_of
from tests.stores.forms import opened

MOVES = 40
SEED = 20260102


def main(name: str, folder: Path, count: int) -> None:
    """Kill writers, each of which begins with the same project."""
    scene = Scene(name, folder)
    began = time.monotonic()
    states = states_of(scene, MOVES)
    one_move = (time.monotonic() - began) / MOVES
    chance = random.Random(SEED)
    found: Counter[str] = Counter()
    problems: list[str] = []
    for number in range(count):
        scene.begin()
        _kill_writer(scene, chance.uniform(0, 3 * one_move))
        found["orphans"] += bool(scene.orphans())
        found["torn"] += is_torn(scene.log)
        behind = states.index(scene.contents()) - _moves_in(scene) if scene.contents() in states else 0
        found["log behind"] += bool(behind)
        problems += [f"writer {number}: {one}" for one in problems_after(scene, states)]
    sys.stdout.write(json.dumps({"killed": count, "found": found, "problems": problems}))


def _kill_writer(scene: Scene, seconds: float) -> None:
    reading, writing = os.pipe()
    writer = os.fork()
    if not writer:
        store = opened(scene.example.location, scene.root)
        os.write(writing, b"!")
        for number in range(MOVES):
            store.apply(scene.move(number))
        time.sleep(60)
        os._exit(1)
    os.read(reading, 1)
    time.sleep(seconds)
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)
    os.close(reading)
    os.close(writing)


def _moves_in(scene: Scene) -> int:
    return sum(entry.operation != "selected" for entry in read(scene.log))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
