"""The list of destroyed keys: which keys are gone on purpose, of which erasure, and how much they sealed.

    <folder>/<origin>/destroyed      <person>.<retention> <erasure> <disclosures>, a line each, as they came

A line is written before its key is touched and never taken out. From then on nobody opens or makes that key, whatever
files there are: an older copy of the folder brings back files, and this list, or the log's own entries, sends them away
again (`KeyStore.enforce`). So a process that has read a line goes by it to its end, also where the file that it stood
in was cut short or put back to an older copy meanwhile, and writes it again with the next.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from ledger.durable import FileRefused, read_secret, replace_file

FILE_NAME: Final = "destroyed"
_BYTES_MAX: Final = 1 << 27
_LINE = re.compile(
    r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([a-z][a-z0-9_]{0,63})"
    r" ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (0|[1-9][0-9]{0,8})",
    re.ASCII,
)


class Owner(NamedTuple):
    """Whose key: a person, and the retention class of what it seals."""

    person: str
    retention: str


class Destroyed(NamedTuple):
    """A key that is gone: the erasure that asked for it, and how many disclosures the vault had under it."""

    erasure: str
    disclosures: int


class DestroyedList:
    """The list in a log's folder of keys; read again whenever its file is another. Not safe for use by threads."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        self._seen: tuple[int, int, int] | None = None
        self._rows: dict[Owner, Destroyed] = {}
        self._lacks_lines = False

    def look(self) -> bool:
        """Read the list if it changed since; tell whether it did. One look at the file's state, mostly.

        Raises:
            FileRefused: it is malformed or open to others.
        """
        try:
            status = os.stat(self._file)  # noqa: PTH116 - asked for each key that is read
        except FileNotFoundError:
            seen = None
        else:
            seen = (status.st_ino, status.st_size, status.st_mtime_ns)
        if seen == self._seen:
            return False
        read = self._read() if seen else {}
        self._lacks_lines = not self._rows.keys() <= read.keys()
        self._rows = {**self._rows, **read, **self._rows}
        self._seen = seen
        return True

    def __contains__(self, owner: Owner) -> bool:
        return owner in self._rows

    def rows(self) -> dict[Owner, Destroyed]:
        """All that is on the list, in its order."""
        return dict(self._rows)

    def add(self, rows: Mapping[Owner, Destroyed]) -> None:
        """Put owners on the list who are not there yet; durable when it returns. The caller holds the folder's lock.

        Raises:
            FileRefused: it cannot be written.
        """
        self.look()
        new = {owner: row for owner, row in rows.items() if owner not in self._rows}
        if not new and not self._lacks_lines:
            return
        merged = {**self._rows, **new}
        lines = [f"{owner.person}.{owner.retention} {row.erasure} {row.disclosures}\n" for owner, row in merged.items()]
        replace_file(self._file, "".join(lines).encode())
        self.look()

    def _read(self) -> dict[Owner, Destroyed]:
        rows = {}
        for line in read_secret(self._file, limit_bytes=_BYTES_MAX).decode("ascii", "replace").splitlines():
            match = _LINE.fullmatch(line)
            if match is None:
                raise FileRefused(f"{self._file}: not a list of destroyed keys of this program")
            rows[Owner(match[1], match[2])] = Destroyed(match[3], int(match[4]))
        return rows
