"""The OpenAPI document, completed with what routes read by hand: bodies, path parameters, headers, sign-in, problems.

Bodies are described by the very types that read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from api.bodies import SHAPES
from api.bodies.base import DAY_PATTERN, ID_PATTERN
from api.examples import PROBLEM, RECEIPT, body_of, example_of
from api.problems import MEDIA_TYPE
from api.writing import Write

PUBLIC: Final = frozenset(
    {
        "/v1/health",
        "/v1/schools/{school}/sign-in",
        "/v1/schools/{school}/invitation",
        "/v1/schools/{school}/openid/sign-in",
        "/v1/schools/{school}/openid/callback",
        "/v1/schools/{school}/passkeys/challenge",
        "/v1/schools/{school}/passkeys/sign-in",
        "/v1/schools/{school}/log/checkpoint",
        "/v1/schools/{school}/log/tile/{place}",
    }
)
"""Paths that ask for no sign-in."""

_REF: Final = "#/components/schemas/{name}"
_METHODS: Final = ("get", "post")
_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_INDEX: Final = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,14})$"}
_ID: Final = {"type": "string", "pattern": ID_PATTERN}
_PATH_SCHEMAS: Final[Mapping[str, dict[str, str]]] = {
    "school": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$"},
    "index": _INDEX,
    "request_index": _INDEX,
    "consent": _INDEX,
    "refusal": _INDEX,
    "place": {"type": "string", "pattern": "^[0-9a-z./]{1,60}$"},
    "token": {"type": "string", "pattern": "^[0-9a-f]{12}$"},
    "passkey": {"type": "string", "pattern": "^[0-9a-f]{12}$"},
}
_DAY_NAME: Final = re.compile("_on$|_date$")
_SCHOOL: Final = "/v1/schools/{school}"
_JSON: Final = "application/json"
_TEXT: Final = "text/plain"
_CSV: Final = "text/csv"
_EVENTS: Final = "text/event-stream"
_BYTES: Final = "application/octet-stream"
_MEDIA_TYPES: Final[Mapping[str, str]] = {
    "/log/checkpoint": _TEXT,
    "/log/tile/entries/{place}": _BYTES,
    "/log/tile/{place}": _BYTES,
    "/entries/{index}/proof": _TEXT,
    "/feed": _EVENTS,
    "/feed.jsonl": "application/jsonl",
    "/prints/{sheet}/pdf": "application/pdf",
    "/extracts": "application/zip",
}
"""What answers that are not JSON are of; names that end in ``.csv`` are CSV, and questions are both."""
_OF_SESSIONS: Final = frozenset(
    {"/second-factor", "/second-factor/set-up", "/sign-out", "/me/password", "/me/role", "/me/tokens"}
)
"""What only a session may ask for (by POST): no token of a program."""


_ANSWERS: Final[Mapping[str, Any]] = orjson.loads(Path(__file__).with_name("answers.json").read_bytes())
"""Path under the school -> what the sample school is answered there; made by ``make answers``."""
_ANSWER: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What is read from views says its position, the checkpoint that covers it, and people's names.",
    "properties": {
        "position": {"type": "integer", "minimum": 0},
        "checkpoint": {
            "anyOf": [
                {"type": "object", "properties": {"size": {"type": "integer", "minimum": 1}}, "required": ["size"]},
                {"type": "null"},
            ]
        },
        "people": {"type": "object", "additionalProperties": {"type": "string"}},
        "rows": {"type": "array", "items": {"type": "object"}},
    },
    "additionalProperties": True,
}


def describe(write: Write[Any]) -> dict[str, Any]:
    """What `openapi_extra` of a writing route says: body, headers, answer."""
    headers = [
        _header(
            "Idempotency-Key",
            "Repeat a request safely: the same key and body give the same answer for ever.",
            "^[!-~]{1,128}$",
        )
    ]
    if write.if_match:
        text = 'The version that you saw, as ETag gave it: "7".'
        headers.append(_header("If-Match", text, '^"[1-9][0-9]{0,15}"$', required=True))
    return {
        "parameters": headers,
        **asks(write.shape),
        "responses": {
            "201": {"description": "Recorded", "content": {"application/json": {"schema": _ref("Recorded")}}}
        },
    }


def asks(shape: type[Any]) -> dict[str, Any]:
    """What `openapi_extra` of a route says that reads a body; one of which nothing is mandatory may be left out."""
    is_needed = any(field.required for field in msgspec.structs.fields(shape))
    return {"requestBody": {"required": is_needed, "content": {"application/json": {"schema": _ref(shape.__name__)}}}}


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Add what the generator cannot see to a generated document."""
    _, schemas = msgspec.json.schema_components(SHAPES, ref_template=_REF)
    components = document.setdefault("components", {})
    # Errors have one shape, and it is not the generator's.
    components["schemas"] = {
        name: schema
        for name, schema in (components.get("schemas", {}) | schemas).items()
        if name not in ("HTTPValidationError", "ValidationError")
    }
    for schema in components["schemas"].values():
        for name, described in schema.get("properties", {}).items():
            _say_days(name, described)
    components["schemas"]["Answer"] = _ANSWER
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-letopis-1534",
            "description": "The session that POST …/sign-in began; the name ends in the school's code.",
        },
    }
    for path, method, operation in _operations(document):
        _complete_operation(path, method, operation)
        _give_examples(path.removeprefix(_SCHOOL), method, operation, components["schemas"])
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _complete_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    below = path.removeprefix(_SCHOOL)
    parameters = operation.setdefault("parameters", [])
    known = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
    for name in _PARAMETER.findall(path):
        if name not in known:
            schema = _PATH_SCHEMAS.get(name, _ID)
            parameters.append({"name": name, "in": "path", "required": True, "schema": dict(schema)})
    for parameter in parameters:
        _simplify(parameter)
    of_session = method == "post" and below in _OF_SESSIONS
    anybody: list[dict[str, list[str]]] = [{"session": []}] if of_session else [{"bearer": []}, {"session": []}]
    operation["security"] = [] if path in PUBLIC else anybody
    responses = operation["responses"]
    responses.pop("422", None)
    media_type = _CSV if path.endswith(".csv") else _MEDIA_TYPES.get(below)
    if media_type is not None:
        # A stream's events are no one string, and 3.1 has no word for what they are.
        responses["200"]["content"] = {media_type: {} if media_type == _EVENTS else {"schema": {"type": "string"}}}
    elif below.startswith("/questions/"):
        responses["200"]["content"][_CSV] = {"schema": {"type": "string"}}
    for response in responses.values():
        if response["content"].get(_JSON) == {"schema": {}}:
            response["content"][_JSON] = {"schema": _ref("Answer")}
    for response in responses.values():
        response["headers"] = {"X-Request-ID": {"description": "the request's id", "schema": dict(_ID)}}
    responses["default"] = {
        "description": "A problem, in Russian with English beside it",
        "content": {MEDIA_TYPE: {"schema": _ref("Problem")}},
    }


def _say_days(name: str, schema: dict[str, Any]) -> None:
    """A rule of the journal judges days, after the body's shape: what they look like is said all the same."""
    for one in (schema, *schema.get("anyOf", ())):
        if one.get("type") == "string" and "pattern" not in one and _DAY_NAME.search(name):
            one["pattern"] = DAY_PATTERN


def _simplify(parameter: dict[str, Any]) -> None:
    """A parameter that may be left out is not null: it is not there."""
    schema = parameter["schema"]
    kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(kinds) == 1:
        parameter["schema"] = kinds[0]


def _give_examples(below: str, method: str, operation: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    for parameter in operation["parameters"]:
        parameter["example"] = example_of(parameter["schema"], schemas, parameter["name"])
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["example"] = body_of(below, content["schema"], schemas)
    for response in operation["responses"].values():
        for media_type, content in response["content"].items():
            if media_type == MEDIA_TYPE:
                content["example"] = PROBLEM
            elif content.get("schema") == _ref("Recorded"):
                content["example"] = RECEIPT
            elif media_type == _JSON and method == "get" and below in _ANSWERS:
                content["example"] = _ANSWERS[below]


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REF.format(name=name)}


def _header(name: str, description: str, pattern: str, *, required: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string", "pattern": pattern},
    }
