"""Moves of freshness and portals, for `journal_moves`."""

from __future__ import annotations

from typing import Any, Final

from ledger.journal import commands as cmd
from ledger.journal.memory import Journal
from ledger.journal.portals import Portal
from ledger.journal.vocabulary import PortalOutcome
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import ADMIN, DEPUTY, TEACHER, uid

PORTALS: Final = tuple(uid(number) for number in range(4200, 4203))
LINKS: Final = ("https://gu.example/school", "http://edu.example:8080/a?b=c", "https://edu.example", "gu.example")
DIARY: Final = "https://diary.example/"


def freshness(choices: Any, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Measure level views, or views that are behind."""
    size = journal.size + 1 if choices.rarely() else journal.size
    behind = choices.number(3)
    age = choices.number(5_000)
    minutes = (age + choices.number(90) if behind else 0) if not choices.rarely() else 1
    command = cmd.MeasureFreshness(
        freshness=uid(4_300 + choices.number(300)),
        size=size,
        position=size - behind,
        minutes_behind=minutes,
        last_entry_minutes=age,
    )
    return command, _administration(choices)


def portal(choices: Any, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """List one, check one, or drop one."""
    id_ = choices.one(PORTALS)
    actor = _administration(choices)
    known = journal.find(f"portal/{id_}")
    link = known.link if isinstance(known, Portal) and known.link and not choices.rarely() else choices.one(LINKS)
    outcome: PortalOutcome = choices.one(("found", "no_link", "not_found", "no_answer"))
    match choices.number(4):
        case 0:
            return cmd.DropPortal(portal=id_, basis="портал закрыт"), actor
        case 1:
            return cmd.ListPortal(portal=id_, name=choices.one(("ГУ", "ПО")), link=choices.one(LINKS)), actor
        case _:
            if known is None:
                return cmd.ListPortal(portal=id_, name="ГУ", link=link), actor
            return cmd.RecordPortalCheck(portal=id_, link=link, diary=DIARY, outcome=outcome), actor


def _administration(choices: Any) -> Actor:
    actor: Actor = TEACHER if choices.rarely() else choices.one((ADMIN, DEPUTY))
    return actor
