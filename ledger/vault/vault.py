"""The vault: keeps disclosures sealed, opens them again, and checks on every reading that they are what they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from ledger.errors import LetopisError
from ledger.vault.disclosure import OpenedDisclosure, digest_of, parse_disclosure
from ledger.vault.keys import KeyErased, KeyLost, KeyStore, check_owner
from ledger.vault.sealing import SealBroken, bind
from ledger.wire.errors import WireError

KEEP_MAX: Final = 1_000
"""Disclosures in one `keep`."""
READ_AT_ONCE: Final = 500
"""Rows asked from the database at once."""

_PURPOSE: Final = "letopis vault: disclosure"


class VaultDamaged(LetopisError):  # noqa: N818 - reads as what it says
    """A disclosure is in the vault and cannot be read as what it was.

    Attributes:
        digest: of the disclosure.
    """

    def __init__(self, digest: str, message: str) -> None:
        super().__init__(message)
        self.digest = digest


class SealedRow(NamedTuple):
    """A row of the vault: nothing personal in clear."""

    digest: str
    person: str
    retention: str
    algorithm: int
    sealed: bytes


class SealedRows(Protocol):
    """Where sealed disclosures are kept: one log's rows of a database. Any thread may call."""

    def insert(self, rows: Sequence[SealedRow]) -> None:
        """Insert rows in one transaction, durable when it returns; a digest that is there already stays as it is."""

    def select(self, digests: Sequence[str]) -> list[SealedRow]:
        """The rows of at most `READ_AT_ONCE` digests that are there, in any order."""

    def close(self) -> None:
        """Let go of the database."""


class Vault:
    """The personal values of one log's people. Any thread may use it.

    Args:
        rows: where the sealed disclosures are.
        keys: where their keys are.
    """

    def __init__(self, rows: SealedRows, keys: KeyStore) -> None:
        self._rows = rows
        self._keys = keys

    def keep(self, person: str, retention: str, disclosures: Sequence[str]) -> None:
        """Seal and keep disclosures of a person; durable when it returns. Keeping the same again changes nothing.

        To be called before the entry with the digests is appended: a crash in between leaves a disclosure that no
        entry names, which harms nobody.

        Raises:
            WireError: a text is no disclosure; nothing was kept.
            KeyErased: this person's key was destroyed.
            LetopisError: too many at once, a bad id, or one of them is kept for somebody else already.
        """
        check_owner(person, retention)
        if len(disclosures) > KEEP_MAX:
            raise LetopisError(f"{len(disclosures)} disclosures where {KEEP_MAX} are allowed")
        texts = {}
        for text in disclosures:
            parse_disclosure(text)
            texts[digest_of(text)] = text
        if not texts:
            return
        sealer = self._keys.make(person, retention)
        rows = []
        for digest, text in texts.items():
            sealed = sealer.seal(text.encode("ascii"), self._bound(digest, person, retention))
            rows.append(SealedRow(digest, person, retention, sealer.algorithm, sealed))
        self._rows.insert(rows)
        self._check_kept(texts, person, retention)

    def read(self, digests: Sequence[str]) -> dict[str, str]:
        """Read the disclosures behind these digests, as text; each is checked against its digest.

        What was never kept here, and what was erased, is absent from the answer.

        Raises:
            VaultDamaged: a disclosure is there, but its key is lost, it does not open, or it does not give its digest.
            FileRefused: a key file cannot be used.
        """
        wanted = list(dict.fromkeys(digests))
        found: dict[str, str] = {}
        for start in range(0, len(wanted), READ_AT_ONCE):
            for row in self._rows.select(wanted[start : start + READ_AT_ONCE]):
                text = self._open(row)
                if text is not None:
                    found[row.digest] = text
        return found

    def values(self, digests: Sequence[str]) -> dict[str, OpenedDisclosure]:
        """Read the disclosures behind these digests, taken apart: name, value, salt.

        Raises:
            VaultDamaged, FileRefused: as in `read`.
        """
        return {digest: parse_disclosure(text) for digest, text in self.read(digests).items()}

    def close(self) -> None:
        """Let go of the database."""
        self._rows.close()

    def _open(self, row: SealedRow) -> str | None:
        """Open a row; None where its key was erased and only the row is left yet."""
        try:
            sealer = self._keys.sealer(row.person, row.retention)
            bound = self._bound(row.digest, row.person, row.retention)
            text = sealer.open(row.sealed, bound, row.algorithm).decode("ascii")
            right = digest_of(text) == row.digest
        except KeyErased:
            return None
        except (KeyLost, SealBroken) as error:
            raise VaultDamaged(row.digest, f"disclosure {row.digest}: {error}") from None
        except (UnicodeDecodeError, WireError):
            right = False
        if not right:
            raise VaultDamaged(row.digest, f"disclosure {row.digest}: what opens is not what the digest says")
        return text

    def _check_kept(self, texts: dict[str, str], person: str, retention: str) -> None:
        """Read back what was just kept: it is there, it opens, and it is this person's."""
        digests = list(texts)
        for start in range(0, len(digests), READ_AT_ONCE):
            wanted = digests[start : start + READ_AT_ONCE]
            rows = {row.digest: row for row in self._rows.select(wanted)}
            for digest in wanted:
                row = rows.get(digest)
                if row is None:
                    raise VaultDamaged(digest, f"disclosure {digest}: kept, and not there")
                if (row.person, row.retention) != (person, retention):
                    raise LetopisError(f"disclosure {digest}: kept already for another person or retention class")
                if self._open(row) != texts[digest]:
                    raise VaultDamaged(digest, f"disclosure {digest}: kept, and reads otherwise")

    def _bound(self, digest: str, person: str, retention: str) -> bytes:
        return bind(_PURPOSE, self._keys.origin, digest, person, retention)
