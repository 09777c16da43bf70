"""Printed forms of an open school: what is printed, its register entry, its pages, and the same pages again.

A form is made twice. First without its entry, to count its pages and to have what the entry commits to; then, once a
checkpoint covers the entry, as it is printed. Whatever follows from the log and the vault alone is the same every time,
so the second can be made again for ever, by the same release of the program byte for byte.
"""

from __future__ import annotations

import io
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Final, NamedTuple, TypedDict

import pikepdf
from msgspec.structs import replace

from api.schools import OpenSchool
from exports.documents.pages import Certification, Code, Press, Stamp, grouped
from exports.documents.source import Source
from exports.printing.code import CONTENT, PrintCode, draw_code, format_code, lines_of, origin_digest
from exports.printing.forms import Form, Scope, make_form
from ledger.errors import LetopisError
from ledger.journal.commands import IssueSheet
from ledger.journal.print_events import SheetIssued
from ledger.log import LogRecorder, SignedCheckpoint
from ledger.vault.disclosure import Disclosure, make_disclosure
from ledger.wire.entry import Actor, parse_at
from projections.views.lookups import courses, school_zone
from projections.views.prints import Print

_PLACEHOLDER: Final = b"\x9c" * 32
_CODE_LINES: Final = 8
_NO_DIGEST: Final = "A" * 43
_ID_LENGTH: Final = 8
_pressing = Lock()


class ContentGoneError(LetopisError):
    """What a form said cannot be made again: names were erased meanwhile, or this release makes another form."""


class Whose(TypedDict, total=False):
    """Of whom a form is: people by their ids, or classes, none of which means the whole school."""

    people: tuple[str, ...]
    classes: tuple[str, ...]


class Made(NamedTuple):
    """A form that can be issued: its command, and the disclosure to keep in the vault before."""

    form: Form
    command: IssueSheet
    disclosure: Disclosure


def source_of(school: OpenSchool, position: int) -> Source:
    """What forms are made from: the views at a position, with the names that stood then as far as the vault has them.

    Raises:
        NotYetProjected: the views have not reached the position.
    """
    return Source(school.read_views(), position, school.opener(position))


def prepare(school: OpenSchool, scope: Scope, position: int, sheet: str, actor: Actor) -> Made:
    """Make a form and what its entry says, recording nothing.

    Raises:
        Refused: a rule forbids it, whatever the form says.
        NoSuchFormError: there was nothing of this kind then.
        NotYetProjected: as `source_of`.
    """
    draft = IssueSheet(
        sheet=sheet,
        kind=scope.kind,  # type: ignore[arg-type]  # the rules judge it
        position=position,
        pages=1,
        content=_NO_DIGEST,
        course=scope.course,
        period=scope.period,
        class_group=scope.class_group,
        month=scope.month,
        student=scope.student,
    )
    school.app.check(draft, actor=actor)
    form = make_form(source_of(school, position), scope)
    disclosure = make_disclosure(CONTENT, form.digest)
    size = school.recorder.head().size
    origin = origin_digest(school.recorder.origin)
    blank = PrintCode(origin, max(size, position), position, bytes(16), bytes(32), size + 2, _PLACEHOLDER)
    pages = count_pages(_render(school, form, blank, size, _issued_by(school, school.app.now(), actor.id)))
    return Made(form, replace(draft, pages=pages, content=disclosure.digest), disclosure)


def count_pages(pdf: bytes) -> int:
    """How many pages a PDF has."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def print_again(school: OpenSchool, issued: Print) -> bytes | None:
    """The pages of a form that was issued; None while no signed checkpoint covers its entry.

    Raises:
        ContentGoneError: what it said cannot be made again.
        NotYetProjected: as `source_of`.
    """
    covering = covering_checkpoint(school.recorder, issued.entry)
    if covering is None:
        return None
    form = make_form(source_of(school, issued.position), scope_of(issued))
    opened = school.vault.values([issued.content]).get(issued.content)
    if opened is None or opened.value != form.digest:
        raise ContentGoneError(
            f"форму № {issued.number} не сделать снова: имена с тех пор стёрты или заблокированы, или эта версия "
            f"программы делает её иначе / form {issued.number} cannot be made again: names were erased or blocked "
            "since, or this release of the program makes it otherwise"
        )
    root = covering.edge.root()
    content = bytes.fromhex(form.digest)
    origin = origin_digest(school.recorder.origin)
    code = PrintCode(origin, issued.entry, issued.position, opened.salt, content, covering.size, root)
    by = _issued_by(school, parse_at(issued.at), issued.actor)
    return _render(school, form, code, issued.number, by)


def scope_of(issued: Print | SheetIssued) -> Scope:
    """What a form that was issued is of."""
    return Scope(issued.kind, issued.course, issued.period, issued.class_group, issued.month, issued.student)


def classes_of(school: OpenSchool, scope: Scope) -> tuple[str, ...]:
    """The class that a form is of; none where it is of the whole school."""
    if scope.course is not None:
        found = (row.class_group for row in courses(school.views).rows if row.course == scope.course)
        return tuple(found)[:1]
    return () if scope.class_group is None else (scope.class_group,)


def whose(school: OpenSchool, scope: Scope) -> Whose:
    """Of whom a form is, for the access log: its student alone, else its class, else the whole school."""
    return {"classes": classes_of(school, scope)} if scope.student is None else {"people": (scope.student,)}


def covering_checkpoint(recorder: LogRecorder, entry: int) -> SignedCheckpoint | None:
    """The first checkpoint that was signed over an entry: the same one for ever, once there is one."""
    newest = recorder.checkpoint()
    if newest is None or newest.size <= entry:
        return None
    # Checkpoints are asked by the size that they do not exceed: halve the sizes until only the first is left.
    low, high, found = entry + 1, newest.size, newest
    while low < high:
        middle = (low + high) // 2
        one = recorder.checkpoint(middle)
        if one is None or one.size <= entry:
            low = middle + 1
        else:
            high, found = one.size, one
    return found


def _issued_by(school: OpenSchool, at: datetime, actor: str) -> str:
    """When and by whom a form was issued, for the foot of its pages; the id in short, the register has all of it."""
    local = at.astimezone(school_zone(school.read_views()))
    return f"выдана {local:%d.%m.%Y %H:%M}, выдал(а) {actor[:_ID_LENGTH]}"


def _render(school: OpenSchool, form: Form, bound: PrintCode, number: int, by: str) -> bytes:
    """The pages; what differs between the first and the second making takes the same room in both."""
    text = format_code(bound)
    lines = lines_of(text)
    label = f"Форма № {grouped(number)}, запись {grouped(bound.entry)}"
    under = "\n".join([label, *lines, *[" "] * (_CODE_LINES - len(lines))])
    code = Code(draw_code(text), f"Код проверки: {text}", under)
    stamp = Stamp(
        school.recorder.origin,
        bound.size,
        bound.root.hex(),
        code=code,
        certification=Certification(),
        form=f"форма № {grouped(number)}",
        issued=by,
    )
    with _pressing:
        return _press().render(f"{form.title}: {school.school_name()}", form.sheets, stamp)


@cache
def _press() -> Press:
    """This process's one: it takes half a second to read the fonts, and sets one document at a time."""
    return Press()
