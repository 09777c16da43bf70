"""A school served over real HTTP on the loopback, for tests: one token per role, the clock of today."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from api.app import create_app
from api.auth import Identity
from api.founding import init_school
from api.schools import OpenSchool, Registry, open_school
from api.server import Server, listen
from api.settings import Layout, SchoolFile
from ledger.journal.commands import OpenSchool as OpenSchoolCommand, RegisterPerson
from ledger.wire.entry import Actor

ORIGIN = "letopis.example/school/1534"
ROLES = ("administrator", "deputy", "teacher", "inspector", "director")


@dataclass
class Served:
    """A running server: `as_` gives a client that is signed in as a role."""

    base: str
    tokens: dict[str, str]
    actors: dict[str, str]
    school: OpenSchool

    def as_(self, role: str | None, **headers: str) -> httpx.Client:
        if role is not None:
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        return httpx.Client(base_url=f"{self.base}/v1/schools/1534", headers=headers, timeout=30)


def make_school(folder: Path, database: str) -> tuple[dict[str, str], dict[str, str]]:
    """Make a school's folder; role -> token, role -> actor."""
    identities = [Identity(str(uuid4()), role, "1534", role) for role in ROLES]
    file = SchoolFile(origin=ORIGIN, code="1534", database="sqlite" if database == "sqlite" else "postgresql")
    opening = OpenSchoolCommand(school=str(uuid4()), name="Школа", origin=ORIGIN, time_zone="Europe/Moscow")
    _, tokens = init_school(Layout(folder), file, identities, opening)
    return (
        {identity.role: token for token, identity in tokens.items()},
        {identity.role: identity.actor for identity in identities},
    )


@contextmanager
def served(folder: Path, tokens: dict[str, str], actors: dict[str, str]) -> Iterator[Served]:
    """Serve a folder on a free port until the block ends."""
    with open_school(folder) as school:
        bound = listen("127.0.0.1", 0)
        registry = Registry([school])
        server = Server(create_app(registry), registry.closing)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        # Signals belong to the main thread, which is the test's.
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        server.capture_signals = _no_signals  # type: ignore[method-assign]
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
                assert thread.is_alive(), "the server did not start"
            yield Served(f"http://127.0.0.1:{bound.getsockname()[1]}", tokens, actors, school)
        finally:
            server.should_exit = True
            thread.join(30)
            bound.close()
        assert not thread.is_alive(), "the server did not end"


@contextmanager
def _no_signals() -> Iterator[None]:
    yield


def post(client: httpx.Client, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    """Post and expect 201."""
    answer = client.post(path, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    content: dict[str, Any] = answer.json()
    return content


def grow(server: Served, count: int) -> None:
    """Record people, one entry each, as fast as it goes."""
    actor = Actor(server.actors["administrator"], "administrator")
    for _ in range(count):
        server.school.execute(RegisterPerson(person=str(uuid4()), kind="staff", sd=()), actor)
