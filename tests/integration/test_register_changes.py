"""What changed between two positions beside lessons, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger.journal import events as j, result_events as r
from ledger.journal.journal_events import JournalClosed, SheetTransferred
from ledger.journal.reopening_events import PeriodReopeningApproved, PeriodReopeningRequested
from projections.engine import Views
from projections.questions.spoken import spoken
from projections.views.register_changes import WHAT_WORDS, RegisterChange, register_changes
from tests.conftest import make_database
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, SchoolLog
from tests.question_register_school import RegisterSchool
from tests.question_school import (
    ADMIN,
    ANNA,
    BORIS,
    DEPUTY,
    DIMA,
    GROUP5,
    GROUP9,
    MATH5,
    NOTE,
    QUARTER,
    T1,
    T2,
    VERA,
    YEAR,
)


class ClosedSchool(RegisterSchool):
    """The quarter is closed, opened again by two people and attested; the council decides; a journal is handed over."""

    def _after_the_close(self) -> None:
        super()._after_the_close()
        closed = j.PeriodClosed(streams=3, root="0" * 64)
        self.office("10-29T09:00", f"period/{QUARTER}", closed, "closed")
        wanted = PeriodReopeningRequested(reason="other", basis="докладная № 3", sd=(NOTE,))
        self.office("10-29T10:00", f"period/{QUARTER}", wanted, "wanted")
        opened = PeriodReopeningApproved(request=self.entries["wanted"], basis="приказ № 5")
        self.at("10-29T11:00", DEPUTY, "deputy", (f"period/{QUARTER}", opened), names="opened")
        asked = r.ResultCorrectionRequested(
            corrects=self.entries[f"result.{ANNA}"], old="4", new="5", reason="appeal", basis="заявление", sd=()
        )
        self.at("10-29T12:00", T1, "teacher", (f"results/{MATH5}", asked), names="asked")
        refused = r.ResultCorrectionRefused(request=self.entries["asked"], basis="протокол № 6")
        self.at("10-30T12:00", DEPUTY, "deputy", (f"results/{MATH5}", refused), names="refused")
        decided = r.CouncilDecisionRecorded(
            protocol="11", held_on="2026-10-30", decision="promoted", students=(ANNA, BORIS)
        )
        self.office("10-30T15:00", f"council/{YEAR}", decided, "decided")
        other = r.CouncilDecisionRecorded(
            protocol="12", held_on="2026-10-31", decision="retained", students=(BORIS,),
            replaces=self.entries["decided"], basis="ошибка в протоколе",
        )  # fmt: skip
        self.office("10-31T15:00", f"council/{YEAR}", other, "decided.1")
        self.office("10-31T16:00", f"class/{GROUP9}", JournalClosed(excused=()), "journal")
        sheet = SheetTransferred(sha256="0" * 64, number="3", received_on="2026-10-31", to="архив")
        self.office("10-31T17:00", f"class/{GROUP9}", sheet, "sheet")
        self.office("11-02T09:00", f"class/{GROUP9}", j.StudentLeft(student=DIMA, ends_on="2026-11-02"), "left")


SCHOOL = ClosedSchool()
E = SCHOOL.entries
SIZE = SCHOOL.log.head().size


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def views(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    if request.param == "sqlite":
        url = f"sqlite:{tmp_path_factory.mktemp('registers')}/views.db"
    else:
        url = views_dsn(make_database(request.getfixturevalue("postgres_cluster")))
    with Views.open(url, ORIGIN) as opened:
        opened.catch_up(SCHOOL.log)
        yield opened


def told(found: tuple[RegisterChange, ...]) -> list[tuple[str, str, str | None, str | None]]:
    return [(change.what, change.action, change.old, change.new) for change in found]


def test_results_are_told_recorded_published_corrected_and_asked_for(views: Views) -> None:
    found = tuple(one for one in register_changes(views, 0, SIZE, subject="=Математика").rows if one.period == QUARTER)
    assert told(found) == [
        ("period_mark", "recorded", None, "4"),
        ("period_mark", "recorded", None, "4"),
        ("period_mark", "recorded", None, "na"),
        ("period_mark", "published", None, "2026-10-24T11:00"),
        ("period_mark", "recorded", None, "na"),
        ("period_mark", "corrected", "na", "exempt"),
        ("period_mark", "requested", "4", "5"),
        ("period_mark", "refused", "4", "5"),
    ]
    own = found[1]
    assert (own.people, own.reason, own.note, own.class_name) == ((BORIS,), "trend", NOTE, "5А")
    assert (own.period_kind, own.period_number, own.from_date, own.to_date) == (
        "quarter",
        1,
        "2026-09-01",
        "2026-10-25",
    )
    corrected = found[5]
    assert (corrected.fact, corrected.corrects, corrected.reason, corrected.people) == (
        E[f"result.{DIMA}"], E[f"result.{DIMA}"], "document", (DIMA,),
    )  # fmt: skip
    refused = found[7]
    assert (refused.actor, refused.role, refused.request, refused.basis) == (
        DEPUTY,
        "deputy",
        E["asked"],
        "протокол № 6",
    )
    assert (refused.entry, refused.corrects, found[6].basis) == (E["refused"], E[f"result.{ANNA}"], "заявление")
    (annulled,) = [one for one in register_changes(views, 0, SIZE, subject="Физика").rows if one.action == "annulled"]
    assert (annulled.old, annulled.new, annulled.people) == ("na", None, (VERA,))
    before = register_changes(views, 0, E["refused"], student=ANNA).rows
    assert [one.action for one in before if one.what == "period_mark"] == ["recorded", "requested"]


def test_periods_journals_and_the_council_are_told_with_who_and_why(views: Views) -> None:
    found = register_changes(views, E["closed"], SIZE).rows
    assert told(found) == [
        ("period", "closed", None, None),
        ("period", "reopening_requested", None, None),
        ("period", "reopened", None, None),
        ("period_mark", "requested", "4", "5"),
        ("period_mark", "refused", "4", "5"),
        ("council", "recorded", None, "promoted"),
        ("council", "corrected", "promoted", "retained"),
        ("journal", "closed", None, None),
        ("journal", "transferred", None, "архив"),
        ("leaving", "recorded", None, None),
    ]
    assert [one.entry for one in found] == list(range(E["closed"], SIZE))
    assert (found[1].reason, found[1].note, found[1].basis, found[1].period_number) == (
        "other",
        NOTE,
        "докладная № 3",
        1,
    )
    assert (found[2].request, found[2].actor, found[2].basis) == (E["wanted"], DEPUTY, "приказ № 5")
    assert (found[6].people, found[6].document, found[6].corrects) == ((BORIS,), "12", E["decided"])
    assert (found[8].class_name, found[8].document, found[8].at) == ("9А", "3", "2026-10-31T14:00:00.000000Z")
    assert (found[9].people, found[9].from_date, found[9].actor) == ((DIMA,), "2026-11-02", ADMIN)


def test_the_setup_is_told_with_its_orders_and_days(views: Views) -> None:
    found = register_changes(views, 0, SIZE).rows
    by_what = {what: [one for one in found if one.what == what] for what in {one.what for one in found}}
    assert set(by_what) <= set(WHAT_WORDS)
    (regulation,) = by_what["regulation"]
    assert (regulation.document, regulation.from_date, regulation.entry) == ("1", "2026-08-25", E["regulation"])
    assert [(one.action, one.people, one.old, one.new) for one in by_what["duty"]] == [
        ("recorded", (T1,), None, "journal"), ("recorded", (T2,), None, "journal"), ("ended", (T2,), "journal", None),
    ]  # fmt: skip
    assert [(one.class_name, one.subject, one.people) for one in by_what["assignment"]] == [
        ("5А", "=Математика", (T1,)), ("5А", "Физика", (T2,)), ("9А", "=Математика", (T1,)), ("1А", "=Математика", (T1,)),
    ]  # fmt: skip
    (timetable,) = by_what["timetable"]
    assert (timetable.class_name, timetable.from_date) == ("5А", "2026-10-19")


def test_a_class_a_student_and_days_narrow_it(views: Views) -> None:
    whole = register_changes(views, 0, SIZE).rows
    fifth = register_changes(views, 0, SIZE, class_group=GROUP5).rows
    assert {one.what for one in fifth} >= {"period", "council", "period_mark", "assignment", "timetable", "enrollment"}
    assert not {one.what for one in fifth} & {"journal", "leaving", "regulation", "person", "year"}
    assert "council" not in {one.what for one in register_changes(views, 0, SIZE, class_group=GROUP9).rows}
    own = register_changes(views, 0, SIZE, student=BORIS).rows
    assert [one.entry for one in own] == [one.entry for one in whole if BORIS in one.people]
    assert {one.people for one in own} == {(BORIS,)}, "of a decision about several nobody else is named"
    days = register_changes(views, 0, SIZE, from_date="2026-10-31", to_date="2026-10-31").rows
    assert {(one.what, one.action) for one in days} == {
        ("council", "corrected"), ("journal", "transferred"), ("year", "recorded"),
    }  # fmt: skip
    assert register_changes(views, SIZE, SIZE).rows == ()
    assert {one.entry for one in fifth} >= {one.entry for one in whole if one.class_group == GROUP5}
    for subject in {one.subject for one in whole if one.subject}:
        expected = tuple(one for one in whole if one.subject == subject)
        assert register_changes(views, 0, SIZE, subject=subject).rows == expected
    narrowings: tuple[dict[str, Any], ...] = (
        {}, {"class_group": GROUP5}, {"student": BORIS}, {"from_date": "2026-10-31"},
    )  # fmt: skip
    for narrowed in narrowings:
        every = register_changes(views, 0, SIZE, **narrowed).rows
        for count in (0, 1, 3, len(every), len(every) + 1):
            assert register_changes(views, 0, SIZE, count=count, **narrowed).rows == every[:count]


UNTOLD = {
    "school_opened/1", "period_listed/1", "class_group_listed/1", "subgroup_listed/1", "result_sheet_opened/1",
}  # fmt: skip
"""What says nothing that another entry does not say, or is a container."""
ELSEWHERE = ("lesson/", "homework/", "certificate/", "control/", "remark/", "refresh/")
"""Streams of lessons, which `changes` tells, and of what has a register of its own."""


@pytest.mark.parametrize("seed", [3, 8])
def test_each_entry_is_told_once_or_is_said_not_to_be(seed: int, tmp_path: Path) -> None:
    log = SchoolLog(seed).work(250, corrections=0.2).log
    with Views.open(f"sqlite:{tmp_path}/views.db", ORIGIN) as opened:
        opened.catch_up(log)
        size = opened.position()
        whole = register_changes(opened, 0, size).rows
        entries = [change.entry for change in whole]
        assert entries == sorted(set(entries))
        middle = size // 2
        parts = [*register_changes(opened, 0, middle).rows, *register_changes(opened, middle, size).rows]
        assert [change.entry for change in parts] == entries
    untold = {}
    for index in set(range(size)) - set(entries):
        entry = orjson.loads(log.raws[index])
        untold[entry["type"]] = entry["stream"]
    assert {type_ for type_, stream in untold.items() if not stream.startswith(ELSEWHERE)} - UNTOLD == {
        type_ for type_, stream in untold.items() if stream.startswith("person/") and type_ != "person_registered/1"
    }, "of a person's data the registers of personal data tell"


def test_values_are_said_field_by_field() -> None:
    header = '{"ends_at":"09:15","number":2,"plan_items":[3,4],"starts_at":"08:30","topic":"Дроби"}'
    assert spoken(header) == "тема «Дроби», урок № 2, пункты плана 3, 4, 08:30–09:15"
    homework = '{"due_lesson":{"held_on":"2026-09-11","number":3},"due_on":null,"files":[{"a":1}],"text":"§ 1"}'
    assert spoken(homework) == "задание «§ 1», к уроку 2026-09-11 № 3, файлов 1"
    work = '{"ends_on":null,"kind":"control_work","scheduled":null,"weight":150,"written":true}'
    assert spoken(work) == "вид контрольная работа, письменная да, вес 1,50"
    assert (spoken(None), spoken("na"), spoken("5"), spoken("{§ 5"), spoken("[1]")) == ("—", "н/а", "5", "{§ 5", "[1]")
