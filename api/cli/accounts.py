"""`letopis accounts`: accounts and roles from the command line, by who has the school's folder in hand.

Entries are in the name of an administrator: of `--by`, else of who founded the journal. What only reads works beside a
running server; entries on SQLite need it stopped, and codes, resets and tokens are entries before they are told
(`api.cli.helping`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from api.cli.console import Console, Exit
from api.cli.hands import record_with, tracing
from api.cli.importing import founder
from api.cli.looking import look
from api.cli.replaying import moment_of
from api.identity.acting import forget_before, void_codes_before
from api.reach import Named
from api.retention import PERSON
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from ledger.journal import commands as jc
from ledger.journal.account_vocabulary import (
    ACCOUNT_WORDS,
    HELP_REASON_WORDS,
    SIGN_IN_HELP_WORDS,
    AccountClosing,
    AccountKind,
    Role,
)
from ledger.journal.vocabulary import ROLE_WORDS
from ledger.vault import Keeping
from ledger.vault.disclosure import Disclosure, make_disclosure
from ledger.wire.entry import Actor
from projections.views.accounts import Account, Help, accounts


def run_list(console: Console, var: Path, at: str | None, position: int | None) -> int:
    """Every account with its roles and how it signs in; as of an earlier moment, its roles alone.

    Raises:
        SettingsError: both of `at` and `position` are given, or `at` is no moment.
    """
    moment = moment_of(at, position)
    with open_school(var, background=False, recording=False) as school:
        found = accounts(school.read_views(), at=moment)
        # How somebody signs in is no entry: what it was then is kept nowhere.
        logins = {one.account: one for one in school.secrets.logins()} if moment is None else {}
        tokens = school.secrets.tokens() if moment is None else []
        names = _names(school, found.rows)
        rows: list[dict[str, Any]] = []
        lines = []
        for one in found.rows:
            login = logins.get(one.account)
            own = [token for token in tokens if token.account == one.account]
            shown = asdict(one) | {"grants": [asdict(grant) for grant in one.grants.values()]}
            rows.append({**shown, "sign_in": login and asdict(login), "tokens": [asdict(token) for token in own]})
            lines.append(_described(one, names.get(one.account, one.account)))
            if login is not None:
                factor = "второй фактор / second factor" if login.has_second_factor else "пароль / password"
                factor += f", ключей входа / passkeys: {login.passkeys}" if login.passkeys else ""
                lines.append(f"    вход / sign-in: {login.login} ({factor})")
                lines += [f"    поставщик / provider: {login.issuer}"] if login.issuer else []
            lines += [_helped(help_, school.app.day_of(help_.at)) for help_ in one.helped]
            lines += [f"    просят / asked for [{one.asked.entry}]: {_help_words(one.asked)}"] if one.asked else []
            lines += [f"    ключ / token {token.id}: {token.label}, {token.used_on or '—'}" for token in own]
        text = "\n".join(lines) or "Учётных записей нет. / No accounts: letopis accounts found"
        console.result({"rows": rows, "people": names, "position": found.position}, text)
    return Exit.DONE


def run_found(console: Console, var: Path, basis: str) -> int:
    """Found accounts in a journal that was made without: the first is that of who opened the journal; and a token."""
    with open_school(var, background=False) as school:
        actor = Actor(founder(school).id, "administrator")
        name = None
        if school.app.aggregate(f"person/{actor.id}")[0] is None:
            name = make_disclosure("account_name", "Администратор / administrator")
        command = jc.FoundAccounts(account=actor.id, basis=basis, name=name and name.digest)
        receipt = record_with(school, command, actor, *_name_of(actor.id, name))
        token = school.secrets.make_token(actor.id, actor.role, "accounts found", int(time.time()))
        school.checkpointer.sign()
        text = f"{actor.id}: администратор / administrator\nКлюч показывается один раз / shown once: {token}"
        console.result({"account": actor.id, "entry": receipt.first_index, "token": token}, text)
    return Exit.DONE


def run_open(console: Console, var: Path, kind: str, account: str | None, name: str | None, by: str | None) -> int:
    """Open an account, which has no role yet."""
    with _written(var, by) as (school, actor):
        id_ = account or str(uuid4())
        forget_before(school, id_)
        made = None if name is None else make_disclosure("account_name", name)
        command = jc.OpenAccount(account=id_, kind=cast("AccountKind", kind), name=made and made.digest)
        receipt = record_with(school, command, actor, *_name_of(id_, made), about=Named(account=id_))
        console.result({"account": id_, "entry": receipt.first_index}, f"{id_}: открыта / opened")
    return Exit.DONE


def run_grant(
    console: Console, var: Path, account: str, role: str, basis: str, more: dict[str, Any], by: str | None
) -> int:
    """Grant a role; `more` are its days and what an inspection or a guardian's role has."""
    with _written(var, by) as (school, actor):
        more["starts_on"] = more["starts_on"] or school.app.today().isoformat()
        command = jc.GrantRole(account=account, role=cast("Role", role), basis=basis, **more)
        with tracing(school, actor, Named(account=account)):
            void_codes_before(school, command, actor)
        entry = record_with(school, command, actor, about=Named(account=account)).first_index
        console.result({"entry": entry}, f"{ROLE_WORDS[role]}: дана записью / granted by entry {entry}")
    return Exit.DONE


def run_revoke(console: Console, var: Path, account: str, grant: int, basis: str, by: str | None) -> int:
    """Revoke the role that an entry granted."""
    with _written(var, by) as (school, actor):
        command = jc.RevokeRole(account=account, grant=grant, basis=basis)
        entry = record_with(school, command, actor, about=Named(account=account)).first_index
        console.result({"entry": entry}, f"снята записью / revoked by entry {entry}")
    return Exit.DONE


def run_close(
    console: Console, var: Path, account: str, reason: str, basis: str, last_day: str | None, by: str | None
) -> int:
    """Close an account, and forget all that lets somebody in to it; `last_day`: of who was dismissed."""
    with _written(var, by) as (school, actor):
        command = jc.CloseAccount(
            account=account, reason=cast("AccountClosing", reason), basis=basis, last_day=last_day
        )
        entry = record_with(school, command, actor, about=Named(account=account)).first_index
        school.secrets.forget(account)
        console.result({"entry": entry}, f"закрыта записью / closed by entry {entry}")
    return Exit.DONE


def run_passkeys(console: Console, var: Path, account: str) -> int:
    """An account's passkeys."""
    with open_school(var, background=False, recording=False) as school:
        rows = school.secrets.passkeys.listed(account)
        look(school, "accounts passkeys", rows, people=[account] if rows else [])
        lines = [f"{one.id}: {one.name}, {one.used_on or '—'}" for one in rows]
        console.result({"rows": [asdict(one) for one in rows]}, "\n".join(lines) or "Ключей входа нет. / No passkeys.")
    return Exit.DONE


def run_revoke_token(console: Console, var: Path, account: str, revoke: str) -> int:
    """Revoke a token; that takes nothing from its holder that a new one does not give back, and is no entry."""
    with open_school(var, background=False, recording=False) as school:
        if not school.secrets.revoke_token(account, revoke):
            raise SettingsError(f"--revoke: у {account} нет такого ключа / no such token")
        console.result({"revoked": revoke}, f"{revoke}: снят / revoked")
    return Exit.DONE


@contextmanager
def _written(var: Path, by: str | None) -> Iterator[tuple[OpenSchool, Actor]]:
    """The school, opened for entries, and who makes them; signed at the end."""
    with open_school(var, background=False) as school:
        yield school, Actor(by or founder(school).id, "administrator")
        school.checkpointer.sign()


def _name_of(account: str, name: Disclosure | None) -> list[Keeping]:
    return [] if name is None else [Keeping(account, PERSON, [name.text])]


def _names(school: OpenSchool, rows: tuple[Account, ...]) -> dict[str, str]:
    look(school, "accounts list", rows)
    return school.account_names(rows)


def _helped(one: Help, day: str) -> str:
    alone = "" if one.basis is None else f", в одиночку / alone: {one.basis}"
    return f"    помогли войти / helped [{one.entry}]: {day} {_help_words(one)} — {one.actor}{alone}"


def _help_words(one: Help) -> str:
    return f"{SIGN_IN_HELP_WORDS[one.help]}, {HELP_REASON_WORDS[one.reason]}"


def _described(one: Account, name: str) -> str:
    grants = "; ".join(
        f"{ROLE_WORDS[grant.role]} {grant.starts_on}–{grant.ends_on or '…'} [{grant.entry}]"
        for grant in one.grants.values()
    )
    state = f", закрыта / closed [{one.closed_by}]" if one.closed_by is not None else ""
    state += f", работал(а) по / worked until {one.last_day}" if one.last_day is not None else ""
    return f"{name} ({ACCOUNT_WORDS[one.kind]}) {one.account}{state}\n    {grants or 'ролей нет / no roles'}"
