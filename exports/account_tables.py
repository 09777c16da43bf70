"""Accounts and roles in an archive (`verify/spec/tables.md`): a row an entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from exports.names import Open
from exports.tables import Table, typed
from ledger.journal.account_vocabulary import (
    ACCOUNT_CLOSING_WORDS,
    ACCOUNT_WORDS,
    HELP_REASON_WORDS,
    SIGN_IN_HELP_WORDS,
)
from ledger.journal.vocabulary import ROLE_WORDS
from projections.reading import Reader
from projections.views.accounts import AccountEntry, account_entries

_ACTIONS: Final = {
    "founded": "первая",
    "opened": "открыта",
    "granted": "роль дана",
    "revoked": "роль снята",
    "closed": "закрыта",
    "read": "ознакомлен",
    "helped": "помогли войти",
    "help_asked": "просят помочь войти",
    "help_refused": "помочь войти отказано",
}
_REASONS: Final = ACCOUNT_CLOSING_WORDS | HELP_REASON_WORDS


def account_tables(views: Reader, position: int, name: Callable[[str, int], str], open_: Open) -> list[Table]:
    """The one table; `name` gives a registered person's name as of an entry, `open_` opens the others'."""
    columns = (
        *("entry (запись)", "at (внесено)", "account (учётная запись)", "action (что)", "kind (чья)", "name (имя)"),
        *("role (роль)", "starts_on (с)", "ends_on (по)", "grant (дана записью)", "purpose (цель)", "scope (о чём)"),
        *(
            "reason (причина)",
            "basis (основание)",
            "sha256 (SHA-256)",
            "help (чем помогли)",
            "request (по просьбе — запись)",
        ),
        "actor (кто внёс)",
    )
    return [Table("accounts", columns, _rows(views, position, name, open_))]


def _rows(views: Reader, position: int, name: Callable[[str, int], str], open_: Open) -> Iterator[Sequence[str]]:
    registered: set[str] = set()
    entries = account_entries(views, position)
    opened = open_([row.named for row in entries if row.named])
    for row in entries:
        if row.action == "opened":
            registered.discard(row.account)
            if row.named is None:
                registered.add(row.account)
        shown = name(row.account, row.entry) if row.account in registered else ""
        if row.named is not None and row.named in opened:
            shown = typed(opened[row.named][1])
        yield _row(row, shown)


def _row(row: AccountEntry, name: str) -> Sequence[str]:
    return (
        *(str(row.entry), row.at, row.account, _ACTIONS[row.action], ACCOUNT_WORDS.get(row.kind or "", ""), name),
        *(ROLE_WORDS.get(row.role or "", ""), row.starts_on or "", row.ends_on or ""),
        *("" if row.granted_by is None else str(row.granted_by), typed(row.purpose or ""), row.scope or ""),
        *(_REASONS.get(row.reason or "", ""), typed(row.basis or ""), row.sha256 or ""),
        *(SIGN_IN_HELP_WORDS.get(row.help or "", ""), "" if row.request is None else str(row.request), row.actor),
    )
