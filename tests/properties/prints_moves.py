"""Moves of the register of printed forms, for `journal_moves`."""

from __future__ import annotations

from typing import Any, Final

from ledger.journal import commands as cmd
from ledger.journal.memory import Journal
from ledger.journal.prints import Prints
from ledger.journal.vocabulary import PrintKind
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    DEPUTY,
    MATHS_A,
    MATHS_B,
    QUARTER_1,
    QUARTER_2,
    SCHOOL,
    STAFF,
    STUDENTS_A,
    TEACHER,
    uid,
)

_ASKED: Final[tuple[tuple[PrintKind, dict[str, str]], ...]] = (
    ("class_page", {"course": MATHS_A, "period": QUARTER_1}),
    ("class_page", {"course": MATHS_B, "period": QUARTER_2}),
    ("summary_sheet", {"class_group": CLASS_A}),
    ("corrections", {"period": QUARTER_1}),
    ("substitutions", {"month": "2026-09"}),
    ("conformity", {}),
    ("conformity", {"month": "2026-09"}),
    ("papers", {}),
    ("student_page", {"class_group": CLASS_A, "period": QUARTER_1, "student": STUDENTS_A[0]}),
    ("student_page", {"class_group": CLASS_A, "period": QUARTER_2, "student": STUDENTS_A[1]}),
    ("student_page", {"class_group": CLASS_A, "period": QUARTER_1, "student": TEACHER.id}),
    ("attendance", {"class_group": CLASS_A, "month": "2026-09"}),
    ("lesson_plan", {"course": MATHS_A}),
)


def some_sheets(choices: Any, journal: Journal, condition: str) -> tuple[str, ...]:
    """Forms that a printout may consist of, seldom others; mostly none."""
    known = journal.find(f"prints/{SCHOOL}")
    if not isinstance(known, Prints) or choices.number(2):
        return ()
    fits = [sheet for sheet, one in known.issued.items() if condition in ("archive", one.kind)]
    chosen = choices.some([*known.issued] if choices.rarely() else fits, 2) if fits else ()
    return tuple(chosen)


def form(choices: Any, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Issue one, certify one, or void one."""
    actor: Actor = TEACHER if choices.rarely() else choices.one((ADMIN, ADMIN, DEPUTY))
    known = journal.find(f"prints/{SCHOOL}")
    sheets = [*known.issued] if isinstance(known, Prints) else []
    action = choices.number(4)
    if not isinstance(known, Prints) or action < 2:
        kind, scope = choices.one(_ASKED)
        command = cmd.IssueSheet(
            sheet=choices.one(sheets) if sheets and choices.rarely() else uid(8_000 + choices.number(500)),
            kind=kind,
            position=max(1, journal.size - choices.number(40)),
            pages=1 + choices.number(3),
            content=choices.one("ABCDEFGH") * 42 + "A",
            **scope,
        )
        return command, actor
    sheet = choices.one(sheets)
    if action == 2:
        by = STUDENTS_A[0] if choices.rarely() else choices.one(STAFF)
        issued_on = journal.recorded_at(known.issued[sheet].entry).astimezone(journal.zone).date().isoformat()
        day = "2026-09-01" if choices.rarely() else issued_on
        return cmd.CertifySheet(sheet=sheet, certified_by=by, office="директор", certified_on=day), actor
    return cmd.VoidSheet(sheet=sheet, reason=choices.one(("spoiled", "lost")), basis="акт № 1"), actor
