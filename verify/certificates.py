"""Certificates of students (events.md, "Certificates"), and what cites them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from verify.columns import WORDS
from verify.entry import AT, DATA, Groups
from verify.events import unescape
from verify.state import Lesson, Person, Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay


@dataclass(slots=True)
class Certificate:
    """A certificate: from which day to which, its code as raw JSON, the document as it is spelt in JSON.

    `row` is its row of certificates.csv, whose last cell says what annulled it.
    """

    id: bytes
    starts_on: bytes
    ends_on: bytes
    code: bytes
    basis: bytes
    row: list[bytes]

    def covers(self, day: bytes) -> bool:
        """Say whether a day is among its days."""
        return self.starts_on <= day <= self.ends_on


class Certificates:
    """The certificates of all students: by student and index, those that were not annulled."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._standing: dict[bytes, dict[int, Certificate]] = {}
        self._ids: dict[bytes, set[bytes]] = {}

    def certificate_recorded(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a certificate."""
        basis, id_, code, ends_on, starts_on = groups[DATA]
        who = self._replay.person(stream.id, "student", b"student")
        self._replay.check_span(starts_on, ends_on, "ends_on")
        ids = self._ids.setdefault(stream.id, set())
        if id_ in ids:
            self._replay.find("recorded-twice", "a certificate once", id_, field_name="data.certificate")
        ids.add(id_)
        code = b'"%b"' % code
        row = [
            b"%d" % index, groups[AT], who.id, cell(who.name), starts_on, ends_on, WORDS[code],
            cell(unescape(basis)), b"",
        ]  # fmt: skip
        self._standing.setdefault(stream.id, {})[index] = Certificate(id_, starts_on, ends_on, code, basis, row)
        self._replay.tables.row("certificates", index, row)

    def certificate_annulled(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take the annulment of a certificate."""
        _, corrects = groups[DATA]
        annulled = self._standing.get(stream.id, {}).pop(int(corrects), None)
        if annulled is not None:
            annulled.row[-1] = b"%d" % index
        elif int(corrects) >= self._replay.start:
            expected = "a certificate of this student that stands"
            self._replay.find("correction-cites-nothing", expected, corrects, field_name="data.corrects")

    def check_recorded(self, lesson: Lesson, who: Person, code: bytes, cited: bytes | None) -> None:
        """Judge an absence that is recorded: what it cites, or that it says no reason where a certificate does."""
        covering = self._covering(lesson, who)
        if cited is not None:
            self._check_cited(covering, cited, code)
        elif code == b'"absent"' and covering:
            expected = b"the code of certificate " + covering[-1].id
            self._replay.find("certificate-mismatch", expected, code, field_name="data.code")

    def check_reason(self, lesson: Lesson, who: Person, groups: Groups) -> None:
        """Judge a reason that is set: it has the document of the certificate that it cites."""
        _, basis, cited, code = groups[DATA]
        if cited is None:
            return
        found = self._check_cited(self._covering(lesson, who), cited, code)
        if found is not None and found.basis != basis:
            self._replay.find("certificate-mismatch", found.basis, basis or "none", field_name="data.basis")

    def _covering(self, lesson: Lesson, who: Person) -> list[Certificate]:
        if not lesson.held_on:
            return []
        return [one for one in self._standing.get(who.id, {}).values() if one.covers(lesson.held_on)]

    def _check_cited(self, covering: list[Certificate], cited: bytes, code: bytes) -> Certificate | None:
        found = next((one for one in covering if one.id == cited), None)
        if found is None:
            if not self._replay.start:
                expected = "a certificate of this student that covers the day"
                self._replay.find("certificate-mismatch", expected, cited, field_name="data.certificate")
        elif found.code != code:
            self._replay.find("certificate-mismatch", found.code, code, field_name="data.code")
        return found
