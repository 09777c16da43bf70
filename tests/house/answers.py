"""Write `api/answers.json`: what each question and view of the sample school is answered with, cut to a row or two.

``make answers`` asks a served sample school for everything that the description of
the interface says is answered with JSON, in the first role that may ask; what it has nothing of is left out. The
description gives them as examples, and a test holds their members against answers of today.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any, Final

import httpx
import orjson

from api.app import create_app
from api.schools import Registry
from tests.contract_school import contract_school, ids_of
from tests.http_school import Served

COMMANDS: Final = 100_000
ROLES: Final = ("director", "administrator", "deputy", "teacher", "student", "guardian")
_ROWS: Final = 1
_TEXT_MAX: Final = 120
_QUERY: Final[Mapping[str, str]] = {
    "subject": "Математика",
    "from": "2026-09-01",
    "to": "2026-09-20",
}
_TRIES: Final = 4
_SCHOOL: Final = "/v1/schools/{school}"


def paths() -> Iterator[tuple[str, list[str]]]:
    """Every path under the school that is answered with JSON of views, with the names of its query."""
    for path, item in create_app(Registry([])).openapi()["paths"].items():
        operation = item.get("get")
        content = operation["responses"]["200"]["content"].get("application/json") if operation else None
        if content is not None and content.get("schema") == {"$ref": "#/components/schemas/Answer"}:
            names = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
            yield path.removeprefix(_SCHOOL), names


def ask(server: Served, ids: Mapping[str, list[str]], below: str, names: list[str]) -> Any:
    """The fullest answer to a path that some role gets; None: nobody gets one."""
    places = re.findall(r"\{(\w+)\}", below)
    known = [
        ids.get(place, ids["index"] if place.endswith(("index", "consent", "refusal")) else [""]) for place in places
    ]
    best: Any = None
    for role in ROLES:
        headers = {"Authorization": f"Bearer {server.tokens[role]}"}
        with httpx.Client(base_url=f"{server.base}/v1/schools/sample", headers=headers, timeout=60) as client:
            for values in list(product(*(some[:_TRIES] for some in known)))[:_TRIES]:
                path = below.format(**dict(zip(places, values, strict=True)))
                for query in _queries(names, ids):
                    found = _get(client, path, query)
                    if found is not None and (best is None or (not _has_rows(best) and _has_rows(found))):
                        best = found
                    if best is not None and _has_rows(best):
                        return best
        if best is not None:
            return best
    return best


def _queries(names: list[str], ids: Mapping[str, list[str]]) -> Iterator[dict[str, str]]:
    yield {}
    wanted = {"class_group", "class", "student", "subject", "course", "from", "to", "on", "teacher", "person", "lesson"}
    given = {name: _QUERY.get(name) or ids.get(name, [""])[0] for name in names if name in wanted}
    for left_out in ((), ("lesson",), ("student", "lesson"), ("teacher",), ("course", "lesson", "student")):
        yield {name: value for name, value in given.items() if value and name not in left_out}


def _get(client: httpx.Client, path: str, query: dict[str, str]) -> Any:
    answer = client.get(path, params=query)
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    return answer.json() if answer.status_code == 200 and is_json else None


def _has_rows(answer: Any) -> bool:
    return not isinstance(answer, dict) or bool(answer.get("rows", True))


def cut(value: Any) -> Any:
    """The first of each list, and no long text."""
    if isinstance(value, list):
        return [cut(one) for one in value[:_ROWS]]
    if isinstance(value, dict):
        return {
            name: _some(one) if name == "people" and isinstance(one, dict) else cut(one) for name, one in value.items()
        }
    return value[:_TEXT_MAX] if isinstance(value, str) else value


def _some(people: dict[str, Any]) -> dict[str, Any]:
    return {id_: people[id_] for id_ in sorted(people)[:_ROWS]}


def answers(server: Served) -> dict[str, Any]:
    """Path under the school -> what it is answered with."""
    # Accounts of the tests have ids by chance: of what they made nothing is asked.
    ids = ids_of(server, before=datetime.now(UTC).date().isoformat())
    found = ((below, ask(server, ids, below, names)) for below, names in paths())
    return {below: cut(answer) for below, answer in found if answer is not None}


def members(value: Any, path: str = "") -> Iterator[str]:
    """The members of an answer, at any depth; what `people` and other maps by ids have is no member."""
    if isinstance(value, list):
        for one in value:
            yield from members(one, f"{path}[]")
    elif isinstance(value, dict):
        for name, one in value.items():
            if not re.fullmatch("[0-9a-f]{8}-[0-9a-f-]{27}", name):
                yield f"{path}.{name}"
                yield from members(one, f"{path}.{name}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, contract_school(Path(folder) / "var", commands=COMMANDS) as server:
        content = orjson.dumps(
            answers(server), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
        )
    sys.stdout.buffer.write(content)
