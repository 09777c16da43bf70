"""Terms of the regulation, and whether something came in them (events.md, "Deadlines"): a reading of days and hours.

Times are UTC, days the school's. What this needs of a time zone is its data, which `zoneinfo` finds on the system.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from typing import Any, Final

EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
NEVER: Final = datetime.max.replace(tzinfo=UTC)
ON_TIME, LATE, MISSING, PENDING, EXEMPT, NO_REGULATION = (
    "on_time", "late", "missing", "pending", "exempt", "no_regulation",
)  # fmt: skip
STATUSES: Final = (ON_TIME, LATE, MISSING, PENDING, EXEMPT, NO_REGULATION)
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
# The longest way from four in the morning back to the last minute of the day before, in any zone.
_SEARCH_MAX: Final = 8 * 60
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days that extend terms: of the weekend, and holidays; each a question about one day."""

    is_weekend: Callable[[date], bool] = lambda day: day.weekday() >= _SATURDAY
    is_holiday: Callable[[date], bool] = lambda _: False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of one thing: whether it came in time, and when it was due, where anything says."""

    status: str
    due: datetime | None = None
    late_by: timedelta | None = None


Versions = list[tuple[date, dict[str, Any]]]
"""The regulation's versions in order of their entries: first day, parameters."""


def version_on(versions: Versions, day: date) -> dict[str, Any] | None:
    """Return the parameters in force on a day: the last entry's whose first day is not later; None before any."""
    return next((parameters for first, parameters in reversed(versions) if first <= day), None)


@cache
def end_of(day: date, zone: tzinfo) -> datetime:
    """Return the first instant after the last one that clocks call this day, whatever they do about midnight."""
    try:
        instant = (datetime(day.year, day.month, day.day, 4, tzinfo=zone) + _DAY).astimezone(UTC)
        for _ in range(_SEARCH_MAX):
            if (instant - _MINUTE).astimezone(zone).date() <= day:
                return instant
            instant -= _MINUTE
    except OverflowError:
        pass
    return NEVER


def moved(day: date, parameters: dict[str, Any], calendar: Calendar) -> date:
    """Return a term's last day, moved on from a weekend where the regulation moves it."""
    try:
        if parameters["weekends_extend"] and calendar.is_weekend(day):
            while calendar.is_weekend(day) or calendar.is_holiday(day):
                day += _DAY
    except OverflowError:
        return date.max
    return day


def last_day(day: date, days: int, parameters: dict[str, Any], calendar: Calendar) -> date:
    """Return the last day of a term of days; the day of the act is day 0, and a term of none is extended by nothing."""
    try:
        for _ in range(days):
            day += _DAY
            while parameters["holidays_extend"] and calendar.is_holiday(day):
                day += _DAY
    except OverflowError:
        return date.max
    return moved(day, parameters, calendar) if days else day


@lru_cache(maxsize=1 << 12)
def at_wall(day: date, clock: str, zone: tzinfo) -> datetime:
    """Return the instant at which the school's clock shows `HH:MM`: the first of two, where it is put back."""
    try:
        return datetime(day.year, day.month, day.day, int(clock[:2]), int(clock[3:]), tzinfo=zone).astimezone(UTC)
    except OverflowError:  # Of a first or a last day that can be written, in a zone where it is another one in UTC.
        return NEVER if day.year > 1 else EARLIEST


def shown(at: datetime, zone: tzinfo) -> datetime:
    """Return what the school's clock shows at an instant; the first or last minute that can be written, beyond them."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return (NEVER if at.year > 1 else EARLIEST).replace(tzinfo=zone)


def judge(due: datetime, at: datetime | None, now: datetime, *, includes_due: bool = False) -> Verdict:
    """Compare what was recorded at a moment, or is not yet, with a term; one of hours has its last instant in it."""
    if at is None:
        return Verdict(PENDING if now < due or (includes_due and now == due) else MISSING, due)
    if at < due or (includes_due and at == due):
        return Verdict(ON_TIME, due)
    return Verdict(LATE, due, at - due)


@dataclass(frozen=True, slots=True)
class Judge:
    """The rules on what is recorded, by a school's zone, versions and calendar, as of a moment.

    `_in_time` keeps what is said of a term of days that was met: by day and parameter, None before any version.
    """

    zone: tzinfo
    versions: Versions
    now: datetime
    calendar: Calendar = Calendar()
    _in_time: dict[tuple[date, str], tuple[datetime, Verdict] | None] = field(default_factory=dict)

    def due(self, day: date, name: str) -> datetime | None:
        """Return the end of a term of days; None before any version."""
        found = self._term(day, name)
        return None if found is None else found[0]

    def _term(self, day: date, name: str) -> tuple[datetime, Verdict] | None:
        key = day, name
        if key not in self._in_time:
            parameters = version_on(self.versions, day)
            self._in_time[key] = None
            if parameters is not None:
                due = end_of(last_day(day, parameters[name], parameters, self.calendar), self.zone)
                self._in_time[key] = due, Verdict(ON_TIME, due)
        return self._in_time[key]

    def _of_days(self, day: date, name: str, at: datetime | None) -> Verdict:
        found = self._term(day, name)
        if found is None:
            return Verdict(NO_REGULATION)
        due, in_time = found
        # Nearly everything is in time.
        return in_time if at is not None and at < due else judge(due, at, self.now)

    def unrecorded(self, held_on: date, name: str, *, is_cancelled: bool) -> Verdict:
        """Judge a planned lesson that nobody recorded by a term of days (2.1): one that was cancelled owes nothing."""
        if is_cancelled and version_on(self.versions, held_on) is not None:
            return Verdict(EXEMPT)
        return self._of_days(held_on, name, None)

    def lesson(self, held_on: date, at: datetime | None) -> Verdict:
        """Judge a lesson's record (2.1, 2.2.1)."""
        return self._of_days(held_on, "lesson_days", at)

    def attendance(self, held_on: date, taken_at: datetime | None, absences_at: Collection[datetime]) -> Verdict:
        """Judge who was absent (2.2.4): taken, and every absence entered; the last of them counts."""
        return self._of_days(held_on, "attendance_days", taken_at and max((taken_at, *absences_at)))

    def oral_mark(self, held_on: date, at: datetime, made_up_on: date | None = None) -> Verdict:
        """Judge a mark for an answer (2.2.4): of the student's own day, where it is later."""
        return self._of_days(max(held_on, made_up_on or held_on), "oral_mark_days", at)

    def written_mark(
        self, last_written_on: date, at: datetime | None, made_up_on: date | None = None, *, is_absent: bool = False
    ) -> Verdict:
        """Judge a mark for written work (2.2.4): of who was absent, and has no day of their own, none is due."""
        day = max(last_written_on, made_up_on or last_written_on)
        if is_absent and made_up_on is None and version_on(self.versions, day) is not None:
            return Verdict(EXEMPT)
        return self._of_days(day, "written_mark_days", at)

    def homework(
        self,
        held_on: date,
        at: datetime | None,
        due_on: date | None,
        last_lesson_ends: datetime | None,
        *,
        lesson_starts: datetime,
        planned_at: datetime | None = None,
    ) -> Verdict:
        """Judge a lesson's homework (2.2.2): what its plan had before the lesson began may be exempt.

        Homework for the next calendar day has besides the minutes after these students' last lesson, where its end is
        known (None: it is not); the earlier of the two terms counts.
        """
        parameters = version_on(self.versions, held_on)
        if parameters is None:
            return Verdict(NO_REGULATION)
        if planned_at is not None and parameters["planned_homework_is_exempt"] and planned_at < lesson_starts:
            return Verdict(EXEMPT)
        due = end_of(last_day(held_on, parameters["homework_days"], parameters, self.calendar), self.zone)
        is_eve = at is not None and due_on is not None and due_on - held_on == _DAY
        if is_eve and last_lesson_ends is not None:
            eve = last_lesson_ends + parameters["homework_after_last_lesson_minutes"] * _MINUTE
            if eve < due:
                return judge(eve, at, self.now, includes_due=True)
        return judge(due, at, self.now)

    def notice(self, received_on: date, answered_at: datetime | None) -> Verdict:
        """Judge the entry of changed personal data (1.7): days from the day of the notice."""
        return self._of_days(received_on, "notice_days", answered_at)

    def refresh(self, opens_on: date, answered_at: datetime | None) -> Verdict:
        """Judge one student's data in a year's refresh (1.7): until a day of the year in which it was opened."""
        parameters = version_on(self.versions, opens_on)
        if parameters is None:
            return Verdict(NO_REGULATION)
        until = date.fromisoformat(f"{opens_on.year:04}-{parameters['annual_refresh_until']}")
        return judge(end_of(moved(until, parameters, self.calendar), self.zone), answered_at, self.now)

    def result(self, obtained_at: datetime, published_at: datetime | None) -> Verdict:
        """Judge a result (2.3.3): shown so many hours after it was obtained, to the minute."""
        parameters = version_on(self.versions, shown(obtained_at, self.zone).date())
        if parameters is None:
            return Verdict(NO_REGULATION)
        hours = timedelta(hours=parameters["result_hours"])
        due = NEVER if NEVER - hours < obtained_at else obtained_at.astimezone(UTC) + hours
        return judge(due, published_at, self.now, includes_due=True)
