"""One person's file, put together: views, the opened vault, the log read through, and the access log (152-ФЗ, ст. 14).

Whoever asks for it says what for; making it is a look, which is recorded before the file leaves.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from api.schools import OpenSchool
from exports.subject.about import About
from exports.subject.section import Subject
from exports.subject.sections import Held, sections
from ledger.errors import LetopisError
from ledger.wire.entry import format_at
from projections.looks import looks_at
from projections.person_record import in_the_log
from projections.views.accounts import accounts
from projections.views.lookups import persons, school as lookup_school

_EMPLOYEES: Final = ("teacher", "staff")
"""Kinds of people whom the file may name: who recorded something does so in an office."""
_ACCOUNT: Final = "account_name"


class UnknownPerson(LetopisError):  # noqa: N818 - reads as what it says
    """Nobody of this id was ever registered."""


def subject_of(school: OpenSchool, person: str, purpose: str, basis: str | None) -> Subject:
    """Everything that the school has of a person, as of now.

    Raises:
        UnknownPerson: nobody of this id was ever registered.
        VaultDamaged, FileRefused: a value is there and cannot be read.
        AccessLogUnavailable: the access log cannot be opened.
    """
    views = school.read_views()
    position = views.position()
    everybody = persons(views, at=position).rows
    kind = next((row.kind for row in everybody if row.person == person), None)
    account = next((row for row in accounts(views, at=position).rows if row.account == person), None)
    if kind is None and account is None:
        raise UnknownPerson("nobody was registered under this id")
    kind = kind or (account.kind if account else "")
    kept = {row.digest: row.retention for row in school.vault.kept_of(person)}
    opened = school.vault.values(list(kept))
    hidden = school.vault.values(list(kept), even_blocked=True).keys() - opened.keys()
    held = {digest: Held(kept[digest], one.name, one.value) for digest, one in opened.items()}
    now = datetime.now(UTC)
    log = school.access.log
    access_position = log.ledger.head().size
    signed = school.recorder.checkpoint()
    erased = frozenset(owner.retention for owner in school.vault.keys.destroyed() if owner.person == person)
    about = About(views, person, kind, position, now)
    made = sections(
        about,
        held,
        in_the_log(school.recorder, person, kept, position),
        looks_at(log, views, person, at=access_position),
        erased,
        hidden,
        login_of(school, person) if account else None,
    )
    the_school = lookup_school(views, at=position).rows
    made_of = Subject(
        person=person,
        kind=kind,
        name=school.names([person]).get(person) or next((of.value for of in held.values() if of.name == _ACCOUNT), ""),
        school=school.school_name(),
        origin=school.recorder.origin,
        time_zone=the_school[0].time_zone if the_school else "UTC",
        position=position,
        checkpoint=signed.size if signed is not None and signed.size >= position else None,
        access_position=access_position,
        made_at=format_at(now),
        purpose=purpose,
        basis=basis,
        sections=made,
        names={},
    )
    employees = {row.person for row in everybody if row.kind in _EMPLOYEES}
    return replace(made_of, names=school.names(sorted((made_of.people() & employees) - {person})))


def login_of(school: OpenSchool, person: str) -> str | None:
    """Under which name a person signs in, at which provider, by which passkeys and tokens; None: by nothing."""
    found = school.secrets.login(person)
    told = [] if found is None else [found.login, *([found.issuer] if found.issuer else [])]
    told += [one.name for one in school.secrets.passkeys.listed(person)]
    told += [one.label for one in school.secrets.tokens(person)]
    return ", ".join(told) or None
