"""Changing a key-encryption key in a process of its own, which dies where it is told to; for tests."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path

from api.settings import kek_secrets
from ledger.vault.kek import new_file_kek
from ledger.vault.rekeying import rekey
from ledger.vault.token import new_token_kek


def main(folder: Path, token: str, stop: str) -> None:
    """Rekey to a token, or to a bare file where `token` is empty."""

    def step(name: str) -> None:
        if name == stop:
            os.kill(os.getpid(), signal.SIGKILL)

    secrets = kek_secrets()
    make = partial(new_token_kek, token, secrets) if token else partial(new_file_kek, None)
    print(rekey(folder, secrets, make, step=step))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
