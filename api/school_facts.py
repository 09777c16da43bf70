"""Facts that reach rests on, from the log as it is now: aggregates for what was just written, views to search by."""

from __future__ import annotations

from typing import TypeVar

from api.reach import WITHOUT_FACTS, Named, Reach, Reader
from api.schools import OpenSchool
from ledger.journal.account import Account
from ledger.journal.aggregate import Aggregate
from ledger.journal.course import Course
from ledger.journal.lesson import Lesson
from ledger.journal.people import Person
from ledger.journal.roster import ClassGroup
from ledger.journal.sheet import ResultSheet
from ledger.journal.substitution_plans import SubstitutionPlans
from ledger.journal.year import Period
from projections.engine import Views
from projections.views.lookups import classes

_StateT = TypeVar("_StateT", bound=Aggregate)


class SchoolFacts:
    """What a school's log says now (`api.reach.Facts`)."""

    def __init__(self, school: OpenSchool, size: int | None = None) -> None:
        """Facts of a school; `size`: the log's, where the same request has asked for it already."""
        self._school = school
        self._looked = size
        self._rests_on: set[str] = set()
        self._are_views_level = True

    def settle(self, reach: Reach, reader: Reader, named: Named) -> bool:
        """What a reach says, from before where nothing moved that it rests on.

        Where others may append as well, the log is asked once for its size: what came before the request counts.
        """
        if reach in WITHOUT_FACTS:
            return reach(reader, named, self)
        school, asked = self._school, (reach, reader, named)
        size, day = self._size(), school.app.today()
        found = school.reached.find(asked, size, day, school.recorder.moved)
        if found is None:
            self._rests_on, self._are_views_level = set(), True
            found = reach(reader, named, self)
            if self._are_views_level:
                school.reached.keep(asked, size, day, self._rests_on, answer=found)
        return found

    def _size(self) -> int:
        if self._looked is None:
            self._looked = self._school.log_size()
        return self._looked

    @property
    def today(self) -> str:
        """The day by the school's clock."""
        return self._school.app.today().isoformat()

    def course(self, id_: str) -> Course | None:
        """A course."""
        return self._find(Course, f"course/{id_}")

    def courses(self, class_group: str, subject: str | None = None) -> tuple[str, ...]:
        """Ids of a class's courses, in a subject where one is named, those of its subgroups too."""
        sql, named = "SELECT c.course FROM {courses} c WHERE c.class_group = :class_group", {"class_group": class_group}
        if subject is not None:
            sql, named = f"{sql} AND c.subject = :subject", {**named, "subject": subject}
        rows = self._read_views("course/").select(sql, named)
        return tuple(course for (course,) in rows)

    def lesson(self, id_: str) -> Lesson | None:
        """A lesson."""
        return self._find(Lesson, f"lesson/{id_}")

    def class_group(self, id_: str) -> ClassGroup | None:
        """A class group."""
        return self._find(ClassGroup, f"class/{id_}")

    def period(self, id_: str) -> Period | None:
        """A reporting period."""
        return self._find(Period, f"period/{id_}")

    def classes_of(self, student: str) -> tuple[str, ...]:
        """Class groups whose roster has the student today."""
        sql = "SELECT DISTINCT e.class_group FROM {enrollments} e WHERE e.student = :student"
        rows = self._read_views("class/").select(sql, {"student": student})
        groups = ((id_, self.class_group(id_)) for (id_,) in rows)
        return tuple(id_ for id_, group in groups if group is not None and group.is_enrolled(student, self.today))

    def led_by(self, who: str) -> frozenset[str]:
        """Class groups whose class teacher this is today."""
        found = classes(self._read_views("class/"), on=self.today).rows
        return frozenset(row.class_group for row in found if row.class_teacher == who)

    def course_of_sheet(self, id_: str) -> str | None:
        """The course of a sheet of results."""
        found = self._find(ResultSheet, f"results/{id_}")
        return found.course if found is not None else None

    def substitutes(self, course: str, who: str) -> tuple[str, ...]:
        """Days on which a standing plan has `who` give the course's lessons."""
        found = self._find(SubstitutionPlans, f"substitution/{course}")
        plans = found.standing.values() if found is not None else ()
        return tuple(plan.held_on for plan in plans if plan.substitute == who)

    def person(self, id_: str) -> Person | None:
        """A registered person."""
        return self._find(Person, f"person/{id_}")

    def account(self, id_: str) -> Account | None:
        """An account, open or closed."""
        return self._find(Account, f"account/{id_}")

    def _read_views(self, kind: str) -> Views:
        """The views, searched for what streams of a kind say.

        What they say is not kept where they are behind the log, for they will say something else.
        """
        size, views = self._size(), self._school.read_views()
        self._rests_on.add(kind)
        self._are_views_level &= views.position() >= size
        return views

    def _find(self, kind: type[_StateT], stream: str) -> _StateT | None:
        self._rests_on.add(stream)
        state, _ = self._school.app.aggregate(stream)
        return state if isinstance(state, kind) else None
