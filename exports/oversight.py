"""Tables of how the journal is kept: closings, classes' journals, evidence, paper (`verify/spec/tables.md`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import orjson

from exports.account_tables import account_tables
from exports.anchor_tables import anchor_tables
from exports.backdating_tables import backdating_tables
from exports.backup_tables import backup_tables
from exports.blocking_tables import blocking_tables
from exports.erasure_tables import erasure_tables
from exports.journal_excuse_tables import journal_excuse_tables
from exports.names import Open
from exports.paper_tables import paper_tables
from exports.print_tables import print_tables
from exports.tables import Table, typed
from ledger.journal.vocabulary import (
    CONDITION_WORDS,
    PERIOD_WORDS,
    REOPENING_WORDS,
    VERDICT_WORDS,
)
from projections.reading import Reader, stands
from projections.views.closings import turns
from projections.views.journals import journal_turns
from projections.views.lookups import classes, periods

_ENTRY, _AT, _NAME = "entry (запись)", "at (внесено)", "name (имя)"
_REOPENING: Final = {
    "reopening_requested": "просят открыть снова",
    "reopened": "открыт снова",
    "reopening_refused": "открыть снова отказано",
}
_ACTIONS: Final = {"closed": "закрыт", **_REOPENING, "attested": "заверен"}
_JOURNAL_ACTIONS: Final = {"closed": "закрыт", **_REOPENING, "transferred": "ведомость передана"}
_AT_OF: Final = "(SELECT m.at FROM {{commands}} m WHERE m.entry <= {}.entry ORDER BY m.entry DESC LIMIT 1)"


class Oversight:
    """These tables of one archive; a school has some hundreds of their rows.

    Args:
        views: whom to ask.
        position: tree size at which the archive ends.
        open_: opens disclosures for this receiver.
        name: a person's name as of an entry, or the id.
    """

    def __init__(
        self,
        views: Reader,
        position: int,
        open_: Open,
        name: Callable[[str, int], str],
    ) -> None:
        self._views = views
        self._position = position
        self._open = open_
        self._name = name

    def tables(self) -> list[Table]:
        """All of them, in the order of the specification."""
        return [
            Table(
                "closings",
                (
                    *(_ENTRY, _AT, "period (период)", "kind (вид)", "number (номер)", "starts_on (с)", "ends_on (по)"),
                    *("action (что)", "streams (потоков уроков)", "size (заверено записей)", "reason (причина)"),
                    *("requested_by (кто просил)", _NAME, "note (пояснение)", "basis (основание)", "request (заявка)"),
                    "actor (кто внёс)",
                ),
                self._closings(),
            ),
            Table(
                "journals",
                (
                    *(_ENTRY, _AT, "class_id (id класса)", "class (класс)", "action (что)"),
                    *("reason (причина)", "requested_by (кто просил)", _NAME),
                    *("note (пояснение)", "basis (основание)", "request (заявка)", "sha256 (SHA-256)"),
                    "number (номер расписки)",
                    *("received_on (дата расписки)", "to (кому)", "actor (кто внёс)"),
                ),
                self._journals(),
            ),
            *journal_excuse_tables(self._views, self._position),
            *backdating_tables(self._views, self._position, self._name),
            Table(
                "evidence",
                (
                    *(_ENTRY, _AT, "what (что)", "size (записей)", "root (корень)", "verdict (итог)", "by (чем)"),
                    *("sha256 (SHA-256)", "checkpoint (точка)", "witnesses (свидетелей)", "year (учебный год)"),
                    *("month (месяц)", "employees (сотрудников)", "requests (запросов)", "rows (строк)"),
                    *("slowest_ms (дольше всех, мс)", "to (кому)", "number (номер расписки)"),
                    "received_on (дата расписки)",
                ),
                self._evidence(),
            ),
            Table(
                "printouts",
                (
                    *(_ENTRY, _AT, "condition (что)", "scope (за что)", "number (номер)", "printed_on (дата)"),
                    *("pages (листов)", "kept (где хранится)", "signed_by (кто подписал)", _NAME, "sheets (формы)"),
                ),
                self._printouts(),
            ),
            *backup_tables(self._views, self._position),
            *print_tables(self._views, self._position, self._name),
            *erasure_tables(self._views, self._position),
            *blocking_tables(self._views, self._position),
            *anchor_tables(self._views, self._position),
            *account_tables(self._views, self._position, self._name, self._open),
            *paper_tables(self._views, self._position, self._name),
        ]

    def _closings(self) -> Iterator[Sequence[str]]:
        known = {period.period: period for period in periods(self._views, at=self._position).rows}
        history = turns(self._views, self._position)
        for turn in sorted((turn for of in history.values() for turn in of), key=lambda turn: turn.entry):
            period = known[turn.period]
            disclosed = self._open([turn.note]) if turn.note else {}
            note = disclosed.get(turn.note or "")
            asked_by = turn.requested_by
            yield (
                *(str(turn.entry), turn.at, turn.period, PERIOD_WORDS[period.kind], str(period.number)),
                *(period.starts_on, period.ends_on, _ACTIONS[turn.action], _text(turn.streams), _text(turn.size)),
                "" if turn.reason is None else REOPENING_WORDS[turn.reason],
                *(("", "") if asked_by is None else (asked_by, self._name(asked_by, turn.entry))),
                "" if note is None else typed(note[1]),
                *(typed(turn.basis or ""), _text(turn.request), turn.actor),
            )

    def _journals(self) -> Iterator[Sequence[str]]:
        names = {group.class_group: group.name for group in classes(self._views, at=self._position).rows}
        history = journal_turns(self._views, self._position)
        for turn in sorted((turn for of in history.values() for turn in of), key=lambda turn: turn.entry):
            disclosed = self._open([turn.note]) if turn.note else {}
            note = disclosed.get(turn.note or "")
            asked_by = turn.requested_by
            yield (
                *(str(turn.entry), turn.at, turn.class_group, typed(names[turn.class_group])),
                _JOURNAL_ACTIONS[turn.action],
                "" if turn.reason is None else REOPENING_WORDS[turn.reason],
                *(("", "") if asked_by is None else (asked_by, self._name(asked_by, turn.entry))),
                "" if note is None else typed(note[1]),
                *(typed(turn.basis or ""), _text(turn.request), turn.sha256 or "", typed(turn.number or "")),
                *(turn.received_on or "", typed(turn.to or ""), turn.actor),
            )

    def _evidence(self) -> Iterator[Sequence[str]]:
        at = {"at": self._position}
        rows: list[tuple[int, Sequence[str]]] = []
        sql = f"""SELECT v.entry, {_AT_OF.format("v")}, v.size, v.root, v.verdict, v.program, v.program_sha256,
            v.checkpoint, v.witnesses FROM {{verifications}} v WHERE {stands("v")}"""
        for entry, moment, size, root, verdict, program, sha256, checkpoint, witnesses in self._views.select(sql, at):
            head = (str(entry), moment, "проверка", str(size), root, VERDICT_WORDS[verdict], typed(program), sha256)
            rows.append((entry, (*head, _text(checkpoint), str(witnesses), *[""] * 9)))
        sql = f"""SELECT a.entry, {_AT_OF.format("a")}, a.size, a.root, a.verdict, a.opened_with,
            a.manifest_sha256, a.year FROM {{archives}} a WHERE {stands("a")}"""
        for entry, moment, size, root, verdict, tools, sha256, year in self._views.select(sql, at):
            by = ", ".join(orjson.loads(tools))
            head = (str(entry), moment, "архив", str(size), root, VERDICT_WORDS[verdict], by, sha256)
            rows.append((entry, (*head, "", "", year, *[""] * 8)))
        sql = f"""SELECT t.entry, {_AT_OF.format("t")}, t.size, t.month, t.employees, t.requests, t.answered_rows,
            t.slowest_ms FROM {{timings}} t WHERE {stands("t")}"""
        for entry, moment, size, month, *counts in self._views.select(sql, at):
            rows.append(
                (entry, (str(entry), moment, "замещения", str(size), *[""] * 7, month, *map(str, counts), *[""] * 3))
            )
        sql = f"""SELECT h.entry, {_AT_OF.format("h")}, h.manifest_sha256, h.receiver, h.number, h.received_on
            FROM {{archive_handovers}} h WHERE {stands("h")}"""
        for entry, moment, sha256, receiver, number, day in self._views.select(sql, at):
            head = (str(entry), moment, "передача", *[""] * 4, sha256, *[""] * 8)
            rows.append((entry, (*head, typed(receiver), typed(number), day)))
        return (row for _, row in sorted(rows))

    def _printouts(self) -> Iterator[Sequence[str]]:
        sql = f"""SELECT p.entry, {_AT_OF.format("p")}, p.condition, p.scope, p.number, p.printed_on, p.pages, p.kept,
            p.signed_by, p.sheets FROM {{printouts}} p WHERE {stands("p")} ORDER BY p.entry"""
        rows = self._views.select(sql, {"at": self._position})
        for entry, moment, condition, scope, number, printed_on, pages, kept, signed_by, sheets in rows:
            yield (
                *(str(entry), moment, CONDITION_WORDS[condition], scope, typed(number), printed_on, str(pages)),
                *(typed(kept), signed_by, self._name(signed_by, entry), sheets),
            )


def _text(value: int | None) -> str:
    return "" if value is None else str(value)
