"""The OpenAPI document, completed with what routes read by hand: bodies, path parameters, headers, sign-in, problems.

Bodies are described by the very types that read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from api.bodies import SHAPES
from api.problems import MEDIA_TYPE
from api.writing import Write

PUBLIC: Final = frozenset(
    {
        "/v1/health",
        "/v1/schools/{school}/sign-in",
        "/v1/schools/{school}/invitation",
        "/v1/schools/{school}/log/checkpoint",
        "/v1/schools/{school}/log/tile/{place}",
    }
)
"""Paths that ask for no sign-in."""

_REF: Final = "#/components/schemas/{name}"
_METHODS: Final = ("get", "post")
_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_PATH_SCHEMAS: Final[Mapping[str, dict[str, str]]] = {
    "school": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$"},
    "index": {"type": "string", "pattern": "^(0|[1-9][0-9]{0,14})$"},
    "request_index": {"type": "string", "pattern": "^(0|[1-9][0-9]{0,14})$"},
    "place": {"type": "string"},
    "token": {"type": "string", "pattern": "^[0-9a-f]{12}$"},
}
_ID: Final = {"type": "string", "format": "uuid"}


def describe(write: Write[Any]) -> dict[str, Any]:
    """What `openapi_extra` of a writing route says: body, headers, answer."""
    headers = [
        _header("Idempotency-Key", "Repeat a request safely: the same key and body give the same answer for ever.")
    ]
    if write.if_match:
        headers.append(_header("If-Match", 'The version that you saw, as ETag gave it: "7".', required=True))
    return {
        "parameters": headers,
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(write.shape.__name__)}}},
        "responses": {
            "201": {"description": "Recorded", "content": {"application/json": {"schema": _ref("Recorded")}}}
        },
    }


def asks(shape: type[Any]) -> dict[str, Any]:
    """What `openapi_extra` of a route says that reads a body and records nothing."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _ref(shape.__name__)}}}}


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
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    for path, operation in _operations(document):
        _complete_operation(path, operation)
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, item[method]


def _complete_operation(path: str, operation: dict[str, Any]) -> None:
    parameters = operation.setdefault("parameters", [])
    known = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
    for name in _PARAMETER.findall(path):
        if name not in known:
            schema = _PATH_SCHEMAS.get(name, _ID)
            parameters.append({"name": name, "in": "path", "required": True, "schema": dict(schema)})
    operation["security"] = [] if path in PUBLIC else [{"bearer": []}]
    responses = operation["responses"]
    responses.pop("422", None)
    responses["default"] = {
        "description": "A problem, in Russian with English beside it",
        "content": {MEDIA_TYPE: {"schema": _ref("Problem")}},
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REF.format(name=name)}


def _header(name: str, description: str, *, required: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string"},
    }
