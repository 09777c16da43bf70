"""Properties of the verifier's core, against references that share nothing with it."""

import base64
import contextlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings, strategies as st

from tests.verify_archive import Key, edge, inclusion, leaf, root, sample
from verify import canonical, ed25519, note, tree
from verify.disclosures import DisclosureError, parse_disclosure
from verify.entry import PATTERNS, read_slowly, type_of
from verify.findings import Place, Report
from verify.proof import ProofError, parse_proof
from verify.tiles import parse_bundle

LINES = sample().builder.lines()
KEYS = st.binary(min_size=32, max_size=32).map(Ed25519PrivateKey.from_private_bytes)


def public_bytes(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


@given(KEYS, st.binary(max_size=200))
@settings(max_examples=25, deadline=None)
def test_accepts_every_signature_that_cryptography_makes(private: Ed25519PrivateKey, message: bytes) -> None:
    assert ed25519.verify(public_bytes(private), message, private.sign(message)) is None


@given(KEYS, st.binary(max_size=50), st.integers(0, 511))
@settings(max_examples=40, deadline=None)
def test_agrees_with_cryptography_on_signatures_with_one_bit_changed(
    private: Ed25519PrivateKey, message: bytes, bit: int
) -> None:
    changed = bytearray(private.sign(message))
    changed[bit // 8] ^= 1 << bit % 8
    assert ed25519.verify(public_bytes(private), message, bytes(changed)) is not None


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64))
@settings(max_examples=40, deadline=None)
def test_never_accepts_what_cryptography_refuses(key: bytes, signature: bytes) -> None:
    if ed25519.verify(key, b"text", signature) is None:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, b"text")
        except (InvalidSignature, ValueError):
            raise AssertionError("accepted") from None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.from_regex(r"[a-z_][a-z0-9_]*", fullmatch=True), inner),
    max_leaves=20,
)


@given(JSON)
def test_reads_back_what_it_renders(value: Any) -> None:
    rendered = canonical.render(value)
    assert canonical.parse(rendered) == value
    assert json.loads(rendered) == value
    assert canonical.render(canonical.parse(json.dumps(value, indent=1).encode())) == rendered


@given(st.binary(max_size=300) | st.text(alphabet='{}[]":,0123456789-+.eE\\untrfalse \n', max_size=300).map(str.encode))
def test_parse_raises_nothing_but_its_own_error(raw: bytes) -> None:
    try:
        canonical.parse(raw)
    except canonical.CanonicalError:
        return
    assert json.loads(raw) == canonical.parse(raw)


@st.composite
def damaged_lines(draw: st.DrawFn) -> bytes:
    """An entry with a few bytes replaced, removed or put in."""
    line = bytearray(draw(st.sampled_from(LINES)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(line) - 1))
        line[at : at + draw(st.integers(0, 2))] = draw(
            st.binary(max_size=2) | st.sampled_from([b'"', b"\\", b"0", b",", b" "])
        )
    return bytes(line).replace(b"\n", b"")


@given(damaged_lines())
@settings(max_examples=400)
def test_fast_and_slow_way_agree_on_what_is_well_formed(line: bytes) -> None:
    report = Report()
    read = read_slowly(line, Place(), report)
    pattern = PATTERNS[type_of(line)]
    match = pattern.fullmatch(line) if pattern is not None else None
    try:
        line.decode()
    except UnicodeDecodeError:
        match = None
    if match is not None:
        assert not report.findings
        assert read is not None
        assert (read.name, read.groups) == (type_of(line), match.groups())
    else:
        assert report.findings or (read is not None and not read.name)


def test_every_line_of_the_sample_takes_the_fast_way() -> None:
    patterns = [PATTERNS[type_of(line)] for line in LINES]
    assert all(pattern is not None and pattern.fullmatch(line) for pattern, line in zip(patterns, LINES, strict=True))


LEAVES = st.lists(st.binary(max_size=4).map(leaf), max_size=70)


@given(LEAVES, st.lists(st.integers(0, 70), max_size=5))
def test_edge_grown_in_any_batches_has_the_root_of_the_rfc(leaves: list[bytes], cuts: list[int]) -> None:
    grown, before = tree.Edge(), 0
    for cut in [*sorted(min(cut, len(leaves)) for cut in cuts), len(leaves)]:
        grown.extend(leaves[before:cut])
        before = cut
        assert grown.root() == root(leaves[:cut])
        assert tree.Edge(cut, edge(leaves[:cut])).root() == root(leaves[:cut])
    assert grown.last_leaf() == (leaves[-1] if len(leaves) % 2 else None)


@given(LEAVES.filter(bool), st.data())
def test_inclusion_proof_leads_to_the_root_and_no_other_does(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    hashes = inclusion(index, leaves)
    assert tree.root_from_inclusion(index, len(leaves), leaves[index], hashes) == root(leaves)
    assert tree.root_from_inclusion(index, len(leaves), leaf(b"another entry"), hashes) != root(leaves)
    assert tree.root_from_inclusion(len(leaves), len(leaves), leaves[index], hashes) is None


@given(st.binary(max_size=400), st.integers(0, 400))
def test_parsers_of_signed_bytes_raise_nothing_but_their_own_errors(noise: bytes, at: int) -> None:
    key = Key()
    checkpoint = key.checkpoint([leaf(line) for line in LINES])
    proof = b"c2sp.org/tlog-proof@v1\nindex 5\n" + base64.b64encode(bytes(32)) + b"\n\n" + checkpoint
    for raw in (noise, checkpoint[:at] + noise[:3] + checkpoint[at + 1 :]):
        try:
            parsed = note.parse_checkpoint(raw)
        except note.NoteError:
            continue
        assert f"{parsed.origin}\n{parsed.size}\n{base64.b64encode(parsed.root).decode()}\n" == parsed.text
    for raw in (noise, proof[:at] + noise[:3] + proof[at + 1 :]):
        try:
            parse_proof(raw)
        except ProofError:
            continue
    with contextlib.suppress(note.NoteError):
        note.parse_vkey(key.vkey[:at] + noise[:2].decode("latin-1") + key.vkey[at + 1 :])
    with contextlib.suppress(ValueError):
        parse_bundle(noise, 3)


@given(
    st.binary(max_size=200) | JSON.map(lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"="))
)
def test_disclosure_parser_raises_nothing_but_its_own_error(raw: bytes) -> None:
    try:
        name, value = parse_disclosure(raw)
    except DisclosureError:
        return
    assert isinstance(name, str)
    assert isinstance(value, str)
