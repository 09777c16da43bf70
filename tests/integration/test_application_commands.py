"""Commands through the application on real databases: receipts, repeats, stale caches, closings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger.application import School
from ledger.errors import Conflict, KeyReused, OutcomeUnknown, Refused
from ledger.journal import commands as cmd, events as ev
from ledger.journal.closing import commitment
from ledger.journal.codec import CODEC
from ledger.journal.context import LessonHead
from ledger.journal.lesson import Lesson
from ledger.log import Command
from ledger.mapper import JournalEvent
from ledger.wire.entry import parse_entry
from tests.integration.application_settings import BACKENDS, ORIGIN, fresh_settings
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    AFTER_QUARTER,
    CLASS_A,
    LESSON,
    MATHS_A,
    NOON,
    QUARTER_1,
    STUDENTS_A,
    TEACHER,
    TEACHER_2,
    WORK,
    answer,
    lesson,
    mark,
    moscow,
    period,
    setup_commands,
    uid,
)

ANNA = STUDENTS_A[0]


@pytest.fixture(params=BACKENDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    return fresh_settings(request.param, tmp_path, request)


@pytest.fixture
def school(settings: dict[str, str]) -> Iterator[School]:
    with School(settings) as opened:
        for command, actor, at in setup_commands():
            opened.execute(command, actor=actor, at=at)
        yield opened


@pytest.fixture
def other(settings: dict[str, str], school: School) -> Iterator[School]:
    """The same log, opened by what could be another process: caches of its own."""
    with School({**settings, "LETOPIS_CREATE": "n"}) as second:
        yield second


def test_a_moment_is_of_the_schools_day(school: School) -> None:
    assert school.day_of("2026-09-07T20:59:59.999999Z") == "2026-09-07"
    assert school.day_of("2026-09-07T21:00:00.000000Z") == "2026-09-08"


def test_gives_a_receipt_that_names_its_entries(school: School) -> None:
    size = school.ledger.head().size
    receipt = school.execute(lesson(works=(answer(),), marks=(mark(ANNA),)), actor=TEACHER, at=NOON)
    assert (receipt.first_index, receipt.count) == (size, 3)
    assert orjson.loads(receipt.answer) == {"streams": {f"lesson/{LESSON}": 3}}
    entries = [parse_entry(raw) for raw in school.ledger.entries(size)]
    assert [entry.type for entry in entries] == ["lesson_recorded/1", "work_recorded/1", "mark_recorded/1"]
    assert {entry.command for entry in entries} == {receipt.command}
    assert {entry.actor for entry in entries} == {TEACHER}
    assert {entry.at for entry in entries} == {"2026-09-07T09:00:00.000000Z"}


def test_reads_back_what_was_recorded(school: School) -> None:
    receipt = school.execute(lesson(works=(answer(),), marks=(mark(ANNA),)), actor=TEACHER, at=NOON)
    state = school.lesson(LESSON)
    assert state is not None
    assert (state.version, state.lesson) == (3, receipt.first_index)
    assert school.aggregate(f"lesson/{LESSON}") == (state, 3)
    assert school.aggregate(f"lesson/{uid(7)}") == (None, 0)
    event = next(iter(school.events.get(f"lesson/{LESSON}", gt=2)))
    assert isinstance(event, JournalEvent)
    assert event == JournalEvent(
        f"lesson/{LESSON}",
        3,
        ev.MarkRecorded(student=ANNA, work=WORK, value="5"),
        receipt.first_index + 2,
        TEACHER,
        "2026-09-07T09:00:00.000000Z",
        receipt.command,
    )


def test_a_refused_command_writes_nothing(school: School) -> None:
    before = school.ledger.head()
    with pytest.raises(Refused) as caught:
        school.execute(lesson(), actor=TEACHER_2, at=NOON)
    assert caught.value.rule == "substitution_not_recorded"
    assert school.ledger.head() == before


class TestRepeats:
    def test_gives_the_same_receipt_again(self, school: School) -> None:
        first = school.execute(lesson(), actor=TEACHER, key="k1", at=NOON)
        again = school.execute(lesson(), actor=TEACHER, key="k1", at=NOON + timedelta(minutes=1))
        assert again == first
        assert school.ledger.head().size == first.first_index + 1

    def test_gives_it_in_another_process_too(self, school: School, other: School) -> None:
        first = school.execute(lesson(), actor=TEACHER, key="k1", at=NOON)
        assert other.execute(lesson(), actor=TEACHER, key="k1", at=NOON) == first

    def test_refuses_the_key_for_another_command(self, school: School) -> None:
        school.execute(lesson(), actor=TEACHER, key="k1", at=NOON)
        with pytest.raises(KeyReused):
            school.execute(lesson(topic="Иное"), actor=TEACHER, key="k1", at=NOON)

    def test_gives_it_to_who_came_just_too_early_for_it(self, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two with one key at once: the one that looked before the other was recorded finds its own lesson in its place."""
        first = school.execute(lesson(), actor=TEACHER, key="k1", digest=b"\x01" * 32, at=NOON)
        find, looks = school.ledger.find_receipt, iter((False, True))
        monkeypatch.setattr(school.ledger, "find_receipt", lambda key: find(key) if next(looks) else None)
        twin = lesson(uid(9_900))
        assert school.execute(twin, actor=TEACHER, key="k1", digest=b"\x01" * 32, at=NOON) == first

    def test_compares_the_clients_digest_where_it_gives_one(self, school: School) -> None:
        school.execute(lesson(), actor=TEACHER, key="k1", digest=b"\x01" * 32, at=NOON)
        with pytest.raises(KeyReused):
            school.execute(lesson(), actor=TEACHER, key="k1", digest=b"\x02" * 32, at=NOON)

    def test_keeps_the_keys_of_two_actors_apart(self, school: School) -> None:
        school.execute(lesson(), actor=TEACHER, key="k1", at=NOON)
        russian = lesson(uid(1001), course=uid(51), number=4)
        assert school.execute(russian, actor=TEACHER_2, key="k1", at=NOON).count == 1

    def test_refuses_a_key_that_is_too_long(self, school: School) -> None:
        with pytest.raises(Refused, match="key"):
            school.execute(lesson(), actor=TEACHER, key="k" * 201, at=NOON)

    def test_refuses_the_same_lesson_without_a_key(self, school: School) -> None:
        school.execute(lesson(), actor=TEACHER, at=NOON)
        with pytest.raises(Refused) as caught:
            school.execute(lesson(), actor=TEACHER, at=NOON)
        assert caught.value.rule == "lesson_exists"


class TestLostAnswers:
    """The connection breaks around COMMIT: nobody knows, so the application asks by the command's key."""

    @pytest.fixture(params=[True, False], ids=["failed, but persisted", "failed, not persisted"])
    def persisted(self, request: pytest.FixtureRequest, school: School, monkeypatch: pytest.MonkeyPatch) -> bool:
        insert = school.recorder.insert_events
        recorded: bool = request.param

        def insert_and_break(*args: Any, command: Command, **kwargs: Any) -> None:
            if recorded:
                insert(*args, command=command, **kwargs)
            raise OutcomeUnknown(command.key or command.id, "the connection was lost")

        monkeypatch.setattr(school.recorder, "insert_events", insert_and_break)
        return recorded

    @pytest.mark.parametrize("key", ["k1", ""])
    def test_tells_what_is_recorded_and_no_more(self, school: School, *, persisted: bool, key: str) -> None:
        size = school.ledger.head().size
        if not persisted:
            with pytest.raises(OutcomeUnknown):
                school.execute(lesson(), actor=TEACHER, key=key, at=NOON)
            assert school.ledger.head().size == size
            return
        receipt = school.execute(lesson(), actor=TEACHER, key=key, at=NOON)
        assert (receipt.first_index, receipt.count) == (size, 1)
        assert parse_entry(next(school.ledger.entries(size))).command == receipt.command


class TestTwoProcesses:
    def test_a_stale_cache_does_not_refuse_what_is_right_by_now(self, school: School, other: School) -> None:
        student = uid(120)
        other.execute(lesson(), actor=TEACHER, at=NOON)  # its cache holds the class now
        school.execute(cmd.RegisterPerson(person=student, kind="student", sd=()), actor=ADMIN, at=NOON)
        school.execute(
            cmd.EnrollStudent(class_group=CLASS_A, student=student, starts_on="2026-09-02"), actor=ADMIN, at=NOON
        )
        command = cmd.AddToLesson(lesson=LESSON, works=(answer(),), marks=(mark(student),))
        assert other.execute(command, actor=TEACHER, at=NOON).count == 2

    def test_a_stale_cache_does_not_accept_what_is_wrong_by_now(self, school: School, other: School) -> None:
        other.execute(lesson(), actor=TEACHER, at=NOON)
        school.execute(
            cmd.AssignTeacher(course=MATHS_A, teacher=TEACHER_2.id, starts_on="2026-09-02"), actor=ADMIN, at=NOON
        )
        with pytest.raises(Refused) as caught:
            other.execute(lesson(uid(1001)), actor=TEACHER, at=NOON)
        assert caught.value.rule == "substitution_not_recorded"

    def test_a_period_defined_elsewhere_is_seen(self, school: School, other: School) -> None:
        command = lesson(uid(1001), held_on="2026-11-02")
        other.execute(lesson(), actor=TEACHER, at=NOON)
        holidays = period(uid(43), "trimester", 1, "2026-11-01", "2026-11-04")
        school.execute(holidays, actor=ADMIN, at=moscow("2026-11-02 09:00"))
        school.execute(cmd.ClosePeriod(period=uid(43)), actor=ADMIN, at=moscow("2026-11-05 09:00"))
        with pytest.raises(Refused) as caught:
            other.execute(command, actor=TEACHER, at=moscow("2026-11-05 10:00"))
        assert caught.value.rule == "period_closed"

    def test_an_overlapping_period_defined_elsewhere_is_refused(self, school: School, other: School) -> None:
        other.execute(lesson(), actor=TEACHER, at=NOON)
        third = period(uid(43), "quarter", 3, "2027-01-11", "2027-03-20", grades=(5,))
        school.execute(third, actor=ADMIN, at=NOON)
        with pytest.raises(Refused) as caught:
            other.execute(period(uid(44), "quarter", 4, "2027-03-20", "2027-05-31"), actor=ADMIN, at=NOON)
        assert caught.value.rule == "periods_overlap"

    def test_conflicts_where_the_client_saw_another_version(self, school: School, other: School) -> None:
        school.execute(lesson(), actor=TEACHER, at=NOON)
        other.execute(cmd.AddToLesson(lesson=LESSON, works=(answer(),)), actor=TEACHER, at=NOON)
        command = cmd.AddToLesson(lesson=LESSON, expected_version=1, marks=(mark(ANNA),))
        with pytest.raises(Conflict):
            school.execute(command, actor=TEACHER, at=NOON)
        seen = cmd.AddToLesson(lesson=LESSON, expected_version=2, marks=(mark(ANNA),))
        assert school.execute(seen, actor=TEACHER, at=NOON).count == 1


class TestClosing:
    def test_commits_to_the_lessons_as_they_stand(self, school: School, other: School) -> None:
        school.execute(lesson(works=(answer(),)), actor=TEACHER, at=NOON)
        other.execute(lesson(uid(1001), course=uid(52)), actor=TEACHER, at=NOON)
        other.execute(
            lesson(uid(1002), held_on="2026-11-09"), actor=TEACHER, at=moscow("2026-11-09 12:00")
        )  # of the second quarter
        heads = [
            LessonHead(head.stream, head.last_version, head.last_index)
            for head in school.ledger.streams("lesson/")
            if head.stream != f"lesson/{uid(1002)}"
        ]
        receipt = school.execute(cmd.ClosePeriod(period=QUARTER_1), actor=ADMIN, at=moscow("2026-11-09 13:00"))
        entry = parse_entry(next(school.ledger.entries(receipt.first_index)))
        assert (entry.data["streams"], entry.data["root"]) == commitment(heads)
        assert entry.data["streams"] == 2

    def test_closes_once(self, school: School, other: School) -> None:
        school.execute(cmd.ClosePeriod(period=QUARTER_1), actor=ADMIN, at=AFTER_QUARTER)
        with pytest.raises(Refused) as caught:
            other.execute(cmd.ClosePeriod(period=QUARTER_1), actor=ADMIN, at=AFTER_QUARTER)
        assert caught.value.rule == "period_closed"


class TestClock:
    def test_a_school_on_the_servers_clock_takes_no_moment(
        self, request: pytest.FixtureRequest, tmp_path: Path
    ) -> None:
        opening = cmd.OpenSchool(school=uid(1), name="Школа", origin=ORIGIN, time_zone="Asia/Omsk", clock="server")
        with School(fresh_settings("sqlite", tmp_path, request, clock="server")) as school:
            with pytest.raises(Refused) as caught:
                school.execute(opening, actor=ADMIN, at=NOON)
            assert (caught.value.rule, caught.value.where) == ("clock_is_the_servers", "at")
            school.execute(opening, actor=ADMIN)
            with pytest.raises(Refused):
                school.execute(cmd.RegisterPerson(person=uid(2), kind="staff", sd=()), actor=ADMIN, at=NOON)
            assert school.execute(cmd.RegisterPerson(person=uid(2), kind="staff", sd=()), actor=ADMIN).count == 1

    def test_judges_by_the_clock_that_it_was_given(self, request: pytest.FixtureRequest, tmp_path: Path) -> None:
        now = NOON
        with School(fresh_settings("sqlite", tmp_path, request), clock=lambda: now) as school:
            for command, actor, at in setup_commands():
                school.execute(command, actor=actor, at=at)
            now = moscow("2026-09-07 10:39")
            with pytest.raises(Refused, match="begun"):
                school.execute(lesson(), actor=TEACHER)
            now = moscow("2026-09-07 10:40")
            assert school.execute(lesson(), actor=TEACHER).count == 1


class TestOpening:
    def test_opens_one_school_in_a_log(self, school: School) -> None:
        second = cmd.OpenSchool(school=uid(3), name="Вторая", origin=ORIGIN, time_zone="Europe/Moscow", clock="sample")
        with pytest.raises(Refused) as caught:
            school.execute(second, actor=ADMIN, at=NOON)
        assert caught.value.rule == "school_exists"

    def test_refuses_another_logs_origin(self, settings: dict[str, str]) -> None:
        with School(settings) as school, pytest.raises(Refused) as caught:
            school.execute(
                cmd.OpenSchool(school=uid(3), name="Ш", origin="elsewhere.example", time_zone="Europe/Moscow"),
                actor=ADMIN,
            )
        assert caught.value.rule == "wrong_origin"

    def test_refuses_commands_before_the_school_is_open(self, settings: dict[str, str]) -> None:
        with School(settings) as school, pytest.raises(Refused) as caught:
            school.execute(lesson(), actor=TEACHER)
        assert caught.value.rule == "no_school"

    def test_names_a_persistence_module_that_keeps_no_log(self) -> None:
        with pytest.raises(Exception, match="PERSISTENCE_MODULE"):
            School({"PERSISTENCE_MODULE": "eventsourcing.popo"})


def test_decodes_every_entry_of_a_log(school: School) -> None:
    school.execute(lesson(works=(answer(),), marks=(mark(ANNA),)), actor=TEACHER, at=NOON)
    state = school.lesson(LESSON)
    assert isinstance(state, Lesson)
    for raw in school.ledger.entries():
        entry = parse_entry(raw)
        assert (
            CODEC.type_of(CODEC.decode(entry.type, orjson.dumps(entry.data, option=orjson.OPT_SORT_KEYS))) == entry.type
        )
