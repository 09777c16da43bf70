"""In whose name a command records: the token of the environment says it, or whoever opened the school.

What holds over HTTP holds here: a role that was revoked, an account that was closed, a day that is over and a right
that a token was not given count from the next command on. Else whoever kept an old token were a second person still.
And what is refused to somebody who is known leaves the same trace in the access log, under the command's name.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from api.auth import Identity, Right
from api.cli.calling import called_name
from api.identity.acting import find_account, of_token, roles_today
from api.reach import Named
from api.school_facts import SchoolFacts
from api.schools import OpenSchool
from api.settings import SettingsError
from api.traces import leave_trace
from api.words import is_about_who_asks
from ledger.access.events import Reason
from ledger.errors import Refused
from ledger.journal.commands import JournalCommand
from ledger.log import Receipt
from ledger.vault import Keeping
from ledger.wire.entry import Actor

TOKEN_VARIABLE: Final = "LETOPIS_TOKEN"  # noqa: S105 - the name of a variable


NOTHING_NAMED: Final = Named()


def acting(school: OpenSchool, right: Right, about: Named = NOTHING_NAMED) -> Actor:
    """Who acts, by a right that is held now and that reaches what the command is about, as the path of its route says.

    Raises:
        SettingsError: nobody has this token here, or who is meant may not do it today, or not to what is named.
    """
    token = os.environ.get(TOKEN_VARIABLE)
    if not token:
        return _founder(school)
    identity = _holder(school, token)
    actor = Actor(identity.actor, identity.role)
    if not identity.has(right):
        _trace(school, actor, "right", about)
        raise SettingsError(
            f"{TOKEN_VARIABLE}: {identity.role}: этого ключу не дано / the token has no right to that ({right.value})"
        )
    if not identity.may(right):
        _trace(school, actor, "acknowledgement", about)
        raise SettingsError(
            f"{TOKEN_VARIABLE}: сначала ознакомьтесь с обязательством о неразглашении / "
            "first acknowledge the duty of confidentiality"
        )
    if not identity.reaches(right, about, SchoolFacts(school)):
        _trace(school, actor, "reach", about)
        raise SettingsError(f"{TOKEN_VARIABLE}: {identity.role}: это не ваше / out of this role's reach")
    return actor


@contextmanager
def tracing(school: OpenSchool, actor: Actor, about: Named = NOTHING_NAMED) -> Iterator[None]:
    """Leave a trace where a rule refuses this actor what another might do; `about`: what the command is about."""
    try:
        yield
    except Refused as error:
        if is_about_who_asks(error):
            _trace(school, actor, "rule", about)
        raise


def record_with(
    school: OpenSchool, command: JournalCommand, actor: Actor, *kept: Keeping, about: Named = NOTHING_NAMED
) -> Receipt:
    """Record a command; one that discloses something is judged first, or what is refused would leave that in the vault.

    Raises:
        LetopisError: a rule refuses it, or the person's values were erased.
    """
    with tracing(school, actor, about):
        if kept:
            school.app.check(command, actor=actor)
            school.vault.keep_many(kept)
        return school.execute(command, actor)


def _trace(school: OpenSchool, actor: Actor, reason: Reason, about: Named) -> None:
    if what := called_name():
        leave_trace(school, actor, what, reason, about)


def _holder(school: OpenSchool, token: str) -> Identity:
    found = school.secrets.token(token, int(time.time()))
    identity = None if found is None else of_token(school, found, school.log_size())
    if identity is None:
        raise SettingsError(
            f"{TOKEN_VARIABLE}: такого ключа входа нет, или его роли сегодня нет / "
            "nobody has this token, or its role is not held today"
        )
    return identity


def _founder(school: OpenSchool) -> Actor:
    """Who opened the school, while still its administrator; a school without accounts knows nothing of that."""
    founder = school.app.founder()
    if school.app.aggregate(f"account/{founder.id}")[0] is None:
        return founder
    account = find_account(school, founder.id)
    if account is None or founder.role not in roles_today(school, account):
        raise SettingsError(
            f"кто открыл школу, больше не администратор: скажите, кто действует, через {TOKEN_VARIABLE} / "
            f"who opened the school is no administrator any more: say by {TOKEN_VARIABLE} who acts"
        )
    return founder
