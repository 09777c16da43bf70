import base64

import pytest

from ledger.wire import (
    Checkpoint,
    Note,
    Signature,
    TlogProof,
    WireError,
    format_checkpoint,
    format_note,
    format_proof,
    parse_proof,
)

NOTE = Note(format_checkpoint(Checkpoint("a.example", 5, bytes(32))), (Signature("a.example", bytes(4), bytes(64)),))
HASHES = (bytes([1]) * 32, bytes([2]) * 32)
LINES = "".join(base64.b64encode(node).decode() + "\n" for node in HASHES)
NOTE_TEXT = format_note(NOTE).decode()
TEXT = f"c2sp.org/tlog-proof@v1\nindex 3\n{LINES}\n{NOTE_TEXT}"


def test_writes_the_format() -> None:
    assert format_proof(TlogProof(3, HASHES, NOTE)).decode() == TEXT
    assert parse_proof(TEXT.encode()) == TlogProof(3, HASHES, NOTE)


def test_extra_stands_before_the_index() -> None:
    proof = TlogProof(0, (), NOTE, b"\x00\xffextra")
    text = f"c2sp.org/tlog-proof@v1\nextra AP9leHRyYQ==\nindex 0\n\n{NOTE_TEXT}"
    assert format_proof(proof).decode() == text
    assert parse_proof(text.encode()) == proof


def test_takes_63_hashes_and_refuses_64() -> None:
    proof = TlogProof(3, (bytes(32),) * 63, NOTE)
    assert parse_proof(format_proof(proof)) == proof
    with pytest.raises(WireError, match="64 where"):
        format_proof(TlogProof(3, (bytes(32),) * 64, NOTE))
    with pytest.raises(WireError, match="64 where"):
        parse_proof(format_proof(proof).replace(b"index 3\n", b"index 3\n" + base64.b64encode(bytes(32)) + b"\n"))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("@v1", "@v2", "line 1"),
        ("c2sp.org", "C2SP.org", "line 1"),
        ("index 3", "index 03", "line 2"),
        ("index 3", "index +3", "line 2"),
        ("index 3", "index -3", "line 2"),
        ("index 3", "index  3", "line 2"),
        ("index 3", "index ٣", "line 2"),
        ("index 3", "index 9223372036854775808", "line 2"),
        ("index 3", "Index 3", "line 2"),
        ("index 3\n", "", "line 2"),
        ("index 3", "extra \nindex 3", "extra"),
        ("index 3", "extra AB==\nindex 3", "line 2"),
        ("index 3", "extra AA==\nextra AA==\nindex 3", "line 3"),
        ("index 3", "index 3\nextra AA==", "line 3"),
        ("index 3", "index 3\nindex 3", "line 3"),
        ("AQE=\n", "AQF=\n", "line 3"),
        ("AQE=\n", "AQE= \n", "line 3"),
        ("AQE=\n", "AQ==\n", "line 3"),
        ("\n\na.example", "\na.example", "line 5"),
        ("\n\na.example", "\n\n\na.example", "line 4"),
        ("\n5\n", "\n05\n", "line 2"),
        ("index 3\n", "index 3\r\n", "line 2"),
    ],
)
def test_refuses_any_other_spelling(old: str, new: str, where: str) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(WireError) as caught:
        parse_proof(TEXT.replace(old, new).encode())
    assert caught.value.where == where


def test_refuses_what_is_cut_short() -> None:
    raw = TEXT.encode()
    for length in range(len(raw)):
        with pytest.raises(WireError):
            parse_proof(raw[:length])


def test_refuses_a_note_that_is_no_checkpoint() -> None:
    with pytest.raises(WireError, match="checkpoint"):
        format_proof(TlogProof(3, HASHES, Note("hello\n", NOTE.signatures)))
    with pytest.raises(WireError, match="checkpoint"):
        parse_proof(TEXT.replace("a.example\n5\n", "a.example\n5\n5\n").encode())


@pytest.mark.parametrize(
    "proof",
    [
        TlogProof(-1, (), NOTE),
        TlogProof(3, (bytes(31),), NOTE),
        TlogProof(3, (), NOTE, b""),
        TlogProof(3, (), NOTE, bytes(65_536)),
    ],
)
def test_refuses_to_write_what_it_could_not_read(proof: TlogProof) -> None:
    with pytest.raises(WireError):
        format_proof(proof)
