"""Evidence about the log, and paper (events.md, "Evidence"): what of it the log itself can confirm.

That a program ran, how long a request took, where paper lies: those are the school's words, and stay so.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from verify.columns import VERDICTS
from verify.entry import AT, DATA, Groups
from verify.events import unescape
from verify.roots import WINDOW
from verify.state import Period, Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay

KINDS: Final = {
    "verification": b"verification_recorded/1",
    "archive": b"archive_recorded/1",
    "handover": b"archive_handed_over/1",
    "timing": b"register_timed/1",
    "printout": b"printout_registered/1",
}
SIZES: Final = {
    b"verification_recorded/1": 4, b"archive_recorded/1": 3, b"checkpoint_cosigned/1": 2, b"backup_taken/1": 4,
}  # fmt: skip
"""The types that say what the log's root was, and which of their values is the size."""
_CONDITIONS: Final = {b"corrections": "исправления", b"archive": "архив", b"substitutions": "замещения"}
# Of a row of evidence.csv, behind `entry`, `at` and `what`.
_EVIDENCE_CELLS: Final = 16
_SCOPES: Final = {b"corrections": "period", b"archive": "year", b"substitutions": "month"}


class Evidence:
    """The rules of the five kinds of streams that hold one entry each."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self.root_at: Callable[[int], bytes | None] = lambda _: None
        self._year_ends: dict[bytes, bytes] = {}
        self._manifests: dict[bytes, bytes] = {}
        self.printouts: dict[bytes, tuple[bytes, bytes | None]] = {}

    def year_opened(self, year: bytes, ends_on: bytes) -> None:
        """Take note of a year's last day."""
        self._year_ends[year] = ends_on

    def verification_recorded(self, stream: Stream, index: int, groups: Groups) -> None:
        """Compare the root, and what was signed, with the log."""
        checkpoint, program, program_sha256, root, size, verdict, witnesses = groups[DATA]
        by = cell(unescape(program))
        self._row(
            index, groups, "проверка", size, root, VERDICTS[verdict], by, program_sha256, checkpoint or b"", witnesses
        )
        self._replay.makes(stream)
        self.check_root(index, int(size), root)
        if checkpoint is not None and not 1 <= int(checkpoint) <= int(size):
            self._find("evidence-size", f"from 1 to {int(size)}", checkpoint, field_name="data.checkpoint")

    def archive_recorded(self, stream: Stream, index: int, groups: Groups) -> None:
        """Compare the root with the log; the year must be there."""
        manifest, tools, root, size, verdict, year = groups[DATA]
        by = ", ".join(json.loads(tools)).encode()
        self._row(index, groups, "архив", size, root, VERDICTS[verdict], by, manifest, b"", b"", year)
        self._replay.makes(stream)
        self.check_root(index, int(size), root)
        self._replay.made(b"year", year, "year")
        self._manifests[stream.id] = manifest

    def archive_handed_over(self, stream: Stream, index: int, groups: Groups) -> None:
        """Compare the manifest of the receipt with that of the archive."""
        archive, manifest, number, received_on, to = groups[DATA]
        receipt = (cell(unescape(to)), cell(unescape(number)), received_on)
        self._row(index, groups, "передача", *[b""] * 4, manifest, *[b""] * 8, *receipt)
        self._replay.makes(stream)
        self._replay.made(b"archive", archive, "archive")
        known = self._manifests.get(archive)
        if known is not None and known != manifest:
            self._find("archive-receipt", known, manifest, field_name="data.manifest_sha256")

    def register_timed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Compare the size with the log."""
        employees, month, _, requests, rows, spelt, slowest = groups[DATA]
        size = int(spelt)
        counts = (employees, requests, rows, slowest)
        self._row(index, groups, "замещения", spelt, b"", b"", b"", b"", b"", b"", b"", month, *counts)
        self._replay.makes(stream)
        if not 1 <= size <= index:
            self._find("evidence-size", f"from 1 to {index}", size, field_name="data.size")

    def printout_registered(self, stream: Stream, index: int, groups: Groups) -> None:
        """Compare what was printed with the condition, and the day with the end of it."""
        condition, kept, month, number, pages, period, printed_on, sheets, signed_by, year = groups[DATA]
        listed: list[str] = json.loads(sheets or b"[]")
        self._replay.makes(stream)
        who = self._replay.employee(signed_by, "signed_by")
        cells = [
            groups[AT], _CONDITIONS[condition].encode(), period or year or month or b"", cell(unescape(number)),
            printed_on, pages, cell(unescape(kept)), who.id, cell(who.name), " ".join(listed).encode(),
        ]  # fmt: skip
        self._replay.tables.plain("printouts", index, cells)
        if listed != sorted(set(listed)):
            self._find("data-field", "sorted ids", sheets or b"", field_name="data.sheets")
        for sheet in listed:
            self._replay.prints.check_printed(sheet.encode(), condition, period, month)
        wanted = _SCOPES[condition]
        if [name for name, given in (("month", month), ("period", period), ("year", year)) if given] != [wanted]:
            self._find("printout-scope", f"a {wanted} alone", condition, field_name="data.condition")
            return
        end, of_year = b"" if month is None else month + b"-99", year
        if period is not None:
            made = self._replay.made(b"period", period, "period")
            end = made.ends_on if isinstance(made, Period) else b""
            of_year = made.year if isinstance(made, Period) else None
        elif year is not None:
            self._replay.made(b"year", year, "year")
            end = self._year_ends.get(year, b"")
        self.printouts[stream.id] = condition, of_year
        if printed_on <= end:
            self._find("printout-scope", b"after " + end, printed_on, field_name="data.printed_on")

    def _row(self, index: int, groups: Groups, what: str, *cells: bytes) -> None:
        """Expect a row of evidence; the cells that are not given are empty."""
        rest = [b""] * (_EVIDENCE_CELLS - len(cells))
        self._replay.tables.plain("evidence", index, [groups[AT], what.encode(), *cells, *rest])

    def check_root(self, index: int, size: int, root: bytes) -> None:
        """Compare a root with the log's at a size that it had not long before this entry."""
        if not max(1, index - WINDOW) <= size <= index:
            self._find("evidence-size", f"from {max(1, index - WINDOW)} to {index}", size, field_name="data.size")
            return
        # None: before a range that begins later, of which the report says so.
        derived = self.root_at(size)
        self._replay.report.checked["evidence_roots"] += derived is not None
        if derived is not None and derived.hex().encode() != root:
            self._find("evidence-root", derived.hex(), root, field_name="data.root")
