"""One place, one lesson: a class is at one lesson at a time, but for its subgroups (regulation 2.1).

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


def place_name(class_group: str, held_on: str, number: int) -> str:
    """Name a place. The day comes first, so that a day's claims lie side by side in an index."""
    return f"{held_on}/{class_group}/{number}"


def take_place(context: Context, stream: str, course: Course, held_on: str, number: int, where: str) -> None:
    """Take a place for the lesson of a stream; refuse where one stands that the same students would be at (2.1).

    Lessons of two courses of subgroups stand side by side; a lesson that was annulled, or that has another number by
    now, is in nobody's way.
    """
    place = place_name(course.class_group, held_on, number)
    placed = context.books.placed(place)
    for taken in dict.fromkeys(placed):
        if taken == stream:
            continue
        lesson = context.find_if_any(Lesson, taken)
        if lesson is not None and _is_in_the_way(context, lesson, course, number):
            raise Refused(
                "place_taken",
                "the class has a lesson under this number of the day already, recorded by entry {entry}",
                clause="2.1",
                where=where,
                entry=lesson.lesson,
            )
    context.claim = Claim(place, len(placed), stream)


def _is_in_the_way(context: Context, lesson: Lesson, course: Course, number: int) -> bool:
    """Tell whether a lesson stands under this number, of the same course, or of the whole class on either side."""
    if lesson.header is None or lesson.header.number != number:
        return False
    if lesson.course == course.id:
        return True
    other = context.settled(Course, "course", lesson.course, where="lesson")
    return None in (course.subgroup, other.subgroup)
