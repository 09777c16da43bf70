"""Commands of the register of printed forms."""

from __future__ import annotations

from ledger.journal.command import JournalCommand
from ledger.journal.vocabulary import PrintKind, VoidReason


class IssueSheet(JournalCommand, frozen=True, kw_only=True):
    """A form was made and is to be printed; `content` is the digest of its disclosure ``content``, kept before."""

    sheet: str
    kind: PrintKind
    position: int
    pages: int
    content: str
    course: str | None = None
    period: str | None = None
    class_group: str | None = None
    month: str | None = None
    student: str | None = None


class CertifySheet(JournalCommand, frozen=True, kw_only=True):
    """The paper of this sheet was certified; fields as in `print_events`."""

    sheet: str
    certified_by: str
    office: str
    certified_on: str
    seal: bool = True


class VoidSheet(JournalCommand, frozen=True, kw_only=True):
    """The paper of this sheet counts no more."""

    sheet: str
    reason: VoidReason
    basis: str
