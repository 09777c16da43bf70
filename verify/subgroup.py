"""Parts of a class that are taught apart (events.md, "Subgroups"): who is in which, and who may stand in a lesson."""

from typing import TYPE_CHECKING

from verify.entry import DATA, Groups
from verify.events import unescape
from verify.state import ClassGroup, Course, Lesson, Person, Stay, Stream

if TYPE_CHECKING:
    from verify.replay import Replay


class Subgroups:
    """All subgroups of a log."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._titles: set[tuple[bytes, bytes, bytes]] = set()

    def opened(self, course: Course, subgroup: bytes | None) -> None:
        """Take what a new course says of its subgroup: in one class and subject, each has a title of its own."""
        if subgroup is None:
            return
        course.subgroup = unescape(subgroup)
        if course.group is None:
            return
        title = (course.group.key, course.subject, course.subgroup)
        if title in self._titles:
            self._replay.find("subgroup", "a subgroup of another title", subgroup, field_name="data.subgroup")
        self._titles.add(title)

    def listed(self, group: Stream, index: int, groups: Groups) -> None:
        """Take a course into its class's list of subgroups: the entry before opens it."""
        course = self._replay.made(b"course", groups[DATA][0], "course")
        if not isinstance(course, Course) or not isinstance(group, ClassGroup):
            return
        # The class of a course in a range that began after the class is not known.
        is_own = course.group in (group, None) and course.subgroup is not None
        if not is_own or (course.version, course.last) != (1, index - 1):
            self._replay.find("data-field", "the subgroup that the entry before opens here", course.key)

    def joined(self, course: Stream, index: int, groups: Groups) -> None:
        """Take a student into a subgroup, after the last stay in any of the class and subject."""
        request, starts_on, student = groups[DATA]
        person = self._replay.person(student, "student", b"student")
        self._replay.backdatings.begins((b"subgroup_joined", student, starts_on), course, index, request, groups)
        if not isinstance(course, Course) or course.is_partial:
            return
        if course.subgroup is None:
            self._replay.find("subgroup", "a course with a subgroup", course.key)
        place = _place(course)
        last = person.subgroups.get(place)
        if last is not None and (last.ends_on is None or starts_on <= last.ends_on):
            self._replay.find(
                "subgroup",
                "a day after the last stay in a subgroup",
                starts_on,
                field_name="data.starts_on",
            )
        stay = person.subgroups[place] = Stay(course.key, starts_on)
        course.members.setdefault(person, []).append(stay)
        self._replay.tables.joined(index, course, person, stay)

    def left(self, course: Stream, index: int, groups: Groups) -> None:
        """Take a student out of a subgroup."""
        ends_on, request, student = groups[DATA]
        person = self._replay.person(student, "student", b"student")
        self._replay.backdatings.ends((b"subgroup_left", student, ends_on), course, index, request, groups)
        if not isinstance(course, Course) or course.is_partial:
            return
        stays = course.members.get(person)
        if not stays or stays[-1].ends_on is not None:
            self._replay.find("subgroup", "a student of this subgroup", student, field_name="data.student")
            return
        self._replay.check_span(stays[-1].starts_on, ends_on, "ends_on")
        stays[-1].ends_on = ends_on

    def check_member(self, lesson: Lesson, person: Person) -> None:
        """Report who stands in a lesson of a subgroup without being in it on the day."""
        course = lesson.course
        if course is None or course.subgroup is None or course.is_partial:
            return
        day = lesson.held_on
        for stay in course.members.get(person, ()):
            if stay.starts_on <= day and (stay.ends_on is None or day <= stay.ends_on):
                return
        self._replay.find("subgroup-member", "a student of this subgroup", person.id, field_name="data.student")


def _place(course: Course) -> tuple[bytes, bytes]:
    """Return what a student is in one subgroup of at most: a class and a subject."""
    return (course.key if course.group is None else course.group.key, course.subject)
