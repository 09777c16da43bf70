"""The feed over real HTTP: cut off and taken up again, asked for too much, idle, left, and at the server's end."""

from __future__ import annotations

import gc
import logging
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import AsyncGeneratorType
from typing import Any, cast

import orjson
import pytest

from api.routes import feed
from tests.http_class import problem
from tests.http_school import Served, grow, make_school, served


def events(lines: Iterator[str]) -> Iterator[tuple[int, str, bytes]]:
    """Parse server-sent events as a browser does."""
    id_, type_, data = -1, "", ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "id":
            id_ = int(value)
        elif name == "event":
            type_ = value
        elif name == "data":
            data = value
        elif not line and data:
            yield id_, type_, data.encode()
            data = ""


def test_a_feed_that_breaks_off_again_and_again_loses_and_repeats_nothing(server: Served) -> None:
    count = server.school.recorder.head().size + 120
    writer = threading.Thread(target=grow, args=(server, 120))
    writer.start()
    seen: list[bytes] = []
    ids: list[int] = []
    rounds = 0
    with server.as_("inspector") as inspector:
        while len(ids) < count:
            rounds += 1
            headers = {"Last-Event-ID": str(ids[-1])} if ids else {}
            with inspector.stream("GET", "/feed", headers=headers) as stream:
                assert stream.headers["content-type"].startswith("text/event-stream")
                for id_, type_, data in events(stream.iter_lines()):
                    ids.append(id_)
                    seen.append(data)
                    assert orjson.loads(data)["type"] == type_
                    if len(ids) % 25 == 0 or len(ids) == count:
                        break  # in the middle of the stream: the connection is cut
    writer.join()
    assert rounds >= 5
    assert ids == list(range(count))
    assert seen == list(server.school.recorder.entries())


def test_a_feed_ends_when_the_server_does(tmp_path: Path) -> None:
    tokens, actors = make_school(tmp_path / "school", "sqlite")
    begun = threading.Event()
    ended: list[str] = []

    def follow(server: Served) -> None:
        with server.as_("inspector") as inspector, inspector.stream("GET", "/feed") as stream:
            for line in stream.iter_lines():
                if line.startswith("id:"):
                    begun.set()
            ended.append("in order")

    with served(tmp_path / "school", tokens, actors) as server:
        follower = threading.Thread(target=follow, args=(server,))
        follower.start()
        assert begun.wait(10)
        stopped = time.monotonic()
    assert time.monotonic() - stopped < 8
    follower.join(10)
    assert ended == ["in order"]


def test_goes_on_behind_the_entry_that_was_seen_last(server: Served) -> None:
    grow(server, 9)
    size = server.school.recorder.head().size
    with server.as_("inspector") as inspector:
        for last in (0, 4, size - 2):
            with inspector.stream("GET", "/feed", headers={"Last-Event-ID": str(last)}) as stream:
                assert next(events(stream.iter_lines()))[0] == last + 1
        with inspector.stream("GET", "/feed", headers={"Last-Event-ID": str(size - 1)}) as stream:
            grow(server, 1)
            assert next(events(stream.iter_lines()))[0] == size
        with inspector.stream("GET", "/feed", headers={"Last-Event-ID": ""}) as stream:
            assert next(events(stream.iter_lines()))[0] == 0


def test_a_last_event_that_is_none_is_refused(server: Served) -> None:
    size = server.school.recorder.head().size
    with server.as_("inspector") as inspector:
        for last in ("-1", "+1", "007", "1.0", "1e2", "x", "٣", "0x1", "9" * 16, "9" * 5_000, "0\t0"):
            answer = inspector.get("/feed", headers=[(b"last-event-id", last.encode())])
            assert problem(answer, 400, "bad_request")["where"] == "Last-Event-ID"
        twice = inspector.get("/feed", headers=[("last-event-id", "0"), ("last-event-id", "0")])
        assert problem(twice, 400, "bad_request")["where"] == "Last-Event-ID"
        for last in (str(size), "9" * 15):
            told = problem(inspector.get("/feed", headers={"Last-Event-ID": last}), 404, "not_yet")
            assert str(size) in told["detail_en"]


def test_an_idle_feed_says_that_it_is_still_there(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.routes.feed._PING_SECONDS", 0.2)
    monkeypatch.setattr("api.routes.feed._POLL_SECONDS", 0.1)
    last = str(server.school.recorder.head().size - 1)
    with (
        server.as_("inspector") as inspector,
        inspector.stream("GET", "/feed", headers={"Last-Event-ID": last}) as stream,
    ):
        lines = stream.iter_lines()
        comments = [next(lines) for _ in range(6)]
        assert all(line.startswith(":") or not line for line in comments), comments
        assert sum(line.startswith(":") for line in comments) >= 3
        grow(server, 1)
        assert next(events(lines))[0] == int(last) + 1, "a comment is no event"


class Feeds:
    """The feeds that this process began. (`gc.get_objects` would find them too, and break a tuple that another thread makes.)"""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._begun: weakref.WeakSet[AsyncGeneratorType[bytes, None]] = weakref.WeakSet()
        begin = feed._events

        def begin_and_note(*args: Any) -> AsyncGeneratorType[bytes, None]:
            begun = cast("AsyncGeneratorType[bytes, None]", begin(*args))
            self._begun.add(begun)
            return begun

        monkeypatch.setattr(feed, "_events", begin_and_note)

    def __call__(self) -> int:
        """How many of them go on; those that nobody holds any more are ended by the collector."""
        gc.collect()
        return sum(begun.ag_frame is not None for begun in list(self._begun))


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def settle(quantity: object, most: int) -> int:
    """Wait until a quantity has come down to `most`; gives what it came to."""
    until = time.monotonic() + 10
    assert callable(quantity)
    while quantity() > most and time.monotonic() < until:
        time.sleep(0.05)
    found: int = quantity()
    return found


def test_two_hundred_clients_that_go_leave_nothing_behind(
    server: Served, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds = Feeds(monkeypatch)
    grow(server, 300)
    with server.as_("inspector") as inspector:
        for _ in range(5):  # what is opened once and kept
            with inspector.stream("GET", "/feed") as stream:
                lines = stream.iter_lines()
                next(lines)
                assert feeds() >= 1, "the last one goes on as long as it is read"
    assert settle(feeds, 0) == 0
    files, threads = open_files(), threading.active_count()
    last = str(server.school.recorder.head().size - 1)
    for number in range(200):
        # By turns in the middle of many entries, and while there is nothing to send.
        headers = {"Last-Event-ID": last} if number % 2 else {}
        with server.as_("inspector", **headers) as inspector, inspector.stream("GET", "/feed") as stream:
            assert stream.status_code == 200
            if not number % 2:
                next(stream.iter_lines())
    assert settle(feeds, 0) == 0
    # The pool's threads keep connections of their own, some few of them; what each client left would be hundreds.
    assert settle(open_files, files + 50) <= files + 50
    assert threading.active_count() <= threads + 25
    with server.as_("inspector") as inspector:
        assert inspector.get("/classes").status_code == 200
    complaints = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert not complaints, "a client that goes is no error"
