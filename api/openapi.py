"""The OpenAPI description of writing routes, made from the very types that read the bodies."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from api.writing import Write

_REF: Final = "#/components/schemas/{name}"
_shapes: list[type] = []


def describe(write: Write[Any], *, if_match: bool = False) -> dict[str, Any]:
    """What `openapi_extra` of a writing route says: body, Idempotency-Key, If-Match."""
    _shapes.append(write.shape)
    headers = [
        _header("Idempotency-Key", "Repeat a request safely: the same key and body give the same answer for ever.")
    ]
    if if_match:
        headers.append(_header("If-Match", 'The version that you saw, as ETag gave it: "7".', required=True))
    return {
        "parameters": headers,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": _REF.format(name=write.shape.__name__)}}},
        },
        "security": [{"bearer": []}],
    }


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Add the bodies' schemas and the sign-in to a generated document."""
    _, schemas = msgspec.json.schema_components(_shapes, ref_template=_REF)
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update(schemas)
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    return document


def _header(name: str, description: str, *, required: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string"},
    }
