"""People, by their random ids: who they are stands in the vault, never here (log-format.md, section 6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, get_args

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import RegisterPerson
from ledger.journal.context import Context
from ledger.journal.events import PersonRegistered
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.vocabulary import PersonKind

_KINDS: Final = get_args(PersonKind)
_DIGESTS_MAX: Final = 4
"""family_name, given_name, patronymic, birth_date."""


class Person(Aggregate, frozen=True, kw_only=True):
    """A student, teacher or other employee."""

    kind: PersonKind
    sd: tuple[str, ...]


def evolve_person(state: Person | None, events: Iterable[Recorded]) -> Person | None:
    """Apply events of a person's stream."""
    for event in events:
        data = event.data
        if type(data) is not PersonRegistered:
            raise TypeError(f"{type(data).__name__} is no event of a person")
        state = Person(stream=event.originator_id, version=event.originator_version, kind=data.kind, sd=data.sd)
    return state


def register_person(command: RegisterPerson, context: Context) -> list[Planned]:
    """Register a person (regulation 1.7); digests go in sorted, so that their order tells nothing."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.7")
    rules.check_id(command.person, "person")
    rules.check_code(command.kind, _KINDS, "kind")
    if len(command.sd) > _DIGESTS_MAX:
        raise Refused(
            "too_many_digests", f"a person has at most {_DIGESTS_MAX} disclosures here", clause=LOG, where="sd"
        )
    for position, digest in enumerate(command.sd):
        rules.check_digest(digest, f"sd[{position}]")
    rules.check_distinct(command.sd, "sd", "digest")
    stream = f"person/{command.person}"
    context.check_new(stream, "person")
    return [Planned(stream, 1, PersonRegistered(kind=command.kind, sd=tuple(sorted(command.sd))))]


def check_employee(context: Context, id_: str, where: str) -> None:
    """Refuse anybody who is not registered as a teacher or another employee."""
    person = context.settled(Person, "person", id_, where)
    if person.kind == "student":
        raise Refused("wrong_kind_of_person", "this person is no employee", clause="3.3", where=where)


def check_person(context: Context, id_: str, kind: PersonKind, where: str) -> None:
    """Refuse an id that is not a registered person's of this kind; a person's kind never changes."""
    person = context.settled(Person, "person", id_, where)
    if person.kind != kind:
        raise Refused(
            "wrong_kind_of_person",
            f"this person is not registered as a {kind}",
            clause="1.2" if kind == "teacher" else "1.3" if kind == "staff" else LOG,
            where=where,
        )
