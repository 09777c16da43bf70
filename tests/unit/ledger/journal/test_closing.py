"""Closing a period: when, by whom, and what the closing entry commits to."""

from __future__ import annotations

import hashlib
import json

import pytest

from ledger.clock import find_zone
from ledger.journal import commands as cmd, events as ev
from ledger.journal.closing import LessonScan, commitment
from ledger.journal.codec import CODEC
from ledger.journal.context import LessonHead
from ledger.journal.decide import decide
from ledger.journal.memory import Journal
from ledger.tree import EMPTY_ROOT
from ledger.wire.entry import Entry, format_entry
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    AFTER_QUARTER,
    DEPUTY,
    MATHS_B,
    QUARTER_1,
    TEACHER,
    WHOLE_YEAR,
    YEAR,
    SmallSchool,
    Step,
    answer,
    lesson,
    moscow,
    setup_commands,
    uid,
)


def sha(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def test_commits_to_the_leaves_in_byte_order_of_their_streams() -> None:
    # Written out by hand: three leaves, the RFC 6962 tree is ((a b) c).
    a, b, c = (sha(b'\x00["lesson/%b",%d,%d]' % leaf) for leaf in ((b"a", 6, 412), (b"b", 1, 3), (b"c", 2, 99)))
    root = sha(b"\x01" + sha(b"\x01" + a + b) + c).hex()
    heads = [LessonHead("lesson/b", 1, 3), LessonHead("lesson/c", 2, 99), LessonHead("lesson/a", 6, 412)]
    assert commitment(heads) == (3, root)


def test_commits_to_nothing_as_the_empty_tree() -> None:
    assert commitment([]) == (0, EMPTY_ROOT.hex())


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


CLOSE = cmd.ClosePeriod(period=QUARTER_1)


def test_counts_the_lessons_of_the_period_alone(school: SmallSchool) -> None:
    school.do(lesson(works=(answer(),)))
    school.do(lesson(uid(1001), course=MATHS_B))
    school.do(lesson(uid(1002), held_on="2026-11-09"), now=moscow("2026-11-09 12:00"))
    event = school.close(now=moscow("2026-11-10 09:00"))
    assert isinstance(event, ev.PeriodClosed)
    first = school.journal.aggregates[f"lesson/{uid(1000)}"]
    heads = [
        LessonHead(stream, school.journal.aggregates[stream].version, school.journal.last_index[stream])
        for stream in (first.stream, f"lesson/{uid(1001)}")
    ]
    assert (event.streams, event.root) == commitment(heads)


def test_closes_on_the_day_after_the_last_by_the_schools_clock(school: SmallSchool) -> None:
    refused = school.refuse(CLOSE, ADMIN, moscow("2026-10-25 23:59"))
    assert (refused.rule, refused.clause) == ("period_not_over", "3.3")
    assert school.do(CLOSE, DEPUTY, moscow("2026-10-26 00:00"))


def test_closes_once(school: SmallSchool) -> None:
    school.close()
    assert school.refuse(CLOSE, ADMIN, AFTER_QUARTER).rule == "period_closed"


def test_is_not_for_teachers(school: SmallSchool) -> None:
    assert school.refuse(CLOSE, TEACHER, AFTER_QUARTER).rule == "role_not_allowed"


def test_refuses_an_unknown_period(school: SmallSchool) -> None:
    assert school.refuse(cmd.ClosePeriod(period=uid(9)), ADMIN, AFTER_QUARTER).rule == "unknown_period"


def test_rests_on_the_whole_log_standing_still(school: SmallSchool) -> None:
    assert decide(CLOSE, school.journal, ADMIN, AFTER_QUARTER).expected_size == school.journal.size


def test_a_closed_year_closes_its_quarters_days_too(school: SmallSchool) -> None:
    after_year = moscow("2027-06-01 09:00")
    school.close(WHOLE_YEAR, after_year)
    assert school.refuse(lesson(), now=after_year).rule == "period_closed"


def test_the_scan_of_a_log_finds_what_the_journal_in_memory_knows() -> None:
    journal = Journal(find_zone)
    scan = LessonScan(YEAR, (5, 6), "2026-09-01", "2026-10-25")
    november = moscow("2026-11-09 12:00")
    steps: list[Step] = [
        *setup_commands(),
        (lesson(works=(answer(),)), TEACHER, november),
        (lesson(uid(1001), course=MATHS_B), TEACHER, november),
        (lesson(uid(1002), held_on="2026-11-09"), TEACHER, november),
        (cmd.AddToLesson(lesson=uid(1000), works=(answer(uid(2001)),)), TEACHER, november),
    ]
    for command, actor, now in steps:
        first = journal.size
        for index, (stream, version, event) in enumerate(journal.apply(command, actor, now), first):
            scan.see(entry_of(index, stream, version, event))
    heads = journal.lessons(YEAR, (5, 6), "2026-09-01", "2026-10-25")
    assert sorted(scan.heads()) == sorted(heads)
    assert [(head.last_version, head.last_index) for head in sorted(heads)] == [
        (3, journal.size - 1),
        (1, journal.size - 3),
    ]


def entry_of(index: int, stream: str, version: int, event: ev.Event) -> bytes:
    type_, data = CODEC.encode(event)
    entry = Entry(
        ADMIN, "2026-09-01T00:00:00.000000Z", uid(1), json.loads(data), index, bytes(32), stream, type_, version
    )
    return format_entry(entry)
