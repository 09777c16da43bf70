"""What each printed form is made of: the documents' own sheets, at one position, with the names that may be read then.

The same form made again at the same position says the same, as long as the vault opens the same names; its digest is
what a print commits to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from exports.documents.attendance import attendance_sheet
from exports.documents.class_pages import ClassBook, Span
from exports.documents.conformity import conformity_sheet, obligations_sheet
from exports.documents.corrections import correction_sheets
from exports.documents.lesson_plans import plan_sheets
from exports.documents.papers import paper_sheets
from exports.documents.sheet import Sheet, digest_of
from exports.documents.source import Source, month_name, period_name
from exports.documents.student_pages import student_sheets
from exports.documents.substitutions import substitution_sheets
from exports.documents.summary import class_summary
from ledger.errors import LetopisError
from projections.views.lookups import ClassGroup, Course, Period
from projections.views.summary_sheets import sheet_duties


class NoSuchFormError(LetopisError):
    """There was nothing of this kind and scope at the position; the text says what, in both languages."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a form is of: its kind and the ids that go with it (events.md, Printed forms)."""

    kind: str
    course: str | None = None
    period: str | None = None
    class_group: str | None = None
    month: str | None = None
    student: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A form's title and sheets."""

    title: str
    sheets: tuple[Sheet, ...]

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of what it says (print-code.md)."""
        return digest_of(self.sheets)


def make_form(source: Source, scope: Scope) -> Form:
    """Make a form of what the log said at the source's position.

    Raises:
        NoSuchFormError: its class, course, period or month was not there then.
    """
    return _FORMS[scope.kind](source, scope)


def _class_page(source: Source, scope: Scope) -> Form:
    group, course = _course(source, scope.course)
    period = _period(source, scope.period)
    sheets = ClassBook(source, group).page(course, Span(period, period.starts_on, period.ends_on))
    return _form(f"{course.subject}, {group.name}, {period_name(period)}", sheets)


def _summary_sheet(source: Source, scope: Scope) -> Form:
    group = _group(source, scope.class_group)
    duties = sheet_duties(source.views, year=group.year, at=source.position).rows
    duty = next(duty for duty in duties if duty.class_group == group.class_group)
    title = f"Сводная ведомость, {group.name}, {source.years[group.year].title}"
    return _form(title, [class_summary(source, group, duty)])


def _corrections(source: Source, scope: Scope) -> Form:
    """The registers of every class that has the period, one behind the other."""
    period = _period(source, scope.period)
    sheets = []
    for group in source.classes:
        parts = {one.period: str(number) for number, one in enumerate(source.pages_of(group), 1)}
        if group.year == period.year and period.period in parts:
            wanted = parts[period.period]
            sheets += [sheet for part, _, sheet in correction_sheets(source, group) if part == wanted]
    if not sheets:
        raise NoSuchFormError(
            "исправления печатают за самые короткие периоды классов / "
            "corrections are printed by the shortest periods that classes have"
        )
    return _form(f"Журнал исправлений, {period_name(period)}", sheets)


def _substitutions(source: Source, scope: Scope) -> Form:
    month = scope.month or ""
    for year in source.years.values():
        if year.starts_on[:7] <= month <= year.ends_on[:7]:
            for found, sheets in substitution_sheets(source, year):
                if found == month:
                    return _form(f"Пропущенные и замещённые уроки, {month_name(month)}", sheets)
    raise NoSuchFormError(
        "этот месяц ещё не начался или не в учебном году / this month had not begun, or is in no school year"
    )


def _conformity(source: Source, _scope: Scope) -> Form:
    return _form("Соответствие регламенту", [conformity_sheet(source), obligations_sheet(source)])


def _papers(source: Source, _scope: Scope) -> Form:
    sheets = paper_sheets(source)
    if not sheets:
        raise NoSuchFormError("тогда бумаг на учёте не было / no paper was registered then")
    return _form("Реестр бумажного архива", sheets)


def _student_page(source: Source, scope: Scope) -> Form:
    group, period, student = _group(source, scope.class_group), _period(source, scope.period), scope.student or ""
    title = f"Табель, {source.name(student)}, {group.name}, {period_name(period)}"
    return _form(title, student_sheets(source, group, student, period))


def _attendance(source: Source, scope: Scope) -> Form:
    group, month = _group(source, scope.class_group), scope.month or ""
    year = source.years[group.year]
    if not year.starts_on[:7] <= month <= year.ends_on[:7]:
        raise NoSuchFormError("этот месяц не в учебном году класса / this month is not in the class's school year")
    return _form(f"Посещаемость, {group.name}, {month_name(month)}", [attendance_sheet(source, group, month)])


def _lesson_plan(source: Source, scope: Scope) -> Form:
    group, course = _course(source, scope.course)
    sheets = plan_sheets(source, group, course)
    if not sheets:
        raise NoSuchFormError("плана у курса тогда не было / the course had no plan then")
    return _form(f"Календарный план, {course.subject}, {group.name}", sheets)


_FORMS: Final[dict[str, Callable[[Source, Scope], Form]]] = {
    "class_page": _class_page,
    "summary_sheet": _summary_sheet,
    "corrections": _corrections,
    "substitutions": _substitutions,
    "conformity": _conformity,
    "papers": _papers,
    "student_page": _student_page,
    "attendance": _attendance,
    "lesson_plan": _lesson_plan,
}


def _form(title: str, sheets: Iterable[Sheet]) -> Form:
    return Form(title, tuple(sheets))


def _group(source: Source, id_: str | None) -> ClassGroup:
    for group in source.classes:
        if group.class_group == id_:
            return group
    raise NoSuchFormError("такого класса тогда не было / there was no such class then")


def _course(source: Source, id_: str | None) -> tuple[ClassGroup, Course]:
    for group in source.classes:
        for course in source.courses_of(group.class_group):
            if course.course == id_:
                return group, course
    raise NoSuchFormError("такого курса тогда не было / there was no such course then")


def _period(source: Source, id_: str | None) -> Period:
    for group in source.classes:
        for period in source.periods_of(group):
            if period.period == id_:
                return period
    raise NoSuchFormError("такого периода тогда не было / there was no such period then")
