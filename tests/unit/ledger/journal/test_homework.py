"""Homework: due by a day or by a lesson of the course, never before its own; with files that are known by digest."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.commands import NewHomework
from ledger.journal.events import HomeworkAssigned, HomeworkBody
from ledger.journal.homework_events import DueLesson, HomeworkFile
from tests.unit.ledger.journal.small_school import LESSON, MATHS_B, MONDAY, SmallSchool, lesson, moscow, uid

NEXT, TUESDAY = uid(1001), "2026-09-08"
THEN = moscow("2026-09-08 12:00")
FILE = HomeworkFile(media_type="application/pdf", sha256="0f" * 32, size=1)


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def due(held_on: str = TUESDAY, number: int = 3, of: str | None = None) -> DueLesson:
    return DueLesson(held_on=held_on, number=number, lesson=of)


def given(**fields: Any) -> cmd.RecordLesson:
    return lesson(homework=NewHomework(**{"text": "§ 1", **fields}))


def add(school: SmallSchool, **fields: Any) -> cmd.AddToLesson:
    school.do(lesson())
    return cmd.AddToLesson(lesson=LESSON, homework=NewHomework(**{"text": "§ 1", **fields}))


def test_is_due_by_a_lesson_to_come(school: SmallSchool) -> None:
    *_, event = school.do(given(due_lesson=due()))
    assert event == HomeworkAssigned(text="§ 1", due_lesson=due())
    assert (event.due_day, due().lesson) == (TUESDAY, None)


@pytest.mark.clause("R18", breaks="ledger.journal.homework:_check_due_lesson")
@pytest.mark.parametrize("place", [("2026-09-04", 5), (MONDAY, 2), (MONDAY, 3), ("2027-06-01", 1)])
def test_is_not_due_by_a_lesson_that_is_not_later(school: SmallSchool, place: tuple[str, int]) -> None:
    refused = school.refuse(given(due_lesson=due(*place)))
    assert (refused.rule, refused.where, refused.clause) == ("due_lesson_not_later", "homework.due_lesson", "2.2.2")


def test_is_due_by_a_later_lesson_of_the_same_day(school: SmallSchool) -> None:
    assert school.do(given(due_lesson=due(MONDAY, 4)))


def test_names_the_lesson_once_that_is_recorded(school: SmallSchool) -> None:
    command = add(school, due_lesson=due(of=NEXT))
    assert school.refuse(command, now=THEN).rule == "not_the_due_lesson"
    school.do(lesson(NEXT, held_on=TUESDAY), now=THEN)
    assert school.do(command, now=THEN)


@pytest.mark.parametrize(("changes", "number"), [({"course": MATHS_B}, 3), ({"number": 4}, 3), ({}, 5)])
def test_names_no_lesson_of_another_place_or_course(school: SmallSchool, changes: dict[str, Any], number: int) -> None:
    school.do(lesson(NEXT, held_on=TUESDAY, **changes), now=THEN)
    refused = school.refuse(add(school, due_lesson=due(number=number, of=NEXT)), now=THEN)
    assert (refused.rule, refused.where) == ("not_the_due_lesson", "homework.due_lesson.lesson")


def test_names_no_lesson_that_was_annulled(school: SmallSchool) -> None:
    first = school.index(lesson(NEXT, held_on=TUESDAY), now=THEN)
    school.do(cmd.Correct(lesson=NEXT, corrects=first, new=None, reason="typo"), now=THEN)
    assert school.refuse(add(school, due_lesson=due(of=NEXT)), now=THEN).rule == "not_the_due_lesson"


def test_is_due_by_one_of_the_two(school: SmallSchool) -> None:
    assert school.refuse(given(due_on=TUESDAY, due_lesson=due())).rule == "due_twice"


@pytest.mark.parametrize(
    ("fields", "rule"),
    [({"due_lesson": due()}, "due_without_text"), ({"files": (FILE,)}, "files_without_text")],
)
def test_none_has_nothing_else(school: SmallSchool, fields: dict[str, Any], rule: str) -> None:
    assert school.refuse(given(text="", **fields)).rule == rule


def test_keeps_its_files_in_their_order(school: SmallSchool) -> None:
    other = HomeworkFile(media_type="image/png", sha256="00" * 32, size=1_000_000_000)
    *_, event = school.do(given(files=(FILE, other)))
    assert event == HomeworkAssigned(text="§ 1", files=(FILE, other))


@pytest.mark.parametrize(
    ("wrong", "rule", "field"),
    [
        ({"size": 0}, "out_of_range", "size"),
        ({"size": 1_000_000_001}, "out_of_range", "size"),
        ({"size": True}, "out_of_range", "size"),
        ({"sha256": "0F" * 32}, "malformed_hash", "sha256"),
        ({"sha256": "0f" * 31}, "malformed_hash", "sha256"),
        ({"sha256": "0f" * 32 + "\n"}, "malformed_hash", "sha256"),
        ({"media_type": "text/html"}, "unknown_code", "media_type"),
    ],
)
def test_refuses_a_file_that_is_not_known_by_digest_size_and_type(
    school: SmallSchool, wrong: dict[str, Any], rule: str, field: str
) -> None:
    fields: dict[str, Any] = {"media_type": "text/plain", "sha256": "0f" * 32, "size": 5, **wrong}
    refused = school.refuse(given(files=(HomeworkFile(**fields),)))
    assert (refused.rule, refused.where) == (rule, f"homework.files[0].{field}")


def test_refuses_a_file_twice_and_an_eleventh(school: SmallSchool) -> None:
    twice = (FILE, HomeworkFile(media_type="text/plain", sha256=FILE.sha256, size=2))
    assert school.refuse(given(files=twice)).where == "homework.files[1].sha256"
    many = tuple(HomeworkFile(media_type="text/plain", sha256=f"{number:064x}", size=1) for number in range(11))
    assert school.refuse(given(files=many)).rule == "too_many_files"
    assert school.do(given(files=many[:10]))


def test_is_corrected_by_the_same_rules(school: SmallSchool) -> None:
    first = school.index(given(due_lesson=due(), files=(FILE,))) + 1

    def correct(new: Any) -> cmd.Correct:
        return cmd.Correct(lesson=LESSON, corrects=first, new=new, reason="typo")

    early = {"text": "§ 1", "due_lesson": {"held_on": MONDAY, "number": 3}}
    assert school.refuse(correct(early)).where == "new.due_lesson"
    named = {"text": "§ 1", "files": [{"media_type": "text/plain", "sha256": "0f" * 32, "size": 5, "name": "А.txt"}]}
    assert school.refuse(correct(named)).rule == "malformed_value"
    assert school.do(correct({"text": "§ 1", "due_on": TUESDAY}))
    body = school.lesson().facts[first].value
    assert body == HomeworkBody(text="§ 1", due_on=TUESDAY)
