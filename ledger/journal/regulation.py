"""Versions of the school's regulation and their parameters: which one is in force on which day.

All versions of a school are entries of one stream, `regulation/<id of the school>`: whoever rests on the list of
versions reads that stream, whoever adopts one writes to it, and so neither can miss the other. `deadlines` judges by
the parameters whether something was recorded in time; what is refused rests on the two `mark_for_` alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, get_args

import msgspec

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.commands import AdoptRegulation
from ledger.journal.context import Context
from ledger.journal.events import RegulationAdopted, RegulationParameters
from ledger.journal.in_force import Dated, evolve_dated, follow
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.setup_backdating import check_setup, check_setup_role
from ledger.journal.vocabulary import Handling

DAYS_MAX: Final = 99
MINUTES_MAX: Final = 999
HOURS_MAX: Final = 999

_MOST: Final = {"days": DAYS_MAX, "minutes": MINUTES_MAX, "hours": HOURS_MAX}
_HANDLINGS: Final = get_args(Handling)


class Regulation(Dated[RegulationAdopted], frozen=True, kw_only=True):
    """The regulation of a school: its versions in the order of their adoption, which is that of their days."""

    def regulation_on(self, day: str) -> RegulationAdopted | None:
        """Return the version in force on a day, or None before the first; of two from one day, the later adopted."""
        version = self.on(day)
        return version.event if version else None


def evolve_regulation(state: Regulation | None, events: Iterable[Recorded]) -> Regulation | None:
    """Apply events of a regulation's stream."""
    return evolve_dated(Regulation, "effective_from", RegulationAdopted, state, events)


def adopt_regulation(command: AdoptRegulation, context: Context) -> list[Planned]:
    """Adopt a version by an order (regulation, its head and 1.1): from a day on, never before an earlier version's.

    A version that was entered wrongly is followed by another one from the same day.
    """
    check_setup_role(command.request, context, "1.1")
    rules.check_order(command.order_number, command.order_date)
    rules.check_date(command.effective_from, "effective_from")
    _check_parameters(command.parameters)
    event = RegulationAdopted(
        order_number=command.order_number,
        order_date=command.order_date,
        effective_from=command.effective_from,
        parameters=command.parameters,
        request=command.request,
    )
    check_setup("regulation_adopted", "", command.effective_from, command.request, context)
    return follow(
        Regulation,
        f"regulation/{context.books.school}",
        event.effective_from,
        event,
        context,
        earlier=Refused(
            "regulation_not_later",
            "a version takes effect on the day of the one before it, or later",
            clause="1.1",
            where="effective_from",
        ),
        same=Refused("same_regulation", "this version is recorded already", clause="1.1"),
    )


def takes_marks_for_absent(context: Context, day: str) -> bool:
    """Tell whether the version in force on a day takes a mark for who was absent; before the first, nothing does.

    The list of versions is noted as read: a version that is adopted meanwhile is not missed.
    """
    regulation = context.find_if_any(Regulation, f"regulation/{context.books.school}")
    version = regulation.regulation_on(day) if regulation is not None else None
    return version is not None and version.parameters.mark_for_absent == "flag"


def refuses_marks_for_unassigned(parameters: RegulationParameters) -> bool:
    """Tell whether a version wants no bad mark for homework that was not entered, or not in time (2.2.3, R21)."""
    return parameters.unposted_homework_is_not_assigned and parameters.mark_for_unassigned_homework == "refuse"


def _check_parameters(parameters: RegulationParameters) -> None:
    """Judge every parameter by what it is counted in, which the last word of its name says."""
    for name, value in msgspec.structs.asdict(parameters).items():
        where = f"parameters.{name}"
        if name == "annual_refresh_until":
            rules.check_yearly_day(value, where)
        elif name.startswith("mark_for_"):
            rules.check_code(value, _HANDLINGS, where)
        elif unit := _MOST.get(name.rpartition("_")[2]):
            rules.check_integer(value, 0, unit, where)
        elif type(value) is not bool:
            raise Refused("malformed_value", "true or false", clause=LOG, where=where)
