"""The OpenAPI document: whole, consistent, and about the routes that there are. And bodies made from it, by chance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import orjson
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from api.bodies import SHAPES
from api.openapi import PUBLIC
from tests.http_school import Served, make_school, served

PREFIX = "/v1/schools/1534"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("api") / "school"
    tokens, actors = make_school(folder, "sqlite")
    with served(folder, tokens, actors) as server:
        yield server


@pytest.fixture(scope="module")
def client(running: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running.base, timeout=30) as made:
        yield made


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_every_reference_leads_somewhere_and_every_schema_is_led_to(document: dict[str, Any]) -> None:
    named = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) == named


def test_every_parameter_of_a_path_is_described_once(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        found = [item["name"] for item in operation["parameters"] if item["in"] == "path"]
        assert sorted(found) == sorted(re.findall(r"\{(\w+)\}", path)), (method, path)
        keys = [(item["in"], item["name"]) for item in operation["parameters"]]
        assert len(keys) == len(set(keys)), (method, path)
        assert all("schema" in item for item in operation["parameters"])


def test_operations_have_names_of_their_own_words_and_answers(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(document):
        assert operation["summary"], (method, path)
        assert operation["description"], (method, path)
        assert operation["responses"].keys() >= {"default"}
        assert "422" not in operation["responses"], "problems have one shape"
        anybody: list[list[dict[str, list[str]]]] = [[{"session": []}], [{"bearer": []}, {"session": []}]]
        assert operation["security"] == [] if path in PUBLIC else operation["security"] in anybody
        if method == "post" and path.rpartition("/")[2] != "checkpoints":
            (schema,) = operation["requestBody"]["content"].values()
            assert schema["schema"]["$ref"].startswith("#/components/schemas/")


def test_every_body_and_parameter_has_an_example_that_fits(document: dict[str, Any]) -> None:
    shapes = {shape.__name__: shape for shape in SHAPES}
    for path, method, operation in operations(document):
        for parameter in operation["parameters"]:
            example, pattern = str(parameter["example"]), parameter["schema"].get("pattern", "")
            assert re.search(pattern, example), (method, path, parameter)
        for content in operation.get("requestBody", {}).get("content", {}).values():
            msgspec.convert(content["example"], shapes[content["schema"]["$ref"].rpartition("/")[2]], strict=True)


def test_examples_are_of_what_people_send_and_get(client: httpx.Client, document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        bodies = operation.get("requestBody", {}).get("content", {}).values()
        assert not [(path, body["example"]) for body in bodies if "текст" in str(body["example"])], (method, path)
        answers = {status: answer["content"] for status, answer in operation["responses"].items()}
        (problem,) = answers["default"].values()
        assert problem["example"]["status"] == 403
        if method == "post" and path.endswith("/lessons"):
            assert answers["201"]["application/json"]["example"]["streams"]
    assert client.get(f"{PREFIX}/classes").json().keys() >= problem["example"].keys()


def test_what_the_document_calls_public_is_what_needs_no_token(client: httpx.Client, document: dict[str, Any]) -> None:
    for path, method, _ in operations(document):
        place = path.replace("{school}", "1534").replace("{place}", "0/000.p/1").replace("{index}", "0")
        place = re.sub(r"\{\w+\}", str(uuid4()), place)
        status = client.request(method, place, json={} if method == "post" else None).status_code
        assert (status == 401) == (path not in PUBLIC), (method, path, status)


def test_lessons_are_described_down_to_their_marks(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["NewLesson"]["properties"]["marks"]["items"] == {"$ref": "#/components/schemas/NewMark"}
    assert schemas["NewLesson"]["additionalProperties"] is False
    headers = {
        item["name"]: item["required"]
        for item in document["paths"]["/v1/schools/{school}/lessons/{lesson}/entries"]["post"]["parameters"]
        if item["in"] == "header"
    }
    assert headers == {"Idempotency-Key": False, "If-Match": True}


ROLE = {"lessons": "teacher", "people": "administrator", "years": "administrator", "periods": "administrator"}
words = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ["2026-09-01", "08:30", "student", "5", "typo", str(uuid4()), "\x00", "\u202e", "\ufeff", "н/а"]
)
scalars = st.none() | st.booleans() | st.integers(-(1 << 60), 1 << 60) | words | st.floats()
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3))


def made_from(schema: dict[str, Any], schemas: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values mostly of the described shape, now and then of any."""
    if "$ref" in schema:
        return made_from(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in schema:
        return st.one_of([made_from(one, schemas) for one in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | words
    match schema.get("type"):
        case "object":
            if "properties" not in schema:
                names = made_from(schema.get("propertyNames", {"type": "string"}), schemas) | words
                return st.dictionaries(names, made_from(schema["additionalProperties"], schemas), max_size=3)
            properties = {name: made_from(one, schemas) for name, one in schema["properties"].items()}
            required = set(schema.get("required", ()))
            return st.fixed_dictionaries(
                {name: one for name, one in properties.items() if name in required},
                optional={name: one for name, one in properties.items() if name not in required},
            )
        case "array":
            return st.lists(made_from(schema["items"], schemas), max_size=3)
        case "integer":
            return st.integers(-3, 20) | st.integers()
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "string":
            return words if "pattern" not in schema else words | st.from_regex(schema["pattern"], fullmatch=True)
        case _:
            return anything


def paths(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (path, operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2])
        for path, method, operation in operations(document)
        if method == "post" and "requestBody" in operation
    ]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_body_breaks_the_server(
    data: st.DataObject,
    client: httpx.Client,
    running: Served,
    document: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    path, name = data.draw(st.sampled_from(paths(document)))
    schemas = document["components"]["schemas"]
    body = data.draw(made_from(schemas[name], schemas) | anything)
    role = data.draw(st.sampled_from(["teacher", "administrator", "deputy"]))
    place = path.replace("{school}", "1534").replace("{request_index}", "0")
    place = re.sub(r"\{\w+\}", str(uuid4()), place)
    headers = {"Authorization": f"Bearer {running.tokens[role]}", "Content-Type": "application/json", "If-Match": '"1"'}
    parameters = document["paths"][path]["post"]["parameters"]
    if not any(item["name"] == "If-Match" for item in parameters):
        del headers["If-Match"]
    before = running.school.recorder.head().size
    answer = client.post(place, content=_dumps(body), headers=headers)
    assert answer.status_code in (201, 400, 401, 403, 404, 409, 412, 422, 429), answer.text
    if answer.status_code == 201:
        assert running.school.recorder.head().size == before + answer.json()["count"]
    else:
        assert running.school.recorder.head().size == before
        assert answer.headers["content-type"] == "application/problem+json"
    assert not caplog.records


def _dumps(body: object) -> bytes:
    try:
        return orjson.dumps(body)
    except (orjson.JSONEncodeError, TypeError):
        import json

        return json.dumps(body).encode("utf-8", "surrogatepass")


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=300) | st.text().map(str.encode))
def test_no_bytes_break_the_server(raw: bytes, client: httpx.Client, running: Served) -> None:
    headers = {"Authorization": f"Bearer {running.tokens['administrator']}", "Content-Type": "application/json"}
    answer = client.post(f"{PREFIX}/people", content=raw, headers=headers)
    assert answer.status_code in (400, 422)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_query_breaks_the_server(
    data: st.DataObject, client: httpx.Client, running: Served, document: dict[str, Any]
) -> None:
    reads = [(path, operation) for path, method, operation in operations(document) if method == "get"]
    path, operation = data.draw(st.sampled_from([read for read in reads if not read[0].endswith("/feed")]))
    place = path.replace("{school}", "1534").replace("{index}", "0").replace("{place}", "0/000.p/1")
    place = re.sub(
        r"\{\w+\}", lambda _: data.draw(st.just(str(uuid4())) | st.from_regex(r"[\w.%-]{1,9}", fullmatch=True)), place
    )
    names = [item["name"] for item in operation["parameters"] if item["in"] == "query"]
    query = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(names, words))) if names else {}
    answer = client.get(place, params=query, headers={"Authorization": f"Bearer {running.tokens['inspector']}"})
    assert answer.status_code in (200, 400, 403, 404), (place, query, answer.text)


def test_a_body_may_be_left_out_where_nothing_of_it_is_mandatory(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for path, item in document["paths"].items():
        body = item.get("post", {}).get("requestBody")
        if body is not None and "application/json" in body["content"]:
            name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert body["required"] == bool(schemas[name].get("required")), path
