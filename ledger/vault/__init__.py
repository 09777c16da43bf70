"""Personal values, apart from the log: sealed per person, under keys that no database holds (log format §6).

An entry carries a digest. The disclosure behind it lies here, encrypted under a key of its person and retention class;
that key lies wrapped in a file of its own, outside every database. Keep first, append afterwards: a crash in between
leaves a disclosure that no entry names, which harms nobody and goes with the next sweep (`ledger.vault.sweeping`); the
other order would leave a digest that nobody can open.

Erasing puts the key on a list of destroyed ones, marks it, overwrites and removes its file, and then removes the rows
(`api.erasing`). The log stays as it is. A reader can tell what was erased (marked) from what was lost (neither key nor
mark), which is an error.
"""

from ledger.vault.destroyed import Destroyed, Owner
from ledger.vault.disclosure import Disclosure, OpenedDisclosure, digest_of, make_disclosure, parse_disclosure
from ledger.vault.kek import KekRefused, KekSecrets
from ledger.vault.keys import KeyErased, KeyLost, KeyStore, create_key_store
from ledger.vault.vault import Keeping, SealedRow, SealedRows, Vault, VaultDamaged

__all__ = [
    "Destroyed",
    "Disclosure",
    "Keeping",
    "KekRefused",
    "KekSecrets",
    "KeyErased",
    "KeyLost",
    "KeyStore",
    "OpenedDisclosure",
    "Owner",
    "SealedRow",
    "SealedRows",
    "Vault",
    "VaultDamaged",
    "create_key_store",
    "digest_of",
    "make_disclosure",
    "parse_disclosure",
]
