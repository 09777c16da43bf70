from __future__ import annotations

import orjson
import pytest
from hypothesis import given, strategies as st
from starlette.requests import Request

from api.bodies import FIELD_NAMES, MoreOfLesson, NewPerson
from api.problems import Problem
from api.queries import read_as_of
from api.requests import convert_body, idempotency_key, request_digest

BODY = b'{"kind":"staff","family_name":"A","given_name":"B"}'


def request(path: str = "/a", **headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": path, "headers": pairs, "query_string": b"", "root_path": ""}
    return Request({**scope, "server": ("h", 80), "scheme": "http"})


def test_a_digest_is_of_key_path_precondition_and_content() -> None:
    digests = [
        request_digest(b"k", request(), BODY),
        request_digest(b"other", request(), BODY),
        request_digest(b"k", request("/b"), BODY),
        request_digest(b"k", request(if_match='"1"'), BODY),
        request_digest(b"k", request(), BODY.replace(b"A", b"C")),
    ]
    assert len(set(digests)) == 5
    assert request_digest(b"k", request(), b' {"given_name" : "B", "family_name":"A","kind":"staff"}') == digests[0]


def test_an_absent_body_is_an_empty_object() -> None:
    assert convert_body(b"", MoreOfLesson) == MoreOfLesson()
    assert request_digest(b"k", request(), b"") == request_digest(b"k", request(), b"{}")


def test_no_key_is_no_key() -> None:
    assert idempotency_key(request()) == ""
    assert idempotency_key(request(idempotency_key="~!")) == "~!"


@given(
    st.dictionaries(st.sampled_from([*NewPerson.__struct_fields__, "СЕКРЕТ", "secret`'"]), st.text() | st.integers())
)
def test_what_is_refused_is_not_repeated(content: dict[str, object]) -> None:
    try:
        convert_body(orjson.dumps(content), NewPerson)
    except orjson.JSONEncodeError:
        return
    except Problem as problem:
        told = orjson.loads(problem.response().body)
        text = told.get("detail_en", "") + told.get("where", "")
        assert "СЕКРЕТ" not in text
        assert "secret" not in text
        for value in content.values():
            if isinstance(value, str) and len(value) > 3 and value not in FIELD_NAMES:
                assert value not in text


@pytest.mark.parametrize(
    "text", ["0", "412", "2026-11-01T12:00:00Z", "2026-11-01T12:00:00.5+03:00", "2026-11-01T12:00:00 03:00"]
)
def test_reads_positions_and_moments(text: str) -> None:
    assert read_as_of(text) is not None
