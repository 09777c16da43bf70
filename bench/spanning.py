"""Lessons missed and substituted of all employees over five school years (regulation 3.3, R46): one request.

The log has what the register reads: of the model school's year its people, classes, courses, timetables, lessons
and how they were corrected, substitutions and cancellations, each entry as the journal decided it; and the same year
four times more, under other ids and 364 days later each, which keeps its weekdays. Enrolments, marks and homework are
left out: the register reads none.
"""

from __future__ import annotations

import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from eventsourcing.persistence import StoredEvent

from api.sample import SampleSchool
from api.schools import OpenSchool, open_school
from bench.looking import let_in, served
from bench.measure import Report, Result
from ledger.clock import find_zone
from ledger.journal.codec import CODEC
from ledger.journal.memory import Journal
from ledger.log import Command
from ledger.wire.entry import Actor
from tests.sample_folders import SEED, found

YEARS: Final = 5
REQUEST_MILLISECONDS: Final = 2_000.0
_YEAR: Final = timedelta(weeks=52)
_ONCE: Final = frozenset({"school_opened/1", "person_registered/1", "bell_schedule_set/1"})
YEARLY: Final = frozenset(
    f"{name}/1"
    for name in (
        *("school_year_opened", "period_defined", "class_group_opened", "course_opened", "teacher_assigned"),
        *("days_off_declared", "timetable_set", "lesson_recorded", "lesson_corrected", "lesson_annulled"),
        *("lesson_cancelled", "substitution_recorded", "substitution_planned"),
    )
)
_ID: Final = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_DAY: Final = re.compile(r'(?<=")[0-9]{4}-[0-9]{2}-[0-9]{2}(?=")')
_CORRECTS: Final = re.compile(r'(?<="corrects":)[0-9]+')


class _Recorded(NamedTuple):
    """What one command of the model year recorded of all this: leaf index there, stream, type and state of each."""

    at: datetime
    actor: Actor
    events: list[tuple[int, str, str, str]]


def substitutions_of_years(report: Report, folder: Path, rounds: int) -> None:
    """Milliseconds of the request at the median, over HTTP; the first finds the caches cold and is left out."""
    sample = SampleSchool(SEED, "M")
    found(folder, sample, "sqlite")
    with open_school(folder, background=False) as school:
        last = record_years(school, model_year(sample))
        token = let_in(school)
        school.views.rebuild(school.recorder)
        query = {"from": "2026-09-01", "to": last}
        with served(school, token, with_log=True) as client:
            times, rows, missed = [], 0, 0
            for _ in range(rounds + 1):
                begun = time.perf_counter()
                answer = client.get(f"/v1/schools/{school.code}/substitutions", params=query)
                times.append((time.perf_counter() - begun) * 1_000)
                answer.raise_for_status()
                rows, missed = len(answer.json()["rows"]), len(answer.json()["missed"] or ())
        size = school.recorder.head().size
    median = statistics.median(times[1:])
    ratio = median / REQUEST_MILLISECONDS
    report.add("substitutions_five_years", Result(ratio, 1.0, "lower", median, REQUEST_MILLISECONDS, "ms"))
    if not report.is_quiet:
        print(f"{YEARS} years, {size} entries: {rows} lessons substituted, {missed} missed")


def model_year(sample: SampleSchool, yearly: frozenset[str] = YEARLY) -> list[_Recorded]:
    """The model year's entries of these types, and of the people's and the school's, by command."""
    return list(_model_year(sample, yearly))


def _model_year(sample: SampleSchool, yearly: frozenset[str]) -> Iterator[_Recorded]:
    journal = Journal(find_zone)
    for planned in sample:
        if planned.count == 0:
            continue
        index = journal.size
        wanted = []
        for number, (stream, _, event) in enumerate(journal.apply(planned.command, planned.actor, planned.at)):
            topic, state = CODEC.encode(event)
            if topic in yearly or topic in _ONCE:
                wanted.append((index + number, stream, topic, state.decode()))
        if wanted:
            yield _Recorded(planned.at, planned.actor, wanted)


def record_years(school: OpenSchool, year: list[_Recorded], years: int = YEARS) -> str:
    """Record the year as often as there are years; returns the last day of all."""
    versions: Counter[str] = Counter()
    same = {one.split("/", 1)[1] for recorded in year for _, one, topic, _ in recorded.events if topic in _ONCE}
    size = 0
    for number in range(years):
        new_id = partial(_other_id, number, same)
        indexes: dict[str, str] = {}
        for recorded in year:
            stored: list[StoredEvent] = []
            for index, stream, topic, state in recorded.events:
                if number and topic in _ONCE:
                    continue
                indexes[str(index)] = str(size + len(stored))
                stream_ = _ID.sub(new_id, stream)
                versions[stream_] += 1
                moved = _CORRECTS.sub(partial(_new_index, indexes), _moved(state, number, new_id))
                stored.append(StoredEvent(stream_, versions[stream_], topic, moved.encode()))
            if stored:
                command = Command(
                    id=str(uuid5(UUID(int=number), str(size))), actor=recorded.actor, at=recorded.at + number * _YEAR
                )
                school.recorder.insert_events(stored, command=command)
                size += len(stored)
    return (date(2027, 5, 31) + (years - 1) * _YEAR).isoformat()


def _new_index(known: Mapping[str, str], found: re.Match[str]) -> str:
    return known[found[0]]


def _moved(state: str, number: int, new_id: Callable[[re.Match[str]], str]) -> str:
    """An entry's state in another year: other ids, other days."""
    days = _DAY.sub(lambda found: (date.fromisoformat(found[0]) + number * _YEAR).isoformat(), state)
    return _ID.sub(new_id, days)


def _other_id(number: int, same: set[str], found: re.Match[str]) -> str:
    """The id of the same thing in another year; people, the school and its bells stay who they are."""
    return found[0] if number == 0 or found[0] in same else str(uuid5(UUID(int=number), found[0]))
