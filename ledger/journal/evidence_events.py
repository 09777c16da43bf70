"""Events of evidence, each in a stream of its own; `verify/spec/events.md`, Evidence, says what their bytes mean."""

from __future__ import annotations

from typing import Literal

from ledger.journal.event import Event
from ledger.journal.vocabulary import Condition, Tool, Verdict


class VerificationRecorded(Event, frozen=True, kw_only=True):
    """`verification/`: a program verified the log from entry 0 up to `size`, whose root is `root` (R44).

    `program_sha256` is of the program's file; `checkpoint`: the size of the signed checkpoint that was compared, None:
    none was; `witnesses`: how many cosignatures of others than the log were checked.
    """

    size: int
    root: str
    verdict: Verdict
    program: str
    program_sha256: str
    checkpoint: int | None = None
    witnesses: int


class ArchiveRecorded(Event, frozen=True, kw_only=True):
    """`archive/`: an archive of all entries up to `size` was written for a year, and opened with these tools (R45)."""

    size: int
    root: str
    manifest_sha256: str
    year: str
    opened_with: tuple[Tool, ...]
    verdict: Verdict


class ArchiveHandedOver(Event, frozen=True, kw_only=True):
    """`handover/`: an archive institution took over the archive that `archive` is, with a receipt (R45).

    `manifest_sha256` is that archive's: whoever holds a copy sees that it is the one of the receipt.
    """

    archive: str
    manifest_sha256: str
    to: str
    number: str
    received_on: str


class RegisterTimed(Event, frozen=True, kw_only=True):
    """`timing/`: a register was asked, as of `size`, for a month of all and of each employee, one request each (R46).

    `requests` of them were made; `rows` answered the one for all; the slowest took `slowest_ms`.
    """

    register: Literal["substitutions"]
    size: int
    month: str
    employees: int
    requests: int
    rows: int
    slowest_ms: int


class PrintoutRegistered(Event, frozen=True, kw_only=True):
    """`printout/`: paper that was printed under 3.3, signed and kept: of a period, a year or a month (R04, R43).

    `sheets`: the forms of the register that it consists of, sorted; none where it was printed otherwise.
    """

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
