"""`tlog-scales` reads a log straight from the ledger: what the server would answer, from SQLite and from PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tlog_scales import tlog
from tlog_scales.reader import TilesReader
from tlog_scales.signing import NoteSignature, PlainEd25519Signer, Vkey

from ledger.log import LogRecorder, SignedCheckpoint
from ledger.signing.checkpoints import Checkpointer
from ledger.signing.keys import create_key, load_signer, verify_note
from ledger.signing.proofs import NotThere, TileRoots, entry_bundle, hash_tile, prove_consistency, prove_entry
from ledger.tree.hashing import leaf_hash
from ledger.wire.checkpoint import cosigned_message, format_cosignature
from ledger.wire.errors import WireError
from ledger.wire.note import ED25519_COSIGNATURE, Note, Signature, VerifierKey, format_note, format_vkey, parse_note
from ledger.wire.tile import parse_bundle_path, parse_tile_path
from tests.conftest import make_database
from tests.small_logs import ORIGIN, Pupils, opened, postgres_settings, sqlite_settings


class Served:
    """The log as tlog-tiles resources (a `tlog_scales.backend.TilesBackend`)."""

    def __init__(self, recorder: LogRecorder, signed: SignedCheckpoint) -> None:
        self.recorder = recorder
        self.signed = signed
        self.roots = TileRoots()

    def get(self, *path: str) -> bytes | None:
        text = "/".join(path)
        if text == "checkpoint":
            return self.signed.note
        try:
            if text.startswith("tile/entries/"):
                return entry_bundle(self.recorder, parse_bundle_path(text), self.signed.size)
            return hash_tile(self.recorder, parse_tile_path(text), self.signed.size, roots=self.roots)
        except (NotThere, WireError):
            return None


class Log:
    """A ledger of `size` entries, signed on the way at half its size, and served."""

    def __init__(self, recorder: LogRecorder, size: int, folder: Path) -> None:
        self.recorder = recorder
        self.vkey = create_key(folder / "school.pem", ORIGIN)
        checkpointer = Checkpointer(recorder, load_signer(folder / "school.pem", ORIGIN))
        pupils = Pupils(recorder)
        pupils.append(size // 2)
        self.older = checkpointer.sign()
        pupils.append(size - size // 2)
        self.signed = checkpointer.sign()
        pupils.append(77)  # not signed yet: must not be seen
        self.served = Served(recorder, self.signed)
        self.peer = TilesReader(self.served)
        self.checkpoint = self.peer.get_checkpoint()


@pytest.fixture(
    scope="module",
    params=[("sqlite", 600), ("sqlite", 70_000), ("postgres", 600), ("postgres", 70_000)],
    ids=lambda param: f"{param[0]}-{param[1]}",
)
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    backend, size = request.param
    folder = tmp_path_factory.mktemp("log")
    if backend == "sqlite":
        settings = sqlite_settings(folder / "school.sqlite3")
    else:
        database = make_database(request.getfixturevalue("postgres_cluster"))
        settings = postgres_settings(database.app_dsn, database.owner_dsn, origin=ORIGIN)
    with opened(settings) as recorder:
        yield Log(recorder, size, folder)


def test_peer_accepts_the_checkpoint_and_its_signature(log: Log) -> None:
    assert (log.checkpoint.origin, log.checkpoint.size) == (ORIGIN, log.signed.size)
    assert log.checkpoint.root_hash == log.signed.edge.root()
    log.checkpoint.verify(Vkey.from_string(log.vkey))
    forged = tlog.Checkpoint(ORIGIN, log.signed.size, bytes(32), log.checkpoint.signatures)
    with pytest.raises(InvalidSignature):
        forged.verify(Vkey.from_string(log.vkey))


def test_peer_computes_the_signed_root_from_the_tiles(log: Log) -> None:
    assert log.peer.calculate_root_hash() == log.checkpoint.root_hash
    log.peer.set_size(log.older.size)
    try:
        assert log.peer.calculate_root_hash() == log.older.edge.root()
    finally:
        log.peer.set_size(log.signed.size)


def test_peer_reads_the_entries_and_checks_the_inclusion_proofs(log: Log) -> None:
    size = log.signed.size
    for index in {0, 1, 255, 256, size // 2, size - 257, size - 1}:
        (entry,) = log.recorder.entries(index, index + 1)
        assert log.peer.get_entry(index) == entry
        ours = prove_entry(log.recorder, index, log.signed, roots=log.served.roots)
        assert tuple(log.peer.get_inclusion_proof(index, size).node_hashes) == ours.hashes
        proof = tlog.InclusionProof(index, size, list(ours.hashes))
        proof.check(leaf_hash(entry), log.checkpoint.root_hash)
        with pytest.raises(tlog.InclusionProofInvalid):
            proof.check(leaf_hash(entry + b" "), log.checkpoint.root_hash)


def test_peer_checks_the_consistency_proofs(log: Log) -> None:
    old, new = log.older, log.signed
    ours = prove_consistency(log.recorder, old.size, new, roots=log.served.roots)
    proof = tlog.ConsistencyProof(old.size, new.size, list(ours))
    proof.check(old.edge.root(), new.edge.root())
    assert tuple(log.peer.get_consistency_proof(old.size, new.size).node_hashes) == ours
    with pytest.raises(tlog.ConsistencyProofInvalid):
        proof.check(new.edge.root(), new.edge.root())


def test_peer_sees_nothing_that_is_not_signed(log: Log) -> None:
    size = log.signed.size
    first = size // 256
    assert (
        log.served.get("tile", "0", f"x{first // 1000:03d}/{first % 1000:03d}" if first > 999 else f"{first:03d}")
        is None
    )
    log.peer.set_size(size + 1)
    try:
        with pytest.raises(RuntimeError, match="could not get tile"):
            log.peer.get_entry(size)
    finally:
        log.peer.set_size(size)


def test_peer_and_we_accept_each_others_signatures_and_a_cosignature(log: Log) -> None:
    """A witness's key signs with our bytes; the peer's log key signs with its own."""
    key = Ed25519PrivateKey.generate()
    witness = VerifierKey("witness.example/region", ED25519_COSIGNATURE, key.public_key().public_bytes_raw())
    note = parse_note(log.signed.note)
    payload = format_cosignature(1_788_251_500, key.sign(cosigned_message(note.text, 1_788_251_500)))
    cosigned = Note(note.text, (*note.signatures, Signature(witness.name, witness.key_id, payload)))
    theirs = tlog.Checkpoint.from_text(format_note(cosigned).decode())
    theirs.verify(Vkey.from_string(format_vkey(witness)))
    theirs.verify(Vkey.from_string(log.vkey))
    assert verify_note(cosigned, [witness]) == (witness,)

    second = PlainEd25519Signer(ORIGIN, Ed25519PrivateKey.generate())
    signature: NoteSignature = second.sign(theirs)
    both = tlog.Checkpoint(ORIGIN, theirs.size, theirs.root_hash, [*theirs.signatures, signature])
    ours = VerifierKey(ORIGIN, 1, second.vkey.pubkey)
    assert verify_note(parse_note(both.serialize().encode()), [ours]) == (ours,)
