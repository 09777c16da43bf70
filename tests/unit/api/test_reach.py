"""How far a role reaches: one's own classes, courses, child or inspection, and nothing that is not there."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

import pytest

from api import reach
from api.auth import ACCESS, Identity, Right
from api.reach import Named, Reach, Reached, Reader, inspected, named_in, own_class, own_diary, own_teaching
from ledger.journal import commands as cmd
from ledger.journal.account_events import RoleGranted
from ledger.journal.aggregate import Aggregate
from ledger.journal.course import Course
from ledger.journal.lesson import Lesson
from ledger.journal.roster import ClassGroup
from ledger.journal.sheet import ResultSheet
from ledger.journal.substitution_plans import SubstitutionPlans
from ledger.journal.year import Period
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    CLASS_B,
    GUARDIANS,
    LESSON,
    MATHS_A,
    MATHS_B,
    QUARTER_1,
    QUARTER_2,
    RUSSIAN_A,
    STUDENTS_A,
    STUDENTS_B,
    TEACHER,
    TEACHER_2,
    TEACHER_3,
    SmallSchool,
    lesson,
    moscow,
    uid,
)

_StateT = TypeVar("_StateT", bound=Aggregate)
TODAY = "2026-09-07"
NOBODY = uid(999)


class Recorded:
    """Facts of the small school's journal."""

    def __init__(self, school: SmallSchool, today: str = TODAY) -> None:
        self.journal = school.journal
        self._today = today

    @property
    def today(self) -> str:
        return self._today

    def course(self, id_: str) -> Course | None:
        return self._find(Course, f"course/{id_}")

    def courses(self, class_group: str, subject: str | None = None) -> tuple[str, ...]:
        found = (one for one in self.journal.aggregates.values() if isinstance(one, Course))
        return tuple(one.id for one in found if one.class_group == class_group and subject in (None, one.subject))

    def lesson(self, id_: str) -> Lesson | None:
        return self._find(Lesson, f"lesson/{id_}")

    def class_group(self, id_: str) -> ClassGroup | None:
        return self._find(ClassGroup, f"class/{id_}")

    def period(self, id_: str) -> Period | None:
        return self._find(Period, f"period/{id_}")

    def classes_of(self, student: str) -> tuple[str, ...]:
        found = (one for one in self.journal.aggregates.values() if isinstance(one, ClassGroup))
        return tuple(one.id for one in found if one.is_enrolled(student, self.today))

    def course_of_sheet(self, id_: str) -> str | None:
        found = self._find(ResultSheet, f"results/{id_}")
        return found.course if found else None

    def substitutes(self, course: str, who: str) -> tuple[str, ...]:
        found = self._find(SubstitutionPlans, f"substitution/{course}")
        return tuple(one.held_on for one in (found.standing.values() if found else ()) if one.substitute == who)

    def settle(self, reach: Reach, reader: Reader, named: Named) -> bool:
        return reach(reader, named, self)

    def _find(self, kind: type[_StateT], stream: str) -> _StateT | None:
        state = self.journal.find(stream)
        return state if isinstance(state, kind) else None


@pytest.fixture
def school() -> SmallSchool:
    """With one lesson of maths in 5А, whose class teacher is the third teacher."""
    school = SmallSchool()
    school.do(lesson())
    return school


def reader(account: str, role: Any = "teacher", **more: Any) -> Reader:
    return Reader(account, (RoleGranted(role=role, starts_on="2026-09-01", basis="приказ № 1", **more),))


def test_a_teacher_reaches_own_courses_and_lessons_and_no_others(school: SmallSchool) -> None:
    facts, teacher, other = Recorded(school), reader(TEACHER.id), reader(TEACHER_2.id)
    assert own_teaching(teacher, Named(course=MATHS_A), facts)
    assert own_teaching(teacher, Named(course=MATHS_A, class_group=CLASS_A), facts)
    assert own_teaching(teacher, Named(class_group=CLASS_A, subject="Математика"), facts)
    assert own_teaching(teacher, Named(lesson=LESSON), facts)
    for named in (Named(course=MATHS_A), Named(lesson=LESSON), Named(class_group=CLASS_A, subject="Математика")):
        assert not own_teaching(other, named, facts)
    assert not own_teaching(teacher, Named(course=RUSSIAN_A), facts)
    assert not own_teaching(teacher, Named(class_group=CLASS_A), facts), "all subjects are the class teacher's to see"
    assert not own_teaching(teacher, Named(student=STUDENTS_A[0]), facts)


def test_a_class_teacher_reaches_all_of_the_own_class(school: SmallSchool) -> None:
    facts, leader = Recorded(school), reader(TEACHER_3.id, "class_teacher")
    for named in (
        Named(class_group=CLASS_A),
        Named(course=RUSSIAN_A),
        Named(lesson=LESSON),
        Named(student=STUDENTS_A[0]),
    ):
        assert own_class(leader, named, facts), named
        assert own_teaching(reader(TEACHER_3.id), named, facts), "in the role of a teacher too"
    for named in (Named(class_group=CLASS_B), Named(course=MATHS_B), Named(student=STUDENTS_B[0])):
        assert not own_class(leader, named, facts), named


def test_a_child_that_moved_is_reached_by_the_new_class_teacher_alone(school: SmallSchool) -> None:
    now = moscow("2026-09-07 15:00")
    school.do(cmd.WithdrawStudent(class_group=CLASS_A, student=STUDENTS_A[0], ends_on="2026-09-07"), ADMIN, now)
    school.do(cmd.EnrollStudent(class_group=CLASS_B, student=STUDENTS_A[0], starts_on="2026-09-08"), ADMIN, now)
    leader = reader(TEACHER_3.id, "class_teacher")
    assert own_class(leader, Named(student=STUDENTS_A[0]), Recorded(school, "2026-09-07"))
    assert not own_class(leader, Named(student=STUDENTS_A[0]), Recorded(school, "2026-09-08"))


def test_a_course_that_was_handed_on_is_out_of_reach_from_that_day_but_for_own_lessons(school: SmallSchool) -> None:
    assigned = cmd.AssignTeacher(course=MATHS_A, teacher=TEACHER_2.id, starts_on="2026-09-14")
    school.do(assigned, ADMIN, moscow("2026-09-07 15:00"))
    before, after = Recorded(school, "2026-09-13"), Recorded(school, "2026-09-14")
    assert own_teaching(reader(TEACHER.id), Named(course=MATHS_A), before)
    assert not own_teaching(reader(TEACHER.id), Named(course=MATHS_A), after)
    assert own_teaching(reader(TEACHER.id), Named(lesson=LESSON), after), "whoever gave it may have to correct it"
    assert own_teaching(reader(TEACHER_2.id), Named(course=MATHS_A), before), "who will teach prepares"


def test_a_planned_substitute_reaches_the_course_two_weeks_around_the_lesson(school: SmallSchool) -> None:
    plan = cmd.PlanSubstitution(
        course=MATHS_B, held_on="2026-10-05", number=1, substitute=TEACHER_2.id, reason="ill", basis="приказ № 7"
    )
    school.do(plan, ADMIN, moscow("2026-09-08 09:00"))
    for day, expected in (("2026-09-20", False), ("2026-09-21", True), ("2026-10-19", True), ("2026-10-20", False)):
        facts = Recorded(school, day)
        assert own_teaching(reader(TEACHER_2.id), Named(course=MATHS_B), facts) == expected, day
        assert not own_teaching(reader(TEACHER_3.id), Named(course=MATHS_B), facts), "the plan is another's"


@pytest.mark.clause("R25", breaks="api.reach:own_diary")
def test_families_reach_their_own_child_alone_and_by_name(school: SmallSchool) -> None:
    facts = Recorded(school)
    student, mother = reader(STUDENTS_A[0], "student"), reader(GUARDIANS[0], "guardian", student=STUDENTS_A[0])
    for one in (student, mother):
        assert reach.own_diary(one, Named(student=STUDENTS_A[0]), facts)
        assert reach.own_diary(one, Named(student=STUDENTS_A[0], class_group=CLASS_B), facts), "narrowed to the child"
        assert not reach.own_diary(one, Named(student=STUDENTS_A[1]), facts)
        assert not reach.own_diary(one, Named(class_group=CLASS_A), facts)
        assert not reach.own_diary(one, Named(lesson=LESSON), facts)
        assert not reach.own_diary(one, Named(), facts)
    assert not reach.own_diary(Reader(GUARDIANS[0], ()), Named(student=STUDENTS_A[0]), facts)


def test_an_inspection_of_classes_reaches_them_and_what_is_of_them(school: SmallSchool) -> None:
    facts = Recorded(school)
    of_class = reader(NOBODY, "inspector", ends_on="2026-12-31", purpose="проверка", class_groups=(CLASS_A,))
    for named in (
        Named(class_group=CLASS_A),
        Named(course=RUSSIAN_A),
        Named(lesson=LESSON),
        Named(student=STUDENTS_A[0]),
    ):
        assert inspected(of_class, named, facts), named
    for named in (
        Named(),
        Named(class_group=CLASS_B),
        Named(course=MATHS_B),
        Named(student=STUDENTS_B[0]),
        Named(class_group=CLASS_B, lesson=NOBODY),
    ):
        assert not inspected(of_class, named, facts), named
    assert inspected(reader(NOBODY, "inspector", ends_on="2026-12-31", purpose="проверка"), Named(), facts)


def test_an_inspection_of_a_period_reaches_its_days(school: SmallSchool) -> None:
    facts = Recorded(school)
    of_quarter = reader(NOBODY, "inspector", ends_on="2026-12-31", purpose="проверка", periods=(QUARTER_1,))
    assert inspected(of_quarter, Named(period=QUARTER_1), facts)
    assert inspected(of_quarter, Named(first="2026-09-01", last="2026-10-25"), facts)
    assert inspected(of_quarter, named_in([("month", "2026-09")]), facts)
    for named in (
        Named(),
        Named(period=QUARTER_2),
        Named(first="2026-09-01"),
        Named(first="2026-09-01", last="2026-10-26"),
        named_in([("month", "2026-10")]),
    ):
        assert not inspected(of_quarter, named, facts), named


@pytest.mark.parametrize("of", ["class_group", "course", "lesson", "sheet", "student", "employee"])
def test_what_is_not_there_is_out_of_everybodys_reach_alike(of: str, school: SmallSchool) -> None:
    facts, named = Recorded(school), Named(**{of: NOBODY})
    for one in (own_teaching, own_class, own_diary):
        assert not one(reader(TEACHER.id), named, facts)


@pytest.mark.parametrize(
    ("name", "text"),
    [("course", "' OR 1"), ("course", f"{MATHS_A} "), ("student", uid(0xABC).upper()), ("month", "2026-13")],
)
def test_what_is_no_id_names_nothing(name: str, text: str) -> None:
    assert named_in([(name, text)]) == Named()


def test_the_table_is_closed(school: SmallSchool) -> None:
    """A role or a right that it does not have is refused, and a role reaches by nothing that another was granted."""
    facts = Recorded(school)
    for role in ("visitor", *ACCESS):
        identity = Identity(TEACHER.id, role, "1534", "l")
        for right in Right:
            if right not in ACCESS.get(role, {}):
                assert not identity.reaches(right, Named(course=MATHS_A), facts), (role, right)
    without = Identity(NOBODY, "inspector", "1534", "l")
    assert not without.reaches(Right.OVERSEE, Named(class_group=CLASS_A), facts), "no grant, no inspection"


MONDAY = date(2026, 9, 7)


class Log:
    """The streams of a log's entries, by index: what the kept decisions follow."""

    def __init__(self, *streams: str) -> None:
        self.streams = streams

    def moved(self, since: int, size: int) -> tuple[str, ...]:
        return self.streams[since:size]


def test_what_was_decided_stands_until_what_it_rests_on_moves() -> None:
    kept, log = Reached(), Log("school/1", "lesson/1", "course/2", "course/1", "class/9")
    one, other = ((own_teaching, reader(TEACHER.id), Named(course=id_)) for id_ in (MATHS_A, CLASS_A))
    assert kept.find(one, 1, MONDAY, log.moved) is None
    kept.keep(one, 1, MONDAY, ["course/1"], answer=True)
    kept.keep(other, 1, MONDAY, ["course/3", "class/"], answer=False)
    assert kept.find(one, 3, MONDAY, log.moved) is True, "another lesson and another course"
    assert kept.find(one, 2, MONDAY, log.moved) is True, "who is late is told what was found since"
    assert kept.find(one, 4, MONDAY, log.moved) is None, "its course"
    assert kept.find(other, 4, MONDAY, log.moved) is False
    assert kept.find(other, 5, MONDAY, log.moved) is None, "all classes were searched"


def test_what_was_decided_is_of_one_day() -> None:
    kept, log = Reached(), Log()
    asked = (own_teaching, reader(TEACHER.id), Named(course=MATHS_A))
    assert kept.find(asked, 7, MONDAY, log.moved) is None
    kept.keep(asked, 7, MONDAY, [], answer=True)
    assert kept.find(asked, 7, date(2026, 9, 8), log.moved) is None
    assert kept.find(asked, 7, MONDAY, log.moved) is None, "nor does it come back"


def test_what_was_decided_before_others_moved_on_is_not_kept() -> None:
    kept, log = Reached(), Log("school/1", "course/1")
    asked = (own_teaching, reader(TEACHER.id), Named(course=MATHS_A))
    kept.find(asked, 1, MONDAY, log.moved)
    kept.find(asked, 2, MONDAY, log.moved)  # another thread, while the first reads the course
    kept.keep(asked, 1, MONDAY, ["course/1"], answer=True)
    assert kept.find(asked, 2, MONDAY, log.moved) is None


def test_what_is_kept_is_bounded() -> None:
    kept, log = Reached(), Log(*["mark/1"] * 3_000)
    for number in range(10_001):
        asked = (own_teaching, reader(TEACHER.id), Named(course=str(number)))
        kept.find(asked, 1, MONDAY, log.moved)
        kept.keep(asked, 1, MONDAY, ["course/1"], answer=True)
    assert kept.find(asked, 1, MONDAY, log.moved) is True
    first = (own_teaching, reader(TEACHER.id), Named(course="0"))
    assert kept.find(first, 1, MONDAY, log.moved) is None
    assert kept.find(asked, 3_000, MONDAY, log.moved) is None, "so many entries are not looked through"
