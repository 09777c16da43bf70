"""Backups and the trials of restoring them (events.md, "Backups"): what of it the log itself can confirm.

That a backup exists and what a trial found are the school's words, and stay so.
"""

import json
from typing import TYPE_CHECKING, Final, NamedTuple

from verify.columns import VERDICTS
from verify.entry import ACTOR, AT, DATA, Groups
from verify.events import unescape
from verify.state import Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay

_TAKEN, _VERIFIED = "снята".encode(), "проверена".encode()
_WORDS: Final = {
    "keys": "ключи", "ledger": "журнал", "vault": "личные сведения",
    "audit": "журнал перепроверен", "checkpoint": "подписанная точка сверена", "restore": "восстановлено",
    "values": "сведения открыты ключами",
}  # fmt: skip


class _Taken(NamedTuple):
    entry: int
    what: bytes
    size: bytes
    root: bytes


class Backups:
    """Each backup as it was taken."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self._taken: dict[bytes, _Taken] = {}

    def backup_taken(self, stream: Stream, index: int, groups: Groups) -> None:
        """Compare the root with the log."""
        bytes_, place, root, sha256, size, what = groups[DATA]
        cells = (size, root, bytes_, sha256, cell(unescape(place)), b"", b"", b"")
        self._row(_TAKEN, stream, index, groups, _in_words(what), *cells)
        self._replay.makes(stream)
        self._replay.evidence.check_root(index, int(size), root)
        self._taken[stream.id] = _Taken(index, what, size, root)

    def backup_verified(self, stream: Stream, index: int, groups: Groups) -> None:
        """Compare what was found with what was backed up."""
        how, restored_at, root, size, taken, verdict = groups[DATA]
        cells = (size or b"", root or b"", b"", b"", b"", restored_at, _in_words(how), VERDICTS[verdict])
        self._row(_VERIFIED, stream, index, groups, b"", *cells)
        steps: list[str] = json.loads(how)
        if steps != sorted(set(steps)):
            self._find("data-field", "sorted, each once", how, field_name="data.how")
        if (size is None) != (root is None):
            self._find("backup", "a size and a root, or neither", how, field_name="data.size")
        backup = self._taken.get(stream.id)
        if backup is None:
            return  # before a range that begins later; else the stream's first entry is of the wrong type
        if int(taken) != backup.entry:
            self._find("backup", backup.entry, taken, field_name="data.taken")
        if verdict == b"verified":
            self._check_restored(backup, steps, size, root)

    def _check_restored(self, backup: _Taken, steps: list[str], size: bytes | None, root: bytes | None) -> None:
        """Judge a good verdict: restored, and where there is a log, audited and the same."""
        holds_log = b"ledger" in backup.what
        for step in ("restore", "audit") if holds_log else ("restore",):
            if step not in steps:
                self._find("backup", step, ", ".join(steps), field_name="data.how")
        if holds_log and (size, root) != (backup.size, backup.root):
            self._find("backup", backup.root, root or b"", field_name="data.root")

    def _row(self, action: bytes, stream: Stream, index: int, groups: Groups, *cells: bytes) -> None:
        self._replay.tables.plain("backups", index, [groups[AT], action, stream.id, *cells, groups[ACTOR]])


def _in_words(spelt: bytes) -> bytes:
    return ", ".join(_WORDS[code] for code in json.loads(spelt)).encode()
