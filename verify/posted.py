"""What homework says, and homework that is posted before its lesson (events.md, "What homework says")."""

import json
from typing import TYPE_CHECKING, Any

from verify.entry import AT, DATA, Groups
from verify.events import unescape
from verify.state import NULL, Course, Lesson, Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay


def homework_value(due_lesson: bytes | None, due_on: bytes | None, files: bytes | None, text: bytes) -> bytes:
    """Put together what homework says as corrections carry it, in canonical form."""
    said = ((b"due_lesson", due_lesson), (b"due_on", due_on and b'"%b"' % due_on), (b"files", files))
    fields = b"".join(b'"%b":%b,' % (name, given) for name, given in said if given is not None)
    return b'{%b"text":"%b"}' % (fields, text)


class Posted:
    """What is posted and not withdrawn: course, index -> place, value, row of the table.

    The last cell of a row of posted.csv says what withdrew it.
    """

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._standing: dict[bytes, dict[int, tuple[tuple[bytes, bytes], bytes, list[bytes]]]] = {}

    def homework_posted(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take homework of a lesson to come."""
        due_lesson, due_on, files, held_on, number, text = groups[DATA]
        place, value = (held_on, number), homework_value(due_lesson, due_on, files, text)
        found = self._replay.made(b"course", stream.id, "course")
        course = found if isinstance(found, Course) else None
        standing = self._standing.setdefault(stream.id, {})
        if any(place == other for other, _, _ in standing.values()):
            self._replay.find("recorded-twice", "homework posted once for a lesson", b"%b, %b" % place)
        self._replay.authors.check_poster(course, held_on, groups)
        self.check_said(course, held_on, int(number), value, "data")
        row: list[bytes] = []
        standing[index] = place, value, row
        if course is not None:
            row += [
                b"%d" % index, groups[AT], course.id, cell(course.group.name) if course.group is not None else b"",
                cell(course.subject), held_on, number, cell(unescape(text)), cell(value), b"",
            ]  # fmt: skip
            self._replay.tables.row("posted", index, row)

    def homework_post_withdrawn(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take the withdrawal of what was posted."""
        (corrects,) = groups[DATA]
        withdrawn = self._standing.get(stream.id, {}).pop(int(corrects), None)
        if withdrawn is not None:
            row = withdrawn[2]
            if row:
                row[-1] = b"%d" % index
        elif int(corrects) >= self._replay.start:
            expected = "what this course has posted"
            self._replay.find("correction-cites-nothing", expected, corrects, field_name="data.corrects")

    def check_taken(self, lesson: Lesson, posted: int, value: bytes) -> None:
        """Report a lesson that takes over what was not posted for its place, or says something else."""
        if lesson.course is None or posted < self._replay.start:
            return
        found = self._standing.get(lesson.course.id, {}).get(posted)
        if found is None or found[0] != (lesson.held_on, lesson.number):
            self._replay.find("posted-mismatch", "what is posted for this lesson", posted, field_name="data.posted")
        elif found[1] != value:
            self._replay.find("posted-mismatch", found[1], value, field_name="data.posted")

    def check_said(
        self, course: Course | None, held_on: bytes, number: int | None, value: bytes, field_name: str
    ) -> None:
        """Report homework of a place that is due before it, by two things at once, or is none and says more."""
        if value.startswith(b'{"text":'):
            return
        given, find = json.loads(value), self._replay.find
        if not given["text"]:
            find("data-field", "no more where there is no homework", value, field_name=field_name + ".text")
        due_on, due = given.get("due_on", "").encode(), given.get("due_lesson")
        if due_on and due is not None:
            find("data-field", "a day or a lesson", "both", field_name=field_name + ".due_lesson")
        digests = [file["sha256"] for file in given.get("files", ())]
        if len(digests) != len(set(digests)):
            find("data-field", "each file once", digests, field_name=field_name + ".files")
        if number is None:
            return
        if due_on and due_on <= held_on:
            find("due-too-early", b"a day after " + held_on, due_on, field_name=field_name + ".due_on")
        if due is not None:
            if (due["held_on"].encode(), due["number"]) <= (held_on, number):
                expected = b"a lesson after " + held_on
                find("due-too-early", expected, due["held_on"], field_name=field_name + ".due_lesson")
            self._check_named(course, due, field_name + ".due_lesson.lesson")

    def _check_named(self, course: Course | None, due: dict[str, Any], field_name: str) -> None:
        """Report a lesson that homework is due by and that is not the one at that place."""
        if "lesson" not in due:
            return
        find, place = self._replay.find, (due["held_on"].encode(), due["number"])
        named = self._replay.made(b"lesson", due["lesson"].encode(), field_name.removeprefix("data."))
        if not isinstance(named, Lesson) or named.fact is None:
            return
        if named.course is not course:
            find("data-field", "a lesson of this course", named.key, field_name=field_name)
        elif (named.held_on, int(named.number)) != place or named.fact.value is NULL:
            find("data-field", "a standing lesson at this place", named.key, field_name=field_name)
