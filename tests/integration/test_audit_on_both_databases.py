"""The audit over real databases: silent on a sound store, and naming what somebody with all rights changed in another."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from ledger.audit import AuditReport, audit
from ledger.audit.entries import EntryWalker
from ledger.errors import NodeReadOnly
from ledger.log import Command, LogRecorder, SignedCheckpoint, StreamHead
from ledger.signing.checkpoints import Checkpointer
from ledger.signing.keys import Signer, create_key, load_signer
from ledger.wire.checkpoint import Checkpoint, format_checkpoint
from ledger.wire.entry import Actor
from ledger.wire.note import format_note
from tests.conftest import Database
from tests.small_logs import ORIGIN, Pupils, opened, postgres_settings, sqlite_settings

SIZE = 700


@dataclass
class Store:
    """A log of 700 entries, signed at 300 and at 700; `tamper` runs SQL as one who may do anything."""

    recorder: LogRecorder
    settings: Mapping[str, str]
    signer: Signer
    tamper: Callable[[str], None]
    backend: str

    def audit(self, *, processes: int = 1) -> AuditReport:
        return audit(self.recorder, processes=processes, environment=self.settings, vkeys=[self.signer.verifier_key])

    def change(self, index: int, old: str, new: str) -> None:
        """Replace text in an entry, whatever the triggers say."""
        tamper_entry(self.tamper, self.backend, index, old, new)

    def table(self, name: str) -> str:
        return {"head": "head" if self.backend == "sqlite" else "heads"}.get(name, name)


def tamper_entry(tamper: Callable[[str], None], backend: str, index: int, old: str, new: str) -> None:
    if backend == "sqlite":
        entry = f"CAST(replace(CAST(entry AS TEXT), '{old}', '{new}') AS BLOB)"
    else:
        entry = f"convert_to(replace(convert_from(entry, 'UTF8'), '{old}', '{new}'), 'UTF8')"
    tamper(f"UPDATE entries SET entry = {entry} WHERE idx = {index}")


def tamper_sqlite(file: Path) -> Callable[[str], None]:
    def tamper(statement: str) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute(statement)
            for _, sql in triggers:
                connection.execute(sql)
            connection.execute("COMMIT")

    return tamper


def tamper_postgres(dsn: str) -> Callable[[str], None]:
    def tamper(statement: str) -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            triggers = connection.execute("SELECT evtname FROM pg_event_trigger").fetchall()
            for (name,) in triggers:
                connection.execute(f"ALTER EVENT TRIGGER {name} DISABLE".encode())
            tables = connection.execute(
                "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'letopis'::regnamespace AND relkind IN ('r', 'p')"
            ).fetchall()
            for (table,) in tables:
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
            connection.execute("SET search_path = letopis")
            connection.execute(statement.encode())

    return tamper


def made(request: pytest.FixtureRequest, backend: str, folder: Path) -> tuple[dict[str, str], Callable[[str], None]]:
    """The settings of a log that is not there yet, and what tampers with it."""
    if backend == "sqlite":
        return sqlite_settings(folder / "school.sqlite3"), tamper_sqlite(folder / "school.sqlite3")
    database: Database = request.getfixturevalue("postgres_database")
    return postgres_settings(database.app_dsn, database.owner_dsn), tamper_postgres(database.superuser_dsn)


@pytest.fixture(params=["sqlite", "postgres"])
def backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def store(request: pytest.FixtureRequest, backend: str, tmp_path: Path) -> Iterator[Store]:
    settings, tamper = made(request, backend, tmp_path)
    create_key(tmp_path / "school.pem", ORIGIN)
    signer = load_signer(tmp_path / "school.pem", ORIGIN)
    with opened(settings) as recorder:
        checkpointer, pupils = Checkpointer(recorder, signer), Pupils(recorder)
        checkpointer.sign()
        pupils.append(300)
        checkpointer.sign()
        pupils.append(SIZE - 300)
        checkpointer.sign()
        yield Store(recorder, settings, signer, tamper, backend)


def found(report: AuditReport) -> set[tuple[str, int | None]]:
    return {(finding.code, finding.index) for finding in report.findings}


@pytest.mark.parametrize("processes", [1, 2])
def test_a_sound_store_passes(store: Store, processes: int) -> None:
    Pupils(store.recorder, seed=2).append(50)  # and some that are not signed yet
    report = store.audit(processes=processes)
    assert report.findings == ()
    assert report.passed
    assert report.unchecked == ()
    assert (report.origin, report.size, report.checkpoints_count) == (ORIGIN, SIZE + 50, 3)
    assert report.root == store.recorder.head().edge.root()


def test_an_empty_store_passes(tmp_path: Path) -> None:
    with opened(sqlite_settings(tmp_path / "school.sqlite3")) as recorder:
        report = audit(recorder)
        assert report.passed
        assert report.size == 0


def test_progress_reaches_the_end(store: Store) -> None:
    told: list[tuple[int, int]] = []
    audit(store.recorder, progress=lambda done, size: told.append((done, size)))
    assert told == [(256, SIZE), (512, SIZE), (SIZE, SIZE)] or told[-1] == (SIZE, SIZE)


def test_says_that_signatures_were_not_checked(store: Store) -> None:
    report = audit(store.recorder)
    assert report.passed
    assert report.unchecked == ("signatures: no keys were given",)


def test_several_processes_need_the_settings(store: Store) -> None:
    with pytest.raises(ValueError, match="environment"):
        audit(store.recorder, processes=2)


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("index", [0, 255, 256, 511, 650])
def test_a_changed_entry_is_found_with_its_index(store: Store, index: int, processes: int) -> None:
    store.change(index, "teacher", "student")
    report = store.audit(processes=processes)
    codes = found(report)
    assert ("chain_broken", index + 1) in codes
    if index < 512:
        assert ("tile_differs", index) in codes
    assert {code for code, _ in codes} <= {"chain_broken", "tile_differs", "checkpoint_differs", "head_differs"}
    assert report.root != store.recorder.head().edge.root()


@pytest.mark.parametrize("more", [0, 1, 68, 69])  # a lone last leaf, the end and the beginning of a tile
def test_a_changed_last_entry_has_nothing_behind_it_but_the_head_and_is_found_with_its_index(
    store: Store, more: int
) -> None:
    Pupils(store.recorder, seed=2).append(more)
    store.change(SIZE + more - 1, "teacher", "student")
    signed = {("checkpoint_differs", None)} if not more else set()
    assert found(store.audit()) == {("head_differs", SIZE + more - 1)} | signed


def test_a_changed_only_entry_is_found_with_its_index(
    request: pytest.FixtureRequest, backend: str, tmp_path: Path
) -> None:
    settings, tamper = made(request, backend, tmp_path)
    with opened(settings) as recorder:
        Pupils(recorder).append(1)
        tamper_entry(tamper, backend, 0, "teacher", "student")
        assert found(audit(recorder)) == {("head_differs", 0)}


def test_a_head_beside_a_changed_entry_further_up_names_no_entry(store: Store) -> None:
    store.change(SIZE - 2, "teacher", "student")
    assert {("chain_broken", SIZE - 1), ("head_differs", None)} <= found(store.audit())


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"value":"', '"value": "', "entry_malformed"),
        ('"value":"', '"Value":"', "entry_malformed"),
        ('"work":"', '"word":5,"work":"', "entry_malformed"),  # out of order? sorted: word < work, so not
        ('"role":"teacher"', '"role":"Teacher"', "entry_malformed"),
        (',"index":', ',"index":0', "entry_malformed"),
        ('"stream":"lesson/', '"stream":"class/', "columns_differ"),
        ('"type":"mark_recorded/1"', '"type":"mark_recorded/2"', "columns_differ"),
        ('"at":"20', '"at":"19', "time_backwards"),
        ('"index":401', '"index":402', "index_wrong"),
    ],
)
def test_says_what_is_wrong_with_an_entry(store: Store, old: str, new: str, code: str) -> None:
    store.change(401, old, new)
    codes = found(store.audit())
    if "word" in new:
        # Still an entry, with a field more: only the hashes know.
        assert ("entry_malformed", 401) not in codes
        assert ("tile_differs", 401) in codes
    else:
        assert (code, 401) in codes


@pytest.mark.parametrize(
    "data",
    [
        '{"a":1.5}', '{"a":1e3}', '{"a":9007199254740992}', '{"a":[1.5]}', '{"b":1,"a":1}', '{"a":1,"a":1}', '{"a":NaN}',
        '{"value":1.5}', '{"value":9007199254740992}', '{"value":[1.5]}', '{"value":{"B":1}}', '{"B":"x"}',
        '{"a":"\\u0041"}', '{"a":{"B":1}}', '["a"]', '"a"', '{}{}', '{"a":1},"index":401', '', ' {}', '{"a":"x:"}x',
    ],
)  # fmt: skip
def test_the_quick_reading_takes_nothing_that_the_rule_refuses(store: Store, data: str) -> None:
    """Data that is not canonical, put between a head and a tail that are right."""
    (entry,) = store.recorder.entries(401, 402)
    old = json.dumps(json.loads(entry)["data"], separators=(",", ":"), sort_keys=True)
    store.change(401, old, data.replace("'", "''"))
    assert ("entry_malformed", 401) in found(store.audit())


# The next entry from 401 on that has its stream and version beside it: on SQLite that is where a run ends.
TOLD = "(SELECT min(idx) FROM entries WHERE idx >= 401 AND stream IS NOT NULL)"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE entries SET type = 'mark_annulled/1' WHERE idx = 401", ("columns_differ", 401)),
        (f"UPDATE entries SET version = 99 WHERE idx = {TOLD}", ("version_gap", 401)),
        (f"UPDATE entries SET stream = 'lesson/00000000-0000-4000-8000-000000000000' WHERE idx = {TOLD}", ("columns_differ", 401)),
        ("DELETE FROM entries WHERE idx = 401", ("entry_missing", 401)),
        ("DELETE FROM entries WHERE idx = 699", ("entry_missing", 699)),
        ("DELETE FROM commands WHERE first_index = 300", ("receipt_differs", 300)),
        ("UPDATE commands SET count = 29 WHERE first_index = 300", ("receipt_differs", 300)),
        ("UPDATE commands SET first_index = 301 WHERE first_index = 300", ("receipt_differs", 300)),
        ("UPDATE commands SET command = '00000000-0000-4000-8000-000000000000' WHERE first_index = 300", ("receipt_differs", 300)),
        ("UPDATE commands SET count = 11 WHERE first_index = 690", ("receipt_differs", 690)),
        ("DELETE FROM tiles WHERE idx = 1", ("tile_missing", None)),
        ("DELETE FROM checkpoints WHERE size = 300", None),
    ],
)  # fmt: skip
def test_whatever_else_is_changed_is_found(
    store: Store, statement: str, expected: tuple[str, int | None] | None
) -> None:
    store.tamper(statement)
    report = store.audit()
    if expected == ("version_gap", 401) and store.backend == "sqlite":
        expected = ("version_gap", 390)  # where the run begins whose end was changed
    if expected is None:
        assert report.passed  # nothing says how many checkpoints there must be: those who hold one ask for it
    else:
        assert expected in found(report)
        assert not report.passed


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("missing", [402, 513, 699])  # within a block, behind another's only entry, the last
def test_damage_right_before_a_missing_entry_is_found_too_and_first(store: Store, missing: int, processes: int) -> None:
    store.change(missing - 1, '"role":"teacher"', '"role":"Teacher"')
    store.tamper(f"DELETE FROM entries WHERE idx = {missing}")
    findings = [(one.code, one.index) for one in store.audit(processes=processes).findings]
    assert findings[:2] == [("entry_malformed", missing - 1), ("entry_missing", missing)]


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "UPDATE entries SET type = 'mark_annulled/1' WHERE idx = 401",
        f"UPDATE entries SET version = 99 WHERE idx = {TOLD}",
        "DELETE FROM entries WHERE idx = 401",
    ],
)
def test_blocks_read_together_and_entry_by_entry_give_the_same(
    store: Store, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if statement:
        store.tamper(statement)
    together = store.audit()
    blocks: list[object] = []

    def not_recognised(*block: object) -> bool:
        blocks.append(block)
        return False

    monkeypatch.setattr(EntryWalker, "_take_together", not_recognised)
    assert store.audit() == together
    assert blocks


def test_a_sound_log_is_read_in_blocks(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EntryWalker, "_take_each", lambda *_: pytest.fail("an entry of a sound log was not recognised"))
    assert store.audit().passed


def test_an_index_of_streams_that_tells_otherwise_is_found(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database answers from its index, which may be damaged where the table is not."""
    streams = list(store.recorder.streams(""))
    first = streams[0]
    wrong = [StreamHead(first.stream, first.first_index, first.last_version - 1, first.last_index), *streams[2:]]
    monkeypatch.setattr(store.recorder, "streams", lambda prefix: iter(wrong))
    report = audit(store.recorder)
    assert found(report) == {("stream_differs", one.first_index) for one in streams[:2]}


def test_a_changed_tile_is_found_at_the_leaf(store: Store) -> None:
    tile = store.recorder.tile(0, 1)
    assert tile is not None
    changed = bytearray(tile)
    changed[32 * 17 + 5] ^= 1
    literal = f"x'{changed.hex()}'" if store.backend == "sqlite" else f"'\\x{changed.hex()}'"
    store.tamper(f"UPDATE tiles SET hashes = {literal} WHERE idx = 1")
    assert found(store.audit()) == {("tile_differs", 256 + 17)}


def test_a_changed_head_is_found(store: Store) -> None:
    zeros = "zeroblob(32)" if store.backend == "sqlite" else "decode(repeat('00', 32), 'hex')"
    store.tamper(f"UPDATE {store.table('head')} SET last = {zeros}")
    assert found(store.audit()) == {("head_differs", None)}


def open_school(recorder: LogRecorder, data: str) -> None:
    actor = Actor("11111111-1111-4111-8111-111111111111", "administrator")
    event = StoredEvent("school/11111111-1111-4111-8111-111111111111", 1, "school_opened/1", data.encode())
    recorder.insert_events([event], command=Command("22222222-2222-4222-8222-222222222222", actor))


@pytest.mark.parametrize("clock", ["server", "sample"])
def test_a_store_set_to_another_clock_than_its_log_states_is_found(
    request: pytest.FixtureRequest, backend: str, tmp_path: Path, clock: str
) -> None:
    settings, tamper = made(request, backend, tmp_path)
    with opened(settings | {"LETOPIS_CLOCK": clock}) as recorder:
        open_school(recorder, f'{{"clock":"{clock}"}}')
        Pupils(recorder).append(300)
        assert audit(recorder, environment=settings).passed
    other = {"server": "sample", "sample": "server"}[clock]
    tamper(f"UPDATE {'meta' if backend == 'sqlite' else 'heads'} SET clock = '{other}'")
    with opened(settings) as recorder:
        (finding,) = audit(recorder, processes=2, environment=settings).findings
    assert (finding.code, finding.index) == ("clock_differs", 0)
    assert (finding.expected, finding.found) == (f"clock {other}, as the store is set", f"clock {clock}")


@pytest.mark.parametrize("data", ['{"clock":"Мария"}', '{"clock":null}', "{}"])
def test_a_log_that_states_no_clock_is_found_and_not_quoted(
    request: pytest.FixtureRequest, backend: str, tmp_path: Path, data: str
) -> None:
    settings, _ = made(request, backend, tmp_path)
    with opened(settings) as recorder:
        open_school(recorder, data)
        (finding,) = audit(recorder).findings
    assert (finding.code, finding.index) == ("clock_differs", 0)
    assert finding.found == "clock neither server nor sample"


def test_a_head_that_fell_behind_what_was_signed_is_found(store: Store) -> None:
    zeros = "zeroblob(64)" if store.backend == "sqlite" else "decode(repeat('00', 64), 'hex')"
    store.tamper(f"UPDATE {store.table('head')} SET size = 640, edge = {zeros}")
    assert ("log_shrunk", 640) in found(store.audit())


def test_a_checkpoint_of_another_tree_and_one_of_a_stranger_are_found(store: Store, tmp_path: Path) -> None:
    Pupils(store.recorder, seed=3).append(3)
    edge = store.recorder.head().edge
    create_key(tmp_path / "stranger.pem", ORIGIN)
    stranger = load_signer(tmp_path / "stranger.pem", ORIGIN)
    note = format_note(stranger.sign_note(format_checkpoint(Checkpoint(ORIGIN, edge.size, edge.root()))))
    store.recorder.keep_checkpoint(SignedCheckpoint(edge.size, note, edge))
    assert found(store.audit()) == {("checkpoint_not_ours", None)}
    Pupils(store.recorder, seed=4).append(1)
    edge = type(edge)(704, tuple(bytes(32) for _ in range((704).bit_count())))
    note = format_note(store.signer.sign_note(format_checkpoint(Checkpoint(ORIGIN, 704, edge.root()))))
    store.recorder.keep_checkpoint(SignedCheckpoint(704, note, edge))
    assert found(store.audit()) == {("checkpoint_not_ours", None), ("checkpoint_differs", None)}


def test_many_findings_are_counted_and_the_first_are_kept(store: Store) -> None:
    concatenated = "CAST('x' AS BLOB)" if store.backend == "sqlite" else "'x'::bytea"
    store.tamper(f"UPDATE entries SET entry = {concatenated}")
    report = store.audit()
    assert len(report.findings) == 100
    assert report.findings_count >= SIZE


def test_no_finding_quotes_what_an_entry_says(store: Store) -> None:
    store.change(401, '"value":"', '"Иванова":"Мария","value":"')
    report = store.audit()
    assert ("entry_malformed", 401) in found(report)
    assert "Иванова" not in repr(report)
    assert "Мария" not in repr(report)


def test_flipped_bytes_of_a_live_sqlite_file_are_found(tmp_path: Path) -> None:
    """Each is in an entry's bytes on a page of the file; the server's own connections stay open."""
    file = tmp_path / "school.sqlite3"
    with opened(sqlite_settings(file)) as recorder:
        Pupils(recorder).append(500)
        entries = list(recorder.entries())
    with opened(sqlite_settings(file)) as recorder:
        Pupils(recorder, seed=2).append(1)
        content = file.read_bytes()
        for index in (3, 250, 400):  # the last page is in the write-ahead log
            place = content.index(entries[index][-120:]) + 40
            with file.open("r+b") as raw:
                raw.seek(place)
                raw.write(bytes([content[place] ^ 0x01]))
            indexes = {finding.index for finding in audit(recorder, environment=sqlite_settings(file)).findings}
            assert indexes & {index, index + 1}
            with file.open("r+b") as raw:
                raw.seek(place)
                raw.write(content[place : place + 1])
        assert audit(recorder, environment=sqlite_settings(file)).passed


def test_a_latched_store_that_passes_takes_appends_again(
    request: pytest.FixtureRequest, backend: str, tmp_path: Path
) -> None:
    settings, tamper = made(request, backend, tmp_path)
    latch = tmp_path / ("school.sqlite3.latched" if backend == "sqlite" else "ledger.latched")
    if backend == "postgres":
        settings["LETOPIS_LATCH_FILE"] = str(latch)
    with opened(settings) as recorder:
        Pupils(recorder).append(40)
    latch.write_text("an I/O error")
    with opened({key: value for key, value in settings.items() if key != "LETOPIS_CREATE"}) as recorder:
        with pytest.raises(NodeReadOnly):
            Pupils(recorder, seed=2).append(1)
        tamper("UPDATE entries SET type = 'x/1' WHERE idx = 7")
        assert not audit(recorder).passed
        with pytest.raises(NodeReadOnly):
            Pupils(recorder, seed=2).append(1)
        tamper("UPDATE entries SET type = 'mark_recorded/1' WHERE idx = 7")
        assert audit(recorder, unlatch=False).passed
        assert latch.exists()
        assert audit(recorder).passed
        assert not latch.exists()
        Pupils(recorder, seed=2).append(1)
        assert recorder.head().size == 41
