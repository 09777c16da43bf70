"""Moves that ask for a reopening of a period or a class's journal, and answer, for `journal_moves`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.journal import commands as cmd
from ledger.journal.roster import ClassGroup
from ledger.journal.year import Period
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    DEPUTY,
    MOTHER,
    QUARTER_1,
    QUARTER_2,
    TEACHER,
    WHOLE_YEAR,
    digest,
    uid,
)

if TYPE_CHECKING:
    from ledger.journal.memory import Journal
    from tests.properties.journal_moves import Choices

DIRECTOR = Actor(uid(12), "director")
FOR_TEACHER = Actor(ADMIN.id, "administrator", on_behalf_of=TEACHER.id, basis="приказ")


def period(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Ask that a period be opened again, or answer who asked."""
    periods = [journal.find(f"period/{one}") for one in (QUARTER_1, QUARTER_2, WHOLE_YEAR)]
    waiting = [one for one in periods if isinstance(one, Period) and one.asked is not None]
    if waiting and not choices.rarely():
        one = choices.one(waiting)
        request = 3 if one.asked is None or choices.rarely() else one.asked.entry
        if choices.number(3) == 0:
            return cmd.RefusePeriodReopening(period=one.id, request=request, basis="нет"), _answerer(choices)
        return cmd.ApprovePeriodReopening(period=one.id, request=request, basis="приказ № 6"), _answerer(choices)
    command = cmd.RequestPeriodReopening(
        period=choices.one((QUARTER_1, QUARTER_2, WHOLE_YEAR)),
        reason=choices.one(("not_recorded", "other")),
        basis="служебная записка № 5",
        note=choices.one((digest(7), None)),
    )
    return command, _asker(choices)


def journal_of(choices: Choices, group: ClassGroup) -> tuple[cmd.JournalCommand, Actor]:
    """Ask that a class's journal be opened again, or answer who asked."""
    if group.reopening_asked is not None and not choices.rarely():
        request = 3 if choices.rarely() else group.reopening_asked.entry
        if choices.number(3) == 0:
            return cmd.RefuseJournalReopening(class_group=group.id, request=request, basis="нет"), _answerer(choices)
        return cmd.ApproveJournalReopening(class_group=group.id, request=request, basis="приказ"), _answerer(choices)
    command = cmd.RequestJournalReopening(
        class_group=group.id,
        reason=choices.one(("inspection", "other")),
        basis="акт № 5",
        note=choices.one((digest(7), None)),
    )
    return command, _asker(choices)


def _asker(choices: Choices) -> Actor:
    return MOTHER if choices.rarely() else choices.one((TEACHER, DEPUTY, ADMIN, FOR_TEACHER))


def _answerer(choices: Choices) -> Actor:
    return DEPUTY if choices.rarely() else choices.one((DIRECTOR, DIRECTOR, ADMIN, FOR_TEACHER))
