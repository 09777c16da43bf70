"""Verifier keys, and which Ed25519 points they may hold. The points are computed here, by another route than the code's."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.wire import ED25519, ED25519_COSIGNATURE, VerifierKey, WireError, format_vkey, key_id, parse_vkey

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
NAME = "letopis.example/school/1534"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw()

Point = tuple[int, int]


def add(a: Point, b: Point) -> Point:
    """Add two points (RFC 8032 §5.1.4, affine)."""
    product = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + product, -1, P) % P
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, -1, P) % P
    return x, y


def multiply(factor: int, point: Point) -> Point:
    result: Point = (0, 1)
    while factor:
        if factor & 1:
            result = add(result, point)
        point = add(point, point)
        factor >>= 1
    return result


def square_root(n: int) -> int | None:
    """Find a root mod p = 5 (mod 8), or None."""
    for root in (pow(n, (P + 3) // 8, P), pow(n, (P + 3) // 8, P) * pow(2, (P - 1) // 4, P) % P):
        if root * root % P == n % P:
            return root
    return None


def points_of_small_order() -> list[Point]:
    """Multiply curve points by L until one has order 8; its multiples are all eight points of small order."""
    for y in range(2, 100):
        x = square_root((y * y - 1) * pow(D * y * y + 1, -1, P) % P)
        if x is None:
            continue
        torsion = multiply(L, (x, y))
        if multiply(4, torsion) != (0, 1):
            return [multiply(i, torsion) for i in range(8)]
    raise AssertionError("no point of order 8 among the first")


def encode(y: int, sign: int) -> bytes:
    return (y | sign << 255).to_bytes(32, "little")


def small_order_encodings() -> list[bytes]:
    """Every 32 bytes that a lenient decoder reads as a point of small order: both signs, y and y + p where it fits."""
    encodings = set()
    for _, y in points_of_small_order():
        for number in (y, y + P):
            if number < 2**255:
                encodings |= {encode(number, 0), encode(number, 1)}
    return sorted(encodings)


def vkey_text(key: bytes, algorithm: int = ED25519, name: str = NAME) -> str:
    identity = hashlib.sha256(name.encode() + b"\n" + bytes([algorithm]) + key).hexdigest()[:8]
    return f"{name}+{identity}+{base64.b64encode(bytes([algorithm]) + key).decode()}"


def test_there_are_eight_points_of_small_order_and_fourteen_spellings() -> None:
    points = points_of_small_order()
    assert len(set(points)) == 8
    assert all((-x * x + y * y - 1 - D * x * x * y * y) % P == 0 for x, y in points)
    assert len(small_order_encodings()) == 14


@pytest.mark.parametrize("algorithm", [ED25519, ED25519_COSIGNATURE])
@pytest.mark.parametrize("key", small_order_encodings(), ids=bytes.hex)
def test_refuses_a_key_of_small_order(key: bytes, algorithm: int) -> None:
    with pytest.raises(WireError, match=r"small order|non-canonical"):
        parse_vkey(vkey_text(key, algorithm))
    with pytest.raises(WireError, match=r"small order|non-canonical"):
        format_vkey(VerifierKey(NAME, algorithm, key))


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", range(P, 2**255))
def test_refuses_a_second_spelling_of_a_point(y: int, sign: int) -> None:
    with pytest.raises(WireError, match="non-canonical"):
        parse_vkey(vkey_text(encode(y, sign)))


def test_refuses_a_y_that_is_on_no_point() -> None:
    off_curve = [y for y in range(2, 60) if square_root((y * y - 1) * pow(D * y * y + 1, -1, P) % P) is None]
    assert len(off_curve) > 10
    for y in off_curve:
        with pytest.raises(WireError, match="not a point"):
            parse_vkey(vkey_text(encode(y, 0)))


def test_takes_the_points_on_the_curve_of_both_signs() -> None:
    for y in range(2, 60):
        if square_root((y * y - 1) * pow(D * y * y + 1, -1, P) % P) is not None:
            for sign in (0, 1):
                assert parse_vkey(vkey_text(encode(y, sign))).public_key == encode(y, sign)


def test_takes_a_hundred_real_keys() -> None:
    for seed in range(100):
        key = Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32, "big")).public_key().public_bytes_raw()
        assert parse_vkey(vkey_text(key)) == VerifierKey(NAME, ED25519, key)


@pytest.mark.parametrize("algorithm", [ED25519, ED25519_COSIGNATURE])
def test_round_trip(algorithm: int) -> None:
    vkey = VerifierKey(NAME, algorithm, KEY)
    assert format_vkey(vkey) == vkey_text(KEY, algorithm)
    assert parse_vkey(format_vkey(vkey)) == vkey


def test_key_id_depends_on_name_and_algorithm() -> None:
    ids = {key_id(name, algorithm, KEY) for name in ("a", "b") for algorithm in (1, 4)}
    assert len(ids) == 4


GOOD = vkey_text(KEY)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "text"),
        (NAME, "text"),
        (GOOD.replace(NAME, ""), "name"),
        (GOOD.replace("/school", " school"), "name"),
        (GOOD.replace("1534", "1535"), "key id"),
        (GOOD + "\n", "key"),
        (GOOD[:-1], "key"),
        (GOOD + "=", "key"),
        (vkey_text(KEY[:31]), "key"),
        (vkey_text(KEY + b"\x00"), "key"),
        (vkey_text(KEY, 2), "algorithm"),
        (vkey_text(KEY, 6), "algorithm"),
        (vkey_text(KEY, 0), "algorithm"),
        (f"{NAME}+{'0' * 8}+", "key"),
        (f"{NAME}+{GOOD.split('+')[1].upper()}+{GOOD.split('+', 2)[2]}", "key id"),
        (f"{NAME}+{GOOD.split('+')[1]}0+{GOOD.split('+', 2)[2]}", "key id"),
        ("a" * 5000 + GOOD, "length"),
        ("a" * 300 + vkey_text(KEY, name="a"), "name"),
    ],
)
def test_refuses_a_text_that_is_no_verifier_key(text: str, where: str) -> None:
    with pytest.raises(WireError) as caught:
        parse_vkey(text)
    assert caught.value.where == where
