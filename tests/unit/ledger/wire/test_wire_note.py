import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.wire import Note, Signature, WireError, format_note, parse_note, parse_vkey

NEUMANN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_NOTE = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
SIGNATURE = Signature("letopis.example/school/1534", b"\x01\x02\x03\x04", bytes(64))
NOTE = Note("letopis.example/school/1534\n5\nroot\n", (SIGNATURE,))
LINE = "— letopis.example/school/1534 " + base64.b64encode(b"\x01\x02\x03\x04" + bytes(64)).decode() + "\n"


def test_reads_a_note_that_others_made() -> None:
    """The example of the Go package that the format comes from."""
    note = parse_note(NEUMANN_NOTE.encode())
    vkey = parse_vkey(NEUMANN_KEY)
    (signature,) = note.signatures
    assert (signature.name, signature.key_id) == (vkey.name, vkey.key_id)
    Ed25519PublicKey.from_public_bytes(vkey.public_key).verify(signature.signature, note.text.encode())


def test_writes_text_blank_line_and_signature_lines() -> None:
    assert format_note(NOTE).decode() == NOTE.text + "\n" + LINE
    assert parse_note(format_note(NOTE)) == NOTE


def test_text_may_hold_blank_lines() -> None:
    note = Note("a\n\n\nb\n\n", (SIGNATURE,))
    assert parse_note(format_note(note)) == note


def test_keeps_unknown_signatures_of_any_length() -> None:
    note = Note("a\n", (SIGNATURE, Signature("w", b"\xff\x00\x00\x00", b"x"), Signature("Ω", bytes(4), bytes(2420))))
    assert parse_note(format_note(note)) == note


def test_takes_64_signatures_and_refuses_65() -> None:
    assert len(parse_note(format_note(Note("a\n", (SIGNATURE,) * 64))).signatures) == 64
    with pytest.raises(WireError, match="65 where"):
        parse_note(f"a\n\n{LINE * 65}".encode())
    with pytest.raises(WireError, match="65 where"):
        format_note(Note("a\n", (SIGNATURE,) * 65))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "text"),
        ("a\n", "text"),
        ("a\n\n", "signatures"),
        (f"a\n{LINE}", "text"),
        (f"a\n\n{LINE[:-1]}", "signatures"),
        (f"a\n\n{LINE}\n", "signatures"),
        (f"a\n\n{LINE}x\n", "line 4"),
        (f"a\r\n\n{LINE}", "line 1"),
        (f"a\tb\n\n{LINE}", "line 1"),
        (f"a\x00\n\n{LINE}", "line 1"),
        (f"a\n\n{LINE[:-1]}\r\n", "line 3"),
        (f"a\n\n{LINE.replace('—', '-')}", "line 3"),
        (f"a\n\n{LINE.replace('—', '–')}", "line 3"),
        (f"a\n\n{LINE.replace('— ', '—')}", "line 3"),
        (f"a\n\n{LINE.replace('— ', '—  ')}", "line 3"),
        (f"a\n\n{LINE.replace(' AQ', '  AQ')}", "line 3"),
        (f"a\n\n{LINE.replace('/school', '+school')}", "line 3"),
        (f"a\n\n{LINE.replace('/school', chr(0xA0) + 'school')}", "line 3"),
        (f"a\n\n{LINE.replace('/school', chr(0x3000) + 'school')}", "line 3"),
        (f"a\n\n{LINE.replace('=', '')}", "line 3"),
        (f"a\n\n{LINE[:-3]}B==\n", "line 3"),
        (f"a\n\n{LINE.replace('AQID', 'AQI-')}", "line 3"),
        ("a\n\n— w AQIDBA==\n", "line 3"),
        ("a\n\n— w \n", "line 3"),
        ("a\n\n— w AQIDBAB=\n", "line 3"),
        (f"a\n\n{LINE}\n{LINE}x", "signatures"),
    ],
)
def test_refuses_a_note_against_the_format(text: str, where: str) -> None:
    with pytest.raises(WireError) as caught:
        parse_note(text.encode())
    assert caught.value.where == where


def test_refuses_wrong_utf8() -> None:
    with pytest.raises(WireError) as caught:
        parse_note(b"ab\xff\n\n" + LINE.encode())
    assert caught.value.where == "byte 2"


def test_refuses_more_than_a_mebibyte() -> None:
    with pytest.raises(WireError, match="are allowed"):
        parse_note(b"a" * 1_048_577)
    with pytest.raises(WireError, match="are allowed"):
        format_note(Note("a" * 1_048_576 + "\n", (SIGNATURE,)))


@pytest.mark.parametrize(
    "note",
    [
        Note("a", (SIGNATURE,)),
        Note("", (SIGNATURE,)),
        Note("a\r\n", (SIGNATURE,)),
        Note("\ud800\n", (SIGNATURE,)),
        Note("a\n", ()),
        Note("a\n", (Signature("", bytes(4), b"x"),)),
        Note("a\n", (Signature("a b", bytes(4), b"x"),)),
        Note("a\n", (Signature("a\nb", bytes(4), b"x"),)),
        Note("a\n", (Signature("a+b", bytes(4), b"x"),)),
        Note("a\n", (Signature("a" * 256, bytes(4), b"x"),)),
        Note("a\n", (Signature("a", bytes(3), b"x"),)),
        Note("a\n", (Signature("a", bytes(4), b""),)),
    ],
)
def test_refuses_to_write_what_it_could_not_read(note: Note) -> None:
    with pytest.raises(WireError):
        format_note(note)
