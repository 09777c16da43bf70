"""Question 12: absences, by student, period and reason; and those that should make somebody look."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from ledger.journal.vocabulary import ABSENCE_WORDS
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.reading import LISTED_AT_ONCE, listing, stands
from projections.views.lookups import Membership, memberships, periods
from projections.views.subgroups import SubgroupMember, subgroup_members

FINDING_WORDS: Final = {
    "totals": "пропуски за период",
    "share": "пропущена большая доля уроков",
    "unexplained": "без причины дольше срока",
    "gap": "был между двумя пропусками одного дня",
    "marked": "отметка отсутствовавшему",
    "left": "внесено за дни после выбытия",
}
CODES: Final = tuple(ABSENCE_WORDS)


class Absence(NamedTuple):
    """A standing absence with its place; `code` None: another thing that was recorded of the student there."""

    entry: int
    student: str
    code: str | None
    lesson: str
    held_on: str
    number: int
    course: str


_CELL: Final = f"c.what = 'absence' AND c.value IS NOT NULL AND {stands('c')}"
# A mark beside an absence of the same student in the same lesson, but for a work that the student made up (R22).
_MARK: Final = f"""(SELECT min(x.entry) FROM {{cells}} x WHERE x.lesson = c.lesson AND x.student = c.student
      AND x.what = 'mark' AND x.value IS NOT NULL AND {stands("x")}
      AND NOT EXISTS (SELECT 1 FROM {{cells}} u WHERE u.lesson = x.lesson AND u.student = x.student
        AND u.work = x.work AND u.what = 'make_up' AND u.value IS NOT NULL AND {stands("u")}))"""
# CROSS JOIN: lessons come first, and then only their cells; a planner without statistics may begin with all cells.
_OF_LESSONS: Final = f"""{{lessons}} l CROSS JOIN {{cells}} c
    WHERE c.lesson = l.lesson AND l.stands = 1 AND {stands("l")} AND l.held_on BETWEEN :first AND :last AND {_CELL}"""


def absences(asked: Asked) -> Found:
    """Absences in one of the ways that the question names, or in all of them."""
    wanted = tuple(FINDING_WORDS) if asked["finding"] == "all" else (asked["finding"],)
    lessons = _lessons(asked)
    cells = [cell for cell in _cells(asked, with_marks="marked" in wanted) if cell[_LESSON] in lessons]
    rows: list[Row] = []
    if {"totals", "share"} & set(wanted):
        rows += _by_period(asked, cells, lessons, wanted)
    if {"unexplained", "gap", "marked"} & set(wanted):
        rows += _single(asked, cells, lessons, wanted)
    if "left" in wanted:
        rows += _behind_leaving(asked, lessons)
    counts = Counter(row[0] for row in rows)
    return Found(rows, {"absences": len(cells), **{finding: counts[finding] for finding in wanted}})


def _single(asked: Asked, cells: Sequence[_Cell], lessons: Mapping[str, _Lesson], wanted: Container[str]) -> list[Row]:
    """What is found of single absences."""
    found = [
        Absence._make((entry, student, code, lesson, *lessons[lesson][:_PLACE]))
        for entry, student, code, lesson, _ in cells
    ]
    rows: list[Row] = []
    if "unexplained" in wanted:
        rows += _unexplained(asked, found)
    if "gap" in wanted:
        rows += _gaps(asked, found)
    if "marked" in wanted:
        marks = {entry: mark for entry, _, _, _, mark in cells if mark is not None}
        for absence in found:
            if absence.entry in marks:
                entries = sorted([absence.entry, marks[absence.entry]])
                rows.append(("marked", *_place(asked, absence), *_NOTHING, None, entries))
    return rows


_Lesson: TypeAlias = tuple[str, int, str, str, int]
"""A lesson's day, number, course and class; and the number of that place: subgroups' lessons at once have one."""
_Cell: TypeAlias = tuple[int, str, str, str, int | None]
"""A standing absence: entry, student, code and lesson; and the mark beside it, where that is asked."""
_LESSON: Final = 3
_PLACE: Final = 3


def _lessons(asked: Asked) -> dict[str, _Lesson]:
    """Lessons that stand, of the class and days asked about."""
    condition, values = asked.of_courses
    sql = f"""SELECT l.lesson, l.held_on, l.number, l.course FROM {{lessons}} l
        WHERE {choosing.days_of_lessons(asked)} AND l.stands = 1 AND {stands("l")}{condition}"""
    rows = asked.select(sql, first=asked.first, last=asked.last, **values)
    groups = {course: class_group for course, (class_group, _) in asked.courses.items()}
    places: defaultdict[tuple[str, str, int], int] = defaultdict(count().__next__)
    return {
        lesson: (day, number, course, group := groups[course], places[group, day, number])
        for lesson, day, number, course in rows
    }


def _cells(asked: Asked, *, with_marks: bool) -> list[_Cell]:
    """Standing absences by entry, at least those from the lessons asked about."""
    condition, values = asked.selected(("student", "c.student"))
    source, days = f"{{cells}} c WHERE {_CELL}", {}
    if asked["student"] is None and choosing.is_of_few_lessons(asked):
        of_courses, more = asked.of_courses
        source, values = _OF_LESSONS + of_courses, {**values, **more}
        days = {"first": asked.first, "last": asked.last}
    mark = _MARK if with_marks else "NULL"
    sql = f"SELECT c.entry, c.student, c.value, c.lesson, {mark} FROM {source}{condition} ORDER BY c.entry"
    return asked.select(sql, **days, **values)


def _by_period(
    asked: Asked, cells: Iterable[_Cell], lessons: Mapping[str, _Lesson], wanted: Container[str]
) -> Iterator[Row]:
    """A line per student, class and period: lessons missed by reason, and their share of those held."""
    spans: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for period in periods(asked.views, at=asked.position).rows:
        for grade in period.grades:
            spans[grade].append((max(period.starts_on, asked.first), min(period.ends_on, asked.last)))
    held = _Held(asked, lessons)
    names, grades = asked.class_names, asked.grades
    grouped = held.missed(cells)
    for (class_group, student), of in sorted(grouped.items(), key=lambda item: (names[item[0][0]], item[0])):
        of.sort(key=_HELD_ON)
        days = [*map(_HELD_ON, of)]
        for starts_on, ends_on in spans[grades[class_group]]:
            within = of[bisect_left(days, starts_on) : bisect_right(days, ends_on)]
            if not within:
                continue
            given = held.between(class_group, student, starts_on, ends_on)
            _, at_once, entries, codes = zip(*within, strict=True)
            missed = len({*at_once})
            share = missed * 100 // given if given else None
            place = (starts_on, ends_on, names[class_group], None, None, student, None)
            line = (*place, missed, given, share, *map(codes.count, CODES), None)
            if "totals" in wanted:
                yield ("totals", *line, sorted(entries))
            if "share" in wanted and missed * 100 > asked["share"] * given:
                yield ("share", *line, sorted(entries))


_Missed: TypeAlias = tuple[str, int, int, str]
"""An absence: the day of its lesson and the number of that's place, its entry and its code."""
_HELD_ON: Final = itemgetter(0)


class _Held:
    """How many lessons a class had between two days, of those on which a student was in it.

    Two lessons of one class at one place of a day are those of its subgroups: one for a student.
    """

    def __init__(self, asked: Asked, lessons: Mapping[str, _Lesson]) -> None:
        self._lessons = lessons
        self._days: defaultdict[str, list[str]] = defaultdict(list)
        self._sums: defaultdict[str, list[int]] = defaultdict(lambda: [0])
        places = {place: (class_group, day) for day, _, _, class_group, place in lessons.values()}
        for (class_group, day), held in sorted(Counter(places.values()).items()):
            self._days[class_group].append(day)
            sums = self._sums[class_group]
            sums.append(sums[-1] + held)
        self._stays: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for row in memberships(asked.views, class_group=asked.values.get("class"), at=asked.position).rows:
            self._stays[row.class_group, row.student].append((row.starts_on, row.ends_on or "9999-12-31"))

    def missed(self, cells: Iterable[_Cell]) -> Mapping[tuple[str, str], list[_Missed]]:
        """Class and student -> the absences."""
        found: defaultdict[tuple[str, str], list[_Missed]] = defaultdict(list)
        lessons = self._lessons
        for entry, student, code, lesson, _ in cells:
            day, _, _, class_group, place = lessons[lesson]
            found[class_group, student].append((day, place, entry, code))
        return found

    def between(self, class_group: str, student: str, first: str, last: str) -> int:
        days, sums = self._days[class_group], self._sums[class_group]
        total = 0
        for starts_on, ends_on in self._stays[class_group, student]:
            begins = bisect_left(days, max(first, starts_on))
            ends = bisect_right(days, min(last, ends_on))
            total += max(0, sums[ends] - sums[begins])
        return total


def _unexplained(asked: Asked, found: list[Absence]) -> Iterator[Row]:
    """Absences whose reason is still not known so many days after."""
    today = choosing.known_day(asked)
    for absence in found:
        if absence.code == "absent" and choosing.days_before(today, asked["days"]) > absence.held_on:
            days = (date.fromisoformat(today) - date.fromisoformat(absence.held_on)).days
            yield ("unexplained", *_place(asked, absence), *_NOTHING, days, [absence.entry])


def _gaps(asked: Asked, found: list[Absence]) -> Iterator[Row]:
    """Two absences of a day with a lesson between them in which the student was, and attendance was taken."""
    by_day: defaultdict[tuple[str, str, str], dict[int, Absence]] = defaultdict(dict)
    for absence in found:
        by_day[asked.courses[absence.course][0], absence.student, absence.held_on][absence.number] = absence
    gaps = [
        (key, of[number], of[number + 2])
        for key, of in by_day.items()
        for number in sorted(of)
        if number + 2 in of and number + 1 not in of
    ]
    taken = _attendance(asked, {(class_group, day) for (class_group, _, day), _, _ in gaps})
    for (class_group, _, day), before, after in gaps:
        between = taken.get((class_group, day, before.number + 1))
        if between is not None:
            place = list(_place(asked, before))
            place[3] = before.number + 1
            yield ("gap", *place, *_NOTHING, None, sorted([before.entry, between, after.entry]))


def _attendance(asked: Asked, days: Collection[tuple[str, str]]) -> dict[tuple[str, str, int], int]:
    """Class, day and number of a lesson -> the entry that says that its attendance was taken."""
    sql = f"""SELECT g.class_group, g.day, l.number, CASE WHEN l.attendance = 'taken' THEN l.fact ELSE
          (SELECT min(t.entry) FROM {{later_attendance}} t WHERE t.lesson = l.lesson AND {stands("t")}) END
        FROM given g CROSS JOIN {{courses}} o CROSS JOIN {{lessons}} l
        WHERE o.class_group = g.class_group AND {stands("o")} AND l.course = o.course AND l.held_on = g.day
          AND l.stands = 1 AND {stands("l")} ORDER BY l.entry"""
    wanted = sorted(days)
    found: dict[tuple[str, str, int], int] = {}
    for start in range(0, len(wanted), LISTED_AT_ONCE):
        given, parameters = listing("class_group, day", wanted[start : start + LISTED_AT_ONCE], ("", ""))
        for *place, by in asked.select(f"{given} {sql}", **parameters):
            if by is not None:
                found[place[0], place[1], place[2]] = by
    return found


class _Stays:
    """Who was in which class and subgroup, of those who left one."""

    def __init__(self, asked: Asked) -> None:
        of = {"class_group": asked["class"], "student": asked["student"], "at": asked.position}
        self._stays: defaultdict[tuple[str, str], list[Membership | SubgroupMember]] = defaultdict(list)
        for stay in memberships(asked.views, **of).rows:
            self._stays[stay.class_group, stay.student].append(stay)
        for part in subgroup_members(asked.views, **of).rows:
            self._stays[part.course, part.student].append(part)
        self.left = {key[1] for key, stays in self._stays.items() if any(stay.ends_on for stay in stays)}

    def left_before(self, of: str, student: str, day: str) -> int | None:
        """The entry that says that a student had left a class or subgroup by a day; None: was there, or never was."""
        stays = self._stays.get((of, student), ())
        if any(stay.starts_on <= day and (stay.ends_on is None or day <= stay.ends_on) for stay in stays):
            return None
        return max((stay.left_by for stay in stays if stay.left_by and (stay.ends_on or day) < day), default=None)


def _behind_leaving(asked: Asked, lessons: Mapping[str, _Lesson]) -> Iterator[Row]:
    """What stands of a student in lessons held after the last day in the class or the subgroup.

    When it was recorded the student was there: the leaving was recorded later, from an earlier day on (1.7).
    """
    stays = _Stays(asked)
    wanted = sorted(stays.left)
    for start in range(0, len(wanted), LISTED_AT_ONCE):
        given, students = listing("student", [(one,) for one in wanted[start : start + LISTED_AT_ONCE]], ("",))
        sql = f"""{given} SELECT c.entry, c.student, c.what, c.value, c.lesson FROM given g
            CROSS JOIN {{cells}} c WHERE c.student = g.student AND c.value IS NOT NULL AND {stands("c")}
            ORDER BY c.entry"""
        for entry, student, what, value, lesson in asked.select(sql, **students):
            if (held := lessons.get(lesson)) is None:
                continue
            day, _, course, class_group, _ = held
            left = stays.left_before(class_group, student, day) or stays.left_before(course, student, day)
            if left is not None:
                cell = Absence(entry, student, value if what == "absence" else None, lesson, *held[:_PLACE])
                yield ("left", *_place(asked, cell), *_NOTHING, None, sorted([entry, left]))


def _place(asked: Asked, absence: Absence) -> tuple[str, str, str, int, str, str, str | None]:
    class_group, subject = asked.courses[absence.course]
    name = asked.class_names[class_group]
    return absence.held_on, absence.held_on, name, absence.number, subject, absence.student, absence.code


_NOTHING: Final = (None,) * (3 + len(CODES))

ABSENCES: Final = Question(
    number=12,
    slug="absences",
    title_ru="Пропуски: ученик × период по причинам; доля; без причины; был между пропусками; "
    "отметка отсутствовавшему; после выбытия",
    title_en="Absences: student × period by reason; share; unexplained; present in between; "
    "marked while absent; after leaving",
    answer=absences,
    parameters=(
        *(choosing.CLASS, choosing.STUDENT, choosing.HELD_FROM, choosing.HELD_TO),
        Parameter("finding", "choice", "что искать", "what to look for", choices=(*FINDING_WORDS, "all"),
                  default="totals"),
        Parameter("share", "number", "больше стольких процентов", "more than so many percent", most=100, default=30),
        Parameter("days", "number", "без причины дольше стольких дней", "unexplained for more than so many days",
                  most=366, default=5),
    ),
    columns=(
        *(Column("finding", "что найдено", words=FINDING_WORDS), Column("from", "с"), Column("to", "по")),
        *(choosing.CLASS_NAME, choosing.NUMBER, choosing.SUBJECT_NAME, choosing.STUDENT_ID),
        *(Column("code", "причина", words=ABSENCE_WORDS), Column("missed", "пропущено"), Column("held", "уроков")),
        Column("percent", "процент"),
        *(Column(code, word) for code, word in ABSENCE_WORDS.items()),
        *(Column("days", "дней"), ENTRIES),
    ),
    limits_ru="Доля — от внесённых уроков класса; уроки подгрупп на одном месте дня считаются за один. "
    "«Был» значит: посещаемость отмечена, пропуска нет. За дни после выбытия — также отметки и опоздания.",
    limits_en="The share is of the class's recorded lessons; those of subgroups at one place of a day count as one. "
    "Present means: attendance was taken and no absence stands. Of days after leaving: marks and lateness too.",
)  # fmt: skip
