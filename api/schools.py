"""Composition: a school's folder opened into everything that serves it.

This is the one place where storage, vault, keys, views and rules are put together; delivery code is handed an
`OpenSchool` and asks for nothing else.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson
from starlette.responses import Response

from api.auth import Identity, Tokens, make_tokens
from api.retention import JOURNAL, PERSON
from api.settings import (
    Layout,
    SchoolFile,
    ledger_environment,
    passphrase,
    read_school_file,
    views_url,
    write_school_file,
)
from ledger.application import School
from ledger.durable import create_file, read_secret, secret_folder
from ledger.errors import KeyReused
from ledger.journal.commands import JournalCommand
from ledger.journal.lesson import Lesson
from ledger.log import LogRecorder, Receipt
from ledger.signing.checkpoints import Checkpointer
from ledger.signing.keys import Signer, create_key, load_signer
from ledger.vault.disclosure import make_disclosure
from ledger.vault.keys import KeyStore, create_key_store
from ledger.vault.vault import Vault
from ledger.wire.entry import Actor
from projections.engine import Views
from projections.runner import ViewsRunner
from projections.views.lookups import persons
from projections.views.lookups import school as lookup_school

REQUEST_KEY_BYTES: Final = 32
CHECKPOINT_ENTRIES: Final = 1_000
CHECKPOINT_SECONDS: Final = 60.0
READ_YOUR_WRITES_SECONDS: Final = 2.0

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class OpenSchool:
    """One school, open. Any thread may use it."""

    code: str
    layout: Layout
    app: School
    vault: Vault
    views: Views
    tokens: Tokens
    signer: Signer
    checkpointer: Checkpointer
    runner: ViewsRunner
    request_secret: bytes
    _acknowledged: int = field(default=0)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def recorder(self) -> LogRecorder:
        """The log."""
        return self.app.ledger

    def execute(
        self, command: JournalCommand, actor: Actor, key: str = "", digest: bytes = b"", at: datetime | None = None
    ) -> Receipt:
        """Carry a command out and wake the views; see `School.execute`."""
        receipt = self.app.execute(command, actor=actor, key=key, digest=digest, at=at)
        with self._lock:
            self._acknowledged = max(self._acknowledged, receipt.first_index + receipt.count)
        self.runner.poke()
        return receipt

    def receipt_of(self, actor: Actor, key: str, digest: bytes) -> Receipt | None:
        """The receipt of this request, if it was carried out before.

        Raises:
            KeyReused: the key belongs to another request.
        """
        receipt = self.recorder.find_receipt(f"{actor.id}:{key}")
        if receipt is not None and receipt.digest != digest:
            raise KeyReused("the Idempotency-Key was used before, with another request")
        return receipt

    def lesson_state(self, lesson: str) -> tuple[int, dict[str, Any]] | None:
        """A lesson's version and state as plain values, straight from the log; None where there is none."""
        found = self.app.lesson(lesson)
        return None if found is None else (found.version, _plain(lesson, found))

    def read_views(self) -> Views:
        """The views, once they have consumed what this server acknowledged (or two seconds have passed)."""
        self.runner.wait(self._acknowledged, READ_YOUR_WRITES_SECONDS)
        return self.views

    def disclose(self, person: str, values: Mapping[str, str], retention: str = PERSON) -> list[str]:
        """Keep a person's values in the vault; returns their digests. Durable before any entry names them."""
        made = [make_disclosure(name, value) for name, value in values.items()]
        self.vault.keep(person, retention, [disclosure.text for disclosure in made])
        return [disclosure.digest for disclosure in made]

    def disclose_note(self, lesson: str, corrects: int, note: str | None) -> str | None:
        """Keep the text that goes with a correction under the key of the student it is about."""
        if not note:
            return None
        found = self.app.lesson(lesson)
        student = (
            next((fact.student for fact in found.facts.values() if fact.standing == corrects), "") if found else ""
        )
        (digest,) = self.disclose(student or lesson, {"note": note}, JOURNAL)
        return digest

    def names(self, people: Iterable[str]) -> dict[str, str]:
        """Names of people as their disclosures say, family name first; those that are not disclosed are left out."""
        digests: dict[str, tuple[str, ...]] = {}
        for person in dict.fromkeys(people):
            for row in persons(self.views, person=person).rows:
                digests[person] = tuple(row.digests)
        opened = self.vault.values([digest for of in digests.values() for digest in of])
        names: dict[str, str] = {}
        for person, of in digests.items():
            parts = {opened[digest].name: opened[digest].value for digest in of if digest in opened}
            name = " ".join(parts[part] for part in ("family_name", "given_name", "patronymic") if part in parts)
            if name:
                names[person] = name
        return names

    def school_name(self) -> str:
        """The school's name, from the log's first entry; the origin while there is none."""
        rows = lookup_school(self.views).rows
        return rows[0].name if rows else self.recorder.origin

    def json(self, content: object, *, headers: Mapping[str, str] | None = None) -> Response:
        """Content as a private JSON answer."""
        body = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
        return Response(body, 200, {"Cache-Control": "private, no-store", **(headers or {})}, "application/json")


def _plain(id_: str, lesson: Lesson) -> dict[str, Any]:
    """A lesson as plain values: header, facts with their standing entries, requests."""
    facts = [
        {
            "what": fact.what,
            "first": fact.first,
            "standing": fact.standing,
            "value": msgspec.to_builtins(fact.value),
            "student": fact.student or None,
            "work": fact.work or None,
        }
        for fact in lesson.facts.values()
        if fact.what != "lesson"
    ]
    return {
        "lesson": id_,
        "version": lesson.version,
        "course": lesson.course,
        "teacher": lesson.teacher,
        "held_on": lesson.held_on,
        "header": msgspec.to_builtins(lesson.header),
        "header_entry": lesson.facts[lesson.lesson].standing,
        "attendance_taken": lesson.attendance_taken,
        "facts": facts,
        "requests": [index for index, request in lesson.requests.items() if not request.answered],
    }


class Registry:
    """The schools that one server serves, by code."""

    def __init__(self, schools: Sequence[OpenSchool]) -> None:
        self._schools = {school.code: school for school in schools}
        self.closing = threading.Event()

    def get(self, code: str) -> OpenSchool | None:
        """The school of this code, or None."""
        return self._schools.get(code)

    def __iter__(self) -> Iterator[OpenSchool]:
        return iter(self._schools.values())


def init_school(layout: Layout, school: SchoolFile, identities: Sequence[Identity]) -> tuple[str, dict[str, Identity]]:
    """Make a school's folder: keys, tokens, empty ledger and vault. Nothing that exists is overwritten.

    Returns:
        The vkey, and the tokens to be shown once.

    Raises:
        LetopisError: something is there already, or cannot be made.
    """
    layout.var.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_school_file(layout, school)
    secret_folder(layout.keys, create=True)
    vkey = create_key(layout.signing_key, school.origin, passphrase())
    create_file(layout.request_key, secrets.token_bytes(REQUEST_KEY_BYTES))
    create_key_store(layout.vault_keys)
    tokens = make_tokens(layout.tokens_file, identities)
    School(ledger_environment(layout, school, create=True)).close()
    _open_vault(layout, school, create=True).close()
    return vkey, tokens


@contextmanager
def open_school(var: Path, *, background: bool = True, migrate: bool = True) -> Iterator[OpenSchool]:
    """Open a school for writing; everything is closed again at the end.

    Args:
        var: the school's folder.
        background: keep views level and sign checkpoints in threads.
        migrate: bring the database's tables up to date first.

    Raises:
        LetopisError: no school there, another server has it, or its keys cannot be used.
    """
    layout = Layout(var)
    file = read_school_file(layout)
    with ExitStack() as stack:
        signer = load_signer(layout.signing_key, file.origin, passphrase())
        create = migrate and file.database == "sqlite"
        app = School(ledger_environment(layout, file, create=create))
        stack.callback(app.close)
        vault = _open_vault(layout, file, create=create)
        stack.callback(vault.close)
        views = stack.enter_context(Views.open(views_url(layout), file.origin))
        runner = ViewsRunner(views, app.ledger)
        school = OpenSchool(
            code=file.code,
            layout=layout,
            app=app,
            vault=vault,
            views=views,
            tokens=Tokens.load(layout.tokens_file),
            signer=signer,
            checkpointer=Checkpointer(app.ledger, signer),
            runner=runner,
            request_secret=read_secret(layout.request_key, limit_bytes=REQUEST_KEY_BYTES),
        )
        if background:
            runner.start()
            stack.callback(runner.stop)
            school.checkpointer.start(entries_count=CHECKPOINT_ENTRIES, seconds=CHECKPOINT_SECONDS)
            stack.callback(school.checkpointer.stop)
        yield school


def _open_vault(layout: Layout, school: SchoolFile, *, create: bool) -> Vault:
    keys = KeyStore(layout.vault_keys, school.origin)
    if school.database == "sqlite":
        from ledger.vault.sqlite import open_vault as open_sqlite_vault

        return open_sqlite_vault(layout.vault_file, keys, create=create)
    from ledger.vault.postgres import install, open_vault

    env = ledger_environment(layout, school, create=create)
    if create:
        install(env["LETOPIS_POSTGRES_OWNER_DSN"])
    return open_vault(env["LETOPIS_POSTGRES_DSN"], keys)
