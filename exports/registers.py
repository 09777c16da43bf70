"""The tables of an archive, asked from the views as of its last entry (`verify/spec/tables.md`).

Rows come in pages by the entry that they begin with, so memory does not grow with the archive; only people, classes,
courses and enrolments are held whole, and a school has some thousands of those.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from exports.control_tables import control_tables
from exports.excuse_tables import excuse_tables
from exports.homework_tables import homework_tables
from exports.names import Names, Open
from exports.oversight import Oversight
from exports.paging import pages
from exports.people_tables import people_tables
from exports.results import result_tables
from exports.service_tables import service_tables
from exports.tables import Table, typed
from exports.work_tables import work_tables
from ledger.journal.vocabulary import (
    ABSENCE_WORDS,
    CANCELLATION_WORDS,
    DUTY_WORDS,
    FACT_WORDS,
    MARK_WORDS,
    PERSON_WORDS,
    PLAN_WORDS,
    REASON_WORDS,
    SUBSTITUTION_WORDS,
    WEEKS_WORDS,
    WORK_WORDS,
)
from ledger.wire.canonical import format_canonical
from projections.reading import Reader, command_join, stands
from projections.views.duties import duties
from projections.views.lookups import classes, courses, persons
from projections.views.plans import statements
from projections.views.regulation import regulation
from projections.views.subgroups import subgroup_members
from projections.views.timetable_entries import bell_schedules, calendar, timetables

_ENTRY, _AT, _LESSON, _DAY = "entry (запись)", "at (внесено)", "lesson (урок)", "held_on (дата)"
_CLASS, _SUBJECT, _STUDENT, _NAME = "class (класс)", "subject (предмет)", "student (ученик)", "name (имя)"
_RECORDED, _STANDING = "recorded (внесено значение)", "standing (действует значение)"
_STANDING_ENTRY = "standing_entry (действует запись)"

_SUBGROUP: Final = "subgroup (подгруппа)"
_NUMBER, _SIGNED_ON = "order_number (номер приказа)", "order_date (дата приказа)"

_CERTIFICATES: Final = (
    *(_ENTRY, _AT, _STUDENT, _NAME, "starts_on (с)", "ends_on (по)", "code (код)"),
    *("basis (основание)", "annulled_by (аннулирована записью)"),
)
_CANCELLATIONS: Final = (
    *(_ENTRY, _AT, "course (курс)", _CLASS, _SUBJECT, _DAY, "number (номер)", "reason (причина)"),
    *("basis (основание)", "moved_to (перенесён)", "merged_with (объединён с курсом)"),
    "withdrawn_by (отмена снята записью)",
)
_SUBSTITUTION_PLANS: Final = (
    *(_ENTRY, _AT, "course (курс)", _CLASS, _SUBJECT, _DAY, "number (номер)", "absent_teacher (отсутствует)"),
    *("absent_name (кто отсутствует)", "substitute (замещает)", "substitute_name (кто замещает)"),
    *("reason (причина)", "basis (основание)", "same_subject (тот же предмет)", "coefficient (коэффициент, сотые)"),
    "ended_by (снято или заменено записью)",
)

# The moment of an entry is its command's; commands are found by their first entry.
_AT_OF: Final = "(SELECT m.at FROM {{commands}} m WHERE m.entry <= {} ORDER BY m.entry DESC LIMIT 1)"


@dataclass(frozen=True, slots=True)
class _Course:
    """What rows say of a course: class name, subject, and subgroup or nothing."""

    class_name: str
    subject: str
    subgroup: str


class Registers:
    """The tables of one archive.

    Args:
        views: whom to ask.
        position: tree size at which the archive ends.
        open_: opens disclosures for this receiver; None: nobody has a name.
    """

    def __init__(self, views: Reader, position: int, open_: Open | None) -> None:
        self._views = views
        self._position = position
        self._open: Open = open_ or (lambda _: {})
        self._names = Names(views, position, self._open)
        self._orders = regulation(views, at=position)
        self._classes = {row.class_group: row.name for row in classes(views, at=position).rows}
        self._courses = {
            row.course: _Course(self._classes.get(row.class_group, ""), row.subject, row.subgroup or "")
            for row in courses(views, at=position).rows
        }

    def tables(self) -> list[Table]:
        """All of them, in the order of the specification; rows are read when they are written."""
        return [
            Table("people", (_ENTRY, "person (человек)", "kind (кто)", _NAME), self._people()),
            Table(
                "enrollments",
                (_ENTRY, _CLASS, _STUDENT, _NAME, "starts_on (с)", "ends_on (по)"),
                self._enrollments(),
            ),
            *self._course_tables(),
            Table(
                "lessons",
                (
                    *(_ENTRY, _AT, _LESSON, _DAY, "number (номер)", _CLASS, _SUBJECT, _SUBGROUP),
                    *(
                        "teacher (учитель)",
                        "topic (тема)",
                        "plan_items (пункты плана)",
                        "attendance (посещаемость)",
                        "homework (домашнее задание)",
                        "due_on (к дате)",
                        "due_lesson (к уроку)",
                    ),
                    _STANDING_ENTRY,
                ),
                self._lessons(),
            ),
            *homework_tables(self._views, self._position, self._class_and_subject),
            Table(
                "marks",
                (
                    *(_ENTRY, _AT, _LESSON, _DAY, _CLASS, _SUBJECT, _STUDENT, _NAME, "kind (вид работы)"),
                    *(_RECORDED, _STANDING, _STANDING_ENTRY),
                ),
                self._marks(),
            ),
            *work_tables(self._pages, self._class_and_subject, self._name),
            Table(
                "absences",
                (_ENTRY, _AT, _LESSON, _DAY, _CLASS, _SUBJECT, _STUDENT, _NAME, _RECORDED, _STANDING, _STANDING_ENTRY),
                self._absences(),
            ),
            Table(
                "substitutions",
                (
                    *(_ENTRY, _AT, _LESSON, _DAY, _CLASS, _SUBJECT, "absent_teacher (отсутствовал)"),
                    *("absent_name (кто отсутствовал)", "substitute (замещал)", "substitute_name (кто замещал)"),
                    *("reason (причина)", "basis (основание)", "same_subject (тот же предмет)"),
                    *("coefficient (коэффициент, сотые)", "held (урок действует)", _STANDING_ENTRY),
                ),
                self._substitutions(),
            ),
            Table(
                "corrections",
                (
                    *(_ENTRY, _AT, "fact (что)", "corrects (исправляет запись)", _LESSON, _STUDENT, "old (было)"),
                    *("new (стало)", "reason (причина)", "note (пояснение)", "basis (основание)", "request (заявка)"),
                    "actor (кто внёс)",
                ),
                self._corrections(),
            ),
            *self._plan_tables(),
            Table("certificates", _CERTIFICATES, self._certificates()),
            Table("cancellations", _CANCELLATIONS, self._cancellations()),
            Table("substitution_plans", _SUBSTITUTION_PLANS, self._substitution_plans()),
            *self._order_tables(),
            *result_tables(self._views, self._position, self._names.at, self._open),
        ]

    def _order_tables(self) -> list[Table]:
        """What the director's orders put in force."""
        return [
            Table(
                "regulations",
                (_ENTRY, _NUMBER, _SIGNED_ON, "effective_from (действует с)", "parameters (параметры)"),
                self._regulations(),
            ),
            Table(
                "duties",
                (
                    *(_ENTRY, "person (человек)", _NAME, "duty (обязанность)", _NUMBER, _SIGNED_ON),
                    *("starts_on (с)", "ends_on (по)"),
                ),
                self._duties(),
            ),
            Table(
                "responsible",
                (_ENTRY, "person (человек)", _NAME, _NUMBER, _SIGNED_ON, "starts_on (с)"),
                self._responsible(),
            ),
            *people_tables(self._views, self._position, self._name),
            *control_tables(self._views, self._position, self._name, self._classes, self._open),
            *excuse_tables(self._views, self._position, self._name, self._classes, self._open),
            *service_tables(self._views, self._position),
            *Oversight(self._views, self._position, self._open, self._name).tables(),
        ]

    def _plan_tables(self) -> list[Table]:
        """What should have been taught when."""
        return [
            Table(
                "calendar",
                (
                    *(_ENTRY, "starts_on (с)", "ends_on (по)", "grades (параллели)", "as_weekday (как день недели)"),
                    *("title (название)", "revoked_by (отменено записью)"),
                ),
                self._calendar(),
            ),
            Table(
                "bells",
                (
                    *(_ENTRY, "bells (звонки)", "title (название)", "effective_from (действует с)", "number (номер)"),
                    *("starts_at (начало)", "ends_at (конец)"),
                ),
                self._bells(),
            ),
            Table(
                "timetables",
                (
                    *(_ENTRY, _CLASS, "effective_from (действует с)", "bells (звонки)", "weekday (день недели)"),
                    *("number (номер)", "weeks (недели)", "course (курс)", _SUBJECT),
                ),
                self._timetables(),
            ),
        ]

    def _course_tables(self) -> list[Table]:
        course = (_ENTRY, "course (курс)", _CLASS, _SUBJECT, _SUBGROUP)
        return [
            Table("courses", course, self._course_rows()),
            Table(
                "plans",
                (
                    *(*course, "number (номер)", "topic (тема)", "hours (часов)", "homework (домашнее задание)"),
                    *("planned_on (по плану)", "reason (причина)", "basis (основание)"),
                ),
                self._plan_rows(),
            ),
            Table("subgroups", (*course, _STUDENT, _NAME, "starts_on (с)", "ends_on (по)"), self._subgroup_rows()),
        ]

    def _name(self, person: str, entry: int) -> str:
        return typed(self._names.at(person, entry))

    def name_at_the_end(self, person: str) -> str:
        """A person's name as it stands at the archive's end; the id where nothing of it may be read."""
        return self._names.at(person)

    def _pages(self, sql: str) -> Iterator[tuple[Any, ...]]:
        return pages(self._views, self._position, sql)

    def _people(self) -> Iterator[Sequence[str]]:
        for person in sorted(persons(self._views, at=self._position).rows, key=lambda row: row.entry):
            yield str(person.entry), person.person, PERSON_WORDS[person.kind], self._name(person.person, person.entry)

    def _enrollments(self) -> Iterator[Sequence[str]]:
        sql = f"""SELECT e.entry, e.class_group, e.student, e.starts_on,
            (SELECT l.ends_on FROM {{leavings}} l WHERE l.class_group = e.class_group AND l.student = e.student
              AND l.entry > e.entry AND {stands("l")} ORDER BY l.entry LIMIT 1)
            FROM {{enrollments}} e WHERE {stands("e")} AND e.entry > :after ORDER BY e.entry"""
        for entry, class_group, student, starts_on, ends_on in self._pages(sql):
            name = typed(self._classes.get(class_group, ""))
            yield str(entry), name, student, self._name(student, entry), starts_on, ends_on or ""

    def _course_rows(self) -> Iterator[Sequence[str]]:
        for row in sorted(courses(self._views, at=self._position).rows, key=lambda row: row.entry):
            yield str(row.entry), row.course, *self._class_and_subject(row.course), typed(row.subgroup or "")

    def _subgroup_rows(self) -> Iterator[Sequence[str]]:
        for row in subgroup_members(self._views, at=self._position).rows:
            yield (
                *(str(row.entry), row.course, *self._class_and_subject(row.course), typed(row.subgroup)),
                *(row.student, self._name(row.student, row.entry), row.starts_on, row.ends_on or ""),
            )

    def _class_and_subject(self, course: str) -> tuple[str, str]:
        found = self._courses[course]
        return typed(found.class_name), typed(found.subject)

    def _plan_rows(self) -> Iterator[Sequence[str]]:
        for stated in statements(self._views, at=self._position):
            course = (
                stated.course,
                *self._class_and_subject(stated.course),
                typed(self._courses[stated.course].subgroup),
            )
            for number, item in stated.items:
                shown = ["", "", "", ""]
                if item is not None:
                    shown = [typed(item.topic), str(item.hours), typed(item.homework or ""), item.planned_on or ""]
                reason = PLAN_WORDS[stated.reason] if stated.reason else ""
                yield (str(stated.entry), *course, str(number), *shown, reason, typed(stated.basis or ""))

    def _lessons(self) -> Iterator[Sequence[str]]:
        sql = f"""SELECT f.entry, {_AT_OF.format("f.entry")}, f.lesson, f.held_on, s.number, f.course, f.teacher,
              s.topic, s.plan_items, s.stands, s.entry, f.attendance,
              (SELECT count(*) FROM {{later_attendance}} a WHERE a.lesson = f.lesson AND {stands("a")}),
              h.text, h.due_on, h.due_lesson
            FROM {{lessons}} f
            JOIN {{lessons}} s ON s.lesson = f.lesson AND s.fact = f.entry AND {stands("s")}
            LEFT JOIN {{homework}} h ON h.lesson = f.lesson AND h.stands = 1 AND {stands("h")}
            WHERE f.fact = f.entry AND f.entry < :at AND f.entry > :after ORDER BY f.entry"""
        for row in self._pages(sql):
            entry, at, lesson, day, number, course, teacher, topic, covered, *rest = row
            standing, by, attendance, later, text, due_on, due_lesson = rest
            yield (
                *(str(entry), at, lesson, day, str(number), *self._class_and_subject(course)),
                *(typed(self._courses[course].subgroup), self._name(teacher, entry)),
                typed(topic) if standing else "аннулирован",
                ", ".join(map(str, orjson.loads(covered or "[]"))) if standing else "",
                "да" if attendance == "taken" or later else "нет",
                "" if text is None else typed(text) or "нет задания",
                *(due_on or "", typed(due_lesson or "")),
                "" if by == entry else str(by),
            )

    def _marks(self) -> Iterator[Sequence[str]]:
        sql = f"""SELECT f.entry, {_AT_OF.format("f.entry")}, f.lesson, l.held_on, l.course, f.student, f.value,
              s.value, s.entry,
              (SELECT w.kind FROM {{works}} w WHERE w.lesson = f.lesson AND w.work = f.work AND {stands("w")}
                ORDER BY w.entry DESC LIMIT 1)
            {_STANDING_CELLS} AND f.what = 'mark' ORDER BY f.entry"""
        for entry, at, lesson, day, course, student, recorded, standing, by, kind in self._pages(sql):
            yield (
                *(str(entry), at, lesson, day, *self._class_and_subject(course), student, self._name(student, entry)),
                *(WORK_WORDS[kind], _mark(recorded), _mark(standing), "" if by == entry else str(by)),
            )

    def _absences(self) -> Iterator[Sequence[str]]:
        sql = f"""SELECT f.entry, {_AT_OF.format("f.entry")}, f.lesson, l.held_on, l.course, f.student, f.value,
              s.value, s.entry, f.what
            {_STANDING_CELLS} AND f.what NOT IN ('mark', 'make_up') ORDER BY f.entry"""
        for entry, at, lesson, day, course, student, recorded, standing, by, what in self._pages(sql):
            yield (
                *(str(entry), at, lesson, day, *self._class_and_subject(course), student, self._name(student, entry)),
                *(_value(what, recorded), _value(what, standing), "" if by == entry else str(by)),
            )

    def _substitutions(self) -> Iterator[Sequence[str]]:
        sql = f"""SELECT f.entry, {_AT_OF.format("f.entry")}, f.lesson, l.held_on, l.course, f.absent_teacher,
              l.teacher, s.reason, s.basis, s.same_subject, s.coefficient, l.stands, s.entry
            FROM {{substitutions}} f
            JOIN {{substitutions}} s ON s.lesson = f.lesson AND s.fact = f.entry AND {stands("s")}
            JOIN {{lessons}} l ON l.lesson = f.lesson AND {stands("l")}
            WHERE f.fact = f.entry AND f.entry < :at AND f.entry > :after ORDER BY f.entry"""
        for row in self._pages(sql):
            entry, at, lesson, day, course, absent, substitute, reason, basis, same, coefficient, held, by = row
            yield (
                *(str(entry), at, lesson, day, *self._class_and_subject(course)),
                *(absent, self._name(absent, entry), substitute, self._name(substitute, entry)),
                *(SUBSTITUTION_WORDS[reason], typed(basis), _yes(same), str(coefficient), _yes(held)),
                "" if by == entry else str(by),
            )

    def _corrections(self) -> Iterator[Sequence[str]]:
        sql = f"""SELECT k.entry, m.at, k.what, k.corrects, k.lesson, c.student, k.old, k.new, k.reason, k.note,
              k.basis, k.request, m.actor
            FROM {{corrections}} k
            {command_join("k.entry")}
            LEFT JOIN {{cells}} c ON c.entry = k.entry
            WHERE {stands("k")} AND k.entry > :after ORDER BY k.entry"""
        for row in self._pages(sql):
            entry, at, what, corrects, lesson, student, old, new, reason, note, basis, request, actor = row
            disclosed = self._open([note]) if note else {}
            yield (
                *(str(entry), at, FACT_WORDS[what], str(corrects), lesson, student or ""),
                *(_shown(what, old), _shown(what, new), REASON_WORDS[reason]),
                typed(disclosed[note][1]) if note in disclosed else "",
                typed(basis or ""),
                "" if request is None else str(request),
                actor,
            )

    def _certificates(self) -> Iterator[Sequence[str]]:
        sql = f"""SELECT c.fact, {_AT_OF.format("c.fact")}, c.student, c.starts_on, c.ends_on, c.code, c.basis, c.entry
            FROM {{certificates}} c WHERE {stands("c")} AND c.fact > :after ORDER BY c.fact"""
        for entry, at, student, starts_on, ends_on, code, basis, by in self._pages(sql):
            yield (
                *(str(entry), at, student, self._name(student, entry), starts_on, ends_on, ABSENCE_WORDS[code]),
                *(typed(basis), "" if by == entry else str(by)),
            )

    def _cancellations(self) -> Iterator[Sequence[str]]:
        sql = f"""SELECT c.fact, {_AT_OF.format("c.fact")}, c.course, c.held_on, c.number, c.reason, c.basis,
              c.moved_on, c.moved_number, c.merged_with, c.entry
            FROM {{cancellations}} c WHERE {stands("c")} AND c.fact > :after ORDER BY c.fact"""
        for entry, at, course, day, number, reason, basis, moved_on, moved_number, merged_with, by in self._pages(sql):
            moved = format_canonical({"held_on": moved_on, "number": moved_number}).decode() if moved_on else ""
            yield (
                *(str(entry), at, course, *self._class_and_subject(course), day, str(number)),
                *(CANCELLATION_WORDS[reason], typed(basis), moved, merged_with or ""),
                "" if by == entry else str(by),
            )

    def _substitution_plans(self) -> Iterator[Sequence[str]]:
        sql = f"""SELECT p.entry, {_AT_OF.format("p.entry")}, p.course, p.held_on, p.number, p.absent_teacher,
              p.substitute, p.reason, p.basis, p.same_subject, p.coefficient, e.entry
            FROM {{substitution_plans}} p
            LEFT JOIN {{substitution_plan_ends}} e ON e.plan = p.entry AND {stands("e")}
            WHERE {stands("p")} AND p.entry > :after ORDER BY p.entry"""
        for entry, at, course, day, number, absent, other, reason, basis, same, coefficient, by in self._pages(sql):
            yield (
                *(str(entry), at, course, *self._class_and_subject(course), day, str(number)),
                *(absent, self._name(absent, entry), other, self._name(other, entry), SUBSTITUTION_WORDS[reason]),
                *(typed(basis), "да" if same else "нет", str(coefficient), "" if by is None else str(by)),
            )

    def _regulations(self) -> Iterator[Sequence[str]]:
        for row in self._orders.versions:
            parameters = format_canonical(row.parameters).decode()
            yield str(row.entry), typed(row.order_number), row.order_date, row.effective_from, parameters

    def _duties(self) -> Iterator[Sequence[str]]:
        for row in duties(self._views, at=self._position).rows:
            order = (typed(row.order_number), row.order_date, row.starts_on, row.ends_on or "")
            yield str(row.entry), row.person, self._name(row.person, row.entry), DUTY_WORDS[row.duty], *order

    def _calendar(self) -> Iterator[Sequence[str]]:
        for row in calendar(self._views, at=self._position).rows:
            grades = ", ".join(map(str, row.grades))
            weekday = "" if row.as_weekday is None else str(row.as_weekday)
            revoked = "" if row.revoked_by is None else str(row.revoked_by)
            yield str(row.entry), row.starts_on, row.ends_on, grades, weekday, typed(row.title or ""), revoked

    def _bells(self) -> Iterator[Sequence[str]]:
        for row in bell_schedules(self._views, at=self._position).rows:
            for lesson in row.lessons:
                head = (str(row.entry), row.bells, typed(row.title), row.effective_from, str(lesson["number"]))
                yield *head, lesson["starts_at"], lesson["ends_at"]

    def _timetables(self) -> Iterator[Sequence[str]]:
        for row in timetables(self._views, at=self._position).rows:
            head = (str(row.entry), typed(self._classes.get(row.class_group, "")), row.effective_from, row.bells)
            for lesson in row.lessons:
                course = self._courses.get(lesson["course"])
                place = (str(lesson["weekday"]), str(lesson["number"]), WEEKS_WORDS[lesson["weeks"]])
                yield *head, *place, lesson["course"], typed(course.subject if course else "")
            if not row.lessons:
                yield *head, "", "", "", "", ""

    def _responsible(self) -> Iterator[Sequence[str]]:
        for row in self._orders.responsible:
            # The director's row follows from no entry.
            if row.entry is not None and row.person and row.order_number and row.order_date and row.starts_on:
                name = self._name(row.person, row.entry)
                yield str(row.entry), row.person, name, typed(row.order_number), row.order_date, row.starts_on


_STANDING_CELLS: Final = f"""FROM {{cells}} f
            JOIN {{cells}} s ON s.lesson = f.lesson AND s.fact = f.entry AND {stands("s")}
            JOIN {{lessons}} l ON l.lesson = f.lesson AND l.fact = l.entry
            WHERE f.fact = f.entry AND f.entry < :at AND f.entry > :after"""


def _yes(value: object) -> str:
    return "да" if value else "нет"


def _mark(value: str | None) -> str:
    return "" if value is None else MARK_WORDS.get(value, value)


def _value(what: str, value: object) -> str:
    """A cell's value in words; None: nothing stands."""
    if value is None:
        return ""
    if what == "lateness":
        return f"оп {value}"
    if what == "early_leave":
        return f"ух {value}"
    return ABSENCE_WORDS[str(value)] if what == "absence" else _mark(str(value))


def _shown(what: str, value: str) -> str:
    """A correction's old or new value, kept as JSON: in words for cells, canonical JSON for the others."""
    plain = orjson.loads(value)
    if plain is None:
        return ""
    if what in ("mark", "absence", "lateness", "early_leave"):
        return _value(what, plain)
    return plain if what == "make_up" else format_canonical(plain).decode()
