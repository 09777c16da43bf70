"""Accounts and the roles that they hold: who may act at all, since when and by which document (1.5, 2.4.4; 152-ФЗ).

All of an account are entries of `account/<id>`, under the person's own id where the person is registered, so that
nobody has two and none is shared. Passwords and tokens are no entries. `accounts/<school>` says which was the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.account import WEAK_ROLES, Account, AccountRegister, open_account_of
from ledger.journal.account_commands import (
    AcknowledgeConfidentiality,
    CloseAccount,
    FoundAccounts,
    GrantRole,
    OpenAccount,
    RevokeRole,
)
from ledger.journal.account_events import (
    AccountClosed,
    AccountOpened,
    AccountsFounded,
    ConfidentialityAcknowledged,
    RoleGranted,
    RoleRevoked,
)
from ledger.journal.account_vocabulary import ACCOUNT_CLOSINGS, ACCOUNT_KINDS, ROLES, AccountKind
from ledger.journal.context import Context
from ledger.journal.facts import people_of
from ledger.journal.guardians import check_linked
from ledger.journal.people import Person, check_person
from ledger.journal.recorded import Planned
from ledger.journal.roster import ClassGroup
from ledger.journal.year import Period

ADMINISTRATOR: Final = "administrator"
SCOPE_MAX: Final = 100
ROLES_OF: Final[Mapping[str, frozenset[str]]] = {
    "employee": ROLES - {"inspector", "student", "guardian", "export_job"},
    "student": frozenset({"student"}),
    "guardian": frozenset({"guardian"}),
    "inspector": frozenset({"inspector"}),
    "program": frozenset({"export_job"}),
}
"""Roles that an account of each kind may hold: no program writes a lesson, and no teacher is a pupil."""
_REASONS_OF: Final[Mapping[str, frozenset[str]]] = {
    "employee": frozenset({"dismissed", "mistake"}),
    "student": frozenset({"left", "graduated", "mistake"}),
    "guardian": frozenset({"left", "graduated", "ended", "mistake"}),
    "inspector": frozenset({"ended", "mistake"}),
    "program": frozenset({"ended", "mistake"}),
}
_EMPLOYED: Final = ("teacher", "staff")


def found_accounts(command: FoundAccounts, context: Context) -> list[Planned]:
    """Make the log's first account, an administrator's, by its holder: somebody has to grant the first role."""
    rules.check_role(context.actor, (ADMINISTRATOR,), "1.5")
    rules.check_id(command.account, "account")
    if command.account != context.actor.id:
        raise Refused("founded_for_another", "the first account is its founder's own", clause=LOG, where="account")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    register = f"accounts/{context.books.school}"
    if context.find_if_any(AccountRegister, register) is not None:
        raise Refused("accounts_founded_already", "this log has accounts already", clause=LOG, where="account")
    opened = _opened(command.account, "employee", command.name, context)
    granted = RoleGranted(role=ADMINISTRATOR, starts_on=context.today, basis=command.basis)
    stream = f"account/{command.account}"
    return [
        Planned(register, 1, AccountsFounded(account=command.account)),
        Planned(stream, 1, opened),
        Planned(stream, 2, granted),
    ]


def open_account(command: OpenAccount, context: Context) -> list[Planned]:
    """Open an account without a role, or open a closed one again."""
    _check_administrator(context)
    rules.check_id(command.account, "account")
    rules.check_code(command.kind, ACCOUNT_KINDS, "kind")
    stream = f"account/{command.account}"
    known = context.find_if_any(Account, stream)
    if known is not None and not known.is_closed:
        raise Refused("account_is_open", "this account is open already", clause=LOG, where="account")
    if known is not None and known.kind != command.kind:
        raise Refused("account_of_another_kind", "an account's kind never changes", clause=LOG, where="kind")
    event = _opened(command.account, command.kind, command.name, context)
    return [Planned(stream, known.version + 1 if known else 1, event)]


def grant_role(command: GrantRole, context: Context) -> list[Planned]:
    """Let an account act in a role from a day on, by a document; never the own one."""
    _check_administrator(context)
    known = open_account_of(command.account, context)
    if command.account in (context.actor.id, context.actor.on_behalf_of):
        raise Refused("own_role", "nobody grants himself a role", clause="1.5", where="account")
    rules.check_code(command.role, ROLES, "role")
    if command.role not in ROLES_OF[known.kind]:
        raise Refused("role_of_another_kind", "an account of this kind has no such role", clause="2.4", where="role")
    rules.check_date(command.starts_on, "starts_on")
    if command.ends_on is not None:
        rules.check_dates(command.starts_on, command.ends_on)
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    _check_inspection(command, context)
    _check_child(command, context)
    _check_days_free(command, known)
    if command.role not in WEAK_ROLES and not people_of(context.actor).isdisjoint(known.let_in_by):
        raise Refused(
            "let_in_alone", "who let the holder in alone grants no such role: another gives a new code first",
            clause="1.5", where="account",
        )  # fmt: skip
    event = RoleGranted(
        role=command.role,
        starts_on=command.starts_on,
        basis=command.basis,
        ends_on=command.ends_on,
        purpose=command.purpose,
        class_groups=tuple(sorted(command.class_groups)),
        periods=tuple(sorted(command.periods)),
        student=command.student,
    )
    return [Planned(known.stream, known.version + 1, event)]


def revoke_role(command: RevokeRole, context: Context) -> list[Planned]:
    """Take a role back; it acts on the next request. An administrator without an end remains."""
    me = _check_administrator(context)
    known = open_account_of(command.account, context)
    grant = known.grants.get(command.grant) if type(command.grant) is int else None
    if grant is None:
        raise Refused("not_a_grant", "this index is not of a role that this account has", clause=LOG, where="grant")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    if grant.role == ADMINISTRATOR and grant.ends_on is None:
        _check_one_remains(known, me)
    return [Planned(known.stream, known.version + 1, RoleRevoked(grant=command.grant, basis=command.basis))]


def close_account(command: CloseAccount, context: Context) -> list[Planned]:
    """Let nobody sign in to an account any more: its holder was dismissed, left, or its time is over.

    Whoever was dismissed has worked until a day that has come (1.5): the account is closed on it, or late, which shows.
    """
    me = _check_administrator(context)
    known = open_account_of(command.account, context)
    rules.check_code(command.reason, ACCOUNT_CLOSINGS, "reason")
    if command.reason not in _REASONS_OF[known.kind]:
        raise Refused(
            "reason_of_another_kind", "an account of this kind is not closed for that", clause=LOG, where="reason"
        )
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    _check_last_day(command, context)
    if known.is_endless_administrator:
        _check_one_remains(known, me)
    event = AccountClosed(reason=command.reason, basis=command.basis, last_day=command.last_day)
    return [Planned(known.stream, known.version + 1, event)]


def acknowledge_confidentiality(command: AcknowledgeConfidentiality, context: Context) -> list[Planned]:
    """Say that the duty of confidentiality was read: by the account's holder alone, once for each text (2.4.4)."""
    known = open_account_of(command.account, context)
    _check_holder(known, context)
    rules.check_sha256(command.sha256, "sha256")
    if command.sha256 in known.acknowledged:
        raise Refused("acknowledged_already", "this text is acknowledged already", clause=LOG, where="sha256")
    return [Planned(known.stream, known.version + 1, ConfidentialityAcknowledged(sha256=command.sha256))]


def _check_last_day(command: CloseAccount, context: Context) -> None:
    """Demand the last day of work of who was dismissed, and of nobody else: a day that has come."""
    if command.reason != "dismissed":
        if command.last_day is not None:
            raise Refused(
                "not_dismissed", "only who was dismissed has a last day of work", clause=LOG, where="last_day"
            )
        return
    rules.check_date(command.last_day, "last_day")
    if str(command.last_day) > context.today:
        raise Refused(
            "dismissed_later", "the account is closed once the last day of work has come", clause="1.5",
            where="last_day",
        )  # fmt: skip


def _check_holder(known: Account, context: Context) -> None:
    """Refuse who acknowledges for another: nobody else has read the duty, and a program reads none (2.4.4)."""
    if known.id != context.actor.id or known.kind == "program":
        raise Refused(
            "acknowledged_by_another", "the account's holder acknowledges, and no program", clause="2.4.4",
            where="account",
        )  # fmt: skip


def _check_administrator(context: Context) -> Account:
    """Refuse everybody but an administrator whose account says so today; return that account, noted as read."""
    rules.check_role(context.actor, (ADMINISTRATOR,), "1.5")
    known = context.find_if_any(Account, f"account/{context.actor.id}")
    if known is None or all(grant.role != ADMINISTRATOR for grant in known.held(context.today)):
        raise Refused(
            "not_an_administrator", "your account is not an administrator's today", clause="1.5", where="actor.id"
        )
    return known


def _check_one_remains(known: Account, me: Account) -> None:
    """Keep an administrator whom nothing ends: only another such one takes the role from one (R09).

    Both streams are read, so of two who take it from each other at once one is refused.
    """
    if known.id == me.id or not me.is_endless_administrator:
        raise Refused(
            "last_administrator", "an administrator whose role has no end must remain", clause="1.5", where="account"
        )


def _opened(id_: str, kind: AccountKind, name: str | None, context: Context) -> AccountOpened:
    """Judge whose account it is to be; a name is disclosed for those alone who are not registered (R33)."""
    person = context.find_if_any(Person, f"person/{id_}")
    if kind in ("student", "guardian"):
        check_person(context, id_, "student" if kind == "student" else "guardian", "account")
    elif person is not None and (kind != "employee" or person.kind not in _EMPLOYED):
        raise Refused("account_of_another", "this id is of a person of another kind", clause="2.4", where="account")
    if (name is None) == (person is None):
        raise Refused(
            "account_name", "a name is given where nobody of this id is registered, and only there", clause="2.4",
            where="name",
        )  # fmt: skip
    if name is not None:
        rules.check_digest(name, "name")
    return AccountOpened(kind=kind, sd=() if name is None else (name,))


def _check_inspection(command: GrantRole, context: Context) -> None:
    """An inspection has a purpose and an end, and may be of some classes or periods; nothing else has (1.5)."""
    scope = (*command.class_groups, *command.periods)
    if command.role != "inspector":
        if command.purpose is not None or scope:
            raise Refused("no_inspection", "only an inspection has a purpose and a scope", clause=LOG, where="purpose")
        return
    if command.ends_on is None:
        raise Refused("inspection_without_end", "an inspection ends on a day", clause="1.5", where="ends_on")
    rules.check_line(command.purpose, rules.TITLE_LENGTH_MAX, "purpose")
    if command.class_groups and command.periods:
        raise Refused("two_scopes", "an inspection is of classes or of periods", clause=LOG, where="periods")
    if len(scope) > SCOPE_MAX:
        raise Refused(
            "too_large_a_scope", "at most {scope_max} classes or periods", clause=LOG, where="scope",
            scope_max=SCOPE_MAX,
        )  # fmt: skip
    for position, id_ in enumerate(command.class_groups):
        context.settled(ClassGroup, "class", id_, f"class_groups[{position}]")
    for position, id_ in enumerate(command.periods):
        context.settled(Period, "period", id_, f"periods[{position}]")
    rules.check_distinct(command.class_groups, "class_groups", "class_group")
    rules.check_distinct(command.periods, "periods", "period")


def _check_child(command: GrantRole, context: Context) -> None:
    """A guardian's role is of one child, to whom the guardian is linked now (2.3.4); no other role is."""
    if command.role != "guardian":
        if command.student is not None:
            raise Refused("no_guardian", "only a guardian's role is of a student", clause=LOG, where="student")
        return
    rules.check_id(command.student, "student")
    check_person(context, str(command.student), "student", "student")
    check_linked(context.find(Person, "person", str(command.student), "student"), command.account, "student")


def _check_days_free(command: GrantRole, known: Account) -> None:
    """Of one role, and of one child, no two grants that stand have a day in common."""
    for grant in known.grants.values():
        same = (grant.role, grant.student) == (command.role, command.student)
        begins_after = grant.ends_on is not None and command.starts_on > grant.ends_on
        ends_before = command.ends_on is not None and command.ends_on < grant.starts_on
        if same and not begins_after and not ends_before:
            raise Refused("role_stands", "the account has this role on these days", clause=LOCAL_ACT, where="starts_on")
