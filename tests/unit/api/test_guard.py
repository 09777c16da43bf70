from __future__ import annotations

import asyncio
import json
import logging

import pytest
from starlette.types import Message, Receive, Scope, Send

from api.guard import guard

SECRET = "Иванова"


def run(app: object, kind: str = "http") -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(guard(app)({"type": kind, "method": "GET", "path": "/", "headers": []}, receive, send))  # type: ignore[arg-type]
    return sent


async def _fails(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError(SECRET)


async def _fails_late(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise ValueError(SECRET)


def test_an_unexpected_error_is_a_problem_that_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        start, body = run(_fails)
    assert start["status"] == 500
    assert (b"content-type", b"application/problem+json") in start["headers"]
    assert (b"x-content-type-options", b"nosniff") in start["headers"]
    assert SECRET not in json.dumps(json.loads(body["body"]), ensure_ascii=False)
    assert "unexpected ValueError" in caplog.text
    assert "_fails" in caplog.text, "the place is logged"
    assert SECRET not in caplog.text


def test_an_answer_that_had_begun_is_cut_off_and_not_ended(caplog: pytest.LogCaptureFixture) -> None:
    sent = run(_fails_late)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[-1]["more_body"] is True
    assert SECRET not in caplog.text


def test_what_is_no_request_is_left_alone() -> None:
    with pytest.raises(ValueError, match=SECRET):
        run(_fails, "lifespan")
