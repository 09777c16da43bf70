"""Events of duties, as `events` has all others; `verify/spec/events.md` says what their bytes mean."""

from __future__ import annotations

from ledger.journal.event import Event
from ledger.journal.vocabulary import Duty


class DutyAssigned(Event, frozen=True, kw_only=True):
    """`duty/`: the employee's duties include this one from `starts_on` on, by an order."""

    person: str
    duty: Duty
    order_number: str
    order_date: str
    starts_on: str
    request: int | None = None


class DutyEnded(Event, frozen=True, kw_only=True):
    """`duty/`: the last day of an employee's duty is `ends_on`."""

    person: str
    duty: Duty
    ends_on: str
    request: int | None = None
