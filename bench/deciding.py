"""What it takes to decide that a request is within a role's reach, as the log says at this very moment.

As most requests find it: decided before, and nothing moved that it rests on, in CPU time; the same as a request does
it, which was told where the log ends when it asked who acts; both together, against each with a look of its own (at the
database on PostgreSQL, where others may append as well); behind an entry that it does not rest on; and anew.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Final
from uuid import uuid4

import pytest

from api.auth import Identity, Right
from api.reach import Facts, Named, Reached
from api.sample import SampleSchool, load_in_bulk
from api.school_facts import SchoolFacts
from api.schools import OpenSchool, open_school
from bench.measure import Report, Result
from bench.reading import sample_school
from ledger.journal.account_events import RoleGranted
from ledger.journal.commands import RegisterPerson
from ledger.wire.entry import Actor
from tests.cluster import Cluster
from tests.conftest import make_database, set_database
from tests.sample_folders import SEED, found

TIMES: Final = 1_000
MICROSECONDS: Final = 5.0
_ENTRIES: Final = 200


def access_decided(report: Report, folder: Path, cluster: Cluster, rounds: int) -> None:
    """Microseconds a decision; the peer asks for the right alone, as a table without reach would."""
    with sample_school(folder / "access", "S") as school:
        _decided(report, school, rounds, "")
    with school_on_postgres(folder / "access-postgres", cluster) as school:
        _decided(report, school, rounds, "_postgres")


@contextmanager
def school_on_postgres(folder: Path, cluster: Cluster, *, background: bool = False) -> Iterator[OpenSchool]:
    """The small sample school, its log, vault and views on PostgreSQL; `background`: open as a server has it."""
    database, sample = make_database(cluster), SampleSchool(SEED, "S")
    with pytest.MonkeyPatch.context() as patched:
        set_database(patched, database)
        found(folder, sample, "postgresql")
        with open_school(folder, background=background) as school:
            load_in_bulk(school.recorder, school.vault, sample)
            school.views.rebuild(school.recorder)
            yield school


def _decided(report: Report, school: OpenSchool, rounds: int, database: str) -> None:
    sql = "SELECT a.teacher, a.course, c.class_group FROM {assignments} a JOIN {courses} c ON c.course = a.course"
    teacher, course, class_group = school.views.select(f"{sql} ORDER BY a.entry LIMIT 1", {})[0]
    student = school.views.select("SELECT min(e.student) FROM {enrollments} e", {})[0][0]
    for who, role, named in (
        ("teacher", "teacher", Named(course=course, class_group=class_group)),
        ("guardian", "guardian", Named(student=student)),
    ):
        granted = RoleGranted(role=role, starts_on="2020-01-01", basis="1", student=student)  # type: ignore[arg-type]
        identity = Identity(teacher, role, school.code, "bench", grants=(granted,))
        facts = SchoolFacts(school)
        assert identity.reaches(Right.READ_VIEWS, named, facts), who
        decide = partial(_decide, identity, named, facts)
        name = f"access_of_a_{who}{database}"
        size = school.log_size()
        ways: dict[str, Callable[[], float]] = {
            name: partial(_us, decide, process_time),
            f"{name}_in_a_request": partial(
                _us, partial(_decide_in_a_request, identity, named, school, size), process_time
            ),
            f"{name}_anew": partial(_us, partial(_decide_anew, school, identity, named)),
        }
        for way, measured in ways.items():
            report.compare(
                way,
                measured,
                partial(_us, partial(identity.may, Right.READ_VIEWS), process_time),
                unit="µs",
                rounds=rounds,
                better="lower",
            )
        report.compare(
            f"{name}_and_who_asks",
            partial(_us, partial(_decide_with_who_asks, identity, named, school)),
            partial(_us, partial(_decide_after_who_asks, identity, named, school)),
            unit="µs",
            rounds=rounds,
            goal=1.0,
            better="lower",
        )
        taken = report.results[name].ours
        report.add(f"{name}_us", Result(taken / MICROSECONDS, 1.0, "lower", taken, MICROSECONDS, "µs"))
        _after_entries(report, school, name, identity, named)


def _after_entries(report: Report, school: OpenSchool, name: str, identity: Identity, named: Named) -> None:
    """Microseconds behind an entry that the decision does not rest on, against one that is made anew there."""
    taken: list[list[float]] = [[], []]
    actor = Actor(identity.actor, "administrator")
    for number in range(2 * _ENTRIES):
        school.execute(RegisterPerson(person=str(uuid4()), kind="student", sd=()), actor)
        if number % 2:
            school.reached = Reached()
        school.app.aggregate(f"person/{identity.actor}")  # the connection is warm for both
        once = timeit.timeit(partial(_decide_in_a_request, identity, named, school), number=1)
        taken[number % 2].append(once * 1e6)
    kept, anew = (sorted(one)[len(one) // 2] for one in taken)
    report.add(f"{name}_after_an_entry", Result(kept / anew, None, "lower", kept, anew, "µs"))


def _decide(identity: Identity, named: Named, facts: Facts) -> bool:
    return identity.may(Right.READ_VIEWS) and identity.reaches(Right.READ_VIEWS, named, facts)


def _decide_in_a_request(identity: Identity, named: Named, school: OpenSchool, size: int | None = None) -> bool:
    """As a request does; None: where others may append, it looks where the log ends."""
    return _decide(identity, named, SchoolFacts(school, size))


def _decide_with_who_asks(identity: Identity, named: Named, school: OpenSchool) -> bool:
    """One look at the log for who acts and how far the role reaches."""
    size = school.log_size()
    school.app.aggregate_as_of(f"person/{identity.actor}", size)
    return _decide_in_a_request(identity, named, school, size)


def _decide_after_who_asks(identity: Identity, named: Named, school: OpenSchool) -> bool:
    """One look for each of them."""
    school.app.aggregate(f"person/{identity.actor}")
    return _decide_in_a_request(identity, named, school)


def _decide_anew(school: OpenSchool, identity: Identity, named: Named) -> bool:
    """As where nothing that was decided before is kept."""
    school.reached = Reached()
    return _decide_in_a_request(identity, named, school)


def _us(decide: Callable[[], bool], timer: Callable[[], float] = perf_counter) -> float:
    return min(timeit.repeat(decide, number=TIMES, repeat=3, timer=timer)) / TIMES * 1e6
