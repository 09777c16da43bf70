"""Whose duties include the journal, from which day to which (regulation 1.2, R06).

A school that records no duties lets every teacher write, as before. From the first day of its earliest duty on, who
writes teaching events needs one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.account import check_employed
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import AssignDuty, EndDuty
from ledger.journal.context import Context
from ledger.journal.duty_events import DutyAssigned, DutyEnded
from ledger.journal.people import check_person
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.roster import Enrollment
from ledger.journal.setup_backdating import check_setup, check_setup_role
from ledger.journal.vocabulary import DUTIES


class Duties(Aggregate, frozen=True, kw_only=True):
    """The duties of a school's teachers; `starts_on` is the first day of the earliest: from then on one is needed.

    `held` maps person and duty to its spans, oldest first; `answered` are the requests that entries answer.
    """

    starts_on: str
    held: Mapping[tuple[str, str], tuple[Enrollment, ...]]
    answered: frozenset[int] = frozenset()

    def includes(self, person: str, duties: Iterable[str], day: str) -> bool:
        """Tell whether the person has one of these duties on this day, or nobody needs one yet."""
        if day < self.starts_on:
            return True
        return any(span.holds(day) for duty in duties for span in self.held.get((person, duty), ()))


def evolve_duties(state: Duties | None, events: Iterable[Recorded]) -> Duties | None:
    """Apply events of the stream of duties."""
    held = dict(state.held) if state else {}
    for event in events:
        data = event.data
        starts_on = state.starts_on if state else ""
        if type(data) is DutyAssigned:
            held[data.person, data.duty] = (*held.get((data.person, data.duty), ()), Enrollment(data.starts_on, None))
            starts_on = min(starts_on or data.starts_on, data.starts_on)
        elif type(data) is DutyEnded:
            *earlier, last = held[data.person, data.duty]
            held[data.person, data.duty] = (*earlier, last._replace(ends_on=data.ends_on))
        else:
            raise TypeError(f"{type(data).__name__} is nothing about duties")
        answered = state.answered if state else frozenset()
        state = Duties(
            stream=event.originator_id,
            version=event.originator_version,
            starts_on=starts_on,
            held=held,
            answered=answered if data.request is None else answered | {data.request},
        )
    return state


def assign_duty(command: AssignDuty, context: Context) -> list[Planned]:
    """Include something in a teacher's duties, by an order."""
    check_setup_role(command.request, context, "1.2")
    rules.check_order(command.order_number, command.order_date)
    rules.check_date(command.starts_on, "starts_on")
    rules.check_code(command.duty, DUTIES, "duty")
    check_person(context, command.person, "teacher", "person")
    check_employed(context, command.person, command.starts_on, "person")
    check_setup("duty_assigned", command.person, command.starts_on, command.request, context)
    stream, known = _duties(context)
    last = _last(known, command.person, command.duty)
    if last is not None and (last.ends_on is None or command.starts_on <= last.ends_on):
        raise Refused("duty_stands", "the person has this duty on that day", clause=LOCAL_ACT, where="starts_on")
    event = DutyAssigned(
        person=command.person,
        duty=command.duty,
        order_number=command.order_number,
        order_date=command.order_date,
        starts_on=command.starts_on,
        request=command.request,
    )
    return [Planned(stream, known.version + 1 if known else 1, event)]


def end_duty(command: EndDuty, context: Context) -> list[Planned]:
    """End a duty; `ends_on` is its last day."""
    check_setup_role(command.request, context, "1.2")
    rules.check_date(command.ends_on, "ends_on")
    rules.check_code(command.duty, DUTIES, "duty")
    check_setup("duty_ended", command.person, command.ends_on, command.request, context)
    stream, known = _duties(context)
    last = _last(known, command.person, command.duty)
    if known is None or last is None or last.ends_on is not None:
        raise Refused("no_such_duty", "the person does not have this duty", clause=LOCAL_ACT, where="person")
    if command.ends_on < last.starts_on:
        raise Refused("empty_range", "the last day is before the first", clause=LOG, where="ends_on")
    event = DutyEnded(person=command.person, duty=command.duty, ends_on=command.ends_on, request=command.request)
    return [Planned(stream, known.version + 1, event)]


def check_duty(context: Context, duties: Iterable[str], day: str, where: str = "") -> None:
    """Refuse an entry of a teacher whose duties include none of these on this day, where duties are recorded (R06)."""
    check_duty_of(context, context.author, duties, day, where)


def check_duty_of(context: Context, teacher: str, duties: Iterable[str], day: str, where: str) -> None:
    """Refuse as `check_duty` does, of another than who acts."""
    stream, known = _duties(context)
    context.reads[stream] = known.version if known else 0
    if known is not None and not known.includes(teacher, duties, day):
        raise Refused(
            "not_among_duties",
            "this is not among the teacher's duties on this day",
            clause="1.2",
            where=where,
        )


def _duties(context: Context) -> tuple[str, Duties | None]:
    """Return the stream of the school's duties and what stands there."""
    stream = f"duty/{context.books.school}"
    known = context.books.find(stream)
    return stream, known if isinstance(known, Duties) else None


def _last(known: Duties | None, person: str, duty: str) -> Enrollment | None:
    spans = known.held.get((person, duty), ()) if known else ()
    return spans[-1] if spans else None
