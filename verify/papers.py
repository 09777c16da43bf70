"""The register of paper archives (events.md, "Paper"): numbers, contents, terms, and destruction by two people.

That paper exists, lies where the register says, or is gone, no log can show.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from verify.authors import around
from verify.entry import ACTOR, AT, DATA, Groups, people_of
from verify.erasures import due_day
from verify.events import unescape
from verify.state import ClassGroup, Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay

_KINDS: Final = {
    b"class_journal": "классный журнал", b"summary_sheet": "сводная ведомость", b"corrections": "исправления",
    b"substitutions": "замещения", b"other": "иное",
}  # fmt: skip
_REASONS: Final = {b"entered_wrongly": "внесено неверно", b"lost": "утрачено", b"damaged": "повреждено"}
_CLASSES: Final = {b"class_journal": "journal", b"summary_sheet": "sheet"}
_YEARS_AHEAD: Final = 2


@dataclass(slots=True)
class _Paper:
    """A paper of the register; `contents`: forms and the printout in it."""

    number: bytes
    kind: bytes
    title: bytes
    group: bytes | None
    counted_from: bytes
    place: bytes
    contents: list[bytes]
    is_here: bool = True


@dataclass(slots=True)
class _Destruction:
    """A destruction that was proposed: by whom, of what, and what became of it."""

    people: frozenset[bytes]
    papers: list[bytes]
    approved_at: bytes = b""
    is_over: bool = False


class Papers:
    """The papers of a school and their destructions."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self._papers: dict[bytes, _Paper] = {}
        self._destructions: dict[bytes, _Destruction] = {}
        self._filed: set[bytes] = set()
        self._number = 0

    def paper_stored(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a paper: the next number, contents of its kind and class, a term by the schedule in force."""
        (
            basis, group, counted_from, keep_until, kind, number, pages, paper, place, printout, schedule, sheets,
            title, year,
        ) = groups[DATA]  # fmt: skip
        listed = [sheet.encode() for sheet in json.loads(sheets or b"[]")]
        self._check_stream(stream)
        if int(number) != self._number + 1 and (self._number or not stream.is_partial):
            self._find("paper-register", self._number + 1, number, field_name="data.number")
        self._number = int(number)
        if paper in self._papers:
            self._find("recorded-twice", "a paper once", paper, field_name="data.paper")
        if year is not None:
            self._replay.made(b"year", year, "year")
        name = self._check_scope(kind, year, group)
        self._check_contents(listed, printout, kind, year, group)
        self._check_term(groups[AT], kind, year, counted_from, keep_until, int(schedule))
        contents = [*listed, *([printout] if printout is not None else [])]
        self._filed.update(contents)
        self._papers[paper] = _Paper(number, kind, cell(unescape(title)), group, counted_from, place, contents)
        self._row(
            index, groups, "принято", [paper], kind=_KINDS[kind].encode(), year=year or b"", group=cell(name),
            pages=pages, place=cell(unescape(place)), counted_from=counted_from, keep_until=keep_until,
            schedule=schedule, sheets=b" ".join(listed), printout=printout or b"", basis=cell(unescape(basis)),
        )  # fmt: skip

    def paper_moved(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a move to another place."""
        basis, paper, place = groups[DATA]
        self._check_stream(stream)
        known = self._check_here([paper], "paper", is_free=False)
        if any(one.place == place for one in known):
            self._find("paper-register", "another place", place, field_name="data.place")
        for one in known:
            one.place = place
        self._row(index, groups, "перемещено", [paper], place=cell(unescape(place)), basis=cell(unescape(basis)))

    def paper_handed_over(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take what an archive took over, by an act of a day that has come."""
        act, handed_on, papers, to = groups[DATA]
        self._check_stream(stream)
        listed = self._listed(papers)
        self._check_come(handed_on, groups, "handed_on")
        self._row(index, groups, "передано", listed, to=cell(unescape(to)), act=cell(unescape(act)), act_on=handed_on)
        self._leave(self._check_here(listed, "papers"))

    def paper_struck_off(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a paper out of the register, at the request of another than who answers."""
        basis, paper, reason, requested_by = groups[DATA]
        self._check_stream(stream)
        who = self._replay.employee(requested_by, "requested_by")
        if requested_by in people_of(groups):
            self._find("request-same-person", "a second person", requested_by, field_name="data.requested_by")
        self._row(
            index, groups, "снято", [paper], reason=_REASONS[reason].encode(), requested_by=who.id,
            name=cell(who.name), basis=cell(unescape(basis)),
        )  # fmt: skip
        known = self._check_here([paper], "paper")
        self._leave(known)
        if reason == b"entered_wrongly":
            self._filed.difference_update(*(one.contents for one in known))

    def paper_destruction_proposed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a proposal: of papers that are due, of which no hold stands, in no other destruction."""
        basis, destruction, papers = groups[DATA]
        self._check_stream(stream)
        listed = self._listed(papers)
        if destruction in self._destructions:
            self._find("recorded-twice", "a destruction once", destruction, field_name="data.destruction")
        self._check_may_go(self._check_here(listed, "papers"), groups)
        self._destructions[destruction] = _Destruction(people_of(groups), listed)
        self._row(index, groups, "предложено", listed, matter=destruction, basis=cell(unescape(basis)))

    def paper_destruction_approved(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take an approval: by a second person, of what may still go."""
        one = self._answered(stream, index, groups, "одобрено")
        if one is None:
            return
        if one.approved_at:
            self._find("paper-destruction", "an answer once", groups[DATA][1], field_name="data.destruction")
        one.approved_at = groups[AT]
        self._check_may_go(self._known(one.papers), groups)

    def paper_destruction_refused(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a refusal: by a second person, of what waits or was approved."""
        one = self._answered(stream, index, groups, "отклонено")
        if one is not None:
            one.is_over = True

    def paper_destroyed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a destruction that was carried out: approved, of what may still go, from the approval's day on."""
        act, destroyed_on, destruction = groups[DATA]
        self._check_stream(stream)
        one = self._waiting(destruction)
        if one is None:
            return
        self._row(
            index, groups, "уничтожено", one.papers, matter=destruction, act=cell(unescape(act)), act_on=destroyed_on
        )
        self._check_come(destroyed_on, groups, "destroyed_on")
        if not one.approved_at:
            self._find("paper-destruction", "an approved destruction", destruction, field_name="data.destruction")
        elif destroyed_on < around(one.approved_at[:10])[0]:
            self._find("paper-destruction", "after the approval", destroyed_on, field_name="data.destroyed_on")
        papers = self._known(one.papers)
        self._check_may_go(papers, groups)
        self._leave(papers)
        one.is_over = True
        self._replay.report.checked["destroyed_papers"] += len(papers)

    def _answered(self, stream: Stream, index: int, groups: Groups, action: str) -> _Destruction | None:
        """Judge an answer: to what waits, by another than who proposed it."""
        basis, destruction = groups[DATA]
        self._check_stream(stream)
        one = self._waiting(destruction)
        if one is None:
            return None
        self._row(index, groups, action, one.papers, matter=destruction, basis=cell(unescape(basis)))
        if one.people & people_of(groups):
            self._find("approval-same-person", "another than who proposed it", groups[ACTOR], field_name="actor")
        return one

    def _waiting(self, destruction: bytes) -> _Destruction | None:
        """Return a destruction that is not over; one from before the range may be."""
        one = self._destructions.get(destruction)
        if one is None or one.is_over:
            if one is not None or not self._replay.start:
                self._find("paper-destruction", "a destruction that waits", destruction, field_name="data.destruction")
            return None
        return one

    def _check_scope(self, kind: bytes, year: bytes | None, group: bytes | None) -> bytes:
        """Judge the class, which is of the year and there for its kinds alone; return its name."""
        if (group is not None) != (year is not None and kind in _CLASSES):
            self._find("paper-register", "a class for its journal and sheet alone", kind, field_name="data.class_group")
        made = None if group is None else self._replay.made(b"class", group, "class_group")
        if not isinstance(made, ClassGroup):
            return b""
        if made.year and made.year != year:
            self._find("paper-register", "a class of the year", made.key, field_name="data.class_group")
        return made.name

    def _check_contents(
        self, listed: list[bytes], printout: bytes | None, kind: bytes, year: bytes | None, group: bytes | None
    ) -> None:
        """Judge what lies in a paper: forms and a printout of its kind, in no other paper."""
        if listed != sorted(set(listed)):
            self._find("data-field", "sorted ids", len(listed), field_name="data.sheets")
        for sheet in listed:
            self._replay.prints.check_filed(sheet, kind, group)
        if printout is not None:
            self._replay.made(b"printout", printout, "printout")
            condition, of_year = self._replay.evidence.printouts.get(printout, (kind, None))
            if condition not in (b"archive", kind) or (of_year and of_year != year):
                self._find("paper-register", "a printout of what the paper is", printout, field_name="data.printout")
        if twice := self._filed & {*listed, printout or b""}:
            self._find("paper-register", "what lies in no other paper", min(twice), field_name="data.sheets")

    def _check_term(
        self, at: bytes, kind: bytes, year: bytes | None, counted_from: bytes, keep_until: bytes, schedule: int
    ) -> None:
        """Compare a term with the schedule in force on the day of `at`, the day before or the day after."""
        days = around(at[:10])
        if int(counted_from[:4]) > int(days[-1][:4]) + _YEARS_AHEAD:
            self._find("paper-term", "a day not years away", counted_from, field_name="data.counted_from")
            return
        if self._replay.start:
            return
        if not any(self._replay.erasures.schedule_on(day) == schedule for day in days):
            self._find("paper-term", "the schedule in force", schedule, field_name="data.schedule")
            return
        row = self._replay.erasures.row_of(schedule, _CLASSES.get(kind, "print"))
        if row is None:
            self._find("paper-term", "a schedule that speaks of this paper", schedule, field_name="data.schedule")
            return
        last = _last_day(counted_from, row["years"])
        if keep_until != last:
            self._find("paper-term", last, keep_until, field_name="data.keep_until")
        end = self._replay.timetables.years.get(year, (b"", b""))[1] if year is not None else b""
        if row["counted_from"] == "year_end" and counted_from < end:
            self._find("paper-term", b"not before " + end, counted_from, field_name="data.counted_from")

    def _check_may_go(self, papers: Iterable[_Paper], groups: Groups) -> None:
        """Report papers that are not due, or held."""
        for one in papers:
            if not self._replay.start and not any(self._is_due(one, day) for day in around(groups[AT][:10])):
                self._find("paper-too-early", "paper whose term is over", one.number, field_name="data.papers")
            if any(self._is_held(one, person, group) for person, group in self._replay.erasures.standing_holds()):
                self._find("legal-hold", "no hold of this paper", one.number, field_name="data.papers")

    def _is_due(self, one: _Paper, day: bytes) -> bool:
        schedule = self._replay.erasures.schedule_on(day)
        row = None if schedule is None else self._replay.erasures.row_of(schedule, _CLASSES.get(one.kind, "print"))
        return row is not None and due_day(one.counted_from, row["years"]) <= day

    def _is_held(self, one: _Paper, person: bytes | None, group: bytes | None) -> bool:
        """Say whether a hold of a person, of a class, or of all (both none) is of a paper."""
        if one.group is None or person is None:
            return one.group is None or group in (None, one.group)
        who = self._replay.people.get(person)
        of = self._replay.streams.get(b"class/" + one.group)
        return who is None or who.kind != b"student" or (isinstance(of, ClassGroup) and who in of.roster)

    def _check_here(self, ids: list[bytes], field: str, *, is_free: bool = True) -> list[_Paper]:
        """Return the papers of these ids; report those that are not at the school, or wait for their destruction."""
        waiting = {paper for one in self._destructions.values() if not one.is_over for paper in one.papers}
        known = self._known(ids)
        if (len(known) < len(ids) and not self._replay.start) or not all(one.is_here for one in known):
            self._find("paper-register", "papers at the school", len(ids), field_name="data." + field)
        if is_free and waiting & {*ids}:
            self._find("paper-destruction", "papers that wait for nothing", len(ids), field_name="data." + field)
        return known

    def _check_come(self, day: bytes, groups: Groups, field: str) -> None:
        if day > around(groups[AT][:10])[-1]:
            self._find("paper-register", "a day that has come", day, field_name="data." + field)

    def _known(self, ids: Iterable[bytes]) -> list[_Paper]:
        return [self._papers[paper] for paper in ids if paper in self._papers]

    def _leave(self, papers: Iterable[_Paper]) -> None:
        for one in papers:
            one.is_here = False

    def _listed(self, papers: bytes) -> list[bytes]:
        listed = [paper.encode() for paper in json.loads(papers)]
        if listed != sorted(set(listed)):
            self._find("data-field", "sorted ids", len(listed), field_name="data.papers")
        return listed

    def _check_stream(self, stream: Stream) -> None:
        if self._replay.school and stream.id != self._replay.school:
            self._find("stream-kind", "the stream of the school's own id", stream.key)

    def _row(self, index: int, groups: Groups, action: str, papers: list[bytes], **cells: bytes) -> None:
        """Expect a row for each paper; the cells that are not given are empty."""
        for paper in papers:
            known = self._papers.get(paper)
            head = [groups[AT], action.encode(), paper, known.number if known else b""]
            row = [cells.get(name, b"") for name in _CELLS]
            row[1] = known.title if known else b""
            self._replay.tables.plain("paper", index, [*head, *row, groups[ACTOR]])


_CELLS: Final = (
    "kind", "title", "year", "group", "pages", "place", "counted_from", "keep_until", "schedule", "sheets", "printout",
    "matter", "to", "act", "act_on", "reason", "requested_by", "name", "basis",
)  # fmt: skip


def _last_day(counted_from: bytes, years: int) -> bytes:
    """Return the last day of a term of whole years."""
    due = date.fromisoformat(due_day(counted_from, years).decode())
    return (due - timedelta(days=1)).isoformat().encode()
