"""The register of paper archives: what lies where, until when, and what became of it (regulation 3.1, R39)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import orjson

from ledger.journal.paper_events import (
    PaperDestroyed,
    PaperDestructionApproved,
    PaperDestructionProposed,
    PaperDestructionRefused,
    PaperHandedOver,
    PaperMoved,
    PaperStored,
    PaperStruckOff,
)
from ledger.journal.paper_terms import retention_of
from ledger.journal.retention import due_day, find_row
from projections.folding import Entry, View
from projections.reading import Answer, AsOf, Reader, command_join, resolve, stands
from projections.rows import OPEN, Operations, Table
from projections.views.erasures import Hold, legal_holds, retention_schedules
from projections.views.print_rules import PaperPlace


class PaperRow(NamedTuple):
    """Paper was stored; `sheets`: ids of the printed forms in it, a space between."""

    entry: int
    paper: str
    number: int
    kind: str
    title: str
    year: str | None
    class_group: str | None
    pages: int
    place: str
    basis: str
    counted_from: str
    keep_until: str
    schedule: int
    sheets: str
    printout: str | None
    to_position: int = OPEN


class PaperActionRow(NamedTuple):
    """What became of papers, a JSON array of ids; an empty one: of those of the destruction that `matter` is."""

    entry: int
    action: str
    papers: str = "[]"
    matter: str = ""
    place: str = ""
    receiver: str = ""
    act: str = ""
    act_on: str = ""
    reason: str = ""
    requested_by: str = ""
    basis: str = ""
    to_position: int = OPEN


PAPERS: Final = Table("papers", PaperRow)
ACTIONS: Final = Table("paper_actions", PaperActionRow)


def _stored(event: PaperStored, entry: Entry) -> Operations:
    row = PaperRow(
        entry=entry.index,
        paper=event.paper,
        number=event.number,
        kind=event.kind,
        title=event.title,
        year=event.year,
        class_group=event.class_group,
        pages=event.pages,
        place=event.place,
        basis=event.basis,
        counted_from=event.counted_from,
        keep_until=event.keep_until,
        schedule=event.schedule,
        sheets=" ".join(event.sheets),
        printout=event.printout,
    )
    return (row,)


def _listed(*papers: str) -> str:
    return orjson.dumps(papers).decode()


def _moved(event: PaperMoved, entry: Entry) -> Operations:
    return (PaperActionRow(entry.index, "moved", _listed(event.paper), place=event.place, basis=event.basis),)


def _handed_over(event: PaperHandedOver, entry: Entry) -> Operations:
    row = PaperActionRow(
        entry.index,
        "handed_over",
        _listed(*event.papers),
        receiver=event.to,
        act=event.act,
        act_on=event.handed_on,
    )
    return (row,)


def _struck_off(event: PaperStruckOff, entry: Entry) -> Operations:
    row = PaperActionRow(
        entry.index,
        "struck_off",
        _listed(event.paper),
        reason=event.reason,
        requested_by=event.requested_by,
        basis=event.basis,
    )
    return (row,)


def _proposed(event: PaperDestructionProposed, entry: Entry) -> Operations:
    return (PaperActionRow(entry.index, "proposed", _listed(*event.papers), event.destruction, basis=event.basis),)


def _approved(event: PaperDestructionApproved, entry: Entry) -> Operations:
    return (PaperActionRow(entry.index, "approved", matter=event.destruction, basis=event.basis),)


def _refused(event: PaperDestructionRefused, entry: Entry) -> Operations:
    return (PaperActionRow(entry.index, "refused", matter=event.destruction, basis=event.basis),)


def _destroyed(event: PaperDestroyed, entry: Entry) -> Operations:
    row = PaperActionRow(entry.index, "destroyed", matter=event.destruction, act=event.act, act_on=event.destroyed_on)
    return (row,)


VIEW: Final = View(
    (PAPERS, ACTIONS),
    {
        PaperStored: _stored,
        PaperMoved: _moved,
        PaperHandedOver: _handed_over,
        PaperStruckOff: _struck_off,
        PaperDestructionProposed: _proposed,
        PaperDestructionApproved: _approved,
        PaperDestructionRefused: _refused,
        PaperDestroyed: _destroyed,
    },
)


@dataclass(frozen=True, slots=True)
class PaperAction:
    """An entry about one paper; what another action has is empty (`exports.paper_tables`)."""

    entry: int
    at: str
    actor: str
    action: str
    paper: str
    number: int
    title: str
    kind: str = ""
    year: str = ""
    class_group: str = ""
    pages: int | None = None
    place: str = ""
    counted_from: str = ""
    keep_until: str = ""
    schedule: int | None = None
    sheets: str = ""
    printout: str = ""
    matter: str = ""
    to: str = ""
    act: str = ""
    act_on: str = ""
    reason: str = ""
    requested_by: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it stands at a position.

    Attributes:
        entry, at, actor: the entry that stored it.
        place, place_entry: where it lies, and the entry that says so.
        counted_from, keep_until, schedule: its term as it was stored, and the entry of the schedule it is by.
        due_on: the first day on which the schedule in force on the day asked about lets it go; None: it says nothing.
        is_due: that day has come.
        held_by: ids of the legal holds that keep it.
        state: `kept`, `handed_over`, `struck_off` or `destroyed`.
        left_entry, left_on, act, to, reason: how it left, where it did.
        destruction, proposed_entry, approved_entry: the one that waits or was carried out.
    """

    entry: int
    at: str
    actor: str
    paper: str
    number: int
    kind: str
    title: str
    year: str | None
    class_group: str | None
    pages: int
    place: str
    place_entry: int
    basis: str
    counted_from: str
    keep_until: str
    schedule: int
    due_on: str | None
    is_due: bool
    held_by: tuple[str, ...]
    sheets: tuple[str, ...]
    printout: str | None
    state: str = "kept"
    left_entry: int | None = None
    left_on: str | None = None
    act: str | None = None
    to: str | None = None
    reason: str | None = None
    destruction: str | None = None
    proposed_entry: int | None = None
    approved_entry: int | None = None


def places_of_printouts(views: Reader, position: int) -> dict[int, PaperPlace]:
    """Entry of a registered printout -> where its paper lies, or lay; of paper that never was so, nothing."""
    sql = f"SELECT t.printout, t.entry FROM {{printouts}} t WHERE {stands('t')}"
    entries: dict[str, int] = dict(views.select(sql, {"at": position}))
    return {
        entries[one.printout]: PaperPlace(one.left_entry or one.place_entry, one.number, one.place, one.state)
        for one in papers(views, on="", at=position).rows
        if one.printout is not None and one.reason != "entered_wrongly"
    }


def papers(
    views: Reader, *, on: str, year: str | None = None, class_group: str | None = None, at: AsOf = None
) -> Answer[Paper]:
    """The register in order of its numbers, or the papers of a year or class; terms as of the day `on`.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    terms = _terms(views, position, on)
    held = _Holds(views, position)
    found: dict[str, Paper] = {}
    for action in paper_actions(views, position):
        if action.action == "stored":
            retention = retention_of(action.kind)  # type: ignore[arg-type]  # a kind of the vocabulary
            years = terms.get(retention)
            due_on = None if years is None else due_day(action.counted_from, years)
            group = action.class_group or None
            found[action.paper] = Paper(
                entry=action.entry,
                at=action.at,
                actor=action.actor,
                paper=action.paper,
                number=action.number,
                kind=action.kind,
                title=action.title,
                year=action.year or None,
                class_group=group,
                pages=action.pages or 0,
                place=action.place,
                place_entry=action.entry,
                basis=action.basis,
                counted_from=action.counted_from,
                keep_until=action.keep_until,
                schedule=action.schedule or 0,
                due_on=due_on,
                is_due=due_on is not None and due_on <= on,
                held_by=held.of(group),
                sheets=tuple(action.sheets.split()),
                printout=action.printout or None,
            )
        else:
            found[action.paper] = _after(found[action.paper], action)
    wanted = [
        paper for paper in found.values() if year in (None, paper.year) and class_group in (None, paper.class_group)
    ]
    return Answer(position, tuple(sorted(wanted, key=lambda paper: paper.number)))


def paper_actions(views: Reader, position: int) -> list[PaperAction]:
    """Every entry of the register before a position, in its order; of one about several papers, each by id."""
    at = {"at": position}
    columns = ", ".join(f"t.{field}" for field in PaperRow._fields[:-1])
    sql = f"""SELECT m.at, m.actor, {columns}
        FROM {{papers}} t {command_join("t.entry")} WHERE {stands("t")} ORDER BY t.entry"""
    stored = [(moment, actor, PaperRow(*row)) for moment, actor, *row in views.select(sql, at)]
    known = {row.paper: row for _, _, row in stored}
    found = [_storing(moment, actor, row) for moment, actor, row in stored]
    columns = ", ".join(f"t.{field}" for field in PaperActionRow._fields[:-1])
    sql = f"""SELECT m.at, m.actor, {columns}
        FROM {{paper_actions}} t {command_join("t.entry")} WHERE {stands("t")} ORDER BY t.entry"""
    matters: dict[str, list[str]] = {}
    for moment, actor, *row in views.select(sql, at):
        action = PaperActionRow(*row)
        of: list[str] = orjson.loads(action.papers) or matters[action.matter]
        if action.action == "proposed":
            matters[action.matter] = of
        found += [_acting(moment, actor, known[paper], action) for paper in of]
    return sorted(found, key=lambda action: (action.entry, action.paper))


def _storing(moment: str, actor: str, row: PaperRow) -> PaperAction:
    return PaperAction(
        row.entry,
        moment,
        actor,
        "stored",
        row.paper,
        row.number,
        row.title,
        kind=row.kind,
        year=row.year or "",
        class_group=row.class_group or "",
        pages=row.pages,
        place=row.place,
        counted_from=row.counted_from,
        keep_until=row.keep_until,
        schedule=row.schedule,
        sheets=row.sheets,
        printout=row.printout or "",
        basis=row.basis,
    )


def _acting(moment: str, actor: str, paper: PaperRow, row: PaperActionRow) -> PaperAction:
    return PaperAction(
        row.entry,
        moment,
        actor,
        row.action,
        paper.paper,
        paper.number,
        paper.title,
        place=row.place,
        matter=row.matter,
        to=row.receiver,
        act=row.act,
        act_on=row.act_on,
        reason=row.reason,
        requested_by=row.requested_by,
        basis=row.basis,
    )


def _after(paper: Paper, action: PaperAction) -> Paper:
    """Return a paper after what became of it."""
    match action.action:
        case "moved":
            return replace(paper, place=action.place, place_entry=action.entry)
        case "proposed":
            return replace(paper, destruction=action.matter, proposed_entry=action.entry)
        case "approved":
            return replace(paper, approved_entry=action.entry)
        case "refused":
            return replace(paper, destruction=None, proposed_entry=None, approved_entry=None)
    return replace(
        paper,
        state=action.action,
        left_entry=action.entry,
        left_on=action.act_on or None,
        act=action.act or None,
        to=action.to or None,
        reason=action.reason or None,
    )


def _terms(views: Reader, position: int, on: str) -> Mapping[str, int]:
    """Class of the schedule in force on a day -> its years for paper."""
    schedules = [one for one in retention_schedules(views, at=position).rows if one.effective_from <= on]
    rows = schedules[-1].rows if schedules else ()
    found = {retention: find_row(rows, retention, "") for retention in ("journal", "print", "sheet")}
    return {retention: row.years for retention, row in found.items() if row is not None}


class _Holds:
    """The holds that stand, and whose paper they keep."""

    def __init__(self, views: Reader, position: int) -> None:
        self._holds = [one for one in legal_holds(views, at=position).rows if one.lifted_entry is None]
        self._classes = {
            hold.person: _classes_of(views, position, hold.person) for hold in self._holds if hold.person is not None
        }

    def of(self, class_group: str | None) -> tuple[str, ...]:
        """Ids of those that keep the paper of a class, or that of none."""
        return tuple(hold.hold for hold in self._holds if self._keeps(hold, class_group))

    def _keeps(self, hold: Hold, class_group: str | None) -> bool:
        if class_group is None or hold.whose == "all":
            return True
        if hold.person is None:
            return hold.class_group == class_group
        classes = self._classes[hold.person]
        return classes is None or class_group in classes


def _classes_of(views: Reader, position: int, person: str) -> Iterable[str] | None:
    """The classes that a student was ever in; None of who is no student."""
    at = {"at": position, "person": person}
    sql = f"SELECT t.kind FROM {{persons}} t WHERE {stands('t')} AND t.person = :person"
    if [kind for (kind,) in views.select(sql, at)] != ["student"]:
        return None
    sql = f"SELECT DISTINCT t.class_group FROM {{enrollments}} t WHERE {stands('t')} AND t.student = :person"
    return {group for (group,) in views.select(sql, at)}
