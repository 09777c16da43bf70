"""Blocks in a student's extract (log-format.md section 7a): what one leaves standing, the extract does not disclose."""

import json
from collections.abc import Sequence
from typing import Any

from verify.findings import Place, Report

_CONTACTS = frozenset(("phone", "email"))


class ExtractBlocks:
    """Follows the blocks of the student whose extract it is, and what is disclosed of the student."""

    def __init__(self, report: Report, student: bytes) -> None:
        self._report = report
        self._student = student
        self._standing: dict[bytes, tuple[frozenset[str], Place]] = {}
        self._disclosed: set[str] = set()

    def disclosed(self, stream: bytes, names: Sequence[str]) -> None:
        """Take note of values that are disclosed in a stream."""
        if stream == b"person/" + self._student:
            self._disclosed.update(names)

    def take(self, name: bytes, data: dict[str, Any], place: Place) -> None:
        """Take a block or its end; whose it is, the scope judges."""
        if name == b"personal_data_blocked/1" and data["person"] == self._student:
            fields = frozenset() if data["fields"] is None else frozenset(json.loads(data["fields"]))
            self._standing[data["block"]] = fields, place
        elif name == b"personal_data_unblocked/1":
            self._standing.pop(data["block"], None)

    def finish(self) -> None:
        """Report what is disclosed although it is blocked at the extract's end."""
        for fields, place in self._standing.values():
            shown = sorted(name for name in self._disclosed if _holds(fields, name))
            if shown:
                self._report.add("blocked-disclosed", place, "no disclosure of it", ", ".join(shown))


def _holds(fields: frozenset[str], name: str) -> bool:
    """Say whether a block of these fields (none: of all) is of a value: a contact goes with telephone and e-mail."""
    return not fields or name in fields or (name == "contact" and bool(fields & _CONTACTS))
