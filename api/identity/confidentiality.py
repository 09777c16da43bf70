"""The text about the duty of confidentiality that everybody acknowledges before seeing personal data (2.4.4).

A school's own text is ``confidentiality.txt`` in its folder; without one it is the text that comes with the program.
Another text is another digest: everybody acknowledges it anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from ledger.errors import LetopisError

_BYTES_MAX: Final = 65_536


@dataclass(frozen=True, slots=True)
class Confidentiality:
    """A text and the SHA-256 of its bytes, hex."""

    text: str
    sha256: str


def read_confidentiality(file: Path) -> Confidentiality:
    """The school's text.

    Raises:
        LetopisError: the file is too long, or no UTF-8.
    """
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        raw = (resources.files(__package__) / "confidentiality.ru.txt").read_bytes()
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = ""
    if not text.strip() or len(raw) > _BYTES_MAX:
        raise LetopisError(f"{file}: нужен текст в UTF-8 до {_BYTES_MAX} байт / a text in UTF-8, up to that many bytes")
    return Confidentiality(text, hashlib.sha256(raw).hexdigest())
