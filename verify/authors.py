"""Who records (events.md, "Who records"): the lesson's teacher or the course's, or somebody who acts for one of them.

`at` is in UTC and the school's day is another for some hours: who was responsible on its day, or on the day before or
after, may have recorded. Names of time zones would need data that not every system has.
"""

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from verify.entry import ACTOR, AT, BEHALF, ROLE, Groups
from verify.state import ClassGroup, Course, Lesson
from verify.substitution import responsible

if TYPE_CHECKING:
    from verify.replay import Replay

_LEADERSHIP: Final = frozenset({b"director", b"deputy", b"administrator"})


class Authors:
    """The rules of who may have made an entry in a lesson, or posted homework."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._count = 0

    def check_behalf(self, groups: Groups) -> None:
        """Report who acts for another and does not lead the school, or for nobody else."""
        if groups[ROLE] not in _LEADERSHIP:
            expected = "who leads the school"
            self._replay.find("recorded-by-another", expected, groups[ROLE], field_name="actor.role")
        if groups[BEHALF] == groups[ACTOR]:
            expected = "another than who acts"
            self._replay.find("recorded-by-another", expected, groups[BEHALF], field_name="actor.on_behalf_of")

    def check_recorded(self, lesson: Lesson, groups: Groups) -> None:
        """Report a lesson, or its substitution, that another than its teacher recorded."""
        self._count += 1
        if lesson.by and lesson.by != author_of(groups):
            self._find("the lesson's teacher", groups)

    def check_lesson(self, lesson: Lesson, groups: Groups) -> None:
        """Report who records in a lesson and is neither its teacher nor the course's."""
        self._count += 1
        author = author_of(groups)
        if author == lesson.by:
            return
        if lesson.by and not self._may(lesson.course, groups):
            self._find("the lesson's or the course's teacher", groups)
        else:
            lesson.others = (lesson.others or frozenset()) | {author}

    def check_correction(self, lesson: Lesson, groups: Groups) -> None:
        """Report a correction without a request by who recorded nothing there and has not the course."""
        if author_of(groups) not in (lesson.others or ()):
            self.check_lesson(lesson, groups)

    def check_reason(self, lesson: Lesson, groups: Groups) -> None:
        """Report an absence's reason that neither a teacher of the lesson nor the class's gave."""
        group = lesson.course.group if lesson.course is not None else None
        if not isinstance(group, ClassGroup) or not self._has(group, groups, around(groups[AT][:10])):
            self.check_correction(lesson, groups)

    def check_poster(self, course: Course | None, held_on: bytes, groups: Groups) -> None:
        """Report homework that was posted by who has the course neither on the lesson's day nor now."""
        self._count += 1
        known = course is not None and not course.is_partial
        if known and not self._may(course, groups, held_on):
            self._find("the course's teacher", groups)

    def finish(self) -> None:
        """Say in the report how many entries were looked at."""
        self._replay.report.checked["authors"] += self._count

    def _may(self, course: Course | None, groups: Groups, *more: bytes) -> bool:
        if course is None or course.is_partial:
            return True
        return self._has(course, groups, (*around(groups[AT][:10]), *more))

    def _has(self, of: Course | ClassGroup, groups: Groups, days: tuple[bytes, ...]) -> bool:
        """Tell whether who records has the course, or the class, on one of the days."""
        author = author_of(groups)
        return any(responsible(of, day) == author for day in days)

    def _find(self, expected: str, groups: Groups) -> None:
        self._replay.find("recorded-by-another", expected, groups[ACTOR], field_name="actor")


def author_of(groups: Groups) -> bytes:
    """Return whose an entry is: for whom somebody made it, else who acted."""
    author: bytes = groups[BEHALF] or groups[ACTOR]
    return author


@cache
def around(day: bytes) -> tuple[bytes, ...]:
    """Return a day of the calendar with the days before and after it, where there are any."""
    try:
        whole = date.fromisoformat(day.decode())
        return tuple((whole + timedelta(days=step)).isoformat().encode() for step in (-1, 0, 1))
    except (ValueError, OverflowError):
        return (day,)
