"""Personal values: many people kept at once against the same people kept one by one."""

from __future__ import annotations

import itertools
from functools import partial
from pathlib import Path
from uuid import uuid4

from bench.measure import Report, rate
from ledger.vault import Keeping, KeyStore, Vault, create_key_store, make_disclosure
from ledger.vault.sqlite import open_vault

NAMES = {"family_name": "Иванова", "given_name": "Мария", "patronymic": "Петровна", "birth_date": "2015-03-07"}


def people_kept(report: Report, folder: Path, rounds: int, people: int) -> None:
    """A school's people into a fresh vault: every key a file of its own, all of it durable either way."""
    numbers = itertools.count()

    def fresh(*, together: bool) -> float:
        keys = folder / f"keys{next(numbers)}"
        create_key_store(keys)
        vault = open_vault(keys / "vault.sqlite3", KeyStore(keys, "letopis.example/school/bench"), create=True)
        keepings = [
            Keeping(str(uuid4()), "person", [make_disclosure(*value).text for value in NAMES.items()])
            for _ in range(people)
        ]
        try:
            return rate(partial(_kept, vault, keepings if together else [], [] if together else keepings))
        finally:
            vault.close()

    report.compare(
        "vault_keep_many",
        partial(fresh, together=True),
        partial(fresh, together=False),
        unit="people/s",
        rounds=rounds,
        goal=2,
    )


def _kept(vault: Vault, together: list[Keeping], one_by_one: list[Keeping]) -> int:
    vault.keep_many(together)
    for keeping in one_by_one:
        vault.keep(*keeping)
    return len(together) + len(one_by_one)
