"""One entry's proof and a server's answers: spellings that must be refused, and those that must not."""

import base64
import struct

import pytest

from tests.verify_archive import inclusion, leaf, sample
from tests.verify_mutations import pinned, proof_of, served, serving
from verify.findings import Verdict
from verify.note import parse_vkey
from verify.proof import ProofError, parse_proof, verify_proof
from verify.tiles import Server, parse_bundle, tile_path, verify_server

BUILDER = sample().builder
KEY = parse_vkey(BUILDER.key.vkey)


@pytest.mark.parametrize("index", [0, 1, 31, 52])
def test_accepts_the_proof_of_an_entry(index: int) -> None:
    proof, entry = proof_of(BUILDER, index)
    assert verify_proof(proof, entry, b"", KEY).verdict is Verdict.VERIFIED
    assert verify_proof(proof, entry + b"\n", b"", KEY).verdict is Verdict.VERIFIED


def test_accepts_extra_data_that_it_does_not_need() -> None:
    proof, entry = proof_of(BUILDER, 7)
    extra = proof.replace(b"\nindex", b"\nextra " + base64.b64encode(b"anything") + b"\nindex", 1)
    assert verify_proof(extra, entry, b"", KEY).verdict is Verdict.VERIFIED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"@v1", b"@v2"),
        (b"index 7", b"index 07"),
        (b"index 7", b"index"),
        (b"index 7\n", b""),
        (b"\nindex", b"\nextra !\nindex"),
        (b"\nindex", b"\nextra QR==\nindex"),
        (b"\n\n", b"\n"),
        (b"\n\n", b"\nQUJD\n\n"),
        (b"\n\n", b"\n" + b"A" * 43 + b"=\n" * 1 + (b"A" * 43 + b"=\n") * 70 + b"\n"),
        (b"c2sp", b"\xff"),
    ],
)
def test_refuses_another_spelling(old: bytes, new: bytes) -> None:
    proof, entry = proof_of(BUILDER, 7)
    with pytest.raises(ProofError):
        parse_proof(proof.replace(old, new, 1))
    assert verify_proof(proof.replace(old, new, 1), entry, b"", KEY).verdict is Verdict.FINDING


def test_says_that_a_proof_is_of_another_entry() -> None:
    proof, _ = proof_of(BUILDER, 7)
    _, other = proof_of(BUILDER, 8)
    (finding,) = verify_proof(proof, other, b"", KEY).findings
    assert (finding.code, finding.expected, finding.found) == ("proof-mismatch", "entry 7", "entry 8")


def test_says_incomplete_for_an_entry_of_unknown_type() -> None:
    builder = sample().builder
    builder.add("person", builder.uuid(), "wings_grown")
    proof, entry = proof_of(builder, len(builder.entries) - 1)
    assert verify_proof(proof, entry, b"", KEY).verdict is Verdict.INCOMPLETE


@pytest.mark.parametrize("entry", [b"", b"{}", b"\xff", b"[" * 70_000])
def test_finds_what_is_wrong_with_an_entry_that_is_none(entry: bytes) -> None:
    assert verify_proof(proof_of(BUILDER, 7)[0], entry, b"", KEY).verdict is Verdict.FINDING


def test_running_log_must_continue_an_earlier_checkpoint() -> None:
    leaves = [leaf(line) for line in BUILDER.lines()]
    with serving(served(BUILDER)) as url:
        good = verify_server(Server(url), pinned(BUILDER, BUILDER.key.checkpoint(leaves[:30])))
        bad = verify_server(Server(url), pinned(BUILDER, BUILDER.key.checkpoint([*leaves[:29], leaf(b"{}")])))
    assert good.verdict is Verdict.VERIFIED
    assert [finding.code for finding in bad.findings] == ["old-root-mismatch"]


def test_finds_a_wrong_tile_of_the_level_above() -> None:
    builder = sample().builder
    for _ in range(400 - len(builder.entries)):
        builder.person("student")
    paths = served(builder)
    paths["tile/1/000.p/1"] = bytes(32)
    with serving(paths) as url:
        report = verify_server(Server(url), pinned(builder))
    assert [(finding.code, finding.place.file) for finding in report.findings] == [("tile-mismatch", "tile/1/000.p/1")]


@pytest.mark.parametrize(
    ("number", "path"), [(0, "000"), (7, "007"), (999, "999"), (1000, "x001/000"), (1_234_067, "x001/x234/067")]
)
def test_spells_tile_paths_in_groups_of_three(number: int, path: str) -> None:
    assert tile_path("0", number, 256) == f"tile/0/{path}"
    assert tile_path("entries", number, 5) == f"tile/entries/{path}.p/5"


@pytest.mark.parametrize("raw", [b"\x00", b"\x00\x02{", b"\x00\x02{}", b"\x00\x02{}" * 3, b""])
def test_refuses_a_bundle_of_another_number_of_entries(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"entries|short"):
        parse_bundle(raw, 2)


def test_reads_a_bundle_of_empty_and_full_entries() -> None:
    entries = [b"", b"x" * 65_535]
    assert parse_bundle(b"".join(struct.pack(">H", len(entry)) + entry for entry in entries), 2) == entries


def test_test_reference_of_inclusion_is_of_the_length_the_rfc_says() -> None:
    leaves = [leaf(line) for line in BUILDER.lines()]
    assert len(inclusion(0, leaves)) == (len(leaves) - 1).bit_length()
