"""Writes the evidence of a run: its own folder once and for ever, and the latest set as one."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

from pytest_agentgates.core.ports import EvidenceWriter
from pytest_agentgates.core.record import RunRecord
from pytest_agentgates.errors import UsageError
from pytest_agentgates.redact import cleaned
from pytest_agentgates.safe_write import replace_together, sync_folder, user_errors

MAIN = "quality_gates_run.json"
RUNS = "runs"


def write_evidence(
    record: RunRecord, folder: Path, writers: Sequence[EvidenceWriter], statement: EvidenceWriter, root: Path
) -> str:
    """Write all files to `runs/<run_id>/` and all but the statement to the folder too; return the main file's digest.

    Secrets of this process's environment and the root's absolute path are taken out first.
    Raises UsageError for a run that is there already and a place that cannot be written, and
    AgentGatesError for a full disk; then nothing of the run is left behind.
    """
    run_folder = _free_run_folder(record.run_id, folder)
    files = _render(cleaned(record, root, os.environ), (*writers, statement), run_folder, root)
    _write_run(run_folder, files)
    try:
        replace_together({folder / writer.file_name: files[writer.file_name] for writer in writers})
    except BaseException:
        # Evidence of a run that was not reported would contradict the latest set.
        shutil.rmtree(run_folder, ignore_errors=True)
        raise
    return hashlib.sha256(files[MAIN]).hexdigest()


def _free_run_folder(run_id: str, folder: Path) -> Path:
    if not run_id or run_id in (".", "..") or set(run_id) & set("/\\:\0"):
        raise UsageError(f"{run_id!r} cannot be the name of a folder", fix="give the run another id")
    run_folder = folder / RUNS / run_id
    if os.path.lexists(run_folder):
        raise UsageError(f"the run {run_id} has its evidence already", str(run_folder), "give the run another id")
    return run_folder


def _render(record: RunRecord, writers: Sequence[EvidenceWriter], run_folder: Path, root: Path) -> Mapping[str, bytes]:
    """The bytes of each file; the main one last, as it names the digests of the others."""
    by_name = {writer.file_name: writer for writer in writers}
    main = by_name.pop(MAIN)
    files = {name: writer.render(record).encode() for name, writer in by_name.items()}
    home = _relative_to(root, run_folder)
    artifacts = tuple((f"{home}/{name}", hashlib.sha256(data).hexdigest()) for name, data in files.items())
    files[MAIN] = main.render(replace(record, artifacts=artifacts)).encode()
    return files


def _relative_to(root: Path, folder: Path) -> str:
    """The folder seen from the root; absolute where the two share no path (two drives on Windows)."""
    try:
        return Path(os.path.relpath(folder, root)).as_posix()
    except ValueError:
        return folder.as_posix()


def _write_run(run_folder: Path, files: Mapping[str, bytes]) -> None:
    """Fill a folder aside and give it its name when all of it is on disk."""
    aside = run_folder.with_name(f".{run_folder.name}.{token_hex(6)}.agentgates-tmp")
    with user_errors(run_folder, "be written"):
        try:
            aside.mkdir(parents=True)
            for name, data in files.items():
                _write_through(aside / name, data)
            sync_folder(aside)
            os.rename(aside, run_folder)
            sync_folder(run_folder.parent)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise


def _write_through(path: Path, data: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
