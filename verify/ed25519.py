"""Ed25519 verification (RFC 8032 section 5.1.7), strict, in plain Python: about 5 ms a signature.

Nothing here is secret, so nothing has to take constant time. Stricter than the RFC demands: a public key of small
order or with a coordinate that is not reduced is refused (log-format.md section 4), because such keys verify
signatures that nobody made.
"""

import hashlib
from typing import Final, TypeAlias

P: Final = 2**255 - 19
L: Final = 2**252 + 27742317777372353535851937790883648493
D: Final = -121665 * pow(121666, -1, P) % P
_SQRT_M1: Final = pow(2, (P - 1) // 4, P)

# Extended homogeneous coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, xy = T/Z (section 5.1.4).
Point: TypeAlias = tuple[int, int, int, int]

_IDENTITY: Final[Point] = (0, 1, 1, 0)


def _add(a: Point, b: Point) -> Point:
    """Add two points (section 5.1.4)."""
    s = (a[1] - a[0]) * (b[1] - b[0]) % P
    t = (a[1] + a[0]) * (b[1] + b[0]) % P
    u = 2 * a[3] * b[3] * D % P
    v = 2 * a[2] * b[2] % P
    e, f, g, h = t - s, v - u, v + u, t + s
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _multiply(scalar: int, point: Point) -> Point:
    result = _IDENTITY
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _equal(a: Point, b: Point) -> bool:
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def _decode(encoded: bytes) -> Point | None:
    """Decode a point, or return None where the encoding is not the canonical one of a curve point (section 5.1.3)."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x + u) % P == 0:
        x = x * _SQRT_M1 % P
    if (v * x * x - u) % P != 0 or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


_BY: Final = 4 * pow(5, -1, P) % P
_BASE = _decode(_BY.to_bytes(32, "little"))


def is_acceptable_public_key(public_key: bytes) -> bool:
    """Say whether 32 bytes are the canonical encoding of a curve point that is not of small order."""
    if len(public_key) != 32:
        return False
    point = _decode(public_key)
    return point is not None and not _equal(_multiply(8, point), _IDENTITY)


def verify(public_key: bytes, message: bytes, signature: bytes) -> str | None:
    """Return None where the signature holds, else the reason why it does not (section 5.1.7)."""
    if not is_acceptable_public_key(public_key):
        return "the public key is not a canonical point of large order"
    if len(signature) != 64:
        return "a signature is 64 bytes"
    a, r = _decode(public_key), _decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return "S is not reduced"
    if r is None:
        return "R is not a canonical point"
    if a is None or _BASE is None:
        return "the public key is not a point"
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % L
    if not _equal(_multiply(s, _BASE), _add(r, _multiply(k, a))):
        return "the equation [S]B = R + [k]A does not hold"
    return None
