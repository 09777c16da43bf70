"""A program that nobody here wrote reads our log, and we read its: `tlog-scales` over tlog-tiles in a folder."""

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tlog_scales import cli, tlog
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import PlainEd25519Signer, Vkey
from tlog_scales.writer import TilesWriter

from ledger.tree import (
    RightEdge,
    TileEdge,
    TileReader,
    consistency_proof,
    grow_tiles,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_inclusion,
)
from ledger.wire import (
    ED25519,
    ED25519_COSIGNATURE,
    TILE_WIDTH,
    Actor,
    BundlePath,
    Checkpoint,
    Note,
    Signature,
    TilePath,
    TlogProof,
    VerifierKey,
    assemble,
    cosigned_message,
    cut_entry,
    format_actor,
    format_bundle,
    format_bundle_path,
    format_checkpoint,
    format_cosignature,
    format_note,
    format_proof,
    format_tile_path,
    format_vkey,
    parse_bundle,
    parse_checkpoint,
    parse_note,
    parse_vkey,
)

ORIGIN = "letopis.example/school/1534"
WITNESS = "witness.example/region"
LOG_KEY = Ed25519PrivateKey.from_private_bytes(sha256(b"log").digest())
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(sha256(b"witness").digest())
SIZE = 66_000
"""Enough for a full tile of level 1 and a partial one on each of three levels."""


def entries(size: int) -> Iterator[bytes]:
    """Chain entries of the kind that the log holds."""
    actor = format_actor(Actor("5b1f0c9e-7d42-4a54-9a3e-0d6c8a1f2b34", "teacher"))
    stream = "lesson/7c9e6679-7425-40de-944b-e07fc1f90ae7"
    prev = "0" * 64
    for index in range(size):
        command = f"c0a8f3d2-1b7e-4e55-8d0b-{index:012x}"
        pieces = cut_entry(actor, command, stream, "mark_recorded/1", index + 1, b'{"value":"5"}')
        raw = assemble(pieces, "2026-09-01T08:31:12.123456Z", index, prev)
        prev = leaf_hash(raw).hex()
        yield raw


def public_key(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


LOG_VKEY = VerifierKey(ORIGIN, ED25519, public_key(LOG_KEY))
WITNESS_VKEY = VerifierKey(WITNESS, ED25519_COSIGNATURE, public_key(WITNESS_KEY))


def signed_and_cosigned(checkpoint: Checkpoint) -> Note:
    text = format_checkpoint(checkpoint)
    cosignature = format_cosignature(1_788_251_500, WITNESS_KEY.sign(cosigned_message(text, 1_788_251_500)))
    return Note(
        text,
        (
            Signature(ORIGIN, LOG_VKEY.key_id, LOG_KEY.sign(text.encode())),
            Signature(WITNESS, WITNESS_VKEY.key_id, cosignature),
        ),
    )


class PublishedLog:
    """A log of SIZE entries as files, in the way that our HTTP paths name them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries = list(entries(SIZE))
        self.leaves = list(map(leaf_hash, self.entries))
        self.root = RightEdge.empty().extend(self.leaves).root()
        self.note = signed_and_cosigned(Checkpoint(ORIGIN, SIZE, self.root))
        edge, full = grow_tiles(TileEdge.empty(), self.leaves)
        self.tiles: dict[TilePath, bytes] = {**dict(full), **dict(edge.partial_tiles())}
        self.reader = TileReader(self.tiles.__getitem__, SIZE)
        self._write("checkpoint", format_note(self.note))
        for path, tile in self.tiles.items():
            self._write(format_tile_path(path), tile)
        for first in range(0, SIZE, TILE_WIDTH):
            bundle = self.entries[first : first + TILE_WIDTH]
            self._write(format_bundle_path(BundlePath(first // TILE_WIDTH, len(bundle))), format_bundle(bundle))

    def _write(self, path: str, content: bytes) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> PublishedLog:
    return PublishedLog(tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="module")
def peer(published: PublishedLog) -> TilesReader:
    reader = TilesReader(LocalBackend(published.folder))
    reader.get_checkpoint()
    return reader


def test_peer_accepts_our_checkpoint_and_cosignature(published: PublishedLog) -> None:
    checkpoint = TilesReader(LocalBackend(published.folder)).get_checkpoint()
    assert (checkpoint.origin, checkpoint.size, checkpoint.root_hash) == (ORIGIN, SIZE, published.root)
    checkpoint.verify(Vkey.from_string(format_vkey(LOG_VKEY)))
    checkpoint.verify(Vkey.from_string(format_vkey(WITNESS_VKEY)))


@pytest.mark.parametrize("vkey", [LOG_VKEY, WITNESS_VKEY], ids=["log", "witness"])
def test_peer_refuses_our_signatures_over_another_root(published: PublishedLog, vkey: VerifierKey) -> None:
    checkpoint = TilesReader(LocalBackend(published.folder)).get_checkpoint()
    forged = tlog.Checkpoint(ORIGIN, SIZE, bytes(32), checkpoint.signatures)
    with pytest.raises(InvalidSignature):
        forged.verify(Vkey.from_string(format_vkey(vkey)))


def test_peer_computes_our_root_from_our_tiles(published: PublishedLog, peer: TilesReader) -> None:
    assert peer.calculate_root_hash() == published.root
    assert root_of(SIZE, published.reader) == published.root


@pytest.mark.parametrize("index", [0, 1, 255, 256, 65_535, 65_536, SIZE - 1])
def test_peer_reads_our_entries_and_checks_our_inclusion_proofs(
    published: PublishedLog, peer: TilesReader, index: int
) -> None:
    assert peer.get_entry(index) == published.entries[index]
    ours = inclusion_proof(index, SIZE, published.reader)
    assert tuple(peer.get_inclusion_proof(index, SIZE).node_hashes) == ours
    tlog.InclusionProof(index, SIZE, list(ours)).check(leaf_hash(published.entries[index]), published.root)
    with pytest.raises(tlog.InclusionProofInvalid):
        tlog.InclusionProof(index, SIZE, list(ours)).check(leaf_hash(b"another entry"), published.root)


@pytest.mark.parametrize("old_size", [0, 1, 2, 255, 256, 257, 65_535, 65_536, 65_537, SIZE - 1, SIZE])
def test_peer_checks_our_consistency_proofs(published: PublishedLog, peer: TilesReader, old_size: int) -> None:
    ours = consistency_proof(old_size, SIZE, published.reader)
    old_root = RightEdge.empty().extend(published.leaves[:old_size]).root()
    tlog.ConsistencyProof(old_size, SIZE, list(ours)).check(old_root, published.root)
    if old_size:  # for an empty old tree the peer writes out the root where RFC 6962 has no proof to give
        assert tuple(peer.get_consistency_proof(old_size, SIZE).node_hashes) == ours


def test_peer_writes_the_same_tlog_proof(published: PublishedLog) -> None:
    index = 65_000
    ours = format_proof(TlogProof(index, inclusion_proof(index, SIZE, published.reader), published.note))
    out = io.StringIO()
    with (
        patch("sys.argv", ["tlog-tiles", "gen-proof", str(published.folder.absolute()), str(index)]),
        redirect_stdout(out),
    ):
        cli.main()
    assert out.getvalue().encode() == ours


@pytest.mark.parametrize("sizes", [(1,), (255, 256), (256,), (300, 700), (10, 66_000)])
def test_we_read_the_log_that_the_peer_writes(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    folder = tmp_path / "log"
    writer = TilesWriter.create(folder, ORIGIN)
    signer = PlainEd25519Signer(ORIGIN, LOG_KEY)
    records = [b"record %d" % i for i in range(sizes[-1])]
    for size in sizes:
        for record in records[writer.size : size]:
            writer.add_leaf(record)
        writer.commit([signer])

    note = parse_note((folder / "checkpoint").read_bytes())
    checkpoint = parse_checkpoint(note.text)
    assert checkpoint == Checkpoint(ORIGIN, sizes[-1], RightEdge.empty().extend(map(leaf_hash, records)).root())
    LOG_KEY.public_key().verify(note.signatures[0].signature, note.text.encode())

    reader = TileReader(lambda path: (folder / format_tile_path(path)).read_bytes(), checkpoint.size)
    assert root_of(checkpoint.size, reader) == checkpoint.root
    last = checkpoint.size - 1
    verify_inclusion(
        leaf_hash(records[last]), last, checkpoint.size, inclusion_proof(last, checkpoint.size, reader), checkpoint.root
    )
    width = checkpoint.size % TILE_WIDTH or TILE_WIDTH
    bundle = (folder / format_bundle_path(BundlePath(last // TILE_WIDTH, width))).read_bytes()
    assert parse_bundle(bundle, width) == records[-width:]


def test_we_spell_verifier_keys_as_the_peer_does() -> None:
    theirs = Vkey.from_string(format_vkey(LOG_VKEY))
    assert (theirs.name, theirs.key_id, theirs.pubkey) == (
        ORIGIN,
        int.from_bytes(LOG_VKEY.key_id, "big"),
        LOG_VKEY.public_key,
    )
    assert parse_vkey(PlainEd25519Signer(ORIGIN, LOG_KEY).vkey.serialize()) == LOG_VKEY  # type: ignore[no-untyped-call]
