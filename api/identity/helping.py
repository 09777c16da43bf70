"""Helping an account's holder in: recorded first, then done, so that no code is ever told that no entry speaks of.

What cannot be recorded is not done: the database of entries is busy, a rule refuses, the process dies. Where it dies
behind the entry, nothing was given, and whoever helps does it again (`ledger.journal.sign_in_help`).
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from api.identity.acting import find_account
from ledger.errors import LOG, Refused
from ledger.journal import commands as jc
from ledger.journal.account import Account
from ledger.journal.account_vocabulary import (
    HELP_REASON_WORDS,
    SIGN_IN_HELP_WORDS,
    AskedHelp,
    HelpReason,
    SignInHelp,
)
from ledger.journal.sign_in_help import invited_already, two_people_needed
from ledger.wire.entry import Actor
from projections.views.accounts import Help, accounts, help_of

if TYPE_CHECKING:
    from api.auth import Identity
    from api.schools import OpenSchool

HELD_UP_DAYS: Final = 30
"""For how long a holder who signs in at the page is told first of help, before the page goes on."""
_HELPS_EN: Final = {
    "first_code": "the first code of an invitation",
    "code": "another code of an invitation, which sets a password",
    "second_factor": "the second factor was taken away",
    "passkey": "a passkey was taken away",
    "link": "the link to the provider was taken away",
    "token": "a token for a program was made",
}
_USUAL: Final[dict[SignInHelp, HelpReason]] = {
    "first_code": "first_access",
    "code": "forgotten_password",
    "second_factor": "lost_device",
    "passkey": "lost_device",
    "link": "provider",
    "token": "program",
}
"""The reason of help where nobody names another."""


@dataclass(frozen=True, slots=True)
class Ground:
    """On what help rests: why, and the document of who acts alone where two people are needed."""

    reason: HelpReason | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What an answer did: the entry, and the code of an invitation with its login and its end, where it is one."""

    entry: int
    login: str | None = None
    code: str | None = None
    expires: int | None = None


def give_code(school: OpenSchool, actor: Actor, account: Account, login: str, ground: Ground) -> Given:
    """Invite an account's holder: with a first code, or with another where somebody was invited or signs in already.

    Raises:
        IdentityError: the login is none, or another account's.
        Refused: a rule of the journal says no.
    """
    school.secrets.check_login(account.id, login)
    entry = record(school, actor, account, _code_for(school, account), ground)
    return _invited(school, account, login, entry)


def take_second_factor(school: OpenSchool, actor: Actor, account: Account, ground: Ground) -> tuple[Given, bool]:
    """Take every second factor away; says whether there was one."""
    entry = record(school, actor, account, "second_factor", ground)
    return Given(entry), school.secrets.reset_second(account.id)


def record(school: OpenSchool, actor: Actor, account: Account, help_: SignInHelp, ground: Ground) -> int:
    """Record help that is about to be given; returns its entry."""
    command = jc.HelpSignIn(account=account.id, help=help_, reason=ground.reason or _USUAL[help_], basis=ground.basis)
    return school.execute(command, actor).first_index


def answer(school: OpenSchool, actor: Actor, account: Account, request: int, login: str | None = None) -> Given:
    """Do what was asked for, as a second person; `login`: of the invitation, the account's own where None.

    Raises:
        IdentityError: the login is none, or another account's.
        Refused: a rule of the journal says no.
    """
    asked = account.asked
    if asked is None or asked.entry != request:
        raise Refused("not_a_request", "no request here has this index and waits", clause=LOG, where="request")
    known = school.secrets.login(account.id)
    name = login or (known.login if known is not None else "")
    command = jc.HelpSignIn(account=account.id, help=asked.help, request=request)
    if asked.help != "second_factor":
        school.app.check(command, actor=actor)  # who may is told before how to
        if asked.help == "first_code" != _code_for(school, account):
            raise invited_already()
        school.secrets.check_login(account.id, name)
    entry = school.execute(command, actor).first_index
    if asked.help != "second_factor":
        return _invited(school, account, name, entry)
    school.secrets.reset_second(account.id)
    return Given(entry)


def ask(school: OpenSchool, actor: Actor, account: Account, help_: AskedHelp, reason: HelpReason | None) -> int:
    """Ask a second person for help; returns the entry that asks."""
    command = jc.RequestSignInHelp(account=account.id, help=help_, reason=reason or _USUAL[help_])
    return school.execute(command, actor).first_index


def own_help(school: OpenSchool, identity: Identity) -> dict[str, Any]:
    """What the holder of an account is told of help that was given to it; who gave it by name, once that may be shown.

    `is_new`: of the last days, and no first code, so that a page tells it before it goes on.
    """
    found = help_of(school.read_views(), identity.actor)
    since = (datetime.now(UTC) - timedelta(days=HELD_UP_DAYS)).isoformat()
    helpers = {one.actor for one in found.rows} if identity.has_acknowledged else set()
    # Not everybody's accounts: whoever signs in at the page asks for this.
    known = (one for helper in helpers for one in accounts(school.read_views(), account=helper).rows)
    names = school.account_names(known)
    rows = [
        {**asdict(one), "is_new": one.help != "first_code" and one.at >= since, **_said(school, one, names)}
        for one in found.rows
    ]
    return {"rows": rows, "position": found.position, "people": names}


def _said(school: OpenSchool, one: Help, names: dict[str, str]) -> dict[str, str]:
    """One help as its holder reads it, in both languages."""
    day, who = school.app.day_of(one.at), names.get(one.actor, one.actor)
    alone_ru = "" if one.basis is None else ", в одиночку"
    alone_en = "" if one.basis is None else ", alone"
    return {
        "said": f"{day}: {SIGN_IN_HELP_WORDS[one.help]} ({HELP_REASON_WORDS[one.reason]}) — {who}{alone_ru}. "
        "Если вы об этом не просили, скажите директору.",
        "said_en": f"{day}: {_HELPS_EN[one.help]} ({one.reason.replace('_', ' ')}), by {who}{alone_en}. "
        "If you did not ask for it, tell the director.",
    }


def _code_for(school: OpenSchool, account: Account) -> SignInHelp:
    """A first code, or another: also where a way in is from before codes were entries."""
    known = school.secrets.login(account.id)
    has_way_in = known is not None and bool(known.has_password or known.issuer or known.passkeys)
    return "code" if has_way_in or account.is_invited else "first_code"


def _invited(school: OpenSchool, account: Account, login: str, entry: int) -> Given:
    code, expires = school.secrets.invite(account.id, login, int(time.time()))
    known = find_account(school, account.id)
    if known is None or known.is_strong != account.is_strong:
        # A role was granted since the account was looked at, which voided the codes there were: this one too.
        school.secrets.void_codes(account.id)
        raise two_people_needed()
    return Given(entry, login, code, expires)
