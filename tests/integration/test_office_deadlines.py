"""Deadlines of the office by a worked example on both databases, and over HTTP for overseers alone.

Times are Moscow's. The version in force gives results 24 hours, notices three days, the refresh until 5 September.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ledger.journal import events as j, people_events as ev
from ledger.journal.deadlines.verdict import WORST_FIRST, Rule
from ledger.journal.result_events import (
    ExamResultRecorded,
    FinalMarkRecorded,
    ResultAnnulled,
    ResultSheetOpened,
    ResultsPublished,
)
from ledger.wire.entry import Actor
from projections.engine import Views
from projections.views.office_deadlines import OfficeAsked, office_counts, office_deadlines
from tests.http_class import FIRST, problem
from tests.http_school import Served, post
from tests.integration.test_api_deadlines import adopt
from tests.integration.test_api_results import OBTAINED, Graded
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, ListLog
from tests.unit.ledger.journal.small_school import PARAMETERS, uid

MOSCOW = ZoneInfo("Europe/Moscow")
ADMIN = Actor(uid(10), "administrator")
YEAR, CLASS, COURSE, PERIOD, SHEET = uid(2), uid(30), uid(31), uid(32), uid(33)
ANNA, BORIS, VERA = (uid(number) for number in range(100, 103))
ALL = OfficeAsked(statuses=WORST_FIRST)
NOW = datetime(2026, 9, 12, 12, tzinfo=MOSCOW)


@pytest.fixture(params=["sqlite", "postgres"])
def views(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Views]:
    sqlite = request.param == "sqlite"
    url = f"sqlite:{tmp_path}/views.db" if sqlite else views_dsn(request.getfixturevalue("postgres_database"))
    with Views.open(url, ORIGIN) as opened:
        log = ListLog()
        for number, (moment, stream, event) in enumerate(worked()):
            at = datetime.fromisoformat(f"2026-{moment}:00").replace(tzinfo=MOSCOW).astimezone(UTC)
            log.append((stream, event), actor=ADMIN, command=uid(200 + number), after=at - log.at)
        opened.catch_up(log)
        yield opened
        assert opened.check(log).findings == ()


def worked() -> Iterator[tuple[str, str, Any]]:
    def exam(student: str, obtained_at: str) -> ExamResultRecorded:
        return ExamResultRecorded(student=student, value="5", protocol="№ 3", obtained_at=obtained_at)

    def enrolled(student: str) -> tuple[str, str, Any]:
        return "09-01T09:03", f"class/{CLASS}", j.StudentEnrolled(student=student, starts_on="2026-09-01")

    opened = j.SchoolOpened(clock="server", name="Школа", origin=ORIGIN, time_zone="Europe/Moscow")
    yield "09-01T09:00", f"school/{uid(1)}", opened
    version = j.RegulationAdopted(
        order_number="1", order_date="2026-08-31", effective_from="2026-09-01", parameters=PARAMETERS
    )
    yield "09-01T09:01", f"regulation/{uid(5)}", version  # 1
    yield "09-01T09:02", f"class/{CLASS}", j.ClassGroupOpened(year=YEAR, grade=5, letter="А")
    course = j.CourseOpened(class_group=CLASS, subject="Химия", year=YEAR)
    yield "09-01T09:02", f"course/{COURSE}", course
    yield enrolled(ANNA)  # 4
    yield enrolled(BORIS)  # 5
    yield "09-01T09:04", f"refresh/{YEAR}", ev.AnnualRefreshOpened(opens_on="2026-09-01", until="2026-09-05")  # 6
    received = ev.DataChangeNoticeReceived
    yield "09-01T09:05", f"person/{ANNA}", received(received_on="2026-09-01", how="oral")  # 7
    yield "09-01T09:06", f"person/{BORIS}", received(received_on="2026-08-31", how="oral")  # 8
    yield "09-01T09:07", f"person/{BORIS}", received(received_on="2026-09-01", how="oral")  # 9
    confirmed = ev.PersonalDataConfirmed
    yield "09-04T23:59", f"person/{ANNA}", confirmed(confirmed_on="2026-09-04", notice=7)  # 10: the third day
    yield "09-05T00:00", f"person/{BORIS}", confirmed(confirmed_on="2026-09-04", notice=9)  # 11: a minute later
    yield "09-05T23:59", f"person/{ANNA}", confirmed(confirmed_on="2026-09-05", refresh=YEAR)  # 12
    period = j.PeriodDefined(
        year=YEAR, kind="quarter", number=1, grades=(5,), starts_on="2026-09-01", ends_on="2026-09-10"
    )
    yield "09-07T08:00", f"period/{PERIOD}", period  # 13
    yield "09-07T09:00", f"results/{SHEET}", ResultSheetOpened(course=COURSE, period=PERIOD)  # 14
    yield "09-07T09:01", f"results/{SHEET}", exam(ANNA, "2026-09-06T12:00")  # 15
    yield "09-07T09:01", f"results/{SHEET}", exam(BORIS, "2026-09-06T12:00")  # 16
    yield "09-07T12:00", f"results/{SHEET}", ResultsPublished(what="exam_result", obtained_at="2026-09-06T12:00")  # 17
    yield "09-11T09:00", f"results/{SHEET}", exam(VERA, "2026-09-11T08:59")  # 18: nobody was told
    yield "09-11T09:01", f"results/{SHEET}", final_mark(ANNA)  # 19
    yield "09-11T12:00", f"results/{SHEET}", exam(uid(103), "2026-09-11T08:00")  # 20
    annulled = ResultAnnulled(corrects=20, old="5", new=None, reason="typo")
    yield "09-11T12:01", f"results/{SHEET}", annulled  # 21: it does not stand
    yield "09-11T13:00", f"results/{SHEET}", ResultsPublished(what="final_mark", obtained_at="2026-09-10T12:59")  # 22
    yield "09-11T14:00", f"results/{SHEET}", final_mark(VERA)  # 23: nobody said when it was obtained


def final_mark(student: str) -> FinalMarkRecorded:
    return FinalMarkRecorded(student=student, value="5", computed="5", sum=5, weight=1, inputs=(15,), rule=1)


def verdicts(views: Views, rule: Rule) -> list[tuple[Any, ...]]:
    rows = office_deadlines(views, OfficeAsked(rules=(rule,), statuses=WORST_FIRST), now=NOW).rows
    assert {row.rule for row in rows} == {rule}
    return [(row.person or row.results, row.status, row.due_local, row.late_by_seconds, row.basis) for row in rows]


@pytest.mark.clause("R29", breaks="projections.views.office_deadlines:result")
def test_results_are_shown_within_24_hours_of_the_moment_they_were_obtained(views: Views) -> None:
    assert verdicts(views, "result") == [
        (2, "on_time", "2026-09-07T12:00:00+03:00", None, (1, 15, 16, 17)),
        (1, "late", "2026-09-11T12:59:00+03:00", 60, (1, 22)),
        (1, "missing", "2026-09-12T08:59:00+03:00", None, (1, 18)),
        (1, "pending", "2026-09-12T14:00:00+03:00", None, (1, 23)),
    ]
    rows = office_deadlines(views, OfficeAsked(rules=("result",), statuses=WORST_FIRST), now=NOW).rows
    assert [row.what for row in rows] == ["exam_result", "final_mark", "exam_result", "final_mark"]
    assert {(row.class_group, row.sheet) for row in rows} == {(CLASS, SHEET)}


@pytest.mark.clause("R12", breaks="projections.views.office_deadlines:notice")
def test_notices_are_answered_by_the_end_of_the_third_day(views: Views) -> None:
    assert verdicts(views, "notice") == [
        # No version was in force on 31 August.
        (BORIS, "no_regulation", None, None, (8,)),
        (ANNA, "on_time", "2026-09-05T00:00:00+03:00", None, (1, 7, 10)),
        (BORIS, "late", "2026-09-05T00:00:00+03:00", 0, (1, 9, 11)),
    ]


@pytest.mark.clause("R11", breaks="projections.views.office_deadlines:refresh")
def test_everybodys_data_are_refreshed_until_its_day(views: Views) -> None:
    assert verdicts(views, "refresh") == [
        (ANNA, "on_time", "2026-09-06T00:00:00+03:00", None, (1, 4, 6, 12)),
        (BORIS, "missing", "2026-09-06T00:00:00+03:00", None, (1, 5, 6)),
    ]


def test_it_is_told_as_of_any_position_and_counted_alike(views: Views) -> None:
    for position in range(1, views.position() + 1):
        rows = office_deadlines(views, ALL, now=NOW, at=position).rows
        counted = Counter((row.rule, row.status) for row in rows)
        for count in office_counts(views, OfficeAsked(), now=NOW, at=position).rows:
            assert {status: getattr(count, status) for status in WORST_FIRST} == {
                status: counted[count.rule, status] for status in WORST_FIRST
            }
    # Before anybody was told, the hours had not passed; the third day of the notice was not over.
    before = office_deadlines(views, ALL, now=NOW, at=17).rows
    assert [(row.status, row.basis) for row in before if row.rule == "result"] == [("pending", (1, 15, 16))]
    early = office_deadlines(views, ALL, now=NOW, at=10).rows
    assert [row.status for row in early if row.rule == "notice"] == ["no_regulation", "pending", "pending"]
    days = OfficeAsked("2026-09-06", "2026-09-06", ("result", "notice"), ("on_time",))
    assert [row.basis for row in office_deadlines(views, days, now=NOW).rows] == [(1, 15, 16, 17)]
    assert {row.status for row in office_deadlines(views, OfficeAsked(), now=NOW).rows} == {"late", "missing"}


def test_overseers_read_them_and_a_teacher_does_not(server: Served) -> None:
    school = Graded(server)
    adopt(server)
    student = school.students[0]
    with server.as_("administrator") as admin:
        post(admin, f"/people/{student}/notices", {"received_on": FIRST, "how": "oral"})
    with server.as_("teacher") as teacher:
        school.grade(teacher)
        post(teacher, f"/results/{school.sheet}/publications", {"what": "period_mark", "obtained_at": OBTAINED})
        problem(teacher.get("/deadlines/office"), 403, "forbidden")
        problem(teacher.get("/deadlines/office/counts"), 403, "forbidden")
    with server.as_("inspector") as inspector:
        (late,) = inspector.get("/deadlines/office", params={"rule": "notice"}).json()["rows"]
        assert (late["status"], late["person"], late["clause"], late["since"]) == ("missing", student, "1.7", FIRST)
        everything = inspector.get("/deadlines/office", params={"status": "all"}).json()
        assert [(row["rule"], row["results"]) for row in everything["rows"]] == [("result", 2), ("notice", None)]
        assert everything["people"].keys() == {student}
        counts = inspector.get("/deadlines/office/counts").json()["rows"]
        assert [(row["rule"], row["missing"]) for row in counts] == [("result", 0), ("notice", 1), ("refresh", 0)]
        problem(inspector.get("/deadlines/office", params={"rule": "lesson"}), 400, "bad_request")
