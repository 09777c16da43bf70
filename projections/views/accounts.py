"""Accounts, their roles and what their holders acknowledged (1.5, 2.4.4); who may act is asked of the log instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ledger.journal.account_events import (
    AccountClosed,
    AccountOpened,
    AccountsFounded,
    ConfidentialityAcknowledged,
    RoleGranted,
    RoleRevoked,
    SignInHelped,
    SignInHelpRefused,
    SignInHelpRequested,
)
from projections.folding import Entry, View
from projections.reading import Answer, AsOf, Reader, command_join, resolve, stands
from projections.rows import OPEN, Operations, Table


class AccountRow(NamedTuple):
    """An entry about an account; `action`: ``founded``, ``opened``, ``granted``, ``revoked``, ``closed`` or ``read``.

    Or ``helped``, ``help_asked``, ``help_refused``: `help` says what with, `request` is the entry that asked.
    `ends_on` of one that is ``closed``: the last day of work of who was dismissed.
    `named`: the digest of the disclosed name, where the account is of nobody registered; `scope`: ids with spaces
    between, of classes or periods, or of a guardian's child.
    """

    entry: int
    account: str
    action: str
    kind: str | None = None
    named: str | None = None
    role: str | None = None
    starts_on: str | None = None
    ends_on: str | None = None
    granted_by: int | None = None
    purpose: str | None = None
    scope: str | None = None
    reason: str | None = None
    basis: str | None = None
    sha256: str | None = None
    help: str | None = None
    request: int | None = None
    to_position: int = OPEN


ACCOUNTS: Final = Table("accounts", AccountRow, (("account",),))


def _founded(event: AccountsFounded, entry: Entry) -> Operations:
    return (AccountRow(entry.index, event.account, "founded"),)


def _opened(event: AccountOpened, entry: Entry) -> Operations:
    named = event.sd[0] if event.sd else None
    return (AccountRow(entry.index, entry.stream_id, "opened", kind=event.kind, named=named),)


def _granted(event: RoleGranted, entry: Entry) -> Operations:
    scope = event.class_groups or event.periods or ((event.student,) if event.student else ())
    row = AccountRow(
        entry=entry.index,
        account=entry.stream_id,
        action="granted",
        role=event.role,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        purpose=event.purpose,
        scope=" ".join(scope) or None,
        basis=event.basis,
    )
    return (row,)


def _revoked(event: RoleRevoked, entry: Entry) -> Operations:
    return (AccountRow(entry.index, entry.stream_id, "revoked", granted_by=event.grant, basis=event.basis),)


def _closed(event: AccountClosed, entry: Entry) -> Operations:
    row = AccountRow(
        entry.index, entry.stream_id, "closed", ends_on=event.last_day, reason=event.reason, basis=event.basis
    )
    return (row,)


def _read(event: ConfidentialityAcknowledged, entry: Entry) -> Operations:
    return (AccountRow(entry.index, entry.stream_id, "read", sha256=event.sha256),)


def _helped(event: SignInHelped, entry: Entry) -> Operations:
    row = AccountRow(
        entry.index,
        entry.stream_id,
        "helped",
        reason=event.reason,
        basis=event.basis,
        help=event.help,
        request=event.request,
    )
    return (row,)


def _help_asked(event: SignInHelpRequested, entry: Entry) -> Operations:
    return (AccountRow(entry.index, entry.stream_id, "help_asked", reason=event.reason, help=event.help),)


def _help_refused(event: SignInHelpRefused, entry: Entry) -> Operations:
    return (AccountRow(entry.index, entry.stream_id, "help_refused", basis=event.basis, request=event.request),)


VIEW: Final = View(
    (ACCOUNTS,),
    {
        AccountsFounded: _founded,
        AccountOpened: _opened,
        RoleGranted: _granted,
        RoleRevoked: _revoked,
        AccountClosed: _closed,
        ConfidentialityAcknowledged: _read,
        SignInHelped: _helped,
        SignInHelpRequested: _help_asked,
        SignInHelpRefused: _help_refused,
    },
)


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """What one entry says of an account; fields as in `AccountRow`."""

    entry: int
    at: str
    account: str
    action: str
    kind: str | None
    named: str | None
    role: str | None
    starts_on: str | None
    ends_on: str | None
    granted_by: int | None
    purpose: str | None
    scope: str | None
    reason: str | None
    basis: str | None
    sha256: str | None
    help: str | None
    request: int | None
    actor: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that an account has: the entry that granted it, its days, and what an inspection is for and of."""

    entry: int
    role: str
    starts_on: str
    ends_on: str | None
    purpose: str | None
    scope: str | None
    basis: str


@dataclass(frozen=True, slots=True)
class Help:
    """Help to sign in that an account's holder was given, or that somebody asked for.

    Attributes:
        entry, at, actor: what recorded it, when, and who gave it or asked.
        help, reason: words of `account_vocabulary`.
        request: the entry that asked, where a second person answered.
        basis: of who acted alone where two are needed.
    """

    entry: int
    at: str
    actor: str
    help: str
    reason: str
    request: int | None
    basis: str | None


@dataclass(slots=True)
class Account:
    """An account as its entries say.

    Attributes:
        entry: what opened it last.
        named: digest of its disclosed name; None where the account is a registered person's.
        grants: roles that were not revoked, whatever their days.
        acknowledged: SHA-256 of the texts that its holder has read -> the entry.
        helped: help that its holder was given since it was opened last, the newest first.
        asked: the request for help that waits for a second person.
        closed_by, reason: the entry that closed it, and why; None while it is open.
    """

    entry: int
    account: str
    kind: str
    named: str | None
    grants: dict[int, Grant] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    helped: list[Help] = field(default_factory=list)
    asked: Help | None = None
    closed_by: int | None = None
    reason: str | None = None
    last_day: str | None = None


def account_entries(views: Reader, position: int, account: str | None = None) -> Sequence[AccountEntry]:
    """All that was said of accounts, or of one, in its order; `position`: one that the views have reached."""
    only = "" if account is None else " AND a.account = :account"
    given = {} if account is None else {"account": account}
    sql = f"""SELECT a.entry, m.at, a.account, a.action, a.kind, a.named, a.role, a.starts_on, a.ends_on, a.granted_by,
          a.purpose, a.scope, a.reason, a.basis, a.sha256, a.help, a.request, m.actor
        FROM {{accounts}} a
        {command_join("a.entry")}
        WHERE {stands("a")}{only} ORDER BY a.entry"""
    return [AccountEntry(*row) for row in views.select(sql, {"at": position, **given})]


def help_of(views: Reader, account: str, *, at: AsOf = None) -> Answer[Help]:
    """Help to sign in that an account's holder was given, the newest first; also before the account was closed.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    given = [_help(one) for one in account_entries(views, position, account) if one.action == "helped"]
    return Answer(position, tuple(reversed(given)))


def accounts(views: Reader, *, account: str | None = None, at: AsOf = None) -> Answer[Account]:
    """Accounts with their roles, in the order in which they were first opened, closed ones among them; or one of them.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    known: dict[str, Account] = {}
    for said in account_entries(views, position, account):
        if said.action == "opened":
            read = known[said.account].acknowledged if said.account in known else {}
            known[said.account] = Account(said.entry, said.account, said.kind or "", said.named, acknowledged=read)
        elif said.action != "founded":
            _apply(known[said.account], said)
    return Answer(position, tuple(known.values()))


def _apply(account: Account, said: AccountEntry) -> None:
    if said.action == "granted":
        days = (said.starts_on or "", said.ends_on)
        account.grants[said.entry] = Grant(
            said.entry, said.role or "", *days, said.purpose, said.scope, said.basis or ""
        )
    elif said.action == "revoked":
        account.grants.pop(said.granted_by or 0, None)
    elif said.action == "closed":
        account.closed_by, account.reason, account.last_day = said.entry, said.reason, said.ends_on
    elif said.action == "read":
        account.acknowledged[said.sha256 or ""] = said.entry
    elif said.action == "help_asked":
        account.asked = _help(said)
    else:
        if said.request is not None:
            account.asked = None
        if said.action == "helped":
            account.helped.insert(0, _help(said))


def _help(said: AccountEntry) -> Help:
    return Help(said.entry, said.at, said.actor, said.help or "", said.reason or "", said.request, said.basis)
