"""Who answers for the journal: exactly one person on each day from the first appointment on (regulation 1.3).

All appointments of a school are entries of one stream, `responsible/<id of the school>`. An appointment lasts until
the next one begins, so there is no gap and no day with two. Before the first, the director answers, whom the clause
names first.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.errors import Refused
from ledger.journal import rules
from ledger.journal.account import check_employed
from ledger.journal.commands import AppointResponsible
from ledger.journal.context import Context
from ledger.journal.events import ResponsibleAppointed
from ledger.journal.in_force import Dated, evolve_dated, follow
from ledger.journal.people import check_person
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.setup_backdating import check_setup, check_setup_role


class Responsibility(Dated[ResponsibleAppointed], frozen=True, kw_only=True):
    """The appointments of a school, in the order in which they came, which is that of their days."""

    def responsible_on(self, day: str) -> str | None:
        """Return who was appointed to answer on a day, or None where nobody was: then the director does."""
        appointment = self.on(day)
        return appointment.event.person if appointment else None


def evolve_responsibility(state: Responsibility | None, events: Iterable[Recorded]) -> Responsibility | None:
    """Apply events of the stream of appointments."""
    return evolve_dated(Responsibility, "starts_on", ResponsibleAppointed, state, events)


def appoint_responsible(command: AppointResponsible, context: Context) -> list[Planned]:
    """Appoint who answers for the journal from a day on, by an order (regulation 1.3).

    An appointment that was entered wrongly is followed by another one from the same day.
    """
    check_setup_role(command.request, context, "1.3")
    rules.check_order(command.order_number, command.order_date)
    rules.check_date(command.starts_on, "starts_on")
    check_person(context, command.person, "staff", "person")
    check_employed(context, command.person, command.starts_on, "person")
    event = ResponsibleAppointed(
        person=command.person,
        order_number=command.order_number,
        order_date=command.order_date,
        starts_on=command.starts_on,
        request=command.request,
    )
    check_setup("responsible_appointed", command.person, command.starts_on, command.request, context)
    return follow(
        Responsibility,
        f"responsible/{context.books.school}",
        event.starts_on,
        event,
        context,
        earlier=Refused(
            "appointment_not_later",
            "an appointment begins on the day of the one before it, or later",
            clause="1.3",
            where="starts_on",
        ),
        same=Refused("same_appointment", "this appointment is recorded already", clause="1.3"),
    )
