"""The register of printed forms: what was issued, by whom it was certified, what counts no more (1.1, 3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from ledger.journal.print_events import SheetCertified, SheetIssued, SheetVoided
from projections.folding import Entry, View
from projections.reading import Answer, AsOf, Reader, command_join, resolve, stands
from projections.rows import OPEN, Operations, Table


class PrintRow(NamedTuple):
    """A form that was issued; `content`: digest of its disclosure."""

    entry: int
    sheet: str
    number: int
    kind: str
    position: int
    pages: int
    content: str
    course: str | None
    period: str | None
    class_group: str | None
    month: str | None
    student: str | None = None
    to_position: int = OPEN


class PrintCertificationRow(NamedTuple):
    """A person certified the paper; `seal`: 1 or 0."""

    entry: int
    sheet: str
    certified_by: str
    office: str
    certified_on: str
    seal: int
    to_position: int = OPEN


class PrintVoidRow(NamedTuple):
    """The paper counts no more."""

    entry: int
    sheet: str
    reason: str
    basis: str
    to_position: int = OPEN


PRINTS: Final = Table("prints", PrintRow)
PRINT_CERTIFICATIONS: Final = Table("print_certifications", PrintCertificationRow)
PRINT_VOIDS: Final = Table("print_voids", PrintVoidRow)


def _issued(event: SheetIssued, entry: Entry) -> Operations:
    row = PrintRow(
        entry=entry.index,
        sheet=event.sheet,
        number=event.number,
        kind=event.kind,
        position=event.position,
        pages=event.pages,
        content=event.sd[0],
        course=event.course,
        period=event.period,
        class_group=event.class_group,
        month=event.month,
        student=event.student,
    )
    return (row,)


def _certified(event: SheetCertified, entry: Entry) -> Operations:
    row = PrintCertificationRow(
        entry=entry.index,
        sheet=event.sheet,
        certified_by=event.certified_by,
        office=event.office,
        certified_on=event.certified_on,
        seal=int(event.seal),
    )
    return (row,)


def _voided(event: SheetVoided, entry: Entry) -> Operations:
    return (PrintVoidRow(entry=entry.index, sheet=event.sheet, reason=event.reason, basis=event.basis),)


VIEW: Final = View(
    (PRINTS, PRINT_CERTIFICATIONS, PRINT_VOIDS),
    {SheetIssued: _issued, SheetCertified: _certified, SheetVoided: _voided},
)


@dataclass(frozen=True, slots=True)
class Print:
    """A printed form.

    Attributes:
        entry: the entry that issued it, at `at` by `actor`.
        sheet, number, kind, position, pages: its id, its number in the register, what it is, as of where, how long.
        content: digest of the disclosure of what it says.
        course, period, class_group, month, student: what it is of, as its kind asks; else None.
        certified_entry, certified_by, office, certified_on, seal: who certified the paper; None while nobody did.
        voided_entry, reason, basis: why its paper counts no more; None while it counts.
    """

    entry: int
    at: str
    actor: str
    sheet: str
    number: int
    kind: str
    position: int
    pages: int
    content: str
    course: str | None
    period: str | None
    class_group: str | None
    month: str | None
    student: str | None
    certified_entry: int | None
    certified_by: str | None
    office: str | None
    certified_on: str | None
    seal: bool | None
    voided_entry: int | None
    reason: str | None
    basis: str | None


_PRINTS: Final = f"""
    SELECT p.entry, m.at, m.actor, p.sheet, p.number, p.kind, p.position, p.pages, p.content, p.course, p.period,
      p.class_group, p.month, p.student, c.entry, c.certified_by, c.office, c.certified_on, c.seal,
      v.entry, v.reason, v.basis
    FROM {{prints}} p
    {command_join("p.entry")}
    LEFT JOIN {{print_certifications}} c ON c.sheet = p.sheet AND c.entry < :at
    LEFT JOIN {{print_voids}} v ON v.sheet = p.sheet AND v.entry < :at
    WHERE {stands("p")}"""


def prints(views: Reader, *, class_group: str | None = None, at: AsOf = None) -> Answer[Print]:
    """The register in order of its numbers; with a class, only forms that are of it.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    parameters: dict[str, object] = {"at": position}
    condition = ""
    if class_group is not None:
        parameters["class_group"] = class_group
        condition = """ AND (p.class_group = :class_group
            OR p.course IN (SELECT o.course FROM {courses} o WHERE o.class_group = :class_group))"""
    rows = views.select(f"{_PRINTS}{condition} ORDER BY p.number, p.entry", parameters)
    return Answer(position, tuple(_print(row) for row in rows))


def find_print(views: Reader, *, entry: int | None = None, sheet: str | None = None, at: AsOf = None) -> Print | None:
    """One form of the register, by its entry or its id; None where there is none.

    Raises:
        NotYetProjected: as `prints`.
    """
    column, value = ("entry", entry) if sheet is None else ("sheet", sheet)
    rows = views.select(f"{_PRINTS} AND p.{column} = :value", {"at": resolve(views, at), "value": value})
    return _print(rows[0]) if rows else None


def _print(row: Sequence[Any]) -> Print:
    found = Print(*row)
    return found if found.seal is None else replace(found, seal=bool(found.seal))


@dataclass(frozen=True, slots=True)
class PrintAction:
    """An entry of the register; what another action has is None. `scope`: the ids or the month, spaces between."""

    entry: int
    at: str
    actor: str
    action: str
    sheet: str
    number: int | None = None
    kind: str | None = None
    scope: str = ""
    position: int | None = None
    pages: int | None = None
    certified_by: str | None = None
    office: str | None = None
    certified_on: str | None = None
    seal: bool | None = None
    reason: str | None = None
    basis: str | None = None


def print_actions(views: Reader, position: int) -> list[PrintAction]:
    """Every entry of the register before a position, in its order."""
    found: list[PrintAction] = []
    for one in prints(views, at=position).rows:
        scope = " ".join(part for part in (one.course, one.period, one.class_group, one.month, one.student) if part)
        made = (one.number, one.kind, scope, one.position, one.pages)
        found.append(PrintAction(one.entry, one.at, one.actor, "issued", one.sheet, *made))
    sql = f"""SELECT t.entry, m.at, m.actor, t.sheet, t.certified_by, t.office, t.certified_on, t.seal
        FROM {{print_certifications}} t {command_join("t.entry")} WHERE {stands("t")}"""
    for entry, at, actor, sheet, by, office, on, seal in views.select(sql, {"at": position}):
        certified = {"certified_by": by, "office": office, "certified_on": on, "seal": bool(seal)}
        found.append(PrintAction(entry, at, actor, "certified", sheet, **certified))
    sql = f"""SELECT t.entry, m.at, m.actor, t.sheet, t.reason, t.basis
        FROM {{print_voids}} t {command_join("t.entry")} WHERE {stands("t")}"""
    for entry, at, actor, sheet, reason, basis in views.select(sql, {"at": position}):
        found.append(PrintAction(entry, at, actor, "voided", sheet, reason=reason, basis=basis))
    return sorted(found, key=lambda action: action.entry)
