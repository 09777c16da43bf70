"""The verifier's own reading of the regulation's terms gives the verdicts that people worked out (tests/worked/deadlines)."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from verify.terms import Calendar, Judge, Verdict, at_wall

FOLDER = Path(__file__).resolve().parents[2] / "worked" / "deadlines"
OF_2012 = {
    "lesson_days": 0, "attendance_days": 0, "oral_mark_days": 0, "written_mark_days": 7, "result_hours": 24,
    "homework_days": 0, "homework_after_last_lesson_minutes": 60, "planned_homework_is_exempt": True, "notice_days": 3,
    "weekends_extend": False, "holidays_extend": False,
    "annual_refresh_until": "09-05",
}  # fmt: skip

RULES = ("lesson", "attendance", "homework", "oral_mark", "written_mark", "result", "notice", "refresh")


def cases(name: str) -> list[Any]:
    found = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(name, case, id=f"{name}: {case['en']}") for case in found]


def moment(case: dict[str, Any], local: datetime | None) -> datetime | None:
    if local is None:
        return None
    return (local if local.tzinfo else local.replace(tzinfo=ZoneInfo(case["zone"]))).astimezone(UTC)


def calendar_of(case: dict[str, Any]) -> Calendar:
    """Days as the case has them: listed one by one, or by periods and what was declared, of a grade or of several."""
    weekend, holidays = case.get("weekend", [5, 6]), case.get("holidays", [])
    if "calendars" not in case:
        return Calendar(lambda day: day.weekday() in weekend, lambda day: day in holidays)

    def kinds(day: date) -> set[str]:
        found = set()
        for of in case["calendars"]:
            one = next((one for one in of["declared"] if one["from"] <= day <= one["to"]), None)
            is_held = any(first <= day <= last for first, last in of["periods"])
            found.add(("taught" if "as_weekday" in one else "off") if one else ("" if is_held else "off"))
        return found

    return Calendar(
        lambda day: day.weekday() in weekend and "taught" not in kinds(day), lambda day: kinds(day) == {"off"}
    )


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
    if name == "notice":
        return judge.notice(day, at)
    if name == "refresh":
        return judge.refresh(day, at)
    if name == "homework":
        starts, end, planned = case.get("starts", "09:00"), case.get("last_end"), case.get("planned")
        return judge.homework(
            day,
            at,
            case.get("due_on"),
            None if end is None else at_wall(day, end, judge.zone),
            lesson_starts=at_wall(day, starts, judge.zone),
            planned_at=None if planned is None else moment(case, planned["at"]),
        )
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
    [case for name in RULES for case in cases(name)],
)
def test_reads_a_term_as_people_did(name: str, case: dict[str, Any]) -> None:
    expect = case["expect"]
    expected = Verdict(expect["status"], expect.get("due_utc"), duration(expect.get("late_by")))
    assert judged(name, case) == expected


def test_a_term_that_would_end_after_the_calendar_never_ends() -> None:
    judge = Judge(ZoneInfo("Europe/Moscow"), [(date(2012, 9, 1), OF_2012)], datetime(2040, 1, 1, tzinfo=UTC))
    assert judge.lesson(date(9999, 12, 31), datetime(2030, 1, 1, tzinfo=UTC)).status == "on_time"
