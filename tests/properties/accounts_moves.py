"""Moves of accounts and roles, for `journal_moves`."""

from __future__ import annotations

from typing import Any, Final

from ledger.journal import commands as cmd
from ledger.journal.account import Account
from ledger.journal.memory import Journal
from ledger.journal.people import Person
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    GUARDIANS,
    MONDAY,
    QUARTER_1,
    SCHOOL,
    STAFF,
    STUDENTS_A,
    TEACHER,
    TEACHER_2,
    digest,
    uid,
)

SECOND: Final = Actor(STAFF[0], "administrator")
INSPECTOR, PROGRAM = uid(90), uid(91)
# Whose account, of which kind, which role.
_WHO: Final = (
    (STAFF[0], "employee", "administrator"),
    (STAFF[0], "employee", "director"),
    (TEACHER.id, "employee", "teacher"),
    (TEACHER_2.id, "employee", "class_teacher"),
    (STUDENTS_A[0], "student", "student"),
    (GUARDIANS[0], "guardian", "guardian"),
    (INSPECTOR, "inspector", "inspector"),
    (PROGRAM, "program", "export_job"),
    (ADMIN.id, "employee", "administrator"),
)
_TEXTS: Final = ("5a" * 32, "5b" * 32)
_REASONS: Final = {"employee": "dismissed", "student": "graduated", "guardian": "left"}


def account(choices: Any, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Found them, open one, grant or revoke a role, close one, acknowledge."""
    actor = TEACHER if choices.rarely() else SECOND if choices.number(3) == 2 else ADMIN
    if journal.find(f"accounts/{SCHOOL}") is None or choices.rarely():
        return cmd.FoundAccounts(account=ADMIN.id, basis="приказ № 1", name=digest(50_000 + journal.size)), ADMIN
    id_, kind, role = choices.one(_WHO)
    known = journal.find(f"account/{id_}")
    if not isinstance(known, Account) or known.is_closed or choices.rarely():
        registered = isinstance(journal.find(f"person/{id_}"), Person)
        name = None if registered else digest(50_000 + journal.size)
        return cmd.OpenAccount(account=id_, kind=kind, name=name), actor
    action = choices.number(9)
    if action < 4:
        return _grant(choices, journal, id_, role), actor
    if action < 5:
        sha256 = choices.one(_TEXTS)
        own = Actor(id_, role)
        return cmd.AcknowledgeConfidentiality(account=id_, sha256=sha256), actor if choices.rarely() else own
    if action < 8:
        grant = 3 if choices.rarely() else choices.one([*known.grants] or [3])
        return cmd.RevokeRole(account=id_, grant=grant, basis="приказ № 3"), actor
    reason: Any = "mistake" if choices.rarely() else _REASONS.get(kind, "ended")
    last_day = choices.one(("2026-09-01", "2026-10-01", "2099-01-01")) if reason == "dismissed" else None
    if choices.rarely():
        last_day = None if last_day else "2026-09-01"
    return cmd.CloseAccount(account=id_, reason=reason, basis="приказ № 4", last_day=last_day), actor


def help_in(choices: Any, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Help somebody in alone, ask another to, or answer; first there is somebody who answers."""
    if not isinstance(journal.find(f"account/{ADMIN.id}"), Account):
        return account(choices, journal)
    chief = journal.find(f"account/{STAFF[0]}")
    if not isinstance(chief, Account) or chief.is_closed:
        return cmd.OpenAccount(account=STAFF[0], kind="employee"), ADMIN
    if all(grant.role != "director" for grant in chief.held(MONDAY)):
        return cmd.GrantRole(account=chief.id, role="director", starts_on="2026-09-01", basis="приказ № 2"), ADMIN
    known = journal.find(f"account/{choices.one((ADMIN.id, STAFF[0], choices.one(_WHO)[0]))}")
    if not isinstance(known, Account):
        return account(choices, journal)
    by = TEACHER if choices.rarely() else ADMIN
    if known.asked is not None and not choices.rarely():
        by = by if choices.rarely() else Actor(STAFF[0], "director")
        request = 3 if choices.rarely() else known.asked.entry
        if choices.number(2) == 0:
            return cmd.RefuseSignInHelp(account=known.id, request=request, basis="записка № 5"), by
        return cmd.HelpSignIn(account=known.id, help=known.asked.help, request=request), by
    reason: Any = choices.one(("first_access", "forgotten_password", "lost_device", "boredom"))
    if choices.number(3) == 0:
        help_: Any = choices.one(("first_code", "code", "second_factor"))
        return cmd.RequestSignInHelp(account=known.id, help=help_, reason=reason), by
    help_ = choices.one(("first_code", "code", "second_factor", "passkey", "link", "token"))
    basis = "акт № 6" if choices.rarely() else None
    return cmd.HelpSignIn(account=known.id, help=help_, reason=reason, basis=basis), by


def _grant(choices: Any, journal: Journal, id_: str, role: str) -> cmd.GrantRole:
    fields: dict[str, Any] = {"account": id_, "role": role, "starts_on": "2026-09-01", "basis": "приказ № 2"}
    if choices.number(3) == 0:
        fields["ends_on"] = choices.one(("2027-05-31", "2026-08-01"))
    if role == "inspector":
        fields |= {"ends_on": "2026-12-31", "purpose": "плановая проверка"}
        fields |= choices.one(({}, {"class_groups": (CLASS_A,)}, {"periods": (QUARTER_1,)}))
    if role == "guardian":
        student = journal.find(f"person/{STUDENTS_A[0]}")
        linked = isinstance(student, Person) and id_ in student.guardians
        fields["student"] = STUDENTS_A[0] if linked or choices.rarely() else choices.one(STUDENTS_A)
    return cmd.GrantRole(**fields)
