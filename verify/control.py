"""Checks of a class's journal and remarks to its teachers (events.md, "Control")."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Final

from verify.disclosures import OF_OTHERS
from verify.entry import ACTOR, AT, DATA, Groups
from verify.state import ClassGroup, Course, Lesson, Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay

_ABOUT: Final = {
    b"lesson": "запись урока", b"attendance": "посещаемость", b"homework": "домашнее задание", b"marks": "отметки",
    b"other": "иное",
}  # fmt: skip
_HOW: Final = {b"answered": "отвечено", b"withdrawn": "снято"}
_CLOSED = slice(13, 16)


class Control:
    """The checks of all classes, and the rows of remarks that nobody closed yet; `waiting`: how many by class."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self._checks: set[tuple[bytes, int]] = set()
        self._open: dict[bytes, tuple[bytes, list[bytes]]] = {}
        self.waiting: Counter[bytes] = Counter()

    def control_check_recorded(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a check."""
        digests, from_date, held_on, to_date = groups[DATA]
        replay = self._replay
        group = replay.made(b"class", stream.id, "stream")
        if replay.check_span(from_date, to_date, "to_date"):
            replay.check_span(to_date, held_on, "held_on")
        self._checks.add((stream.id, index))
        note = self._note(index, digests)
        row = [b"%d" % index, groups[AT], _class(group), held_on, from_date, to_date, groups[ACTOR], note]
        replay.tables.row("checks", index, row)

    def remark_raised(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a remark."""
        digests, about, check, class_group, course, held_on, lesson, to = groups[DATA]
        replay = self._replay
        if not replay.makes(stream):
            return
        group = replay.made(b"class", class_group, "class_group")
        who = replay.person(to, "to", b"teacher")
        of = replay.made(b"course", course, "course") if course is not None else None
        if isinstance(of, Course) and of.group is not None and of.group is not group:
            self._find("remark-mismatch", "a course of the class", course, field_name="data.course")
        in_ = replay.made(b"lesson", lesson, "lesson") if lesson is not None else None
        if isinstance(in_, Lesson) and in_.course is not None and in_.course is not of:
            self._find("remark-mismatch", "a lesson of the course", lesson, field_name="data.lesson")
        if held_on is not None and (course is None or lesson is not None):
            self._find("remark-mismatch", "a day of a course without the lesson", held_on, field_name="data.held_on")
        if check is not None and (class_group, int(check)) not in self._checks and not replay.start:
            self._find("remark-mismatch", "a check of the class", check, field_name="data.check")
        if about == b"other" and digests is None:
            self._find("correction-note-missing", "a note", "none", field_name="data._sd")
        row = [
            b"%d" % index, groups[AT], stream.id, _class(group), cell(of.subject) if isinstance(of, Course) else b"",
            lesson or b"", held_on or b"", _ABOUT[about].encode(), who.id, cell(who.name), check or b"",
            groups[ACTOR], self._note(index, digests), b"", b"", b"",
        ]  # fmt: skip
        self._open[stream.key] = class_group, row
        self.waiting[class_group] += 1
        replay.tables.row("remarks", index, row)

    def remark_closed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a closing: one of a remark."""
        digests, how = groups[DATA]
        note = self._note(index, digests)
        waited = self._open.pop(stream.key, None)
        if waited is not None:
            class_group, row = waited
            self.waiting[class_group] -= 1
            row[_CLOSED] = [b"%d" % index, _HOW[how].encode(), note]
        elif not stream.is_partial:
            self._find("answers-nothing", "an open remark", stream.key)

    def _note(self, index: int, digests: bytes | None) -> bytes:
        """Match an entry's note; return its cell."""
        if digests is None:
            return b""
        listed = json.loads(digests)
        self._replay.disclose(index, listed, OF_OTHERS)
        return cell(self._replay.disclosures.note(listed))


def _class(group: Stream | None) -> bytes:
    return cell(group.name) if isinstance(group, ClassGroup) else b""
