"""Which 32 bytes are an Ed25519 public key that a log may trust (RFC 8032 §5.1.3, in integers).

`cryptography` takes keys of small order, and with such a key one signature fits many messages. So a verifier key is
judged here before any library sees it.
"""

from typing import Final

P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, P - 2, P) % P
_SQRT_MINUS_1: Final = pow(2, (P - 1) // 4, P)
_Y_MASK: Final = 2**255 - 1
"""All but the top bit, which tells the two points with this y apart."""


def reject_reason(encoded: bytes) -> str | None:
    """Say why the 32 bytes are no acceptable Ed25519 public key; None if they are.

    Refused: a y that is not below p (a second spelling), a y with no point, and the eight points whose order divides 8.
    The second spelling of x = 0 is among those: x is 0 only in (0, 1) and (0, -1).
    """
    if len(encoded) != 32:
        return f"an Ed25519 key of {len(encoded)} bytes"
    y = int.from_bytes(encoded, "little") & _Y_MASK
    if y >= P:
        return "a non-canonical Ed25519 key"
    x = _recover_x(y)
    if x is None:
        return "not a point of the Ed25519 curve"
    if _has_small_order(x, y):
        return "an Ed25519 key of small order"
    return None


def _recover_x(y: int) -> int | None:
    """Solve x² = (y²-1) / (dy²+1) mod p; the sign does not matter here."""
    u = (y * y - 1) % P
    v = (_D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == u:
        return x
    if v * x * x % P == -u % P:
        return x * _SQRT_MINUS_1 % P
    return None


def _has_small_order(x: int, y: int) -> bool:
    """Tell whether 8·(x, y) is the neutral element (0, 1)."""
    for _ in range(3):
        x, y = _double(x, y)
    return (x, y) == (0, 1)


def _double(x: int, y: int) -> tuple[int, int]:
    """Double a point in affine coordinates; the denominators are never zero on this curve (RFC 8032 §5.1.4)."""
    product = _D * x * x * y * y % P
    return (
        2 * x * y * pow(1 + product, P - 2, P) % P,
        (y * y + x * x) * pow(1 - product, P - 2, P) % P,
    )
