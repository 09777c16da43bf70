"""Events of a student's certificates (`verify/spec/events.md`, Certificates)."""

from __future__ import annotations

from typing import Final

from ledger.journal.event import Event
from ledger.journal.vocabulary import CertificateCode


class CertificateRecorded(Event, frozen=True, kw_only=True):
    """`certificate/<student>`: a document says why the student is not there on these days, both inclusive (R24).

    `certificate` is its id; `basis` names the document, never a person and no diagnosis.
    """

    certificate: str
    starts_on: str
    ends_on: str
    code: CertificateCode
    basis: str


class CertificateAnnulled(Event, frozen=True, kw_only=True):
    """`certificate/<student>`: the certificate of entry `corrects` was entered wrongly, and covers no day any more."""

    corrects: int
    basis: str


CERTIFICATE_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "certificate_recorded/1": CertificateRecorded,
    "certificate_annulled/1": CertificateAnnulled,
}
