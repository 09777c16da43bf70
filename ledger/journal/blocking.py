"""Blocking a person's values while it is checked whether they are right and lawful (1.5, R09; 152-ФЗ, Art. 21).

All blocks of a school are entries of one stream, `blocking/<id of the school>`: whoever opens a value asks its state
first (`api.blocking`). What turns out to be processed against the law is not unblocked but erased (`erasures`); the
block stands until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.blocking_events import PersonalDataBlocked, PersonalDataUnblocked
from ledger.journal.blocking_vocabulary import BLOCK_GROUNDS, BLOCK_OUTCOMES, BLOCK_REQUESTERS
from ledger.journal.commands import BlockPersonalData, UnblockPersonalData
from ledger.journal.context import Context
from ledger.journal.erasures import check_not_erased
from ledger.journal.facts import people_of
from ledger.journal.people import Person
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.vocabulary import DATA_FIELDS


class Block(NamedTuple):
    """A block: index of its entry, who made it and for whom, and what ended it, None while it stands."""

    entry: int
    by: frozenset[str]
    event: PersonalDataBlocked
    ended: int | None = None

    def stood_at(self, position: int) -> bool:
        """Whether it stood when the log had this size."""
        return self.entry < position and (self.ended is None or self.ended >= position)


class Blocks(Aggregate, frozen=True, kw_only=True):
    """The blocks of a school by id."""

    known: Mapping[str, Block]


def evolve_blocks(state: Blocks | None, events: Iterable[Recorded]) -> Blocks | None:
    """Apply events of the stream of blocks."""
    known = dict(state.known) if state else {}
    for event in events:
        data = event.data
        if type(data) is PersonalDataBlocked:
            known[data.block] = Block(event.index, people_of(event.actor), data)
        elif type(data) is PersonalDataUnblocked:
            known[data.block] = known[data.block]._replace(ended=event.index)
        else:
            raise TypeError(f"{type(data).__name__} is nothing about blocking")
        state = Blocks(stream=event.originator_id, version=event.originator_version, known=known)
    return state


def block_personal_data(command: BlockPersonalData, context: Context) -> list[Planned]:
    """Block values of a person from now on, on request (1.5; 152-ФЗ, Art. 21, parts 1 and 3)."""
    rules.check_role(context.actor, rules.DIRECTION, "1.5")
    rules.check_id(command.block, "block")
    rules.check_code(command.ground, BLOCK_GROUNDS, "ground")
    rules.check_code(command.requested_by, BLOCK_REQUESTERS, "requested_by")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    rules.check_past_day(command.received_on, context.now, context.books.zone, "received_on")
    for position, name in enumerate(command.fields):
        rules.check_code(name, DATA_FIELDS, f"fields[{position}]")
    rules.check_distinct(command.fields, "fields", "name")
    stream = f"blocking/{context.books.school}"
    known = context.find_if_any(Blocks, stream)
    if known is not None and command.block in known.known:
        raise Refused("block_exists", "a block with this id exists already", clause=LOG, where="block")
    person = context.settled(Person, "person", command.person, "person")
    _check_applicant(command, person)
    check_not_erased(command.person, context)
    event = PersonalDataBlocked(
        block=command.block,
        person=command.person,
        ground=command.ground,
        requested_by=command.requested_by,
        received_on=command.received_on,
        basis=command.basis,
        applicant=command.applicant,
        fields=tuple(sorted(command.fields)),
    )
    return [Planned(stream, known.version + 1 if known else 1, event)]


def unblock_personal_data(command: UnblockPersonalData, context: Context) -> list[Planned]:
    """Let values be shown again: a second person has checked them (1.5; 152-ФЗ, Art. 21, part 2)."""
    rules.check_role(context.actor, rules.DIRECTION, "1.5")
    rules.check_id(command.block, "block")
    rules.check_code(command.outcome, BLOCK_OUTCOMES, "outcome")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    known = context.find_if_any(Blocks, f"blocking/{context.books.school}")
    if known is None or command.block not in known.known:
        raise Refused("unknown_block", "there is no block with this id", clause=LOG, where="block")
    block = known.known[command.block]
    if block.ended is not None:
        raise Refused("block_ended", "this block stands no more", clause=LOG, where="block")
    if not people_of(context.actor).isdisjoint(block.by):
        raise Refused("second_checker_needed", "who blocked may not unblock", clause="1.5", where="actor.id")
    check_not_erased(block.event.person, context)
    _check_change(command, block, context)
    event = PersonalDataUnblocked(
        block=command.block, outcome=command.outcome, basis=command.basis, change=command.change
    )
    return [Planned(known.stream, known.version + 1, event)]


def _check_applicant(command: BlockPersonalData, person: Person) -> None:
    """Refuse a representative who is none: a guardian linked to the student now (152-ФЗ, Art. 21, part 1)."""
    if (command.applicant is not None) != (command.requested_by == "representative"):
        raise Refused("wrong_applicant", "a representative is named, and nobody else", clause="1.5", where="applicant")
    if command.applicant is not None and command.applicant not in person.guardians:
        raise Refused("no_representative", "this is no guardian of the student", clause="1.5", where="applicant")


def _check_change(command: UnblockPersonalData, block: Block, context: Context) -> None:
    """Refuse corrected values that nobody corrected: a change of a blocked value, behind the block."""
    if (command.change is not None) != (command.outcome == "corrected"):
        raise Refused("wrong_change", "what was corrected names the change", clause="1.5", where="change")
    if command.change is None:
        return
    person = context.settled(Person, "person", block.event.person, "block")
    fields = {*block.event.fields}
    for change in person.changes:
        if change.entry == command.change > block.entry and (not fields or fields & {*change.fields}):
            return
    raise Refused("corrects_nothing_blocked", "no blocked value was changed there", clause="1.5", where="change")
