"""A witness cosigns what continues what it cosigned, and nothing else (C2SP tlog-witness v1.0.0)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import LetopisError
from ledger.signing.keys import SignatureRefused, Signer, verify_note
from ledger.tree.hashing import leaf_hash, node_hash
from ledger.tree.proofs import consistency_proof, root_of
from ledger.wire.checkpoint import Checkpoint, format_checkpoint
from ledger.wire.note import Note, format_note, parse_note
from ledger.wire.witness import (
    AddCheckpoint,
    format_add_checkpoint,
    parse_add_checkpoint,
    parse_known_size,
    parse_signatures,
)
from ledger.witness.cosigner import Cosigner, find_cosignature
from ledger.witness.store import WitnessStore, create_store
from ledger.witness.witness import SIZE, Witness

ORIGIN = "letopis.example/school/1534"
NOW = 1_795_000_000


class Hashes:
    """Hashes of complete subtrees, from all leaves."""

    def __init__(self, leaves: list[bytes]) -> None:
        self._leaves = leaves

    def subtree(self, level: int, index: int) -> bytes:
        if level == 0:
            return self._leaves[index]
        return node_hash(self.subtree(level - 1, 2 * index), self.subtree(level - 1, 2 * index + 1))


class Log:
    """A log of numbered leaves: its checkpoints and proofs at any size."""

    def __init__(self, salt: bytes = b"", key: Ed25519PrivateKey | None = None, origin: str = ORIGIN) -> None:
        self.signer = Signer(origin, key or Ed25519PrivateKey.generate())
        self.leaves = [leaf_hash(b"%d %b" % (index, salt if index >= 3 else b"")) for index in range(40)]

    def root(self, size: int) -> bytes:
        return root_of(size, Hashes(self.leaves))

    def text(self, size: int) -> str:
        return format_checkpoint(Checkpoint(self.signer.name, size, self.root(size)))

    def request(self, old: int, size: int, **changes: Any) -> bytes:
        proof = consistency_proof(old, size, Hashes(self.leaves)) if 0 < old < size else ()
        note = format_note(self.signer.sign_note(self.text(size)))
        return format_add_checkpoint(AddCheckpoint(**{"old_size": old, "proof": proof, "note": note, **changes}))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    create_store(tmp_path / "witness.sqlite3")
    return tmp_path / "witness.sqlite3"


COSIGNER = Cosigner("witness.example/region", Ed25519PrivateKey.generate())


@pytest.fixture
def open_witness(file: Path) -> Iterator[Callable[[], Witness]]:
    opened: list[WitnessStore] = []

    def opener() -> Witness:
        store = WitnessStore(file)
        opened.append(store)
        return Witness(store, COSIGNER)

    yield opener
    for store in opened:
        store.close()


@pytest.fixture
def witness(open_witness: Callable[[], Witness]) -> Witness:
    return open_witness()


def test_cosigns_a_log_that_grows_and_says_when(witness: Witness) -> None:
    log = Log()
    witness.store.trust(log.signer.verifier_key)
    for old, size in ((0, 5), (5, 6), (6, 33), (33, 33)):
        answer = witness.add_checkpoint(log.request(old, size), NOW + size)
        assert answer.status == 200
        cosigned = find_cosignature(log.text(size), parse_signatures(answer.body), COSIGNER.verifier_key)
        assert cosigned.time_seconds == NOW + size
        known = witness.store.known(ORIGIN)
        assert known is not None
        assert (known.size, known.root) == (size, log.root(size))
    latest = witness.latest(ORIGIN)
    assert latest is not None
    keys = (log.signer.verifier_key, COSIGNER.verifier_key)
    assert verify_note(parse_note(latest), keys) == keys


def test_says_which_size_it_has_to_who_does_not_know(witness: Witness) -> None:
    log = Log()
    witness.store.trust(log.signer.verifier_key)
    assert witness.add_checkpoint(log.request(0, 9), NOW).status == 200
    for old in (0, 3, 10):
        answer = witness.add_checkpoint(log.request(old, 12), NOW)
        assert (answer.status, answer.content_type, parse_known_size(answer.body)) == (409, SIZE, 9)


def test_cosigns_no_log_that_forgot(witness: Witness) -> None:
    log = Log()
    witness.store.trust(log.signer.verifier_key)
    assert witness.add_checkpoint(log.request(0, 9), NOW).status == 200
    answer = witness.add_checkpoint(log.request(0, 5), NOW)
    assert (answer.status, parse_known_size(answer.body)) == (409, 9)
    assert witness.add_checkpoint(log.request(9, 5), NOW).status == 400


@pytest.mark.parametrize(("size", "status"), [(12, 422), (9, 409)])
def test_keeps_both_notes_of_a_fork_and_cosigns_neither_again(witness: Witness, size: int, status: int) -> None:
    key = Ed25519PrivateKey.generate()
    log, fork = Log(key=key), Log(b"changed", key)
    witness.store.trust(log.signer.verifier_key)
    assert witness.add_checkpoint(log.request(0, 9), NOW).status == 200
    assert witness.add_checkpoint(fork.request(9, size), NOW).status == status
    assert witness.add_checkpoint(fork.request(9, size), NOW + 1).status == status  # once is enough
    (conflict,) = witness.store.conflicts()
    request = parse_add_checkpoint(conflict.request)
    for raw, text in ((conflict.known, log.text(9)), (request.note, fork.text(size))):
        note = parse_note(raw)
        assert note.text == text
        assert verify_note(note, [log.signer.verifier_key])
    assert witness.add_checkpoint(log.request(9, 12), NOW + 2).status == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"proof": ()}, 422),
        ({"proof": (bytes(32),)}, 422),
        ({"old_size": 7}, 409),
    ],
)
def test_wants_the_proof_from_what_it_has(witness: Witness, change: dict[str, Any], status: int) -> None:
    log = Log()
    witness.store.trust(log.signer.verifier_key)
    assert witness.add_checkpoint(log.request(0, 9), NOW).status == 200
    assert witness.add_checkpoint(log.request(9, 12, **change), NOW).status == status
    known = witness.store.known(ORIGIN)
    assert known is not None
    assert known.size == 9


def test_wants_no_proof_for_the_first(witness: Witness) -> None:
    log = Log()
    witness.store.trust(log.signer.verifier_key)
    assert witness.add_checkpoint(log.request(0, 9, proof=(bytes(32),)), NOW).status == 422
    assert witness.store.known(ORIGIN) is None
    assert not witness.store.conflicts()


def test_knows_the_logs_that_it_was_told_of_by_their_keys(witness: Witness) -> None:
    log, other = Log(), Log()
    assert witness.add_checkpoint(log.request(0, 5), NOW).status == 404
    assert witness.store.trust(log.signer.verifier_key)
    assert not witness.store.trust(log.signer.verifier_key)
    assert witness.add_checkpoint(other.request(0, 5), NOW).status == 403
    forged = format_note(Note(log.text(5), (log.signer.sign(log.text(6)),)))
    assert witness.add_checkpoint(log.request(0, 5, note=forged), NOW).status == 403
    # A key that replaces another: both count until the first is taken away.
    assert witness.store.trust(other.signer.verifier_key)
    assert witness.add_checkpoint(other.request(0, 5), NOW).status == 200
    assert witness.store.distrust(other.signer.verifier_key)
    assert witness.add_checkpoint(other.request(5, 6), NOW).status == 403


def test_never_dates_a_cosignature_before_the_last(witness: Witness) -> None:
    log = Log()
    witness.store.trust(log.signer.verifier_key)
    assert witness.add_checkpoint(log.request(0, 5), NOW).status == 200
    assert witness.add_checkpoint(log.request(5, 6), NOW - 1).status == 503
    assert witness.add_checkpoint(log.request(5, 6), NOW).status == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"old 5",
        b"old 05\n\n",
        b"old 5\n\nno note",
        b"old 5\n" + b"AAAA\n" * 2 + b"\n",
        b"x" * 70_000,
        "old \u0665\n\n".encode(),
    ],
)
def test_refuses_what_is_no_request(witness: Witness, raw: bytes) -> None:
    assert witness.add_checkpoint(raw, NOW).status == 400


def test_refuses_a_checkpoint_with_an_extension_line(witness: Witness) -> None:
    log = Log()
    witness.store.trust(log.signer.verifier_key)
    note = format_note(log.signer.sign_note(log.text(5) + "more\n"))
    assert witness.add_checkpoint(log.request(0, 5, note=note), NOW).status == 400


def test_remembers_over_a_restart(open_witness: Callable[[], Witness]) -> None:
    log = Log()
    first = open_witness()
    first.store.trust(log.signer.verifier_key)
    assert first.add_checkpoint(log.request(0, 9), NOW).status == 200
    first.store.close()
    assert open_witness().add_checkpoint(log.request(0, 5), NOW).status == 409


def test_cosigns_nothing_that_it_cannot_remember(
    witness: Witness, open_witness: Callable[[], Witness], file: Path
) -> None:
    log = Log()
    witness.store.trust(log.signer.verifier_key)
    assert witness.add_checkpoint(log.request(0, 5), NOW).status == 200
    with sqlite3.connect(file) as other:  # as a disk that takes no more
        other.execute("CREATE TRIGGER full BEFORE UPDATE ON logs BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    answer = witness.add_checkpoint(log.request(5, 9), NOW)
    assert answer.status == 503
    assert b"disk" not in answer.body
    with sqlite3.connect(file) as other:
        other.execute("DROP TRIGGER full")
    # An answer that was lost on its way: who asks again learns the size, and then gets the cosignature.
    assert open_witness().add_checkpoint(log.request(5, 9), NOW).status == 200
    answer = witness.add_checkpoint(log.request(5, 9), NOW)
    assert (answer.status, parse_known_size(answer.body)) == (409, 9)
    assert witness.add_checkpoint(log.request(9, 9), NOW).status == 200


def test_of_two_that_race_from_one_size_one_is_cosigned(open_witness: Callable[[], Witness]) -> None:
    key = Ed25519PrivateKey.generate()
    log, fork = Log(key=key), Log(b"changed", key)
    witnesses = [open_witness() for _ in range(4)]
    witnesses[0].store.trust(log.signer.verifier_key)
    assert witnesses[0].add_checkpoint(log.request(0, 3), NOW).status == 200
    requests = [(log if number % 2 else fork).request(3, 12) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: witnesses[one[0] % 4].add_checkpoint(one[1], NOW), enumerate(requests)))
    assert [answer.status for answer in answers].count(200) == 1
    assert {answer.status for answer in answers} <= {200, 409}


def test_is_made_once_and_never_without_its_memory(tmp_path: Path) -> None:
    with pytest.raises(LetopisError, match="memory"):
        WitnessStore(tmp_path / "witness.sqlite3")
    create_store(tmp_path / "witness.sqlite3")
    with pytest.raises(LetopisError, match="already"):
        create_store(tmp_path / "witness.sqlite3")
    (tmp_path / "other.sqlite3").write_bytes(b"")
    with pytest.raises(LetopisError, match="not a witness"):
        WitnessStore(tmp_path / "other.sqlite3")


def test_a_cosignature_is_of_one_key_one_text_and_one_time() -> None:
    log = Log()
    good = COSIGNER.cosign(log.text(5), NOW)
    assert find_cosignature(log.text(5), [good], COSIGNER.verifier_key).time_seconds == NOW
    with pytest.raises(SignatureRefused):
        find_cosignature(log.text(6), [good], COSIGNER.verifier_key)
    later = good.__class__(good.name, good.key_id, (NOW + 1).to_bytes(8, "big") + good.signature[8:])
    with pytest.raises(SignatureRefused):
        find_cosignature(log.text(5), [later], COSIGNER.verifier_key)
    with pytest.raises(SignatureRefused, match="no cosignature"):
        find_cosignature(log.text(5), [], COSIGNER.verifier_key)
    assert "PRIVATE" not in repr(COSIGNER)
