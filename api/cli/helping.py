"""`letopis accounts`: helping holders in, by who has the school's folder in hand; each help is an entry first.

Who acts is whose token stands in ``LETOPIS_TOKEN``, or the administrator of `--by`, or else whoever opened the school.
Where two people are needed, one asks and another answers by a token of the own. A school in which nobody else could
answer says so by a document (`--basis`), and acts alone: its holder is told that, and question 23 shows it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from api.auth import Right
from api.cli.console import Console, Exit
from api.cli.hands import acting, tracing
from api.identity import helping
from api.identity.acting import find_account, roles_today
from api.identity.program_tokens import check_label
from api.reach import Named
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from ledger.errors import LetopisError
from ledger.journal import commands as jc
from ledger.journal.account import Account
from ledger.journal.account_vocabulary import AskedHelp, HelpReason
from ledger.wire.entry import Actor
from projections.views.accounts import accounts


def run_invite(
    console: Console, var: Path, account: str, login: str, ground: tuple[str | None, str | None], by: str | None
) -> int:
    """A code with which the account's holder sets a password; shown once. `ground`: reason, and basis of one alone."""
    with _helping(var, account, by, None) as (school, actor, known):
        given = helping.give_code(school, actor, known, login, _ground(ground))
        _tell(console, known, given)
    return Exit.DONE


def run_reset(console: Console, var: Path, account: str, ground: tuple[str | None, str | None], by: str | None) -> int:
    """Take an account's second factor away, with its passkeys, recovery codes and sessions."""
    with _helping(var, account, by, None) as (school, actor, known):
        given, was_there = helping.take_second_factor(school, actor, known, _ground(ground))
        text = f"второй фактор снят записью / the second factor was taken away by entry {given.entry}"
        console.result({"reset": was_there, "entry": given.entry}, text)
    return Exit.DONE


def run_remove_passkey(
    console: Console,
    var: Path,
    account: str,
    remove: str,
    ground: tuple[str | None, str | None],
    by: str | None,
) -> int:
    """Remove a lost passkey, which ends the account's sessions.

    Raises:
        SettingsError: there is no such passkey.
    """
    with _helping(var, account, by, None) as (school, actor, known):
        kept = school.secrets.passkeys
        if all(one.id != remove for one in kept.listed(account)):
            raise SettingsError(f"--remove: у {account} нет такого ключа входа / no such passkey")
        entry = helping.record(school, actor, known, "passkey", _ground(ground))
        kept.remove(account, remove)
        console.result({"removed": remove, "entry": entry}, f"{remove}: удалён / removed")
    return Exit.DONE


def run_token(console: Console, var: Path, account: str, role: str, label: str, days: int, by: str | None) -> int:
    """A token for a program, shown once.

    Raises:
        SettingsError: the account does not have the role today.
    """
    with _helping(var, account, by, None) as (school, actor, known):
        if role not in roles_today(school, known):
            raise SettingsError(f"--role: у {account} сегодня нет роли {role} / the account does not have it today")
        check_label(label, days)
        entry = helping.record(school, actor, known, "token", helping.Ground())
        token = school.secrets.make_token(account, role, label, int(time.time()), days=days)
        text = f"Ключ показывается один раз / shown once:\n    {token}"
        console.result({"account": account, "role": role, "token": token, "entry": entry}, text)
    return Exit.DONE


def run_ask(console: Console, var: Path, account: str, help_: str, reason: str | None, by: str | None) -> int:
    """Ask a second person for another code, or to take the second factor away."""
    with _helping(var, account, by, Right.ADMINISTER) as (school, actor, known):
        why = cast("HelpReason | None", reason)
        entry = helping.ask(school, actor, known, cast("AskedHelp", help_), why)
        text = f"Просьба / request {entry}: ответит другой из руководства / another who directs answers"
        console.result({"entry": entry, "request": entry}, text)
    return Exit.DONE


def run_answer(console: Console, var: Path, request: int, login: str | None, basis: str | None, *, give: bool) -> int:
    """Answer a request, as a second person: a code is shown to who answers, once.

    Raises:
        SettingsError: who acts may not answer any, or no request of this entry waits.
    """
    with open_school(var, background=False) as school:
        school.views.catch_up(school.recorder)
        waiting = {one.asked.entry: one.account for one in accounts(school.views).rows if one.asked is not None}
        acting(school, Right.DIRECT, Named(account=waiting.get(request)))
    if request not in waiting:
        raise SettingsError(f"{request}: такой просьбы нет, см. letopis accounts list / there is no such request")
    with _helping(var, waiting[request], None, Right.DIRECT) as (school, actor, known):
        if give:
            _tell(console, known, helping.answer(school, actor, known, request, login))
        else:
            refusal = jc.RefuseSignInHelp(account=known.id, request=request, basis=basis or "")
            entry = school.execute(refusal, actor).first_index
            console.result({"entry": entry}, f"отказано записью / refused by entry {entry}")
    return Exit.DONE


@contextmanager
def _helping(
    var: Path, account: str, by: str | None, right: Right | None
) -> Iterator[tuple[OpenSchool, Actor, Account]]:
    """The school, opened for entries, who acts, and the account, which is open; signed at the end.

    `right`: None where somebody is let in: as over HTTP, a system administrator does that for weaker accounts alone.

    Raises:
        LetopisError: there is no such open account.
        SettingsError: who is meant may not do it today.
    """
    with open_school(var, background=False) as school:
        known, about = find_account(school, account), Named(account=account)
        if right is None:
            is_weak = known is None or not known.is_for_administrators(school.app.today().isoformat())
            right = Right.ADMINISTER if is_weak else Right.GRANT
        actor = Actor(by, "administrator") if by else acting(school, right, about)
        if known is None:
            raise LetopisError(f"{account}: нет такой открытой учётной записи / there is no such open account")
        with tracing(school, actor, about):
            yield school, actor, known
        school.checkpointer.sign()


def _ground(given: tuple[str | None, str | None]) -> helping.Ground:
    reason, basis = given
    return helping.Ground(cast("HelpReason | None", reason), basis)


def _tell(console: Console, known: Account, given: helping.Given) -> None:
    content: dict[str, object] = {"account": known.id, "login": given.login, "entry": given.entry}
    if given.code is None or given.expires is None:
        console.result(content, f"второй фактор снят записью / the second factor was taken away by entry {given.entry}")
        return
    until = datetime.fromtimestamp(given.expires, UTC).isoformat()
    text = f"Код показывается один раз, годен до {until} / shown once, good until then:\n    {given.code}"
    console.result({**content, "code": given.code, "expires_at": given.expires}, text)
