"""Keeping and erasing personal values (events.md, "Keeping and erasing"): schedules, holds, two people, what is gone.

That a key was destroyed no log can show. That an archive made afterwards does not disclose the values is checked here.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from verify.authors import around
from verify.entry import ACTOR, AT, DATA, Groups, people_of
from verify.events import unescape
from verify.state import ClassGroup, Person, Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay

_CLASSES: Final = {
    "person": "сведения о человеке", "journal": "пояснения в журнале", "print": "печатные формы",
    "sheet": "сводные ведомости",
}  # fmt: skip
_COUNTED: Final = {"left": "выбытие", "year_end": "конец учебного года", "document": "дата документа"}
_KEPT: Final = {"law": "закон", "consent": "согласие"}
_GROUNDS: Final = {
    b"expiry": "истёк срок", b"withdrawal": "отзыв согласия", b"request": "требование",
    b"unlawful": "незаконная обработка",
}  # fmt: skip
_KINDS: Final = {
    None: "", "student": "ученик", "teacher": "учитель", "staff": "сотрудник", "guardian": "законный представитель",
}  # fmt: skip
_YEAR_MAX: Final = 9998
"""The last year behind which there are days still; what is due later is not."""


@dataclass(slots=True)
class _Proposal:
    """An erasure that was proposed: by whom, and what became of it."""

    people: frozenset[bytes]
    person: bytes
    retention: bytes
    ground: bytes
    counted_from: bytes | None
    approved_at: bytes = b""
    is_refused: bool = False
    is_erased: bool = False

    @property
    def is_open(self) -> bool:
        return not self.approved_at and not self.is_refused


class Erasures:
    """The schedules, holds and erasures of a school, and whose values are gone."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self._schedules: list[tuple[bytes, int, list[dict[str, Any]]]] = []
        self._holds: dict[bytes, tuple[bytes | None, bytes | None]] = {}
        self._placed: set[bytes] = set()
        self._proposals: dict[bytes, _Proposal] = {}
        self.erased: set[tuple[bytes, str]] = set()

    def retention_schedule_adopted(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a schedule: rows in order, none twice, from no earlier day than the one before."""
        _, effective_from, rows = groups[DATA]
        self._check_stream(stream)
        listed = json.loads(rows)
        keys = [(row["retention"], row.get("kind", "")) for row in listed]
        if keys != sorted(set(keys)):
            self._find("retention-schedule", "sorted rows, each once", rows, field_name="data.rows")
        if self._schedules and effective_from < self._schedules[-1][0]:
            expected = b"not before " + self._schedules[-1][0]
            self._find("retention-schedule", expected, effective_from, field_name="data.effective_from")
        self._schedules.append((effective_from, index, listed))
        for row in listed:
            words = (_KINDS[row.get("kind")], _CLASSES[row["retention"]], _KEPT[row["kept_by"]])
            cells = [word.encode() for word in (*words, _COUNTED[row["counted_from"]], str(row["years"]))]
            rest = (b"", b"", b"", cell(row["citation"].encode()))
            self._row(index, groups, "срок".encode(), b"", effective_from, *cells, *rest)

    def legal_hold_placed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a hold: of what it names, and of nobody else; once."""
        basis, group, hold, person, whose = groups[DATA]
        self._check_stream(stream)
        if (person is not None, group is not None) != (whose == b"person", whose == b"class"):
            self._find("legal-hold", "whom the hold is of", whose, field_name="data.whose")
        if person is not None:
            self._replay.made(b"person", person, "person")
        if group is not None:
            self._replay.made(b"class", group, "class_group")
        if hold in self._placed:
            self._find("recorded-twice", "a hold once", hold, field_name="data.hold")
        self._placed.add(hold)
        self._holds[hold] = person, group
        whom = person or group or "все".encode()
        self._row(index, groups, "запрет".encode(), hold, b"", whom, *[b""] * 7, cell(unescape(basis)))

    def legal_hold_lifted(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take the end of a hold that stands."""
        basis, hold = groups[DATA]
        self._check_stream(stream)
        if self._holds.pop(hold, None) is None and not self._replay.start:
            self._find("legal-hold", "a hold that stands", hold, field_name="data.hold")
        self._row(index, groups, "запрет снят".encode(), hold, *[b""] * 9, cell(unescape(basis)))

    def erasure_proposed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a proposal: of a person, on a ground that allows it, while no hold stands."""
        basis, counted_from, erasure, ground, person, retention = groups[DATA]
        self._check_stream(stream)
        self._replay.made(b"person", person, "person")
        if erasure in self._proposals:
            self._find("recorded-twice", "an erasure once", erasure, field_name="data.erasure")
        one = _Proposal(people_of(groups), person, retention, ground, counted_from)
        classes = set(json.loads(retention))
        if any((person, name) in self.erased for name in classes):
            self._find("erasure", "values that are not erased", person, field_name="data.retention")
        for other in self._proposals.values():
            waits = not other.is_refused and not other.is_erased
            if waits and other.person == person and classes & set(json.loads(other.retention)):
                self._find("erasure", "one erasure of these values at a time", person, field_name="data.retention")
        self._proposals[erasure] = one
        self._check_no_hold(person)
        self._check_ground(one, groups[AT])
        cells = (self._words(retention), _GROUNDS[ground].encode(), counted_from or b"", *[b""] * 4)
        self._row(index, groups, "предложено".encode(), erasure, b"", person, *cells, cell(unescape(basis)))

    def erasure_approved(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take an approval: by a second person, on a ground that still allows it, while no hold stands."""
        one = self._answered(stream, index, groups, "одобрено")
        if one is not None:
            one.approved_at = groups[AT]
            self._check_no_hold(one.person)
            self._check_ground(one, groups[AT])

    def erasure_refused(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a refusal: by a second person."""
        one = self._answered(stream, index, groups, "отклонено")
        if one is not None:
            one.is_refused = True

    def personal_data_erased(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take an erasure that was carried out: approved, of what was proposed; nothing of it is disclosed here."""
        destroyed_at, disclosures, erasure, person, retention, sheets, sheets_to = groups[DATA]
        self._check_stream(stream)
        one = self._proposals.get(erasure)
        if one is None:
            if not self._replay.start:
                self._find("erasure", "an approved erasure", erasure, field_name="data.erasure")
        elif not one.approved_at or one.is_erased:
            self._find("erasure", "an approved erasure, carried out once", erasure, field_name="data.erasure")
        elif (one.person, one.retention) != (person, retention):
            self._find("erasure", "what was proposed", person, field_name="data.person")
        elif not one.approved_at <= destroyed_at <= groups[AT]:
            self._find("erasure", "after the approval", destroyed_at, field_name="data.destroyed_at")
        if one is not None:
            one.is_erased = True
        self._check_no_hold(person)
        numbers: list[int] | range = json.loads(sheets) if sheets is not None else []
        shown = ", ".join(map(str, numbers)).encode()
        if sheets_to is not None:
            if sheets is not None or sheets_to == b"0":
                self._find("erasure", "numbers of forms, or the last of all", sheets_to, field_name="data.sheets_to")
            numbers, shown = range(1, int(sheets_to) + 1), b"1\xe2\x80\x93" + sheets_to
        self._replay.prints.check_erased(numbers)
        self.erased.update((person, name) for name in json.loads(retention))
        if "person" in json.loads(retention):
            self._check_undisclosed(person)
        cells = (self._words(retention), b"", b"", b"", disclosures, shown, destroyed_at, b"")
        self._row(index, groups, "стёрто".encode(), erasure, b"", person, *cells)
        self._replay.report.checked["erasures"] += 1
        self._replay.report.checked["erased_values"] += int(disclosures)

    def schedule_on(self, day: bytes) -> int | None:
        """Return the index of the schedule in force on a day."""
        return next((index for from_, index, _ in reversed(self._schedules) if from_ <= day), None)

    def row_of(self, schedule: int, retention: str) -> dict[str, Any] | None:
        """Return what the schedule of an index says of a class, of no kind of person alone."""
        rows = next((rows for _, index, rows in self._schedules if index == schedule), [])
        return next((row for row in rows if row["retention"] == retention and "kind" not in row), None)

    def standing_holds(self) -> Iterable[tuple[bytes | None, bytes | None]]:
        """Return person and class of each hold that stands; of all: neither."""
        return self._holds.values()

    def check_new(self, person: Person, digests: list[str]) -> None:
        """Report new values of a person whose values were erased."""
        if digests and (person.id, "person") in self.erased:
            self._find("erasure", "no values of whom was erased", person.id, field_name="data._sd")

    def _answered(self, stream: Stream, index: int, groups: Groups, action: str) -> _Proposal | None:
        """Judge an answer: to a proposal that waits, by another than who proposed it."""
        basis, erasure = groups[DATA]
        self._check_stream(stream)
        self._row(index, groups, action.encode(), erasure, *[b""] * 9, cell(unescape(basis)))
        one = self._proposals.get(erasure)
        if one is None or not one.is_open:
            if one is not None or not self._replay.start:
                self._find("erasure", "an erasure that waits for an answer", erasure, field_name="data.erasure")
            return None
        if one.people & people_of(groups):
            self._find("approval-same-person", "another than who proposed it", groups[ACTOR], field_name="actor")
        return one

    def _check_no_hold(self, person: bytes) -> None:
        who = self._replay.people.get(person)
        for held, group in self._holds.values():
            if group is not None:
                of = self._replay.streams.get(b"class/" + group)
                is_held = isinstance(of, ClassGroup) and who is not None and who in of.roster
            else:
                is_held = held is None or held == person
            if is_held:
                self._find("legal-hold", "no hold of this person", person, field_name="data.erasure")

    def _check_undisclosed(self, person: bytes) -> None:
        who = self._replay.people.get(person)
        if who is not None and who.disclosed:
            self._find("erased-disclosed", "no disclosure of the person", len(who.disclosed), field_name="data.person")

    def _check_ground(self, one: _Proposal, at: bytes) -> None:
        """Compare with the schedule, by the school's day: that of `at`, the day before or the day after."""
        if one.ground == b"unlawful":
            if one.counted_from is not None:
                self._find("erasure", "a ground that counts from no day", one.ground, field_name="data.counted_from")
            return
        who = self._replay.people.get(one.person)
        if who is None or self._replay.start:
            return
        days = around(at[:10])
        if one.counted_from is not None and one.counted_from > days[-1]:
            self._find("erasure", "a day that has come", one.counted_from, field_name="data.counted_from")
        for retention in json.loads(one.retention):
            if not any(self._is_due(one, retention, who, day) for day in days):
                self._find("erasure-too-early", "values that may go", retention, field_name="data.retention")

    def _is_due(self, one: _Proposal, retention: str, who: Person, day: bytes) -> bool:
        """Say whether the schedule in force on a day lets a class of values go."""
        rows: list[dict[str, Any]] = next((rows for from_, _, rows in reversed(self._schedules) if from_ <= day), [])
        found = {row.get("kind"): row for row in rows if row["retention"] == retention}
        row = found.get(who.kind.decode()) or found.get(None)
        if row is None:
            return False
        if one.ground != b"expiry" and row["kept_by"] == "consent":
            return True
        if one.counted_from is None or day < due_day(one.counted_from, row["years"]):
            return False
        return row["counted_from"] == "document" or self._has_left(
            who, one.counted_from, day, is_by_year=row["counted_from"] == "year_end"
        )

    def _has_left(self, who: Person, counted_from: bytes, day: bytes, *, is_by_year: bool) -> bool:
        """Say whether nothing the log knows puts a person at the school behind the day that is counted from."""
        if who.kind != b"student":
            spans = self._replay.duties.spans_of(who.id)
            return all(span.ends_on is not None and span.ends_on <= counted_from for span in spans)
        years = self._replay.timetables.years
        for year, stay in who.stays.items():
            end = years[year][1] if year in years else b""
            if stay.ends_on is None and end >= day:
                return False
            if (end if is_by_year else stay.ends_on or end) > counted_from:
                return False
        return True

    def _check_stream(self, stream: Stream) -> None:
        if self._replay.school and stream.id != self._replay.school:
            self._find("stream-kind", "the stream of the school's own id", stream.key)

    def _words(self, retention: bytes) -> bytes:
        return ", ".join(_CLASSES[name] for name in json.loads(retention)).encode()

    def _row(self, index: int, groups: Groups, *cells: bytes) -> None:
        self._replay.tables.plain("erasures", index, [groups[AT], *cells, groups[ACTOR]])


def due_day(counted_from: bytes, years: int) -> bytes:
    """Return the first day after so many whole years."""
    day = date.fromisoformat(counted_from.decode())
    if day.year + years > _YEAR_MAX:
        return b"9999-12-31"
    try:
        last = day.replace(year=day.year + years)
    except ValueError:  # 29 February of a leap year
        last = day.replace(year=day.year + years, day=28)
    return (last + timedelta(days=1)).isoformat().encode()
