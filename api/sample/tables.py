"""A sample school's roster and set-up as the CSV files that the import reads.

    python -m api.sample.tables examples            # writes the examples that are checked in

`examples/` is the model school (1,000 students, 35 classes, 60 teachers), `examples/small/` two classes to look at:
UTF-8 with BOM and `;`, as spreadsheets here like it. `examples/small/cp1251/` is the small one in Windows-1251.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from api.importing.columns import (
    BELLS,
    CALENDAR,
    CLASSES,
    COURSES,
    DUTIES,
    PEOPLE,
    PERIODS,
    TIMETABLE,
    YEAR,
    Table,
)
from api.sample import school_year
from api.sample.roster import Person, Roster, Shape
from api.sample.school import SampleSchool
from api.sample.timetable import Week

EXAMPLE_SEED: Final = 2026
SMALL_SHAPE: Final = Shape(classes=(0, 0, 0, 0, 1, 1), students=24)
"""Two small classes, 5А and 6А."""
_UTF8: Final = "utf-8-sig"
_ORDERED_ON: Final = date(2026, 8, 24)
_WORKING_SATURDAY: Final = date(2026, 11, 7)

_KINDS: Final = {"student": "ученик", "teacher": "учитель", "staff": "сотрудник"}
_PERIODS: Final = {"quarter": "четверть", "half_year": "полугодие"}
_WEEKDAYS: Final = ("понедельник", "вторник", "среда", "четверг", "пятница")


def tables(roster: Roster, week: Week) -> dict[str, list[list[str]]]:
    """Return file name -> rows, the header first; dates as Russian schools write them."""
    codes = {person.id: f"У{number:02}" for number, person in enumerate(roster.staff, 1)}
    classes = {student: group.title for group in roster.classes for student in group.students}
    numbers = {person.id: str(1000 + number) for number, person in enumerate(roster.students, 1)}
    year = [school_year.TITLE, _date(school_year.STARTS_ON), _date(school_year.ENDS_ON)]
    people = [_person(person, codes[person.id], "") for person in roster.staff]
    people += [_person(person, numbers[person.id], classes[person.id]) for person in roster.students]
    periods = [
        [
            _PERIODS[period.kind],
            str(period.span.number),
            ", ".join(map(str, period.grades)),  # "5-6" would come back from a spreadsheet as a date
            _date(period.starts_on),
            _date(period.ends_on),
        ]
        for period in roster.periods
    ]
    courses = [
        [group.title, course.subject.name, codes[course.teacher], ""]
        for group in roster.classes
        for course in group.courses
    ]
    lessons = [
        [_WEEKDAYS[place.weekday], str(place.number), group.title, course.subject.name, codes[course.teacher], ""]
        for group in roster.classes
        for place, course in week[group.id].items()
    ]
    return {
        "year.csv": _table(YEAR, [year]),
        "periods.csv": _table(PERIODS, periods),
        "people.csv": _table(PEOPLE, people),
        "classes.csv": _table(CLASSES, [[group.title, codes[group.class_teacher]] for group in roster.classes]),
        "courses.csv": _table(COURSES, courses),
        "bells.csv": _table(BELLS, _bells()),
        "calendar.csv": _table(CALENDAR, _calendar(roster)),
        "duties.csv": _table(DUTIES, _duties(roster, codes)),
        "timetable.csv": _table(TIMETABLE, lessons),
    }


def _bells() -> list[list[str]]:
    return [["Звонки", str(number), *times] for number, times in enumerate(school_year.BELLS, 1)]


def _calendar(roster: Roster) -> list[list[str]]:
    """The year's days off, and one Saturday that is taught as a Friday, to show how that is said."""
    grades = ", ".join(map(str, sorted({group.grade for group in roster.classes})))
    days_off = [
        [_date(first), "" if last == first else _date(last), title, grades, ""]
        for first, last, title in school_year.days_off()
    ]
    return [*days_off, [_date(_WORKING_SATURDAY), "", "", grades, "пятница"]]


def _duties(roster: Roster, codes: Mapping[str, str]) -> list[list[str]]:
    leading = {group.class_teacher for group in roster.classes}
    order = ["43-о", _date(_ORDERED_ON)]
    return [
        [codes[person.id], duty, *order]
        for person in roster.staff
        if person.kind == "teacher"
        for duty in ("ведение журнала", "классное руководство")
        if duty == "ведение журнала" or person.id in leading
    ]


def render(rows: Iterable[Sequence[str]], *, encoding: str = _UTF8, delimiter: str = ";") -> bytes:
    """Return rows as CSV, CRLF after each; a field in quotes only where it has to be."""
    return "".join(delimiter.join(_quoted(field, delimiter) for field in row) + "\r\n" for row in rows).encode(encoding)


def write_examples(folder: Path) -> list[Path]:
    """Write the example files; return their paths."""
    small = folder / "small"
    return [
        *_write(SampleSchool(EXAMPLE_SEED, "M"), folder, _UTF8),
        *_write(SampleSchool(EXAMPLE_SEED, SMALL_SHAPE), small, _UTF8),
        *_write(SampleSchool(EXAMPLE_SEED, SMALL_SHAPE), small / "cp1251", "cp1251"),
    ]


def _write(sample: SampleSchool, folder: Path, encoding: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    roster = sample.roster()
    made = tables(roster, sample.week(roster))
    for name, rows in made.items():
        (folder / name).write_bytes(render(rows, encoding=encoding))
    return [folder / name for name in made]


def _table(table: Table, rows: list[list[str]]) -> list[list[str]]:
    """Put the header before rows, which may leave out the last columns (guardians are left out)."""
    width = len(rows[0])
    return [[column.russian for column in table.columns[:width]], *rows]


def _person(person: Person, code: str, class_title: str) -> list[str]:
    name = person.name
    born = _date(name.birth_date)
    return [code, _KINDS[person.kind], name.family_name, name.given_name, name.patronymic, born, class_title, ""]


def _date(day: date) -> str:
    return f"{day.day:02}.{day.month:02}.{day.year}"


def _quoted(field: str, delimiter: str) -> str:
    if any(mark in field for mark in (delimiter, '"', "\r", "\n")):
        return '"' + field.replace('"', '""') + '"'
    return field


if __name__ == "__main__":
    for written_path in write_examples(Path(sys.argv[1])):
        sys.stdout.write(f"{written_path}\n")
