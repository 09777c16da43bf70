"""What the school's orders put in force, and when: versions of its regulation, and who answers for the journal.

Nothing judges by the parameters yet: they are shown as they were adopted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from ledger.journal.events import RegulationAdopted, ResponsibleAppointed
from projections.folding import Entry, View
from projections.reading import AsOf, Reader, resolve, stands
from projections.rows import OPEN, Operations, Table


class RegulationRow(NamedTuple):
    """A version of the regulation; `parameters`: JSON object."""

    entry: int
    order_number: str
    order_date: str
    effective_from: str
    parameters: str
    to_position: int = OPEN


class AppointmentRow(NamedTuple):
    """Somebody answers for the journal from `starts_on`."""

    entry: int
    person: str
    order_number: str
    order_date: str
    starts_on: str
    to_position: int = OPEN


REGULATIONS: Final = Table("regulations", RegulationRow)
APPOINTMENTS: Final = Table("appointments", AppointmentRow)


def _regulation_adopted(event: RegulationAdopted, entry: Entry) -> Operations:
    parameters = orjson.dumps(msgspec.structs.asdict(event.parameters)).decode()
    row = RegulationRow(entry.index, event.order_number, event.order_date, event.effective_from, parameters)
    return (row,)


def _responsible_appointed(event: ResponsibleAppointed, entry: Entry) -> Operations:
    return (AppointmentRow(entry.index, event.person, event.order_number, event.order_date, event.starts_on),)


VIEW: Final = View(
    (REGULATIONS, APPOINTMENTS),
    {RegulationAdopted: _regulation_adopted, ResponsibleAppointed: _responsible_appointed},
)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the regulation, in force from `effective_from` up to, and without, `replaced_on`.

    `replaced_by` is the entry of the next version; both are None while there is none. A version that was replaced from
    its own day on was in force on no day.
    """

    entry: int
    order_number: str
    order_date: str
    effective_from: str
    parameters: dict[str, Any]
    replaced_on: str | None
    replaced_by: int | None


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who answered for the journal from `starts_on` up to, and without, `replaced_on`; as in `Version`.

    `entry` and the order are None in the one row of the director, `by_default`, who answers before the first
    appointment; that row has no person either, since nothing in the log says yet who the director is.
    """

    entry: int | None
    by_default: str | None
    person: str | None
    order_number: str | None
    order_date: str | None
    starts_on: str | None
    replaced_on: str | None
    replaced_by: int | None


@dataclass(frozen=True, slots=True)
class Regulation:
    """Versions and people in order of their days, as they were known at a position."""

    position: int
    versions: tuple[Version, ...]
    responsible: tuple[Responsible, ...]


def regulation(views: Reader, *, at: AsOf = None) -> Regulation:
    """What the school's regulation was and who answered for the journal, with days, as known now or at a past moment.

    Raises:
        NotYetProjected: the views have not consumed that much.
    """
    position = resolve(views, at)
    return Regulation(position, _versions(views, position), _responsible(views, position))


def _versions(views: Reader, position: int) -> tuple[Version, ...]:
    sql = f"""SELECT r.entry, r.order_number, r.order_date, r.effective_from, r.parameters FROM {{regulations}} r
        WHERE {stands("r")} ORDER BY r.entry"""
    rows = views.select(sql, {"at": position})
    ends = _ends([(row[0], row[3]) for row in rows])
    return tuple(Version(*row[:4], orjson.loads(row[4]), *end) for row, end in zip(rows, ends, strict=True))


def _responsible(views: Reader, position: int) -> tuple[Responsible, ...]:
    sql = f"""SELECT a.entry, a.person, a.order_number, a.order_date, a.starts_on FROM {{appointments}} a
        WHERE {stands("a")} ORDER BY a.entry"""
    rows = views.select(sql, {"at": position})
    ends = _ends([(row[0], row[4]) for row in rows])
    first = (rows[0][4], rows[0][0]) if rows else (None, None)
    director = Responsible(None, "director", None, None, None, None, *first)
    appointed = (Responsible(row[0], None, *row[1:], *end) for row, end in zip(rows, ends, strict=True))
    return director, *appointed


def _ends(begun: list[tuple[int, str]]) -> list[tuple[str | None, int | None]]:
    """For each (entry, first day): the first day and the entry of the next, or two None."""
    following: list[tuple[str | None, int | None]] = [(day, entry) for entry, day in begun[1:]]
    return [*following, (None, None)] if begun else []
