"""Where an archive goes on from: the end of the earlier archives that it continues, by their own checkpoints."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from api.settings import SettingsError
from ledger.errors import LetopisError
from ledger.log import LogRecorder
from ledger.wire.checkpoint import Checkpoint, parse_checkpoint
from ledger.wire.note import parse_note

_CHECKPOINT: Final = "data/log/checkpoint"
_NOTE_MAX_BYTES: Final = 1 << 16


def end_of(recorder: LogRecorder, archives: Sequence[Path]) -> int:
    """Size at which the last of a log's archives ends.

    Raises:
        SettingsError: one cannot be read, or does not end at a checkpoint that this log's school signed.
    """
    sizes = [_read(path).size for path in archives]
    for path, size in zip(archives, sizes, strict=True):
        found, kept = _read(path), recorder.checkpoint(size)
        is_ours = kept is not None and kept.size == size and kept.edge.root() == found.root
        if found.origin != recorder.origin or not is_ours:
            raise SettingsError(f"--continues: {path}: не архив этого журнала / not an archive of this log")
    return max(sizes)


def _read(path: Path) -> Checkpoint:
    try:
        raw = _from_zip(path) if path.is_file() else (path / _CHECKPOINT).read_bytes()
        return parse_checkpoint(parse_note(raw).text)
    except (OSError, KeyError, zipfile.BadZipFile, LetopisError) as error:
        raise SettingsError(f"--continues: {path}: не архив / not an archive: {error}") from None


def _from_zip(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(f"/{_CHECKPOINT}")] or [_CHECKPOINT]
        with archive.open(name) as file:
            return file.read(_NOTE_MAX_BYTES)
