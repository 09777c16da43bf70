"""The register of printed forms: what was made, by whom it was certified, what counts no more (1.1, 3.1).

All of a school are entries of one stream, `prints/<id of the school>`, so that numbers follow each other. Whether the
paper says what the content says nobody can record: `letopis check-print` makes the content again to compare it with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import CertifySheet, IssueSheet, RegisterPrintout, VoidSheet
from ledger.journal.context import Context
from ledger.journal.course import Course
from ledger.journal.people import check_employee
from ledger.journal.print_events import SheetCertified, SheetIssued, SheetVoided
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.roster import ClassGroup
from ledger.journal.teaching import today
from ledger.journal.vocabulary import PRINT_KINDS, VOID_REASONS
from ledger.journal.year import Period

PAGES_MAX: Final = 99_999
SHEETS_MAX: Final = 100
"""Forms that one printout consists of."""
SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "class_page": ("course", "period"),
    "summary_sheet": ("class_group",),
    "corrections": ("period",),
    "substitutions": ("month",),
    "conformity": (),
    "papers": (),
    "student_page": ("period", "class_group", "student"),
    "attendance": ("class_group", "month"),
    "lesson_plan": ("course",),
}
"""What each kind of form is of: these ids and no others."""
_FIELDS: Final = ("course", "period", "class_group", "month", "student")


class Issued(NamedTuple):
    """What the register knows of a sheet; `entry`: the index of the one that issued it."""

    entry: int
    kind: str
    period: str | None
    month: str | None
    course: str | None
    class_group: str | None


class Prints(Aggregate, frozen=True, kw_only=True):
    """The register: each sheet, and which of them are certified or void."""

    issued: Mapping[str, Issued]
    certified: frozenset[str] = frozenset()
    voided: frozenset[str] = frozenset()


def evolve_prints(state: Prints | None, events: Iterable[Recorded]) -> Prints | None:
    """Apply events of the register."""
    issued = dict(state.issued) if state else {}
    certified = set(state.certified) if state else set()
    voided = set(state.voided) if state else set()
    for event in events:
        data = event.data
        if type(data) is SheetIssued:
            issued[data.sheet] = Issued(event.index, data.kind, data.period, data.month, data.course, data.class_group)
        elif type(data) is SheetCertified:
            certified.add(data.sheet)
        elif type(data) is SheetVoided:
            voided.add(data.sheet)
        else:
            raise TypeError(f"{type(data).__name__} is no event of the register of prints")
        state = Prints(
            stream=event.originator_id,
            version=event.originator_version,
            issued=issued,
            certified=frozenset(certified),
            voided=frozenset(voided),
        )
    return state


def issue_sheet(command: IssueSheet, context: Context) -> list[Planned]:
    """Enter a form into the register under the next number (regulation 1.1, 3.1)."""
    rules.check_role(context.actor, (*rules.LEADERSHIP, *rules.TEACHER), "3.1")
    rules.check_id(command.sheet, "sheet")
    rules.check_code(command.kind, PRINT_KINDS, "kind")
    group = _check_scope(command, context)
    own = None if group is None else group.class_teacher_on(today(context))
    if context.actor.role in rules.TEACHER and context.actor.id != own:
        raise Refused(
            "not_the_class_teacher", "a teacher prints of the own class alone", clause="3.1", where="actor.id"
        )
    rules.check_integer(command.position, 1, context.books.size, "position")
    rules.check_integer(command.pages, 1, PAGES_MAX, "pages")
    rules.check_digest(command.content, "content")
    stream = f"prints/{context.books.school}"
    known = context.find_if_any(Prints, stream)
    if known is not None and command.sheet in known.issued:
        raise Refused("sheet_issued_already", "a sheet with this id was issued already", clause=LOG, where="sheet")
    event = SheetIssued(
        sheet=command.sheet,
        number=len(known.issued) + 1 if known else 1,
        kind=command.kind,
        position=command.position,
        pages=command.pages,
        sd=(command.content,),
        course=command.course,
        period=command.period,
        class_group=command.class_group,
        month=command.month,
        student=command.student,
    )
    return [Planned(stream, known.version + 1 if known else 1, event)]


def certify_sheet(command: CertifySheet, context: Context) -> list[Planned]:
    """Record that a person certified the paper: position, day, seal (regulation 3.1; ГОСТ Р 7.0.97-2016, 5.26)."""
    rules.check_role(context.actor, rules.DIRECTION, "3.1")
    known = _standing(command.sheet, context)
    check_employee(context, command.certified_by, "certified_by")
    rules.check_line(command.office, rules.TITLE_LENGTH_MAX, "office")
    rules.check_past_day(command.certified_on, context.now, context.books.zone, "certified_on")
    if command.certified_on < _issued_on(known, command.sheet, context):
        raise Refused(
            "certified_before_issued", "it was certified before it was made", clause=LOG, where="certified_on"
        )
    if command.sheet in known.certified:
        raise Refused("certified_already", "this sheet is certified already", clause=LOCAL_ACT, where="sheet")
    event = SheetCertified(
        sheet=command.sheet,
        certified_by=command.certified_by,
        office=command.office,
        certified_on=command.certified_on,
        seal=command.seal,
    )
    return [Planned(known.stream, known.version + 1, event)]


def void_sheet(command: VoidSheet, context: Context) -> list[Planned]:
    """Record that the paper counts no more: it was spoiled, lost, or is of something else than it should be."""
    rules.check_role(context.actor, rules.DIRECTION, "3.1")
    known = _standing(command.sheet, context)
    rules.check_code(command.reason, VOID_REASONS, "reason")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    event = SheetVoided(sheet=command.sheet, reason=command.reason, basis=command.basis)
    return [Planned(known.stream, known.version + 1, event)]


def _standing(sheet: str, context: Context) -> Prints:
    """Return the register, which has this sheet, and not as void."""
    rules.check_id(sheet, "sheet")
    known = context.find_if_any(Prints, f"prints/{context.books.school}")
    if known is None or sheet not in known.issued:
        raise Refused("unknown_sheet", "no sheet with this id was issued", clause=LOG, where="sheet")
    if sheet in known.voided:
        raise Refused("sheet_void", "this sheet counts no more", clause=LOCAL_ACT, where="sheet")
    return known


def check_printed(command: RegisterPrintout, context: Context) -> None:
    """Judge the forms that a printout consists of: issued, not void, of what it is of (regulation 3.3)."""
    if not command.sheets:
        return
    known = context.find_if_any(Prints, f"prints/{context.books.school}")
    if len(command.sheets) > SHEETS_MAX:
        raise Refused(
            "too_many_sheets", "at most {sheets_max} sheets", clause=LOG, where="sheets", sheets_max=SHEETS_MAX
        )
    for position, sheet in enumerate(command.sheets):
        where = f"sheets[{position}]"
        rules.check_id(sheet, where)
        one = known.issued.get(sheet) if known is not None and sheet not in known.voided else None
        if one is None:
            raise Refused("not_a_sheet", "no sheet with this id was issued that counts", clause="3.3", where=where)
        of_it = command.condition == "archive" or (one.kind, one.period, one.month) == (
            *(command.condition, command.period, command.month),
        )
        if not of_it:
            raise Refused("sheet_of_another", "this sheet is of something else", clause="3.3", where=where)
    rules.check_distinct(command.sheets, "sheets", "sheet")


def _issued_on(known: Prints, sheet: str, context: Context) -> str:
    """The school's day on which a sheet was issued."""
    return context.books.recorded_at(known.issued[sheet].entry).astimezone(context.books.zone).date().isoformat()


def _check_scope(command: IssueSheet, context: Context) -> ClassGroup | None:
    """Judge what the form is of: what its kind asks for, nothing else, and things that exist; return its class."""
    wanted = SCOPES[command.kind]
    for field in _FIELDS:
        if (getattr(command, field) is not None) != (field in wanted):
            raise Refused(
                "wrong_print_scope",
                "this form is made of {scope}, and of nothing else",
                clause="3.1",
                where=field,
                scope=", ".join(wanted) or "—",
            )
    if command.month is not None:
        rules.check_month(command.month, "month")
    period = None if command.period is None else context.settled(Period, "period", command.period, "period")
    group = _class_of(command, context)
    if group is None or period is None:
        return group
    if period.year != group.year or group.grade not in period.grades:
        raise Refused("period_of_others", "this period is not one of the class", clause=LOG, where="period")
    if command.student is not None and not group.has_between(command.student, period.starts_on, period.ends_on):
        raise Refused(
            "not_enrolled", "the student was not in this class on these days", clause=LOCAL_ACT, where="student"
        )
    return group


def _class_of(command: IssueSheet, context: Context) -> ClassGroup | None:
    """The class that the form is of, or that its course is of."""
    if command.class_group is not None:
        return context.find(ClassGroup, "class", command.class_group, "class_group")
    if command.course is None:
        return None
    course = context.settled(Course, "course", command.course, "course")
    return context.find(ClassGroup, "class", course.class_group, "course")
