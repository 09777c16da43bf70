"""Measurements of freshness, and the verdicts on them, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ledger.errors import LOG
from ledger.journal import commands as cmd
from ledger.journal.deadlines.excuses import Incident
from ledger.journal.deadlines.freshness import Measurement, alarms
from ledger.journal.service_events import FreshnessMeasured
from tests.unit.ledger.journal.small_school import ADMIN, DEPUTY, TEACHER, SmallSchool, uid

MOSCOW = ZoneInfo("Europe/Moscow")
# A school week, Monday 7 to Friday 11 September 2026, and the Monday behind it.
DAYS = frozenset({*(f"2026-09-{day:02}" for day in range(7, 12)), "2026-09-14"})


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def measured(**changes: object) -> cmd.MeasureFreshness:
    fields = {"freshness": uid(4_300), "size": 10, "position": 10, "minutes_behind": 0, "last_entry_minutes": 20}
    return cmd.MeasureFreshness(**{**fields, **changes})  # type: ignore[arg-type]


def test_a_measurement_says_how_far_views_were_behind_at_a_size(school: SmallSchool) -> None:
    level = FreshnessMeasured(size=10, position=10, minutes_behind=0, last_entry_minutes=20)
    assert school.do(measured(), ADMIN) == [level]
    behind = measured(freshness=uid(4_301), position=8, minutes_behind=20)
    expected = FreshnessMeasured(size=10, position=8, minutes_behind=20, last_entry_minutes=20)
    assert school.do(behind, DEPUTY) == [expected]


@pytest.mark.parametrize(
    ("changes", "rule", "clause", "where"),
    [
        ({"minutes_behind": 1}, "freshness_mismatch", "2.3.1", "minutes_behind"),
        ({"position": 9, "minutes_behind": 19}, "freshness_mismatch", "2.3.1", "minutes_behind"),
        ({"position": 11}, "out_of_range", LOG, "position"),
        ({"size": 100_000}, "out_of_range", LOG, "size"),
        ({"size": 0, "position": 0}, "out_of_range", LOG, "size"),
        ({"last_entry_minutes": -1}, "out_of_range", LOG, "last_entry_minutes"),
        ({"freshness": "7"}, "malformed_id", LOG, "freshness"),
    ],
)
def test_a_measurement_that_cannot_be_is_refused(
    school: SmallSchool, changes: dict[str, object], rule: str, clause: str, where: str
) -> None:
    refused = school.refuse(measured(**changes), ADMIN)
    assert (refused.rule, refused.clause, refused.where) == (rule, clause, where)


def test_a_measurement_is_recorded_once_and_by_the_administration(school: SmallSchool) -> None:
    assert school.refuse(measured(), TEACHER).rule == "role_not_allowed"
    school.do(measured(), ADMIN)
    assert school.refuse(measured(), ADMIN).rule == "freshness_exists"


def at(text: str) -> datetime:
    """A moment by the school's clock: day of September and time."""
    day, _, time = text.partition(" ")
    hour, minute = time.split(":")
    return datetime(2026, 9, int(day), int(hour), int(minute), tzinfo=MOSCOW).astimezone(UTC)


def judged(
    *measurements: tuple[str, int], now: str, outage: tuple[str, str | None] | None = None
) -> list[tuple[str, str, str, int, bool]]:
    """Kind, level, beginning, counted minutes and whether excused, of each alarm."""
    listed = [Measurement(10 + number, at(text), behind) for number, (text, behind) in enumerate(measurements)]
    incidents = []
    if outage is not None:
        ended = None if outage[1] is None else at(outage[1])
        incidents = [Incident(30, at(outage[0]), ended, 31 if ended else None)]
    return [
        (
            one.kind,
            one.level,
            f"{one.began_at.astimezone(MOSCOW):%-d %H:%M}",
            one.counted // timedelta(minutes=1),
            one.is_excused,
        )
        for one in alarms(listed, incidents, DAYS, at(now), MOSCOW)
    ]


def test_a_measurement_each_day_alarms_nobody() -> None:
    assert judged(("7 18:00", 0), ("8 18:00", 0), ("9 18:00", 0), now="10 18:00") == []


def test_more_than_a_day_without_a_measurement_is_an_alarm() -> None:
    # Tuesday 18:00 to Wednesday 18:01 is 24 hours and a minute, all of them on days with lessons.
    assert judged(("8 18:00", 0), ("9 18:01", 0), now="9 20:00") == [("gap", "day", "8 18:00", 1_441, False)]
    # It goes on where nothing has been measured since.
    assert judged(("8 18:00", 0), now="9 19:00") == [("gap", "day", "8 18:00", 1_500, False)]


def test_days_without_lessons_do_not_count_against_the_day() -> None:
    # Friday 18:00 to Monday 18:00: 6 hours of Friday and 18 of Monday are 24.
    assert judged(("11 18:00", 0), ("14 18:00", 0), now="14 18:00") == []
    assert judged(("11 18:00", 0), ("14 18:01", 0), now="14 18:01") == [("gap", "day", "11 18:00", 1_441, False)]


def test_views_that_were_behind_for_more_than_a_day_are_an_alarm_although_they_were_measured() -> None:
    # On Thursday at 10:00 the first entry that is not shown is 25 hours old: since Wednesday 09:00.
    found = judged(("8 10:00", 0), ("9 10:00", 60), ("10 10:00", 1_500), now="10 10:00")
    assert found == [("behind", "day", "9 09:00", 1_500, False)]
    assert judged(("9 10:00", 0), ("10 10:00", 1_440), now="10 10:00") == []


@pytest.mark.clause(
    "R26", breaks="ledger.journal.deadlines.freshness:_outside", instead=lambda part, *_: part[1] - part[0]
)
def test_an_incident_excuses_what_it_covers_from_the_day_and_nothing_from_the_week() -> None:
    # 48 hours, of which the outage covers 24: what is left is a day, and no more.
    outage = ("8 20:00", "9 20:00")
    assert judged(("8 18:00", 0), ("10 18:00", 0), now="10 18:00", outage=outage) == [
        ("gap", "day", "8 18:00", 1_440, True)
    ]
    # A minute less of it leaves a minute too much.
    shorter = ("8 20:00", "9 19:59")
    assert judged(("8 18:00", 0), ("10 18:00", 0), now="10 18:00", outage=shorter) == [
        ("gap", "day", "8 18:00", 1_441, False)
    ]
    # Seven days and a minute, all within an outage that is still open.
    assert judged(("7 09:00", 0), now="14 09:01", outage=("7 09:00", None)) == [
        ("gap", "week", "7 09:00", 10_081, False)
    ]
    assert judged(("7 09:00", 0), now="14 09:00", outage=("7 09:00", None)) == [("gap", "day", "7 09:00", 0, True)]


def test_holidays_without_a_lesson_alarm_nobody() -> None:
    assert judged(("15 09:00", 0), ("28 09:00", 0), now="28 10:00") == []
    assert alarms([], [], DAYS, at("14 09:00"), MOSCOW) == [], "judging begins with the first measurement"


def test_each_alarm_cites_its_measurements_and_the_incidents_that_overlap() -> None:
    listed = [Measurement(10, at("8 18:00"), 0), Measurement(14, at("10 18:00"), 0)]
    incidents = [Incident(12, at("8 20:00"), at("9 20:00"), 13), Incident(3, at("7 08:00"), at("7 09:00"), 4)]
    (found,) = alarms(listed, incidents, DAYS, at("10 18:00"), MOSCOW)
    assert found.basis == (10, 12, 13, 14)
