"""Verdicts that people worked out from the regulation's text, case by case: tests/worked/deadlines/*.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest

from ledger.journal.calendar import CalendarEntry
from ledger.journal.deadlines.completeness import Completeness, completeness
from ledger.journal.deadlines.days import DaysOff, at_wall
from ledger.journal.deadlines.days_off import days_off
from ledger.journal.deadlines.excuses import Excuse, Incident, with_excuse
from ledger.journal.deadlines.homework import counts_as_not_assigned, homework
from ledger.journal.deadlines.lesson import attendance, lesson_record
from ledger.journal.deadlines.marks import oral_mark, written_mark, written_work
from ledger.journal.deadlines.office import notice, obtained_by, refresh, result
from ledger.journal.deadlines.verdict import CLAUSES, Entered, Rule, School, Verdict, Version
from ledger.journal.events import RegulationParameters
from ledger.journal.planned_lessons import GradeCalendar, Span
from tests.unit.ledger.journal.small_school import PARAMETERS as OF_2012

FOLDER = Path(__file__).resolve().parents[3] / "worked" / "deadlines"
LONG_AFTER = datetime(2040, 1, 1, tzinfo=UTC)
PARAMETERS = set(RegulationParameters.__struct_fields__)
KEYS = {"ru", "en", "why_ru", "why_en", "zone", "versions", "parameters", "now", "expect"} | {
    *("holidays", "weekend", "calendars")
}


class Case:
    """One case, its moments read by the school's clock."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = dict(fields)
        self.zone = ZoneInfo(fields["zone"])
        self.used = set(KEYS)

    def get(self, name: str) -> Any:
        self.used.add(name)
        return self.fields.get(name)

    def moment(self, local: datetime) -> datetime:
        return local if local.tzinfo else local.replace(tzinfo=self.zone)

    def entered(self, fields: dict[str, Any] | None, entry: int = 40) -> Entered | None:
        if fields is None or "at" not in fields:
            return None
        return Entered(fields.get("entry", entry), self.moment(fields["at"]), fields.get("standing"))

    def recorded(self, name: str = "recorded", entry: int = 40) -> Entered | None:
        at = self.get(name)
        return None if at is None else Entered(entry, self.moment(at), self.get("standing"))

    def school(self) -> School:
        versions = self.fields.get("versions", [{"entry": 3, "from": date(2012, 9, 1)}])
        own = self.fields.get("parameters", {})
        read = [
            Version(
                of["entry"],
                of["from"],
                msgspec.structs.replace(OF_2012, **own, **{name: of[name] for name in PARAMETERS & of.keys()}),
            )
            for of in versions
        ]
        off = DaysOff(frozenset(self.fields.get("weekend", [5, 6])), frozenset(self.fields.get("holidays", [])))
        calendars = [self.calendar(of) for of in self.fields.get("calendars", ())]
        return School(self.zone, read, days_off(calendars) if calendars else off)

    def calendar(self, of: dict[str, Any]) -> GradeCalendar:
        """A grade's calendar: its periods, and what was declared, each with its entry."""
        declared = [
            CalendarEntry(one["entry"], one["from"].isoformat(), one["to"].isoformat(), (5,), one.get("as_weekday"))
            for one in of["declared"]
        ]
        periods = tuple(Span(first.isoformat(), last.isoformat()) for first, last in of["periods"])
        return GradeCalendar(5, Span("2026-09-01", "2027-05-31"), periods, tuple(declared))

    def common(self) -> dict[str, Any]:
        return {"school": self.school(), "now": self.moment(self.fields.get("now", LONG_AFTER))}

    def wall(self, name: str, default: str | None = None) -> datetime | None:
        clock = self.get(name) or default
        return None if clock is None else at_wall(self.get("held_on"), time.fromisoformat(clock), self.zone)


def judge_homework(case: Case) -> Verdict:
    starts = case.wall("starts", "09:00")
    assert starts is not None
    verdict = homework(
        case.get("held_on"),
        case.recorded(),
        case.get("due_on"),
        last_lesson_end=case.wall("last_end"),
        lesson_starts=starts,
        planned=case.entered(case.get("planned")),
        is_day_planned=case.get("is_day_planned") is not False,
        cited=case.get("cited") or (),
        **case.common(),
    )
    version = case.school().version_on(case.get("held_on"))
    assert counts_as_not_assigned(verdict, version) == case.fields["expect"]["not_assigned"]
    return verdict


def judge_attendance(case: Case) -> Verdict:
    absences = [case.entered(of) for of in case.get("absences") or ()]
    return attendance(case.get("held_on"), case.recorded(), [of for of in absences if of], **case.common())


def judge_written_mark(case: Case) -> Verdict:
    return written_mark(
        case.get("held_on"),
        case.recorded(),
        absence=case.entered(case.get("absence")),
        made_up_on=case.get("made_up_on"),
        several_days=bool(case.get("several_days")),
        cited=case.get("cited") or (),
        **case.common(),
    )


def judge_written_work(case: Case) -> Verdict:
    day, common = case.get("held_on"), case.common()
    marks = {
        student: written_mark(
            day,
            case.entered(of),
            absence=Entered(of["absence"], common["now"]) if "absence" in of else None,
            made_up_on=of.get("made_up_on"),
            **common,
        )
        for student, of in case.get("students").items()
    }
    whole = written_work(day, marks, school=common["school"])
    assert list(whole.without_mark) == case.fields["expect"]["without_mark"]
    expected = case.fields["expect"].get("recorded")
    assert whole.verdict.recorded_at == (expected and case.moment(expected))
    return whole.verdict


def judge_oral(case: Case) -> Verdict:
    mark = case.recorded()
    assert mark is not None
    own = case.get("made_up_on")
    return oral_mark(case.get("held_on"), mark, made_up_on=own, cited=case.get("cited") or (), **case.common())


def judge_lesson(case: Case) -> Verdict:
    return lesson_record(case.get("held_on"), case.recorded(), planned=case.get("planned") or (), **case.common())


def judge_result(case: Case) -> Verdict:
    return result(case.moment(case.get("obtained")), case.recorded(), cited=case.get("cited") or (), **case.common())


def judge_day(rule: Callable[..., Verdict], case: Case) -> Verdict:
    return rule(case.get("held_on"), case.recorded(), cited=case.get("cited") or (), **case.common())


JUDGES: dict[str, Callable[[Case], Verdict]] = {
    "lesson": judge_lesson,
    "attendance": judge_attendance,
    "homework": judge_homework,
    "oral_mark": judge_oral,
    "written_mark": judge_written_mark,
    "written_work": judge_written_work,
    "result": judge_result,
    "notice": partial(judge_day, notice),
    "refresh": partial(judge_day, refresh),
}


def judge_completeness(case: Case) -> Completeness:
    day, common = case.get("held_on"), case.common()
    given = case.get("homework") or {}
    return completeness(
        lesson_record(day, case.recorded("lesson"), **common),
        attendance(day, case.recorded("taken"), **common),
        homework(
            day,
            case.entered(given, 41),
            given.get("due_on"),
            last_lesson_end=at_wall(day, time(14, 10), case.zone),
            lesson_starts=at_wall(day, time(11, 0), case.zone),
            planned=case.entered(case.get("planned")),
            **common,
        ),
        [oral_mark(day, Entered(50 + place, case.moment(at)), **common) for place, at in enumerate(case.get("oral"))],
    )


def excuses_of(case: Case) -> list[Excuse]:
    found = []
    for given in case.get("excuses"):
        of = given.get("incident")
        incident = of and Incident(
            of["entry"],
            case.moment(of["began"]),
            case.moment(of["ended"]) if "ended" in of else None,
            of.get("closed_by"),
        )
        found.append(Excuse(given["entry"], given["reason"], frozenset(given["rules"]), incident))
    return found


def judge_excused(case: Case) -> Verdict:
    starts = case.wall("starts")
    assert starts is not None
    plain = JUDGES[case.get("judged")](case)
    assert plain.excused is None
    return with_excuse(plain, excuses_of(case), starts, case.common()["now"])


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def cases(*names: str) -> list[Any]:
    return [pytest.param(Case(fields), id=fields["en"]) for name in names for fields in read(name)["case"]]


def check(name: str, case: Case) -> None:
    """Hold a verdict against the one that was worked out."""
    hold(name, JUDGES[name](case), case)


def hold(name: str, verdict: Verdict, case: Case) -> None:
    """Hold this verdict against it."""
    expect = case.fields["expect"]
    assert verdict.rule == name
    assert verdict.clause == CLAUSES[verdict.rule]
    assert verdict.status == expect["status"]
    assert verdict.due == expect.get("due_utc")
    assert verdict.late_by == duration(expect.get("late_by"))
    assert verdict.exempt_by == expect.get("exempt_by")
    assert list(verdict.readings) == expect.get("readings", [])
    assert list(verdict.basis) == expect["basis"]
    if verdict.due is not None:
        assert verdict.due.utcoffset() == timedelta(0)
        assert verdict.due.astimezone(case.zone).isoformat() == expect["due"].isoformat()
    assert not case.fields.keys() - case.used, "a field of the case that nobody read"


@pytest.mark.clause("R14", "R17", breaks="ledger.journal.deadlines.lesson:lesson_term")
@pytest.mark.parametrize("case", cases("lesson"))
def test_a_lesson_is_recorded_on_its_day(case: Case) -> None:
    check("lesson", case)


@pytest.mark.clause("R14", "R24", breaks="ledger.journal.deadlines.lesson:attendance_term")
@pytest.mark.parametrize("case", cases("attendance"))
def test_who_was_absent_is_recorded_on_the_day(case: Case) -> None:
    check("attendance", case)


@pytest.mark.clause("R18", "R19", breaks="ledger.journal.deadlines.homework:homework_term")
@pytest.mark.parametrize("case", cases("homework"))
def test_homework_has_the_day_and_on_an_eve_the_hour(case: Case) -> None:
    check("homework", case)


@pytest.mark.clause("R23", breaks="ledger.journal.deadlines.marks:oral_mark_term")
@pytest.mark.parametrize("case", cases("oral_mark"))
def test_marks_for_oral_answers_have_the_day(case: Case) -> None:
    check("oral_mark", case)


@pytest.mark.clause("R22", breaks="ledger.journal.deadlines.marks:written_mark_term")
@pytest.mark.parametrize("case", cases("written_mark"))
def test_marks_for_written_work_have_a_week(case: Case) -> None:
    check("written_mark", case)


@pytest.mark.clause("R22", breaks="ledger.journal.deadlines.marks:worst_of")
@pytest.mark.parametrize("case", cases("written_work"))
def test_a_written_work_is_done_with_its_last_mark(case: Case) -> None:
    check("written_work", case)


@pytest.mark.clause("R29", breaks="ledger.journal.deadlines.office:result_term")
@pytest.mark.parametrize("case", cases("result"))
def test_results_have_a_day_to_the_minute(case: Case) -> None:
    check("result", case)


@pytest.mark.clause("R12", breaks="ledger.journal.deadlines.office:days_term")
@pytest.mark.parametrize("case", cases("notice"))
def test_changed_data_have_three_days(case: Case) -> None:
    check("notice", case)


@pytest.mark.clause("R11", breaks="ledger.journal.deadlines.office:named_term")
@pytest.mark.parametrize("case", cases("refresh"))
def test_the_yearly_refresh_has_until_its_day(case: Case) -> None:
    check("refresh", case)


@pytest.mark.clause("R34", breaks="ledger.journal.deadlines.excuses:overlaps")
@pytest.mark.parametrize("case", cases("excuses"))
def test_an_excuse_stands_beside_what_is_late_and_changes_nothing_of_it(case: Case) -> None:
    verdict, expected = judge_excused(case), case.fields["expect"].get("excused")
    hold(case.get("judged"), verdict, case)
    found = verdict.excused and {name: value for name, value in verdict.excused._asdict().items() if value is not None}
    assert found == expected


@pytest.mark.clause("R35", breaks="ledger.journal.deadlines.completeness:worst_of")
@pytest.mark.parametrize("case", cases("completeness"))
def test_a_lessons_completeness_is_the_one_that_was_worked_out(case: Case) -> None:
    found, expect = judge_completeness(case), case.fields["expect"]
    assert found.index == expect.get("index")
    assert found.open == expect["open"]
    assert {part: verdict.status for part, verdict in found.parts.items()} == expect["parts"]
    assert not case.fields.keys() - case.used, "a field of the case that nobody read"


def test_the_two_spellings_of_a_due_moment_are_one_instant() -> None:
    for name in (*JUDGES, "excuses"):
        for fields in read(name)["case"]:
            expect = fields["expect"]
            assert ("due" in expect) == ("due_utc" in expect), fields["en"]
            assert "due" not in expect or expect["due"].astimezone(UTC) == expect["due_utc"], fields["en"]


def test_every_rule_has_its_worked_cases() -> None:
    assert set(JUDGES) == set(get_args(Rule)) == set(CLAUSES)


def duration(text: str | None) -> timedelta | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d+) d (\d\d):(\d\d):(\d\d)", text)
    assert found is not None
    days, hours, minutes, seconds = (int(part) for part in found.groups())
    return timedelta(days, seconds, hours=hours, minutes=minutes)


@pytest.mark.clause(
    "R29", breaks="ledger.journal.deadlines.office:end_of_day", instead=lambda *_: datetime(1, 1, 1, tzinfo=UTC)
)
def test_an_unpublished_result_was_obtained_when_it_was_entered_or_at_the_end_of_its_period() -> None:
    """2.3.3 counts from when a result is obtained: a mark of a quarter may still change on the quarter's last day."""
    moscow, last_day = ZoneInfo("Europe/Moscow"), date(2026, 10, 25)
    before, after = (datetime(2026, 10, day, 15, 30, tzinfo=moscow) for day in (23, 26))
    assert obtained_by(before, last_day, moscow) == datetime(2026, 10, 26, tzinfo=moscow)
    assert obtained_by(after, last_day, moscow) == after


@pytest.mark.clause("R16", breaks="ledger.journal.deadlines.verdict:School.version_on", instead=lambda *_: None)
def test_one_order_holds_for_all_records() -> None:
    """Each of 2.2.1 to 2.2.4 is judged by itself, and all by the one version that is in force on the lesson's day."""
    for rule in ("lesson", "attendance", "homework", "oral_mark", "written_mark", "written_work"):
        cited = {JUDGES[rule](case).basis[:1] for case in (param.values[0] for param in cases(rule))}
        assert (3,) in cited, rule
