"""Moves of blocking and of anchoring the access log, for `journal_moves`."""

from __future__ import annotations

from typing import Any

from ledger.journal import commands as cmd
from ledger.journal.anchors import Anchors
from ledger.journal.blocking import Blocks
from ledger.journal.memory import Journal
from ledger.journal.people import Person
from ledger.wire.entry import Actor
from tests.properties.erasures_moves import DIRECTOR
from tests.unit.ledger.journal.small_school import ADMIN, DEPUTY, GUARDIANS, SCHOOL, STAFF, STUDENTS_A, uid

_PEOPLE = (*STUDENTS_A[:2], STAFF[0], GUARDIANS[1])
_FIELDS: tuple[Any, ...] = ((), ("phone", "email"), ("family_name",), ("address", "birth_date"))


def block(choices: Any, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Block values of a person, correct them, or end a block."""
    known = journal.find(f"blocking/{SCHOOL}")
    actor: Actor = DEPUTY if choices.rarely() else choices.one((ADMIN, DIRECTOR))
    action = choices.number(3)
    if not isinstance(known, Blocks) or action == 0:
        by = choices.one(("person", "authority", "representative"))
        person = choices.one(_PEOPLE)
        found = journal.find(f"person/{person}")
        guardians = [*found.guardians] if isinstance(found, Person) else []
        applicant = choices.one((*guardians, GUARDIANS[0])) if by == "representative" else None
        asked = cmd.BlockPersonalData(
            block=uid(8_900 + choices.number(40)),
            person=person,
            ground=choices.one(("inaccurate", "unlawful")),
            requested_by=by,
            received_on="2026-09-01",
            basis="обращение № 5",
            applicant=applicant,
            fields=choices.one(_FIELDS),
        )
        return asked, actor
    standing = [id_ for id_, one in known.known.items() if one.ended is None]
    id_ = choices.one(standing if standing and not choices.rarely() else [*known.known])
    one = known.known[id_]
    if action == 1:
        fields = one.event.fields or ("phone",)
        return cmd.ChangePersonalData(person=one.event.person, fields=fields[:1], sd=()), ADMIN
    actor = actor if choices.rarely() else ADMIN if DIRECTOR.id in one.by else DIRECTOR
    person_ = journal.find(f"person/{one.event.person}")
    later = [change.entry for change in person_.changes if change.entry > one.entry] if person_ else []  # type: ignore[attr-defined]
    if later and choices.number(2):
        change = choices.one(later)
        return cmd.UnblockPersonalData(block=id_, outcome="corrected", basis="акт № 6", change=change), actor
    return cmd.UnblockPersonalData(block=id_, outcome="confirmed", basis="акт № 6"), actor


def anchor(choices: Any, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Say what the access log's head is."""
    known = journal.find(f"anchor/{SCHOOL}")
    size = known.anchors[-1].size if isinstance(known, Anchors) else 0
    return cmd.AnchorAccessLog(size=size + choices.number(4), root=f"{choices.number(99):064x}"), ADMIN
