"""Moves of keeping and erasing, for `journal_moves`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from ledger.journal import commands as cmd
from ledger.journal.erasure_events import RetentionRow
from ledger.journal.erasures import Erasures
from ledger.journal.memory import Journal
from ledger.journal.prints import Prints
from ledger.journal.retention import Holds
from ledger.journal.vocabulary import PersonKind, RetentionClass
from ledger.wire.entry import Actor, format_at
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    DEPUTY,
    GUARDIANS,
    SCHOOL,
    STAFF,
    STUDENTS_A,
    TEACHER,
    uid,
)

DIRECTOR: Final = Actor(uid(13), "director")
_PEOPLE: Final = (*STAFF, GUARDIANS[1], TEACHER.id, STUDENTS_A[3])


def keep(choices: Any, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Adopt a schedule, place a hold, or lift one."""
    known = journal.find(f"hold/{SCHOOL}")
    standing = [*known.standing] if isinstance(known, Holds) else []
    action = choices.number(3)
    if action == 0:
        return _schedule(choices), ADMIN
    if action == 1 and standing:
        return cmd.LiftLegalHold(hold=choices.one(standing), basis="письмо № 8"), DIRECTOR
    whose, named = choices.one(
        (
            ("person", {"person": choices.one(_PEOPLE)}),
            ("class", {"class_group": CLASS_A}),
            ("all", {"person": STAFF[0]} if choices.rarely() else {}),
        )
    )
    hold = uid(8_600 + choices.number(30))
    return cmd.PlaceLegalHold(hold=hold, whose=whose, basis="запрос № 7", **named), ADMIN


def erase(choices: Any, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Propose an erasure, answer one, or record one as carried out."""
    known = journal.find(f"erasure/{SCHOOL}")
    actor: Actor = DEPUTY if choices.rarely() else choices.one((ADMIN, DIRECTOR))
    action = choices.number(4)
    if not isinstance(known, Erasures) or action == 0:
        ground = choices.one(("expiry", "withdrawal", "request", "unlawful"))
        proposed = cmd.ProposeErasure(
            erasure=uid(8_700 + choices.number(40)),
            person=choices.one(_PEOPLE),
            retention=choices.one((("person",), ("journal", "person"), ("person", "journal"), ("journal",))),
            ground=ground,
            basis="заявление № 3",
            counted_from=None if ground == "unlawful" else choices.one((None, "2024-08-31", "2020-02-29")),
        )
        return proposed, actor
    waiting = [id_ for id_, one in known.proposals.items() if one.erased is None and one.refused is None]
    erasure = choices.one(waiting if waiting and not choices.rarely() else [*known.proposals])
    proposal = known.proposals[erasure]
    if proposal.is_open:
        actor = actor if choices.rarely() else ADMIN if DIRECTOR.id in proposal.by else DIRECTOR
        of = cmd.RefuseErasure if action == 1 else cmd.ApproveErasure
        return of(erasure=erasure, basis="приказ № 4"), actor
    forms = journal.find(f"prints/{SCHOOL}")
    numbers = range(1, len(forms.issued) + 1) if isinstance(forms, Prints) else ()
    at = journal.recorded_at(proposal.entry if proposal.approved is None else proposal.approved)
    command = cmd.RecordErasure(
        erasure=erasure,
        disclosures=choices.number(9),
        destroyed_at=format_at(at - timedelta(days=1) if choices.rarely() else at),
        sheets=tuple(choices.some([*numbers], 2)) if numbers else (),
    )
    return command, actor


def _schedule(choices: Any) -> cmd.AdoptRetentionSchedule:
    of: tuple[tuple[RetentionClass, PersonKind | None], ...] = (
        *(("person", None), ("person", "guardian"), ("journal", None), ("sheet", None), ("print", None)),
    )
    rows = [
        RetentionRow(
            retention=retention,
            kind=kind,
            years=choices.one((0, 1, 5)),
            counted_from=choices.one(("left", "year_end", "document")),
            kept_by=choices.one(("law", "consent")),
            citation="номенклатура дел, п. 4",
        )
        for retention, kind in of
    ]
    day = date(2026, 9, 1) + timedelta(days=choices.number(9))
    return cmd.AdoptRetentionSchedule(effective_from=day.isoformat(), basis="приказ № 2", rows=tuple(rows))
