"""Evidence that the journal needs no paper, and the paper that was registered (regulation 3.3), as it was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import orjson

from ledger.journal.evidence_events import (
    ArchiveHandedOver,
    ArchiveRecorded,
    PrintoutRegistered,
    RegisterTimed,
    VerificationRecorded,
)
from projections.folding import Entry, View
from projections.reading import Answer, AsOf, Reader, command_join, resolve, stands
from projections.rows import OPEN, Operations, Table


class VerificationRow(NamedTuple):
    """A program verified the log up to a size."""

    entry: int
    verification: str
    size: int
    root: str
    verdict: str
    program: str
    program_sha256: str
    checkpoint: int | None
    witnesses: int
    to_position: int = OPEN


class ArchiveRow(NamedTuple):
    """An archive of a year; `opened_with`: JSON array of tools."""

    entry: int
    archive: str
    size: int
    root: str
    manifest_sha256: str
    year: str
    opened_with: str
    verdict: str
    to_position: int = OPEN


class HandoverRow(NamedTuple):
    """An archive institution took an archive over, with a receipt; `archive`: the stream's id."""

    entry: int
    archive: str
    manifest_sha256: str
    receiver: str
    number: str
    received_on: str
    to_position: int = OPEN


class TimingRow(NamedTuple):
    """A register was asked for a month of all and of each employee."""

    entry: int
    timing: str
    size: int
    month: str
    employees: int
    requests: int
    answered_rows: int
    slowest_ms: int
    to_position: int = OPEN


class PrintoutRow(NamedTuple):
    """Paper of a period, a year or a month (`scope`: its id, or YYYY-MM); `sheets`: forms, spaces between."""

    entry: int
    printout: str
    condition: str
    scope: str
    number: str
    printed_on: str
    pages: int
    kept: str
    signed_by: str
    sheets: str
    to_position: int = OPEN


VERIFICATIONS: Final = Table("verifications", VerificationRow)
ARCHIVES: Final = Table("archives", ArchiveRow)
HANDOVERS: Final = Table("archive_handovers", HandoverRow)
TIMINGS: Final = Table("timings", TimingRow)
PRINTOUTS: Final = Table("printouts", PrintoutRow)


def _verification_recorded(event: VerificationRecorded, entry: Entry) -> Operations:
    row = VerificationRow(
        entry=entry.index,
        verification=entry.stream_id,
        size=event.size,
        root=event.root,
        verdict=event.verdict,
        program=event.program,
        program_sha256=event.program_sha256,
        checkpoint=event.checkpoint,
        witnesses=event.witnesses,
    )
    return (row,)


def _archive_recorded(event: ArchiveRecorded, entry: Entry) -> Operations:
    row = ArchiveRow(
        entry=entry.index,
        archive=entry.stream_id,
        size=event.size,
        root=event.root,
        manifest_sha256=event.manifest_sha256,
        year=event.year,
        opened_with=orjson.dumps(event.opened_with).decode(),
        verdict=event.verdict,
    )
    return (row,)


def _handed_over(event: ArchiveHandedOver, entry: Entry) -> Operations:
    row = HandoverRow(
        entry=entry.index,
        archive=event.archive,
        manifest_sha256=event.manifest_sha256,
        receiver=event.to,
        number=event.number,
        received_on=event.received_on,
    )
    return (row,)


def _register_timed(event: RegisterTimed, entry: Entry) -> Operations:
    row = TimingRow(
        entry=entry.index,
        timing=entry.stream_id,
        size=event.size,
        month=event.month,
        employees=event.employees,
        requests=event.requests,
        answered_rows=event.rows,
        slowest_ms=event.slowest_ms,
    )
    return (row,)


def _printout_registered(event: PrintoutRegistered, entry: Entry) -> Operations:
    row = PrintoutRow(
        entry=entry.index,
        printout=entry.stream_id,
        condition=event.condition,
        scope=event.period or event.year or event.month or "",
        number=event.number,
        printed_on=event.printed_on,
        pages=event.pages,
        kept=event.kept,
        signed_by=event.signed_by,
        sheets=" ".join(event.sheets),
    )
    return (row,)


def archive_of(views: Reader, entry: int) -> str | None:
    """The id of the archive that an entry records; None where it records none."""
    rows = views.select("SELECT a.archive FROM {archives} a WHERE a.entry = :entry", {"entry": entry})
    return str(rows[0][0]) if rows else None


@dataclass(frozen=True, slots=True)
class Handover:
    """Who took an archive over: entry `entry` of `at` by `actor`; `number` and `received_on` are of the receipt."""

    entry: int
    at: str
    actor: str
    to: str
    number: str
    received_on: str


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that was recorded: entry `entry` of `at` by `actor`; `handovers`: its receipts, in their order.

    `archive`, `size`, `root`, `manifest_sha256`, `year`, `opened_with`, `verdict`: as in `evidence_events`.
    """

    entry: int
    at: str
    actor: str
    archive: str
    size: int
    root: str
    manifest_sha256: str
    year: str
    opened_with: tuple[str, ...]
    verdict: str
    handovers: tuple[Handover, ...]


def archives(views: Reader, *, at: AsOf = None) -> Answer[Archive]:
    """Archives that were recorded, the newest first, each with its receipts.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    receipts: dict[str, list[Handover]] = {}
    sql = f"""SELECT t.archive, t.entry, m.at, m.actor, t.receiver, t.number, t.received_on
        FROM {{archive_handovers}} t {command_join("t.entry")} WHERE {stands("t")} ORDER BY t.entry"""
    for archive, *receipt in views.select(sql, {"at": position}):
        receipts.setdefault(archive, []).append(Handover(*receipt))
    sql = f"""SELECT t.entry, m.at, m.actor, t.archive, t.size, t.root, t.manifest_sha256, t.year, t.opened_with,
          t.verdict
        FROM {{archives}} t {command_join("t.entry")} WHERE {stands("t")} ORDER BY t.entry DESC"""
    rows: list[Archive] = []
    for entry, moment, actor, archive, size, root, manifest, year, tools, verdict in views.select(
        sql, {"at": position}
    ):
        row = Archive(
            entry=entry,
            at=moment,
            actor=actor,
            archive=archive,
            size=size,
            root=root,
            manifest_sha256=manifest,
            year=year,
            opened_with=tuple(orjson.loads(tools)),
            verdict=verdict,
            handovers=tuple(receipts.get(archive, ())),
        )
        rows.append(row)
    return Answer(position, tuple(rows))


VIEW: Final = View(
    (VERIFICATIONS, ARCHIVES, HANDOVERS, TIMINGS, PRINTOUTS),
    {
        VerificationRecorded: _verification_recorded,
        ArchiveRecorded: _archive_recorded,
        ArchiveHandedOver: _handed_over,
        RegisterTimed: _register_timed,
        PrintoutRegistered: _printout_registered,
    },
)
