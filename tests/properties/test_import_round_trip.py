from __future__ import annotations

import string
from datetime import date

from hypothesis import given, strategies as st

from api.importing import Problem, describe_plan, plan_import
from api.importing.columns import CLASSES, COURSES, PEOPLE, PERIODS, TABLES, TIMETABLE, YEAR, Table
from api.importing.steps import NewClass, NewCourse, NewEnrollment, NewPeriod, NewPerson, NewYear
from api.sample.tables import render

LETTERS = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
WORD = st.text(LETTERS + LETTERS.lower(), min_size=1, max_size=12)
NAME = st.builds(lambda words, joint: joint.join(words), st.lists(WORD, min_size=1, max_size=2), st.sampled_from(" -"))
DATE = st.dates(date(1950, 1, 1), date(2020, 12, 31))
CLASS = st.builds(lambda grade, letter: f"{grade}{letter}", st.integers(1, 12), st.sampled_from(LETTERS))
# What a subject may be called: quotes, delimiters and spaces inside have to survive.
SUBJECT = st.builds(lambda head, tail: (head + tail).strip(), WORD, st.text(LETTERS.lower() + ' ;,"()№%', max_size=15))


@st.composite
def rosters(draw: st.DrawFn) -> dict[str, list[list[str]]]:
    """Tables of a school that has nothing wrong with it."""
    classes = draw(st.lists(CLASS, min_size=1, max_size=4, unique=True))
    teachers = draw(st.lists(st.tuples(NAME, NAME, NAME, DATE), min_size=1, max_size=4, unique=True))
    students = draw(st.lists(st.tuples(NAME, NAME, NAME, DATE), max_size=8, unique=True))
    russian = draw(st.booleans())
    people = [
        [f"У{n}", "учитель", *names, _day(born, russian=russian), "", "", "", ""]
        for n, (*names, born) in enumerate(teachers)
    ]
    people += [
        [str(n), "student", *names, _day(born, russian=not russian), draw(st.sampled_from(classes)), "", "", ""]
        for n, (*names, born) in enumerate(students, 1)
    ]
    subjects = draw(st.lists(SUBJECT, max_size=4, unique=True))
    courses = [
        [name, subject, f"У{draw(st.integers(0, len(teachers) - 1))}", "", draw(st.sampled_from(["", "1-я", "А; 2"]))]
        for name in classes
        for subject in subjects
    ]
    return {
        "year.csv": _table(YEAR, [["2026/27", "01.09.2026", "2027-05-31"]]),
        "periods.csv": _table(PERIODS, [["четверть", "1", "1-9, 11", "01.09.2026", "23.10.2026"]]),
        "people.csv": _table(PEOPLE, people),
        "classes.csv": _table(CLASSES, [[name, "", ""] for name in classes]),
        "courses.csv": _table(COURSES, courses),
        "timetable.csv": _table(TIMETABLE, []),
    }


def _day(day: date, *, russian: bool) -> str:
    return day.strftime("%d.%m.%Y") if russian else day.isoformat()


def _table(table: Table, rows: list[list[str]]) -> list[list[str]]:
    return [[column.name for column in table.columns], *rows]


@given(tables=rosters(), encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1251"]), delimiter=st.sampled_from(";,"))
def test_what_is_written_is_read_in_every_encoding_and_delimiter(
    tables: dict[str, list[list[str]]], encoding: str, delimiter: str
) -> None:
    plan = plan_import({name: render(rows, encoding=encoding, delimiter=delimiter) for name, rows in tables.items()})
    assert plan.problems == ()
    people = [step for step in plan.steps if isinstance(step, NewPerson)]
    expected = [
        {"family_name": row[2], "given_name": row[3], "patronymic": row[4], "birth_date": _iso(row[5])}
        for row in tables["people.csv"][1:]
    ]
    assert [dict(step.values) for step in people] == expected
    assert [(step.student, str(step.name)) for step in plan.steps if isinstance(step, NewEnrollment)] == [
        (row[0], row[6]) for row in tables["people.csv"][1:] if row[6]
    ]
    assert [str(step.name) for step in plan.steps if isinstance(step, NewClass)] == [
        row[0] for row in tables["classes.csv"][1:]
    ]
    opened = [step for step in plan.steps if isinstance(step, NewCourse)]
    assert [[str(step.name), step.subject, step.teacher, step.subgroup or ""] for step in opened] == [
        [*row[:3], row[4]] for row in tables["courses.csv"][1:]
    ]
    assert [step.grades for step in plan.steps if isinstance(step, NewPeriod)] == [(*range(1, 10), 11)]
    assert sum(isinstance(step, NewYear) for step in plan.steps) == 1


@given(tables=rosters(), data=st.data())
def test_damage_anywhere_means_no_steps_or_a_readable_file(
    tables: dict[str, list[list[str]]], data: st.DataObject
) -> None:
    """One byte of one file becomes another: problems with a place, or a plan; never both, never an exception."""
    name = data.draw(st.sampled_from(sorted(tables)))
    raw = bytearray(render(tables[name], encoding=data.draw(st.sampled_from(["utf-8", "cp1251"]))))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    contents = {file: render(rows) for file, rows in tables.items()} | {name: bytes(raw)}
    plan = plan_import(contents)
    assert not (plan.problems and plan.steps)
    _check_places(plan.problems, contents)


@given(
    contents=st.dictionaries(
        st.one_of(st.sampled_from([f"{table.name}.csv" for table in TABLES]), st.text(max_size=12)),
        st.one_of(
            st.binary(max_size=400),
            st.text('код;,"\r\n \x00\ufeffклас5АA-=' + string.digits, max_size=200).map(lambda text: text.encode()),
        ),
        max_size=4,
    )
)
def test_any_bytes_give_problems_and_never_an_exception(contents: dict[str, bytes]) -> None:
    plan = plan_import(contents)
    assert plan.problems
    assert plan.steps == ()
    _check_places(plan.problems, contents)
    assert describe_plan(plan)


@given(
    table=st.sampled_from(TABLES),
    rows=st.lists(st.lists(st.text(max_size=20), min_size=3, max_size=8), max_size=6),
    delimiter=st.sampled_from(";,"),
)
def test_any_cells_under_right_headers_never_raise(table: Table, rows: list[list[str]], delimiter: str) -> None:
    width = len(table.columns)
    fitted = [(row + [""] * width)[:width] for row in rows]
    rendered = [[column.name for column in table.columns], *fitted]
    raw = render(rendered, encoding="utf-8", delimiter=delimiter) if _encodes(rendered) else b""
    plan = plan_import({f"{table.name}.csv": raw})
    assert not (plan.problems and plan.steps)
    _check_places(plan.problems, {f"{table.name}.csv": raw})


def _check_places(problems: tuple[Problem, ...], contents: dict[str, bytes]) -> None:
    for problem in problems:
        assert problem.file in contents or problem.kind == "no_year"
        assert 0 <= problem.line <= contents.get(problem.file, b"").count(b"\n") + 1
        assert problem.column >= 0
        assert "[" + problem.kind + "]" in str(problem)


def _encodes(rows: list[list[str]]) -> bool:
    try:
        "".join(map("".join, rows)).encode()
    except UnicodeEncodeError:
        return False
    return True


def _iso(day: str) -> str:
    return day if "-" in day else f"{day[6:]}-{day[3:5]}-{day[:2]}"
