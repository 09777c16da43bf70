"""Checkpoints, proofs and tiles over real databases, checked with the tree's own verifying functions."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.log import LogRecorder, SignedCheckpoint
from ledger.signing.checkpoints import Checkpointer
from ledger.signing.keys import KeyRefused, Signer, create_key, load_signer, verify_note
from ledger.signing.proofs import (
    EntryHashes,
    NotThere,
    TileRoots,
    entry_bundle,
    hash_tile,
    prove_consistency,
    prove_entry,
)
from ledger.tree.edge import RightEdge
from ledger.tree.hashing import EMPTY_ROOT, leaf_hash
from ledger.tree.proofs import root_of, verify_consistency, verify_inclusion
from ledger.tree.tiles import TileEdge, grow_tiles
from ledger.wire.checkpoint import Checkpoint, parse_checkpoint
from ledger.wire.note import parse_note
from ledger.wire.proof import format_proof, parse_proof
from ledger.wire.tile import BundlePath, TilePath, parse_bundle
from tests.conftest import Database
from tests.small_logs import ORIGIN, Pupils, opened, postgres_settings, sqlite_settings


@pytest.fixture(params=["sqlite", "postgres"])
def recorder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LogRecorder]:
    if request.param == "sqlite":
        settings = sqlite_settings(tmp_path / "school.sqlite3")
    else:
        database: Database = request.getfixturevalue("postgres_database")
        settings = postgres_settings(database.app_dsn, database.owner_dsn)
    with opened(settings) as found:
        yield found


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    create_key(tmp_path / "school.pem", ORIGIN)
    return load_signer(tmp_path / "school.pem", ORIGIN)


def stated(signed: SignedCheckpoint, signer: Signer) -> Checkpoint:
    note = parse_note(signed.note)
    verify_note(note, [signer.verifier_key])
    return parse_checkpoint(note.text)


def leaves(recorder: LogRecorder) -> list[bytes]:
    return [leaf_hash(entry) for entry in recorder.entries()]


def root(hashes: list[bytes]) -> bytes:
    return RightEdge.empty().extend(hashes).root()


def test_signs_the_empty_log(recorder: LogRecorder, signer: Signer) -> None:
    signed = Checkpointer(recorder, signer).sign()
    assert stated(signed, signer) == Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert recorder.checkpoint() == signed


def test_signs_every_size_that_it_is_asked_for(recorder: LogRecorder, signer: Signer) -> None:
    checkpointer = Checkpointer(recorder, signer)
    pupils = Pupils(recorder)
    checkpointer.sign()
    for count in (1, 254, 1, 1, 255, 2, 300):
        pupils.append(count)
        signed = checkpointer.sign()
        hashes = leaves(recorder)
        assert stated(signed, signer) == Checkpoint(ORIGIN, len(hashes), root(hashes))
        assert recorder.checkpoint() == signed
        # A checkpointer that has seen nothing yet comes to the same.
        assert Checkpointer(recorder, signer).sign() == signed
    full = {(path.level, path.index): tile for path, tile in grow_tiles(TileEdge.empty(), leaves(recorder))[1]}
    assert len(full) == 3
    assert {where: recorder.tile(*where) for where in full} == full


def test_returns_the_last_checkpoint_where_nothing_is_new(recorder: LogRecorder, signer: Signer) -> None:
    Pupils(recorder).append(10)
    checkpointer = Checkpointer(recorder, signer)
    assert checkpointer.sign() == checkpointer.sign() == Checkpointer(recorder, signer).sign_now()


def test_continues_what_an_earlier_key_signed_and_nothing_else(
    recorder: LogRecorder, signer: Signer, tmp_path: Path
) -> None:
    create_key(tmp_path / "earlier.pem", ORIGIN)
    earlier = load_signer(tmp_path / "earlier.pem", ORIGIN)
    pupils = Pupils(recorder)
    pupils.append(5)
    Checkpointer(recorder, earlier).sign()
    pupils.append(5)
    signed = Checkpointer(recorder, signer, earlier_keys=[earlier.verifier_key]).sign()
    assert stated(signed, signer).size == 10


def test_refuses_the_key_of_another_log(recorder: LogRecorder, tmp_path: Path) -> None:
    create_key(tmp_path / "other.pem", "letopis.example/school/2")
    with pytest.raises(KeyRefused, match="school/2"):
        Checkpointer(recorder, load_signer(tmp_path / "other.pem", "letopis.example/school/2"))


def test_proves_every_entry_and_every_older_tree(recorder: LogRecorder, signer: Signer) -> None:
    checkpointer, pupils = Checkpointer(recorder, signer), Pupils(recorder)
    roots = TileRoots()
    pupils.append(257)
    checkpointer.sign()
    pupils.append(343)
    for signed in (recorder.checkpoint(), checkpointer.sign()):  # both have leaves beyond the kept tiles
        assert signed is not None
        hashes = leaves(recorder)[: signed.size]
        for index in (0, 1, 254, 255, 256, signed.size - 1):
            proof = parse_proof(format_proof(prove_entry(recorder, index, signed, roots=roots)))
            assert stated(SignedCheckpoint(signed.size, signed.note, signed.edge), signer).root == root(hashes)
            verify_inclusion(hashes[index], proof.index, signed.size, proof.hashes, root(hashes))
        for old_size in (0, 1, 255, 256, 257, signed.size):
            consistency = prove_consistency(recorder, old_size, signed, roots=roots)
            verify_consistency(old_size, root(hashes[:old_size]), signed.size, root(hashes), consistency)


def test_reads_hashes_from_entries_where_no_tiles_are_kept(recorder: LogRecorder) -> None:
    Pupils(recorder).append(600)
    assert recorder.tile(0, 0) is None
    for size in (0, 1, 255, 256, 512, 600):
        assert root_of(size, EntryHashes(recorder, size)) == root(leaves(recorder)[:size])


def test_serves_tiles_and_bundles_up_to_the_signed_size(recorder: LogRecorder, signer: Signer) -> None:
    pupils = Pupils(recorder)
    pupils.append(600)
    size = Checkpointer(recorder, signer).sign().size
    pupils.append(50)
    hashes, entries = leaves(recorder), list(recorder.entries())
    for index, width in ((0, 256), (0, 7), (1, 256), (2, 88), (2, 1)):
        first = index * 256
        expected = b"".join(hashes[first : first + width])
        assert hash_tile(recorder, TilePath(0, index, width), size) == expected
        bundle = entry_bundle(recorder, BundlePath(index, width), size)
        assert parse_bundle(bundle, width) == entries[first : first + width]
    assert hash_tile(recorder, TilePath(1, 0, 2), size) == root(hashes[:256]) + root(hashes[256:512])


@pytest.mark.parametrize(
    "path",
    [TilePath(0, 2, 89), TilePath(0, 2), TilePath(0, 3, 1), TilePath(1, 0, 3), TilePath(1, 0), TilePath(63, 0, 1)],
)
def test_serves_no_tile_beyond_the_signed_size(recorder: LogRecorder, signer: Signer, path: TilePath) -> None:
    pupils = Pupils(recorder)
    pupils.append(600)
    size = Checkpointer(recorder, signer).sign().size
    pupils.append(400)
    with pytest.raises(NotThere):
        hash_tile(recorder, path, size)
    if path.level == 0:
        with pytest.raises(NotThere):
            entry_bundle(recorder, BundlePath(path.index, path.width), size)


def test_proves_nothing_beyond_the_signed_size(recorder: LogRecorder, signer: Signer) -> None:
    pupils = Pupils(recorder)
    pupils.append(3)
    signed = Checkpointer(recorder, signer).sign()
    pupils.append(3)
    for index in (-1, 3, 5):
        with pytest.raises(NotThere):
            prove_entry(recorder, index, signed)
    for old_size in (-1, 4):
        with pytest.raises(NotThere):
            prove_consistency(recorder, old_size, signed)


def test_racing_checkpointers_never_fork(recorder: LogRecorder, signer: Signer) -> None:
    """Four sign as fast as they can while entries come in; what each was given is kept and continues the rest."""
    given: list[SignedCheckpoint] = []
    failed: list[BaseException] = []
    stopping = threading.Event()

    def sign() -> None:
        checkpointer = Checkpointer(recorder, signer)
        try:
            while not stopping.is_set():
                given.append(checkpointer.sign())
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=sign) for _ in range(4)]
    for thread in threads:
        thread.start()
    pupils = Pupils(recorder)
    for count in range(1, 2_000):
        pupils.append(count % 7 + 1, in_command=2)
        # On a busy machine the signers may get no turn among the first.
        if count >= 59 and len({signed.size for signed in given}) > 5:
            break
    stopping.set()
    for thread in threads:
        thread.join()
    assert not failed
    hashes = leaves(recorder)
    by_size = {signed.size: signed for signed in given}
    assert len(by_size) > 5
    for signed in given:
        assert signed == by_size[signed.size] == recorder.checkpoint(at_most=signed.size)
        assert stated(signed, signer).root == root(hashes[: signed.size])
