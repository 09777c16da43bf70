"""Verdicts on planned lessons that people worked out by hand: tests/worked/deadlines/planned_lesson.toml."""

from __future__ import annotations

import json
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from ledger.journal import commands as cmd
from ledger.journal.cancellation_events import PlannedPlace
from ledger.journal.timetable_events import Bell, TimetableLesson
from ledger.journal.vocabulary import LESSON_RULE_WORDS
from ledger.wire.entry import Actor
from projections.engine import Views
from projections.views.deadline_counts import deadline_counts
from projections.views.deadline_rows import DeadlineRow
from projections.views.deadlines import Asked, deadline_register
from tests.integration.test_timetable_views import BELLS, World
from tests.projection_logs import ORIGIN
from tests.properties.test_verify_deadlines import tables_of, verifiers
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    MATHS_A,
    MONDAY,
    PARAMETERS,
    RUSSIAN_A,
    TEACHER,
    TEACHER_2,
    YEAR,
    lesson,
    uid,
)

CASES: Final = tomllib.loads(
    (Path(__file__).parents[1] / "worked" / "deadlines" / "planned_lesson.toml").read_text(encoding="utf-8")
)["case"]
COURSES: Final = {"maths": MATHS_A, "russian": RUSSIAN_A, "english_1": uid(70), "english_2": uid(71)}
TEACHERS: Final = {"maths": TEACHER, "russian": TEACHER_2, "english_1": TEACHER, "english_2": TEACHER_2}
RINGS: Final = [["08:30", "09:15"], ["09:25", "10:10"], ["10:20", "11:05"]]


class Worked:
    """A case's school, and the entries that its verdicts may rest on."""

    def __init__(self, views: Views, case: dict[str, Any]) -> None:
        self.world = World(views)
        self.zone = ZoneInfo(case["zone"])
        self.entries: dict[str, set[int]] = {}
        set_up = self.world.set_up
        for place, name in enumerate(("english_1", "english_2")):
            opened = cmd.OpenCourse(
                course=COURSES[name],
                class_group=CLASS_A,
                year=YEAR,
                subject="Английский язык",
                teacher=TEACHERS[name].id,
                starts_on="2026-09-01",
                subgroup=f"{place + 1}-я",
            )
            set_up(opened)
        for entry in map(json.loads, self.world.log.raws):
            if entry["type"] == "teacher_assigned/1":
                for name, course in COURSES.items():
                    if entry["stream"] == f"course/{course}":
                        self.entries.setdefault(name, set()).add(entry["index"])
        order: dict[str, Any] = {"order_number": "1", "order_date": "2026-08-28", "effective_from": "2026-09-01"}
        self.note("regulation", set_up(cmd.AdoptRegulation(parameters=PARAMETERS, **order)))
        rings = tuple(
            Bell(number=number, starts_at=starts_at, ends_at=ends_at)
            for number, (starts_at, ends_at) in enumerate(case.get("bells", RINGS), start=1)
        )
        shift = cmd.SetBellSchedule(bells=BELLS, title="Звонки", effective_from="2026-09-01", lessons=rings)
        self.note("bells", set_up(shift))
        week = tuple(
            TimetableLesson(course=COURSES[name], weekday=1, number=number, weeks="every")
            for name, number in sorted(case["lessons"], key=lambda of: (of[1], COURSES[of[0]]))
        )
        timetable = cmd.SetTimetable(class_group=CLASS_A, effective_from=MONDAY, bells=BELLS, lessons=week)
        self.note("timetable", set_up(timetable))
        for day in case.get("off", ()):
            text = day.isoformat()
            set_up(cmd.DeclareDaysOff(year=YEAR, starts_on=text, ends_on=text, title="Каникулы", grades=(5,)))
        for of in case.get("working", ()):
            school_day = cmd.DeclareSchoolDay(
                year=YEAR, on=of["on"].isoformat(), as_weekday=of["as_weekday"], grades=(5,)
            )
            self.note("calendar", set_up(school_day))
        self.live(case)

    def note(self, name: str, entry: int) -> None:
        self.entries.setdefault(name, set()).add(entry)

    def moment(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone)

    def live(self, case: dict[str, Any]) -> None:
        """What was recorded and cancelled, in the order of its moments; at last, something else, so that time passes."""
        done: list[tuple[datetime, cmd.JournalCommand, Actor, str]] = []
        for number, of in enumerate(case.get("recorded", ())):
            given = lesson(uid(1000 + number), course=COURSES[of["course"]], number=of["number"], starts_at="08:30")
            done.append((of["at"], given, TEACHERS[of["course"]], "recorded"))
        for of in case.get("cancelled", ()):
            moved = PlannedPlace(held_on=MONDAY, number=of["moved_to"]) if "moved_to" in of else None
            cancelled = cmd.CancelLesson(
                course=COURSES[of["course"]],
                held_on=MONDAY,
                number=of["number"],
                reason="other",
                basis="приказ № 9",
                moved_to=moved,
            )
            done.append((of["at"], cancelled, ADMIN, "cancelled"))
        for at, command, actor, name in sorted(done, key=lambda of: of[0]):
            self.note(name, self.world.do(command, actor, self.moment(at)))
        bells = cmd.SetBellSchedule(bells=uid(61), title="Другие", effective_from="2026-09-01", lessons=self.a_bell)
        self.world.do(bells, ADMIN, self.moment(case["now"]))

    a_bell = (Bell(number=1, starts_at="08:00", ends_at="08:45"),)


def brief(row: DeadlineRow) -> tuple[Any, ...]:
    return (row.held_on, row.course, row.number, row.rule, row.status, row.due_local, frozenset(row.basis))


@pytest.mark.clause("R14", "R17", breaks="projections.views.unrecorded:Board.uneven", instead=lambda *_, **__: [])
@pytest.mark.parametrize("case", [case for case in CASES if case["expect"]], ids=lambda case: case["en"])
def test_a_planned_lesson_that_nobody_recorded_is_judged(tmp_path: Path, case: dict[str, Any]) -> None:
    check(tmp_path, case)


@pytest.mark.parametrize("case", [case for case in CASES if not case["expect"]], ids=lambda case: case["en"])
def test_a_planned_lesson_that_is_not_over_or_has_its_record_is_not(tmp_path: Path, case: dict[str, Any]) -> None:
    check(tmp_path, case)


def check(tmp_path: Path, case: dict[str, Any]) -> None:
    """Hold the rows, and their counts, against what was worked out."""
    with Views.open(f"sqlite:{tmp_path}/views.db", ORIGIN) as views:
        worked = Worked(views, case)
        now = worked.moment(case["now"])
        asked = Asked(rules=("lesson", "attendance"), statuses=("missing", "pending", "exempt"))
        rows = [row for row in deadline_register(views, asked, now=now).rows if row.lesson is None]
        assert {brief(row) for row in rows} == {
            (
                of.get("held_on", date.fromisoformat(MONDAY)).isoformat(),
                COURSES[of["course"]],
                of["number"],
                of["rule"],
                of["status"],
                of["due"].isoformat() if "due" in of else None,
                frozenset().union(*(worked.entries[name] for name in of["basis"])),
            )
            for of in case["expect"]
        }
        assert len(rows) == len(case["expect"])
        assert {row.teacher for row in rows} == {TEACHERS[of["course"]].id for of in case["expect"]}
        counted = deadline_counts(views, asked, now=now, by=()).rows
        for status in ("missing", "pending", "exempt"):
            assert sum(getattr(row, status) for row in counted) == sum(row.status == status for row in rows)
        check_verifiers(worked.world.log.raws, case)


def check_verifiers(lines: list[bytes], case: dict[str, Any]) -> None:
    """Hold what a verifier derives from the entries alone against what was worked out."""
    rows, _ = tables_of(lines)
    found = [row.split(";") for row in rows.decode().splitlines()]
    assert sorted(
        (day, course, number, rule, verdict) for rule, _, day, course, number, *_, verdict, _, _ in found if number
    ) == sorted(
        (
            of.get("held_on", date.fromisoformat(MONDAY)).isoformat(),
            COURSES[of["course"]],
            str(of["number"]),
            LESSON_RULE_WORDS[of["rule"]],
            {"missing": "нет", "exempt": "не нужно"}[of["status"]],
        )
        for of in case["expect"]
        if of["status"] != "pending"
    )
    waiting = sum(count for (_, _, status), count in verifiers(lines).items() if status == "pending")
    assert waiting == sum(of["status"] == "pending" for of in case["expect"])
