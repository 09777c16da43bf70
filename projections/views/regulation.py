"""What the school's orders put in force, and when: versions of its regulation, and who answers for the journal.

The parameters are shown as they were adopted; what follows from them is in `deadlines`, and by `mark_for_absent` marks
are flagged (`flagged_marks`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec
import orjson

from ledger.journal.events import RegulationAdopted, ResponsibleAppointed
from projections.folding import Entry, View
from projections.reading import AsOf, Reader, resolve, stands
from projections.rows import OPEN, Operations, Table

_Beginning: TypeAlias = tuple[str | None, int | None]
"""A row's first day and its entry."""


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
    nexts = _nexts([(from_, entry) for entry, _, _, from_, _ in rows])
    return tuple(
        Version(entry, number, signed_on, from_, orjson.loads(parameters), replaced_on, replaced_by)
        for (entry, number, signed_on, from_, parameters), (replaced_on, replaced_by) in zip(rows, nexts, strict=True)
    )


def _responsible(views: Reader, position: int) -> tuple[Responsible, ...]:
    sql = f"""SELECT a.entry, a.person, a.order_number, a.order_date, a.starts_on FROM {{appointments}} a
        WHERE {stands("a")} ORDER BY a.entry"""
    rows = views.select(sql, {"at": position})
    director, *nexts = _nexts([(None, None), *((starts_on, entry) for entry, _, _, _, starts_on in rows)])
    appointed = (
        Responsible(entry, None, person, number, signed_on, starts_on, replaced_on, replaced_by)
        for (entry, person, number, signed_on, starts_on), (replaced_on, replaced_by) in zip(rows, nexts, strict=True)
    )
    return Responsible(None, "director", None, None, None, None, *director), *appointed


def _nexts(begun: list[_Beginning]) -> list[_Beginning]:
    """For each row the beginning of the next one, or two None."""
    return [*begun[1:], (None, None)] if begun else []
