"""Commands that record evidence for regulation 3.3, and the paper that was printed under it."""

from __future__ import annotations

from ledger.journal.command import JournalCommand
from ledger.journal.vocabulary import Condition, Tool, Verdict


class RecordVerification(JournalCommand, frozen=True, kw_only=True):
    """What a program found that verified the log up to `size`; fields as in `evidence_events`."""

    verification: str
    size: int
    root: str
    verdict: Verdict
    program: str
    program_sha256: str
    checkpoint: int | None = None
    witnesses: int = 0


class RecordArchive(JournalCommand, frozen=True, kw_only=True):
    """An archive was written and opened; fields as in `evidence_events`."""

    archive: str
    size: int
    root: str
    manifest_sha256: str
    year: str
    opened_with: tuple[Tool, ...]
    verdict: Verdict


class HandOverArchive(JournalCommand, frozen=True, kw_only=True):
    """An archive institution gave a receipt for an archive that was recorded; fields as in `evidence_events`."""

    handover: str
    archive: str
    to: str
    number: str
    received_on: str


class RecordTiming(JournalCommand, frozen=True, kw_only=True):
    """How long the register of substitutions took for a month; fields as in `evidence_events`."""

    timing: str
    size: int
    month: str
    employees: int
    requests: int
    rows: int
    slowest_ms: int


class RegisterPrintout(JournalCommand, frozen=True, kw_only=True):
    """Paper under regulation 3.3: `corrections` of a `period`, `archive` of a `year`, `substitutions` of a `month`.

    `sheets`: the forms that it consists of.
    """

    printout: str
    condition: Condition
    number: str
    printed_on: str
    pages: int
    kept: str
    signed_by: str
    period: str | None = None
    year: str | None = None
    month: str | None = None
    sheets: tuple[str, ...] = ()
