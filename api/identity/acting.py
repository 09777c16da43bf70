"""Which account acts, and in which role: what a session or a token stands for, as the log says it now.

The log is read on every request: past the version that is cached, which is one look-up in an index. So a role that was
revoked, an account that was closed and a day that is over count from the next request on, whatever a session says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.auth import Identity, Right, needs_second_factor
from ledger.journal.accounts import Account
from ledger.journal.people import Person

if TYPE_CHECKING:
    from api.identity.kept import Session, Token
    from api.schools import OpenSchool

SESSION: Final = "session"


def find_account(school: OpenSchool, id_: str) -> Account | None:
    """The account as it is recorded now; None where there is none, or it is closed."""
    state, _ = school.app.aggregate(f"account/{id_}")
    return state if isinstance(state, Account) and not state.is_closed else None


def roles_today(school: OpenSchool, account: Account) -> tuple[str, ...]:
    """Roles that the account holds today by the school's clock, sorted; a guardian's while the child is theirs."""
    day = school.app.now().astimezone(school.app.zone).date().isoformat()
    return tuple(
        sorted(
            {
                grant.role
                for grant in account.held(day)
                if grant.student is None or _is_guardian(school, account.id, grant.student)
            }
        )
    )


def of_token(school: OpenSchool, token: Token) -> Identity | None:
    """Whom a token stands for; None where its account is closed or does not hold its role today."""
    account = find_account(school, token.account)
    if account is None or token.role not in roles_today(school, account):
        return None
    rights = None if token.rights is None else frozenset(Right(right) for right in token.rights)
    return Identity(token.account, token.role, school.code, token.label, rights, _has_read(school, account))


def of_session(school: OpenSchool, session: Session, account: Account, role: str) -> Identity:
    """Whom a session stands for in a role that the account holds; without the factor that the role needs, no rights."""
    weak = session.stage != "full" and needs_second_factor(role)
    rights = frozenset[Right]() if weak else None
    return Identity(session.account, role, school.code, SESSION, rights, _has_read(school, account))


def _has_read(school: OpenSchool, account: Account) -> bool:
    return account.kind == "program" or school.confidentiality.sha256 in account.acknowledged


def _is_guardian(school: OpenSchool, guardian: str, student: str) -> bool:
    state, _ = school.app.aggregate(f"person/{student}")
    return isinstance(state, Person) and guardian in state.guardians
