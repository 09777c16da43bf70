"""What happened to a school's log as a record, from the log itself: begun, verified, archived, handed over, printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

import orjson

from ledger.journal.vocabulary import CONDITION_WORDS, VERDICT_WORDS
from projections.reading import Reader, stands

_AT_OF: Final = """(SELECT m.{what} FROM {{commands}} m WHERE m.entry <= {row}.entry ORDER BY m.entry DESC LIMIT 1)"""


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
    found += [*_handed_over(views, position), *_printed(views, position)]
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
