"""Rows of views cite the entries that they rest on; a sum names where what it counts is listed, with the entries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from api.app import create_app
from api.openapi import _ANSWERS as ANSWERS
from api.schools import Registry

_CITES: Final = re.compile(r"(^|_)(entry|entries|index|fact|facts|standing|first|corrects|basis)$|_by$")
"""Names of fields that hold entries' indexes."""
SUMS: Final = {
    ("/classes/{class_group}/journal/lacks", "counts"): "/classes/{class_group}/journal/lacks",
    ("/deadlines/counts", "rows"): "/deadlines",
    ("/deadlines/office/counts", "rows"): "/deadlines/office",
    ("/indicators", "rows"): "/indicators",
    ("/posted-homework/shares", "rows"): "/posted-homework",
    ("/questions/indicators", "rows"): "/questions/indicators",
    ("/questions/late-entries", "rows"): "/questions/late-entries",
    ("/substitutions", "totals"): "/substitutions",
    ("/workload", "rows"): "/workload/lessons",
    ("/worklist", "weeks"): "/worklist",
}
"""Route and list of sums -> the route that lists what they count, by the same filters and as of the same position.

Of the same route: the list stands beside the sums, or is given once less is asked for, such as one teacher.
"""
NOT_OF_ENTRIES: Final = {
    ("/classes/{class_group}/sheet/versions", "rows"): "a version is of a position; what changed in it cites entries",
    ("/me/tokens", "rows"): "sign-ins are no entries",
    ("/questions", "questions"): "what can be asked",
    ("/questions/integrity", "rows"): "how many entries are known",
    ("/views/journals", "rows"): "a journal with which nothing was done yet",
}
"""Route and list -> why the row that is shown rests on no entry."""


def _cites(value: Any) -> bool:
    """Whether an index stands somewhere in a row."""
    if isinstance(value, dict):
        return any((_CITES.search(name) and _holds_index(inside)) or _cites(inside) for name, inside in value.items())
    return isinstance(value, list) and any(map(_cites, value))


def _holds_index(value: Any) -> bool:
    some = value if isinstance(value, list) else [value]
    return any(isinstance(one, int) and not isinstance(one, bool) for one in some)


def _rows() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Route, member and first row of every list of objects in the examples, which are a real server's answers."""
    for route, answer in ANSWERS.items():
        for member, rows in answer.items() if isinstance(answer, dict) else ():
            if isinstance(rows, list) and rows and isinstance(rows[0], dict):
                yield route, member, rows[0]


def test_every_row_cites_entries_or_is_listed_as_a_sum() -> None:
    silent = {(route, member) for route, member, row in _rows() if not _cites(row)}
    assert silent == {*SUMS, *NOT_OF_ENTRIES}


@pytest.mark.parametrize(("sums", "rows"), SUMS.items(), ids="".join)
def test_a_sum_is_listed_by_the_same_filters(sums: tuple[str, str], rows: str) -> None:
    paths = create_app(Registry([])).openapi()["paths"]

    def filters(route: str) -> set[str]:
        return {one["name"] for one in paths["/v1/schools/{school}" + route]["get"].get("parameters", ())}

    route, _ = sums
    assert filters(route) - {"by", "format"} <= filters(rows), "what narrows a sum narrows its list"
    assert "at" in filters(rows)
