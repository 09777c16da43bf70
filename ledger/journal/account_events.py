"""Events of accounts, roles and duties of secrecy (`verify/spec/events.md`, Accounts). No secret is in any of them."""

from __future__ import annotations

from typing import Final

import msgspec

from ledger.journal.account_vocabulary import AccountClosing, AccountKind, AskedHelp, HelpReason, Role, SignInHelp
from ledger.journal.event import Event


class AccountsFounded(Event, frozen=True, kw_only=True):
    """`accounts/<school>`: the first account of the log; it is opened and becomes administrator right behind this."""

    account: str


class AccountOpened(Event, frozen=True, kw_only=True):
    """`account/<id>`: somebody, or a program, may be given roles; `id` is the person's where the person is registered.

    `sd` (``_sd``) commits to the disclosure ``account_name`` where nobody of this id is registered.
    """

    kind: AccountKind
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())


class RoleGranted(Event, frozen=True, kw_only=True):
    """`account/<id>`: a role from `starts_on` to `ends_on`, both inclusive; None: until it is revoked.

    `purpose`, and at most one of `class_groups` and `periods` (none: the whole school), are an inspector's; `student`
    is the child of whom a guardian's role is.
    """

    role: Role
    starts_on: str
    basis: str
    ends_on: str | None = None
    purpose: str | None = None
    class_groups: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    student: str | None = None


class RoleRevoked(Event, frozen=True, kw_only=True):
    """`account/<id>`: the role granted by entry `grant` is held no more."""

    grant: int
    basis: str


class AccountClosed(Event, frozen=True, kw_only=True):
    """`account/<id>`: nobody signs in to it any more, and none of its roles is held.

    `last_day`: of work, where an employee was dismissed, and only there; `basis` is the order then.
    """

    reason: AccountClosing
    basis: str
    last_day: str | None = None


class ConfidentialityAcknowledged(Event, frozen=True, kw_only=True):
    """`account/<id>`: its holder has read the duty of confidentiality whose text has this SHA-256 (R37)."""

    sha256: str


class SignInHelped(Event, frozen=True, kw_only=True):
    """`account/<id>`: the actor gave its holder, or took away, what lets somebody in; recorded before it was done.

    `request`: the entry that asked, where a second person answers by this; `basis`: the document by which one person
    acts alone where two are needed. At most one of them.
    """

    help: SignInHelp
    reason: HelpReason
    request: int | None = None
    basis: str | None = None


class SignInHelpRequested(Event, frozen=True, kw_only=True):
    """`account/<id>`: the actor asks a second person to help its holder in."""

    help: AskedHelp
    reason: HelpReason


class SignInHelpRefused(Event, frozen=True, kw_only=True):
    """`account/<id>`: a second person leaves it as it is."""

    request: int
    basis: str


ACCOUNT_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "accounts_founded/1": AccountsFounded,
    "account_opened/1": AccountOpened,
    "role_granted/1": RoleGranted,
    "role_revoked/1": RoleRevoked,
    "account_closed/1": AccountClosed,
    "confidentiality_acknowledged/1": ConfidentialityAcknowledged,
    "sign_in_helped/1": SignInHelped,
    "sign_in_help_requested/1": SignInHelpRequested,
    "sign_in_help_refused/1": SignInHelpRefused,
}
