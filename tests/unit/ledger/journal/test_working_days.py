"""Terms in working days of the law, counted by hand from calendars of 2026 and 2027."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.journal.working_days import last_day


@pytest.mark.parametrize(
    ("received_on", "days", "last"),
    [
        ("2026-09-01", 7, "2026-09-10"),  # Tuesday; 2, 3, 4, 7, 8, 9, 10
        ("2026-09-01", 10, "2026-09-15"),
        ("2026-09-04", 1, "2026-09-07"),  # Friday to Monday
        ("2026-11-03", 1, "2026-11-05"),  # 4 November is a holiday
        ("2026-12-31", 1, "2027-01-11"),  # 1 to 8 January, then a weekend
        ("2026-04-30", 7, "2026-05-12"),  # 1 May; 4 to 8, 11, 12; 9 May is a Saturday
    ],
)
def test_a_term_begins_on_the_day_after_and_leaves_out_weekends_and_holidays(
    received_on: str, days: int, last: str
) -> None:
    assert last_day(date.fromisoformat(received_on), days).isoformat() == last
