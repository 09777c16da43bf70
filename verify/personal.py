"""People's data (events.md, "People's data"): guardians, notices and their answers, consents to delivery, refusals.

A stream that began before the range keeps what is not here: what would need it is not checked.
"""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from verify.disclosures import OF_CONSENTS
from verify.entry import ACTOR, AT, BEHALF, DATA, Groups
from verify.events import unescape
from verify.state import Person, Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay

_RELATIONS: Final = {
    b"mother": "мать", b"father": "отец", b"guardian": "опекун, попечитель", b"other": "иной законный представитель",
}  # fmt: skip
FIELD_WORDS: Final = {
    "family_name": "фамилия", "given_name": "имя", "patronymic": "отчество", "birth_date": "дата рождения",
    "address": "адрес", "phone": "телефон", "email": "электронная почта",
}  # fmt: skip
_FORMS: Final = {b"written": "письменно", b"electronic": "электронно", b"oral": "устно", b"self_service": "в системе"}
_CHANNELS: Final = {b"in_system": "в системе", b"email": "электронная почта", b"sms": "СМС"}

# Columns that later entries fill.
_LINK_ENDED, _CONSENT_ENDED, _REFUSAL_ENDED = 8, 10, 8
_ANSWERED = slice(8, 10)
_NOTIFIED = slice(9, 13)


@dataclass(slots=True)
class _Consent:
    student: bytes
    channel: bytes
    row: list[bytes]
    is_standing: bool = True


@dataclass(slots=True)
class _Refusal:
    student: bytes
    refused_on: bytes
    row: list[bytes]
    is_standing: bool = True
    is_notified: bool = False


@dataclass(slots=True)
class _Record:
    """What a person's stream says so far; `guardians` and `notices` map to their rows, an answered notice to None."""

    guardians: dict[bytes, list[bytes]] = field(default_factory=dict)
    notices: dict[int, list[bytes] | None] = field(default_factory=dict)
    refreshed: set[bytes] = field(default_factory=set)
    consents: dict[int, _Consent] = field(default_factory=dict)
    refusals: dict[int, _Refusal] = field(default_factory=dict)


class PersonalData:
    """The records of all people, and the years whose refresh was opened, with its first day."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self._records: dict[bytes, _Record] = {}
        self._refreshes: dict[bytes, bytes] = {}

    def _of(self, person: Stream, kind: bytes = b"") -> tuple[Person, _Record]:
        """Return the person of a stream, who must be registered as this kind, and the record."""
        who = person if isinstance(person, Person) else Person(person.key)
        if kind and who.kind != kind and not who.is_partial:
            self._find("person-kind", kind, who.kind, field_name="stream")
        return who, self._records.setdefault(who.key, _Record())

    def _row(self, table: str, index: int, groups: Groups, *cells: bytes) -> list[bytes]:
        row = [b"%d" % index, groups[AT], *cells]
        self._replay.tables.row(table, index, row)
        return row

    # Guardians.

    def guardian_linked(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a link: one at a time of a guardian and a student."""
        basis, guardian, relation = groups[DATA]
        student, record = self._of(stream, b"student")
        who = self._replay.person(guardian, "guardian", b"guardian")
        if guardian in record.guardians:
            self._find("guardian-link", "one link until it is ended", guardian, field_name="data.guardian")
        cells = (*_cells(student), *_cells(who), _RELATIONS[relation].encode(), _text(basis), b"")
        record.guardians[guardian] = self._row("guardians", index, groups, *cells)

    def guardian_unlinked(self, stream: Stream, index: int, groups: Groups) -> None:
        """End a link, and the consents that rest on it."""
        _, guardian = groups[DATA]
        student, record = self._of(stream, b"student")
        self._replay.person(guardian, "guardian", b"guardian")
        row = record.guardians.pop(guardian, None)
        if row is not None:
            row[_LINK_ENDED] = b"%d" % index
        elif not student.is_partial:
            self._find("guardian-link", "a guardian of this student", guardian, field_name="data.guardian")
        other = self._records.get(b"person/" + guardian)
        for consent in other.consents.values() if other is not None else ():
            if consent.is_standing and consent.student == student.id:
                _end(consent, index)

    def check_linked(self, guardian: Person, student: bytes) -> None:
        """Compare with the links of the student that an entry of a guardian names."""
        who = self._replay.person(student, "student", b"student")
        known = self._replay.streams.get(b"person/" + student)
        record = self._records.get(b"person/" + student)
        if record is not None and guardian.id in record.guardians:
            return
        if known is not None and not known.is_partial and who.kind == b"student":
            self._find("guardian-link", "a guardian of this student", guardian.id, field_name="data.student")

    # Notices, changes, the yearly refresh.

    def data_change_notice_received(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a notice."""
        about, given_by, how, received_on = groups[DATA]
        person, record = self._of(stream)
        if given_by is not None:
            self._replay.made(b"person", given_by, "given_by")
        cells = (received_on, _FORMS[how].encode(), given_by or b"", self._fields(about, "about"), b"", b"")
        record.notices[index] = self._row("data_notices", index, groups, *_cells(person), *cells)

    def personal_data_changed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a change: what stands for these names is from now on what this entry discloses."""
        digests, fields, notice, refresh = groups[DATA]
        person, record = self._of(stream)
        listed, names = json.loads(digests), json.loads(fields)
        if listed != sorted(set(listed)) or len(listed) > len(names):
            self._find("data-field", f"up to {len(names)} sorted digests", digests, field_name="data._sd")
        disclosures = self._replay.disclosures
        self._replay.disclose(index, listed, frozenset(names))
        person.disclosed += disclosures.known(listed)
        self._replay.erasures.check_new(person, listed)
        if 0 < len(disclosures.known(listed)) < len(listed):
            self._replay.blocking.partly.append(person.id)
        self._replay.blocking.note_change(person.id, index, frozenset(names))
        new = disclosures.parts(listed)
        person.parts = {name: text for name, text in person.parts.items() if name not in names} | {
            name: text for name, text in new.items() if name in names
        }
        person.rename(index)
        self._replay.tables.renamed(person)
        self._answer(person, record, index, groups, notice, refresh)
        cells = ("изменены".encode(), self._fields(fields, "fields"), notice or b"", refresh or b"", b"")
        self._row("data_updates", index, groups, *_cells(person), *cells)

    def personal_data_confirmed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a confirmation: of a notice, a refresh, or both."""
        confirmed_on, notice, refresh = groups[DATA]
        person, record = self._of(stream)
        if notice is None and refresh is None:
            self._find("data-field", "a notice or a refresh", "none", field_name="data.refresh")
        if refresh is not None and (opens_on := self._refreshes.get(refresh)) is not None:
            self._replay.check_span(opens_on, confirmed_on, "confirmed_on")
        self._answer(person, record, index, groups, notice, refresh)
        cells = ("подтверждены".encode(), b"", notice or b"", refresh or b"", confirmed_on)
        self._row("data_updates", index, groups, *_cells(person), *cells)

    def _answer(
        self, person: Person, record: _Record, index: int, groups: Groups, notice: bytes | None, refresh: bytes | None
    ) -> None:
        """Settle the notice and the refresh that an entry answers, each once."""
        if notice is not None:
            known = int(notice) in record.notices
            row = record.notices.get(int(notice))
            if row is not None:
                row[_ANSWERED] = [b"%d" % index, groups[AT]]
                record.notices[int(notice)] = None
            elif known or not person.is_partial:
                self._find("answers-nothing", "a notice not yet answered", notice, field_name="data.notice")
        if refresh is not None:
            if refresh not in self._refreshes:
                self._replay.made(b"refresh", refresh, "refresh")
            if refresh in record.refreshed:
                self._find("answers-nothing", "a refresh not yet answered", refresh, field_name="data.refresh")
            record.refreshed.add(refresh)

    def annual_refresh_opened(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take the opening of a year's refresh."""
        opens_on, until = groups[DATA]
        if not self._replay.makes(stream):
            return
        self._replay.made(b"year", stream.id, "stream")
        self._replay.check_span(opens_on, until, "until")
        self._refreshes[stream.id] = opens_on
        self._row("refreshes", index, groups, stream.id, opens_on, until)

    def _fields(self, fields: bytes | None, field_name: str) -> bytes:
        """Return the words of a list of names; report one that is not sorted."""
        names = json.loads(fields) if fields is not None else []
        if names != sorted(set(names)):
            self._find("data-field", "sorted names", fields, field_name="data." + field_name)
        return ", ".join(FIELD_WORDS[name] for name in names).encode()

    # Consents and refusals.

    def delivery_consent_given(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a consent; it ends the guardian's refusal about the same student."""
        digests, day, number, channel, method, student = groups[DATA]
        guardian, record = self._of(stream, b"guardian")
        self.check_linked(guardian, student)
        self._check_method(guardian, groups, method, number, day)
        if (digests is None) != (channel == b"in_system"):
            self._find("consent-form", "a contact, but for in_system", channel, field_name="data._sd")
        if digests is not None:
            self._replay.disclose(index, json.loads(digests), OF_CONSENTS)
            guardian.disclosed += self._replay.disclosures.known(json.loads(digests))
            self._replay.erasures.check_new(guardian, json.loads(digests))
        for consent in record.consents.values():
            if consent.is_standing and (consent.student, consent.channel) == (student, channel):
                self._find("recorded-twice", "one standing consent", channel, field_name="data.channel")
        for refusal in record.refusals.values():
            if refusal.is_standing and refusal.student == student:
                _end(refusal, index)
        who = self._replay.person(student, "student", b"student")
        form = (_CHANNELS[channel].encode(), _FORMS[method].encode(), _text(number), day or b"", b"")
        row = self._row("consents", index, groups, *_cells(guardian), *_cells(who), *form)
        record.consents[index] = _Consent(student, channel, row)

    def delivery_consent_withdrawn(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a withdrawal of a standing consent."""
        day, number, cited, method = groups[DATA]
        guardian, record = self._of(stream, b"guardian")
        self._check_method(guardian, groups, method, number, day)
        consent = record.consents.get(int(cited))
        if consent is not None and consent.is_standing:
            _end(consent, index)
        elif consent is not None or not guardian.is_partial:
            self._find("answers-nothing", "a standing consent", cited, field_name="data.consent")

    def _check_method(
        self, guardian: Person, groups: Groups, method: bytes, number: bytes | None, day: bytes | None
    ) -> None:
        """Compare how a consent was given or withdrawn with what that needs."""
        is_written = method == b"written"
        if (number is not None, day is not None) != (is_written, is_written):
            self._find("consent-form", "an application, where it is written", method, field_name="data.method")
        if not is_written and (groups[ACTOR], groups[BEHALF]) != (guardian.id, None):
            self._find("consent-form", "the guardian's own entry", groups[ACTOR], field_name="actor")

    def information_refused(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a refusal: of a linked guardian without a standing consent, once."""
        basis, refused_on, student = groups[DATA]
        guardian, record = self._of(stream, b"guardian")
        self.check_linked(guardian, student)
        standing: list[_Consent | _Refusal] = [*record.consents.values(), *record.refusals.values()]
        if any(one.is_standing and one.student == student for one in standing):
            self._find("recorded-twice", "no standing consent or refusal", student, field_name="data.student")
        who = self._replay.person(student, "student", b"student")
        cells = (*_cells(guardian), *_cells(who), refused_on, _text(basis), *[b""] * 5)
        record.refusals[index] = _Refusal(student, refused_on, self._row("refusals", index, groups, *cells))

    def guardianship_notified(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take the notice to the authority: of a standing refusal, once, approved by another than who records."""
        approved_by, out_number, cited, sent_on = groups[DATA]
        guardian, record = self._of(stream, b"guardian")
        self._replay.person(approved_by, "approved_by", b"staff")
        if approved_by in (groups[ACTOR], groups[BEHALF]):
            self._find("approval-same-person", "another than who records", approved_by, field_name="data.approved_by")
        refusal = record.refusals.get(int(cited))
        if refusal is not None and refusal.is_standing and not refusal.is_notified:
            self._replay.check_span(refusal.refused_on, sent_on, "sent_on")
            refusal.is_notified = True
            refusal.row[_NOTIFIED] = [b"%d" % index, _text(out_number), sent_on, approved_by]
        elif refusal is not None or not guardian.is_partial:
            self._find("answers-nothing", "a standing refusal not yet told of", cited, field_name="data.refusal")


def _end(ended: _Consent | _Refusal, index: int) -> None:
    ended.is_standing = False
    ended.row[_CONSENT_ENDED if isinstance(ended, _Consent) else _REFUSAL_ENDED] = b"%d" % index


def _cells(person: Person) -> tuple[bytes, bytes]:
    return person.id, cell(person.name or person.id)


def _text(spelt: bytes | None) -> bytes:
    """Return a text's cell; empty where it is absent."""
    return b"" if spelt is None else cell(unescape(spelt))
