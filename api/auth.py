"""Who a bearer token is, and what its role may do: refused by default.

Tokens are random, shown once when they are made, and kept as SHA-256 digests in a file of mode 0600::

    {"tokens":[{"actor":"6f1c…","digest":"9c41…","label":"Учитель математики","role":"teacher","school":"1534"}]}

A token is read from the ``Authorization`` header alone: never from a URL, where proxies and histories would keep it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import msgspec
import orjson

from ledger.durable import create_file, read_secret
from ledger.errors import LetopisError

TOKEN_BYTES: Final = 32
_LIMIT_BYTES: Final = 1 << 20


class AuthError(LetopisError):
    """The token file is missing or malformed. Never holds a token or a digest."""


class Right(StrEnum):
    """What a route asks for."""

    SET_UP = "set_up"
    CLOSE = "close"
    CLOSE_JOURNAL = "close_journal"
    DIRECT = "direct"
    TEACH = "teach"
    PLAN = "plan"
    CERTIFY = "certify"
    PRINT = "print"
    CANCEL = "cancel"
    EXCUSE = "excuse"
    PLAN_SUBSTITUTES = "plan_substitutes"
    REQUEST_CORRECTION = "request_correction"
    APPROVE = "approve"
    CONTROL = "control"
    RECORD_RESULTS = "record_results"
    PUBLISH_RESULTS = "publish_results"
    READ_VIEWS = "read_views"
    OVERSEE = "oversee"
    READ_STAFF = "read_staff"
    READ_ENTRIES = "read_entries"
    READ_DISCLOSURES = "read_disclosures"
    SIGN = "sign"
    ERASE = "erase"


RIGHTS: Final[Mapping[str, frozenset[Right]]] = {
    "teacher": frozenset(
        {
            Right.TEACH,
            Right.PLAN,
            Right.PRINT,
            Right.CERTIFY,
            Right.CONTROL,
            Right.REQUEST_CORRECTION,
            Right.PUBLISH_RESULTS,
            Right.READ_VIEWS,
        }
    ),
    "deputy": frozenset(
        {
            Right.CLOSE,
            Right.CLOSE_JOURNAL,
            Right.APPROVE,
            Right.PLAN,
            Right.PRINT,
            Right.CERTIFY,
            Right.CANCEL,
            Right.EXCUSE,
            Right.PLAN_SUBSTITUTES,
            Right.CONTROL,
            Right.REQUEST_CORRECTION,
            Right.RECORD_RESULTS,
            Right.PUBLISH_RESULTS,
            Right.READ_VIEWS,
            Right.READ_STAFF,
        }
    ),
    "administrator": frozenset(
        {
            Right.SET_UP,
            Right.CLOSE,
            Right.CLOSE_JOURNAL,
            Right.DIRECT,
            Right.ERASE,
            Right.APPROVE,
            Right.CONTROL,
            Right.PLAN,
            Right.PRINT,
            Right.CERTIFY,
            Right.CANCEL,
            Right.EXCUSE,
            Right.PLAN_SUBSTITUTES,
            Right.RECORD_RESULTS,
            Right.PUBLISH_RESULTS,
            Right.READ_VIEWS,
            Right.OVERSEE,
            Right.READ_STAFF,
            Right.READ_ENTRIES,
            Right.READ_DISCLOSURES,
            Right.SIGN,
        }
    ),
    "director": frozenset(
        {
            Right.CLOSE_JOURNAL,
            Right.PRINT,
            Right.DIRECT,
            Right.ERASE,
            Right.PLAN_SUBSTITUTES,
            Right.READ_VIEWS,
            Right.OVERSEE,
            Right.READ_STAFF,
            Right.READ_ENTRIES,
            Right.READ_DISCLOSURES,
            Right.SIGN,
        }
    ),
    "inspector": frozenset(
        {
            Right.READ_VIEWS,
            Right.OVERSEE,
            Right.READ_STAFF,
            Right.READ_ENTRIES,
            Right.READ_DISCLOSURES,
            Right.SIGN,
        }
    ),
}
"""Role -> rights. A role that is not here has none."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a token stands for, in one school."""

    actor: str
    role: str
    school: str
    label: str

    def may(self, right: Right) -> bool:
        """Whether this role has the right."""
        return right in RIGHTS.get(self.role, frozenset())


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    actor: str
    digest: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    label: str
    role: str
    school: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tokens: list[_Row]


class Tokens:
    """The tokens of a server."""

    def __init__(self, identities: Mapping[str, Identity]) -> None:
        self._identities = dict(identities)

    @classmethod
    def load(cls, path: Path) -> Tokens:
        """Read the token file.

        Raises:
            AuthError: it is missing or malformed.
            FileRefused: it is open to others, or too large.
        """
        try:
            rows = msgspec.json.decode(read_secret(path, limit_bytes=_LIMIT_BYTES), type=_File).tokens
        except FileNotFoundError:
            raise AuthError(f"{path} is missing: letopis init makes it") from None
        except msgspec.MsgspecError:
            raise AuthError(f"{path} is not a token file") from None
        return cls({row.digest: Identity(row.actor, row.role, row.school, row.label) for row in rows})

    def actors(self, school: str) -> frozenset[str]:
        """Ids of those who have a token of this school."""
        return frozenset(identity.actor for identity in self._identities.values() if identity.school == school)

    def who(self, token: str) -> Identity | None:
        """The identity of this token, or None."""
        digest = digest_of(token)
        found: Identity | None = None
        for known, identity in self._identities.items():
            if hmac.compare_digest(known, digest):
                found = identity
        return found


def digest_of(token: str) -> str:
    """SHA-256 of the token, hex: what the file keeps."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def make_tokens(path: Path, identities: Iterable[Identity]) -> dict[str, Identity]:
    """Make one token per identity and keep their digests in a new file of mode 0600.

    Returns:
        Token -> identity, to be shown once.

    Raises:
        FileTaken: the file is there already.
    """
    made = {secrets.token_urlsafe(TOKEN_BYTES): identity for identity in identities}
    rows = [
        {
            "actor": identity.actor,
            "digest": digest_of(token),
            "label": identity.label,
            "role": identity.role,
            "school": identity.school,
        }
        for token, identity in made.items()
    ]
    create_file(path, orjson.dumps({"tokens": rows}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return made
