"""What an account is: whose, which roles it holds on a day, and whether its holder still works here (1.5, 2.4.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from ledger.errors import Refused
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
from ledger.journal.account_vocabulary import AccountKind, AskedHelp, HelpReason
from ledger.journal.aggregate import Aggregate
from ledger.journal.context import Context
from ledger.journal.facts import people_of
from ledger.journal.recorded import Recorded
from ledger.journal.rules import DIRECTION
from ledger.wire.entry import Actor

WEAK_ROLES: Final = frozenset({"teacher", "class_teacher", "student", "guardian"})
"""Roles that sign in by a password alone, and whose holder one person may help."""


class AccountRegister(Aggregate, frozen=True, kw_only=True):
    """Which account of the log was the first."""

    account: str


class HelpAsked(msgspec.Struct, frozen=True):
    """A request that waits for a second person: its entry, what is asked and why, and who asked or for whom."""

    entry: int
    help: AskedHelp
    reason: HelpReason
    people: frozenset[str]


class Account(Aggregate, frozen=True, kw_only=True):
    """An account.

    Attributes:
        kind: whose.
        grants: roles granted and not revoked, by the index of the entry; those whose days are over are among them.
        acknowledged: SHA-256 of the texts of confidentiality that its holder has read.
        is_closed: until it is opened again, which gives back no role.
        last_day: of an employee's work, while it is closed because the employee was dismissed.
        is_strong: whether it was ever given a role that asks for a second factor, whatever became of the role.
        is_invited: whether a code was ever given, or somebody was let in before codes were entries: a link was taken
            away, or the account is open again and was strong before.
        directed_until: index of the entry that last took a director's or an administrator's role from it, by revoking
            the role or by closing the account.
        strengthened_by: who ever granted it a role that asks for a second factor, and for whom, but for its holder.
        let_in_by: who gave its last code alone, and for whom; nobody where two did, or one with a document.
        asked: the request for help that waits for a second person.
    """

    kind: AccountKind
    grants: Mapping[int, RoleGranted] = msgspec.field(default_factory=dict)
    acknowledged: frozenset[str] = frozenset()
    is_closed: bool = False
    last_day: str | None = None
    is_strong: bool = False
    is_invited: bool = False
    directed_until: int | None = None
    strengthened_by: frozenset[str] = frozenset()
    let_in_by: frozenset[str] = frozenset()
    asked: HelpAsked | None = None

    def held(self, day: str) -> Iterator[RoleGranted]:
        """Give the grants that hold on a day."""
        for grant in () if self.is_closed else self.grants.values():
            if grant.starts_on <= day <= (grant.ends_on or day):
                yield grant

    def is_for_administrators(self, day: str) -> bool:
        """Whether an administrator alone lets somebody in, and no system administrator.

        It could do more than a system administrator, now or later: of an account without any role nobody knows what it
        will do.
        """
        return self.is_strong or all(day > (grant.ends_on or day) for grant in self.grants.values())

    @property
    def is_endless_administrator(self) -> bool:
        """Whether it is an administrator until that is revoked."""
        grants = () if self.is_closed else self.grants.values()
        return any(grant.role == "administrator" and grant.ends_on is None for grant in grants)


def evolve_accounts(state: AccountRegister | None, events: Iterable[Recorded]) -> AccountRegister | None:
    """Apply the event of the register of accounts."""
    for event in events:
        data = event.data
        if type(data) is not AccountsFounded or state is not None:
            raise TypeError(f"{type(data).__name__} is no event of the register of accounts")
        state = AccountRegister(stream=event.originator_id, version=event.originator_version, account=data.account)
    return state


def evolve_account(state: Account | None, events: Iterable[Recorded]) -> Account | None:
    """Apply events of an account."""
    for event in events:
        data, version = event.data, event.originator_version
        if type(data) is AccountOpened:
            state = _opened(state, event, data)
            continue
        if state is None:
            raise TypeError(f"{type(data).__name__} does not begin an account")
        grants = dict(state.grants)
        if type(data) is RoleGranted:
            grants[event.index] = data
            state = _granted(state, data, event.actor)
        elif type(data) is RoleRevoked:
            state = _without(state, [grants.pop(data.grant)], event.index)
        elif type(data) is AccountClosed:
            state = _without(state, grants.values(), event.index)
            state = msgspec.structs.replace(state, is_closed=True, last_day=data.last_day)
        elif type(data) is ConfidentialityAcknowledged:
            state = msgspec.structs.replace(state, acknowledged=state.acknowledged | {data.sha256})
        elif isinstance(data, SignInHelped | SignInHelpRequested | SignInHelpRefused):
            state = _after_help(state, event)
        else:
            raise TypeError(f"{type(data).__name__} is no event of an account")
        state = msgspec.structs.replace(state, version=version, grants=grants)
    return state


def _opened(before: Account | None, event: Recorded, data: AccountOpened) -> Account:
    """The account behind an opening: without a role, but what its holder read and how strong it was stays known."""
    made = Account(stream=event.originator_id, version=event.originator_version, kind=data.kind)
    if before is None:
        return made
    return msgspec.structs.replace(
        made,
        acknowledged=before.acknowledged,
        is_strong=before.is_strong,
        is_invited=before.is_invited or before.is_strong,
        directed_until=before.directed_until,
        strengthened_by=before.strengthened_by,
        let_in_by=before.let_in_by,  # a code that was on its way while the account was closed may come behind this
    )


def _granted(state: Account, data: RoleGranted, actor: Actor) -> Account:
    """The account behind a role that this actor granted."""
    if data.role in WEAK_ROLES:
        return state
    others = people_of(actor) - {state.id}
    return msgspec.structs.replace(state, is_strong=True, strengthened_by=state.strengthened_by | others)


def _without(state: Account, taken: Iterable[RoleGranted], index: int) -> Account:
    """The account behind the entry that took these roles from it."""
    directed = any(grant.role in DIRECTION for grant in taken)
    return msgspec.structs.replace(state, directed_until=index) if directed else state


def _after_help(state: Account, event: Recorded) -> Account:
    """The account behind a request for help, or an answer to it."""
    data = event.data
    if isinstance(data, SignInHelpRequested):
        asked = HelpAsked(event.index, data.help, data.reason, people_of(event.actor))
        return msgspec.structs.replace(state, asked=asked)
    if isinstance(data, SignInHelpRefused):
        return msgspec.structs.replace(state, asked=None)
    if isinstance(data, SignInHelped):
        waits = state.asked if data.request is None else None
        is_invited = state.is_invited or data.help in ("first_code", "code", "link")
        let_in_by = state.let_in_by
        if data.help in ("first_code", "code"):
            alone = data.request is None and data.basis is None
            let_in_by = people_of(event.actor) - {state.id} if alone else frozenset()
        return msgspec.structs.replace(state, asked=waits, is_invited=is_invited, let_in_by=let_in_by)
    return state


def open_account_of(id_: str, context: Context) -> Account:
    """The account that a command names, which is open."""
    known = context.find(Account, "account", id_, "account")
    if known.is_closed:
        raise Refused("account_is_closed", "this account is closed", clause="1.5", where="account")
    return known


def check_employed(context: Context, employee: str, day: str, where: str) -> None:
    """Refuse to entrust something from a day on to who was dismissed before it; `where` names the employee.

    Who comes back has an account that is open again.
    """
    account = context.find_if_any(Account, f"account/{employee}")
    if account is not None and account.last_day is not None and day > account.last_day:
        raise Refused(
            "dismissed",
            "this employee was dismissed; the last day of work was {last_day}",
            clause="1.5",
            where=where,
            last_day=account.last_day,
        )
