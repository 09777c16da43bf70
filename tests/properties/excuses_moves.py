"""Moves of incidents and excuses, for `journal_moves`."""

from __future__ import annotations

from typing import Any, Final

from ledger.journal import commands as cmd
from ledger.journal.lesson import Lesson
from ledger.journal.memory import Journal
from ledger.journal.vocabulary import ExcuseReason, IncidentKind, LessonRule, NeverAnExcuse
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    DEPUTY,
    MATHS_A,
    TEACHER,
    TEACHER_2,
    digest,
    uid,
)

INCIDENTS: Final = tuple(uid(number) for number in range(4000, 4006))
EXCUSES: Final = tuple(uid(number) for number in range(4100, 4106))
LESSONS: Final = tuple(uid(number) for number in range(1000, 1005))
MINUTES: Final = (
    *("2026-09-07T08:00", "2026-09-07T08:30", "2026-09-07T19:00", "2026-09-08T08:00", "2026-10-25T10:00"),
    *("2026-11-05T12:00", "2026-11-09T08:00", "2027-03-01T08:00"),
)
_FOR_TEACHER: Final = Actor(ADMIN.id, "administrator", on_behalf_of=TEACHER.id, basis="приказ")


def incident(choices: Any, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Open one, or close one."""
    actor = TEACHER if choices.rarely() else choices.one((ADMIN, DEPUTY))
    note = digest(9) if choices.number(2) else None
    if choices.number(2):
        return cmd.CloseIncident(
            incident=choices.one(INCIDENTS), ended_at=choices.one(MINUTES), note=note
        ), actor  # fmt: skip
    kind: IncidentKind = choices.one(("system", "network", "maintenance"))
    return cmd.OpenIncident(
        incident=choices.one(INCIDENTS), kind=kind, began_at=choices.one(MINUTES), note=note
    ), actor  # fmt: skip


def excuse(choices: Any, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Accept one, with what fits its reason mostly, or withdraw one."""
    actor = choices.one((TEACHER, _FOR_TEACHER)) if choices.rarely() else choices.one((ADMIN, DEPUTY))
    if choices.number(4) == 3:
        return cmd.WithdrawExcuse(excuse=choices.one(EXCUSES), basis="ошибка"), actor
    lesson = choices.one(LESSONS)
    found = journal.find(f"lesson/{lesson}")
    teacher = found.teacher if isinstance(found, Lesson) and not choices.rarely() else TEACHER_2.id
    place = {"course": MATHS_A, "held_on": "2026-09-07"} if choices.number(3) == 2 else {"lesson": lesson}
    reason: ExcuseReason | NeverAnExcuse = choices.one(("outage", "outage", "ill", "order", "computer_skills"))
    shown = {"incident": choices.one(INCIDENTS)} if (reason == "outage") != choices.rarely() else {"basis": "приказ"}
    rules: tuple[LessonRule, ...] = choices.one((("lesson",), ("written_mark", "written_work"), ("lesson", "homework")))
    command = cmd.AcceptExcuse(
        excuse=choices.one(EXCUSES),
        teacher=teacher,
        rules=rules,
        reason=reason,
        note=digest(9) if choices.number(2) else None,
        **place,
        **shown,
    )
    return command, actor
