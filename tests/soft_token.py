"""A throw-away SoftHSM token for tests, in a folder of its own; without SoftHSM a test skips, but fails under CI."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from ledger.vault import KekSecrets

PIN: Final = "8472-61"
SO_PIN: Final = "0099-77"
LABEL: Final = "Школа № 1534"
_LIBRARIES: Final = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
)


@dataclass
class SoftToken:
    """A token; `environment` is what a process needs to find it."""

    module: str
    config: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"SOFTHSM2_CONF": str(self.config), "LETOPIS_PKCS11_MODULE": self.module, "LETOPIS_PKCS11_PIN": PIN}

    def secrets(self, pin: str | None = PIN) -> KekSecrets:
        return KekSecrets(pin=lambda: pin, module=self.module)


def make_token(folder: Path, label: str = LABEL) -> SoftToken:
    """Make a token with its PINs in a folder."""
    program = shutil.which("softhsm2-util")
    module = next((path for path in _LIBRARIES if Path(path).exists()), None)
    if program is None or module is None:
        if os.environ.get("CI"):
            pytest.fail("there is no SoftHSM")
        pytest.skip("there is no SoftHSM: apt-get install softhsm2")
    tokens = folder / "tokens"
    tokens.mkdir(parents=True, exist_ok=True)
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    made = subprocess.run(
        [program, "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN],
        env={**os.environ, "SOFTHSM2_CONF": str(config)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return SoftToken(module, config)
