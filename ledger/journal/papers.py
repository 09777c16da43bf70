"""The register of paper archives: what lies where, until when, and what became of it (regulation 3.1, R39).

All of a school are entries of one stream, `paper/<id of the school>`, so that numbers follow each other. That paper
lies where the register says, only who goes there can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import msgspec

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import paper_commands as cmd, rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.context import Context
from ledger.journal.facts import people_of
from ledger.journal.paper_contents import check_contents, check_scope
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
from ledger.journal.paper_terms import check_due, check_no_hold, term
from ledger.journal.people import check_employee
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.vocabulary import PAPER_KINDS, STRIKE_REASONS

KEEPERS: Final = (*rules.DIRECTION, rules.ARCHIVIST)
"""Who keeps the register; a destruction is answered by who directs."""
PAGES_MAX: Final = 99_999
PAPERS_MAX: Final = 100
"""Papers of one act."""


class Paper(NamedTuple):
    """A paper: what was stored, where it lies, and whether it is at the school."""

    event: PaperStored
    place: str
    is_here: bool = True


class Destruction(NamedTuple):
    """A destruction that was proposed, `by` whom; indexes of what became of it, None while nothing did."""

    by: frozenset[str]
    papers: tuple[str, ...]
    approved: int | None = None
    refused: int | None = None
    destroyed: int | None = None

    @property
    def waits(self) -> bool:
        """Whether its papers wait for an answer or for being destroyed."""
        return self.refused is None and self.destroyed is None


class Papers(Aggregate, frozen=True, kw_only=True):
    """The register; `filed` are the ids of forms and printouts that lie in some paper."""

    papers: Mapping[str, Paper]
    destructions: Mapping[str, Destruction]
    filed: frozenset[str]


def evolve_papers(state: Papers | None, events: Iterable[Recorded]) -> Papers | None:
    """Apply events of the register."""
    papers = dict(state.papers) if state else {}
    destructions = dict(state.destructions) if state else {}
    filed = set(state.filed) if state else set()
    for event in events:
        data = event.data
        if type(data) is PaperStored:
            papers[data.paper] = Paper(data, data.place)
            filed |= _contents(data)
        elif type(data) is PaperMoved:
            papers[data.paper] = papers[data.paper]._replace(place=data.place)
        elif type(data) is PaperHandedOver:
            papers |= {paper: papers[paper]._replace(is_here=False) for paper in data.papers}
        elif type(data) is PaperStruckOff:
            papers[data.paper] = papers[data.paper]._replace(is_here=False)
            if data.reason == "entered_wrongly":
                filed -= _contents(papers[data.paper].event)
        elif type(data) is PaperDestructionProposed:
            destructions[data.destruction] = Destruction(people_of(event.actor), data.papers)
        elif type(data) is PaperDestructionApproved:
            destructions[data.destruction] = destructions[data.destruction]._replace(approved=event.index)
        elif type(data) is PaperDestructionRefused:
            destructions[data.destruction] = destructions[data.destruction]._replace(refused=event.index)
        elif type(data) is PaperDestroyed:
            done = destructions[data.destruction]._replace(destroyed=event.index)
            destructions[data.destruction] = done
            papers |= {paper: papers[paper]._replace(is_here=False) for paper in done.papers}
        else:
            raise TypeError(f"{type(data).__name__} is nothing about paper")
        state = Papers(
            stream=event.originator_id,
            version=event.originator_version,
            papers=papers,
            destructions=destructions,
            filed=frozenset(filed),
        )
    return state


def store_paper(command: cmd.StorePaper, context: Context) -> list[Planned]:
    """Enter paper into the register under the next number, with its term (regulation 3.1)."""
    rules.check_role(context.actor, KEEPERS, "3.1")
    rules.check_id(command.paper, "paper")
    rules.check_code(command.kind, PAPER_KINDS, "kind")
    for field in ("title", "place", "basis"):
        rules.check_line(getattr(command, field), rules.TITLE_LENGTH_MAX, field)
    rules.check_integer(command.pages, 1, PAGES_MAX, "pages")
    stream, known = _register(context)
    if known is not None and command.paper in known.papers:
        raise Refused("paper_stored_already", "paper with this id is in the register", clause=LOG, where="paper")
    check_scope(command, context)
    check_contents(command, known.filed if known is not None else frozenset(), context)
    counted_from, keep_until, schedule = term(command, context)
    given = {name: getattr(command, name) for name in command.__struct_fields__}
    stated = {"sheets": tuple(sorted(command.sheets)), "counted_from": counted_from, "keep_until": keep_until}
    number = len(known.papers) + 1 if known is not None else 1
    event = msgspec.convert({**given, **stated, "schedule": schedule, "number": number}, PaperStored)
    return [Planned(stream, known.version + 1 if known is not None else 1, event)]


def move_paper(command: cmd.MovePaper, context: Context) -> list[Planned]:
    """Enter that paper lies elsewhere in the school (regulation 3.1)."""
    rules.check_role(context.actor, KEEPERS, "3.1")
    known, (paper,) = _here((command.paper,), "paper", context)
    for field in ("place", "basis"):
        rules.check_line(getattr(command, field), rules.TITLE_LENGTH_MAX, field)
    if command.place == paper.place:
        raise Refused("same_place", "it lies there already", clause=LOG, where="place")
    event = PaperMoved(paper=command.paper, place=command.place, basis=command.basis)
    return [Planned(known.stream, known.version + 1, event)]


def hand_over_paper(command: cmd.HandOverPaper, context: Context) -> list[Planned]:
    """Enter that an archive took papers over, by an act (regulation 3.1)."""
    rules.check_role(context.actor, KEEPERS, "3.1")
    known, _ = _here(command.papers, "papers", context)
    _check_free(known, command.papers, "papers")
    rules.check_line(command.to, rules.TITLE_LENGTH_MAX, "to")
    rules.check_line(command.act, rules.ORDER_NUMBER_LENGTH_MAX, "act")
    rules.check_past_day(command.handed_on, context.now, context.books.zone, "handed_on")
    event = PaperHandedOver(
        papers=tuple(sorted(command.papers)), to=command.to, act=command.act, handed_on=command.handed_on
    )
    return [Planned(known.stream, known.version + 1, event)]


def strike_off_paper(command: cmd.StrikeOffPaper, context: Context) -> list[Planned]:
    """Take paper out of the register that is lost, or was entered wrongly, at a second person's request."""
    rules.check_role(context.actor, KEEPERS, "3.1")
    known, _ = _here((command.paper,), "paper", context)
    _check_free(known, (command.paper,), "paper")
    rules.check_code(command.reason, STRIKE_REASONS, "reason")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    check_employee(context, command.requested_by, "requested_by")
    if command.requested_by in people_of(context.actor):
        raise Refused("second_person_needed", "who asked for it may not answer", clause="3.1", where="requested_by")
    event = PaperStruckOff(
        paper=command.paper, reason=command.reason, basis=command.basis, requested_by=command.requested_by
    )
    return [Planned(known.stream, known.version + 1, event)]


def propose_paper_destruction(command: cmd.ProposePaperDestruction, context: Context) -> list[Planned]:
    """Propose to destroy papers whose term is over, while no hold stands (regulation 3.1)."""
    rules.check_role(context.actor, KEEPERS, "3.1")
    rules.check_id(command.destruction, "destruction")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    known, papers = _here(command.papers, "papers", context)
    if command.destruction in known.destructions:
        raise Refused("destruction_exists", "a destruction with this id exists", clause=LOG, where="destruction")
    _check_free(known, command.papers, "papers")
    _check_may_go(papers, context)
    event = PaperDestructionProposed(
        destruction=command.destruction, papers=tuple(sorted(command.papers)), basis=command.basis
    )
    return [Planned(known.stream, known.version + 1, event)]


def approve_paper_destruction(command: cmd.ApprovePaperDestruction, context: Context) -> list[Planned]:
    """Approve it: a second person, where the term is over still and no hold stands (regulation 3.1)."""
    known, one = _answered(command, context)
    if one.approved is not None:
        raise Refused("destruction_answered", "this destruction was answered", clause=LOG, where="destruction")
    _check_may_go([known.papers[paper] for paper in one.papers], context)
    event = PaperDestructionApproved(destruction=command.destruction, basis=command.basis)
    return [Planned(known.stream, known.version + 1, event)]


def refuse_paper_destruction(command: cmd.RefusePaperDestruction, context: Context) -> list[Planned]:
    """Refuse it, or call off what was approved: a second person (regulation 3.1)."""
    known, _ = _answered(command, context)
    event = PaperDestructionRefused(destruction=command.destruction, basis=command.basis)
    return [Planned(known.stream, known.version + 1, event)]


def record_paper_destruction(command: cmd.RecordPaperDestruction, context: Context) -> list[Planned]:
    """Record the act by which approved papers were destroyed, while no hold stands (regulation 3.1)."""
    rules.check_role(context.actor, KEEPERS, "3.1")
    known, one = _waiting(command.destruction, context)
    if one.approved is None:
        raise Refused("destruction_not_approved", "nobody approved it", clause="3.1", where="destruction")
    rules.check_line(command.act, rules.ORDER_NUMBER_LENGTH_MAX, "act")
    rules.check_past_day(command.destroyed_on, context.now, context.books.zone, "destroyed_on")
    approved_on = context.books.recorded_at(one.approved).astimezone(context.books.zone).date().isoformat()
    if command.destroyed_on < approved_on:
        raise Refused(
            "destroyed_before_approved", "it was destroyed before it was approved", clause="3.1", where="destroyed_on"
        )
    _check_may_go([known.papers[paper] for paper in one.papers], context)
    event = PaperDestroyed(destruction=command.destruction, act=command.act, destroyed_on=command.destroyed_on)
    return [Planned(known.stream, known.version + 1, event)]


def _register(context: Context) -> tuple[str, Papers | None]:
    stream = f"paper/{context.books.school}"
    return stream, context.find_if_any(Papers, stream)


def _here(ids: tuple[str, ...], field: str, context: Context) -> tuple[Papers, list[Paper]]:
    """Return the register and the papers of these ids, which are at the school, each once."""
    _, known = _register(context)
    if not 1 <= len(ids) <= PAPERS_MAX:
        raise Refused("paper_count", "from 1 to {papers_max} papers", clause=LOG, where=field, papers_max=PAPERS_MAX)
    for paper in ids:
        rules.check_id(paper, field)
    if known is None or not known.papers.keys() >= {*ids}:
        raise Refused("unknown_paper", "no paper with this id is in the register", clause=LOG, where=field)
    found = [known.papers[paper] for paper in ids]
    if not all(paper.is_here for paper in found):
        raise Refused("paper_gone", "this paper is not at the school any more", clause="3.1", where=field)
    rules.check_distinct(ids, field, "paper")
    return known, found


def _check_free(known: Papers, ids: tuple[str, ...], field: str) -> None:
    """Refuse papers of which a destruction waits."""
    waiting = {paper for one in known.destructions.values() if one.waits for paper in one.papers}
    if waiting & {*ids}:
        raise Refused(
            "paper_waits", "a destruction of this paper waits: it is refused first", clause=LOCAL_ACT, where=field
        )


def _check_may_go(papers: Iterable[Paper], context: Context) -> None:
    """Refuse what is not due, or held (regulation 3.1)."""
    for paper in papers:
        check_due(paper.event, context)
        check_no_hold(paper.event, context)


def _waiting(destruction: str, context: Context) -> tuple[Papers, Destruction]:
    """Return the register and a destruction that is neither refused nor carried out."""
    rules.check_id(destruction, "destruction")
    _, known = _register(context)
    if known is None or destruction not in known.destructions:
        raise Refused("unknown_destruction", "there is no destruction with this id", clause=LOG, where="destruction")
    one = known.destructions[destruction]
    if not one.waits:
        raise Refused("destruction_answered", "this destruction was answered", clause=LOG, where="destruction")
    return known, one


def _answered(
    command: cmd.ApprovePaperDestruction | cmd.RefusePaperDestruction, context: Context
) -> tuple[Papers, Destruction]:
    """Return what waits, if this actor may answer it: another than who proposed it (regulation 3.1)."""
    rules.check_role(context.actor, rules.DIRECTION, "3.1")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    known, one = _waiting(command.destruction, context)
    if one.by & people_of(context.actor):
        raise Refused("second_person_needed", "who proposed it may not answer", clause="3.1", where="actor.id")
    return known, one


def _contents(event: PaperStored) -> set[str]:
    return {*event.sheets, *([event.printout] if event.printout is not None else [])}
