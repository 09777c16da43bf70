"""Verdicts on deadlines against slow oracles that count days on fingers and walk through nights minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import assume, example, given, strategies as st

from ledger.journal.deadlines.completeness import completeness
from ledger.journal.deadlines.days import DaysOff, at_wall, end_of_day, last_day
from ledger.journal.deadlines.homework import counts_as_not_assigned, homework, homework_term
from ledger.journal.deadlines.lesson import attendance, lesson_record
from ledger.journal.deadlines.marks import oral_mark, written_mark, written_work
from ledger.journal.deadlines.office import notice, refresh, result
from ledger.journal.deadlines.verdict import CLAUSES, WORST_FIRST, Entered, School, Verdict, Version
from ledger.journal.events import RegulationParameters
from tests.unit.ledger.journal.small_school import PARAMETERS

DAY, MINUTE, TICK = timedelta(days=1), timedelta(minutes=1), timedelta(microseconds=1)
RUSSIAN = ("Europe/Kaliningrad", "Europe/Moscow", "Asia/Yekaterinburg", "Asia/Vladivostok", "Asia/Kamchatka")
ABROAD = ("Europe/Berlin", "Africa/Cairo", "America/Havana", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "UTC")
# Clocks were put back at 00:01 there: two midnights with a piece of the old day between them.
ODD = ("America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu")

zones = st.sampled_from(RUSSIAN + ABROAD).map(ZoneInfo)
days = st.one_of(
    st.dates(date(1990, 1, 1), date(2036, 12, 31)),
    # Where something is about to happen: leap days, ends of years, changes of clocks.
    st.sampled_from(
        [
            date(2028, 2, 28),
            date(2028, 2, 29),
            date(2026, 12, 31),
            date(2026, 3, 28),
            date(2026, 10, 24),
            date(2026, 10, 25),
            date(2026, 4, 23),
            date(2026, 10, 29),
            date(2011, 12, 29),
        ]
    ),
)
parameters = st.builds(
    lambda **chosen: msgspec.structs.replace(PARAMETERS, **chosen),
    lesson_days=st.integers(0, 3),
    attendance_days=st.integers(0, 3),
    oral_mark_days=st.integers(0, 3),
    written_mark_days=st.integers(0, 20),
    homework_days=st.integers(0, 3),
    homework_after_last_lesson_minutes=st.integers(0, 999),
    planned_homework_is_exempt=st.booleans(),
    unposted_homework_is_not_assigned=st.booleans(),
    weekends_extend=st.booleans(),
    holidays_extend=st.booleans(),
    result_hours=st.integers(0, 999),
    notice_days=st.integers(0, 10),
    annual_refresh_until=st.sampled_from(["09-05", "01-01", "12-31", "02-28", "03-01"]),
)
weekends = st.sets(st.integers(0, 6), max_size=6).map(frozenset)


@st.composite
def situations(draw: st.DrawFn) -> tuple[School, date, datetime]:
    """A school, a day, and a moment within a month around it, often close to a midnight."""
    zone, day = draw(zones), draw(days)
    holidays = frozenset(day + draw(st.integers(0, 12)) * DAY for _ in range(draw(st.integers(0, 4))))
    versions = [
        Version(number, day + shift * DAY, draw(parameters))
        for number, shift in enumerate(sorted(draw(st.lists(st.integers(-40, 5), max_size=3))))
    ]
    midnight = datetime.combine(day + draw(st.integers(0, 14)) * DAY, time.min, zone).astimezone(UTC)
    near = draw(st.one_of(st.sampled_from([-TICK, timedelta(0), TICK]), st.timedeltas(-20 * DAY, 30 * DAY)))
    return School(zone, versions, DaysOff(draw(weekends), holidays)), day, midnight + near


def all_rules(
    school: School, day: date, entered: Entered | None, now: datetime, due_on: date | None, end: datetime | None
) -> list[Verdict]:
    """Every rule on one fact."""
    noon = datetime.combine(day, time(12), school.zone)
    found = [
        lesson_record(day, entered, school=school, now=now),
        attendance(day, entered, school=school, now=now),
        homework(day, entered, due_on, last_lesson_end=end, lesson_starts=noon, school=school, now=now),
        written_mark(day, entered, school=school, now=now),
        result(noon, entered, school=school, now=now),
        notice(day, entered, school=school, now=now),
        refresh(day, entered, school=school, now=now),
    ]
    if entered is not None:
        found.append(oral_mark(day, entered, school=school, now=now))
    return found


def slow_end(day: date, zone: ZoneInfo) -> datetime:
    """The minute after the last one whose date is not later than the day."""
    start = datetime.combine(day - DAY, time.min, UTC)
    last = max(
        moment for minutes in range(4 * 24 * 60) if (moment := start + minutes * MINUTE).astimezone(zone).date() <= day
    )
    return last + MINUTE


@given(zone=st.sampled_from(RUSSIAN + ABROAD + ODD).map(ZoneInfo), day=days)
@example(zone=ZoneInfo("America/St_Johns"), day=date(2009, 10, 31))
@example(zone=ZoneInfo("America/Havana"), day=date(2026, 10, 31))
@example(zone=ZoneInfo("America/Sao_Paulo"), day=date(2018, 11, 3))
@example(zone=ZoneInfo("America/Sao_Paulo"), day=date(2018, 2, 17))
@example(zone=ZoneInfo("Pacific/Apia"), day=date(2011, 12, 30))
@example(zone=ZoneInfo("America/Toronto"), day=date(1919, 3, 30))  # 23:30 was followed by 00:30
def test_a_day_ends_where_a_walk_through_its_minutes_ends(zone: ZoneInfo, day: date) -> None:
    assert end_of_day(day, zone) == slow_end(day, zone)


@given(day=days, count=st.just(0) | st.integers(0, 99), of=parameters, weekend=weekends, data=st.data())
def test_terms_are_counted_as_on_fingers(
    day: date, count: int, of: RegulationParameters, weekend: frozenset[int], data: st.DataObject
) -> None:
    holidays = {day + shift * DAY for shift in data.draw(st.sets(st.integers(-3, 120), max_size=30))}
    found = last_day(day, count, of, DaysOff(weekend, holidays))
    ahead = [day + shift * DAY for shift in range(1, 400)]
    counted = [one for one in ahead if not (of.holidays_extend and one in holidays)]
    slow = day if count == 0 else counted[count - 1]
    if count and of.weekends_extend and slow.weekday() in weekend:
        slow = next(one for one in ahead if one > slow and one.weekday() not in weekend and one not in holidays)
    assert found == slow


@given(situation=situations(), due_on=st.none() | st.integers(0, 3), end=st.none() | st.integers(0, 23 * 60))
def test_every_rule_gives_one_whole_verdict(
    situation: tuple[School, date, datetime], due_on: int | None, end: int | None
) -> None:
    school, day, moment = situation
    ended = None if end is None else datetime.combine(day, time(end // 60, end % 60), school.zone)
    due = None if due_on is None else day + due_on * DAY
    for entered in (None, Entered(70, moment), Entered(70, moment, 90)):
        for verdict in all_rules(school, day, entered, moment, due, ended):
            assert verdict.status in WORST_FIRST
            assert (verdict.status == "late") == (verdict.late_by is not None)
            assert (verdict.status == "no_regulation") == (school.version_on(day) is None)
            assert (verdict.status in {"missing", "pending"}) <= (entered is None)
            assert (verdict.status in {"late", "on_time"}) <= (entered is not None)
            assert (verdict.due is None) == (verdict.status in {"exempt", "no_regulation"})
            assert verdict.clause == CLAUSES[verdict.rule]
            assert verdict.recorded_at == (entered.at if entered else None)
            assert list(verdict.basis) == sorted(set(verdict.basis))
            assert set(entered.entries if entered else ()) <= set(verdict.basis)
            if verdict.late_by is not None and verdict.due is not None:
                assert verdict.late_by == moment - verdict.due >= timedelta(0)


@given(situation=situations(), later=st.timedeltas(timedelta(0), 40 * DAY), due_on=st.integers(0, 2))
def test_later_is_never_better_and_moves_no_term(
    situation: tuple[School, date, datetime], later: timedelta, due_on: int
) -> None:
    school, day, moment = situation
    end, due = datetime.combine(day, time(14), school.zone), day + due_on * DAY
    sooner = all_rules(school, day, Entered(70, moment), moment, due, end)
    after = all_rules(school, day, Entered(71, moment + later), moment + later, due, end)
    for first, second in zip(sooner, after, strict=True):
        assert first.due == second.due
        assert (first.late_by or timedelta(0)) <= (second.late_by or timedelta(0))
        assert (first.status == "late") <= (second.status == "late")
    waiting = all_rules(school, day, None, moment, due, end)
    waited = all_rules(school, day, None, moment + later, due, end)
    for first, second in zip(waiting, waited, strict=True):
        assert first.due == second.due
        assert (first.status == "missing") <= (second.status == "missing")


@given(situation=situations())
def test_what_is_missing_at_a_moment_is_late_when_recorded_then(situation: tuple[School, date, datetime]) -> None:
    school, day, moment = situation
    absent = all_rules(school, day, None, moment, None, None)
    present = all_rules(school, day, Entered(70, moment), moment, None, None)
    pairs = {"missing": "late", "pending": "on_time", "no_regulation": "no_regulation"}
    for without, with_ in zip(absent, present, strict=False):
        assert pairs[without.status] == with_.status


@given(situation=situations())
def test_terms_of_days_are_judged_by_the_date_on_the_schools_calendar(
    situation: tuple[School, date, datetime],
) -> None:
    school, day, moment = situation
    version = school.version_on(day)
    assume(version is not None)
    assert version is not None
    shown = moment.astimezone(school.zone).date()
    for verdict, count in (
        (lesson_record(day, Entered(70, moment), school=school, now=moment), version.parameters.lesson_days),
        (oral_mark(day, Entered(70, moment), school=school, now=moment), version.parameters.oral_mark_days),
        (written_mark(day, Entered(70, moment), school=school, now=moment), version.parameters.written_mark_days),
        (notice(day, Entered(70, moment), school=school, now=moment), version.parameters.notice_days),
    ):
        in_time = shown <= last_day(day, count, version.parameters, school.off)
        assert verdict.status == ("on_time" if in_time else "late")
        assert version.entry in verdict.basis


@given(situation=situations(), clock=st.times(), days_ahead=st.none() | st.integers(0, 4))
def test_homework_has_the_day_and_on_an_eve_the_minutes_too(
    situation: tuple[School, date, datetime], clock: time, days_ahead: int | None
) -> None:
    school, day, moment = situation
    version = school.version_on(day)
    assume(version is not None)
    assert version is not None
    end = at_wall(day, clock.replace(second=0, microsecond=0), school.zone)
    due_on = None if days_ahead is None else day + days_ahead * DAY
    by_day, _ = homework_term(day, None, end, version, school)
    unknown, said = homework_term(day, due_on, None, version, school)
    term, readings = homework_term(day, due_on, end, version, school)
    assert unknown == by_day
    common = {"last_lesson_end": end, "lesson_starts": end, "school": school, "now": moment}
    assert homework(day, None, due_on, **common).due == by_day.due  # type: ignore[arg-type]
    if days_ahead != 1:
        assert (term, readings, said) == (by_day, (), ())
        return
    assert said == ("due_next_day", "last_lesson_end_unknown")
    assert readings == ("due_next_day",)
    minutes = version.parameters.homework_after_last_lesson_minutes
    verdict = homework(
        day, Entered(70, moment), due_on, last_lesson_end=end, lesson_starts=end, school=school, now=moment
    )
    # The hour by counting its ticks from the end, the day by the calendar; both must hold.
    within = (moment - end) // TICK <= minutes * 60_000_000
    by_calendar = moment.astimezone(school.zone).date() <= last_day(
        day, version.parameters.homework_days, version.parameters, school.off
    )
    assert (verdict.status == "on_time") == (within and by_calendar)


@given(situation=situations(), plan=st.timedeltas(-2 * DAY, 2 * DAY), entered=st.booleans())
def test_a_plan_exempts_only_when_it_is_older_than_the_lesson(
    situation: tuple[School, date, datetime], plan: timedelta, *, entered: bool
) -> None:
    school, day, moment = situation
    version = school.version_on(day)
    starts = at_wall(day, time(9), school.zone)
    given_ = Entered(70, moment) if entered else None
    common = {"last_lesson_end": None, "lesson_starts": starts, "school": school, "now": moment}
    plain = homework(day, given_, None, **common)  # type: ignore[arg-type]
    verdict = homework(day, given_, None, planned=Entered(5, starts + plan), **common)  # type: ignore[arg-type]
    if version is not None and version.parameters.planned_homework_is_exempt and plan < timedelta(0):
        assert (verdict.status, verdict.exempt_by, verdict.due) == ("exempt", "planned_homework", None)
        assert 5 in verdict.basis
        assert not counts_as_not_assigned(verdict, version)
    else:
        assert (verdict.status, verdict.due, verdict.late_by) == (plain.status, plain.due, plain.late_by)
    says = version is not None and version.parameters.unposted_homework_is_not_assigned
    assert counts_as_not_assigned(plain, version) == (says and plain.status in {"late", "missing"})


@given(situation=situations(), shifts=st.lists(st.integers(0, 30 * 24 * 60), max_size=5), now=st.integers(0, 40))
def test_attendance_is_as_late_as_its_latest_absence(
    situation: tuple[School, date, datetime], shifts: list[int], now: int
) -> None:
    school, day, moment = situation
    taken = Entered(70, moment)
    absences = [Entered(71 + place, moment + shift * MINUTE) for place, shift in enumerate(shifts)]
    whole = attendance(day, taken, absences, school=school, now=moment + now * DAY)
    alone = [attendance(day, one, school=school, now=moment + now * DAY) for one in [taken, *absences]]
    assert whole.recorded_at == max(one.at for one in [taken, *absences])
    assert WORST_FIRST.index(whole.status) == min(WORST_FIRST.index(one.status) for one in alone)
    assert ("absence_added" in whole.readings) == (any(shifts) and school.version_on(day) is not None)
    untaken = attendance(day, None, absences, school=school, now=moment + now * DAY)
    assert untaken.status in {"missing", "pending", "no_regulation"}


STUDENT = st.tuples(st.none() | st.integers(-5, 30), st.booleans(), st.none() | st.integers(-2, 9))


@given(situation=situations(), drawn=st.lists(STUDENT, max_size=6))
def test_a_written_work_is_as_bad_as_its_worst_mark(
    situation: tuple[School, date, datetime], drawn: list[tuple[int | None, bool, int | None]]
) -> None:
    school, day, now = situation
    marks = {}
    for place, (marked, absent, made_up) in enumerate(drawn):
        mark = None if marked is None else Entered(100 + place, now + marked * DAY)
        absence = Entered(50 + place, now) if absent else None
        on = None if made_up is None else day + made_up * DAY
        marks[str(place)] = verdict = written_mark(day, mark, absence=absence, made_up_on=on, school=school, now=now)
        wrote_on = day if on is None else max(day, on)
        own = school.version_on(wrote_on)
        if own is not None and verdict.due is not None:
            last = last_day(wrote_on, own.parameters.written_mark_days, own.parameters, school.off)
            assert verdict.due == end_of_day(last, school.zone)
            assert ("made_up" in verdict.readings) == (wrote_on > day)
        if own is not None and absent and on is None:
            assert verdict.exempt_by == "absent"
        elif own is not None:
            assert verdict.status != "exempt"
    whole = written_work(day, marks, school=school)
    statuses = {of.status for of in marks.values()}
    assert set(whole.without_mark) == {one for one, of in marks.items() if of.status in {"missing", "pending"}}
    if statuses - {"exempt"}:
        assert whole.verdict.status == min(statuses - {"exempt"}, key=WORST_FIRST.index)
        late = [of.late_by for of in marks.values() if of.late_by is not None]
        if whole.verdict.status == "late":
            assert whole.verdict.late_by == max(late)
    else:
        assert whole.verdict.status in {"exempt", "no_regulation"}
    assert {entry for of in marks.values() for entry in of.basis} <= set(whole.verdict.basis)


@given(
    situation=situations(),
    oral=st.lists(st.integers(0, 3 * 24 * 60), max_size=4),
    parts=st.tuples(*[st.booleans()] * 3),
)
def test_completeness_counts_what_was_in_time(
    situation: tuple[School, date, datetime], oral: list[int], parts: tuple[bool, bool, bool]
) -> None:
    school, day, moment = situation
    entered = [Entered(70 + place, moment) if there else None for place, there in enumerate(parts)]
    lesson = lesson_record(day, entered[0], school=school, now=moment)
    taken = attendance(day, entered[1], school=school, now=moment)
    work = homework(day, entered[2], None, last_lesson_end=None, lesson_starts=moment, school=school, now=moment)
    marks = [oral_mark(day, Entered(80, moment + shift * MINUTE), school=school, now=moment) for shift in oral]
    found = completeness(lesson, taken, work, marks)
    if school.version_on(day) is None:
        assert found.index is None
        return
    assert found.index is not None
    marks_count = all(of.status == "on_time" for of in marks) if marks else lesson.status == "on_time"
    assert found.index == sum(of.status == "on_time" for of in (lesson, taken, work)) + marks_count
    assert 0 <= found.index <= found.index + found.open <= 4
    assert set(found.basis) >= {*lesson.basis, *taken.basis, *work.basis}


@given(zone=zones, moment=st.datetimes(timezones=st.just(UTC)), hours=st.integers(0, 999))
def test_results_have_hours_that_pass_whatever_clocks_do(zone: ZoneInfo, moment: datetime, hours: int) -> None:
    obtained = moment.replace(year=1990 + moment.year % 46, day=min(moment.day, 28))
    school = School(zone, [Version(3, date.min, msgspec.structs.replace(PARAMETERS, result_hours=hours))])
    for entered_at, status in (
        (obtained + timedelta(hours=hours), "on_time"),
        (obtained + timedelta(hours=hours) + TICK, "late"),
    ):
        verdict = result(obtained.astimezone(zone), Entered(70, entered_at), school=school, now=entered_at)
        assert verdict.status == status
        assert verdict.due is not None
        assert (verdict.due - obtained) // MINUTE == hours * 60


@given(first_days=st.lists(st.integers(0, 30), min_size=1, max_size=6).map(sorted), asked=st.integers(-3, 35))
def test_the_last_version_whose_day_has_come_is_in_force(first_days: list[int], asked: int) -> None:
    start = date(2026, 9, 1)
    versions = [Version(place, start + shift * DAY, PARAMETERS) for place, shift in enumerate(first_days)]
    in_force = None
    for version in versions:
        if version.effective_from <= start + asked * DAY:
            in_force = version
    assert School(ZoneInfo("UTC"), versions).version_on(start + asked * DAY) == in_force
