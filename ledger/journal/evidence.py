"""Evidence that the journal needs no paper, and the paper that was printed all the same (regulation 3.3).

Each is one entry in a stream of its own. What a program found it found where it ran; whoever reads the log repeats it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ledger.errors import LOG, Refused
from ledger.journal import evidence_events as ev, rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import HandOverArchive, RecordArchive, RecordTiming, RecordVerification, RegisterPrintout
from ledger.journal.context import Context
from ledger.journal.event import Event
from ledger.journal.people import check_employee
from ledger.journal.prints import check_printed
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.teaching import today
from ledger.journal.vocabulary import CONDITIONS, TOOLS, VERDICTS
from ledger.journal.year import Period, SchoolYear

AGE_MAX: Final = 60_000
"""How many entries may have come since what a root is of: fewer than events.md's 65,536, as more may come meanwhile."""
COUNT_MAX: Final = 999_999
PAGES_MAX: Final = 99_999
_SCOPES: Final = {"corrections": "period", "archive": "year", "substitutions": "month"}


class Evidence(Aggregate, frozen=True, kw_only=True):
    """One entry of evidence; nothing follows it. `printout`, `archive`: the entry's, where it is of one."""

    printout: ev.PrintoutRegistered | None = None
    archive: ev.ArchiveRecorded | None = None


def evolve_evidence(state: Evidence | None, events: Iterable[Recorded]) -> Evidence | None:
    """Apply the one event of a stream of evidence."""
    for event in events:
        if state is not None or not isinstance(event.data, _EVIDENCE):
            raise TypeError(f"{type(event.data).__name__} is no event of this evidence")
        printout = event.data if isinstance(event.data, ev.PrintoutRegistered) else None
        archive = event.data if isinstance(event.data, ev.ArchiveRecorded) else None
        state = Evidence(
            stream=event.originator_id, version=event.originator_version, printout=printout, archive=archive
        )
    return state


_EVIDENCE: Final = (
    ev.VerificationRecorded,
    ev.ArchiveRecorded,
    ev.ArchiveHandedOver,
    ev.RegisterTimed,
    ev.PrintoutRegistered,
)


def record_verification(command: RecordVerification, context: Context) -> list[Planned]:
    """Record what a program found that verified the log (regulation 3.3, example 1)."""
    rules.check_role(context.actor, rules.DIRECTION, "3.3")
    _check_root(command, context)
    rules.check_line(command.program, rules.TITLE_LENGTH_MAX, "program")
    rules.check_sha256(command.program_sha256, "program_sha256")
    if command.checkpoint is not None:
        rules.check_integer(command.checkpoint, 1, command.size, "checkpoint")
    rules.check_integer(command.witnesses, 0, COUNT_MAX, "witnesses")
    event = ev.VerificationRecorded(
        size=command.size,
        root=command.root,
        verdict=command.verdict,
        program=command.program,
        program_sha256=command.program_sha256,
        checkpoint=command.checkpoint,
        witnesses=command.witnesses,
    )
    return _one("verification", command.verification, event, context)


def record_archive(command: RecordArchive, context: Context) -> list[Planned]:
    """Record an archive of a year and what it was opened with (regulation 3.3, example 2)."""
    rules.check_role(context.actor, rules.DIRECTION, "3.3")
    _check_root(command, context)
    rules.check_sha256(command.manifest_sha256, "manifest_sha256")
    context.settled(SchoolYear, "year", command.year, "year")
    for position, tool in enumerate(command.opened_with):
        rules.check_code(tool, TOOLS, f"opened_with[{position}]")
    rules.check_distinct(command.opened_with, "opened_with", "tool")
    event = ev.ArchiveRecorded(
        size=command.size,
        root=command.root,
        manifest_sha256=command.manifest_sha256,
        year=command.year,
        opened_with=tuple(sorted(command.opened_with)),
        verdict=command.verdict,
    )
    return _one("archive", command.archive, event, context)


def hand_over_archive(command: HandOverArchive, context: Context) -> list[Planned]:
    """Record that an archive institution took a recorded archive over, with its receipt (regulation 3.1, 3.3)."""
    rules.check_role(context.actor, (*rules.DIRECTION, rules.ARCHIVIST), "3.1")
    known = context.settled(Evidence, "archive", command.archive, "archive").archive
    if known is None:
        raise TypeError(f"archive/{command.archive} is no archive")
    rules.check_line(command.to, rules.TITLE_LENGTH_MAX, "to")
    rules.check_line(command.number, rules.ORDER_NUMBER_LENGTH_MAX, "number")
    rules.check_past_day(command.received_on, context.now, context.books.zone, "received_on")
    event = ev.ArchiveHandedOver(
        archive=command.archive,
        manifest_sha256=known.manifest_sha256,
        to=command.to,
        number=command.number,
        received_on=command.received_on,
    )
    return _one("handover", command.handover, event, context)


def record_timing(command: RecordTiming, context: Context) -> list[Planned]:
    """Record how long the register took to answer for a month (regulation 3.3, example 3)."""
    rules.check_role(context.actor, rules.DIRECTION, "3.3")
    rules.check_integer(command.size, 1, context.books.size, "size")
    rules.check_month(command.month, "month")
    for field in ("employees", "requests", "rows", "slowest_ms"):
        rules.check_integer(getattr(command, field), 0, COUNT_MAX, field)
    event = ev.RegisterTimed(
        register="substitutions",
        size=command.size,
        month=command.month,
        employees=command.employees,
        requests=command.requests,
        rows=command.rows,
        slowest_ms=command.slowest_ms,
    )
    return _one("timing", command.timing, event, context)


def register_printout(command: RegisterPrintout, context: Context) -> list[Planned]:
    """Register paper printed after the end of what it shows (regulation 3.3; 3.1 for its signature)."""
    rules.check_role(context.actor, (*rules.DIRECTION, rules.ARCHIVIST), "3.3")
    rules.check_code(command.condition, CONDITIONS, "condition")
    rules.check_line(command.number, rules.ORDER_NUMBER_LENGTH_MAX, "number")
    rules.check_date(command.printed_on, "printed_on")
    rules.check_integer(command.pages, 1, PAGES_MAX, "pages")
    rules.check_line(command.kept, rules.TITLE_LENGTH_MAX, "kept")
    check_employee(context, command.signed_by, "signed_by")
    if command.printed_on > today(context):
        raise Refused("printed_later", "this day is to come", clause=LOG, where="printed_on")
    if not _end_of_scope(command, context) < command.printed_on:
        raise Refused(
            "printed_too_early", "it is printed after the end of what it shows", clause="3.3", where="printed_on"
        )
    check_printed(command, context)
    event = ev.PrintoutRegistered(
        condition=command.condition,
        number=command.number,
        printed_on=command.printed_on,
        pages=command.pages,
        kept=command.kept,
        signed_by=command.signed_by,
        period=command.period,
        year=command.year,
        month=command.month,
        sheets=tuple(sorted(command.sheets)),
    )
    return _one("printout", command.printout, event, context)


def _end_of_scope(command: RegisterPrintout, context: Context) -> str:
    """Return a text that sorts behind every day of what was printed and before every later one."""
    wanted = _SCOPES[command.condition]
    for field in _SCOPES.values():
        if (getattr(command, field) is not None) != (field == wanted):
            raise Refused(
                "wrong_scope",
                "{condition} are printed of one {scope}, and of nothing else",
                clause="3.3",
                where=field,
                condition=command.condition,
                scope=wanted,
            )
    if wanted == "period":
        return context.settled(Period, "period", str(command.period), "period").ends_on
    if wanted == "year":
        return context.settled(SchoolYear, "year", str(command.year), "year").ends_on
    rules.check_month(command.month, "month")
    return f"{command.month}-99"


def _check_root(command: RecordVerification | RecordArchive, context: Context) -> None:
    """Judge what speaks of the log at a size: of all that is there, and of no long ago."""
    size = context.books.size
    rules.check_integer(command.size, max(1, size - AGE_MAX), size, "size")
    rules.check_sha256(command.root, "root")
    rules.check_code(command.verdict, VERDICTS, "verdict")


def _one(kind: str, id_: str, event: Event, context: Context) -> list[Planned]:
    rules.check_id(id_, kind)
    stream = f"{kind}/{id_}"
    context.check_new(stream, kind)
    return [Planned(stream, 1, event)]
