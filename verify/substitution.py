"""Who taught instead of whom (events.md, "Substitutions"): a substitute's lesson has its substitution behind it."""

from typing import TYPE_CHECKING, Final

from verify.entry import AT, DATA, Groups
from verify.findings import Place
from verify.state import ClassGroup, Course, Fact, Lesson, Person, Stream

if TYPE_CHECKING:
    from verify.replay import Replay

RECORDED: Final = b"substitution_recorded/1"


class Substitutions:
    """The lesson recorded last, while its substitution may follow, and all substitutions of a log."""

    def __init__(self, replay: "Replay") -> None:
        self.replay = replay
        self.find = replay.find
        self.fresh: Lesson | None = None
        self._responsible: bytes | None = None
        self._place = Place()

    def lesson_recorded(self, lesson: Lesson) -> None:
        """Take a lesson, and who is responsible on its day: not known of a course that began before the range."""
        course, self.fresh, self._responsible = lesson.course, lesson, None
        if course is None or course.is_partial:
            return
        self._responsible = responsible(course, lesson.held_on)
        if self._responsible is None:
            self.find("nobody-responsible", "a responsible teacher of the day", "none", field_name="data.held_on")
            return
        if not self._is_own(lesson):
            self._place = self.replay.locate()
        self.replay.duties.check_teacher(lesson, is_substitute=not self._is_own(lesson))

    def settle(self) -> None:
        """Report a substitute's lesson that something else, or nothing, stands behind."""
        lesson, self.fresh = self.fresh, None
        if lesson is not None and self._responsible is not None and not self._is_own(lesson):
            self.replay.report.add("substitution-missing", self._place, RECORDED, "none")

    def recorded(self, lesson: Stream, index: int, groups: Groups) -> None:
        """Take a substitution: behind its lesson, in its command, for the responsible teacher, and by another."""
        absent_teacher, basis, coefficient, reason, same_subject = groups[DATA]
        if not isinstance(lesson, Lesson):
            return
        person = self.replay.person(absent_teacher, "absent_teacher", b"teacher")
        self.replay.authors.check_recorded(lesson, groups)
        if self.fresh is lesson:
            self._check_absent(lesson, person)
            self.fresh = None
        else:
            self.settle()
            if not lesson.is_partial:
                self.find("substitution-mismatch", "lesson_recorded/1 just before", lesson.key)
        value = b'{"basis":"%b","coefficient":%b,"reason":"%b","same_subject":%b}'
        fact = Fact("substitution", index, index, value % (basis, coefficient, reason, same_subject), person)
        lesson.substitution = fact
        lesson.added(fact)
        self.replay.tables.substitution(index, groups[AT], lesson, fact)

    def _check_absent(self, lesson: Lesson, person: Person) -> None:
        if self._responsible is None:
            return
        if self._is_own(lesson):
            self.find("substitution-mismatch", "no substitution of the responsible teacher", RECORDED)
        elif person.id != self._responsible:
            self.find("substitution-mismatch", self._responsible, person.id, field_name="data.absent_teacher")

    def _is_own(self, lesson: Lesson) -> bool:
        return lesson.teacher is not None and lesson.teacher.id == self._responsible


def responsible(of: Course | ClassGroup, day: bytes) -> bytes | None:
    """Return the teacher of the latest assignment up to a day, of two with one first day the later; None before any."""
    past = [(starts_on, order, who) for order, (starts_on, who) in enumerate(of.assignments) if starts_on <= day]
    return max(past)[2] if past else None
