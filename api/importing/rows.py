"""Tables as typed rows. A row with a cell at fault is left out after everything wrong with it has been noted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from api.importing import values
from api.importing.columns import Row
from api.importing.values import ClassName
from ledger.journal.plan_events import PlanItem
from ledger.journal.plans import ITEM_HOURS_MAX, ITEM_NUMBER_MAX
from ledger.journal.rules import ORDER_NUMBER_LENGTH_MAX
from ledger.journal.teaching import LESSON_NUMBER_MAX
from ledger.journal.timetable_events import Bell
from ledger.journal.vocabulary import Duty, PeriodKind, PersonKind, Relation, Weeks

PERSON_WORDS: Final[dict[str, str]] = {
    "ученик": "student",
    "ученица": "student",
    "student": "student",
    "учитель": "teacher",
    "teacher": "teacher",
    "сотрудник": "staff",
    "staff": "staff",
    "представитель": "guardian",
    "родитель": "guardian",
    "guardian": "guardian",
}
RELATION_WORDS: Final[dict[str, str]] = {
    "мать": "mother",
    "mother": "mother",
    "отец": "father",
    "father": "father",
    "опекун": "guardian",
    "попечитель": "guardian",
    "guardian": "guardian",
    "иное": "other",
    "other": "other",
}
PERIOD_WORDS: Final[dict[str, str]] = {
    "четверть": "quarter",
    "quarter": "quarter",
    "триместр": "trimester",
    "trimester": "trimester",
    "полугодие": "half_year",
    "half_year": "half_year",
    "год": "year",
    "year": "year",
}
_PERIOD_NUMBER_MAX: Final = {"quarter": 4, "trimester": 3, "half_year": 2, "year": 1}
WEEKDAY_WORDS: Final[dict[str, str]] = {
    spelling: str(number)
    for number, spellings in enumerate(
        (
            ("понедельник", "пн", "monday", "mon", "1"),
            ("вторник", "вт", "tuesday", "tue", "2"),
            ("среда", "ср", "wednesday", "wed", "3"),
            ("четверг", "чт", "thursday", "thu", "4"),
            ("пятница", "пт", "friday", "fri", "5"),
            ("суббота", "сб", "saturday", "sat", "6"),
        ),
        1,
    )
    for spelling in spellings
}

WEEKS_WORDS: Final[dict[str, str]] = {
    "каждая": "every",
    "every": "every",
    "нечётная": "odd",
    "нечетная": "odd",
    "odd": "odd",
    "чётная": "even",
    "четная": "even",
    "even": "even",
}
DUTY_WORDS: Final[dict[str, str]] = {
    "ведение журнала": "journal",
    "journal": "journal",
    "замещение": "substitute",
    "substitute": "substitute",
    "классное руководство": "class_teacher",
    "class_teacher": "class_teacher",
}


@dataclass(frozen=True, slots=True)
class YearRow:
    """The school year."""

    row: Row
    title: str
    starts_on: str
    ends_on: str


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A reporting period."""

    row: Row
    kind: PeriodKind
    number: int
    grades: tuple[int, ...]
    starts_on: str
    ends_on: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person; for a student the class, for a guardian codes of the students. Its repr shows nothing personal."""

    row: Row
    code: str
    kind: PersonKind
    values: tuple[tuple[str, str], ...]
    class_name: ClassName | None
    starts_on: str | None
    students: tuple[str, ...] = ()
    relation: Relation | None = None

    def __repr__(self) -> str:
        return f"PersonRow({self.row.file}:{self.row.line})"


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class group, the code of its class teacher, and from which day on; None where the file does not say."""

    row: Row
    name: ClassName
    class_teacher: str | None
    starts_on: str | None


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A course, from courses or from the timetable, and the code of its teacher."""

    row: Row
    class_name: ClassName
    subject: str
    teacher: str
    starts_on: str | None
    subgroup: str | None = None


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A student of a subgroup, by the school's code."""

    row: Row
    class_name: ClassName
    subject: str
    subgroup: str
    student: str
    starts_on: str | None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """An item of a course's lesson plan."""

    row: Row
    class_name: ClassName
    subject: str
    subgroup: str | None
    item: PlanItem


@dataclass(frozen=True, slots=True)
class TimetableRow:
    """A lesson of the week; `starts_on`, `bells`: None where the file does not say."""

    course: CourseRow
    weekday: str
    number: int
    starts_on: str | None = None
    bells: str | None = None
    weeks: Weeks = "every"


@dataclass(frozen=True, slots=True)
class BellRow:
    """A lesson of a bell schedule, which is known by its title."""

    row: Row
    title: str
    bell: Bell
    starts_on: str | None


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """Days without lessons, or with `as_weekday` one that is taught as this weekday (1 Monday)."""

    row: Row
    starts_on: str
    ends_on: str
    title: str
    grades: tuple[int, ...]
    as_weekday: int | None


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A teacher's duty by an order."""

    row: Row
    teacher: str
    duty: Duty
    order_number: str
    order_date: str
    starts_on: str | None


def read_year(row: Row) -> YearRow | None:
    """Read a row of the year table."""
    title = values.read_text(row, "title")
    starts_on, ends_on = _dates(row)
    if title is None or starts_on is None or ends_on is None:
        return None
    return YearRow(row, title, starts_on, ends_on)


def read_period(row: Row) -> PeriodRow | None:
    """Read a row of the periods table."""
    kind = values.read_word(row, "kind", PERIOD_WORDS)
    number = values.read_number(row, "number", 1, _PERIOD_NUMBER_MAX[kind] if kind else 4)
    grades = values.read_grades(row, "grades")
    starts_on, ends_on = _dates(row)
    if kind is None or number is None or grades is None or starts_on is None or ends_on is None:
        return None
    return PeriodRow(row, kind, number, grades, starts_on, ends_on)  # type: ignore[arg-type]


def read_person(row: Row) -> PersonRow | None:
    """Read a row of the people table."""
    before = row.problems.count
    code = values.read_code(row, "code")
    kind = values.read_word(row, "kind", PERSON_WORDS)
    personal = {
        "family_name": values.read_name(row, "family_name"),
        "given_name": values.read_name(row, "given_name"),
        "patronymic": values.read_name(row, "patronymic", needed=False),
        "birth_date": values.read_date(row, "birth_date", needed=kind == "student"),
    }
    born = personal["birth_date"]
    if born is not None and not "1900" <= born[:4] <= "2100":
        row.problem("birth_date", "bad_birth_date")
    class_name = values.read_class(row, "class", needed=kind == "student")
    if class_name is not None and kind in ("teacher", "staff", "guardian"):
        row.problem("class", "class_of_staff")
    students, relation = _wards(row, kind)
    starts_on = values.read_date(row, "starts_on", needed=False)
    if row.problems.count > before or code is None or kind is None:
        return None
    known = tuple((name, value) for name, value in personal.items() if value is not None)
    return PersonRow(row, code, kind, known, class_name, starts_on, students or (), relation)  # type: ignore[arg-type]


def _wards(row: Row, kind: str | None) -> tuple[tuple[str, ...] | None, str | None]:
    """Read whose representative a guardian is, and as what; nobody else has these."""
    if kind == "guardian":
        return values.read_codes(row, "students"), values.read_word(row, "relation", RELATION_WORDS)
    for column in ("students", "relation"):
        if kind is not None and row.text(column):
            row.problem(column, "guardian_only")
    return (), None


def read_class_group(row: Row) -> ClassRow | None:
    """Read a row of the classes table."""
    before = row.problems.count
    name = values.read_class(row, "class")
    class_teacher = values.read_code(row, "class_teacher", needed=False)
    starts_on = values.read_date(row, "starts_on", needed=False)
    if starts_on is not None and class_teacher is None:
        row.problem("class_teacher", "missing_value")
    if row.problems.count > before or name is None:
        return None
    return ClassRow(row, name, class_teacher, starts_on)


def read_course(row: Row) -> CourseRow | None:
    """Read a row of the courses table, or what a row of the timetable says of its course."""
    before = row.problems.count
    class_name = values.read_class(row, "class")
    subject = values.read_text(row, "subject")
    teacher = values.read_code(row, "teacher")
    starts_on = values.read_date(row, "starts_on", needed=False)
    subgroup = values.read_text(row, "subgroup", needed=False)
    if row.problems.count > before or class_name is None or subject is None or teacher is None:
        return None
    return CourseRow(row, class_name, subject, teacher, starts_on, subgroup)


def read_member(row: Row) -> MemberRow | None:
    """Read a row of the subgroups table."""
    before = row.problems.count
    class_name = values.read_class(row, "class")
    subject = values.read_text(row, "subject")
    subgroup = values.read_text(row, "subgroup")
    student = values.read_code(row, "student")
    starts_on = values.read_date(row, "starts_on", needed=False)
    if row.problems.count > before or class_name is None or subject is None or subgroup is None or student is None:
        return None
    return MemberRow(row, class_name, subject, subgroup, student, starts_on)


def read_plan_item(row: Row) -> PlanRow | None:
    """Read a row of the plans table."""
    before = row.problems.count
    class_name = values.read_class(row, "class")
    subject = values.read_text(row, "subject")
    subgroup = values.read_text(row, "subgroup", needed=False)
    number = values.read_number(row, "number", 1, ITEM_NUMBER_MAX)
    topic = values.read_text(row, "topic")
    hours = values.read_number(row, "hours", 1, ITEM_HOURS_MAX)
    homework = values.read_text(row, "homework", needed=False)
    planned_on = values.read_date(row, "planned_on", needed=False)
    if row.problems.count > before or class_name is None or subject is None:
        return None
    if number is None or topic is None or hours is None:
        return None
    item = PlanItem(number=number, topic=topic, hours=hours, homework=homework, planned_on=planned_on)
    return PlanRow(row, class_name, subject, subgroup, item)


def read_lesson(row: Row) -> TimetableRow | None:
    """Read a row of the timetable."""
    weekday = values.read_word(row, "weekday", WEEKDAY_WORDS)
    number = values.read_number(row, "number", 0, LESSON_NUMBER_MAX)
    course = read_course(row)
    values.read_text(row, "room", needed=False)
    before = row.problems.count
    bells = values.read_text(row, "bells", needed=False)
    weeks = values.read_word(row, "weeks", WEEKS_WORDS, empty="every")
    if row.problems.count > before or weekday is None or number is None or course is None:
        return None
    # The day is the timetable's; since when the teacher has the course, the courses table says.
    return TimetableRow(replace(course, starts_on=None), weekday, number, course.starts_on, bells, weeks)  # type: ignore[arg-type]


def read_bell(row: Row) -> BellRow | None:
    """Read a row of the bells table."""
    before = row.problems.count
    title = values.read_text(row, "title")
    number = values.read_number(row, "number", 0, LESSON_NUMBER_MAX)
    starts_at, ends_at = values.read_time(row, "starts_at"), values.read_time(row, "ends_at")
    starts_on = values.read_date(row, "starts_on", needed=False)
    if starts_at is not None and ends_at is not None and starts_at >= ends_at:
        row.problem("ends_at", "times_reversed")
    if row.problems.count > before or title is None or number is None or starts_at is None or ends_at is None:
        return None
    return BellRow(row, title, Bell(number=number, starts_at=starts_at, ends_at=ends_at), starts_on)


def read_calendar(row: Row) -> CalendarRow | None:
    """Read a row of the calendar: days off have a title, a day that is taught as another one is a single day."""
    before = row.problems.count
    starts_on = values.read_date(row, "starts_on")
    ends_on = values.read_date(row, "ends_on", needed=False) or starts_on
    grades = values.read_grades(row, "grades")
    weekday = values.read_word(row, "as_weekday", WEEKDAY_WORDS) if row.text("as_weekday") else None
    title = values.read_text(row, "title", needed=row.text("as_weekday") == "")
    if starts_on is not None and ends_on is not None and starts_on > ends_on:
        row.problem("ends_on", "dates_reversed")
    elif weekday is not None and starts_on != ends_on:
        row.problem("ends_on", "one_day")
    if row.problems.count > before or starts_on is None or ends_on is None or grades is None:
        return None
    return CalendarRow(row, starts_on, ends_on, title or "", grades, None if weekday is None else int(weekday))


def read_duty(row: Row) -> DutyRow | None:
    """Read a row of the duties table."""
    before = row.problems.count
    teacher = values.read_code(row, "teacher")
    duty = values.read_word(row, "duty", DUTY_WORDS)
    order_number = values.read_text(row, "order_number")
    if order_number is not None and len(order_number) > ORDER_NUMBER_LENGTH_MAX:
        row.problem("order_number", "order_too_long", str(ORDER_NUMBER_LENGTH_MAX))
    order_date = values.read_date(row, "order_date")
    starts_on = values.read_date(row, "starts_on", needed=False)
    if row.problems.count > before or teacher is None or duty is None or order_number is None or order_date is None:
        return None
    return DutyRow(row, teacher, duty, order_number, order_date, starts_on)  # type: ignore[arg-type]


def _dates(row: Row) -> tuple[str | None, str | None]:
    starts_on = values.read_date(row, "starts_on")
    ends_on = values.read_date(row, "ends_on")
    if starts_on is not None and ends_on is not None and starts_on > ends_on:
        row.problem("ends_on", "dates_reversed")
        return None, None
    return starts_on, ends_on
