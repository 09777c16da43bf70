"""One place, one lesson: a class is at one lesson at a time, and so is each student of its subgroups (regulation 2.1).

A place is a class group's, on a day, under a number of the day. Two teachers who record a lesson there at the same time
write two streams and read none that moves, so a place is claimed: the append that puts a lesson there counts it up, and
refuses where another did meanwhile. A claim says that a lesson was put there once; whether it stands there still is the
lesson's to say.
"""

from __future__ import annotations

from ledger.errors import Refused
from ledger.journal.context import Context
from ledger.journal.course import Course
from ledger.journal.lesson import Lesson
from ledger.journal.recorded import Claim
from ledger.journal.roster import ClassGroup


def place_name(class_group: str, held_on: str, number: int) -> str:
    """Name a place. The day comes first, so that a day's claims lie side by side in an index."""
    return f"{held_on}/{class_group}/{number}"


def take_place(
    context: Context, stream: str, course: Course, group: ClassGroup, held_on: str, number: int, where: str
) -> None:
    """Take a place for the lesson of a stream; refuse where one stands that the same students would be at (2.1).

    Lessons of two subgroups stand side by side where nobody of the class is in both on that day; a lesson that was
    annulled, or that has another number by now, is in nobody's way.
    """
    place = place_name(course.class_group, held_on, number)
    placed = context.books.placed(place)
    for taken in dict.fromkeys(placed):
        if taken == stream:
            continue
        lesson = context.find_if_any(Lesson, taken)
        if lesson is None or lesson.header is None or lesson.header.number != number:
            continue
        other = context.find(Course, "course", lesson.course, where="lesson")
        if other.id == course.id or None in (other.subgroup, course.subgroup):
            raise Refused(
                "place_taken",
                "the class has a lesson under this number of the day already, recorded by entry {entry}",
                clause="2.1",
                where=where,
                entry=lesson.lesson,
            )
        if shared := _count_shared(course, other, group, held_on):
            raise Refused(
                "students_at_another_lesson",
                "students of this subgroup ({count}) have a lesson of another one under this number of the day"
                " already, recorded by entry {entry}",
                clause="2.1",
                where=where,
                count=shared,
                entry=lesson.lesson,
            )
    context.claim = Claim(place, len(placed), stream)


def _count_shared(one: Course, other: Course, group: ClassGroup, day: str) -> int:
    """Count the students of the class who are in both subgroups on a day."""
    return sum(
        group.is_enrolled(student, day) and one.teaches(student, day) and other.teaches(student, day)
        for student in one.members.keys() & other.members.keys()
    )
