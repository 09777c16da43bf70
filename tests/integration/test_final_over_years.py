"""Final marks over years of study in views, on both databases: as recorded, changed since, and under other rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from ledger.journal import commands as cmd
from ledger.journal.events import Event
from ledger.wire.entry import Actor
from projections.engine import Views
from projections.views.result_register import Result, deviations, results
from projections.views.what_if import Assumed, find_periods, what_if
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, ListLog
from tests.unit.ledger.journal.senior_school import CLASSES, END, STUDENT, SeniorSchool, over_years
from tests.unit.ledger.journal.small_school import ADMIN, STUDENTS_A, TEACHER

FOURS, FIVES = ("4", "4", "4"), ("5", "5", "5")


class Watched(SeniorSchool):
    """The school of two years with views that follow its log, and maths that was called algebra in grade 10."""

    def __init__(self, views: Views) -> None:
        self.views, self.log = views, ListLog()
        super().__init__(over_years({"Алгебра": "Математика"}))
        self.ten, self.eleven = self.course(10, "Алгебра"), self.course(11, "Математика")

    def do(self, command: cmd.JournalCommand, actor: Actor = ADMIN) -> list[Event]:
        first = self.journal.size
        made = [(stream, event) for stream, _, event in self.journal.apply(command, actor, END)]
        self.log.at = END
        self.log.append(*made, actor=actor, command=str(UUID(int=first + 1)), after=timedelta())
        self.views.catch_up(self.log)
        return [event for _, event in made]

    def shown(self, student: str = STUDENT) -> Result:
        """The final mark as views show it, and as they find it among those that do not follow."""
        (found,) = [row for row in results(self.views, student=student).rows if row.what == "final_mark"]
        named = [row for row in deviations(self.views).rows if row.entry == found.entry]
        assert named == ([found] if found.deviates or found.outdated else [])
        return found


@pytest.fixture(params=["sqlite", "postgres"])
def school(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Watched]:
    sqlite = request.param == "sqlite"
    url = f"sqlite:{tmp_path}/views.db" if sqlite else views_dsn(request.getfixturevalue("postgres_database"))
    with Views.open(url, ORIGIN) as opened:
        yield Watched(opened)


def test_a_final_mark_shows_the_entries_of_both_years_until_one_of_them_changes(school: Watched) -> None:
    counted = school.give(school.ten, FOURS) + school.give(school.eleven, FIVES)
    school.finish(school.eleven)
    found = school.shown()
    assert (found.value, found.computed_now, found.sum, found.weight, found.lacks) == ("5", "5", 27, 6, ())
    assert (found.inputs, found.inputs_now, found.outdated) == (tuple(counted), tuple(counted), False)
    change = cmd.CorrectResult(sheet=school.year_sheet(school.ten), corrects=counted[2], new="3", reason="typo")
    school.do(change, TEACHER)
    found = school.shown()
    assert (found.computed, found.computed_now, found.outdated, found.deviates) == ("5", "4", True, False)


def test_what_lacks_is_shown_until_its_marks_come(school: Watched) -> None:
    school.give(school.eleven, FIVES)
    school.finish(school.eleven, value="5", reason="council")
    found = school.shown()
    assert (found.value, found.computed, found.computed_now, found.lacks) == ("5", "na", "na", (10,))
    assert (found.deviates, found.outdated) == (True, False)
    school.enroll(CLASSES[11], "2026-09-01", STUDENTS_A[1])
    school.give(school.eleven, FOURS, STUDENTS_A[1])
    school.finish(school.eleven, STUDENTS_A[1], value="4", reason="transferred")
    assert school.shown(STUDENTS_A[1]).lacks == (10,)
    school.give(school.ten, FOURS)
    assert (school.shown().computed_now, school.shown().outdated) == ("5", True)


def test_other_rules_keep_the_way_over_years(school: Watched) -> None:
    counted = school.give(school.ten, FOURS) + school.give(school.eleven, FIVES)
    school.examine(school.eleven, "2")
    school.finish(school.eleven)
    periods = find_periods(school.views, "year")
    answer = what_if(school.views, Assumed({"mean_up_from": 99, "final_from": "year"}, {}), periods)
    (row,) = [row for row in answer.rows if row.what == "final_mark"]
    assert row.by_rules is not None
    assert (row.stands, row.by_rules.value, row.assumed.value) == ("5", "5", "5")
    assert (row.assumed.sum, row.assumed.weight) == (27, 6)
    assert [mark.entry for mark in row.inputs] == counted
