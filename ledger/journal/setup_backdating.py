"""What the school orders of days in a closed period takes two people (3.3).

Of these are duties, who answers, versions of the regulation, bells, timetables, and the calendar of a year.

One asks in the stream `backdating/<id of the school>`; another who directs makes the entry itself, in their own name,
with the index of the request. What the order says stands in the entry alone, which the second person writes: the
request says what is to be done, from which day and by which document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, get_args

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.backdating_commands import RefuseSetupBackdating, RequestSetupBackdating
from ledger.journal.backdating_events import SetupBackdatingRefused, SetupBackdatingRequested
from ledger.journal.context import Context
from ledger.journal.facts import check_second_person, people_of
from ledger.journal.people import check_person
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.roster import ClassGroup
from ledger.journal.vocabulary import SetupAct
from ledger.journal.year import SchoolYear, is_any_closed_since, is_closed_since

_CLAUSE: Final = "3.3"
_ACTS: Final = frozenset(get_args(SetupAct))
_KINDS: Final[Mapping[SetupAct, str]] = {
    "duty_assigned": "teacher",
    "duty_ended": "teacher",
    "responsible_appointed": "staff",
}
"""Of which kind the person is whom the act is about; of the others it is about nobody."""
_WANTED: Final[Mapping[SetupAct, str]] = {
    "bell_schedule_set": "bells",
    "calendar_entry_revoked": "year",
    "days_off_declared": "year",
    "school_day_declared": "year",
    "timetable_set": "class_group",
}
"""What else a request names, whose own stream the act is in."""
_STREAMS: Final[Mapping[SetupAct, str]] = {
    "bell_schedule_set": "bells",
    "calendar_entry_revoked": "calendar",
    "days_off_declared": "calendar",
    "regulation_adopted": "regulation",
    "responsible_appointed": "responsible",
    "school_day_declared": "calendar",
    "timetable_set": "timetable",
}


class SetupAsked(NamedTuple):
    """A request that was not refused: its entry, terms, who asked. `of`: the person, class, bells or year."""

    entry: int
    what: SetupAct
    of: str
    day: str
    people: frozenset[str]


class SetupBackdatings(Aggregate, frozen=True, kw_only=True):
    """The requests of a school, those that were refused left out."""

    asked: Mapping[int, SetupAsked]


def evolve_setup_backdatings(state: SetupBackdatings | None, events: Iterable[Recorded]) -> SetupBackdatings | None:
    """Apply events of the stream of requests."""
    asked = dict(state.asked) if state else {}
    for event in events:
        data = event.data
        if type(data) is SetupBackdatingRequested:
            of = data.person or data.class_group or data.bells or data.year or ""
            asked[event.index] = SetupAsked(event.index, data.what, of, data.day, people_of(event.actor))
        elif type(data) is SetupBackdatingRefused:
            del asked[data.request]
        else:
            raise TypeError(f"{type(data).__name__} is no request to change days of a closed period")
        state = SetupBackdatings(stream=event.originator_id, version=event.originator_version, asked=asked)
        asked = dict(asked)
    return state


def request_setup_backdating(command: RequestSetupBackdating, context: Context) -> list[Planned]:
    """Ask that an order be recorded that changes days of a closed period (regulation 3.3)."""
    rules.check_role(context.actor, rules.LEADERSHIP, _CLAUSE)
    rules.check_code(command.what, _ACTS, "what")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    rules.check_date(command.day, "day")
    of = _about(command, context)
    first = rules.day_after(command.day) if command.what == "duty_ended" else command.day
    if not _is_closed_since(command.class_group, first, context):
        raise Refused(
            "not_backdated", "no closed period is changed by this: do it without a request", clause=_CLAUSE, where="day"
        )
    stream, known = _requests(context)
    for asked in known.asked.values() if known is not None else ():
        if (asked.what, asked.of, asked.day) == (command.what, of, command.day) and not _is_done(asked, context):
            raise Refused(
                "backdating_waits",
                "a request for the same waits for its answer: {request}",
                clause=LOCAL_ACT,
                where="what",
                request=asked.entry,
            )
    event = SetupBackdatingRequested(
        what=command.what,
        day=command.day,
        basis=command.basis,
        person=command.person,
        class_group=command.class_group,
        bells=command.bells,
        year=command.year,
    )
    return [Planned(stream, known.version + 1 if known else 1, event)]


def refuse_setup_backdating(command: RefuseSetupBackdating, context: Context) -> list[Planned]:
    """Answer with no, as a second person who directs (regulation 3.3)."""
    rules.check_role(context.actor, rules.DIRECTION, _CLAUSE)
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    asked = _waiting(command.request, context)
    stream, known = _requests(context)
    event = SetupBackdatingRefused(request=asked.entry, basis=command.basis)
    return [Planned(stream, known.version + 1 if known else 1, event)]


def check_setup_role(request: int | None, context: Context, clause: str) -> None:
    """Refuse an act by a role that may not set the journal up or, where somebody asked for it, does not direct."""
    rules.check_role(context.actor, rules.ADMINISTRATION if request is None else rules.DIRECTION, clause)


def check_setup(
    what: SetupAct, of: str, day: str, request: int | None, context: Context, *, class_group: str | None = None
) -> None:
    """Refuse an act that changes days of a closed period alone, or otherwise than it was asked for (regulation 3.3).

    Args:
        what: the act's event.
        of: the person whom it is about, the class of a timetable, the bell schedule, a calendar's year, or nothing.
        day: its first day, of the end of a duty the last, of a revocation the first of what it revokes.
        request: the entry that asked for it.
        context: of the decision.
        class_group: whose timetable it is; None: it is about all of the school.
    """
    if request is None:
        if _is_closed_since(class_group, rules.day_after(day) if what == "duty_ended" else day, context):
            raise Refused(
                "backdated_alone",
                "this changes days of a closed reporting period: ask for it, and another who directs approves",
                clause=_CLAUSE,
            )
        return
    asked = _waiting(request, context)
    if (asked.what, asked.of, asked.day) != (what, of, day):
        raise Refused("not_as_asked", "the request asks for something else", clause=_CLAUSE, where="request")


def _about(command: RequestSetupBackdating, context: Context) -> str:
    """Return the id of whom or what the act is about: it is named where there is one, and nowhere else."""
    kind = _KINDS.get(command.what)
    wanted = "person" if kind is not None else _WANTED.get(command.what, "")
    for name in ("person", "class_group", "bells", "year"):
        if (getattr(command, name) is not None) != (name == wanted):
            raise Refused(
                "wrong_terms", "the person, class, bells or year that the act is about, and no other", clause=LOG,
                where=name,
            )  # fmt: skip
    if kind is not None:
        check_person(context, command.person or "", "staff" if kind == "staff" else "teacher", "person")
    elif command.class_group is not None:
        context.settled(ClassGroup, "class", command.class_group, "class_group")
    elif command.bells is not None:
        context.settled(Aggregate, "bells", command.bells, "bells")
    elif command.year is not None:
        context.settled(SchoolYear, "year", command.year, "year")
    return command.person or command.class_group or command.bells or command.year or ""


def _is_closed_since(class_group: str | None, day: str, context: Context) -> bool:
    if class_group is None:
        return is_any_closed_since(context, day)
    group = context.settled(ClassGroup, "class", class_group, "class_group")
    return is_closed_since(context, context.settled(SchoolYear, "year", group.year, "class_group"), group.grade, day)


def _waiting(request: int, context: Context) -> SetupAsked:
    """Return a request that waits, if this actor may answer it: another than who asked."""
    _, known = _requests(context)
    asked = known.asked.get(request) if known is not None and type(request) is int else None
    if asked is None or _is_done(asked, context):
        raise Refused("not_a_request", "no request here has this index and waits", clause=LOG, where="request")
    check_second_person(asked.people, context.actor, _CLAUSE)
    return asked


def _requests(context: Context) -> tuple[str, SetupBackdatings | None]:
    stream = f"backdating/{context.books.school}"
    return stream, context.find_if_any(SetupBackdatings, stream)


def _is_done(asked: SetupAsked, context: Context) -> bool:
    """Tell whether the act was made, which its own stream says."""
    kind = _STREAMS.get(asked.what, "duty")
    found = context.find_if_any(Aggregate, f"{kind}/{asked.of if asked.what in _WANTED else context.books.school}")
    return found is not None and asked.entry in getattr(found, "answered", ())
