"""Erasing one person (regulation 1.5, R09; 152-ФЗ, Art. 21) in a school of five years, against one of a single year.

The log is that of `bench.spanning`, with its enrolments. The vault has everybody's names and, of each year, address
and phone anew and a quarter of the people's notes to corrections. Of each year every form is issued that the
regulation knows: the page of each course and period, each class's summary sheet, each period's corrections, each
month's substitutions. So many has a school that prints all of them. Each has a key, which is a file: with a student go
those of the classes of all years, with an employee those of all forms.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from api.retention import JOURNAL, PERSON, PRINT
from api.sample import SampleSchool
from api.schools import OpenSchool, open_school
from bench.measure import Report, Result
from bench.spanning import YEARLY, YEARS, model_year, record_years
from ledger.journal.codec import CODEC
from ledger.journal.print_events import SheetIssued
from ledger.log import Command
from ledger.vault import Keeping, make_disclosure
from ledger.wire.entry import Actor
from projections.views.lookups import Period, classes, courses, periods
from tests.cluster import Cluster
from tests.conftest import Database, make_database, set_database
from tests.erasing_school import erase_now
from tests.sample_folders import SEED, found

SECONDS: Final = 5.0
_AT_ONCE: Final = 500
_SAMPLE: Final = SampleSchool(SEED, "M")
_ROSTER: Final = _SAMPLE.roster()
_FIRST: Final = Actor(_ROSTER.administrator.id, "administrator")
_TEACHER: Final = next(person for group in _ROSTER.teachers.values() for person in group)
_SECOND: Final = Actor(_ROSTER.deputy.id, "director")


class _Form(NamedTuple):
    kind: str
    scope: dict[str, str]


class _Taken(NamedTuple):
    wall_s: float
    cpu_s: float


def people_erased(report: Report, folder: Path, cluster: Cluster, students: int) -> None:
    """Seconds from the proposal to the entry: the median of some students of different classes, then one employee."""
    year = model_year(_SAMPLE, YEARLY | {"student_enrolled/1"})
    for name in ("sqlite", "postgres"):
        with ExitStack() as stack:
            schools = []
            for years in (YEARS, 1):
                database = make_database(cluster) if name == "postgres" else None
                school = stack.enter_context(_opened(folder / f"{name}-{years}", database))
                record_years(school, year, years)
                school.views.catch_up(school.recorder)
                _keep(school, years)
                schools.append(school)
            _tell(report, f"erase_student_{name}", *(_of_students(school, students) for school in schools))
            _tell(report, f"erase_employee_{name}", *(_taken(school, _TEACHER.id) for school in schools))
            _describe(report, schools[0])


def _tell(report: Report, name: str, ours: _Taken, peer: _Taken) -> None:
    """By CPU time against the peer, for the disk is shared by whoever runs on the machine; the goal is the wall's."""
    report.add(name, Result(ours.cpu_s / peer.cpu_s, None, "lower", ours.cpu_s, peer.cpu_s, "CPU s"))
    report.add(f"{name}_seconds", Result(ours.wall_s / SECONDS, 1.0, "lower", ours.wall_s, SECONDS, "s"))


def _describe(report: Report, school: OpenSchool) -> None:
    if not report.is_quiet:
        size, keys = school.recorder.head().size, len(school.vault.keys.destroyed())
        print(f"{YEARS} years, {size} entries; {keys} keys were destroyed")


@contextmanager
def _opened(folder: Path, database: Database | None) -> Iterator[OpenSchool]:
    """An empty school's folder; the vault and the views are in the database where there is one."""
    with pytest.MonkeyPatch.context() as patched:
        if database is not None:
            set_database(patched, database)
        found(folder, _SAMPLE, "sqlite" if database is None else "postgresql")
        with open_school(folder, background=False) as school:
            yield school


def _keep(school: OpenSchool, years: int) -> None:
    """Keep what a school keeps in so many years, and issue its forms."""
    people = [person for (person,) in school.views.select("SELECT p.person FROM {persons} p ORDER BY 1", {})]
    names = ("family_name", "given_name", "patronymic", "birth_date", *("address", "phone") * years)
    keepings = [Keeping(person, PERSON, _texts(*names)) for person in people]
    keepings += [Keeping(person, JOURNAL, _texts(*("note",) * 2 * years)) for person in people[::4]]
    stored = []
    for number, form in enumerate(_forms(school), 1):
        made, sheet = make_disclosure("content", "00" * 32), str(uuid4())
        event = SheetIssued(
            sheet=sheet, number=number, kind=form.kind, position=1, pages=1, sd=(made.digest,), **form.scope  # type: ignore[arg-type]
        )  # fmt: skip
        topic, state = CODEC.encode(event)
        stored.append(
            StoredEvent(f"prints/{school.app.look(lambda context: context.books.school)}", number, topic, state)
        )
        keepings.append(Keeping(sheet, PRINT, [made.text]))
    for start in range(0, len(keepings), _AT_ONCE):
        school.vault.keep_many(keepings[start : start + _AT_ONCE])
    for start in range(0, len(stored), _AT_ONCE):
        command = Command(id=str(uuid4()), actor=_FIRST, at=school.app.now())
        school.recorder.insert_events(stored[start : start + _AT_ONCE], command=command)
    school.views.catch_up(school.recorder)


def _texts(*names: str) -> list[str]:
    return [make_disclosure(name, "Константинопольская-Вознесенская").text for name in names]


def _forms(school: OpenSchool) -> Iterator[_Form]:
    known = periods(school.views).rows
    groups = {group.class_group: group for group in classes(school.views).rows}
    for course in courses(school.views).rows:
        grade = groups[course.class_group].grade
        of_grade = (one for one in known if one.year == course.year and grade in one.grades and one.kind != "year")
        yield from (_Form("class_page", {"course": course.course, "period": one.period}) for one in of_grade)
    yield from (_Form("summary_sheet", {"class_group": group}) for group in groups)
    yield from (_Form("corrections", {"period": one.period}) for one in known)
    yield from (_Form("substitutions", {"month": month}) for month in _months(known))


def _months(known: tuple[Period, ...]) -> list[str]:
    """The nine months of each school year."""
    autumns = sorted({int(one.starts_on[:4]) for one in known if one.starts_on[5:] >= "07-01"})
    return [f"{autumn + (month < 9)}-{month:02}" for autumn in autumns for month in (9, 10, 11, 12, 1, 2, 3, 4, 5)]


def _of_students(school: OpenSchool, how_many: int) -> _Taken:
    """The median of students of classes that nobody was erased of before: else their forms' keys are gone already."""
    sql = "SELECT min(e.student) FROM {enrollments} e GROUP BY e.class_group ORDER BY 1"
    students = dict.fromkeys(student for (student,) in school.views.select(sql, {}))
    taken = [_taken(school, one) for one in [*students][:how_many]]
    return _Taken(statistics.median(one.wall_s for one in taken), statistics.median(one.cpu_s for one in taken))


def _taken(school: OpenSchool, person: str) -> _Taken:
    begun = time.perf_counter(), time.process_time()
    erase_now(school, person, _FIRST, _SECOND, str(uuid4()))
    return _Taken(time.perf_counter() - begun[0], time.process_time() - begun[1])
