"""Which entries belong to an extract, against the plain reading of the specification, over logs that have every event."""

from __future__ import annotations

import pytest

from exports.extract_scope import Choice, Target, choose
from tests.verify_archive import Builder, sample
from tests.verify_extracts import Extract, of_class, of_student
from tests.verify_journal_forgeries import finished
from tests.verify_results import graded

LOGS = {
    "sample": lambda: sample().builder,
    "graded": lambda: graded().b,
    "finished": lambda: finished().b,
}


@pytest.fixture(params=sorted(LOGS))
def log(request: pytest.FixtureRequest) -> Builder:
    builder = LOGS[request.param]()
    assert isinstance(builder, Builder)
    return builder


def ids(log: Builder, event: str, **data: str) -> list[str]:
    return [
        str(e["stream"].partition("/")[2])
        for e in log.entries
        if e["type"] == event and data.items() <= e["data"].items()
    ]


def chosen(log: Builder, target: Target) -> Choice:
    lines = log.lines()
    return choose(iter(lines), iter(lines), target)


def claimed(extract: Extract) -> list[list[object]]:
    """The whole streams; of others than the student only what names them is there, and nothing is claimed of that."""
    own = f"person/{extract.of}"
    return [end for end in extract.claim["complete"] if end[0] == own or not end[0].startswith("person/")]


def test_a_class_is_what_the_specification_says(log: Builder) -> None:
    for group in ids(log, "class_group_opened/1"):
        data = next(e["data"] for e in log.entries if e["stream"] == f"class/{group}")
        choice = chosen(log, Target("class", group, data["year"], data["grade"]))
        extract = Extract(log, "class", group, of_class(log.entries, group))
        assert choice.indexes == extract.indexes
        assert [[stream, *end] for stream, end in choice.complete.items()] == claimed(extract)
        assert {closing.index for closing in choice.closings} == extract.closings.keys()
        for closing in choice.closings:
            expected = extract.closings[closing.index]
            assert [list(leaf) for leaf in closing.leaves] == expected["leaves"]
            assert [node.hex() for node in closing.hashes] == expected["hashes"]


def test_a_student_is_what_the_specification_says(log: Builder) -> None:
    students = ids(log, "person_registered/1", kind="student")
    for student in students:
        choice = chosen(log, Target("student", student))
        extract = Extract(log, "student", student, of_student(log.entries, student))
        assert choice.indexes == extract.indexes
        assert [[stream, *end] for stream, end in choice.complete.items()] == claimed(extract)


def test_a_student_shares_no_entry_that_names_another(log: Builder) -> None:
    students = ids(log, "person_registered/1", kind="student")
    lines = log.lines()
    for student in students:
        text = b"".join(lines[index] for index in chosen(log, Target("student", student)).indexes).decode()
        assert not [other for other in students if other != student and other in text]


def test_guardians_and_staff_are_named_and_no_more_is_opened_of_them(log: Builder) -> None:
    students = ids(log, "person_registered/1", kind="student")
    for student in students:
        choice = chosen(log, Target("student", student))
        opened = {log.entries[index]["stream"].partition("/")[2] for index in choice.opened}
        assert not opened & set(ids(log, "person_registered/1", kind="guardian"))
        assert not opened & set(ids(log, "person_registered/1", kind="teacher"))
        assert all(log.entries[index]["stream"].startswith("person/") for index in choice.named)


def test_single_entries_are_those_named_and_the_first() -> None:
    log = sample().builder
    assert chosen(log, Target("entries", entries=(7, 3))).indexes == [0, 3, 7]


def test_an_entry_by_another_student_is_left_out_whatever_it_is_about() -> None:
    school = sample()
    log, (student, other, *_) = school.builder, school.students
    log.actor = {"id": other, "role": "student"}
    index = log.add("lesson", school.open_lesson, "attendance_taken", absent=0)
    assert index not in chosen(log, Target("student", student)).indexes
    assert index in chosen(log, Target("student", other)).indexes


def test_a_class_does_not_name_a_guardian_who_acted_in_it() -> None:
    school = sample()
    log = school.builder
    log.actor = {"id": school.guardian, "role": "guardian"}
    index = log.check(school.group)
    data = next(e["data"] for e in log.entries if e["stream"] == f"class/{school.group}")
    choice = chosen(log, Target("class", school.group, data["year"], data["grade"]))
    assert index in choice.indexes
    assert not [i for i in choice.indexes if log.entries[i]["stream"] == f"person/{school.guardian}"]
