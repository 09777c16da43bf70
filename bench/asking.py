"""The inspector's questions on the model school's year: 95th percentile of varied askings, now and as of the past."""

from __future__ import annotations

import gc
import random
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from api.sample import SampleSchool, load_in_bulk
from api.schools import OpenSchool, open_school
from bench.measure import Report, Result
from projections.engine import Views
from projections.questions import QUESTIONS, LogFacts, Question, ask
from projections.reading import resolve
from projections.views.lookups import classes, lessons, memberships
from projections.views.substitution_register import substitution_register
from tests.cluster import Cluster
from tests.conftest import make_database
from tests.projection_databases import views_dsn
from tests.sample_folders import SEED, found

MILLISECONDS: Final = 300.0
REGISTER_MILLISECONDS: Final = 1_000.0
MONTHS: Final = [(f"2026-{month:02}-01", f"2026-{month:02}-28") for month in range(9, 13)]
OF_KEPT_COUNTS: Final = (7, 24)
"""Questions of a school's whole year that rest on counts kept from asking to asking (docs/decisions/0024)."""
QUARTERS: Final = [("2026-09-01", "2026-10-25"), ("2026-11-02", "2026-12-31")]
YEAR: Final = ("2026-09-01", "2027-05-31")


def questions_asked(report: Report, school: OpenSchool, cluster: Cluster | None, rounds: int) -> None:
    """Every question on SQLite, and on PostgreSQL where there is a cluster."""
    _measure(report, "sqlite", school.views, rounds)
    if cluster is not None:
        with Views.open(views_dsn(make_database(cluster)), school.recorder.origin) as views:
            views.rebuild(school.recorder)
            _measure(report, "postgres", views, rounds)


@contextmanager
def year_school(folder: Path, ready: Path | None) -> Iterator[OpenSchool]:
    """The model school's year, each command an append of its own: as many of them as in life.

    Made in `folder`, or copied there from a `ready` one, in which nothing is recorded.
    """
    sample = SampleSchool(SEED, "M")
    if ready is None:
        found(folder, sample, "sqlite")
    else:
        shutil.copytree(ready, folder, symlinks=True)
    with open_school(folder, background=False) as school:
        if ready is None:
            load_in_bulk(school.recorder, school.vault, sample, batch_events=1)
        school.views.rebuild(school.recorder)
        yield school


@contextmanager
def viewed_from(folder: Path, cluster: Cluster) -> Iterator[OpenSchool]:
    """The school of a folder with its views in PostgreSQL; its log, names and looks stay where they are."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("LETOPIS_VIEWS_DSN", views_dsn(make_database(cluster)))
        with open_school(folder, background=False) as school:
            school.views.rebuild(school.recorder)
            yield school


def _measure(report: Report, database: str, views: Views, rounds: int) -> None:
    now = resolve(views, None)
    facts = LogFacts(now, now, "00" * 32)
    # As the server does when it begins: the collector walks over what it answers, not over all that the bench holds.
    gc.collect()
    gc.freeze()
    for question in QUESTIONS:
        for when, position in (("now", now), ("as_of", now * 3 // 4)):
            times: list[float] = []
            first: list[float] = []
            asked = list(_askings(question, views, position))
            for number in range(rounds + 1):
                for given in asked:
                    begun = time.perf_counter()
                    ask(question, views, given, at=position, log=facts)
                    # The first round finds nothing kept and the statements unprepared.
                    (times if number else first).append((time.perf_counter() - begun) * 1_000)
            p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
            name = f"question_{question.number}_{when}_{database}"
            report.add(name, Result(p95 / MILLISECONDS, 1.0, "lower", p95, MILLISECONDS, "ms (p95)"))
            if question.number in OF_KEPT_COUNTS:
                worst = max(first)
                name = f"question_{question.number}_{when}_{database}_nothing_kept"
                report.add(name, Result(worst / MILLISECONDS, None, "lower", worst, MILLISECONDS, "ms (worst)"))
    gc.unfreeze()
    _measure_register(report, database, views, rounds)


def _measure_register(report: Report, database: str, views: Views, rounds: int) -> None:
    """Lessons missed and substituted of all employees in a whole year (3.3): one asking, the median of some."""
    first, last = YEAR
    times = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        substitution_register(views, from_date=first, to_date=last)
        times.append((time.perf_counter() - begun) * 1_000)
    median = statistics.median(times[1:])
    name = f"substitutions_year_{database}"
    report.add(name, Result(median / REGISTER_MILLISECONDS, None, "lower", median, REGISTER_MILLISECONDS, "ms"))


def _askings(question: Question, views: Views, position: int) -> Iterator[dict[str, str]]:
    """What an inspector would ask with: classes, students, employees, months, quarters, the whole school's year."""
    rng = random.Random(question.number)
    groups = rng.sample([row.name for row in classes(views, at=position).rows], 6)
    members = rng.sample(memberships(views, at=position).rows, 6)
    teachers = [row.teacher for row in rng.sample(lessons(views, to_date="2026-09-30", at=position).rows, 6)]
    names = {parameter.name: parameter for parameter in question.parameters}
    bounds: list[str] = [name for name in ("from", "to") if name in names]
    spans = [dict(zip(bounds, span, strict=False)) for span in (*MONTHS, *QUARTERS)]
    if "student" in names and names["student"].is_needed:
        for member in members:
            more = {"on": rng.choice(("2026-09-10", "2026-10-01", "2026-12-03"))} if "on" in names else {}
            yield {"student": member.student, **more}
        return
    choices: list[dict[str, str]] = [{"class": group} for group in groups] if "class" in names else []
    if "teacher" in names:
        choices += [{"teacher": teacher} for teacher in teachers[:2]]
    if "employee" in names:
        choices += [{"employee": teacher} for teacher in teachers]
    if "student" in names:
        choices += [{"student": member.student} for member in members[:2]]
    if "from" in names:
        yield from (choice | rng.choice(spans) for choice in choices)
        yield from spans
        if "finding" in names:
            yield from ({"finding": finding} | spans[-1] for finding in names["finding"].choices)
        yield dict(zip(bounds, YEAR, strict=False))
    elif "on" in names:
        yield from (choice | {"on": rng.choice(("2026-10-01", "2026-12-01"))} for choice in choices)
        yield from ({"on": day} for day in ("2026-10-01", "2026-12-01"))
    yield from choices
    yield {}
