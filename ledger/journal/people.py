"""People, by their random ids: who they are stands in the vault, never here (log-format.md, section 6).

A person's stream also holds what happened to the data and, of a guardian, what was asked for or refused; the rules of
that are in `guardians`, `personal_data` and `delivery`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, get_args

import msgspec

from ledger.errors import LOG, Refused
from ledger.journal import people_events as ev, rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import RegisterPerson
from ledger.journal.context import Context
from ledger.journal.events import Event, PersonRegistered
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.vocabulary import Channel, PersonKind

_KINDS: Final = get_args(PersonKind)
_DIGESTS_MAX: Final = 4
"""family_name, given_name, patronymic, birth_date."""


class Consent(NamedTuple):
    """A consent to delivery about a student; it also falls when its guardian is unlinked (`delivery`)."""

    student: str
    channel: Channel
    is_withdrawn: bool = False


class Refusal(NamedTuple):
    """A refusal to be informed about a student; a later consent ends it."""

    student: str
    refused_on: str
    is_ended: bool = False
    is_notified: bool = False


class Change(NamedTuple):
    """Of these names nothing stands any more but what these digests' disclosures say; `entry`: the index."""

    fields: tuple[str, ...]
    sd: tuple[str, ...]
    entry: int


class Person(Aggregate, frozen=True, kw_only=True):
    """A student, guardian, teacher or other employee.

    Attributes:
        kind: never changes.
        sd: digests of the disclosures of the registration.
        changes: what was changed since, in order.
        guardians: of a student: guardian -> index of the entry that links.
        notices: index of a notice -> whether it was answered.
        refreshed: years whose refresh was answered.
        consents: of a guardian, by the index of the entry.
        refusals: of a guardian, by the index of the entry.
    """

    kind: PersonKind
    sd: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    guardians: Mapping[str, int] = msgspec.field(default_factory=dict)
    notices: Mapping[int, bool] = msgspec.field(default_factory=dict)
    refreshed: frozenset[str] = frozenset()
    consents: Mapping[int, Consent] = msgspec.field(default_factory=dict)
    refusals: Mapping[int, Refusal] = msgspec.field(default_factory=dict)


def evolve_person(state: Person | None, events: Iterable[Recorded]) -> Person | None:
    """Apply events of a person's stream."""
    for event in events:
        data = event.data
        if type(data) is PersonRegistered:
            state = Person(stream=event.originator_id, version=event.originator_version, kind=data.kind, sd=data.sd)
            continue
        change = _CHANGES.get(type(data))
        if change is None or state is None:
            raise TypeError(f"{type(data).__name__} is no event of a person")
        state = msgspec.structs.replace(state, version=event.originator_version, **change(state, data, event.index))
    return state


def register_person(command: RegisterPerson, context: Context) -> list[Planned]:
    """Register a person (regulation 1.7); digests go in sorted, so that their order tells nothing."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.7")
    rules.check_id(command.person, "person")
    rules.check_code(command.kind, _KINDS, "kind")
    if len(command.sd) > _DIGESTS_MAX:
        raise Refused(
            "too_many_digests",
            "a person has at most {digests_max} disclosures here",
            clause=LOG,
            where="sd",
            digests_max=_DIGESTS_MAX,
        )
    rules.check_digests(command.sd, "sd")
    stream = f"person/{command.person}"
    context.check_new(stream, "person")
    return [Planned(stream, 1, PersonRegistered(kind=command.kind, sd=tuple(sorted(command.sd))))]


def check_employee(context: Context, id_: str, where: str) -> None:
    """Refuse anybody who is not registered as a teacher or another employee."""
    person = context.settled(Person, "person", id_, where)
    if person.kind == "student":
        raise Refused("wrong_kind_of_person", "this person is no employee", clause="3.3", where=where)


def check_person(context: Context, id_: str, kind: PersonKind, where: str) -> None:
    """Refuse an id that is not a registered person's of this kind; a person's kind never changes.

    Who does not lead the school is not told whether the id is somebody else's or nobody's.
    """
    if context.actor.role not in rules.LEADERSHIP and context.find_if_any(Person, f"person/{id_}") is None:
        raise _wrong_kind(kind, where)
    check_kind(context.settled(Person, "person", id_, where), kind, where)


def check_kind(person: Person, kind: PersonKind, where: str) -> None:
    """Refuse a person who was registered as something else."""
    if person.kind != kind:
        raise _wrong_kind(kind, where)


def _wrong_kind(kind: PersonKind, where: str) -> Refused:
    return Refused(
        "wrong_kind_of_person",
        "this person is not registered as a {kind}",
        clause="1.2" if kind == "teacher" else "1.3" if kind == "staff" else LOG,
        where=where,
        kind=kind,
    )


def _linked(state: Person, data: ev.GuardianLinked, index: int) -> dict[str, Any]:
    return {"guardians": {**state.guardians, data.guardian: index}}


def _unlinked(state: Person, data: ev.GuardianUnlinked, _index: int) -> dict[str, Any]:
    return {"guardians": {one: link for one, link in state.guardians.items() if one != data.guardian}}


def _noticed(state: Person, _data: ev.DataChangeNoticeReceived, index: int) -> dict[str, Any]:
    return {"notices": {**state.notices, index: False}}


def _answered(state: Person, data: ev.PersonalDataChanged | ev.PersonalDataConfirmed, index: int) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if type(data) is ev.PersonalDataChanged:
        changes["changes"] = (*state.changes, Change(data.fields, data.sd, index))
    if data.notice is not None:
        changes["notices"] = {**state.notices, data.notice: True}
    if data.refresh is not None:
        changes["refreshed"] = state.refreshed | {data.refresh}
    return changes


def _consented(state: Person, data: ev.DeliveryConsentGiven, index: int) -> dict[str, Any]:
    ended = {
        at: refusal._replace(is_ended=True) if refusal.student == data.student else refusal
        for at, refusal in state.refusals.items()
    }
    return {"consents": {**state.consents, index: Consent(data.student, data.channel)}, "refusals": ended}


def _withdrawn(state: Person, data: ev.DeliveryConsentWithdrawn, _index: int) -> dict[str, Any]:
    consent = state.consents[data.consent]._replace(is_withdrawn=True)
    return {"consents": {**state.consents, data.consent: consent}}


def _refused(state: Person, data: ev.InformationRefused, index: int) -> dict[str, Any]:
    return {"refusals": {**state.refusals, index: Refusal(data.student, data.refused_on)}}


def _notified(state: Person, data: ev.GuardianshipNotified, _index: int) -> dict[str, Any]:
    refusal = state.refusals[data.refusal]._replace(is_notified=True)
    return {"refusals": {**state.refusals, data.refusal: refusal}}


_CHANGES: Final[dict[type[Event], Callable[[Person, Any, int], dict[str, Any]]]] = {
    ev.GuardianLinked: _linked,
    ev.GuardianUnlinked: _unlinked,
    ev.DataChangeNoticeReceived: _noticed,
    ev.PersonalDataChanged: _answered,
    ev.PersonalDataConfirmed: _answered,
    ev.DeliveryConsentGiven: _consented,
    ev.DeliveryConsentWithdrawn: _withdrawn,
    ev.InformationRefused: _refused,
    ev.GuardianshipNotified: _notified,
}
