"""What an account is: whose, which roles it holds on a day, and whether its holder still works here (1.5, 2.4.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from ledger.errors import Refused
from ledger.journal.account_events import (
    AccountClosed,
    AccountOpened,
    AccountsFounded,
    ConfidentialityAcknowledged,
    RoleGranted,
    RoleRevoked,
)
from ledger.journal.account_vocabulary import AccountKind
from ledger.journal.aggregate import Aggregate
from ledger.journal.context import Context
from ledger.journal.recorded import Recorded


class AccountRegister(Aggregate, frozen=True, kw_only=True):
    """Which account of the log was the first."""

    account: str


class Account(Aggregate, frozen=True, kw_only=True):
    """An account.

    Attributes:
        kind: whose.
        grants: roles granted and not revoked, by the index of the entry; those whose days are over are among them.
        acknowledged: SHA-256 of the texts of confidentiality that its holder has read.
        is_closed: until it is opened again, which gives back no role.
        last_day: of an employee's work, while it is closed because the employee was dismissed.
    """

    kind: AccountKind
    grants: Mapping[int, RoleGranted] = msgspec.field(default_factory=dict)
    acknowledged: frozenset[str] = frozenset()
    is_closed: bool = False
    last_day: str | None = None

    def held(self, day: str) -> Iterator[RoleGranted]:
        """Give the grants that hold on a day."""
        for grant in () if self.is_closed else self.grants.values():
            if grant.starts_on <= day <= (grant.ends_on or day):
                yield grant

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
            read = state.acknowledged if state else frozenset[str]()
            state = Account(stream=event.originator_id, version=version, kind=data.kind, acknowledged=read)
            continue
        if state is None:
            raise TypeError(f"{type(data).__name__} does not begin an account")
        grants = dict(state.grants)
        if type(data) is RoleGranted:
            grants[event.index] = data
        elif type(data) is RoleRevoked:
            del grants[data.grant]
        elif type(data) is AccountClosed:
            state = msgspec.structs.replace(state, is_closed=True, last_day=data.last_day)
        elif type(data) is ConfidentialityAcknowledged:
            state = msgspec.structs.replace(state, acknowledged=state.acknowledged | {data.sha256})
        else:
            raise TypeError(f"{type(data).__name__} is no event of an account")
        state = msgspec.structs.replace(state, version=version, grants=grants)
    return state


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
