"""The vault: keeps disclosures sealed, opens them again, and checks on every reading that they are what they were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from ledger.errors import LetopisError
from ledger.vault.destroyed import Owner
from ledger.vault.disclosure import OpenedDisclosure, digest_of, parse_disclosure
from ledger.vault.keys import KeyErased, KeyLost, KeyStore, check_owner
from ledger.vault.sealing import SealBroken, Sealer, bind
from ledger.wire.errors import WireError

KEEP_MAX: Final = 1_000
"""Disclosures of one person in one `keep`; people in one `keep_many`."""
KEEP_MANY_MAX: Final = 10_000
"""Disclosures in one `keep_many`."""
READ_AT_ONCE: Final = 500
"""Rows asked from the database at once."""

Withheld = Mapping[str, frozenset[str] | None]
"""Person -> names of the values that are blocked, None: all that is kept of the person."""

_PURPOSE: Final = "letopis vault: disclosure"


class VaultDamaged(LetopisError):  # noqa: N818 - reads as what it says
    """A disclosure is in the vault and cannot be read as what it was.

    Attributes:
        digest: of the disclosure.
    """

    def __init__(self, digest: str, message: str) -> None:
        super().__init__(message)
        self.digest = digest


class Keeping(NamedTuple):
    """What is to be kept of one person under one retention class. Its repr shows nothing of it."""

    person: str
    retention: str
    disclosures: Sequence[str]

    @property
    def owner(self) -> Owner:
        """Whose key is to seal it."""
        return Owner(self.person, self.retention)

    def __repr__(self) -> str:
        return f"Keeping({len(self.disclosures)} disclosures)"


class SealedRow(NamedTuple):
    """A row of the vault: nothing personal in clear."""

    digest: str
    person: str
    retention: str
    algorithm: int
    sealed: bytes


class KeptRow(NamedTuple):
    """What a survey says of a row: whose it is, and how long ago it was last kept, by the database's clock."""

    digest: str
    person: str
    retention: str
    age_seconds: float

    @property
    def owner(self) -> Owner:
        """Whose key sealed it."""
        return Owner(self.person, self.retention)


class SealedRows(Protocol):
    """Where sealed disclosures are kept: one log's rows of a database. Any thread may call."""

    def insert(self, rows: Sequence[SealedRow]) -> None:
        """Insert rows in one transaction, durable when it returns.

        A digest that is there already stays as it is, but counts as kept now.
        """

    def select(self, digests: Sequence[str]) -> list[SealedRow]:
        """The rows of at most `READ_AT_ONCE` digests that are there, in any order."""

    def survey(self) -> list[KeptRow]:
        """Every row of the log, without what it seals."""

    def remove(self, digests: Sequence[str], older_than_seconds: int) -> int:
        """Remove rows in one transaction, but those that were kept since; returns how many were removed."""

    def count(self, owners: Sequence[Owner]) -> dict[Owner, int]:
        """How many rows there are of each of these owners; those without any are left out."""

    def erase(self, owners: Sequence[Owner]) -> None:
        """Remove all rows of owners and what the database keeps of them beside; durable when it returns."""

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
        self._withheld: Callable[[int | None], Withheld] = lambda _: {}

    def withhold(self, withheld: Callable[[int | None], Withheld]) -> None:
        """From now on let nobody read what is blocked: `withheld` is asked before each reading.

        Args:
            withheld: given a log's size, what is blocked now or was when the log had that size; None: now.
        """
        self._withheld = withheld

    @property
    def keys(self) -> KeyStore:
        """Where the keys are."""
        return self._keys

    def keep(self, person: str, retention: str, disclosures: Sequence[str]) -> None:
        """Seal and keep disclosures of a person; see `keep_many`."""
        self.keep_many([Keeping(person, retention, disclosures)])

    def keep_many(self, keepings: Iterable[Keeping]) -> None:
        """Seal and keep disclosures of many people; durable when it returns. Keeping the same again changes nothing.

        All keys are on the disk before the first row is written, and all rows are in one transaction. To be called
        before the entries with the digests are appended: a crash in between leaves keys that seal nothing, or
        disclosures that no entry names, which harms nobody.

        Raises:
            WireError: a text is no disclosure; nothing was kept.
            KeyErased: a person's key was destroyed; nothing was kept that opens.
            LetopisError: too many at once or a bad id: nothing was kept; or one of them is kept for somebody else.
        """
        texts = _checked(keepings)
        if not texts:
            return
        sealers = self._keys.make_many(owner for owner, _ in texts.values())
        self._rows.insert([self._seal(digest, *kept, sealers) for digest, kept in texts.items()])
        self._check_kept(texts)

    def read(self, digests: Sequence[str], *, at: int | None = None, even_blocked: bool = False) -> dict[str, str]:
        """Read the disclosures behind these digests, as text; each is checked against its digest.

        What was never kept here, what was erased and what is blocked is absent from the answer.

        Args:
            digests: of which disclosures.
            at: size of the log of which something is made; what was blocked then is left out too.
            even_blocked: for who decides about a block (152-ФЗ, Art. 21), and where nothing of it is shown.

        Raises:
            VaultDamaged: a disclosure is there, but its key is lost, it does not open, or it does not give its digest.
            FileRefused: a key file cannot be used.
        """
        wanted = list(dict.fromkeys(digests))
        found: dict[str, str] = {}
        withheld: Withheld = {} if even_blocked or not wanted else self._withheld(at)
        for start in range(0, len(wanted), READ_AT_ONCE):
            for row in self._rows.select(wanted[start : start + READ_AT_ONCE]):
                text = self._open(row)
                if text is not None and not _is_withheld(row, text, withheld):
                    found[row.digest] = text
        return found

    def values(
        self, digests: Sequence[str], *, at: int | None = None, even_blocked: bool = False
    ) -> dict[str, OpenedDisclosure]:
        """Read the disclosures behind these digests, taken apart: name, value, salt.

        Raises:
            VaultDamaged, FileRefused: as in `read`.
        """
        found = self.read(digests, at=at, even_blocked=even_blocked)
        return {digest: parse_disclosure(text) for digest, text in found.items()}

    def kept_of(self, person: str) -> list[KeptRow]:
        """What is kept of a person, in the order of keeping, of every retention class; sealed under an erased key too.

        Raises:
            OperationalError: the database could not answer.
        """
        rows = [row for row in self._rows.survey() if row.person == person]
        return sorted(rows, key=lambda row: (-row.age_seconds, row.digest))

    def close(self) -> None:
        """Let go of the database and of the keys."""
        self._rows.close()
        self._keys.close()

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

    def _seal(self, digest: str, owner: Owner, text: str, sealers: Mapping[Owner, Sealer]) -> SealedRow:
        sealer = sealers[owner]
        sealed = sealer.seal(text.encode("ascii"), self._bound(digest, *owner))
        return SealedRow(digest, *owner, sealer.algorithm, sealed)

    def _check_kept(self, texts: Mapping[str, tuple[Owner, str]]) -> None:
        """Read back what was just kept: it is there, it opens, and it is its owner's."""
        digests = list(texts)
        for start in range(0, len(digests), READ_AT_ONCE):
            wanted = digests[start : start + READ_AT_ONCE]
            rows = {row.digest: row for row in self._rows.select(wanted)}
            for digest in wanted:
                owner, text = texts[digest]
                row = rows.get(digest)
                if row is not None and (row.person, row.retention) != owner:
                    raise LetopisError(f"disclosure {digest}: kept already for another person or retention class")
                if row is None or self._open(row) != text:
                    self._keys.sealer(*owner)  # whose person was erased in between is no damage
                    how = "not there" if row is None else "reads otherwise"
                    raise VaultDamaged(digest, f"disclosure {digest}: kept, and {how}")

    def _bound(self, digest: str, person: str, retention: str) -> bytes:
        return bind(_PURPOSE, self._keys.origin, digest, person, retention)


def _is_withheld(row: SealedRow, text: str, withheld: Withheld) -> bool:
    if row.person not in withheld:
        return False
    names = withheld[row.person]
    return names is None or parse_disclosure(text).name in names


def _checked(keepings: Iterable[Keeping]) -> dict[str, tuple[Owner, str]]:
    """Judge what is to be kept before any of it is; returns digest -> whose it is, and its text."""
    texts: dict[str, tuple[Owner, str]] = {}
    owners = set()
    for keeping in keepings:
        check_owner(keeping.person, keeping.retention)
        if len(keeping.disclosures) > KEEP_MAX:
            raise LetopisError(f"{len(keeping.disclosures)} disclosures where {KEEP_MAX} are allowed")
        for text in keeping.disclosures:
            parse_disclosure(text)
            digest = digest_of(text)
            if texts.setdefault(digest, (keeping.owner, text))[0] != keeping.owner:
                raise LetopisError(f"disclosure {digest}: to be kept for two people or retention classes")
        owners.add(keeping.owner)
        if len(owners) > KEEP_MAX or len(texts) > KEEP_MANY_MAX:
            raise LetopisError(f"more than {KEEP_MAX} people or {KEEP_MANY_MAX} disclosures at once")
    return texts
