from __future__ import annotations

import base64
import json
from hashlib import sha256

import pytest

from ledger.vault import OpenedDisclosure, digest_of, make_disclosure, parse_disclosure
from ledger.wire.errors import WireError

SALT = bytes(range(16))


def encode(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def test_is_spelled_as_the_format_says() -> None:
    disclosure = make_disclosure("family_name", "Иванова", lambda size: SALT[:size])
    assert disclosure.text == encode('["AAECAwQFBgcICQoLDA0ODw","family_name","Иванова"]')
    assert (
        disclosure.digest == base64.urlsafe_b64encode(sha256(disclosure.text.encode()).digest()).rstrip(b"=").decode()
    )
    assert parse_disclosure(disclosure.text) == OpenedDisclosure("family_name", "Иванова", SALT)
    assert digest_of(disclosure.text) == disclosure.digest


def test_agrees_with_the_example_of_rfc_9901() -> None:
    """RFC 9901 §4.2.3: the digest of its first disclosure, whose JSON has spaces that ours has not."""
    text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert digest_of(text) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    with pytest.raises(WireError, match="canonical"):
        parse_disclosure(text)


def test_salts_are_fresh_and_of_128_bits() -> None:
    first, second = make_disclosure("note", "x"), make_disclosure("note", "x")
    assert first.digest != second.digest
    assert len(parse_disclosure(first.text).salt) == 16


def test_no_repr_shows_the_value() -> None:
    disclosure = make_disclosure("family_name", "Иванова")
    shown = repr(disclosure) + repr(parse_disclosure(disclosure.text)) + f"{[disclosure]}"
    assert "Иванова" not in shown
    assert disclosure.text not in shown
    assert disclosure.digest in shown


@pytest.mark.parametrize(
    ("name", "value", "salt", "where"),
    [
        ("Family", "x", SALT, "name"),
        ("_sd", "x", SALT, "name"),
        ("a" * 65, "x", SALT, "name"),
        ("note", "x" * 4_001, SALT, "value"),
        ("note", "\ud800", SALT, "value"),
        ("note", "x", SALT[:15], "salt"),
        ("note", "x", bytes(65), "salt"),
    ],
)
def test_refuses_to_make(name: str, value: str, salt: bytes, where: str) -> None:
    with pytest.raises(WireError) as caught:
        make_disclosure(name, value, lambda _size: salt)
    assert caught.value.where == where
    assert value not in str(caught.value) or value == "x"


GOOD_SALT = encode(SALT.decode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!",
        "a",
        encode("[]"),
        encode("{}"),
        encode("null"),
        encode(f'["{GOOD_SALT}","note"]'),
        encode(f'["{GOOD_SALT}","note","x","y"]'),
        encode(f'["{GOOD_SALT}","note",5]'),
        encode(f'["{GOOD_SALT}","note",["x"]]'),
        encode(f'["{GOOD_SALT}", "note","x"]'),
        encode(f'["{GOOD_SALT}","note","\\u0078"]'),
        encode(f'["{GOOD_SALT}","Note","x"]'),
        encode(f'["{GOOD_SALT}=","note","x"]'),
        encode(f'["{GOOD_SALT[:-1]}","note","x"]'),
        encode('["++++++++++++++++++++++","note","x"]'),
        encode('["","note","x"]'),
        encode(f'["{GOOD_SALT}","note","x"]') + "=",
        encode(f'["{GOOD_SALT}","note","x"]') + "\n",
        " " + encode(f'["{GOOD_SALT}","note","x"]'),
        encode(f'["{GOOD_SALT}","note","x"]').replace("W", "Ｗ", 1),
        encode(json.dumps([GOOD_SALT, "note", "x" * 30_000], separators=(",", ":"))),
        encode("[" * 10_000),
    ],
)
def test_refuses_any_other_spelling_and_quotes_nothing(text: str) -> None:
    with pytest.raises(WireError) as caught:
        parse_disclosure(text)
    assert len(text) < 8 or text not in str(caught.value)


def test_refuses_a_digest_of_what_is_not_ascii() -> None:
    with pytest.raises(WireError, match="not ASCII"):
        digest_of("Иванова")
