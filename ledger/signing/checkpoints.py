"""Signing the tree: read what is new, hash it again, compare, prove, keep, and only then hand out (log format §4).

A signature cannot be taken back, so nothing here trusts the head that the append left behind. `Checkpointer.sign`

1. verifies the last kept checkpoint: its signature, its root against its edge, the kept tiles against its root;
2. reads the entries since then from the database, parses each strictly, follows index, chain and `at`, and hashes them;
3. compares size, last leaf hash, `at` and right edge with the head;
4. proves the new tree consistent with the last signed one, from tiles and entries, and verifies that proof;
5. keeps the tiles that became full, signs, keeps the checkpoint, and returns it.

Any step that fails raises `LedgerDamaged`, and nothing is signed. Two checkpointers may race: the store takes
checkpoints of growing size only, and the loser returns the winner's after proving it consistent with its own.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from eventsourcing.persistence import PersistenceError

from ledger.errors import Conflict, LedgerDamaged, LetopisError
from ledger.log import Head, LogRecorder, SignedCheckpoint
from ledger.signing.keys import KeyRefused, SignatureRefused, Signer, verify_note
from ledger.signing.proofs import EntryHashes, TileRoots, read_entries
from ledger.tree.edge import RightEdge
from ledger.tree.hashing import leaf_hash
from ledger.tree.proofs import (
    ProofError,
    consistency_proof,
    inclusion_proof,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from ledger.tree.tiles import TileEdge, grow_tiles
from ledger.wire.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from ledger.wire.entry import GENESIS_PREV, parse_entry
from ledger.wire.errors import WireError
from ledger.wire.note import VerifierKey, format_note, parse_note
from ledger.wire.tile import TILE_WIDTH

CHUNK_ENTRIES: Final = 1_024
_TILES_IN_ONE_KEEP: Final = 256
_POLL_SECONDS: Final = 1.0
_BACKOFF_FIRST_SECONDS: Final = 0.5
_BACKOFF_MOST_SECONDS: Final = 60.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Walked:
    """What re-reading up to the head gave: the state to compare with the head, and the tiles that became full."""

    edge: RightEdge
    last: bytes
    at: str
    tiles: dict[tuple[int, int], bytes]


class Checkpointer:
    """Signs the checkpoints of one log. `sign` may be called from any thread.

    Memory: a chunk of entries, and 33 bytes for each entry that is new since the last checkpoint.

    Args:
        recorder: the log.
        signer: the log's key.
        earlier_keys: keys that signed this log before the present one.

    Raises:
        KeyRefused: the key has another name than the log.
    """

    def __init__(self, recorder: LogRecorder, signer: Signer, *, earlier_keys: Sequence[VerifierKey] = ()) -> None:
        if signer.name != recorder.origin:
            raise KeyRefused(f"the key is {signer.name}'s, the log {recorder.origin}'s")
        self._recorder = recorder
        self._signer = signer
        self._keys = (signer.verifier_key, *earlier_keys)
        self._roots = TileRoots()
        self._signing = threading.Lock()
        self._thread: _SigningThread | None = None

    def sign(self) -> SignedCheckpoint:
        """Sign the log as it is now; returns the last checkpoint where nothing is new. Durable when it returns.

        Raises:
            LedgerDamaged: the stored bytes, the head and the last checkpoint do not agree; nothing was signed.
            NodeReadOnly: the store takes nothing at present.
        """
        with self._signing:
            kept = self._recorder.checkpoint()
            # The head after the checkpoint: whoever signs meanwhile signs what the head has.
            head = self._recorder.head()
            if kept is not None and head.size < kept.size:
                raise LedgerDamaged(
                    "log_shrunk", f"the log has {head.size} entries, and {kept.size} were signed", index=head.size
                )
            root = self._check_kept(kept)
            walked = self._walk(kept, head)
            self._check_head(walked, head)
            if kept is not None and kept.size == head.size:
                return kept
            self._prove_new(kept, root, walked)
            self._keep_tiles(walked)
            return self._keep(walked)

    # Alias with the meaning that callers at a period's close have in mind.
    sign_now = sign

    def start(self, *, entries_count: int = 1_000, seconds: float = 60.0, poll_seconds: float = _POLL_SECONDS) -> None:
        """Sign in a thread of its own: after `entries_count` new entries, or `seconds` after the first new one.

        Raises:
            LetopisError: it is running already.
        """
        if self._thread is not None:
            raise LetopisError("this checkpointer is signing in the background already")
        self._thread = _SigningThread(self, self._recorder, entries_count, seconds, poll_seconds)
        self._thread.start()

    def stop(self, timeout_seconds: float = 30.0) -> None:
        """Stop the thread after what it is doing; harmless where there is none."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.stop(timeout_seconds)

    @property
    def failure(self) -> Exception | None:
        """Why the background thread gave up, or None: a damaged ledger is not signed again by itself."""
        return self._thread.failure if self._thread is not None else None

    def _check_kept(self, kept: SignedCheckpoint | None) -> bytes | None:
        """Verify the last checkpoint and the stored hashes under it; returns its root."""
        if kept is None:
            return None
        root = check_checkpoint(kept, self._recorder.origin, self._keys)
        hashes = EntryHashes(self._recorder, kept.size, roots=self._roots)
        if root_of(kept.size, hashes) != root:
            self._check_last_tile(kept.size)
            raise LedgerDamaged(
                "tree_differs", f"the stored hashes of the first {kept.size} entries do not give the signed root"
            )
        return root

    def _check_last_tile(self, size: int) -> None:
        """Follow the chain through the entries that no full tile holds yet, to name the one at fault if it is there."""
        start = size // TILE_WIDTH * TILE_WIDTH
        entries = read_entries(self._recorder, start, size)
        with contextlib.suppress(WireError, IndexError):
            check_run(entries, start, parse_entry(entries[0]).prev, "")

    def _walk(self, kept: SignedCheckpoint | None, head: Head) -> _Walked:
        """Read from the last checkpoint to the head, follow chain and clock, and grow edge and tiles."""
        edge = RightEdge.empty() if kept is None else kept.edge
        hashes = EntryHashes(self._recorder, edge.size, roots=self._roots)
        tiles = TileEdge.read(edge.size, hashes)
        last, at = self._last_signed(edge, hashes)
        grown: dict[tuple[int, int], bytes] = {}
        while edge.size < head.size:
            stop = min(edge.size + CHUNK_ENTRIES, head.size)
            leaves, at = check_run(read_entries(self._recorder, edge.size, stop), edge.size, last, at)
            last = leaves[-1]
            edge = edge.extend(leaves)
            tiles, full = grow_tiles(tiles, leaves)
            grown.update({(path.level, path.index): tile for path, tile in full})
        return _Walked(edge, last, at, grown)

    def _last_signed(self, edge: RightEdge, hashes: EntryHashes) -> tuple[bytes, str]:
        """Read the last signed entry again: its leaf hash and `at`, shown to be the signed tree's last leaf."""
        if edge.size == 0:
            return GENESIS_PREV, ""
        index = edge.size - 1
        (entry,) = read_entries(self._recorder, index, edge.size)
        leaf = leaf_hash(entry)
        try:
            verify_inclusion(leaf, index, edge.size, inclusion_proof(index, edge.size, hashes), edge.root())
            return leaf, parse_entry(entry).at
        except (ProofError, WireError) as error:
            raise LedgerDamaged(
                "entry_changed", f"entry {index} is not what was signed: {error}", index=index
            ) from None

    def _check_head(self, walked: _Walked, head: Head) -> None:
        """Compare what was read again with what the appends left in the head."""
        index = max(head.size - 1, 0)
        if walked.last != head.last:
            raise LedgerDamaged("head_differs", "the head's last leaf hash is not the last entry's", index=index)
        if walked.edge != head.edge:
            raise LedgerDamaged("head_differs", "the head's right edge is not the entries'", index=index)
        if head.size and walked.at != head.at:
            raise LedgerDamaged("head_differs", "the head's `at` is not the last entry's", index=index)

    def _prove_new(self, kept: SignedCheckpoint | None, root: bytes | None, walked: _Walked) -> None:
        """Prove the new tree consistent with the signed one, from tiles and entries, not from the edge just grown."""
        size = walked.edge.size
        hashes = EntryHashes(self._recorder, size, roots=self._roots, grown=walked.tiles)
        if root_of(size, hashes) != walked.edge.root():
            raise LedgerDamaged("tree_inconsistent", "the new tiles and the right edge give different roots")
        if kept is None or root is None:
            return
        try:
            proof = consistency_proof(kept.size, size, hashes)
            verify_consistency(kept.size, root, size, walked.edge.root(), proof)
        except ProofError as error:
            raise LedgerDamaged(
                "tree_inconsistent", f"the new tree does not continue the signed one: {error}"
            ) from None

    def _keep_tiles(self, walked: _Walked) -> None:
        tiles = iter([(level, index, tile) for (level, index), tile in walked.tiles.items()])
        while batch := list(islice(tiles, _TILES_IN_ONE_KEEP)):
            self._recorder.keep_tiles(batch)

    def _keep(self, walked: _Walked) -> SignedCheckpoint:
        """Sign and keep; where another checkpointer was faster, return its checkpoint if it continues this tree."""
        edge = walked.edge
        text = format_checkpoint(Checkpoint(self._recorder.origin, edge.size, edge.root()))
        signed = SignedCheckpoint(edge.size, format_note(self._signer.sign_note(text)), edge)
        check_checkpoint(signed, self._recorder.origin, self._keys)
        try:
            self._recorder.keep_checkpoint(signed)
        except Conflict:
            return self._other(signed)
        return signed

    def _other(self, signed: SignedCheckpoint) -> SignedCheckpoint:
        other = self._recorder.checkpoint()
        root = self._check_kept(other)
        if other is None or root is None or other.size < signed.size:
            raise LedgerDamaged("checkpoint_lost", f"a checkpoint of size {signed.size} is neither taken nor there")
        proof = consistency_proof(signed.size, other.size, EntryHashes(self._recorder, other.size, roots=self._roots))
        try:
            verify_consistency(signed.size, signed.edge.root(), other.size, root, proof)
        except ProofError as error:
            raise LedgerDamaged("checkpoint_forked", f"another checkpoint was kept meanwhile: {error}") from None
        return other


def check_checkpoint(signed: SignedCheckpoint, origin: str, keys: Sequence[VerifierKey]) -> bytes:
    """Verify a kept checkpoint: origin, size, the root of its edge, a signature of one of the keys; returns the root.

    Raises:
        LedgerDamaged: it does not hold.
    """
    where = f"the kept checkpoint of size {signed.size}"
    try:
        note = parse_note(signed.note)
        checkpoint = parse_checkpoint(note.text)
        verify_note(note, keys)
    except (WireError, SignatureRefused) as error:
        raise LedgerDamaged("checkpoint_not_ours", f"{where}: {error}") from None
    if checkpoint.origin != origin:
        raise LedgerDamaged("checkpoint_not_ours", f"{where}: is of the log {checkpoint.origin}")
    if checkpoint.size != signed.size or signed.edge.size != signed.size:
        raise LedgerDamaged("checkpoint_differs", f"{where}: its note or its edge is of another size")
    if checkpoint.root != signed.edge.root():
        raise LedgerDamaged("checkpoint_differs", f"{where}: its edge does not give its root")
    return checkpoint.root


def check_run(entries: Sequence[bytes], first: int, prev: bytes, at: str) -> tuple[list[bytes], str]:
    """Judge entries that follow each other: strict form, index, chain, clock; returns leaf hashes and the last `at`.

    Raises:
        LedgerDamaged: the first entry at fault, with its index.
    """
    leaves: list[bytes] = []
    for index, raw in enumerate(entries, start=first):
        try:
            entry = parse_entry(raw)
        except WireError as error:
            raise LedgerDamaged("entry_malformed", f"entry {index}: {error}", index=index) from None
        if entry.index != index:
            raise LedgerDamaged("index_wrong", f"entry {index} says that it is entry {entry.index}", index=index)
        if entry.prev != prev:
            raise LedgerDamaged("chain_broken", f"entry {index} does not name the entry before it", index=index)
        if entry.at < at:
            raise LedgerDamaged("time_backwards", f"entry {index} is older than the entry before it", index=index)
        prev, at = leaf_hash(raw), entry.at
        leaves.append(prev)
    return leaves, at


class _SigningThread:
    """The loop behind `Checkpointer.start`: polls the log's size, signs when it is time, backs off on errors."""

    def __init__(
        self, checkpointer: Checkpointer, recorder: LogRecorder, entries_count: int, seconds: float, poll_seconds: float
    ) -> None:
        self.failure: Exception | None = None
        self._checkpointer = checkpointer
        self._recorder = recorder
        self._entries_count = entries_count
        self._seconds = seconds
        self._poll_seconds = poll_seconds
        self._new_since: float | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"sign {recorder.origin}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_seconds: float) -> None:
        self._stopping.set()
        self._thread.join(timeout_seconds)
        if self._thread.is_alive():
            _log.warning("%s: signing did not stop within %s s", self._recorder.origin, timeout_seconds)

    def _run(self) -> None:
        backoff = _BACKOFF_FIRST_SECONDS
        wait = 0.0
        while not self._stopping.wait(wait):
            try:
                self._sign_if_due()
            except (LedgerDamaged, SignatureRefused) as error:
                self.failure = error
                _log.critical("%s: not signed, and not tried again: %s", self._recorder.origin, error)
                return
            except (PersistenceError, LetopisError, OSError) as error:
                # A driver's message may quote a row: only the errors of this package are known to be without values.
                reason = str(error) if isinstance(error, LetopisError) else type(error).__name__
                _log.warning("%s: not signed (%s); next try in %s s", self._recorder.origin, reason, backoff)
                wait, backoff = backoff, min(2 * backoff, _BACKOFF_MOST_SECONDS)
            except Exception as error:
                self.failure = error
                _log.critical("%s: signing gave up: %s", self._recorder.origin, type(error).__name__)
                raise
            else:
                wait, backoff = self._poll_seconds, _BACKOFF_FIRST_SECONDS

    def _sign_if_due(self) -> None:
        kept = self._recorder.checkpoint()
        size = self._recorder.head().size
        new_count = size - (0 if kept is None else kept.size)
        if new_count == 0:
            self._new_since = None
            return
        now = time.monotonic()
        if self._new_since is None:
            self._new_since = now
        if not 0 <= new_count < self._entries_count or now - self._new_since >= self._seconds:
            self._checkpointer.sign()
            self._new_since = None
