"""Moves to a class's closed journal: each does the next thing that is in the way, or what is possible behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.errors import Refused
from ledger.journal import commands as cmd
from ledger.journal.context import Context
from ledger.journal.journal_events import Excused
from ledger.journal.lacking import Lack, counted, read_journal, what_lacks
from ledger.journal.roster import ClassGroup
from ledger.journal.summary_sheet import sheet_of
from ledger.journal.vocabulary import LACKING
from tests.properties import reopening_moves
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    CLASS_B,
    DEPUTY,
    DEPUTY_2,
    TEACHER,
    moscow,
    uid,
)

if TYPE_CHECKING:
    from ledger.journal.memory import Journal
    from ledger.wire.entry import Actor
    from tests.properties.journal_moves import Choices


def journal(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Close a class's journal, or what has to be closed and answered before; of a closed one, reopen or hand over."""
    group = journal.find(f"class/{choices.one((CLASS_B, CLASS_A))}")
    if not isinstance(group, ClassGroup):
        return cmd.CloseJournal(class_group=uid(999)), DEPUTY
    context = Context(journal, ADMIN, moscow("2027-06-01 09:00"))
    try:
        read = read_journal(group, context)
    except Refused:  # pragma: no cover - no class of these tests is so large
        return cmd.CloseJournal(class_group=group.id), DEPUTY
    if group.journal_closed:
        if group.reopening_asked is not None or choices.number(3) == 0:
            return reopening_moves.journal_of(choices, group)
        sha256 = "0" * 64 if choices.rarely() else sheet_of(read, context).sha256
        command = cmd.TransferSheet(
            class_group=group.id, sha256=sha256, number="12", received_on="2026-09-01", to="архив школы"
        )
        return command, TEACHER if choices.rarely() else DEPUTY
    lacks = what_lacks(read, context)
    unsettled = next((lack for lack in lacks if lack.what not in LACKING), None)
    if unsettled is not None and not choices.rarely():
        return _settle(choices, unsettled)
    excused = tuple(
        Excused(what=what, count=count, reason="order", basis="приказ № 7", course=course or None)  # type: ignore[arg-type]
        for (what, course), count in sorted(counted(lacks).items())
        if what in LACKING
    )
    if choices.rarely():
        excused = excused[1:]
    return cmd.CloseJournal(class_group=group.id, excused=excused), TEACHER if choices.rarely() else DEPUTY


def _settle(choices: Choices, lack: Lack) -> tuple[cmd.JournalCommand, Actor]:
    """Close a period, or refuse a request."""
    actor = choices.one((DEPUTY, DEPUTY_2, ADMIN))
    if lack.what == "period":
        return cmd.ClosePeriod(period=lack.period or uid(999)), actor
    if lack.lesson is not None:
        return cmd.RefuseCorrection(lesson=lack.lesson, request=lack.request or 0, basis="нет"), actor
    return cmd.RefuseResultCorrection(sheet=lack.sheet or "", request=lack.request or 0, basis="нет"), actor
