"""The latches of one database's schools on this node: a disk error concerns all of them, each is verified by itself."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from ledger.errors import LetopisError
from ledger.storage.latch import Latch

SETTING: Final = "LETOPIS_LATCH_FILE"


class Latches:
    """The latches of the schools that this process has opened, and had opened, on one database. Any thread may call.

    A reason states the moment of the error, and so names it: a school that was verified after that very error does not
    fall for it again when another, which was not, is opened beside it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latches: dict[int, Latch] = {}
        self._fallen: str | None = None  # the last error that is known of, for schools still to be opened

    def open(self, school: int, file: Path | None) -> None:
        """Have this school's latch kept in this file from now on; None: wherever it is kept already, or nowhere.

        A latch that is found fallen makes the other schools' fall, and one that has fallen makes this one fall.

        Raises:
            LetopisError: the file cannot be read, or the school's latch is another file.
        """
        with self._lock:
            known = self._latches.get(school)
            if known is not None and file in (None, known.path):
                return
            if known is not None and known.path is not None:
                raise LetopisError(f"{SETTING}: {file}: this school's latch is already {known.path}")
            latch = _read_latch(file)
            if latch.reason is not None:
                self._fallen = latch.reason
                for other in self._latches.values():
                    _fall_unless_verified(other, latch.reason)
            elif known is not None and known.reason is not None:
                latch.fall(known.reason)
            elif known is None and self._fallen is not None:
                _fall_unless_verified(latch, self._fallen)
            self._latches[school] = latch

    def fall(self, reason: str) -> None:
        """Take no appends any more, of any school, until each is verified. Never fails."""
        with self._lock:
            fell = [latch.fall(reason) for latch in self._latches.values()]
            if any(fell) or not fell:  # else it is one more sign of what is known
                self._fallen = reason

    def check(self, school: int) -> str | None:
        """Why the school takes no appends, or None while it does."""
        return self._of(school).check()

    def lift(self, school: int) -> None:
        """Take appends of the school again.

        Raises:
            OSError: the latch file cannot be renamed; the latch stays.
        """
        self._of(school).lift()

    def _of(self, school: int) -> Latch:
        if school not in self._latches:
            self.open(school, None)
        return self._latches[school]


def _fall_unless_verified(latch: Latch, reason: str) -> None:
    if latch.last_lifted() != reason:
        latch.fall(reason)


def _read_latch(file: Path | None) -> Latch:
    try:
        return Latch(file)
    except OSError as error:
        raise LetopisError(f"{SETTING}: {file}: cannot be read ({error.strerror})") from None
