"""A class's journal of the year (events.md, "A class's journal"): closed, opened again, its summary sheet handed over.

What a closing says of lacking attendance, marks, results, answers to remarks and decisions of the council is counted
again here, and the sheet's bytes are made again. Lessons that were planned and not recorded are the school's count.
"""

import json
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from verify.columns import WORDS
from verify.entry import ACTOR, AT, DATA, Groups
from verify.events import unescape
from verify.reopening import REOPENINGS_MAX, Step
from verify.result_tables import DECISIONS
from verify.state import NULL, ClassGroup, Course, FactStream, Lesson, Period, Person, Sheet, Stay, Stream
from verify.table import cell, row_of

if TYPE_CHECKING:
    from verify.replay import Replay

JOURNALS: Final = ("journal_closed", "journal_reopened", "sheet_transferred")
# A closing looks at everything of its class: what a log may ask for is bounded.
TRANSFERS_MAX: Final = 99
CLASS_MAX: Final = 200
_SETTLING: Final = frozenset((b"promoted", b"promoted_conditionally", b"retained", b"graduated"))
_COLUMNS: Final = {
    **{f"quarter_{number}": f"{number} четверть" for number in (1, 2, 3, 4)},
    **{f"trimester_{number}": f"{number} триместр" for number in (1, 2, 3)},
    **{f"half_year_{number}": f"{number} полугодие" for number in (1, 2)},
    "year": "год", "exam": "экзамен", "final": "итоговая", "council": "педагогический совет",
}  # fmt: skip
_LACKING: Final = {
    "lesson": "урок не внесён и не отменён", "attendance": "посещаемость не отмечена",
    "mark": "нет отметки за письменную работу", "result": "нет отметки за период", "remark": "замечание не закрыто",
    "council": "нет решения педагогического совета",
}  # fmt: skip
_LACK_REASONS: Final = {
    "not_required": "не требуется", "student_absent": "ученика не было", "not_restorable": "не восстановить",
    "order": "по приказу", "other": "иное",
}  # fmt: skip
# Streams of a course whose entries are made while its class's journal is open; their ids are the course's.
_OF_COURSES: Final = (b"cancellation/", b"homework/", b"schedule/", b"substitution/")


class Journals:
    """The journals of all classes; while none was ever closed (`any_closed`), no entry needs to be asked about.

    `periods` are those of a year and a grade.
    """

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self.periods: dict[tuple[bytes, bytes], list[Period]] = {}
        self.any_closed = False

    def period_defined(self, period: Period) -> None:
        """Take note of a period."""
        for grade in period.grades:
            self.periods.setdefault((period.year, grade), []).append(period)

    def check_open(self, stream: Stream) -> None:
        """Report an entry on a lesson, a result or a plan of a course of a class whose journal is closed."""
        course: Stream | None = None
        if isinstance(stream, Lesson | Sheet):
            course = stream.course
        elif stream.key.startswith(_OF_COURSES):
            course = self._replay.streams.get(b"course/" + stream.id)
        group = course.group if isinstance(course, Course) else None
        if group is not None and group.is_closed:
            self._find("journal-closed", "an open journal", stream.key)

    def journal_closed(self, group: Stream, index: int, groups: Groups) -> None:
        """Count what lacks, and compare it with what is excused."""
        (excused,) = groups[DATA]
        self._row(group, index, groups, "закрыт")
        listed = json.loads(excused)
        self._excuse_rows(group, index, groups, listed)
        places = [(one["what"], one.get("course", "")) for one in listed]
        if places != sorted(set(places)):
            self._find("data-field", "excuses in order, each once", excused, field_name="data.excused")
        if not isinstance(group, ClassGroup):
            return
        if group.is_closed:
            self._find("journal-closed", "one closing of a journal, or a reopening between two", group.key)
            return
        group.is_closed = self.any_closed = True
        if self._replay.start or not self._is_bounded(group):
            return
        self._check_settled(group)
        courses = {course.id.decode() for course in group.courses}
        stated = Counter({place: one["count"] for place, one in zip(places, listed, strict=True)})
        for what, course in places:
            if what == "lesson":
                del stated[what, course]
                if course not in courses:
                    self._find("journal-mismatch", "a course of the class", course, field_name="data.excused")
        self._replay.report.checked["journals"] += 1
        derived = Counter(self._lacking(group))
        for what, course in sorted(derived.keys() | stated.keys()):
            if derived[what, course] != stated[what, course]:
                place = f"{what} {course}".strip()
                self._find(
                    "journal-mismatch",
                    f"{place}: {derived[what, course]}",
                    f"{place}: {stated[what, course]}",
                    field_name="data.excused",
                )

    def journal_reopened(self, group: Stream, index: int, groups: Groups) -> None:
        """Open a journal again in one step, as logs from before do."""
        self.step_row(group, index, groups, "открыт снова", self._replay.reopenings.alone(index, groups))
        if isinstance(group, ClassGroup) and self.check_closed(group):
            self.open_again(group)

    def open_again(self, group: ClassGroup) -> None:
        """Let a closed journal take entries."""
        if group.reopenings >= REOPENINGS_MAX:
            self._find("journal-closed", f"at most {REOPENINGS_MAX} reopenings", "one more")
            return
        group.is_closed = False
        group.reopenings += 1

    def sheet_transferred(self, group: Stream, index: int, groups: Groups) -> None:
        """Make the sheet again, and compare its digest."""
        number, received_on, digest, to = groups[DATA]
        self._row(
            group, index, groups, "ведомость передана", digest=digest, number=number, received_on=received_on, to=to
        )
        if not isinstance(group, ClassGroup) or not self.check_closed(group):
            return
        if group.transferred == digest:
            self._find(
                "sheet-digest", "another version than the one handed over last", digest, field_name="data.sha256"
            )
        group.transferred = digest
        group.transfers += 1
        if group.transfers > TRANSFERS_MAX:
            self._find("journal-closed", f"at most {TRANSFERS_MAX} transfers", "one more")
        elif not self._replay.start and self._is_bounded(group):
            self._replay.report.checked["sheets"] += 1
            derived = sha256(b"".join(self._sheet(group))).hexdigest().encode()
            if derived != digest:
                self._find("sheet-digest", derived, digest, field_name="data.sha256")

    def _is_bounded(self, group: ClassGroup) -> bool:
        """Say whether a class is of a size that is looked at as a whole, or report it."""
        if len(group.roster) <= CLASS_MAX and len(group.courses) <= CLASS_MAX:
            return True
        found = f"{len(group.roster)} and {len(group.courses)}"
        self._find("journal-mismatch", f"at most {CLASS_MAX} students and {CLASS_MAX} courses", found)
        return False

    def check_closed(self, group: ClassGroup) -> bool:
        """Say whether a class's journal is closed; report where it is not."""
        if not group.is_closed and not group.is_partial:
            self._find("journal-closed", "a closed journal", group.key)
        return group.is_closed

    # What lacks.

    def _check_settled(self, group: ClassGroup) -> None:
        """Report a period that is open, and a request that waits: nothing excuses them."""
        periods = self._periods_of(group)
        for period in periods:
            if not period.is_closed:
                self._find("journal-mismatch", "closed periods", period.key)
        if not periods:
            self._find("journal-mismatch", "closed periods", "none")
        streams: list[FactStream] = [*self._lessons(group), *_sheets(group)]
        for stream in streams:
            if any(not request.is_answered for request in (stream.requests or {}).values()):
                self._find("journal-mismatch", "answered requests", stream.key)

    def _lacking(self, group: ClassGroup) -> Iterator[tuple[str, str]]:
        """Yield kind and course, empty where no course is named, of each thing that lacks but planned lessons."""
        for lesson in self._lessons(group):
            if lesson.fact is not None and lesson.fact.value is not NULL and lesson.course is not None:
                course = lesson.course.id.decode()
                if not lesson.is_taken:
                    yield "attendance", course
                for _ in range(_unmarked(group, lesson)):
                    yield "mark", course
        yield from self._results(group)
        for _ in range(self._replay.control.waiting[group.id]):
            yield "remark", ""
        periods = self._periods_of(group)
        if periods:
            decided = {
                student for code, students in self._decisions(group) if code in _SETTLING for student in students
            }
            last = max(period.ends_on for period in periods)
            for person, stays in group.roster.items():
                if _holds(stays, last) and person.id not in decided:
                    yield "council", ""

    def _results(self, group: ClassGroup) -> Iterator[tuple[str, str]]:
        marked = {
            (sheet.course.subject, sheet.period, person)
            for sheet in _sheets(group)
            for (what, person), fact in sheet.results.items()
            if what == "period_mark" and fact.value is not NULL and sheet.course is not None
        }
        for course in group.courses:
            for period in self._periods_of(group):
                for person, stays in group.roster.items():
                    if (
                        _holds(stays, period.ends_on)
                        and _is_taught(course, person, period.ends_on)
                        and (course.subject, period, person) not in marked
                    ):
                        yield "result", course.id.decode()

    def _periods_of(self, group: ClassGroup) -> list[Period]:
        return self.periods.get((group.year, group.grade), [])

    def _lessons(self, group: ClassGroup) -> list[Lesson]:
        lessons = self._replay.lessons.by_grade.get((group.year, group.grade), [])
        return [lesson for lesson in lessons if lesson.course is not None and lesson.course.group is group]

    def _decisions(self, group: ClassGroup) -> list[tuple[bytes, list[bytes]]]:
        """Return code and students of the decisions on the class's year that stand, in order of their entries."""
        return self._replay.council.decisions(b"council/" + group.year)

    # The summary sheet (tables.md).

    def _sheet(self, group: ClassGroup) -> Iterator[bytes]:
        """Yield the rows of a class's sheet as it stands."""
        named = (f"{name} ({words})" for name, words in _COLUMNS.items())
        header = ("student (ученик)", "subject (предмет)", *named)
        yield b"\xef\xbb\xbf" + row_of([column.encode() for column in header])
        found: dict[tuple[bytes, bytes], dict[str, list[tuple[int, bytes]]]] = {}
        for sheet in _sheets(group):
            if sheet.course is None or sheet.period is None:
                continue
            for (what, person), fact in sheet.results.items():
                if fact.value is not NULL:
                    cells = found.setdefault((person.id, sheet.course.subject), {})
                    cells.setdefault(_column(what, sheet.period), []).append((fact.standing, WORDS[fact.value]))
        decided: dict[bytes, list[bytes]] = {}
        for code, students in self._decisions(group):
            for student in students:
                decided.setdefault(student, []).append(DECISIONS[code.decode()].encode())
        subjects = sorted({course.subject for course in group.courses})
        for student in sorted(person.id for person in group.roster):
            for subject in subjects:
                cells = found.get((student, subject), {})
                values = [b", ".join(word for _, word in sorted(cells.get(name, ()))) for name in _COLUMNS]
                values[-1] = b", ".join(decided.get(student, ()))
                yield row_of([student, cell(subject), *values])

    def step_row(self, group: Stream, index: int, groups: Groups, action: str, step: Step) -> None:
        """Expect a row of a request to open a journal again, of an answer, or of a reopening."""
        name = step.requested_by if step.who is None else cell(step.who.name)
        why = (step.reason, step.requested_by, name, cell(step.note), cell(unescape(step.basis)), step.request)
        self._row(group, index, groups, action, why=why)

    def _row(
        self, group: Stream, index: int, groups: Groups, action: str, *, why: tuple[bytes, ...] = (b"",) * 6,
        digest: bytes = b"", number: bytes = b"", received_on: bytes = b"", to: bytes = b"",
    ) -> None:  # fmt: skip
        name = cell(group.name) if isinstance(group, ClassGroup) else b""
        cells = [
            groups[AT], group.id, name, action.encode(), *why, digest, cell(unescape(number)), received_on,
            cell(unescape(to)), groups[ACTOR],
        ]  # fmt: skip
        self._replay.tables.plain("journals", index, cells)

    def _excuse_rows(self, group: Stream, index: int, groups: Groups, listed: list[dict[str, Any]]) -> None:
        """Expect a row of each thing that a closing excuses."""
        name = cell(group.name) if isinstance(group, ClassGroup) else b""
        for one in listed:
            id_ = one.get("course", "").encode()
            course = self._replay.streams.get(b"course/" + id_)
            subject = cell(course.subject) if isinstance(course, Course) else b""
            cells = [
                groups[AT], group.id, name, _LACKING[one["what"]].encode(), id_, subject, b"%d" % one["count"],
                _LACK_REASONS[one["reason"]].encode(), cell(one["basis"].encode()), groups[ACTOR],
            ]  # fmt: skip
            self._replay.tables.plain("journal_excuses", index, cells)


def _sheets(group: ClassGroup) -> list[Sheet]:
    """Return the result sheets of a class's courses."""
    return [
        sheet
        for course in group.courses
        for sheet in (course.taught.sheets if course.taught is not None else ())
        if sheet.course is course
    ]


def _unmarked(group: ClassGroup, lesson: Lesson) -> int:
    """Count who was there and has no mark, over the written works of a lesson."""
    course, count = lesson.course, 0
    for work in lesson.works.values():
        if course is None or not work.fact.value.endswith(b'"written":true}'):
            continue
        for person, stays in group.roster.items():
            absence, mark = lesson.absences.get(person), work.marks.get(person)
            if (mark is None or mark.value is NULL) and (absence is None or absence.value is NULL):
                count += _holds(stays, lesson.held_on) and _is_taught(course, person, lesson.held_on)
    return count


def _is_taught(course: Course, person: Person, day: bytes) -> bool:
    return course.subgroup is None or _holds(course.members.get(person, ()), day)


def _holds(stays: list[Stay] | tuple[Stay, ...], day: bytes) -> bool:
    return any(stay.starts_on <= day and (stay.ends_on is None or day <= stay.ends_on) for stay in stays)


def _column(what: str, period: Period) -> str:
    """Return the column of a result; of a period that was not well formed, one that no sheet has."""
    if what == "period_mark" and not period.number:
        return ""
    if what == "period_mark":
        return "year" if period.kind == b"year" else f"{period.kind.decode()}_{int(period.number)}"
    return "exam" if what == "exam_result" else "final"
