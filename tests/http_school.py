"""A school served over real HTTP on the loopback, for tests: one token per role, the clock of today."""

from __future__ import annotations

import atexit
import os
import shutil
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
from fastapi import FastAPI
from starlette.datastructures import State

from api import traces
from api.app import create_app
from api.auth import Identity
from api.founding import init_school
from api.identity.passwords import Cost
from api.retention import PERSON
from api.schools import OpenSchool, Registry, open_school
from api.server import Server, listen
from api.settings import Layout, SchoolFile
from ledger.journal.account_vocabulary import Role
from ledger.journal.commands import (
    AcknowledgeConfidentiality,
    GrantRole,
    LinkGuardian,
    OpenAccount,
    OpenSchool as OpenSchoolCommand,
    RegisterPerson,
)
from ledger.vault.disclosure import make_disclosure
from ledger.wire.entry import Actor
from tests.school_days import ZONE

ORIGIN = "letopis.example/school/1534"
CHEAP = Cost(time=1, memory_kib=64, lanes=1)
"""Of a password's hash: a test checks hundreds."""
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients of the loopback: without it each reads the system's certificates first, for 60 ms."""
FRESH_SECONDS = 60
"""A school that was founded longer ago is not copied any more: some tests count from when it was."""
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
        return httpx.Client(base_url=f"{self.base}/v1/schools/1534", headers=headers, timeout=30, verify=NO_TLS)


def found_school(folder: Path, database: str, zone: str = ZONE) -> tuple[dict[str, str], dict[str, str]]:
    """Found a school in a folder: role -> token, role -> actor. Who means only to have one calls `make_school`."""
    identities = [Identity(str(uuid4()), role, "1534", role) for role in ROLES]
    file = SchoolFile(origin=ORIGIN, code="1534", database="sqlite" if database == "sqlite" else "postgresql")
    opening = OpenSchoolCommand(school=str(uuid4()), name="Школа", origin=ORIGIN, time_zone=zone)
    _, tokens = init_school(Layout(folder), file, identities, opening)
    with open_school(folder, background=False) as school:
        for identity in identities:
            read = AcknowledgeConfidentiality(account=identity.actor, sha256=school.confidentiality.sha256)
            school.execute(read, Actor(identity.actor, identity.role))
        school.checkpointer.sign()
    return (
        {identity.role: token for token, identity in tokens.items()},
        {identity.role: identity.actor for identity in identities},
    )


@dataclass(frozen=True)
class Founded:
    """A school as it was once it was founded, to be copied: its folder, role -> token, role -> actor, and when that was."""

    folder: Path
    tokens: dict[str, str]
    actors: dict[str, str]
    made_at: float

    @classmethod
    def now(cls, database: str) -> Founded:
        folder = Path(tempfile.mkdtemp(prefix="letopis-founded-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return cls(folder, *found_school(folder, database), time.monotonic())

    @property
    def is_fresh(self) -> bool:
        """Whether a test may still take it for one that was founded just now."""
        return time.monotonic() < self.made_at + FRESH_SECONDS

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def copied(self, folder: Path) -> tuple[dict[str, str], dict[str, str]]:
        shutil.copytree(self.folder, folder, symlinks=True, dirs_exist_ok=True)
        return dict(self.tokens), dict(self.actors)


_founded: dict[str, Founded] = {}
"""By the database that it is copied to: "sqlite", or the DSN of the owner of a copy of its database on PostgreSQL."""


@contextmanager
def founded_in(dsn: str, founded: Founded) -> Iterator[None]:
    """Let `make_school` know that the database of this DSN is a copy of this school's."""
    _founded[dsn] = founded
    try:
        yield
    finally:
        del _founded[dsn]


def make_school(folder: Path, database: str, zone: str = ZONE) -> tuple[dict[str, str], dict[str, str]]:
    """Make a school's folder; role -> token, role -> actor.

    It is copied from one that was founded within the last minute, for that costs a thirtieth; a school of another zone,
    with settings in the environment or in a database of the test's own making is founded.
    """
    if database == "postgresql":
        founded = _founded.get(os.environ["LETOPIS_POSTGRES_OWNER_DSN"])
        return found_school(folder, database, zone) if founded is None else founded.copied(folder)
    if zone != ZONE or any(name.startswith("LETOPIS_") for name in os.environ):
        return found_school(folder, database, zone)
    founded = _founded.get(database)
    if founded is None or not founded.is_fresh:
        if founded is not None:
            founded.remove()
        founded = _founded[database] = Founded.now(database)
    return founded.copied(folder)


@cache
def _of_no_school() -> FastAPI:
    return create_app(Registry([]))


def app_of(registry: Registry) -> FastAPI:
    """What `create_app` makes; but its routes, the same over any school, are made once, which takes half a second."""
    app = copy(_of_no_school())
    assert app.middleware_stack is None
    app.state = State({"registry": registry})
    return app


@contextmanager
def served(folder: Path, tokens: dict[str, str], actors: dict[str, str]) -> Iterator[Served]:
    """Serve a folder on a free port until the block ends."""
    traces._told.clear()  # by a server of another school, with the same people: one in its own process knows of none
    with open_school(folder, password_cost=CHEAP) as school:
        bound = listen("127.0.0.1", 0)
        registry = Registry([school])
        server = Server(app_of(registry), registry.closing, is_alone=False)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
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


def admit(server: Served, *roles: str) -> None:
    """Give more people accounts with these roles and tokens; the administrator does it."""
    school, admin = server.school, Actor(server.actors["administrator"], "administrator")
    today = school.app.today().isoformat()
    for role in roles:
        account, name = str(uuid4()), None
        more: dict[str, Any] = {}
        kind: Any
        if role in ("student", "guardian"):
            kind = role
            school.execute(RegisterPerson(person=account, kind=kind, sd=()), admin)
            if role == "guardian":
                child = str(uuid4())
                school.execute(RegisterPerson(person=child, kind="student", sd=()), admin)
                school.execute(LinkGuardian(person=child, guardian=account, relation="mother"), admin)
                more = {"student": child}
        else:
            kind = {"inspector": "inspector", "export_job": "program"}.get(role, "employee")
            disclosure = make_disclosure("account_name", role)
            school.vault.keep(account, PERSON, [disclosure.text])
            name = disclosure.digest
        school.execute(OpenAccount(account=account, kind=kind, name=name), admin)
        grant = GrantRole(account=account, role=cast("Role", role), starts_on=today, basis="приказ № 1", **more)
        school.execute(grant, admin)
        if kind != "program":
            read = AcknowledgeConfidentiality(account=account, sha256=school.confidentiality.sha256)
            school.execute(read, Actor(account, role))
        server.tokens[role] = school.secrets.make_token(account, role, role, int(time.time()))
        server.actors[role] = account


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
