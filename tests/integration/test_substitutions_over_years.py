"""The register of substituted lessons over several school years: people who left, past moments, and how long it takes."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ledger.journal import events as j
from ledger.journal.timetable_events import Bell, BellScheduleSet, DaysOffDeclared, TimetableLesson, TimetableSet
from ledger.wire.entry import Actor
from projections.engine import Views
from projections.views.substitution_register import substitution_register
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, ListLog, new_id


class Years:
    """A log of school years with lessons and substitutions alone; everything comes from the seed.

    Attributes:
        log: the entries.
        teachers: those of each year; half of them leave after it, others come.
        given: (year, day, absent teacher, substitute, coefficient) of every substitution that stands at the end: of the
            first one the lesson was annulled after the last year.
    """

    def __init__(self, years: int, classes: int, teachers: int, lessons_a_day: int) -> None:
        self.rng = random.Random(5)
        self.log = ListLog()
        self.teachers: list[list[str]] = []
        self.given: list[tuple[int, str, str, str, int]] = []
        self.first: tuple[str, int] | None = None
        self.given_first: tuple[str, str, int, str] = ("", "", 0, "")
        self.groups: list[str] = []
        self.actor = Actor(self.id(), "teacher")
        opened = j.SchoolOpened(clock="sample", name="Школа", origin=ORIGIN, time_zone="Europe/Moscow")
        self.command((f"school/{self.id()}", opened))
        staff = [self.teacher() for _ in range(teachers)]
        for year in range(years):
            self.teachers.append(list(staff))
            self.live(year, staff, classes, lessons_a_day)
            staff = [*staff[teachers // 2 :], *(self.teacher() for _ in range(teachers // 2))]
        self.annul_first()

    def id(self) -> str:
        return new_id(self.rng)

    def annul_first(self) -> None:
        assert self.first is not None
        stream, index = self.first
        header = j.LessonHeader(topic="Тема", number=1, starts_at="08:30", ends_at="09:15")
        self.command((stream, j.LessonAnnulled(corrects=index, old=header, new=None, reason="typo")))
        del self.given[0]

    def command(self, *recorded: tuple[str, j.Event]) -> list[int]:
        return self.log.append(*recorded, actor=self.actor, command=self.id(), after=timedelta(seconds=60))

    def teacher(self) -> str:
        teacher = self.id()
        self.command((f"person/{teacher}", j.PersonRegistered(kind="teacher", sd=())))
        return teacher

    def live(self, number: int, staff: list[str], classes: int, lessons_a_day: int) -> None:
        first = date(2026 + number, 9, 1)
        year = self.id()
        ends_on = (first + timedelta(days=272)).isoformat()
        opened = j.SchoolYearOpened(starts_on=first.isoformat(), ends_on=ends_on, title=str(first.year))
        self.command((f"year/{year}", opened))
        courses = [course for of in range(classes) for course in self.open_class(year, of, first, staff)]
        self.log.at = max(self.log.at, datetime(first.year, 9, 1, 6, tzinfo=UTC))
        days = [day for n in range(272) if (day := first + timedelta(days=n)).weekday() < 5][:170]
        for day in days:
            for lesson_number in range(lessons_a_day):
                course, teacher = courses[(lesson_number * 7 + day.toordinal()) % len(courses)]
                self.lesson(number, day.isoformat(), course, teacher, staff)

    def open_class(self, year: str, number: int, first: date, staff: list[str]) -> Iterator[tuple[str, str]]:
        group = self.id()
        self.groups.append(group)
        self.command(
            (f"class/{group}", j.ClassGroupOpened(year=year, grade=1 + number % 11, letter="АБВГ"[number % 4]))
        )
        for subject in ("Математика", "Физика", "История"):
            course, teacher = self.id(), self.rng.choice(staff)
            self.command(
                (f"course/{course}", j.CourseOpened(class_group=group, subject=subject, year=year)),
                (f"course/{course}", j.TeacherAssigned(teacher=teacher, starts_on=first.isoformat())),
            )
            yield course, teacher

    def lesson(self, year: int, day: str, course: str, teacher: str, staff: list[str], number: int = 1) -> None:
        stream = f"lesson/{self.id()}"
        substitute = self.rng.choice(staff) if self.rng.random() < 0.042 else teacher
        recorded: list[tuple[str, j.Event]] = [
            (
                stream,
                j.LessonRecorded(
                    course=course, teacher=substitute, held_on=day, number=number, starts_at="08:30", ends_at="09:15",
                    topic="Тема", attendance="taken",
                ),
            )
        ]  # fmt: skip
        if substitute != teacher:
            coefficient = self.rng.choice((80, 100))
            terms = j.SubstitutionRecorded(
                absent_teacher=teacher, reason="ill", basis="приказ № 1", same_subject=True, coefficient=coefficient
            )
            recorded.append((stream, terms))
            self.given.append((year, day, teacher, substitute, coefficient))
        indexes = self.command(*recorded)
        if substitute != teacher and self.first is None:
            self.first = (stream, indexes[0])
            self.given_first = (day, course, number, teacher)


class PlannedYears(Years):
    """The same with timetables: each class has 6 or 7 lessons a day, of which one in a hundred was not given.

    Attributes:
        missed: (day, course, number, teacher) of those.
    """

    def __init__(self, years: int, classes: int, teachers: int) -> None:
        self.missed: list[tuple[str, str, int, str]] = []
        super().__init__(years, classes, teachers, 0)

    def live(self, number: int, staff: list[str], classes: int, lessons_a_day: int) -> None:
        first = date(2026 + number, 9, 1)
        year, bells = self.id(), self.id()
        last = first + timedelta(days=272)
        starts_on, ends_on = first.isoformat(), last.isoformat()
        opened = j.SchoolYearOpened(starts_on=starts_on, ends_on=ends_on, title=str(first.year))
        self.command((f"year/{year}", opened))
        grades = tuple(range(1, 12))
        period = j.PeriodDefined(year=year, kind="year", number=1, grades=grades, starts_on=starts_on, ends_on=ends_on)
        self.command((f"period/{self.id()}", period))
        rings = tuple(Bell(number=n, starts_at=f"{7 + n:02}:30", ends_at=f"{8 + n:02}:15") for n in range(1, 8))
        self.command((f"bells/{bells}", BellScheduleSet(title="Звонки", effective_from=starts_on, lessons=rings)))
        winter = (first + timedelta(days=120)).isoformat(), (first + timedelta(days=130)).isoformat()
        off = DaysOffDeclared(starts_on=winter[0], ends_on=winter[1], title="Каникулы", grades=grades)
        self.command((f"calendar/{year}", off))
        weeks: list[list[tuple[int, int, str, str]]] = []
        for of in range(classes):
            courses = list(self.open_class(year, of, first, staff))
            week = [
                (weekday, n, *courses[(weekday + n) % 3]) for weekday in range(1, 6) for n in range(1, 7 + weekday % 2)
            ]
            lessons = tuple(
                TimetableLesson(course=course, weekday=weekday, number=n, weeks="every")
                for weekday, n, course, _ in week
            )
            set_ = TimetableSet(effective_from=starts_on, bells=bells, lessons=lessons)
            self.command((f"timetable/{self.groups[-1]}", set_))
            weeks.append(week)
        self.log.at = max(self.log.at, datetime(first.year, 9, 1, 6, tzinfo=UTC))
        days = [day for n in range(273) if (day := first + timedelta(days=n)).weekday() < 5]
        for day in days:
            if winter[0] <= day.isoformat() <= winter[1]:
                continue
            self.log.at = max(self.log.at, datetime(day.year, day.month, day.day, 6, tzinfo=UTC))
            for week in weeks:
                for weekday, n, course, teacher in week:
                    if weekday != day.isoweekday():
                        continue
                    if self.rng.random() < 0.01:
                        self.missed.append((day.isoformat(), course, n, teacher))
                    else:
                        self.lesson(number, day.isoformat(), course, teacher, staff, n)


@pytest.fixture(scope="module")
def planned() -> PlannedYears:
    return PlannedYears(years=2, classes=2, teachers=4)


@pytest.fixture(params=["sqlite", "postgres"])
def planned_views(request: pytest.FixtureRequest, tmp_path: Path, planned: PlannedYears) -> Iterator[Views]:
    sqlite = request.param == "sqlite"
    url = f"sqlite:{tmp_path}/views.db" if sqlite else views_dsn(request.getfixturevalue("postgres_database"))
    with Views.open(url, ORIGIN) as opened:
        opened.catch_up(planned.log)
        yield opened


@pytest.mark.parametrize(("first", "last"), [("2026-10-01", "2026-10-31"), ("2027-01-01", "2027-12-31"), (None, None)])
def test_missed_lessons_of_a_month_and_of_years_are_those_that_nobody_recorded(
    planned_views: Views, planned: PlannedYears, first: str | None, last: str | None
) -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    register = substitution_register(planned_views, from_date=first, to_date=last, at=now, now=now)
    assert register.missed is not None
    # The sample clock's last entry is of the last day, at seven in the morning: that day is not over.
    until = planned.log.at.date().isoformat()
    expected = [one for one in planned.missed if (first or "") <= one[0] <= (last or "9") and one[0] < until]
    if planned.first is not None and (first or "") <= planned.given_first[0] <= (last or "9"):
        expected.append(planned.given_first)
    assert expected
    assert sorted((row.held_on, row.course, row.number, row.teacher) for row in register.missed) == sorted(expected)
    employee = expected[0][3]
    own = substitution_register(planned_views, employee=employee, from_date=first, to_date=last, at=now, now=now)
    assert own.missed == tuple(row for row in register.missed if row.teacher == employee)
    (total,) = own.totals
    assert total.unreplaced_lessons == len(own.missed)


@pytest.fixture(scope="module")
def years() -> Years:
    return Years(years=3, classes=3, teachers=6, lessons_a_day=12)


@pytest.fixture(params=["sqlite", "postgres"])
def views(request: pytest.FixtureRequest, tmp_path: Path, years: Years) -> Iterator[Views]:
    sqlite = request.param == "sqlite"
    url = f"sqlite:{tmp_path}/views.db" if sqlite else views_dsn(request.getfixturevalue("postgres_database"))
    with Views.open(url, ORIGIN) as opened:
        opened.catch_up(years.log)
        yield opened


def test_an_employee_who_left_is_answered_for_as_those_who_stayed(views: Views, years: Years) -> None:
    gone = next(one for one in years.teachers[0] if one not in years.teachers[2])
    register = substitution_register(views, employee=gone)
    mine = [given for given in years.given if gone in given[2:4]]
    assert len(mine) > 5
    assert [row.held_on for row in register.rows] == [given[1] for given in mine]
    (total,) = register.totals
    assert total.given_lessons == sum(given[3] == gone for given in mine)
    assert total.given_coefficient == sum(given[4] for given in mine if given[3] == gone)
    assert total.missed_lessons == sum(given[2] == gone for given in mine)


@pytest.mark.parametrize(("first", "last"), [("2026-11-01", "2026-11-30"), ("2026-12-01", "2028-02-29"), (None, None)])
def test_a_month_of_a_past_year_and_a_range_over_years_are_one_answer(
    views: Views, years: Years, first: str | None, last: str | None
) -> None:
    register = substitution_register(views, from_date=first, to_date=last)
    expected = [given for given in years.given if (first or "") <= given[1] <= (last or "9")]
    assert expected
    assert sorted(
        (row.held_on, row.absent_teacher, row.substitute, row.coefficient) for row in register.rows
    ) == sorted(given[1:] for given in expected)
    assert register.lessons == len(expected)
    assert register.coefficient == sum(given[4] for given in expected)
    assert sum(total.given_lessons for total in register.totals) == len(expected)


def test_a_past_moment_knows_nothing_of_later_years_nor_of_what_they_annulled(views: Views, years: Years) -> None:
    register = substitution_register(views, at=datetime(2027, 8, 1, tzinfo=UTC))
    assert register.lessons == sum(given[0] == 0 for given in years.given) + 1
    assert years.first is not None
    assert register.rows[0].lesson_entry == years.first[1]


@pytest.mark.slow
def test_five_years_of_a_model_school_are_answered_in_one_question(tmp_path: Path) -> None:
    """As many lessons as a school of 1,000 pupils gives, all planned; marks and absences do not take part.

    How long each answer took is printed (pytest -s); two seconds are what a school may call easy (regulation 3.3), and
    a month or a day takes a tenth of that.
    """
    five = PlannedYears(years=5, classes=35, teachers=60)
    with Views.open(f"sqlite:{tmp_path}/views.db", ORIGIN) as opened:
        opened.rebuild(five.log)
        whole: tuple[str | None, str | None] = (None, None)
        february = ("2028-02-01", "2028-02-29")
        day = ("2028-02-02", "2028-02-02")
        for employee, days in ((None, whole), (five.teachers[0][0], whole), (None, february), (None, day)):
            begun = time.perf_counter()
            register = substitution_register(opened, employee=employee, from_date=days[0], to_date=days[1])
            seconds = time.perf_counter() - begun
            assert register.missed is not None
            print(f"{register.lessons} given for others, {len(register.missed)} missed, in {seconds:.3f} s")
            assert register.rows
