from __future__ import annotations

import io
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest

from api.logs import REQUEST, requests_log, set_up_logs
from api.request_ids import CURRENT
from tests.command_line import logs_put_back

SECRET = "Иванова"


@contextmanager
def logged() -> Iterator[list[dict[str, Any]]]:
    """What is logged in the block, line by line; the process's own set-up is put back behind it."""
    stream = io.StringIO()
    lines: list[dict[str, Any]] = []
    with logs_put_back():
        set_up_logs(stream)
        yield lines
    assert SECRET not in stream.getvalue()
    lines += [orjson.loads(line) for line in stream.getvalue().splitlines()]


def _raise() -> None:
    raise ValueError(SECRET)


def test_our_own_lines_are_kept_whole_and_say_which_request_they_belong_to() -> None:
    token = CURRENT.set("6f00be70-fbe3-44f7-af73-0c1b8c73cdca")
    try:
        with logged() as lines:
            logging.getLogger("ledger.signing").warning("%s: not signed: %d", "letopis.example/school/1534", 7)
            logging.getLogger("api.access").info("nobody asked for this")
    finally:
        CURRENT.reset(token)
    (line,) = lines
    assert (line["level"], line["logger"]) == ("warning", "ledger.signing")
    assert line["message"] == "letopis.example/school/1534: not signed: 7"
    assert line["request"] == "6f00be70-fbe3-44f7-af73-0c1b8c73cdca"
    assert line["at"].endswith("Z")


def test_a_request_is_a_line_of_its_own_fields() -> None:
    with logged() as lines:
        requests_log.info("request", method="GET", route="/classes", status=200)
    assert lines[0].items() >= {"message": "request", "method": "GET", "status": 200, "logger": REQUEST}.items()


def test_other_libraries_lines_lose_what_was_filled_in() -> None:
    with logged() as lines:
        logging.getLogger("somebody.else").warning("error connecting as %r", SECRET)
        logging.getLogger("uvicorn.error").error(f"of {SECRET}")  # noqa: G004 - as libraries do
        try:
            _raise()
        except ValueError:
            logging.getLogger("asyncio").exception("Task exception was never retrieved: " + SECRET)  # noqa: G003
    assert [line["message"] for line in lines] == ["error connecting as %r", "…", "…"]
    assert all("test_logs.py" in line["place"] for line in lines)
    assert lines[2]["error"] == "ValueError"
    assert "_raise" in lines[2]["place"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_line_that_cannot_be_made_and_a_thread_that_dies_tell_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    with logged() as lines:
        logging.getLogger("api.access").warning("%d looks", SECRET)
        thread = threading.Thread(target=_raise)
        thread.start()
        thread.join()
    (line,) = lines
    assert "ValueError" in line["message"]
    assert "_raise" in line["message"]
    assert SECRET not in "".join(capsys.readouterr())
