"""The verifier's own reading of the regulation's terms gives the verdicts that people worked out (tests/worked/deadlines)."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from verify.terms import Calendar, Judge, Verdict

FOLDER = Path(__file__).resolve().parents[2] / "worked" / "deadlines"
OF_2012 = {
    "lesson_days": 0, "attendance_days": 0, "oral_mark_days": 0, "written_mark_days": 7, "result_hours": 24,
    "weekends_extend": False, "holidays_extend": False,
}  # fmt: skip


def cases(name: str) -> list[Any]:
    found = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(name, case, id=f"{name}: {case['en']}") for case in found]


def moment(case: dict[str, Any], local: datetime | None) -> datetime | None:
    if local is None:
        return None
    return (local if local.tzinfo else local.replace(tzinfo=ZoneInfo(case["zone"]))).astimezone(UTC)


def calendar_of(case: dict[str, Any]) -> Calendar:
    """A grade's days as the case has them: listed one by one, or by its periods and what was declared."""
    weekend, holidays = case.get("weekend", [5, 6]), case.get("holidays", [])
    if "calendars" not in case:
        return Calendar(lambda day: day.weekday() in weekend, lambda day: day in holidays)
    (only,) = case["calendars"]

    def declared(day: date) -> dict[str, Any] | None:
        return next((one for one in only["declared"] if one["from"] <= day <= one["to"]), None)

    def is_weekend(day: date) -> bool:
        return day.weekday() in weekend and "as_weekday" not in (declared(day) or {})

    def is_holiday(day: date) -> bool:
        one = declared(day)
        return "as_weekday" not in one if one else not any(first <= day <= last for first, last in only["periods"])

    return Calendar(is_weekend, is_holiday)


def judged(name: str, case: dict[str, Any]) -> Verdict:
    own = OF_2012 | case.get("parameters", {})
    versions = [
        (one["from"], own | {key: value for key, value in one.items() if key in OF_2012})
        for one in case.get("versions", [{"from": date(2012, 9, 1)}])
    ]
    now = moment(case, case.get("now", datetime(2040, 1, 1, tzinfo=UTC)))
    assert now is not None
    judge = Judge(ZoneInfo(case["zone"]), versions, now, calendar_of(case))
    at = moment(case, case.get("recorded"))
    day: Any = case.get("held_on")
    own_day: Any = case.get("made_up_on")
    if name == "lesson":
        return judge.lesson(day, at)
    if name == "attendance":
        absences = [moment(case, one["at"]) for one in case.get("absences", ())]
        return judge.attendance(day, at, [one for one in absences if one])
    if name == "oral_mark":
        assert at is not None
        return judge.oral_mark(day, at, own_day)
    if name == "written_mark":
        return judge.written_mark(day, at, own_day, is_absent="absence" in case)
    obtained = moment(case, case["obtained"])
    assert obtained is not None
    return judge.result(obtained, at)


def duration(text: str | None) -> timedelta | None:
    if text is None:
        return None
    days, _, clock = text.partition(" d ")
    hours, minutes, seconds = map(int, clock.split(":"))
    return timedelta(days=int(days), hours=hours, minutes=minutes, seconds=seconds)


@pytest.mark.parametrize(
    ("name", "case"),
    [case for name in ("lesson", "attendance", "oral_mark", "written_mark", "result") for case in cases(name)],
)
def test_reads_a_term_as_people_did(name: str, case: dict[str, Any]) -> None:
    expect = case["expect"]
    expected = Verdict(expect["status"], expect.get("due_utc"), duration(expect.get("late_by")))
    assert judged(name, case) == expected


def test_a_term_that_would_end_after_the_calendar_never_ends() -> None:
    judge = Judge(ZoneInfo("Europe/Moscow"), [(date(2012, 9, 1), OF_2012)], datetime(2040, 1, 1, tzinfo=UTC))
    assert judge.lesson(date(9999, 12, 31), datetime(2030, 1, 1, tzinfo=UTC)).status == "on_time"
