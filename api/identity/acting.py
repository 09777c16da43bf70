"""Which account acts, and in which role: what a session or a token stands for, as the log says it now.

The log is read on every request: past the version that is cached, which is one look-up in an index. So a role that was
revoked, an account that was closed and a day that is over count from the next request on, whatever a session says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from api.auth import Identity, Right, needs_second_factor
from ledger.journal.account import Account
from ledger.journal.account_events import RoleGranted
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import GrantRole
from ledger.journal.people import Person
from ledger.wire.entry import Actor

if TYPE_CHECKING:
    from api.identity.kept import Session, Token
    from api.schools import OpenSchool

SESSION: Final = "session"


def find_account(school: OpenSchool, id_: str, size: int | None = None) -> Account | None:
    """The account as it is recorded now; None where there is none, or it is closed.

    `size`: the log's, where it was asked for just now (`OpenSchool.log_size`): then as of that size, or later.
    """
    state = _now(school, f"account/{id_}", size)
    return state if isinstance(state, Account) and not state.is_closed else None


def forget_before(school: OpenSchool, id_: str) -> None:
    """Before an account is opened again, forget what still lets somebody in to it.

    Closing it forgets that too, behind the entry: a process that died in between, or a database that was busy then, has
    left it.
    """
    if find_account(school, id_) is None:
        school.secrets.forget(id_)


def void_codes_before(school: OpenSchool, command: GrantRole, actor: Actor) -> None:
    """Before an account becomes strong, void the codes that one person gave to it: who did has them still.

    Before, so that a process that dies in between has left a code too few. A password that was set by one stays.

    Raises:
        Refused: a rule of the journal says no to the role; the codes stand.
    """
    account = find_account(school, command.account)
    if account is not None and not account.is_strong and needs_second_factor(command.role):
        school.app.check(command, actor=actor)
        school.secrets.void_codes(account.id)


def grants_today(school: OpenSchool, account: Account, size: int | None = None) -> tuple[RoleGranted, ...]:
    """What the account holds today by the school's clock; a guardian's role while the child is theirs."""
    day = school.app.today().isoformat()
    return tuple(
        grant
        for grant in account.held(day)
        if grant.student is None or _is_guardian(school, account.id, grant.student, size)
    )


def roles_today(school: OpenSchool, account: Account) -> tuple[str, ...]:
    """Roles that the account holds today, sorted."""
    return roles_of(grants_today(school, account))


def roles_of(grants: Iterable[RoleGranted]) -> tuple[str, ...]:
    """The roles of these grants, each once, sorted."""
    return tuple(sorted({grant.role for grant in grants}))


def of_token(school: OpenSchool, token: Token, size: int) -> Identity | None:
    """Whom a token stands for; None where its account is closed or does not hold its role today."""
    account = find_account(school, token.account, size)
    grants = _of_role(grants_today(school, account, size), token.role) if account is not None else ()
    if account is None or not grants:
        return None
    return Identity(
        actor=token.account,
        role=token.role,
        school=school.code,
        label=token.label,
        rights=None if token.rights is None else frozenset(Right(right) for right in token.rights),
        has_acknowledged=_has_read(school, account),
        grants=grants,
    )


def of_session(
    school: OpenSchool, session: Session, account: Account, grants: Iterable[RoleGranted], role: str
) -> Identity:
    """Whom a session stands for in a role of what the account holds; without the factor that it needs, no rights."""
    weak = session.stage != "full" and needs_second_factor(role)
    return Identity(
        actor=session.account,
        role=role,
        school=school.code,
        label=SESSION,
        rights=frozenset() if weak else None,
        has_acknowledged=_has_read(school, account),
        grants=_of_role(grants, role),
    )


def _of_role(grants: Iterable[RoleGranted], role: str) -> tuple[RoleGranted, ...]:
    return tuple(grant for grant in grants if grant.role == role)


def _has_read(school: OpenSchool, account: Account) -> bool:
    return account.kind == "program" or school.confidentiality.sha256 in account.acknowledged


def _now(school: OpenSchool, stream: str, size: int | None) -> Aggregate | None:
    return school.app.aggregate(stream)[0] if size is None else school.app.aggregate_as_of(stream, size)


def _is_guardian(school: OpenSchool, guardian: str, student: str, size: int | None) -> bool:
    state = _now(school, f"person/{student}", size)
    return isinstance(state, Person) and guardian in state.guardians
