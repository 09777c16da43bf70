"""Incidents, and excuses for what was recorded late (events.md, "Incidents and excuses")."""

import json
from typing import TYPE_CHECKING

from verify.columns import EXCUSED, EXCUSED_BY, INCIDENTS
from verify.disclosures import OF_OTHERS
from verify.entry import ACTOR, AT, BEHALF, DATA, Groups
from verify.events import unescape
from verify.state import NULL, Course, Lesson, Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay

_CLOSED = slice(6, 9)
_WITHDRAWN = slice(14, 16)


class Excuses:
    """The incidents, and the rows of those that are open and of excuses that stand."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self._open: dict[bytes, tuple[bytes, list[bytes]]] = {}
        self._ended: dict[bytes, bytes] = {}
        self._standing: dict[bytes, list[bytes]] = {}

    def incident_opened(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take an incident."""
        digests, began_at, kind = groups[DATA]
        if not self._replay.makes(stream):
            return
        row = [
            b"%d" % index, groups[AT], stream.id, INCIDENTS[kind].encode(), began_at, self._note(index, digests),
            b"", b"", b"",
        ]  # fmt: skip
        self._open[stream.id] = began_at, row
        self._replay.tables.row("incidents", index, row)

    def incident_closed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take the end of an incident: one that was opened and not closed."""
        digests, ended_at = groups[DATA]
        note = self._note(index, digests)
        began_at, row = self._open.pop(stream.id, (b"", []))
        if row:
            self._replay.check_span(began_at, ended_at, "ended_at")
            row[_CLOSED] = [b"%d" % index, ended_at, note]
        elif not stream.is_partial or stream.id in self._ended:
            self._find("incident", "an open incident", stream.key)
        self._ended[stream.id] = ended_at

    def excuse_accepted(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take an excuse."""
        digests, basis, course, held_on, incident, lesson, reason, rules, teacher = groups[DATA]
        replay = self._replay
        if not replay.makes(stream):
            return
        who = replay.person(teacher, "teacher", b"teacher")
        if teacher in (groups[ACTOR], groups[BEHALF]):
            self._find("approval-same-person", "another than whose excuse it is", teacher, field_name="data.teacher")
        if (incident is None, basis is None) != ((False, True) if reason == b"outage" else (True, False)):
            expected = "an incident with outage alone, else a document"
            self._find("excuse-mismatch", expected, reason, field_name="data.reason")
        if incident is not None:
            replay.made(b"incident", incident, "incident")
        of = replay.made(b"course", course, "course") if course is not None else None
        if (lesson is None, course is None, held_on is None) not in ((False, True, True), (True, False, False)):
            self._find("excuse-mismatch", "a lesson, or a course and a day", "another", field_name="data.lesson")
        began = b"%bT00:00" % held_on if held_on is not None else None
        if lesson is not None:
            of, held_on, began = self._of_lesson(lesson, teacher)
        ended = self._ended.get(incident) if incident is not None else None
        if began is not None and ended is not None and ended < began:
            expected = "an incident that ended when the lesson had begun"
            self._find("excuse-mismatch", expected, ended, field_name="data.incident")
        group = of.group if isinstance(of, Course) else None
        row = [
            b"%d" % index, groups[AT], who.id, cell(who.name), cell(group.name) if group is not None else b"",
            cell(of.subject) if isinstance(of, Course) else b"", held_on or b"", lesson or b"",
            ", ".join(EXCUSED[rule] for rule in json.loads(rules)).encode(), EXCUSED_BY[reason].encode(),
            incident or b"", cell(unescape(basis or b"")), self._note(index, digests), groups[ACTOR], b"", b"",
        ]  # fmt: skip
        self._standing[stream.id] = row
        replay.tables.row("excuses", index, row)

    def excuse_withdrawn(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take the withdrawal of an excuse that stands."""
        row = self._standing.pop(stream.id, None)
        if row is not None:
            row[_WITHDRAWN] = [b"%d" % index, cell(unescape(groups[DATA][0]))]
        elif not stream.is_partial or stream.version > 2:
            self._find("excuse-mismatch", "an excuse that stands", stream.key)

    def _of_lesson(self, lesson: bytes, teacher: bytes) -> tuple[Stream | None, bytes | None, bytes | None]:
        """Return a lesson's course, its day and the minute it began; report one annulled, or another teacher's."""
        found = self._replay.made(b"lesson", lesson, "lesson")
        if not isinstance(found, Lesson) or found.fact is None:
            return None, None, None
        if found.teacher is not None and found.teacher.id != teacher:
            self._find("excuse-mismatch", "a lesson of the teacher", teacher, field_name="data.teacher")
        if found.fact.value == NULL:
            self._find("recorded-on-annulled", "a standing lesson", lesson, field_name="data.lesson")
            return found.course, found.held_on, None
        starts_at: str = json.loads(found.fact.value)["starts_at"]
        return found.course, found.held_on, b"%bT%b" % (found.held_on, starts_at.encode())

    def _note(self, index: int, digests: bytes | None) -> bytes:
        """Match an entry's note; return its cell."""
        if digests is None:
            return b""
        listed = json.loads(digests)
        self._replay.disclose(index, listed, OF_OTHERS)
        return cell(self._replay.disclosures.note(listed))
