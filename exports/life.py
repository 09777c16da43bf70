"""What happened to a school's log as a record, from the log itself: begun, verified, archived, printed, erased."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

import orjson

from ledger.journal.vocabulary import CONDITION_WORDS, PRINT_WORDS, STRIKE_WORDS, VERDICT_WORDS, VOID_WORDS
from projections.reading import Reader, stands
from projections.views.papers import paper_actions
from projections.views.prints import print_actions

_AT_OF: Final = """(SELECT m.{what} FROM {{commands}} m WHERE m.entry <= {row}.entry ORDER BY m.entry DESC LIMIT 1)"""

_PAPER_EVENTS: Final = {
    "stored": ("accession", "принята"),
    "moved": ("transfer", "перемещена"),
    "handed_over": ("transfer", "передана"),
    "struck_off": ("deaccession", "снята с учёта"),
    "destroyed": ("deletion", "уничтожена"),
}


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """One event.

    Attributes:
        entry: the entry that says so.
        type: a term of the Library of Congress's list of event types for preservation.
        at: the entry's moment.
        detail: what was done, in Russian.
        outcome: how it ended, in Russian; empty where nothing is said of that.
        actor: id of who recorded it.
    """

    entry: int
    type: str
    at: str
    detail: str
    outcome: str
    actor: str


def life(views: Reader, position: int) -> list[LifeEvent]:
    """All events up to a position, in the order of their entries; a school has some hundreds in a year."""
    found = [*_begun(views, position), *_verified(views, position), *_archived(views, position)]
    found += [*_archives_handed_over(views, position)]
    found += [*_handed_over(views, position), *_printed(views, position), *_forms(views, position)]
    found += [*_papers(views, position), *_erased(views, position)]
    return sorted(found, key=attrgetter("entry"))


def _of(row: str) -> str:
    return f"{_AT_OF.format(what='at', row=row)}, {_AT_OF.format(what='actor', row=row)}"


def _begun(views: Reader, position: int) -> Iterator[LifeEvent]:
    sql = f"SELECT s.entry, {_of('s')}, s.name FROM {{schools}} s WHERE {stands('s')}"
    for entry, at, actor, name in views.select(sql, {"at": position}):
        yield LifeEvent(entry, "creation", at, f"Журнал начат: {name}", "", actor)


def _verified(views: Reader, position: int) -> Iterator[LifeEvent]:
    sql = f"""SELECT v.entry, {_of("v")}, v.size, v.verdict, v.program, v.program_sha256
        FROM {{verifications}} v WHERE {stands("v")}"""
    for entry, at, actor, size, verdict, program, sha256 in views.select(sql, {"at": position}):
        detail = f"Проверено записей: {size}; программа {program}, SHA-256 {sha256}"
        yield LifeEvent(entry, "fixity check", at, detail, VERDICT_WORDS[verdict], actor)


def _archived(views: Reader, position: int) -> Iterator[LifeEvent]:
    sql = f"""SELECT a.entry, {_of("a")}, a.size, a.verdict, a.manifest_sha256, a.opened_with
        FROM {{archives}} a WHERE {stands("a")}"""
    for entry, at, actor, size, verdict, sha256, tools in views.select(sql, {"at": position}):
        detail = f"Архив записей: {size}; SHA-256 манифеста {sha256}; открыт: {', '.join(orjson.loads(tools))}"
        yield LifeEvent(entry, "information package creation", at, detail, VERDICT_WORDS[verdict], actor)


def _archives_handed_over(views: Reader, position: int) -> Iterator[LifeEvent]:
    sql = f"""SELECT h.entry, {_of("h")}, h.manifest_sha256, h.receiver, h.number, h.received_on
        FROM {{archive_handovers}} h WHERE {stands("h")}"""
    for entry, at, actor, sha256, to, number, day in views.select(sql, {"at": position}):
        detail = f"Архив передан: {to}; расписка {number} от {day}; SHA-256 манифеста {sha256}"
        yield LifeEvent(entry, "transfer", at, detail, "", actor)


def _handed_over(views: Reader, position: int) -> Iterator[LifeEvent]:
    sql = f"""SELECT t.entry, {_of("t")}, g.grade, g.letter, t.receiver, t.number, t.received_on, t.sha256
        FROM {{sheet_transfers}} t JOIN {{classes}} g ON g.class_group = t.class_group AND {stands("g")}
        WHERE {stands("t")}"""
    for entry, at, actor, grade, letter, to, number, day, sha256 in views.select(sql, {"at": position}):
        detail = f"Сводная ведомость {grade}{letter} передана: {to}; расписка {number} от {day}; SHA-256 {sha256}"
        yield LifeEvent(entry, "transfer", at, detail, "", actor)


def _printed(views: Reader, position: int) -> Iterator[LifeEvent]:
    sql = f"""SELECT p.entry, {_of("p")}, p.condition, p.number, p.printed_on, p.pages, p.kept
        FROM {{printouts}} p WHERE {stands("p")}"""
    for entry, at, actor, condition, number, day, pages, kept in views.select(sql, {"at": position}):
        detail = f"Распечатано ({CONDITION_WORDS[condition]}): № {number} от {day}, листов {pages}; хранится: {kept}"
        yield LifeEvent(entry, "dissemination", at, detail, "", actor)


def _forms(views: Reader, position: int) -> Iterator[LifeEvent]:
    """Printed forms: issued, certified, and those that count no more."""
    numbers: dict[str, str] = {}
    for one in print_actions(views, position):
        if one.action == "issued":
            numbers[one.sheet] = f"Печатная форма № {one.number} ({PRINT_WORDS[one.kind or '']})"
            detail = f"выдана по запись {one.position}, листов: {one.pages}"
            found = ("dissemination", detail, "")
        elif one.action == "certified":
            seal = "с печатью" if one.seal else "без печати"
            found = ("validation", f"заверена {one.certified_on}: {one.office}, {seal}", "заверена")
        else:
            found = ("deaccession", f"не действует: {VOID_WORDS[one.reason or '']}; {one.basis}", "")
        type_, detail, outcome = found
        yield LifeEvent(one.entry, type_, one.at, f"{numbers[one.sheet]} {detail}", outcome, one.actor)


def _papers(views: Reader, position: int) -> Iterator[LifeEvent]:
    """Paper of the archive: stored, moved, taken over by another archive, struck off, destroyed."""
    for one in paper_actions(views, position):
        if one.action not in _PAPER_EVENTS:
            continue
        type_, words = _PAPER_EVENTS[one.action]
        act = f"акт № {one.act} от {one.act_on}" if one.act else ""
        said = (one.place, one.to, STRIKE_WORDS.get(one.reason, ""), act, one.basis)
        detail = f"Бумага № {one.number} «{one.title}» {words}: {'; '.join(part for part in said if part)}"
        yield LifeEvent(one.entry, type_, one.at, detail, "", one.actor)


def _erased(views: Reader, position: int) -> Iterator[LifeEvent]:
    """Personal values that were destroyed; whose, only the entry says."""
    sql = f"SELECT e.entry, {_of('e')}, e.disclosures FROM {{erased}} e WHERE {stands('e')}"
    for entry, at, actor, count in views.select(sql, {"at": position}):
        yield LifeEvent(entry, "deletion", at, f"Уничтожены личные сведения, раскрытий: {count}", "", actor)
