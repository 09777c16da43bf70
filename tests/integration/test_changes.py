"""What changed between two positions, on a school written by hand, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from projections.engine import Views
from projections.views.changes import Change, changes
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, SchoolLog
from tests.question_school import ADMIN, ANNA, BORIS, DEPUTY, GROUP5, NOTE, QUESTION_SCHOOL, T1, T3, uid

E = QUESTION_SCHOOL.entries
SIZE = QUESTION_SCHOOL.log.head().size


@pytest.fixture(params=["sqlite", "postgres"])
def views(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Views]:
    sqlite = request.param == "sqlite"
    url = f"sqlite:{tmp_path}/views.db" if sqlite else views_dsn(request.getfixturevalue("postgres_database"))
    with Views.open(url, ORIGIN) as opened:
        opened.catch_up(QUESTION_SCHOOL.log)
        yield opened


def told(found: tuple[Change, ...]) -> list[tuple[str, str, str | None, str | None, str]]:
    return [(change.what, change.action, change.old, change.new, change.actor) for change in found]


def test_each_change_says_what_who_when_and_why(views: Views) -> None:
    found = changes(views, E["L5.boris"] + 1, E["closed"]).rows
    assert told(found) == [
        ("mark", "corrected", "2", "4", T1),
        ("mark", "corrected", "5", "4", T1),
        ("homework", "recorded", None, "§ 5", T1),
        ("mark", "recorded", None, "4", T3),
        (
            "homework",
            "corrected",
            '{"due_on":"2026-09-11","text":"§ 1"}',
            '{"due_on":"2026-09-11","text":"§ 1, 2"}',
            ADMIN,
        ),
        ("absence", "reason_set", "absent", "ill", T1),
    ]
    second = found[1]
    assert (second.entry, second.corrects, second.fact) == (E["L1.anna"], E["L1.anna.1"], E["L1.anna.0"])
    assert (second.reason, second.note, second.student, second.class_name) == ("other", NOTE, ANNA, "5А")
    assert (second.at, second.role, second.lesson) == ("2026-10-21T09:00:00.000000Z", "teacher", uid("L1"))
    assert found[5].basis == "справка"


def test_a_request_and_its_approval_are_two_changes(views: Views) -> None:
    asked, approved = changes(views, E["request"], SIZE).rows
    assert (asked.action, asked.old, asked.new, asked.actor, asked.fact) == ("requested", "4", "5", T1, E["L1.boris.0"])
    assert (approved.action, approved.request, approved.actor) == ("corrected", E["request"], DEPUTY)
    assert asked.basis == approved.basis == "протокол № 2"
    assert told(changes(views, E["request"], SIZE - 1).rows) == told((asked,)), "not yet approved by then"


@pytest.mark.parametrize("lessons_max", [3_000, -1], ids=["by their lessons", "by all entries"])
def test_a_class_a_subject_a_student_and_days_of_lessons_narrow_it(
    views: Views, lessons_max: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.views.changes._LESSONS_MAX", lessons_max)
    whole = changes(views, 0, SIZE).rows
    assert changes(views, 0, SIZE, class_group=GROUP5).rows == tuple(row for row in whole if row.class_group == GROUP5)
    assert changes(views, 0, SIZE, subject="Физика").rows == tuple(row for row in whole if row.subject == "Физика")
    assert changes(views, 0, SIZE, student=BORIS).rows == tuple(row for row in whole if row.student == BORIS)
    days = changes(views, 0, SIZE, from_date="2026-09-11", to_date="2026-10-20").rows
    assert {row.held_on for row in days} == {"2026-09-15", "2026-09-21", "2026-10-20"}
    assert len(whole) > len(days) > 0
    narrowings: tuple[dict[str, Any], ...] = (
        {}, {"class_group": GROUP5}, {"subject": "Физика"}, {"student": BORIS}, {"from_date": "2026-09-11"},
    )  # fmt: skip
    for narrowed in narrowings:
        every = changes(views, 0, SIZE, **narrowed).rows
        for count in (0, 1, 2, len(every), len(every) + 1):
            assert changes(views, 0, SIZE, count=count, **narrowed).rows == every[:count]
            middle = every[len(every) // 2].entry
            assert changes(views, middle, SIZE, count=count, **narrowed).rows == every[len(every) // 2 :][:count]
    assert changes(views, 0, SIZE, class_group="no such class", count=1).rows == ()
    assert changes(views, SIZE, SIZE).rows == ()


def test_changes_up_to_a_middle_and_from_it_are_all_changes(tmp_path: Path) -> None:
    """On a random school with annulments and refusals; every entry of a lesson's facts is in it exactly once."""
    log = SchoolLog(3).work(150, corrections=0.5).log
    with Views.open(f"sqlite:{tmp_path}/views.db", ORIGIN) as opened:
        opened.catch_up(log)
        size = opened.position()
        whole = changes(opened, 0, size).rows
        entries = [change.entry for change in whole]
        assert entries == sorted(set(entries))
        middle = size // 2
        parts = [*changes(opened, 0, middle).rows, *changes(opened, middle, size).rows]
        assert [change.entry for change in parts] == entries
        in_lessons = [index for index, raw in enumerate(log.raws) if b'"stream":"lesson/' in raw]
        untold = set(in_lessons) - set(entries)
        assert all(b'"attendance_taken/1"' in log.raws[index] for index in untold)
        assert {change.action for change in whole} == {
            "recorded", "corrected", "annulled", "reason_set", "requested", "refused",
        }  # fmt: skip
