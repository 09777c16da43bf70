"""Certificates: documents that say why a student is not there on a range of days (regulation 2.2.4, R24).

All certificates of a student are entries of one stream, `certificate/<id of the student>`. Whoever records an absence
without a reason reads that stream, so no certificate is missed; whoever records a certificate decides on all absences
of its days, and so on the whole log, as a closing does (`certifying`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import msgspec

from ledger.journal.aggregate import Aggregate
from ledger.journal.certificate_events import CertificateAnnulled, CertificateRecorded
from ledger.journal.codec import CODEC
from ledger.journal.context import Context
from ledger.journal.events import AbsenceRecorded, LessonRecorded
from ledger.journal.recorded import Recorded


class Certificates(Aggregate, frozen=True, kw_only=True):
    """A student's certificates: `standing` by the index of the entry, in their order; `ids` of annulled ones too."""

    standing: Mapping[int, CertificateRecorded]
    ids: frozenset[str]

    def covering(self, day: str) -> CertificateRecorded | None:
        """Return the certificate that covers a day, of several the one recorded last; None where none does."""
        covering = [one for one in self.standing.values() if one.starts_on <= day <= one.ends_on]
        return covering[-1] if covering else None


def evolve_certificates(state: Certificates | None, events: Iterable[Recorded]) -> Certificates | None:
    """Apply events of a student's stream of certificates."""
    standing = dict(state.standing) if state else {}
    ids = set(state.ids) if state else set()
    for event in events:
        data = event.data
        if type(data) is CertificateRecorded:
            standing[event.index] = data
            ids.add(data.certificate)
        elif type(data) is CertificateAnnulled and data.corrects in standing:
            del standing[data.corrects]
        else:
            raise TypeError(f"{type(data).__name__} is no event of these certificates")
        stream, version = event.originator_id, event.originator_version
        state = Certificates(stream=stream, version=version, standing=standing, ids=frozenset(ids))
    return state


def covering(context: Context, day: str, student: str) -> CertificateRecorded | None:
    """Return the certificate that covers a student's day, or None; notes the student's list as read."""
    certificates = context.find_if_any(Certificates, f"certificate/{student}")
    return certificates.covering(day) if certificates is not None else None


def recorded_since(day: str) -> str:
    """Return a moment, as entries spell it, before which nothing of a lesson of this day or a later one is recorded.

    A lesson is recorded once it has begun (2.1). The day before is early enough in every time zone.
    """
    return f"{date.fromisoformat(day) - timedelta(days=1)}T00:00:00.000000Z"


class AbsenceScan:
    """Follows a log's entries, from `recorded_since` on, and knows in which lessons a student was absent."""

    def __init__(self, student: str, starts_on: str, ends_on: str) -> None:
        self._student = student.encode("ascii")
        self._days = (starts_on, ends_on)
        self._held: dict[str, bool] = {}

    def see(self, entry: bytes) -> None:
        """Take the next entry into account.

        Raises:
            CodecError, msgspec.DecodeError: the entry is none of a journal's.
        """
        if b'"lesson_recorded/1"' not in entry and self._student not in entry:
            return
        fields = _decode_fields(entry)
        if fields.type == "lesson_recorded/1":
            data = CODEC.decode(fields.type, bytes(fields.data))
            if isinstance(data, LessonRecorded) and self._days[0] <= data.held_on <= self._days[1]:
                self._held[fields.stream] = False
        elif fields.type == "absence_recorded/1" and fields.stream in self._held:
            data = CODEC.decode(fields.type, bytes(fields.data))
            if isinstance(data, AbsenceRecorded) and data.student.encode("ascii") == self._student:
                self._held[fields.stream] = True

    def lessons(self) -> list[str]:
        """Return the lessons' streams, in order of their first entries."""
        return [stream for stream, found in self._held.items() if found]


class _Fields(msgspec.Struct):
    """What the scan reads of an entry; `data` stays as it is until it is needed."""

    stream: str
    type: str
    data: msgspec.Raw


_decode_fields = msgspec.json.Decoder(_Fields).decode
