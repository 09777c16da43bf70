"""Opening a ledger file: making it, refusing what is not one, one server at a time, readers beside it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from eventsourcing.persistence import InfrastructureFactory, InterfaceError, OperationalError

from ledger.database.migrations import MigrationError, read_migrations
from ledger.errors import Conflict, LedgerDamaged, LedgerInUse, LetopisError, NodeReadOnly
from ledger.storage.sqlite import LetopisSQLiteFactory
from ledger.storage.sqlite.recorder import LetopisSQLiteApplicationRecorder, LetopisSQLiteProcessRecorder
from tests.sqlite_ledgers import ORIGIN, command, flattened, lesson, marks, opened, settings
from tests.sqlite_oracle import check_file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "school.db"


def in_another_process(file: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Open the ledger there, append once unless it is read-only, and print how long it is."""
    program = (
        "import os\n"
        "from tests.sqlite_ledgers import *\n"
        f"with opened(Path({str(file)!r}), **{more!r}) as recorder:\n"
        f"    if {'LETOPIS_READ_ONLY' not in more!r}:\n"
        "        recorder.insert_events(marks(lesson()), command=command())\n"
        "    print(recorder.head().size, len(list(recorder.entries())))\n"
    )
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)


class TestSettings:
    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"LETOPIS_SQLITE_FILE": ""}, "LETOPIS_SQLITE_FILE: not set"),
            ({"LETOPIS_STATES": "some"}, "LETOPIS_STATES: expected canonical or any, found 'some'"),
            ({"LETOPIS_CLOCK": "mine"}, "LETOPIS_CLOCK: expected server or sample, found 'mine'"),
            ({"LETOPIS_CREATE": "perhaps"}, "LETOPIS_CREATE: expected y or n, found 'perhaps'"),
            ({"LETOPIS_READ_ONLY": "y"}, "LETOPIS_CREATE and LETOPIS_READ_ONLY: not both"),
            ({"LETOPIS_SQLITE_FILE": "/nowhere/at/all/school.db"}, "the folder /nowhere/at/all does not exist"),
        ],
    )
    def test_a_wrong_setting_is_named(self, file: Path, changed: Mapping[str, str], message: str) -> None:
        with pytest.raises(LetopisError, match=message):
            LetopisSQLiteFactory(settings(file, LETOPIS_CREATE="y") | dict(changed))
        assert not file.exists()

    def test_the_library_finds_one_factory(self, file: Path) -> None:
        env = settings(file, LETOPIS_CREATE="y", PERSISTENCE_MODULE="ledger.storage.sqlite")
        factory = InfrastructureFactory.construct(env)
        assert isinstance(factory, LetopisSQLiteFactory)
        factory.close()

    def test_defaults(self, file: Path) -> None:
        factory = LetopisSQLiteFactory({"LETOPIS_SQLITE_FILE": str(file), "LETOPIS_CREATE": "y"})
        recorder = factory.application_recorder()
        assert isinstance(recorder, LetopisSQLiteApplicationRecorder)
        assert (recorder.origin, recorder.clock, recorder.states) == (
            "letopis.example/school/test",
            "server",
            "canonical",
        )
        factory.close()

    def test_a_file_name_with_characters_of_an_uri(self, tmp_path: Path) -> None:
        file = tmp_path / "школа 7%#?.db"
        with opened(file) as recorder:
            recorder.insert_events(marks(lesson()), command=command())
        assert len(check_file_named(file)) == 1

    def test_another_recorder_class_must_be_ours(self, file: Path) -> None:
        topic = "eventsourcing.sqlite:SQLiteApplicationRecorder"
        factory = LetopisSQLiteFactory(settings(file, LETOPIS_CREATE="y", APPLICATION_RECORDER_TOPIC=topic))
        with pytest.raises(LetopisError, match="APPLICATION_RECORDER_TOPIC"):
            factory.application_recorder()
        factory.env["APPLICATION_RECORDER_TOPIC"] = "ledger.storage.sqlite.recorder:LetopisSQLiteProcessRecorder"
        assert isinstance(factory.application_recorder(), LetopisSQLiteProcessRecorder)
        factory.close()


def check_file_named(file: Path) -> list[bytes]:
    connection = sqlite3.connect(file)
    try:
        return [row[0] for row in connection.execute("SELECT entry FROM entries")]
    finally:
        connection.close()


class TestExisting:
    def test_a_missing_ledger_is_not_made_by_the_way(self, file: Path) -> None:
        for more in ({}, {"LETOPIS_READ_ONLY": "y"}):
            with pytest.raises(LetopisError, match="LETOPIS_CREATE=y makes one"), opened(file, create=False, **more):
                pass
        assert list(file.parent.iterdir()) == []

    def test_opens_again_where_it_ended(self, file: Path) -> None:
        stream = lesson()
        for version in (1, 2, 3):
            with opened(file) as recorder:
                recorder.insert_events(marks(stream, first=version), command=command())
        with opened(file, create=False) as recorder:
            assert recorder.head().size == 3
        assert len(check_file(file).entries) == 3

    def test_knows_its_size_without_a_look_where_nobody_else_writes(self, file: Path) -> None:
        with opened(file) as recorder:
            assert recorder.own_size() == 0
            for size in (1, 2):
                recorder.insert_events(marks(lesson()), command=command())
                assert recorder.own_size() == recorder.head().size == size
            taken = marks(lesson())
            recorder.insert_events(taken, command=command())
            with pytest.raises(Conflict):
                recorder.insert_events(taken, command=command())
            assert recorder.own_size() in (None, 3)
            with opened(file, create=False, LETOPIS_READ_ONLY="y") as reader:
                assert reader.own_size() is None
        with opened(file, create=False) as recorder:
            assert recorder.own_size() == 3
        with opened(file, create=False, LETOPIS_SHARED="y") as recorder:
            recorder.insert_events(marks(lesson()), command=command())
            assert recorder.own_size() is None

    def test_tells_the_streams_that_moved_between_two_sizes(self, file: Path) -> None:
        first, second = lesson(), lesson()
        with opened(file) as recorder:
            recorder.insert_events([*marks(first, count=2), *marks(second, count=3)], command=command())
            recorder.insert_events(marks(first, first=3), command=command())
            assert recorder.moved(0, 5) == {first, second}
            assert recorder.moved(5, 6) == {first}
            assert recorder.moved(6, 6) == frozenset()

    def test_a_clean_close_leaves_the_whole_log_in_the_one_file(self, file: Path) -> None:
        with opened(file) as recorder:
            recorder.insert_events(marks(lesson()), command=command())
            assert file.with_name("school.db-wal").exists()
        assert sorted(path.name for path in file.parent.iterdir()) == ["school.db", "school.db.lock"]

    def test_origin_and_clock_are_kept_in_the_file(self, file: Path) -> None:
        with opened(file, LETOPIS_CLOCK="sample"):
            pass
        factory = LetopisSQLiteFactory({"LETOPIS_SQLITE_FILE": str(file)})
        recorder = factory.application_recorder()
        assert isinstance(recorder, LetopisSQLiteApplicationRecorder)
        assert (recorder.origin, recorder.clock) == (ORIGIN, "sample")
        factory.close()
        for key, value in (("LETOPIS_ORIGIN", "letopis.example/school/7"), ("LETOPIS_CLOCK", "server")):
            with pytest.raises(LetopisError, match=f"{key} is '{value}', but the ledger was made with"):
                LetopisSQLiteFactory(settings(file) | {key: value})

    def test_a_database_of_another_program_is_refused_and_left_alone(self, file: Path) -> None:
        connection = sqlite3.connect(file)
        connection.execute("CREATE TABLE stored_events (id INTEGER)")
        connection.close()
        before = file.read_bytes()
        for more in ({"LETOPIS_CREATE": "y"}, {"LETOPIS_READ_ONLY": "y"}):
            with pytest.raises(LetopisError, match="an SQLite database of another program"):
                LetopisSQLiteFactory(settings(file, **more))
        assert file.read_bytes() == before

    def test_a_file_that_is_no_database_is_refused_and_left_alone(self, file: Path) -> None:
        file.write_bytes(b"not a database at all" * 100)
        for more in ({"LETOPIS_CREATE": "y"}, {"LETOPIS_READ_ONLY": "y"}):
            with pytest.raises(LetopisError, match="SQLITE_NOTADB"):
                LetopisSQLiteFactory(settings(file, **more))
        assert file.read_bytes() == b"not a database at all" * 100

    def test_an_empty_file_is_no_ledger_until_it_is_made_one(self, file: Path) -> None:
        file.touch()
        with pytest.raises(MigrationError, match="0001_log is not applied; open once with LETOPIS_CREATE=y"):
            LetopisSQLiteFactory(settings(file))
        with opened(file) as recorder:
            assert recorder.head().size == 0

    def test_a_changed_migration_is_refused(self, file: Path) -> None:
        with opened(file):
            pass
        connection = sqlite3.connect(file)
        connection.executescript("DROP TRIGGER migrations_no_update; UPDATE migrations SET digest = 'f00d'")
        connection.close()
        for more in ({}, {"LETOPIS_READ_ONLY": "y"}):
            with pytest.raises(MigrationError, match="0001_log: changed after it was applied"):
                LetopisSQLiteFactory(settings(file, **more))

    @pytest.mark.parametrize("first", [0, 1])
    def test_a_ledger_of_the_first_migration_is_brought_up_to_date(
        self, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int
    ) -> None:
        """Its table had stream and version in every row; foreign streams may begin with version 0."""
        from ledger.storage.sqlite import schema

        streams = [lesson(), lesson(), lesson()]
        with opened(tmp_path / "new.db", LETOPIS_STATES="any") as recorder:
            versions = dict.fromkeys(streams, first)
            for place, count in ((0, 3), (0, 2), (1, 1), (0, 1), (1, 4), (2, 1)):
                stream = streams[place]
                recorder.insert_events(marks(stream, first=versions[stream], count=count), command=command())
                versions[stream] += count
            rows = flattened(recorder.columns(0, 12))
            expected = [recorder.select_events(stream) for stream in streams], list(recorder.streams(""))
        all_migrations = read_migrations("ledger.storage.sqlite")
        with monkeypatch.context() as patched:
            patched.setattr(schema, "read_migrations", lambda package: all_migrations[:1])
            with opened(file):
                pass
        connection = sqlite3.connect(file)
        connection.execute("ATTACH ? AS new", (str(tmp_path / "new.db"),))
        for index, (stream, version, type_, entry) in enumerate(rows):
            connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?)", (index, stream, version, type_, entry))
        connection.execute("INSERT INTO commands SELECT * FROM new.commands")
        connection.execute("UPDATE head SET (size, last, edge, at) = (SELECT size, last, edge, at FROM new.head)")
        connection.commit()
        connection.close()

        with pytest.raises(MigrationError, match="0002_runs is not applied; open once with LETOPIS_CREATE=y"):
            LetopisSQLiteFactory(settings(file, LETOPIS_STATES="any"))
        with opened(file, LETOPIS_STATES="any") as recorder:
            assert flattened(recorder.columns(0, 12)) == rows
            assert ([recorder.select_events(stream) for stream in streams], list(recorder.streams(""))) == expected
            recorder.insert_events(marks(streams[2], first=versions[streams[2]]), command=command())
        check_file(file)
        connection = sqlite3.connect(file)
        told = [idx for (idx,) in connection.execute("SELECT idx FROM entries WHERE stream IS NOT NULL ORDER BY idx")]
        connection.close()
        # The first two appends went to one stream without anything between them: now they are one run.
        assert told == ([0, 4, 5, 6, 10, 11, 12] if first == 0 else [4, 5, 6, 10, 11, 12])

    def test_a_migration_that_fails_leaves_nothing(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from ledger.database.migrations import Migration
        from ledger.storage.sqlite import schema

        broken = Migration(1, "broken", "CREATE TABLE a (b INTEGER); CREATE TABLE a (b INTEGER);", "0" * 64)
        monkeypatch.setattr(schema, "read_migrations", lambda package: (broken,))
        with pytest.raises(LetopisError, match=r"0001_broken failed .*nothing was changed"):
            LetopisSQLiteFactory(settings(file, LETOPIS_CREATE="y"))
        connection = sqlite3.connect(file)
        assert connection.execute("SELECT * FROM sqlite_schema").fetchall() == []
        connection.close()

    def test_a_head_that_is_not_where_the_log_ends_takes_no_appends(self, file: Path) -> None:
        with opened(file) as recorder:
            recorder.insert_events(marks(lesson()), command=command())
        connection = sqlite3.connect(file)
        connection.execute("UPDATE head SET size = 2, edge = substr(edge, 1, 32)")
        connection.commit()
        connection.close()
        with opened(file) as recorder:
            for _ in range(2):
                with pytest.raises(LedgerDamaged) as caught:
                    recorder.insert_events(marks(lesson()), command=command())
                assert caught.value.code == "head_disagrees"
            assert len(list(recorder.entries(0, 1))) == 1


class TestOneServer:
    def test_a_second_process_is_refused_and_told_why(self, file: Path) -> None:
        with opened(file) as recorder:
            recorder.insert_events(marks(lesson()), command=command())
            refused = in_another_process(file)
            assert refused.returncode != 0
            assert f"LedgerInUse: {file}: another server has this ledger open (process {os.getpid()})" in refused.stderr
            recorder.insert_events(marks(lesson()), command=command())
        taken_over = in_another_process(file)
        assert taken_over.stdout.split() == ["3", "3"], taken_over.stderr
        check_file(file)

    def test_readers_are_let_in_beside_it(self, file: Path) -> None:
        with opened(file) as recorder:
            recorder.insert_events(marks(lesson(), count=5), command=command())
            beside = in_another_process(file, create="", LETOPIS_READ_ONLY="y")
            assert beside.stdout.split() == ["5", "5"], beside.stderr
            with opened(file, create=False, LETOPIS_READ_ONLY="y") as reading:
                recorder.insert_events(marks(lesson()), command=command())
                assert reading.head() == recorder.head()

    def test_a_reader_reads_and_nothing_else(self, file: Path) -> None:
        with opened(file) as recorder:
            recorder.insert_events(marks(lesson()), command=command())
        with opened(file, create=False, LETOPIS_READ_ONLY="y") as reading:
            assert len(list(reading.entries())) == 1
            with pytest.raises(NodeReadOnly, match="opened for reading"):
                reading.insert_events(marks(lesson()), command=command())
            with reading.store.readers.connection() as connection, pytest.raises(sqlite3.OperationalError):
                connection.execute("INSERT INTO entries VALUES (1, 'b', 'a', 1, x'00')")

    def test_within_a_process_a_file_has_one_store(self, file: Path) -> None:
        with opened(file) as first, opened(file) as second:
            assert first.store is second.store
            stream = lesson()
            first.insert_events(marks(stream), command=command())
            second.insert_events(marks(stream, first=2), command=command())
            first.insert_events(marks(stream, first=3), command=command())
        with pytest.raises(InterfaceError):
            first.head()
        assert len(check_file(file).entries) == 3

    def test_the_store_stays_open_for_its_last_user(self, file: Path) -> None:
        with opened(file) as outer:
            with opened(file):
                pass
            outer.insert_events(marks(lesson()), command=command())
            assert "LedgerInUse" in in_another_process(file).stderr

    def test_a_server_that_was_killed_leaves_no_lock(self, file: Path) -> None:
        program = (
            "import os, signal\n"
            "from tests.sqlite_ledgers import *\n"
            f"with opened(Path({str(file)!r})) as recorder:\n"
            "    recorder.insert_events(marks(lesson()), command=command())\n"
            "    os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        killed = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
        assert killed.returncode == -9
        with opened(file, create=False) as recorder:
            assert recorder.head().size == 1

    def test_a_forked_child_reads_but_does_not_write(self, file: Path) -> None:
        with opened(file) as recorder:
            recorder.insert_events(marks(lesson()), command=command())
            context = multiprocessing.get_context("fork")
            answers = context.SimpleQueue()
            child = context.Process(target=_in_child, args=(recorder, answers))
            child.start()
            child.join(30)
            assert answers.get() == (1, "the ledger was opened before this process was forked; open it anew", True)
            recorder.insert_events(marks(lesson()), command=command())
        assert len(check_file(file).entries) == 2


def _in_child(recorder: LetopisSQLiteApplicationRecorder, answers: multiprocessing.SimpleQueue[object]) -> None:
    size = len(list(recorder.entries()))
    try:
        recorder.insert_events(marks(lesson()), command=command())
        message = "written"
    except InterfaceError as error:
        message = str(error)
    try:
        with opened(recorder.store.path):
            refused = False
    except LedgerInUse:
        refused = True
    answers.put((size, message, refused))


def test_a_ledger_that_was_dropped_is_closed_when_the_next_is_opened(file: Path) -> None:
    factory = LetopisSQLiteFactory(settings(file, LETOPIS_CREATE="y"))
    factory.application_recorder().insert_events(marks(lesson()), command=command())
    del factory
    gc.collect()
    with opened(file.with_name("another.db")):
        assert "LedgerInUse" not in in_another_process(file).stderr
    assert len(check_file(file).entries) == 2


def test_a_program_that_holds_the_write_lock_delays_appends_and_harms_none(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.storage.sqlite.connections._BUSY_TIMEOUT_SECONDS", 0.1)
    with opened(file) as recorder:
        stranger = sqlite3.connect(file, isolation_level=None)
        stranger.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="SQLITE_BUSY"):
            recorder.insert_events(marks(lesson()), command=command("key"))
        stranger.execute("ROLLBACK")
        stranger.close()
        assert recorder.latched is None
        recorder.insert_events(marks(lesson()), command=command("key"))
    assert check_file(file).keys == {"key"}


def test_a_kept_checkpoint_that_does_not_parse_is_damage(file: Path) -> None:
    with opened(file) as recorder:
        stranger = sqlite3.connect(file, isolation_level=None)
        stranger.execute("INSERT INTO checkpoints VALUES (3, x'00', x'00')")
        stranger.execute("DROP TRIGGER head_no_delete")
        with pytest.raises(LedgerDamaged, match="the kept checkpoint of size 3"):
            recorder.checkpoint()
        stranger.execute("UPDATE head SET size = 3")
        with pytest.raises(LedgerDamaged, match="the stored head does not parse"):
            recorder.head()
        stranger.execute("DELETE FROM head")
        with pytest.raises(LedgerDamaged, match="the ledger has no head"):
            recorder.head()
        stranger.close()


def test_a_ledger_of_a_later_format_is_refused(file: Path) -> None:
    with opened(file):
        pass
    stranger = sqlite3.connect(file, isolation_level=None)
    stranger.executescript(
        "DROP TRIGGER meta_no_update; PRAGMA ignore_check_constraints = ON; UPDATE meta SET format = 2"
    )
    stranger.close()
    with pytest.raises(LetopisError, match="log format 2; this program knows 1"):
        LetopisSQLiteFactory(settings(file))


def test_a_stranger_is_lent_no_connection(file: Path) -> None:
    factory = LetopisSQLiteFactory(settings(file, LETOPIS_CREATE="y"))
    with pytest.raises(InterfaceError, match="a ledger lends no connections"):
        factory.datastore.get_connection(commit=True)
    factory.close()
