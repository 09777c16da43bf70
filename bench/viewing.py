"""Every view that the HTTP interface shows, on the model school's year: of one class, teacher or student, and of all.

What is asked follows from the interface's own description: a new route is measured without a line here.
"""

from __future__ import annotations

import random
import re
import statistics
import time
from collections.abc import Iterator
from typing import Any, Final

import httpx

from api.app import create_app
from api.schools import OpenSchool, Registry
from bench.asking import MILLISECONDS, MONTHS, YEAR
from bench.looking import let_in, served
from bench.measure import Report, Result
from projections.reading import resolve

_PREFIX: Final = "/v1/schools/{school}"
_OTHERS: Final = re.compile(r"/(log|feed|me|questions|entries|accounts|prints/\{sheet\})\b|\.(csv|jsonl)$")
"""What is no view, or measured elsewhere, or the same as another one in a file's form."""
_PLACES: Final = re.compile(r"\{(\w+)\}")
_SCOPES: Final = ("class_group", "teacher", "employee", "student", "course", "lesson")
_IDS: Final = {
    "class_group": "SELECT DISTINCT g.class_group FROM {classes} g ORDER BY 1",
    "teacher": "SELECT DISTINCT a.teacher FROM {assignments} a ORDER BY 1",
    "student": "SELECT DISTINCT e.student FROM {enrollments} e ORDER BY 1",
    "course": "SELECT DISTINCT o.course FROM {courses} o ORDER BY 1",
    "lesson": "SELECT l.lesson FROM {lessons} l WHERE l.held_on = '2026-10-05' ORDER BY 1",
    "year": "SELECT y.year FROM {years} y",
    "period": "SELECT p.period FROM {periods} p ORDER BY 1",
}
_VARIED: Final = 5


def views_shown(report: Report, school: OpenSchool, rounds: int, *, database: str = "sqlite") -> None:
    """The 95th percentile of each view, now and as of the past; what the founder may not read is left out and named.

    `database`: where the school's views are.
    """
    paths: dict[str, Any] = create_app(Registry([])).openapi()["paths"]
    token = let_in(school)
    school.views.catch_up(school.recorder)
    ids = {name: [row[0] for row in school.views.select(sql, {})] for name, sql in _IDS.items()}
    ids["employee"] = ids["person"] = ids["teacher"]
    position = resolve(school.views, None)
    refused: list[str] = []
    with served(school, token, with_log=True) as client:
        for path, operations in paths.items():
            if "get" not in operations or not path.startswith(_PREFIX) or _OTHERS.search(path):
                continue
            names = {one["name"] for one in operations["get"].get("parameters", ()) if one["in"] == "query"}
            requests = list(_requests(path, names, ids))
            for when, at in (("now", None), ("as_of", position * 3 // 4)):
                if at is not None and "at" not in names:
                    continue
                times = _times(client, school.code, requests, at, rounds)
                if not times:
                    refused.append(path.removeprefix(_PREFIX))
                    continue
                p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
                name = f"view_{path.removeprefix(_PREFIX + '/')}_{when}_{database}"
                report.add(name, Result(p95 / MILLISECONDS, 1.0, "lower", p95, MILLISECONDS, "ms (p95)"))
    if refused and not report.is_quiet:
        print(f"not shown to the founder, or not there: {', '.join(sorted(set(refused)))}")


def _requests(path: str, names: set[str], ids: dict[str, list[str]]) -> Iterator[tuple[str, dict[str, str]]]:
    """A path and a query: of each scope that the route knows, a month and the year, and of the whole school."""
    rng = random.Random(path)
    scopes: list[str | None] = [name for name in _SCOPES if name in names]
    for scope in [*scopes, None]:
        for _ in range(_VARIED if scope is not None or _PLACES.search(path.removeprefix(_PREFIX)) else 1):
            filled = _PLACES.sub(
                lambda found: found[0] if found[1] == "school" else rng.choice(ids.get(found[1]) or ["0"]), path
            )
            query = {} if scope is None else {scope: rng.choice(ids[scope])}
            spans = [rng.choice(MONTHS), YEAR] if {"from", "to"} <= names else [None]
            for span in spans:
                yield filled, query if span is None else {**query, "from": span[0], "to": span[1]}


def _times(
    client: httpx.Client, code: str, requests: list[tuple[str, dict[str, str]]], at: int | None, rounds: int
) -> list[float]:
    """Milliseconds of each request that is answered, twice at least: a percentile takes two."""
    times: list[float] = []
    for number in range(rounds + 1):
        for path, query in requests:
            asked = query if at is None else {**query, "at": str(at)}
            begun = time.perf_counter()
            answer = client.get(path.replace("{school}", code), params=asked)
            taken = (time.perf_counter() - begun) * 1_000
            if answer.status_code == httpx.codes.OK and number:
                times.append(taken)
    return times * 2 if len(times) == 1 else times
