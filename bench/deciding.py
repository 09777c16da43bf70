"""What it takes to decide that a request is within a role's reach, as the log says at this very moment."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from api.auth import Identity, Right
from api.reach import Facts, Named, Reached
from api.school_facts import SchoolFacts
from api.schools import OpenSchool
from bench.measure import Report
from bench.reading import sample_school
from ledger.journal.account_events import RoleGranted

TIMES: Final = 2_000


def access_decided(report: Report, folder: Path, rounds: int) -> None:
    """Microseconds a decision; the peer asks for the right alone, as a table without reach would."""
    with sample_school(folder / "access", "S") as school:
        sql = "SELECT a.teacher, a.course, c.class_group FROM {assignments} a JOIN {courses} c ON c.course = a.course"
        teacher, course, class_group = school.views.select(f"{sql} ORDER BY a.entry LIMIT 1", {})[0]
        student = school.views.select("SELECT min(e.student) FROM {enrollments} e", {})[0][0]
        facts = SchoolFacts(school)
        for name, role, named in (
            ("access_of_a_teacher", "teacher", Named(course=course, class_group=class_group)),
            ("access_of_a_guardian", "guardian", Named(student=student)),
        ):
            granted = RoleGranted(role=role, starts_on="2020-01-01", basis="1", student=student)  # type: ignore[arg-type]
            identity = Identity(teacher, role, school.code, "bench", grants=(granted,))
            assert identity.reaches(Right.READ_VIEWS, named, facts), name
            decide = partial(_decide, identity, named, facts)
            for way, decided in ((name, decide), (f"{name}_anew", partial(_decide_anew, school, decide))):
                report.compare(
                    way,
                    partial(_us, decided),
                    partial(_us, partial(identity.may, Right.READ_VIEWS)),
                    unit="µs",
                    rounds=rounds,
                    better="lower",
                )


def _decide(identity: Identity, named: Named, facts: Facts) -> bool:
    return identity.may(Right.READ_VIEWS) and identity.reaches(Right.READ_VIEWS, named, facts)


def _decide_anew(school: OpenSchool, decide: Callable[[], bool]) -> bool:
    """As after an entry: nothing that was decided before is kept."""
    school.reached = Reached()
    return decide()


def _us(decide: Callable[[], bool]) -> float:
    return min(timeit.repeat(decide, number=TIMES, repeat=3)) / TIMES * 1e6
