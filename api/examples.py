"""Examples for the OpenAPI document, made from schemas and names of fields; of a body, what is mandatory alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_ID: Final = "3fdaf905-5697-4b37-92aa-cd007c019550"
_OTHER_ID: Final = "8c1d3f8e-5f0e-4c55-9a0a-2f6f9e0d7b41"
_HASH: Final = "5a" * 32
_BASE64: Final = "o2NmbXRkbm9uZQ"
_MINUTE: Final = "2026-11-24T10:30"
_BY_NAME: Final[Mapping[str, Any]] = {
    "act": "17",
    "attestation": _BASE64,
    "authenticator_data": _BASE64,
    "annual_refresh_until": "09-05",
    "at": "2026-11-01T12:00:00Z",
    "began_at": "2026-11-24T18:10",
    "ended_at": "2026-11-24T19:40",
    "ends_at": "09:15",
    "Idempotency-Key": "7d1f-1",
    "If-Match": '"7"',
    "basis": "приказ № 14",
    "citation": "приказ № 546, п. 5.3",
    "code": "ill",
    "cursor": "AAAAAAAAHm8ABlP0" + "A" * 38,
    "client_data": _BASE64,
    "contact": "parent@school.example",
    "course": _ID,
    "effective_from": "2026-09-01",
    "family_name": "Иванова",
    "five_from": 460,
    "four_from": 360,
    "given_name": "Анна",
    "id": _BASE64,
    "old": "прежний пароль",
    "signature": _BASE64,
    "held_by": "Городской архив",
    "kept": "архив, стеллаж 2",
    "label": "расписание",
    "limit": "500",
    "letter": "А",
    "link": "https://gu.example/school/1534",
    "login": "ivanova",
    "manifest_sha256": _HASH,
    "minutes": 45,
    "month": "2026-11",
    "week": "2026-W48",
    "name": "Портал услуг",
    "new": "5",
    "next_size": "1000",
    "number": 1,
    "obtained_at": _MINUTE,
    "office": "директор",
    "order_number": "41-о",
    "origin": "letopis.example/school/1534",
    "password": "три слова наугад",
    "place": "0/000",
    "protocol": "протокол № 12",
    "restored_at": _MINUTE,
    "root": _HASH,
    "school": "1534",
    "sha256": _HASH,
    "student": _ID,
    "subject": "Математика",
    "text": "§ 4, № 12",
    "three_from": 260,
    "title": "2026/27",
    "topic": "Дроби",
    "value": "4",
    "vkey": "witness.example/w1+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "year": _ID,
}
_BY_ENDING: Final = (
    (re.compile("_on$|_date$|^from$|^to$|^on$|_until$"), "2026-11-23"),
    (re.compile("_at$"), "08:30"),
    (re.compile("_number$"), "12"),
)
_BY_ROUTE: Final[Mapping[str, Mapping[str, Any]]] = {
    "/access-log/anchors": {},
    "/extracts": {"class_group": _ID},
    "/invitation": {"code": "7f3c-91aa-5d02-6b1e"},
    "/lessons/{lesson}/entries": {
        "absences": [{"student": _OTHER_ID}],
        "works": [{"work": _ID, "kind": "answer", "written": False}],
        "marks": [{"student": _ID, "work": _ID, "value": "4"}],
    },
    "/openid/sign-in": {},
    "/paper": {"place": "архив, стеллаж 2"},
    "/backups": {"place": "сейф"},
    "/paper/{paper}/moves": {"place": "сейф"},
    "/archives/{entry_index}/handovers": {"to": "Муниципальный архив"},
    "/paper-handovers": {"to": "Муниципальный архив"},
    "/people/{person}/data": {"phone": "+7 900 000-00-00"},
    "/print-checks": {"code": "LETOPIS1/3ATO…"},
    "/prints": {"kind": "summary_sheet", "class_group": _ID},
    "/second-factor": {"code": "123456"},
    "/classes/{class_group}/sheet/transfers": {"to": "Муниципальный архив"},
    "/years": {"starts_on": "2026-09-01", "ends_on": "2027-05-31"},
    "/periods": {"kind": "quarter", "starts_on": "2026-09-01", "ends_on": "2026-10-25"},
}
"""What a body says beside or instead of what its fields' names give: path under the school -> fields."""
_BY_PATTERN: Final = (("{8}", _ID), ("{12}", "5a5a5a5a5a5a"), ("{4}-", "2026-11-23"), ("0,14", "412"))


RECEIPT: Final[Mapping[str, Any]] = {
    "command": "0d9a3c1e-41f7-4a0c-9d57-6f0a55d3c8e2",
    "first_index": 412,
    "count": 3,
    "streams": {f"lesson/{_ID}": 6},
}
"""What an acknowledged command is answered with."""
PROBLEM: Final[Mapping[str, Any]] = {
    "type": "https://letopis.example/problems/out_of_reach",
    "title": "Этого не видно в этой роли",
    "title_en": "This role does not reach that",
    "status": 403,
    "instance": "urn:uuid:129f1f32-b5d2-4235-8454-b39fc9b29bf1",
}


def body_of(below: str, schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """A body for the route of this path under the school."""
    return {**example_of(schema, schemas), **_BY_ROUTE.get(below, {})}


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "") -> Any:
    """A value of this schema: of an object, what is mandatory."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name)
    if "anyOf" in schema:
        return example_of(next(one for one in schema["anyOf"] if one.get("type") != "null"), schemas, name)
    if "enum" in schema:
        return next(value for value in schema["enum"] if value)
    match schema.get("type"):
        case "object":
            inside: Mapping[str, Any] = schema.get("properties", {})
            return {key: example_of(inside[key], schemas, key) for key in schema.get("required", ())}
        case "array":
            count = schema.get("minItems", 1)
            return [example_of(schema["items"], schemas, name) for _ in range(count)]
        case "integer":
            return max(schema.get("minimum", 1), _number(name))
        case "boolean":
            return True
        case _:
            return _text(schema, name)


def _number(name: str) -> int:
    known = _BY_NAME.get(name)
    return known if isinstance(known, int) else 1


def _text(schema: Mapping[str, Any], name: str) -> Any:
    fits = re.compile(schema.get("pattern", ""))
    found = [_BY_NAME.get(name), *(value for ending, value in _BY_ENDING if ending.search(name))]
    found += [value for part, value in _BY_PATTERN if part in schema.get("pattern", "")]
    texts = [str(value) for value in found if value is not None and fits.search(str(value))]
    return texts[0] if texts else "текст".ljust(schema.get("minLength", 0), "…")
