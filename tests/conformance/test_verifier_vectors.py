"""The verifier and the project's own parsers, two implementations of one text, must agree on the checked-in vectors."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from verify import note, tree
from verify.entry import read_slowly
from verify.findings import Place, Report
from verify.proof import parse_proof, verify_proof
from verify.tiles import parse_bundle, tile_path

VECTORS = Path(__file__).parents[1] / "vectors"


def load(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_bytes())


def raw(item: dict[str, str]) -> bytes:
    return bytes.fromhex(item["hex"]) if "hex" in item else item["text"].encode("utf-8", "surrogatepass")


def names(items: list[dict[str, str]]) -> list[Any]:
    return [pytest.param(item, id=item["name"]) for item in items]


def wrong(entry: bytes) -> Report:
    report = Report()
    read_slowly(entry, Place(), report)
    return report


@pytest.mark.parametrize("item", names(load("entries")["refused"]))
def test_finds_something_in_an_entry_that_must_be_refused(item: dict[str, str]) -> None:
    assert wrong(raw(item)).findings


@pytest.mark.parametrize("item", names(load("entries")["accepted"]))
def test_finds_nothing_wrong_with_the_envelope_of_an_accepted_entry(item: dict[str, str]) -> None:
    assert not [finding for finding in wrong(raw(item)).findings if finding.code.startswith("entry")]
    assert tree.leaf_hash(raw(item)).hex() == item["leaf_hash"]


@pytest.mark.parametrize("item", names(load("notes")["refused_notes"]))
def test_refuses_a_note(item: dict[str, str]) -> None:
    with pytest.raises(note.NoteError):
        note.parse_checkpoint(raw(item))


@pytest.mark.parametrize("item", names(load("notes")["refused_checkpoints"]))
def test_refuses_a_checkpoint(item: dict[str, str]) -> None:
    signed = load("log")["checkpoint"].partition("\n\n")[2]
    with pytest.raises(note.NoteError):
        note.parse_checkpoint(raw(item) + b"\n" + signed.encode())


@pytest.mark.parametrize("item", names(load("notes")["refused_vkeys"]))
def test_refuses_a_verifier_key(item: dict[str, str]) -> None:
    with pytest.raises(note.NoteError):
        note.parse_vkey(item["text"])


def test_refuses_a_witness_key_where_a_log_key_is_asked_for() -> None:
    with pytest.raises(note.NoteError):
        note.parse_vkey(load("log")["witness_vkey"])


def test_checks_the_signature_and_ignores_the_witness() -> None:
    log = load("log")
    checkpoint = note.parse_checkpoint(log["checkpoint"].encode())
    assert note.check_signature(checkpoint, note.parse_vkey(log["log_vkey"])) is None
    assert (checkpoint.origin, checkpoint.size) == (log["origin"], len(log["entries"]))
    assert checkpoint.root == base64.b64decode(log["roots"][-1])


def test_has_the_same_leaf_hashes_roots_and_edges() -> None:
    log = load("log")
    leaves = [tree.leaf_hash(entry.encode()) for entry in log["entries"]]
    assert [leaf.hex() for leaf in leaves] == log["leaf_hashes"]
    for size in range(len(leaves) + 1):
        edge = tree.Edge(size, [bytes.fromhex(line) for line in log["start_edges"][size].split()])
        assert base64.b64encode(edge.root()).decode() == log["roots"][size]
        edge.extend(leaves[size:])
        assert base64.b64encode(edge.root()).decode() == log["roots"][-1]


def test_follows_every_inclusion_proof() -> None:
    log = load("log")
    for item in log["inclusion"]:
        leaf = tree.leaf_hash(log["entries"][item["index"]].encode())
        hashes = [base64.b64decode(node) for node in item["hashes"]]
        expected = base64.b64decode(log["roots"][item["size"]])
        assert tree.root_from_inclusion(item["index"], item["size"], leaf, hashes) == expected
        assert tree.root_from_inclusion(item["index"], item["size"], leaf, [*hashes, leaf]) is None
        if hashes:
            assert tree.root_from_inclusion(item["index"], item["size"], leaf, hashes[:-1]) is None


def test_accepts_the_proof_of_one_entry() -> None:
    log = load("log")
    proof = log["tlog_proof"].encode()
    index = parse_proof(proof)[0]
    report = verify_proof(proof, log["entries"][index].encode(), b"", note.parse_vkey(log["log_vkey"]))
    assert not [finding for finding in report.findings if finding.code in ("proof-mismatch", "signature-invalid")]


def test_reads_the_bundle_and_spells_tile_paths() -> None:
    log = load("log")
    assert parse_bundle(bytes.fromhex(log["bundle_hex"]), 13) == [entry.encode() for entry in log["entries"]]
    assert tile_path("0", 1_234_067, 256) == "tile/0/x001/x234/067"
    assert tile_path("entries", 0, 13) == "tile/entries/000.p/13"
