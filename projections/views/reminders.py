"""What falls due soon: lessons and the office, nothing of it recorded yet and no term over (regulation 1.6, 2.1–2.3.3).

The verdicts are those of the registers of deadlines: what is here today and stays unrecorded is missing there later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from ledger.journal.deadlines.days import end_of_day, local_date
from ledger.journal.deadlines.verdict import Rule, days_term
from ledger.wire.entry import format_at
from projections.reading import AsOf, Reader, resolve
from projections.views.deadline_basis import Judging, first_with_terms_from, judging
from projections.views.deadline_rows import DeadlineRow
from projections.views.deadlines import OF_STUDENTS, RULES, Asked
from projections.views.late_records import late_records
from projections.views.office_deadlines import OfficeAsked, OfficeRow, office_deadlines

WITHIN_DAYS_MAX: Final = 31
LESSON_RULES: Final[tuple[Rule, ...]] = tuple(rule for rule in RULES if rule not in OF_STUDENTS)
"""Marks are reminded of by the work: one row, with the students who have none."""
_OLDEST_DAYS: Final = 400
"""A school year's: no lesson further back is looked at, however far holidays extend its terms."""


@dataclass(frozen=True, slots=True)
class Due:
    """What falls due up to `until` (UTC, spelled as an entry's `at`), at a position, as of `now`; by its moment.

    `lessons` and `office` are rows of the two registers, all of them pending.
    """

    position: int
    now: str
    until: str
    lessons: tuple[DeadlineRow, ...]
    office: tuple[OfficeRow, ...]


def due_within(
    views: Reader,
    days: int,
    *,
    now: datetime,
    class_group: str | None = None,
    teacher: str | None = None,
    at: AsOf = None,
) -> Due:
    """Say what falls due until the end of today and so many days more, by the school's calendar.

    Args:
        views: whom to ask.
        days: 0: today alone.
        now: the moment by the clock.
        class_group: only of this class: its lessons and its results.
        teacher: only lessons that this teacher gave; of the office nothing.
        at: as of; a past moment, or that of a position's last entry, stands for now.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    here = _Pinned(views, resolve(views, at))
    by = judging(here, now, at)
    today = local_date(by.now, by.school.zone)
    last = today + timedelta(days=days)
    end = end_of_day(last, by.school.zone)
    until = format_at(end)
    asked = Asked(
        teacher=teacher,
        class_group=class_group,
        # Also of works that end or are made up later.
        from_date=first_with_terms_from(here, by.position, _oldest(by, today).isoformat()),
        to_date=last.isoformat(),  # no term ends before the day of its lesson
        rules=LESSON_RULES,
        statuses=("pending",),
    )
    lessons = late_records(here, asked, now=now, at=at, due_by=end)
    office = () if teacher else office_deadlines(here, OfficeAsked(statuses=("pending",)), now=now, at=at).rows
    return Due(
        by.position,
        format_at(by.now),
        until,
        tuple(sorted((row for row in lessons if _is_soon(row, until)), key=_moment)),
        tuple(
            sorted(
                (row for row in office if _is_soon(row, until) and class_group in (None, row.class_group)), key=_moment
            )
        ),
    )


class _Pinned(Reader):
    """Views that have consumed so much and no more, so that all selects of an answer agree."""

    def __init__(self, views: Reader, position: int) -> None:
        self._views = views
        self._position = position

    def position(self) -> int:
        """Tree size, fixed."""
        return self._position

    def select(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Rows."""
        return self._views.select(sql, parameters)


def _oldest(by: Judging, today: date) -> date:
    """The first day of which a term may still run; today where all are over."""
    days = (today - timedelta(days=back) for back in range(_OLDEST_DAYS, 0, -1))
    return next((day for day in days if _is_open(by, day)), today)


def _is_open(by: Judging, day: date) -> bool:
    version = by.school.version_on(day)
    if version is None:
        return False
    of = version.parameters
    longest = max(of.lesson_days, of.attendance_days, of.oral_mark_days, of.written_mark_days, of.homework_days)
    return by.now < days_term(day, longest, version, by.school).late_from


def _is_soon(row: DeadlineRow | OfficeRow, until: str) -> bool:
    return row.due is not None and row.due <= until


def _moment(row: DeadlineRow | OfficeRow) -> str:
    return row.due or ""
