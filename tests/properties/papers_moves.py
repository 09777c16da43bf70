"""Moves of the register of paper, for `journal_moves`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from ledger.journal import commands as cmd
from ledger.journal.evidence import Evidence
from ledger.journal.memory import Journal
from ledger.journal.papers import Papers
from ledger.journal.prints import Prints
from ledger.journal.vocabulary import PaperKind
from ledger.wire.entry import Actor
from tests.properties.erasures_moves import DIRECTOR
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    CLASS_B,
    DEPUTY,
    SCHOOL,
    STAFF,
    STUDENTS_A,
    YEAR,
    uid,
)

_SCOPES: Final[tuple[tuple[PaperKind, dict[str, str]], ...]] = (
    ("class_journal", {"year": YEAR, "class_group": CLASS_A}),
    ("class_journal", {"year": YEAR, "class_group": CLASS_B}),
    ("summary_sheet", {"year": YEAR, "class_group": CLASS_A}),
    ("corrections", {"year": YEAR}),
    ("substitutions", {}),
    ("other", {}),
    ("other", {"class_group": CLASS_B}),
)


def paper(choices: Any, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Store paper, move it, hand it over, strike it off, or propose that it be destroyed."""
    actor: Actor = DEPUTY if choices.rarely() else choices.one((ADMIN, DIRECTOR))
    known = journal.find(f"paper/{SCHOOL}")
    action = choices.number(8)
    if not isinstance(known, Papers) or action < 3:
        return _store(choices, journal), actor
    here = [id_ for id_, one in known.papers.items() if one.is_here]
    of = here if here and not choices.rarely() else [*known.papers]
    some = choices.some(of, 3) or (choices.one(of),)
    today = journal.recorded_at(journal.size - 1).astimezone(journal.zone).date()
    if action == 3:
        return cmd.MovePaper(paper=some[0], place=choices.one(("шкаф 2", "сейф")), basis="приказ № 9"), actor
    if action == 4 and choices.number(2):
        day = today + timedelta(days=9) if choices.rarely() else today
        return cmd.HandOverPaper(papers=tuple(some), to="архив", act="17", handed_on=day.isoformat()), actor
    if action == 4:
        by = STUDENTS_A[0] if choices.rarely() else choices.one(STAFF)
        reason = choices.one(("entered_wrongly", "lost", "damaged"))
        return cmd.StrikeOffPaper(paper=some[0], reason=reason, basis="акт № 5", requested_by=by), actor
    destruction = uid(8_900 + choices.number(60))
    return cmd.ProposePaperDestruction(destruction=destruction, papers=tuple(some), basis="акт № 1"), actor


def destroy(choices: Any, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Answer a destruction of paper, or record one as carried out."""
    known = journal.find(f"paper/{SCHOOL}")
    if not isinstance(known, Papers) or not known.destructions:
        return paper(choices, journal)
    waiting = [id_ for id_, one in known.destructions.items() if one.waits]
    destruction = choices.one(waiting if waiting and not choices.rarely() else [*known.destructions])
    one = known.destructions[destruction]
    second = ADMIN if DIRECTOR.id in one.by else DIRECTOR
    actor: Actor = choices.one((ADMIN, DIRECTOR)) if choices.rarely() else second
    action = choices.number(4)
    if action == 0:
        return cmd.RefusePaperDestruction(destruction=destruction, basis="нужно"), actor
    if one.approved is None:
        return cmd.ApprovePaperDestruction(destruction=destruction, basis="протокол № 1"), actor
    day = journal.recorded_at(journal.size - 1).astimezone(journal.zone).date()
    day -= timedelta(days=40) if choices.rarely() else timedelta()
    return cmd.RecordPaperDestruction(destruction=destruction, act="2", destroyed_on=day.isoformat()), actor


def _store(choices: Any, journal: Journal) -> cmd.StorePaper:
    kind, scope = choices.one(_SCOPES)
    forms = journal.find(f"prints/{SCHOOL}")
    printouts = [
        id_.partition("/")[2] for id_, one in journal.aggregates.items() if isinstance(one, Evidence) and one.printout
    ]
    sheets = choices.some([*forms.issued], 2) if isinstance(forms, Prints) and not choices.number(3) else ()
    today = journal.recorded_at(journal.size - 1).date()
    days = (None, "2024-02-29", (today - timedelta(days=2)).isoformat(), "2027-08-31")
    return cmd.StorePaper(
        paper=uid(8_800 + choices.number(90)),
        kind=kind,
        title="Дело",
        pages=1 + choices.number(90),
        place=choices.one(("шкаф 2", "сейф")),
        basis="приказ № 90",
        sheets=tuple(sheets),
        printout=choices.one(printouts) if printouts and not choices.number(4) else None,
        counted_from=choices.one(days),
        **scope,
    )
