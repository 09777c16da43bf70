"""What lacks in a class's journal of the year before it is closed (regulation 3.2), as it was known at a position.

`ledger.journal.lacking` says what lacks; here it is given its rows: the set-up whole, of lessons what may lack, and of
marks and absences those alone of lessons with a written work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, Final

import orjson

from ledger.journal.course import Course
from ledger.journal.lacking import KeptJournal, KeptLesson, KeptSheet, Lack, lacking, settled
from ledger.journal.roster import ClassGroup, Enrollment
from ledger.journal.year import Period
from projections.reading import Answer, AsOf, Reader, resolve, stands
from projections.views.lookups import courses, memberships, periods
from projections.views.plan import read_plan
from projections.views.subgroups import subgroup_members

_CLASS: Final = f"""SELECT g.year, g.grade, g.letter, y.starts_on, y.ends_on
    FROM {{classes}} g JOIN {{years}} y ON y.year = g.year AND {stands("y")}
    WHERE g.class_group = :class_group AND {stands("g")}"""
_LESSONS: Final = f"""
    SELECT l.lesson, l.course, l.held_on, CASE WHEN l.stands = 1 THEN l.number END,
      l.attendance = 'taken' OR EXISTS (
        SELECT 1 FROM {{later_attendance}} t WHERE t.lesson = l.lesson AND {stands("t")})
    FROM {{courses}} o JOIN {{lessons}} l ON l.course = o.course AND {stands("l")}
    WHERE o.class_group = :class_group AND {stands("o")} ORDER BY l.fact"""
_OF_CLASS: Final = f"""{{courses}} o JOIN {{lessons}} l ON l.course = o.course AND {stands("l")}
    JOIN {{works}} w ON w.lesson = l.lesson AND w.written = 1 AND w.stands = 1 AND {stands("w")}"""
_WORKS: Final = f"""SELECT w.lesson, w.work FROM {_OF_CLASS}
    WHERE o.class_group = :class_group AND {stands("o")} ORDER BY w.fact"""
_MARKS: Final = f"""SELECT w.lesson, c.student, w.work FROM {_OF_CLASS}
    JOIN {{cells}} c ON c.lesson = w.lesson AND c.what = 'mark' AND c.work = w.work AND c.value IS NOT NULL
      AND {stands("c")}
    WHERE o.class_group = :class_group AND {stands("o")}"""
_ABSENCES: Final = f"""SELECT w.lesson, c.student FROM {_OF_CLASS}
    JOIN {{cells}} c ON c.lesson = w.lesson AND c.what = 'absence' AND c.value IS NOT NULL AND {stands("c")}
    WHERE o.class_group = :class_group AND {stands("o")}"""
_REQUESTS: Final = f"""SELECT l.lesson, r.request FROM {{courses}} o
    JOIN {{lessons}} l ON l.course = o.course AND {stands("l")}
    JOIN {{requests}} r ON r.lesson = l.lesson AND r.status = 'open' AND {stands("r")}
    WHERE o.class_group = :class_group AND {stands("o")} ORDER BY r.request"""
_SHEETS: Final = f"""SELECT s.sheet, s.course, s.period FROM {{courses}} o
    JOIN {{result_sheets}} s ON s.course = o.course AND {stands("s")}
    WHERE o.class_group = :class_group AND {stands("o")} ORDER BY s.entry"""
_RESULTS: Final = f"""SELECT s.sheet, r.student FROM {{courses}} o
    JOIN {{result_sheets}} s ON s.course = o.course AND {stands("s")}
    JOIN {{results}} r ON r.sheet = s.sheet AND r.what = 'period_mark' AND r.value IS NOT NULL AND {stands("r")}
    WHERE o.class_group = :class_group AND {stands("o")} ORDER BY r.fact"""
_RESULT_REQUESTS: Final = f"""SELECT s.sheet, r.request FROM {{courses}} o
    JOIN {{result_sheets}} s ON s.course = o.course AND {stands("s")}
    JOIN {{result_requests}} r ON r.sheet = s.sheet AND r.status = 'open' AND {stands("r")}
    WHERE o.class_group = :class_group AND {stands("o")} ORDER BY r.request"""
_REMARKS: Final = f"""SELECT r.remark FROM {{remarks}} r WHERE r.class_group = :class_group AND {stands("r")}
    AND NOT EXISTS (SELECT 1 FROM {{remark_closings}} d WHERE d.remark = r.remark AND {stands("d")})
    ORDER BY r.entry"""
_DECISIONS: Final = f"""SELECT d.decision, d.students FROM {{council}} d WHERE d.year = :year AND {stands("d")}
    AND NOT EXISTS (SELECT 1 FROM {{council}} n WHERE n.replaces = d.entry AND {stands("n")})"""


def journal_lacks(views: Reader, class_group: str, *, at: AsOf = None) -> Answer[Lack] | None:
    """What lacks in a class's journal, in the order of `ledger.journal.lacking`; None where there is no such class.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    asked = {"at": position, "class_group": class_group}
    found = views.select(_CLASS, asked)
    if not found:
        return None
    year, grade, letter, starts_on, ends_on = found[0]
    plan = read_plan(views, position, starts_on, ends_on, class_group=class_group)
    stays = memberships(views, class_group=class_group, at=position).rows
    group = ClassGroup(
        stream=f"class/{class_group}",
        version=0,
        year=year,
        grade=grade,
        letter=letter,
        class_teachers=(),
        roster=_stays((one.student, one.starts_on, one.ends_on) for one in stays),
    )
    cancelled: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    for one in chain.from_iterable(plan.cancelled.values()):
        cancelled[one.course].add((one.held_on, one.number))
    decisions = views.select(_DECISIONS, {"at": position, "year": year})
    journal = KeptJournal(
        group,
        _periods(views, year, grade, position),
        _courses(views, class_group, position),
        _lessons(views, asked),
        _sheets(views, asked),
        [remark for (remark,) in views.select(_REMARKS, asked)],
        plan.planners[class_group].timetables,
        plan.planners[class_group].calendar,
        cancelled,
        settled((code, orjson.loads(students)) for code, students in decisions),
    )
    return Answer(position, tuple(lacking(journal)))


def _stays(rows: Iterable[tuple[str, str, str | None]]) -> dict[str, tuple[Enrollment, ...]]:
    """Student -> stays, oldest first; students in the order in which they came."""
    found: dict[str, tuple[Enrollment, ...]] = {}
    for student, starts_on, ends_on in rows:
        found[student] = (*found.get(student, ()), Enrollment(starts_on, ends_on))
    return found


def _periods(views: Reader, year: str, grade: int, position: int) -> list[Period]:
    """The periods of a grade, as the year lists them."""
    rows = periods(views, year=year, grade=grade, at=position).rows
    return [
        Period(
            stream=f"period/{row.period}",
            version=0,
            year=year,
            kind=row.kind,  # type: ignore[arg-type] # a view's texts are those of the event
            number=row.number,
            grades=row.grades,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            closed=row.closed_by is not None,
        )
        for row in sorted(rows, key=lambda of: of.entry)
    ]


def _courses(views: Reader, class_group: str, position: int) -> list[Course]:
    """The courses of a class with the members of its subgroups, as they came."""
    members: defaultdict[str, list[tuple[str, str, str | None]]] = defaultdict(list)
    for one in subgroup_members(views, class_group=class_group, at=position).rows:
        members[one.course].append((one.student, one.starts_on, one.ends_on))
    return [
        Course(
            stream=f"course/{row.course}",
            version=0,
            class_group=class_group,
            subject=row.subject,
            year=row.year,
            subgroup=row.subgroup,
            members=_stays(members[row.course]),
        )
        for row in courses(views, class_group=class_group, at=position).rows
    ]


def _lessons(views: Reader, asked: Mapping[str, object]) -> list[KeptLesson]:
    written, waiting = _by_first(views.select(_WORKS, asked)), _by_first(views.select(_REQUESTS, asked))
    absent = _by_first(views.select(_ABSENCES, asked))
    marked: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for lesson, student, work in views.select(_MARKS, asked):
        marked[lesson].add((student, work))
    return [
        KeptLesson(
            lesson,
            course,
            held_on,
            number,
            bool(is_taken),
            written.get(lesson, ()),
            frozenset(absent.get(lesson, ())),
            marked.get(lesson, frozenset()),
            waiting.get(lesson, ()),
        )
        for lesson, course, held_on, number, is_taken in views.select(_LESSONS, asked)
    ]


def _sheets(views: Reader, asked: Mapping[str, object]) -> list[KeptSheet]:
    marked, waiting = _by_first(views.select(_RESULTS, asked)), _by_first(views.select(_RESULT_REQUESTS, asked))
    return [
        KeptSheet(sheet, course, period, marked.get(sheet, ()), waiting.get(sheet, ()))
        for sheet, course, period in views.select(_SHEETS, asked)
    ]


def _by_first(rows: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for first, second in rows:
        found.setdefault(first, []).append(second)
    return found
