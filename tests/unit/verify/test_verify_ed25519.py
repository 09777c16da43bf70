"""Ed25519 verification: RFC 8032 section 7.1, and what a strict verifier must refuse."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from verify import ed25519

VECTORS = {
    "TEST 1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "TEST 2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        b"\x72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "TEST 3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        b"\xaf\x82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    "TEST SHA(abc)": (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").digest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
}
# The eight points of small order and the encodings with y >= p that some libraries take for them.
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]
NOT_CANONICAL = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


@pytest.mark.parametrize("name", VECTORS)
def test_verifies_the_vectors_of_the_rfc(name: str) -> None:
    key, message, signature = VECTORS[name]
    assert ed25519.verify(bytes.fromhex(key), message, bytes.fromhex(signature)) is None


@pytest.mark.parametrize("name", VECTORS)
def test_refuses_a_vector_with_another_message(name: str) -> None:
    key, message, signature = VECTORS[name]
    assert ed25519.verify(bytes.fromhex(key), message + b"!", bytes.fromhex(signature)) is not None


@pytest.mark.parametrize("encoded", SMALL_ORDER + NOT_CANONICAL)
def test_refuses_keys_of_small_order_and_other_spellings(encoded: str) -> None:
    key = bytes.fromhex(encoded)
    assert not ed25519.is_acceptable_public_key(key)
    # For the identity R = S = 0 would satisfy the equation for every message.
    assert ed25519.verify(key, b"anything", key + bytes(32)) is not None


def test_refuses_a_key_that_is_on_no_point() -> None:
    assert not ed25519.is_acceptable_public_key(bytes([2]) + bytes(31))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_refuses_a_key_of_another_length(length: int) -> None:
    assert not ed25519.is_acceptable_public_key(bytes(length))


def test_refuses_a_signature_whose_s_is_not_reduced() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = private.sign(b"text")
    s = int.from_bytes(signature[32:], "little") + ed25519.L
    again = signature[:32] + s.to_bytes(32, "little")
    assert ed25519.verify(public, b"text", signature) is None
    assert ed25519.verify(public, b"text", again) == "S is not reduced"


def test_refuses_a_signature_with_r_in_another_spelling() -> None:
    public = bytes.fromhex(VECTORS["TEST 1"][0])
    assert ed25519.verify(public, b"", bytes.fromhex(NOT_CANONICAL[2]) + bytes(32)) == "R is not a canonical point"


@pytest.mark.parametrize("length", [0, 63, 65])
def test_refuses_a_signature_of_another_length(length: int) -> None:
    assert ed25519.verify(bytes.fromhex(VECTORS["TEST 1"][0]), b"", bytes(length)) == "a signature is 64 bytes"
