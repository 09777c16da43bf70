"""Who and what the sample school consists of, before a day has passed: people, classes, courses, periods.

Everything follows from the seed and the shape. Ids come from the seeded generator: a real school's are random.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import Final

from api.sample import curriculum
from api.sample.curriculum import HOURS, Specialty, Subject
from api.sample.draws import Draws
from api.sample.names import Name, Names
from api.sample.school_year import HALF_YEARS, HOUR, QUARTERS, Span, moment, school_days
from ledger.journal.vocabulary import PeriodKind, PersonKind, Relation

LETTERS: Final = "АБВГД"
_CLOSES_AFTER_DAYS: Final = 4
_QUARTER_GRADES: Final = tuple(range(1, 10))
_HALF_YEAR_GRADES: Final = (10, 11)


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a school is.

    Attributes:
        classes: how many classes of each grade, from grade 1 on.
        students: how many in all, spread evenly.
        quarters: how many quarters of the year are lived through, from the first on.
        teachers: how many of each specialty; None: as many as the hours need.
        has_office: whether the office works too (`api.sample.office`), so that every register has something.
    """

    classes: tuple[int, ...]
    students: int
    quarters: int = 4
    teachers: dict[Specialty, int] | None = None
    has_office: bool = False


SIZES: Final[dict[str, Shape]] = {
    "S": Shape(classes=(0, 0, 0, 0, 1), students=26, quarters=1),
    "demo": Shape(classes=(0, 1, 0, 0, 2), students=36, quarters=1, has_office=True),
    "M": Shape(classes=(4, 4, 3, 3, 4, 4, 3, 3, 3, 2, 2), students=1_000, teachers=curriculum.TEACHERS),
}
"""S: a class-quarter. demo: three small classes, a quarter. M: the model school's year."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person and, for the vault only, the name."""

    id: str
    kind: PersonKind
    name: Name


@dataclass(frozen=True, slots=True)
class Guardian:
    """A student's parent and, for the vault only, the name."""

    id: str
    student: str
    relation: Relation
    name: Name


@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period; ordinary entries are refused from the moment `closes_at` on."""

    id: str
    kind: PeriodKind
    grades: tuple[int, ...]
    span: Span
    closes_at: int

    @property
    def starts_on(self) -> date:
        """First day."""
        return self.span.starts_on

    @property
    def ends_on(self) -> date:
        """Last day."""
        return self.span.ends_on


@dataclass(slots=True)
class ClassGroup:
    """A class; `students` changes when pupils move."""

    id: str
    grade: int
    letter: str
    class_teacher: str
    students: list[str]
    courses: list[Course] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Grade and letter, such as ``5А``."""
        return f"{self.grade}{self.letter}"


@dataclass(slots=True, eq=False)
class Course:
    """A class's subject; `teacher` is the responsible one today, `held` how many lessons were held."""

    id: str
    group: ClassGroup
    subject: Subject
    teacher: str
    hours: int
    held: int = 0


@dataclass(frozen=True, slots=True)
class Roster:
    """The school on its first day."""

    school: str
    year: str
    administrator: Person
    deputy: Person
    teachers: dict[Specialty, list[Person]]
    students: list[Person]
    guardians: list[Guardian]
    classes: list[ClassGroup]
    periods: list[Period]
    days: list[date]
    bells: str
    year_period: str

    @property
    def grades(self) -> tuple[int, ...]:
        """The grades that there are, rising."""
        return tuple(sorted({group.grade for group in self.classes}))

    @property
    def staff(self) -> list[Person]:
        """Administrator, deputy head and all teachers."""
        return [self.administrator, self.deputy, *(person for group in self.teachers.values() for person in group)]

    def period_of(self, grade: int, day: date) -> Period:
        """Return the one period of the grade that holds the day."""
        return next(
            period for period in self.periods if grade in period.grades and period.starts_on <= day <= period.ends_on
        )


def make_roster(seed: int, shape: Shape) -> Roster:
    """Draw people, classes, courses and periods."""
    ids = Draws(seed, "ids")
    names = Names(seed)
    administrator = Person(ids.uuid(), "staff", names.adult())
    deputy = Person(ids.uuid(), "staff", names.adult())
    teachers: dict[Specialty, list[Person]] = {
        specialty: [Person(ids.uuid(), "teacher", names.adult()) for _ in range(count)]
        for specialty, count in (shape.teachers or _teachers_needed(shape)).items()
    }
    students: list[Person] = []
    classes: list[ClassGroup] = []
    sizes = _class_sizes(shape)
    for grade, count in enumerate(shape.classes, 1):
        for number in range(count):
            members = [Person(ids.uuid(), "student", names.student(grade)) for _ in range(next(sizes))]
            members.sort(key=lambda person: (person.name.family_name, person.name.given_name, person.id))
            students += members
            classes.append(ClassGroup(ids.uuid(), grade, LETTERS[number], "", [person.id for person in members]))
    _open_courses(ids, classes, teachers)
    return Roster(
        school=ids.uuid(),
        year=ids.uuid(),
        administrator=administrator,
        deputy=deputy,
        teachers=teachers,
        students=students,
        guardians=_guardians(seed, students, names),
        classes=classes,
        periods=_periods(ids, shape),
        days=school_days(ends_on=QUARTERS[shape.quarters - 1].ends_on),
        bells=ids.uuid(),
        year_period=ids.uuid(),
    )


def _guardians(seed: int, students: list[Person], names: Names) -> list[Guardian]:
    """Return one parent for each student: a mother with the daughter's family name, a father with the son's."""
    ids = Draws(seed, "ids", "guardians")
    return [
        Guardian(ids.uuid(), student.id, "mother" if student.name.is_womans else "father", names.parent(student.name))
        for student in students
    ]


def _class_sizes(shape: Shape) -> Iterator[int]:
    """Yield the sizes of the classes in order: as even as whole students allow."""
    count = sum(shape.classes)
    for number in range(count):
        yield (number + 1) * shape.students // count - number * shape.students // count


def _hours(classes: list[tuple[int, int]]) -> dict[Specialty, int]:
    """Return lessons a week by specialty, for (grade, number of classes)."""
    hours: dict[Specialty, int] = {}
    for grade, count in classes:
        for subject, lessons in HOURS[grade].items():
            specialty = curriculum.teacher_of(subject, grade)
            hours[specialty] = hours.get(specialty, 0) + lessons * count
    return hours


def _teachers_needed(shape: Shape) -> dict[Specialty, int]:
    """Return as many teachers as a load of 18 lessons a week asks for; primary classes have one each."""
    needed = {
        specialty: ceil(hours / 18)
        for specialty, hours in _hours(
            [(grade, count) for grade, count in enumerate(shape.classes, 1) if count]
        ).items()
    }
    if "primary" in needed:
        needed["primary"] = sum(shape.classes[:4])
    return needed


def _open_courses(ids: Draws, classes: list[ClassGroup], teachers: dict[Specialty, list[Person]]) -> None:
    """Give each class its courses; one teacher has all of a class's courses of the own specialty."""
    load = {person.id: 0 for group in teachers.values() for person in group}
    chosen: dict[tuple[str, Specialty], str] = {}
    bundles: dict[tuple[str, Specialty], int] = {}
    for group in classes:
        for subject, lessons in HOURS[group.grade].items():
            key = (group.id, curriculum.teacher_of(subject, group.grade))
            bundles[key] = bundles.get(key, 0) + lessons
    for key, lessons in sorted(bundles.items(), key=lambda item: -item[1]):
        teacher = min(teachers[key[1]], key=lambda person: load[person.id])
        chosen[key] = teacher.id
        load[teacher.id] += lessons
    leading: set[str] = set()
    for group in classes:
        for subject, lessons in HOURS[group.grade].items():
            teacher_id = chosen[group.id, curriculum.teacher_of(subject, group.grade)]
            group.courses.append(Course(ids.uuid(), group, subject, teacher_id, lessons))
        candidates = {course.teacher: None for course in group.courses}
        group.class_teacher = min(candidates, key=lambda teacher: teacher in leading)
        leading.add(group.class_teacher)


def _periods(ids: Draws, shape: Shape) -> list[Period]:
    """Return quarters for grades 1 to 9 and half-years for 10 and 11, as far as the school has these grades."""
    grades = {grade for grade, count in enumerate(shape.classes, 1) if count}
    periods = []
    kinds: list[tuple[PeriodKind, tuple[Span, ...], tuple[int, ...]]] = [
        ("quarter", QUARTERS, _QUARTER_GRADES),
        ("half_year", HALF_YEARS, _HALF_YEAR_GRADES),
    ]
    for kind, spans, of_kind in kinds:
        present = tuple(grade for grade in of_kind if grade in grades)
        for span in spans if present else ():
            closes_at = moment(span.ends_on) + _CLOSES_AFTER_DAYS * 24 * HOUR + 15 * HOUR
            periods.append(Period(ids.uuid(), kind, present, span, closes_at))
    return periods
