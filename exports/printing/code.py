"""The code on a printed form, as `verify/spec/print-code.md` says: its text, written and read, and its picture.

    LETOPIS1/<origin>/<entry>/<position>/<salt>/<content>/<size>/<root>/<check>

The verifier reads it too, with a reader of its own.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import segno

from ledger.errors import LetopisError
from ledger.vault.disclosure import make_disclosure

PREFIX: Final = "LETOPIS1"
CONTENT: Final = "content"
"""Name of the disclosure that a form's entry commits to."""
LENGTH_MAX: Final = 250
SALT_BYTES: Final = 16
ORIGIN_BYTES: Final = 16
CHECK_BYTES: Final = 5
_HASH_BYTES: Final = 32
_QUIET_MODULES: Final = 4
_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)


class CodeRefused(LetopisError):  # noqa: N818 - reads as what it says
    """A text is no code of a printed form; it says why in both languages."""


@dataclass(frozen=True, slots=True)
class PrintCode:
    """What binds a sheet of paper to a log.

    Attributes:
        origin: `origin_digest` of the log's origin.
        entry: index of the `sheet_issued`; `position` is that entry's.
        salt: of the disclosure of `content`, 16 bytes.
        content: SHA-256 of what the form says, 32 bytes.
        size, root: of a signed checkpoint that covers the entry.

    Raises:
        ValueError: a part has another length, or the checkpoint does not cover the entry.
    """

    origin: bytes
    entry: int
    position: int
    salt: bytes
    content: bytes
    size: int
    root: bytes

    def __post_init__(self) -> None:
        lengths = tuple(map(len, (self.origin, self.salt, self.content, self.root)))
        if lengths != (ORIGIN_BYTES, SALT_BYTES, _HASH_BYTES, _HASH_BYTES):
            raise ValueError("origin, salt, content or root of another length")
        if not 1 <= self.position <= self.entry < self.size:
            raise ValueError("a code is of a position up to its entry, and of a checkpoint behind it")

    def commitment(self) -> str:
        """The digest that the entry's `_sd` holds, if the code is its own."""
        return make_disclosure(CONTENT, self.content.hex(), lambda _: self.salt).digest


def origin_digest(origin: str) -> bytes:
    """What stands in a code for a log's origin."""
    return sha256(origin.encode()).digest()[:ORIGIN_BYTES]


def format_code(code: PrintCode) -> str:
    """The code's text, of 250 characters at most."""
    parts = (
        *(PREFIX, _base32(code.origin), str(code.entry), str(code.position), _base32(code.salt)),
        *(_base32(code.content), str(code.size), _base32(code.root)),
    )
    said = "/".join(parts)
    return f"{said}/{_check(said)}"


def parse_code(text: str) -> PrintCode:
    """Read a code's text, strictly; spaces and line ends are taken out before.

    Raises:
        CodeRefused: it is not spelt as `format_code` spells it.
    """
    text = "".join(text.split())
    parts = text.split("/") if len(text) <= LENGTH_MAX else []
    if len(parts) != 9 or parts[0] != PREFIX:
        raise CodeRefused("это не код формы летописи / this is no code of a form of this journal")
    if parts[-1] != _check("/".join(parts[:-1])):
        raise CodeRefused("в коде ошибка: какой-то знак не тот / a character of the code is wrong")
    try:
        origin, salt, content, root = (_bytes(parts[at]) for at in (1, 4, 5, 7))
        code = PrintCode(origin, _number(parts[2]), _number(parts[3]), salt, content, _number(parts[6]), root)
    except ValueError:
        raise CodeRefused("код составлен неверно / the code is malformed") from None
    if format_code(code) != text:
        raise CodeRefused("код написан не так, как пишут такие коды / the code is not spelt as such codes are")
    return code


def lines_of(text: str, length: int = 32) -> list[str]:
    """The code's text in lines, as it stands under the picture."""
    return [text[at : at + length] for at in range(0, len(text), length)]


def draw_code(text: str) -> str:
    """The code's picture as SVG: error correction M, alphanumeric, with its quiet zone."""
    code = segno.make_qr(text, error="m", mode="alphanumeric", boost_error=False)
    out = io.BytesIO()
    code.save(out, kind="svg", border=_QUIET_MODULES, xmldecl=False, svgns=True, nl=False, omitsize=True)
    return out.getvalue().decode()


def _check(said: str) -> str:
    return _base32(sha256(said.encode()).digest()[:CHECK_BYTES])


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        raise ValueError("base32") from None


def _number(text: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise ValueError("decimal")
    return int(text)
