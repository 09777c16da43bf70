"""The tables of people's data in an archive (`verify/spec/tables.md`): guardians, notices, consents, refusals.

A school has some thousands of these rows, so each table is asked for whole when it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from exports.tables import Table, typed
from ledger.journal.vocabulary import CHANNEL_WORDS, DATA_WORDS, METHOD_WORDS, NOTICE_WORDS, RELATION_WORDS
from projections.reading import Reader
from projections.views import people_registers as registers

_ENTRY, _AT, _PERSON, _NAME = "entry (запись)", "at (внесено)", "person (человек)", "name (имя)"
_STUDENT, _GUARDIAN = "student (ученик)", "guardian (законный представитель)"
_GUARDIAN_NAME = "guardian_name (имя представителя)"
_BASIS, _ENDED_BY = "basis (основание)", "ended_by (прекращено записью)"
_UPDATED: Final = {"changed": "изменены", "confirmed": "подтверждены"}

NameAt = Callable[[str, int], str]
"""A person and an entry -> the cell with the name that stood at it."""


def people_tables(views: Reader, position: int, name: NameAt) -> list[Table]:
    """All of them, in the order of the specification; rows are read when they are written."""
    return [
        Table(
            "guardians",
            (_ENTRY, _AT, _STUDENT, _NAME, _GUARDIAN, _GUARDIAN_NAME, "relation (кем приходится)", _BASIS, _ENDED_BY),
            _guardians(views, position, name),
        ),
        Table(
            "data_notices",
            (
                *(_ENTRY, _AT, _PERSON, _NAME, "received_on (получено)", "how (как)", "given_by (от кого)"),
                *("about (о чём)", "answered_by (ответ — запись)", "answered_at (ответ внесён)"),
            ),
            _notices(views, position, name),
        ),
        Table(
            "data_updates",
            (
                *(_ENTRY, _AT, _PERSON, _NAME, "what (что)", "fields (сведения)", "notice (уведомление)"),
                *("refresh (обновление года)", "confirmed_on (подтверждено)"),
            ),
            _updates(views, position, name),
        ),
        Table(
            "refreshes",
            (_ENTRY, _AT, "year (учебный год)", "opens_on (с)", "until (по)"),
            _refreshes(views, position),
        ),
        Table(
            "consents",
            (
                *(_ENTRY, _AT, _GUARDIAN, _GUARDIAN_NAME, _STUDENT, _NAME, "channel (канал)", "method (способ)"),
                *("application_number (номер заявления)", "application_date (дата заявления)", _ENDED_BY),
            ),
            _consents(views, position, name),
        ),
        Table(
            "refusals",
            (
                *(_ENTRY, _AT, _GUARDIAN, _GUARDIAN_NAME, _STUDENT, _NAME, "refused_on (дата отказа)", _BASIS),
                *(_ENDED_BY, "notified_by (сообщено — запись)", "out_number (исходящий номер)"),
                *("sent_on (отправлено)", "approved_by (утвердил)"),
            ),
            _refusals(views, position, name),
        ),
    ]


def _guardians(views: Reader, position: int, name: NameAt) -> Iterator[Sequence[str]]:
    for row in registers.guardians(views, at=position).rows:
        people = (row.student, name(row.student, row.entry), row.guardian, name(row.guardian, row.entry))
        relation = RELATION_WORDS[row.relation]
        yield str(row.entry), row.at, *people, relation, typed(row.basis or ""), _number(row.ended_by)


def _notices(views: Reader, position: int, name: NameAt) -> Iterator[Sequence[str]]:
    for row in registers.data_notices(views, at=position).rows:
        yield (
            *(str(row.entry), row.at, row.person, name(row.person, row.entry), row.received_on),
            *(NOTICE_WORDS[row.how], row.given_by or "", _words(row.about)),
            *(_number(row.answered_by), row.answered_at or ""),
        )


def _updates(views: Reader, position: int, name: NameAt) -> Iterator[Sequence[str]]:
    for row in registers.data_updates(views, at=position).rows:
        yield (
            *(str(row.entry), row.at, row.person, name(row.person, row.entry), _UPDATED[row.what]),
            *(_words(row.fields), _number(row.notice), row.refresh or "", row.confirmed_on or ""),
        )


def _refreshes(views: Reader, position: int) -> Iterator[Sequence[str]]:
    for row in registers.refreshes(views, at=position).rows:
        yield str(row.entry), row.at, row.year, row.opens_on, row.until


def _consents(views: Reader, position: int, name: NameAt) -> Iterator[Sequence[str]]:
    for row in registers.consents(views, at=position).rows:
        yield (
            *(str(row.entry), row.at, row.guardian, name(row.guardian, row.entry)),
            *(row.student, name(row.student, row.entry), CHANNEL_WORDS[row.channel], METHOD_WORDS[row.method]),
            *(typed(row.application_number or ""), row.application_date or "", _number(row.ended_by)),
        )


def _refusals(views: Reader, position: int, name: NameAt) -> Iterator[Sequence[str]]:
    for row in registers.refusals(views, at=position).rows:
        yield (
            *(str(row.entry), row.at, row.guardian, name(row.guardian, row.entry)),
            *(row.student, name(row.student, row.entry), row.refused_on, typed(row.basis), _number(row.ended_by)),
            *(_number(row.notified_by), typed(row.out_number or ""), row.sent_on or "", row.approved_by or ""),
        )


def _number(entry: int | None) -> str:
    return "" if entry is None else str(entry)


def _words(names: Sequence[str]) -> str:
    return ", ".join(DATA_WORDS[name] for name in names)
