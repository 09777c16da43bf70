"""Disclosures as SD-JWT has them (RFC 9901; log format §6): the value, and the digest that stands for it in an entry.

    disclosure = base64url(["<salt>","family_name","Иванова"])      no padding; the salt is base64url too
    digest     = base64url(SHA-256(ASCII of the disclosure))        43 characters

The salt keeps a digest from being guessed: without it, a list of all family names would open every one of them.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

import orjson

from ledger.wire.errors import WireError

SALT_BYTES: Final = 16
SALT_BYTES_MAX: Final = 64
VALUE_LENGTH_MAX: Final = 4_000
TEXT_LENGTH_MAX: Final = 32_768

_WHAT: Final = "disclosure"
_NAME = re.compile("[a-z][a-z0-9]*(?:_[a-z0-9]+)*", re.ASCII)
_NAME_LENGTH_MAX: Final = 64


class Disclosure(NamedTuple):
    """A disclosure's text, which is personal data, and its digest, which is not."""

    text: str
    digest: str

    def __repr__(self) -> str:
        return f"Disclosure({self.digest})"


@dataclass(frozen=True, slots=True, repr=False)
class OpenedDisclosure:
    """What a disclosure says: the value's name and the value. Its repr shows neither value nor salt."""

    name: str
    value: str
    salt: bytes

    def __repr__(self) -> str:
        return f"OpenedDisclosure({self.name})"


def make_disclosure(name: str, value: str, random: Callable[[int], bytes] = secrets.token_bytes) -> Disclosure:
    """Make the disclosure of a personal value; `random` gives that many random bytes for the salt.

    Raises:
        WireError: a name that is not snake_case, a value too long or not fit for UTF-8, a salt too short.
    """
    text = _format_text(OpenedDisclosure(name, value, random(SALT_BYTES)))
    return Disclosure(text, digest_of(text))


def parse_disclosure(text: str) -> OpenedDisclosure:
    """Read a disclosure, strictly.

    Raises:
        WireError: not spelled as `make_disclosure` spells it. The message quotes nothing of it.
    """
    if len(text) > TEXT_LENGTH_MAX:
        raise WireError(_WHAT, "length", f"{len(text)} characters where {TEXT_LENGTH_MAX} are allowed")
    try:
        fields = orjson.loads(_decode(text, "text"))
    except orjson.JSONDecodeError:
        raise WireError(_WHAT, "text", "not JSON") from None
    if type(fields) is not list or len(fields) != 3 or not all(type(field) is str for field in fields):
        raise WireError(_WHAT, "text", "not an array of three texts")
    salt, name, value = fields
    opened = OpenedDisclosure(name, value, _decode(salt, "salt"))
    if _format_text(opened) != text:
        raise WireError(_WHAT, "text", "not in canonical form")
    return opened


def digest_of(text: str) -> str:
    """Compute the digest that an entry's `_sd` carries.

    Raises:
        WireError: the text is not ASCII.
    """
    try:
        return _encode(sha256(text.encode("ascii")).digest())
    except UnicodeEncodeError:
        raise WireError(_WHAT, "text", "not ASCII") from None


def _format_text(opened: OpenedDisclosure) -> str:
    if _NAME.fullmatch(opened.name) is None or len(opened.name) > _NAME_LENGTH_MAX:
        raise WireError(_WHAT, "name", "not snake_case")
    if not SALT_BYTES <= len(opened.salt) <= SALT_BYTES_MAX:
        raise WireError(_WHAT, "salt", f"{len(opened.salt)} bytes where {SALT_BYTES}..{SALT_BYTES_MAX} are expected")
    if len(opened.value) > VALUE_LENGTH_MAX:
        raise WireError(_WHAT, "value", f"{len(opened.value)} characters where {VALUE_LENGTH_MAX} are allowed")
    try:
        return _encode(orjson.dumps([_encode(opened.salt), opened.name, opened.value]))
    except TypeError:
        raise WireError(_WHAT, "value", "a text that UTF-8 cannot carry") from None


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _decode(text: str, where: str) -> bytes:
    """Decode base64url without padding; canonical, because the caller renders what was read again and compares."""
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise WireError(_WHAT, where, "not base64url without padding") from None
