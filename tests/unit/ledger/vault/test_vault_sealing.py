from __future__ import annotations

import pytest

from ledger.vault.sealing import AES_256_GCM, AES_256_GCM_SIV, SealBroken, Sealer, bind

KEY, OTHER = bytes(32), bytes(31) + b"\x01"


@pytest.mark.parametrize("algorithm", [AES_256_GCM, AES_256_GCM_SIV])
def test_opens_what_it_sealed(algorithm: int) -> None:
    sealed = Sealer(KEY, algorithm).seal(b"plain", b"bound")
    assert b"plain" not in sealed
    assert Sealer(KEY).open(sealed, b"bound", algorithm) == b"plain"
    assert Sealer(KEY, algorithm).seal(b"plain", b"bound") != sealed


@pytest.mark.parametrize("algorithm", [AES_256_GCM, AES_256_GCM_SIV])
def test_opens_nothing_else(algorithm: int) -> None:
    sealer = Sealer(KEY, algorithm)
    sealed = sealer.seal(b"plain", b"bound")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(SealBroken):
            sealer.open(bytes(changed), b"bound", algorithm)
    for wrong in (b"", sealed[:11], sealed[:-1], sealed + b"\x00"):
        with pytest.raises(SealBroken):
            sealer.open(wrong, b"bound", algorithm)
    with pytest.raises(SealBroken):
        sealer.open(sealed, b"bounds", algorithm)
    with pytest.raises(SealBroken):
        sealer.open(sealed, b"bound", 3 - algorithm)
    with pytest.raises(SealBroken):
        Sealer(OTHER).open(sealed, b"bound", algorithm)
    with pytest.raises(SealBroken, match="algorithm 3"):
        sealer.open(sealed, b"bound", 3)


def test_binding_is_unambiguous() -> None:
    assert bind("a", "bc") != bind("ab", "c")
    with pytest.raises(ValueError, match="line break"):
        bind("a\nb", "c")


def test_the_repr_shows_no_key() -> None:
    assert repr(Sealer(b"0123456789abcdef0123456789abcdef")) == "Sealer(algorithm=1)"
