"""What a code on paper says against the log of an open school: is it ours, is it what the log said, what came since.

A code alone is judged here. That the paper's text is what the form says, only who holds the paper can see: so the true
form comes with the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from api.printing import ContentGoneError, print_again, scope_of, source_of
from api.schools import OpenSchool
from exports.documents.sheet import Sheet
from exports.printing.code import PrintCode, origin_digest
from exports.printing.comparing import Difference, differences
from exports.printing.forms import NoSuchFormError, Scope, make_form
from ledger.log import LogRecorder
from ledger.signing.proofs import EntryHashes, read_entries
from ledger.tree.proofs import root_of
from ledger.wire.entry import Entry, parse_entry
from projections.views.changes import Change, changes
from projections.views.lookups import courses, lessons, periods
from projections.views.prints import Print, find_print

Verdict = Literal["verified", "finding", "incomplete"]
FINDINGS: Final[dict[str, tuple[str, str]]] = {
    "another_log": ("Код другого журнала.", "The code is of another log."),
    "entry_missing": ("Записи с таким номером в журнале нет.", "The log has no entry of this index."),
    "not_issued": ("Запись с этим номером не о выдаче формы.", "The entry of this index issued no form."),
    "other_position": ("В записи другая позиция.", "The entry says another position."),
    "other_content": ("Содержание не то, к которому обязывает запись.", "The entry commits to other content."),
    "other_root": ("У журнала при этом размере другой корень.", "The log had another root at this size."),
    "size_missing": ("Столько записей в журнале не было.", "The log has not had so many entries."),
    "void": ("Форма снята и больше не действует.", "The form was voided and counts no more."),
}


@dataclass(slots=True)
class Checked:
    """What was found of one code.

    Attributes:
        findings: keys of `FINDINGS`.
        gone: why the content could not be made again; None where it was.
        issued: the register's row, where the entry is one of the register.
        title, sheets: the form as the log says it at that position; empty where it cannot be made.
        pdf: the true form's pages; None likewise.
        corrected: facts on a class's page that were corrected, annulled or got a reason since.
        recorded: how many facts were recorded on it since.
        differing: rows of another form that differ now.
    """

    findings: list[str] = field(default_factory=list)
    gone: str | None = None
    issued: Print | None = None
    title: str = ""
    sheets: tuple[Sheet, ...] = ()
    pdf: bytes | None = None
    corrected: list[Change] = field(default_factory=list)
    recorded: int = 0
    differing: list[Difference] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """One word."""
        return "finding" if self.findings else "incomplete" if self.gone else "verified"


def check_code(school: OpenSchool, code: PrintCode) -> Checked:
    """Judge a code by the log, make its form again, and say what changed since."""
    checked = Checked()
    checked.findings += _of_log(school.recorder, code)
    if checked.findings:
        return checked
    checked.issued = find_print(school.read_views(), entry=code.entry)
    if checked.issued is None:
        checked.gone = "представления отстали от журнала / the views are behind the log"
        return checked
    if checked.issued.voided_entry is not None:
        checked.findings.append("void")
    try:
        checked.pdf = print_again(school, checked.issued)
        then = make_form(source_of(school, code.position), scope_of(checked.issued))
    except (ContentGoneError, NoSuchFormError) as error:
        checked.gone = str(error)
        return checked
    checked.title, checked.sheets = then.title, then.sheets
    _since(school, checked, checked.issued)
    return checked


def _of_log(recorder: LogRecorder, code: PrintCode) -> Iterator[str]:
    if code.origin != origin_digest(recorder.origin):
        yield "another_log"
        return
    size = recorder.head().size
    if code.size > size:
        yield "size_missing"
    elif _root(recorder, code.size) != code.root:
        yield "other_root"
    if code.entry >= size:
        yield "entry_missing"
        return
    entry = _entry(recorder, code.entry)
    if entry.type != "sheet_issued/1":
        yield "not_issued"
        return
    if entry.data["position"] != code.position:
        yield "other_position"
    if entry.data["_sd"] != [code.commitment()]:
        yield "other_content"


def _root(recorder: LogRecorder, size: int) -> bytes:
    return root_of(size, EntryHashes(recorder, size))


def _entry(recorder: LogRecorder, index: int) -> Entry:
    (raw,) = read_entries(recorder, index, index + 1)
    return parse_entry(raw)


def _since(school: OpenSchool, checked: Checked, issued: Print) -> None:
    """What came since: fact by fact for a class's page, row by row for the rest."""
    now = school.views.position()
    scope = scope_of(issued)
    if scope.kind == "class_page":
        found = _changes(school, scope, issued.position, now)
        checked.corrected = [one for one in found if one.fact < issued.position and one.action in _CHANGING]
        checked.recorded = sum(one.action == "recorded" for one in found)
        return
    try:
        later = make_form(source_of(school, now), scope)
    except NoSuchFormError:
        return
    checked.differing = differences(checked.sheets, later.sheets)


_CHANGING: Final = ("corrected", "annulled", "reason_set")


def _changes(school: OpenSchool, scope: Scope, first: int, last: int) -> list[Change]:
    """Changes in the lessons of a course and a period."""
    views = school.views
    course = next(row for row in courses(views, at=last).rows if row.course == scope.course)
    period = next(row for row in periods(views, at=last).rows if row.period == scope.period)
    own = {row.lesson for row in lessons(views, course=course.course, at=first).rows}
    own |= {row.lesson for row in lessons(views, course=course.course, at=last).rows}
    found = changes(
        views,
        first,
        last,
        class_group=course.class_group,
        subject=course.subject,
        from_date=period.starts_on,
        to_date=period.ends_on,
    )
    return [one for one in found.rows if one.lesson in own]


def people_of(checked: Checked) -> set[str]:
    """Everybody whom an answer names."""
    people = {who for one in checked.corrected for who in (one.actor, one.student) if who}
    if checked.issued is not None:
        people |= {who for who in (checked.issued.actor, checked.issued.certified_by) if who}
    return people
