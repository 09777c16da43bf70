"""Commands of accounts and roles. Names are in the vault, secrets of signing in where no entry is."""

from __future__ import annotations

from ledger.journal.account_vocabulary import AccountClosing, AccountKind, AskedHelp, HelpReason, Role, SignInHelp
from ledger.journal.command import JournalCommand


class FoundAccounts(JournalCommand, frozen=True, kw_only=True):
    """The log's first account, by its holder; `name` is the digest of its disclosure, kept before, where one is due."""

    account: str
    basis: str
    name: str | None = None


class OpenAccount(JournalCommand, frozen=True, kw_only=True):
    """An account, which has no role yet; `name` as in `FoundAccounts`."""

    account: str
    kind: AccountKind
    name: str | None = None


class GrantRole(JournalCommand, frozen=True, kw_only=True):
    """A role from a day on; fields as in `account_events`."""

    account: str
    role: Role
    starts_on: str
    basis: str
    ends_on: str | None = None
    purpose: str | None = None
    class_groups: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    student: str | None = None


class RevokeRole(JournalCommand, frozen=True, kw_only=True):
    """The role that entry `grant` granted is held no more, from now on."""

    account: str
    grant: int
    basis: str


class CloseAccount(JournalCommand, frozen=True, kw_only=True):
    """Nobody signs in to the account any more; `last_day`: of work, of who was dismissed."""

    account: str
    reason: AccountClosing
    basis: str
    last_day: str | None = None


class AcknowledgeConfidentiality(JournalCommand, frozen=True, kw_only=True):
    """The account's holder has read the text with this SHA-256."""

    account: str
    sha256: str


class HelpSignIn(JournalCommand, frozen=True, kw_only=True):
    """The actor helps the account's holder in; nothing is given or taken away before this is recorded.

    `reason`: None where `request` says it; `basis`: of who acts alone where two are needed.
    """

    account: str
    help: SignInHelp
    reason: HelpReason | None = None
    request: int | None = None
    basis: str | None = None


class RequestSignInHelp(JournalCommand, frozen=True, kw_only=True):
    """The actor asks that the account's holder be helped in by a second person."""

    account: str
    help: AskedHelp
    reason: HelpReason


class RefuseSignInHelp(JournalCommand, frozen=True, kw_only=True):
    """A second person leaves the account as it is."""

    account: str
    request: int
    basis: str
