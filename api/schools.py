"""Composition: a school's folder opened into everything that serves it.

This is the one place where storage, vault, keys, views and rules are put together; delivery code is handed an
`OpenSchool` and asks for nothing else.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson
from eventsourcing.persistence import PersistenceError

from api.access_opening import LazyAccess
from api.anchoring import Anchoring
from api.blocking import BLOCKED, blocked_values
from api.erasing import ERASED, enforce
from api.identity.confidentiality import Confidentiality, read_confidentiality
from api.identity.opening import open_secrets, open_sign_ins
from api.identity.passwords import Cost
from api.identity.store import Secrets
from api.reach import Reached
from api.scratch import EXTRACTS, sweep_scratch
from api.settings import (
    Cadence,
    Layout,
    SchoolFile,
    SettingsError,
    ledger_environment,
    passphrase,
    read_cadence,
    read_school_file,
    views_url,
)
from api.vaults import make_vault, open_sealed_rows, open_vault_of
from api.whose import Directory
from api.witnessing import DAY_SECONDS, Asked, Witnessing, ask_all
from ledger.application import School
from ledger.durable import read_secret
from ledger.errors import KeyReused, LedgerDamaged, LetopisError
from ledger.journal.commands import JournalCommand
from ledger.journal.lesson import Lesson
from ledger.journal.sheet import ResultSheet
from ledger.log import LogRecorder, Receipt
from ledger.signing.checkpoints import Checkpointer
from ledger.signing.keys import Signer, load_signer
from ledger.signing.proofs import TileRoots
from ledger.vault.vault import SealedRows, Vault
from ledger.wire.entry import Actor
from projections.engine import Views
from projections.runner import ViewsRunner
from projections.views.accounts import Account
from projections.views.blocking import blocked_names
from projections.views.erasures import erased_people
from projections.views.lookups import school as lookup_school
from projections.views.people_registers import Named, digests_of, disclosed
from projections.views.witnesses import Witness

if TYPE_CHECKING:
    from starlette.responses import Response

    from api.identity.openid.provider import Provider
    from api.identity.webauthn import RelyingParty

_REQUEST_KEY_BYTES_MAX: Final = 64
READ_YOUR_WRITES_SECONDS: Final = 2.0

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class OpenSchool:
    """One school, open. Any thread may use it.

    Attributes:
        code: its name in paths.
        background: whether threads keep the views level and sign; else it is done when it is asked for.
        recording: whether entries and checkpoints may be written here; False beside the server that does.
        access: the access log, opened when it is first asked for.
        confidentiality: the text that everybody acknowledges before seeing personal data.
        password_cost: of a password's hash; None: the usual one.
        provider, party: where people sign in too, and what passkeys are of; None: nowhere, of nothing.
        roots: what was computed for proofs once.
        witness_seconds: how long after its last cosignature a witness is asked again.
        witnessing: asks the witnesses, in the background.
        directory: who is registered, for saying whose data an answer holds.
        reached: what was decided about who may see what.
        request_secret: key of the digests that Idempotency-Keys stand for.
    """

    code: str
    layout: Layout
    file: SchoolFile
    app: School
    vault: Vault
    views: Views
    signer: Signer
    checkpointer: Checkpointer
    runner: ViewsRunner
    request_secret: bytes
    background: bool
    access: LazyAccess
    confidentiality: Confidentiality
    password_cost: Cost | None = None
    provider: Provider | None = field(default=None, init=False)
    party: RelyingParty | None = field(default=None, init=False)
    recording: bool = True
    roots: TileRoots = field(default_factory=TileRoots)
    witness_seconds: int = DAY_SECONDS
    witnessing: Witnessing = field(init=False)
    directory: Directory = field(default_factory=Directory)
    reached: Reached = field(default_factory=Reached)
    _acknowledged: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _signing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "sign soon"))
    _sign_waits: bool = False
    _secrets: Secrets | None = None

    def __post_init__(self) -> None:
        self._acknowledged = self.recorder.head().size
        self.witnessing = Witnessing(self.ask_witnesses, self.witness_seconds)
        self.vault.withhold(partial(blocked_values, self.app))
        if self.background:
            sweep_scratch(EXTRACTS, self.layout.var)
            self.provider, self.party = open_sign_ins(self.layout, self.code)

    @property
    def recorder(self) -> LogRecorder:
        """The log."""
        return self.app.ledger

    @property
    def secrets(self) -> Secrets:
        """How holders of accounts sign in; opened when it is first asked for, since few commands ask.

        Raises:
            LetopisError: there is no store of them, or its key is missing.
        """
        with self._lock:
            if self._secrets is None:
                self._secrets = open_secrets(self.layout, self.file, cost=self.password_cost)
            return self._secrets

    def close_secrets(self) -> None:
        """Let go of the store of secrets, if it was opened."""
        with self._lock:
            if self._secrets is not None:
                self._secrets.close()
                self._secrets = None

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

    def log_size(self) -> int:
        """How many entries the log has now: one look at it where others may append too."""
        size = self.recorder.own_size()
        return self.recorder.head().size if size is None else size

    def read_views(self) -> Views:
        """The views, once they have consumed what this server acknowledged (or two seconds have passed)."""
        if self.background:
            self.runner.wait(self._acknowledged, READ_YOUR_WRITES_SECONDS)
        else:
            self.views.catch_up(self.recorder)
        return self.views

    def ask_witnesses(self, is_due: Callable[[Witness], bool] = lambda _: True) -> list[Asked]:
        """Ask the log's witnesses that are due to cosign it as it is now, and record what they return.

        Raises:
            LetopisError, PersistenceError: the log cannot be signed or written.
        """

        def execute(command: JournalCommand) -> int:
            return self.execute(command, self.app.founder()).first_index

        return ask_all(self.read_views(), self.checkpointer, self.recorder, execute, is_due=is_due)

    def sign_soon(self) -> None:
        """Sign a checkpoint over what is recorded now, in another thread; returns at once."""
        with self._lock:
            if not self._sign_waits:
                self._sign_waits = True
                self._signing.submit(self._sign)

    def close_signing(self) -> None:
        """Let the signing that was asked for end."""
        self._signing.shutdown()

    def _sign(self) -> None:
        with self._lock:
            self._sign_waits = False
        try:
            self.checkpointer.sign()
        except LedgerDamaged as error:
            _logger.critical("%s: not signed: %s", self.recorder.origin, error)
        except (PersistenceError, LetopisError, OSError) as error:
            # The checkpointer's own thread, or the next request, tries again.
            _logger.warning("%s: not signed yet: %s", self.recorder.origin, type(error).__name__)

    def student_of(self, lesson: str, index: int) -> str | None:
        """The student whom a standing entry of a lesson is about; None where it is about nobody."""
        found = self.app.lesson(lesson)
        facts = found.facts.values() if found else ()
        return next((fact.student for fact in facts if fact.standing == index), None) or None

    def student_of_result(self, sheet: str, index: int) -> str | None:
        """The student whom a standing entry of a result sheet is about; None where there is none."""
        found, _ = self.app.aggregate(f"results/{sheet}")
        facts = found.facts.values() if isinstance(found, ResultSheet) else ()
        return next((fact.student for fact in facts if fact.standing == index), None)

    def names(self, people: Iterable[str]) -> dict[str, str]:
        """Names of people as their disclosures say, family name first; those that are not disclosed are left out."""
        histories = disclosed(self.views, people=list(dict.fromkeys(people)))
        opened = self.vault.values(digests_of(histories))
        values = {digest: (one.name, one.value) for digest, one in opened.items()}
        gone = erased_people(self.views, people=list(histories))
        blocked = blocked_names(self.views) - gone
        names = {person: Named(history, values).at() for person, history in histories.items()}
        said = {person: name for person, name in names.items() if name}
        said |= {person: BLOCKED for person in names if person in blocked}
        return said | {person: ERASED for person in names if person in gone}

    def account_names(self, accounts: Iterable[Account]) -> dict[str, str]:
        """Names of accounts' holders: of the registered as everywhere, of others as the account says."""
        rows = list(accounts)
        named = {one.named: one.account for one in rows if one.named is not None}
        opened = self.vault.values(list(named))
        gone = erased_people(self.views, people=list(named.values()))
        names = self.names(one.account for one in rows if one.named is None)
        names |= {named[digest]: found.value for digest, found in opened.items()}
        return names | dict.fromkeys(gone, ERASED)

    def opener(self, position: int) -> Callable[[Sequence[str]], dict[str, tuple[str, str]]]:
        """What opens disclosures as of a position: digests -> digest, name and value, of those that may be read."""

        def opened(digests: Sequence[str]) -> dict[str, tuple[str, str]]:
            found = self.vault.values(digests, at=position)
            return {digest: (one.name, one.value) for digest, one in found.items()}

        return opened

    def school_name(self) -> str:
        """The school's name, from the log's first entry; the origin while there is none."""
        return _name_of(self.views, self.recorder.origin)

    def json(self, content: object, *, headers: Mapping[str, str] | None = None) -> Response:
        """Content as a private JSON answer; the position that it states is told in ``Letopis-Position`` too."""
        from starlette.responses import Response  # here: commands answer nobody over HTTP

        body = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
        position = content.get("position") if isinstance(content, dict) else None
        told = {"Letopis-Position": str(position)} if type(position) is int else {}
        return Response(
            body, 200, {"Cache-Control": "private, no-store", **told, **(headers or {})}, "application/json"
        )


def _name_of(views: Views, origin: str) -> str:
    rows = lookup_school(views).rows
    return rows[0].name if rows else origin


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

    def sign_soon(self, code: str) -> None:
        """Sign a checkpoint of this school, in another thread."""
        self._schools[code].sign_soon()

    def ask_witnesses_soon(self, code: str) -> None:
        """Ask the witnesses of this school that have cosigned nothing yet, in another thread."""
        self._schools[code].witnessing.poke()

    def __iter__(self) -> Iterator[OpenSchool]:
        return iter(self._schools.values())


@contextmanager
def open_school(
    var: Path,
    *,
    background: bool = True,
    cadence: Cadence | None = None,
    recording: bool = True,
    password_cost: Cost | None = None,
) -> Iterator[OpenSchool]:
    """Open a school; everything is closed again at the end.

    SQLite's tables are brought up to date on the way; PostgreSQL's by `letopis migrate`, as their owner. One process
    records in an SQLite file; any number may read it beside that one, and write views, which have their own lock.

    Args:
        var: the school's folder.
        background: keep views level and sign checkpoints in threads.
        cadence: how often to sign; None: as the environment says.
        recording: False: entries and checkpoints are only read, on SQLite beside a running server too.
        password_cost: of a password's hash; None: the usual one.

    Raises:
        LetopisError: no school there, another server has it, or its keys cannot be used.
    """
    layout = Layout(var)
    file = read_school_file(layout)
    cadence = cadence or read_cadence()
    with ExitStack() as stack:
        signer = load_signer(layout.signing_key, file.origin, passphrase())
        secret = read_request_key(layout)
        sqlite = file.database == "sqlite"
        reading = sqlite and not recording
        app = School(ledger_environment(layout, file, create=sqlite and recording, read_only=reading))
        stack.callback(app.close)
        vault = make_vault(layout, file) if sqlite and recording else open_vault_of(layout, file)
        stack.callback(vault.close)
        # Before anything is read: an older copy of the keys must not bring anybody back.
        enforce(app, vault.keys)
        views = stack.enter_context(Views.open(views_url(layout), file.origin))
        access = LazyAccess(layout, file, partial(_name_of, views, file.origin))
        stack.callback(access.close)
        school = OpenSchool(
            code=file.code,
            layout=layout,
            app=app,
            vault=vault,
            views=views,
            file=file,
            confidentiality=read_confidentiality(layout.confidentiality),
            password_cost=password_cost,
            signer=signer,
            checkpointer=Checkpointer(app.ledger, signer),
            runner=ViewsRunner(views, app.ledger),
            request_secret=secret,
            witness_seconds=cadence.witness_seconds,
            background=background,
            access=access,
            recording=not reading,
        )
        stack.callback(school.close_secrets)
        if background:
            access.checkpointer.start(entries_count=cadence.entries, seconds=cadence.seconds)
            school.runner.start()
            stack.callback(school.runner.stop)
            school.checkpointer.start(entries_count=cadence.entries, seconds=cadence.seconds)
            stack.callback(school.checkpointer.stop)
            school.witnessing.start()
            stack.callback(school.witnessing.stop)
            stack.enter_context(Anchoring(school))
        stack.callback(school.close_signing)
        yield school


def read_request_key(layout: Layout) -> bytes:
    """The key of the digests that Idempotency-Keys stand for.

    Raises:
        SettingsError: there is none.
        FileRefused: others can read it.
    """
    try:
        return read_secret(layout.request_key, limit_bytes=_REQUEST_KEY_BYTES_MAX)
    except FileNotFoundError:
        raise SettingsError(f"{layout.request_key}: нет файла; его делает / missing; made by: letopis init") from None


def removable_rows(school: OpenSchool) -> SealedRows:
    """The vault's rows of an open school in the role that may remove some.

    Raises:
        SettingsError, LetopisError: as `open_sealed_rows`.
    """
    return open_sealed_rows(school.layout, read_school_file(school.layout), as_owner=True)
