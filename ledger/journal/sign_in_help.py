"""Help to sign in: who gave an account's holder a new way in or took one away, and when it takes two people (1.5).

What was given is in no entry. It is recorded first: a crash in between leaves an entry without a code, never a code
without an entry. To replace what lets somebody in takes two people where the account ever had a role which directs,
exports, inspects or administers: one asks, another who directs gives it. Ever: else one person took the role away, or
closed the account, and gave it back behind the code. And nobody alone both grants such a role and lets its holder in,
in whichever order: else who administers made himself a second person. Where nobody else could answer, one person acts
alone and names the document for that; who directed until lately counts, for else one person first took that from all.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.account import Account, open_account_of
from ledger.journal.account_commands import HelpSignIn, RefuseSignInHelp, RequestSignInHelp
from ledger.journal.account_events import SignInHelped, SignInHelpRefused, SignInHelpRequested
from ledger.journal.account_vocabulary import ASKED_HELPS, HELP_REASONS, SIGN_IN_HELPS, SignInHelp
from ledger.journal.context import Context
from ledger.journal.facts import check_second_person, people_of
from ledger.journal.recorded import Planned
from ledger.wire.entry import Actor

OF_TWO: Final = frozenset({"code", "second_factor", "passkey"})
"""Help that replaces what let the holder in: with it, who helps could sign in instead."""
HELPERS: Final = ("administrator", "system_administrator")
ALONE_DAYS: Final = 30
"""For how long whose role of direction was taken away, or account closed, counts among those who could answer."""


def two_people_needed() -> Refused:
    """That one person may not give this alone."""
    return Refused(
        "two_people_needed", "one person asks for this, another who directs gives it", clause="1.5", where="account"
    )


def invited_already() -> Refused:
    """That a code was given before, so that none is the first."""
    return Refused("invited_already", "a code was given before: this is another", clause=LOG, where="help")


def help_sign_in(command: HelpSignIn, context: Context) -> list[Planned]:
    """Help an account's holder in: alone, or as the second person who answers a request."""
    known = open_account_of(command.account, context)
    rules.check_code(command.help, SIGN_IN_HELPS, "help")
    _check_first(command.help, known)
    reason = command.reason
    if command.request is not None:
        _check_answer(known, command.request, context)
        asked = known.asked
        if asked is None or asked.help != command.help or command.basis is not None:
            raise Refused("not_as_asked", "what is given is what was asked for", clause=LOG, where="help")
        reason = asked.reason
    else:
        is_for_any = command.basis is None and not known.is_for_administrators(context.today)
        _check_holds(HELPERS if is_for_any else HELPERS[:1], context)
        if command.basis is not None:
            rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
            _check_alone(known, context)
        elif _takes_two(command.help, known, context.actor):
            raise two_people_needed()
    rules.check_code(reason, HELP_REASONS, "reason")
    event = SignInHelped(help=command.help, reason=reason, request=command.request, basis=command.basis)  # type: ignore[arg-type]
    return [Planned(known.stream, known.version + 1, event)]


def request_sign_in_help(command: RequestSignInHelp, context: Context) -> list[Planned]:
    """Ask a second person to help an account's holder in."""
    known = open_account_of(command.account, context)
    _check_holds(HELPERS, context)
    rules.check_code(command.help, ASKED_HELPS, "help")
    _check_first(command.help, known)
    rules.check_code(command.reason, HELP_REASONS, "reason")
    if known.asked is not None:
        raise Refused(
            "help_waits", "a request for this account waits for its answer: {request}", clause=LOCAL_ACT,
            where="account", request=known.asked.entry,
        )  # fmt: skip
    return [Planned(known.stream, known.version + 1, SignInHelpRequested(help=command.help, reason=command.reason))]


def refuse_sign_in_help(command: RefuseSignInHelp, context: Context) -> list[Planned]:
    """Leave the account as it is, as a second person who directs."""
    known = open_account_of(command.account, context)
    _check_answer(known, command.request, context)
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    return [Planned(known.stream, known.version + 1, SignInHelpRefused(request=command.request, basis=command.basis))]


def _check_answer(known: Account, request: int, context: Context) -> None:
    """Refuse an answer to what does not wait, or by who asked, for whom, or is the account's holder (1.5)."""
    _check_holds(rules.DIRECTION, context)
    if known.asked is None or known.asked.entry != request:
        raise Refused("not_a_request", "no request here has this index and waits", clause=LOG, where="request")
    check_second_person(known.asked.people, context.actor, "1.5")
    if known.id in people_of(context.actor):
        raise Refused("own_help", "nobody answers for the own account", clause="1.5", where="actor.id")


def _check_first(help_: str, known: Account) -> None:
    if help_ == "first_code" and known.is_invited:
        raise invited_already()


def _takes_two(help_: SignInHelp, known: Account, actor: Actor) -> bool:
    """Whether this help takes a second person: it replaces what let in to a strong role, or is by who granted that."""
    if help_ == "first_code":
        return not people_of(actor).isdisjoint(known.strengthened_by)
    return help_ in OF_TWO and known.is_strong


def _check_alone(known: Account, context: Context) -> None:
    """Refuse to act alone where another directs or administers, or did until lately (1.5)."""
    for stream in context.books.accounts():
        other = context.books.find(stream)
        if not isinstance(other, Account) or other.kind != "employee" or other.id in (context.actor.id, known.id):
            continue
        context.reads[stream] = other.version
        until = None if other.directed_until is None else context.books.recorded_at(other.directed_until)
        # Who was dismissed by an order answers nothing any more, or the successor was let in by nobody for a month.
        is_gone = other.last_day is not None
        did = until is not None and not is_gone and context.now - until < timedelta(days=ALONE_DAYS)
        if did or any(grant.role in rules.DIRECTION for grant in other.held(context.today)):
            raise Refused(
                "somebody_answers",
                "another directs or administers, or did in the last {days} days: one asks, another answers",
                clause="1.5",
                where="basis",
                days=ALONE_DAYS,
            )


def _check_holds(roles: tuple[str, ...], context: Context) -> None:
    """Refuse everybody but who acts in one of these roles and holds it today, by the own account."""
    rules.check_role(context.actor, roles, "1.5")
    known = context.find_if_any(Account, f"account/{context.actor.id}")
    if known is None or all(grant.role != context.actor.role for grant in known.held(context.today)):
        raise Refused(
            "role_not_held_today", "your account does not hold this role today", clause="1.5", where="actor.id"
        )
