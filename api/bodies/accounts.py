"""Shapes of bodies about accounts and signing in."""

from __future__ import annotations

from api.bodies.base import Body, Day, Id, Name
from ledger.journal.account_vocabulary import AccountClosing, AccountKind, AskedHelp, HelpReason, Role


class NewAccount(Body, frozen=True, kw_only=True):
    """An account without a role: under a registered person's id, or under a new one with a `name`, for the vault."""

    kind: AccountKind
    account: Id | None = None
    name: Name | None = None


class NewRole(Body, frozen=True, kw_only=True):
    """A role from a day on; `purpose` and scope are an inspector's, `student` is a guardian's child.

    `basis` and `purpose` stand in the entry in clear, for ever: no names.
    """

    role: Role
    starts_on: Day
    basis: str
    ends_on: Day | None = None
    purpose: str | None = None
    class_groups: tuple[Id, ...] = ()
    periods: tuple[Id, ...] = ()
    student: Id | None = None


class NewRoleRevocation(Body, frozen=True, kw_only=True):
    """Why a role is held no more: a document, in clear and for ever."""

    basis: str


class NewAccountClosing(Body, frozen=True, kw_only=True):
    """Why nobody signs in to the account any more; `basis` in clear and for ever.

    `last_day`: of work, of an employee who was dismissed and of nobody else; it is not to come.
    """

    reason: AccountClosing
    basis: str
    last_day: Day | None = None


class NewInvitation(Body, frozen=True, kw_only=True):
    """Under which login the account's holder is to set a password; `reason`: left out, the usual one of such a code."""

    login: str
    reason: HelpReason | None = None


class NewHelp(Body, frozen=True, kw_only=True):
    """Why a way in is taken away; left out, the usual reason."""

    reason: HelpReason | None = None


class NewHelpRequest(Body, frozen=True, kw_only=True):
    """What a second person is asked for, and why."""

    help: AskedHelp
    reason: HelpReason


class NewHelpAnswer(Body, frozen=True, kw_only=True):
    """The login of the invitation; left out, the one that the account has."""

    login: str | None = None


class NewToken(Body, frozen=True, kw_only=True):
    """A token for a program: of this role, cut to these rights where some are named, for so many days."""

    role: Role
    label: str
    days: int = 365
    rights: tuple[str, ...] | None = None


class SignIn(Body, frozen=True, kw_only=True):
    """Login and password."""

    login: str
    password: str


class Departure(Body, frozen=True, kw_only=True):
    """A sign-in at the school's provider; `code`: of an invitation, to link the account to who signs in there.

    `to`: where a browser goes on to when it is back, a path of this school's.
    """

    code: str | None = None
    to: str | None = None


class NewPasskey(Body, frozen=True, kw_only=True):
    """A passkey that a browser made, in base64url, and what its holder calls it."""

    name: str
    id: str
    client_data: str
    attestation: str


class PasskeyAnswer(Body, frozen=True, kw_only=True):
    """What a passkey signed, in base64url."""

    id: str
    client_data: str
    authenticator_data: str
    signature: str


class SecondFactor(Body, frozen=True, kw_only=True):
    """Six digits of an authenticator, or a recovery code."""

    code: str


class SignOut(Body, frozen=True, kw_only=True):
    """Of this session, or of all of the account's."""

    everywhere: bool = False


class PasswordChange(Body, frozen=True, kw_only=True):
    """The old password and the new one."""

    old: str
    password: str


class Acceptance(Body, frozen=True, kw_only=True):
    """The code of an invitation and the password to be set."""

    code: str
    password: str


class RoleChoice(Body, frozen=True, kw_only=True):
    """In which of the account's roles the session acts from now on."""

    role: Role


class Acknowledgement(Body, frozen=True, kw_only=True):
    """SHA-256 of the text that was read, as GET gave it."""

    sha256: str
