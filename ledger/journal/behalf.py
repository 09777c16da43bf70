"""Entries that somebody makes for another: a teacher who is ill dictates marks, an office types them from paper (R33).

Such an entry names both: who acts, in the own role, and for whom, with the ground. It is judged as an entry of the one
for whom it is made: nobody enters for another what that one could not enter at the same moment. The envelope's rules
are in log-format.md, section 2, whose entry it is in events.md, "Who records".
"""

from __future__ import annotations

from ledger.errors import Refused
from ledger.journal import rules
from ledger.journal.account import Account
from ledger.journal.context import Context
from ledger.journal.people import check_person

_CLAUSE = "2.4"
_EMPLOYEE = "on_behalf_of.employee"


def check_on_behalf(context: Context) -> None:
    """Refuse whoever may not act for another, and who does so without a ground, or for himself (regulation 2.4).

    That it is asked of every command lets no other role do it anywhere; which commands it is offered for is said by
    their routes.
    """
    actor = context.actor
    if actor.on_behalf_of is None:
        return
    rules.check_role(actor, rules.LEADERSHIP, _CLAUSE)
    rules.check_id(actor.on_behalf_of, _EMPLOYEE)
    rules.check_line(actor.basis, rules.TITLE_LENGTH_MAX, "on_behalf_of.basis")
    if actor.on_behalf_of == actor.id:
        raise Refused("own_entry", "one enters for another, not for oneself", clause=_CLAUSE, where=_EMPLOYEE)


def check_writer(context: Context, clause: str) -> None:
    """Refuse everybody but a teacher, and who enters for one who is none today.

    Args:
        context: who acts, and for whom.
        clause: what gives this to teachers alone.
    """
    if context.actor.on_behalf_of is None:
        rules.check_role(context.actor, rules.TEACHER, clause)
        return
    check_person(context, context.author, "teacher", _EMPLOYEE)
    account = context.find_if_any(Account, f"account/{context.author}")
    # A log may have begun before it had accounts: then the register alone says who teaches.
    if account is not None and all(grant.role not in rules.TEACHER for grant in account.held(context.today)):
        raise Refused("no_teacher_today", "this person has no teacher's role today", clause=_CLAUSE, where=_EMPLOYEE)
