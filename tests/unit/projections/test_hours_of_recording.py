"""Times outside the hours that a question about recording names, by the clock of a school."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ledger.wire.entry import format_at
from projections.questions.authorship import Hours

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
"""Its clocks go forward on 29 March and back on 25 October 2026."""


def at(moment: str) -> str:
    return format_at(datetime.fromisoformat(moment).replace(tzinfo=UTC))


def test_a_night_and_a_weekend_are_one_time_each() -> None:
    found = list(
        Hours(MOSCOW, "07:00", "20:00", is_open_daily=False).outside(at("2026-09-03T09:30"), at("2026-09-07T01:00"))
    )
    assert found == [
        (at("2026-09-02T21:00"), at("2026-09-03T04:00")),
        (at("2026-09-03T17:00"), at("2026-09-04T04:00")),
        (at("2026-09-04T17:00"), at("2026-09-07T04:00")),
        (at("2026-09-07T17:00"), at("2026-09-07T21:00")),
    ]


@pytest.mark.parametrize(
    ("opens", "closes"), [("07:00", "20:00"), ("02:15", "02:45"), ("00:00", "23:59"), ("09:00", "08:00")]
)
@pytest.mark.parametrize("is_open_daily", [True, False])
@pytest.mark.parametrize("change", ["2026-03-28", "2026-10-24"])
def test_each_minute_is_outside_where_the_clock_says_so(
    opens: str, closes: str, change: str, *, is_open_daily: bool
) -> None:
    begins = datetime.fromisoformat(change).replace(tzinfo=BERLIN).astimezone(UTC)
    moments = [begins + timedelta(minutes=number) for number in range(3 * 1_440 - 60)]
    times = list(Hours(BERLIN, opens, closes, is_open_daily).outside(format_at(moments[0]), format_at(moments[-1])))
    for moment in moments:
        local = moment.astimezone(BERLIN)
        is_open = opens <= f"{local:%H:%M}" < closes and (is_open_daily or local.weekday() < 5)
        assert any(first <= format_at(moment) < last for first, last in times) is not is_open, local
