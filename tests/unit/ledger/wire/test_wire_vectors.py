"""The checked-in vectors are what the code gives, and the code reads them as they say."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.tree import RightEdge, leaf_hash, verify_consistency, verify_inclusion
from ledger.wire import (
    GENESIS_PREV,
    WireError,
    cosigned_message,
    format_entry,
    parse_bundle,
    parse_checkpoint,
    parse_cosignature,
    parse_edge,
    parse_entry,
    parse_note,
    parse_proof,
    parse_tile_path,
    parse_vkey,
)
from tests.vectors.generate import HERE, vectors


def load(name: str) -> Any:
    return json.loads((HERE / name).read_bytes())


def raw_of(item: dict[str, str]) -> bytes:
    return item["text"].encode() if "text" in item else bytes.fromhex(item["hex"])


def unb64(texts: list[str]) -> list[bytes]:
    return [base64.b64decode(text) for text in texts]


def test_regenerating_gives_the_same_bytes() -> None:
    assert {path.name: path.read_bytes() for path in HERE.glob("*.json")} == vectors()


@pytest.mark.parametrize("item", load("entries.json")["refused"], ids=lambda item: item["name"])
def test_refuses_the_entry(item: dict[str, str]) -> None:
    with pytest.raises(WireError) as caught:
        parse_entry(raw_of(item))
    assert caught.value.what == "entry"


@pytest.mark.parametrize("item", load("entries.json")["accepted"], ids=lambda item: item["name"])
def test_accepts_the_entry(item: dict[str, str]) -> None:
    raw = raw_of(item)
    assert format_entry(parse_entry(raw)) == raw
    assert leaf_hash(raw).hex() == item["leaf_hash"]


@pytest.mark.parametrize("item", load("notes.json")["refused_notes"], ids=lambda item: item["name"])
def test_refuses_the_note(item: dict[str, str]) -> None:
    with pytest.raises(WireError):
        parse_note(raw_of(item))


@pytest.mark.parametrize("item", load("notes.json")["refused_checkpoints"], ids=lambda item: item["name"])
def test_refuses_the_checkpoint(item: dict[str, str]) -> None:
    with pytest.raises(WireError):
        parse_checkpoint(item["text"])


@pytest.mark.parametrize("item", load("notes.json")["refused_vkeys"], ids=lambda item: item["name"])
def test_refuses_the_verifier_key(item: dict[str, str]) -> None:
    with pytest.raises(WireError):
        parse_vkey(item["text"])


def test_the_log_is_chained_and_its_proofs_hold() -> None:
    log = load("log.json")
    entries = [entry.encode() for entry in log["entries"]]
    assert parse_bundle(bytes.fromhex(log["bundle_hex"]), len(entries)) == entries
    leaves, roots = [bytes.fromhex(leaf) for leaf in log["leaf_hashes"]], unb64(log["roots"])
    prev = GENESIS_PREV
    for index, raw in enumerate(entries):
        entry = parse_entry(raw)
        assert (entry.index, entry.prev) == (index, prev)
        prev = leaf_hash(raw)
        assert prev == leaves[index]
    for size, text in enumerate(log["start_edges"]):
        assert RightEdge(size, parse_edge(text.encode(), size)).root() == roots[size]
    for proof in log["inclusion"]:
        index, size = proof["index"], proof["size"]
        verify_inclusion(leaves[index], index, size, unb64(proof["hashes"]), roots[size])
    for proof in log["consistency"]:
        old, new = proof["old_size"], proof["new_size"]
        verify_consistency(old, roots[old], new, roots[new], unb64(proof["hashes"]))


def test_the_checkpoint_is_signed_by_log_and_witness() -> None:
    log = load("log.json")
    note = parse_note(log["checkpoint"].encode())
    by_log, by_witness = note.signatures
    log_key, witness_key = parse_vkey(log["log_vkey"]), parse_vkey(log["witness_vkey"])
    assert (by_log.name, by_log.key_id) == (log_key.name, log_key.key_id)
    Ed25519PublicKey.from_public_bytes(log_key.public_key).verify(by_log.signature, note.text.encode())
    assert (by_witness.name, by_witness.key_id) == (witness_key.name, witness_key.key_id)
    seconds, signature = parse_cosignature(by_witness.signature)
    assert seconds == log["witnessed_at"]
    Ed25519PublicKey.from_public_bytes(witness_key.public_key).verify(signature, cosigned_message(note.text, seconds))


def test_the_record_s_proof_leads_to_the_checkpoint() -> None:
    log = load("log.json")
    proof = parse_proof(log["tlog_proof"].encode())
    checkpoint = parse_checkpoint(proof.checkpoint.text)
    assert proof.checkpoint == parse_note(log["checkpoint"].encode())
    leaf = leaf_hash(log["entries"][proof.index].encode())
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)


def test_tile_paths() -> None:
    tiles = load("tiles.json")
    assert len(tiles["paths"]) == len(set(map(parse_tile_path, tiles["paths"])))
    for text in tiles["refused_paths"]:
        with pytest.raises(WireError):
            parse_tile_path(text)
