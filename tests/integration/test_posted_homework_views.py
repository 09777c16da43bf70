"""What views make of homework that was posted before its lesson: in time from when it was posted, and its share.

By hand, 5А maths with T1, terms of 2012 (homework on the day): posted on 10 September for the 11th, whose lesson is
recorded four days late: a day ahead; posted on the 14th at 8:00 for the same day's lesson: in advance, not a day ahead;
entered with the lesson of the 15th: neither; 16 September says that there is none: no homework.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.journal import events as j
from ledger.journal.cancellation_events import LessonCancelled
from ledger.journal.homework_events import HomeworkPosted, HomeworkPostWithdrawn
from projections.engine import Views
from projections.views.class_page import class_page
from projections.views.deadline_counts import deadline_counts
from projections.views.deadlines import Asked, deadline_register
from projections.views.posted_homework import PostingShare, posted_homework, posting_shares
from projections.views.student_page import student_page
from tests.conftest import make_database
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN
from tests.question_school import ADMIN, ANNA, GROUP5, MATH5, T1, QuestionSchool, uid
from tests.unit.ledger.journal.small_school import PARAMETERS

NOW = datetime(2026, 9, 30, tzinfo=UTC)
STREAM = f"homework/{MATH5}"


class Posting(QuestionSchool):
    def _september(self) -> None:
        order: dict[str, Any] = {"order_number": "1", "order_date": "2026-08-24", "effective_from": "2026-08-25"}
        regulation = j.RegulationAdopted(parameters=PARAMETERS, **order)
        self.at("09-01T09:00", ADMIN, "administrator", (f"regulation/{uid('school')}", regulation), names="regulation")
        self.post("09-10T18:00", "ahead", held_on="2026-09-11", due_on="2026-09-14")
        self.post("09-14T08:00", "same", held_on="2026-09-14")
        self.lesson("P2", "09-14T09:20", MATH5, 1, T1, self.taken("same"), names="P2.homework")
        self.lesson(
            "P1", "09-15T08:00", MATH5, 1, T1, self.taken("ahead", due_on="2026-09-14"), names="P1.homework",
            held_on="2026-09-11",
        )  # fmt: skip
        self.lesson("P3", "09-15T09:20", MATH5, 1, T1, j.HomeworkAssigned(text="№ 1"))
        self.lesson("P4", "09-16T09:20", MATH5, 1, T1, j.HomeworkAssigned(text=""))
        self.post("09-17T09:00", "cancelled", held_on="2026-09-21")
        self.post("09-17T09:10", "withdrawn", held_on="2026-09-22")
        gone = HomeworkPostWithdrawn(corrects=self.entries["withdrawn"])
        self.at("09-17T09:20", T1, "teacher", (STREAM, gone), names="gone")
        off = LessonCancelled(held_on="2026-09-21", number=1, reason="weather", basis="приказ")
        self.at("09-18T09:00", ADMIN, "administrator", (f"cancellation/{MATH5}", off), names="off")

    def post(self, moment: str, name: str, **more: Any) -> None:
        self.at(moment, T1, "teacher", (STREAM, HomeworkPosted(number=1, text=f"§ {name}", **more)), names=name)

    def taken(self, name: str, **more: Any) -> j.HomeworkAssigned:
        return j.HomeworkAssigned(text=f"§ {name}", posted=self.entries[name], **more)

    def _october(self) -> None:
        """Nothing."""

    def _after_the_close(self) -> None:
        """Nothing."""


SCHOOL = Posting()
E = SCHOOL.entries


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def views(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    if request.param == "sqlite":
        url = f"sqlite:{tmp_path_factory.mktemp('posted')}/views.db"
    else:
        url = views_dsn(make_database(request.getfixturevalue("postgres_cluster")))
    with Views.open(url, ORIGIN) as opened:
        opened.catch_up(SCHOOL.log)
        yield opened


@pytest.mark.clause("R20", breaks="projections.views.deadlines:counts_as_not_assigned", instead=lambda *_: True)
def test_counts_from_when_it_was_posted(views: Views) -> None:
    rows = deadline_register(views, Asked(rules=("homework",), statuses=("on_time", "late", "missing")), now=NOW).rows
    found = [(row.held_on, row.status, row.not_assigned) for row in rows]
    assert found == [(f"2026-09-{day}", "on_time", False) for day in (11, 14, 15, 16)]
    assert E["ahead"] in rows[0].basis
    counts = deadline_counts(views, Asked(rules=("homework",)), now=NOW).rows
    assert [sum(getattr(row, status) for row in counts) for status in ("on_time", "late", "missing")] == [4, 0, 0]
    page = class_page(views, GROUP5, from_date="2026-09-11", to_date="2026-09-11", now=NOW)
    assert page.columns[0].not_assigned is None
    homework = page.columns[0].homework
    assert homework is not None
    assert (homework.posted, homework.fact, homework.due_on) == (E["ahead"], E["P1.homework"], "2026-09-14")


@pytest.mark.clause("R20", breaks="projections.views.posted_homework:moments", instead=lambda *_: {})
def test_the_share_posted_a_day_ahead_is_told_by_teacher_and_month(views: Views) -> None:
    shares = posting_shares(views).rows
    assert shares == (PostingShare(T1, "2026-09", 3, 2, 1, (E["ahead"], E["same"])),)
    assert posting_shares(views, from_date="2026-09-15").rows == (PostingShare(T1, "2026-09", 1, 0, 0, ()),)
    assert posting_shares(views, at=E["P2"]).rows == ()


def test_what_is_posted_is_seen_until_its_lesson_is_recorded_and_also_where_that_is_cancelled(views: Views) -> None:
    rows = {row.entry: row for row in posted_homework(views).rows}
    assert rows[E["ahead"]].taken_by == uid("P1")
    assert (rows[E["cancelled"]].cancelled_by, rows[E["cancelled"]].taken_by) == (E["off"], None)
    assert rows[E["withdrawn"]].withdrawn_by == E["gone"]
    diary = student_page(views, ANNA, from_date="2026-09-01", to_date="2026-09-30", now=NOW)
    assert [(row.held_on, row.cancelled_by) for row in diary.posted] == [("2026-09-21", E["off"])]
    then = student_page(views, ANNA, from_date="2026-09-01", to_date="2026-09-30", at=E["same"] + 1)
    assert [row.entry for row in then.posted] == [E["ahead"], E["same"]]
