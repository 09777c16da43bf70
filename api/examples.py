"""Examples for the OpenAPI document, made from schemas and names of fields; of a body, what is mandatory alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_ID: Final = "3fdaf905-5697-4b37-92aa-cd007c019550"
_BY_NAME: Final[Mapping[str, Any]] = {
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
    "contact": "parent@school.example",
    "family_name": "Иванова",
    "given_name": "Анна",
    "limit": "500",
    "letter": "А",
    "link": "https://gu.example/school/1534",
    "month": "2026-11",
    "week": "2026-W48",
    "next_size": "1000",
    "number": 1,
    "order_number": "41-о",
    "origin": "letopis.example/school/1534",
    "place": "0/000",
    "school": "1534",
    "subject": "Математика",
    "title": "2026/27",
    "topic": "Дроби",
    "value": "4",
    "year": _ID,
}
_BY_ENDING: Final = (
    (re.compile("_on$|_date$|^from$|^to$|^on$|_until$"), "2026-11-23"),
    (re.compile("_at$"), "08:30"),
    (re.compile("_number$"), "12"),
)
_BY_PATTERN: Final = (("{8}", _ID), ("{12}", "5a5a5a5a5a5a"), ("{4}-", "2026-11-23"), ("0,14", "412"))


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
            return max(schema.get("minimum", 1), 1)
        case "boolean":
            return True
        case _:
            return _text(schema, name)


def _text(schema: Mapping[str, Any], name: str) -> Any:
    fits = re.compile(schema.get("pattern", ""))
    found = [_BY_NAME.get(name), *(value for ending, value in _BY_ENDING if ending.search(name))]
    found += [value for part, value in _BY_PATTERN if part in schema.get("pattern", "")]
    texts = [value for value in found if isinstance(value, str) and fits.search(value)]
    return texts[0] if texts else "текст".ljust(schema.get("minLength", 0), "…")
