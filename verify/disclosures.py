"""SD-JWT disclosures (RFC 9901; log-format.md section 6): each one's digest is in `_sd` of the entry it names.

{"disclosure":"WyJ…","index":7}        disclosure = base64url(JSON [salt, name, value]) without padding; its digest =
                                       base64url(SHA-256(disclosure)) without padding
"""

import base64
import binascii
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from verify import canonical
from verify.findings import Place, Report

DISCLOSURES_MAX: Final = 500_000
# Behind so many lines that are wrong no more are read.
MALFORMED_MAX: Final = 2_000
_LINE = re.compile(rb'\{"disclosure":"([A-Za-z0-9_-]+)","index":(0|[1-9][0-9]{0,14})\}')
_SALT = re.compile(r"[A-Za-z0-9_-]{22,}")  # 128 bits are 22 characters
NAME_PARTS: Final = ("family_name", "given_name", "patronymic")
# What an entry may disclose (events.md): of a person when registered and later, with a consent,
# elsewhere, of a printed form, of an account of nobody registered.
OF_PERSONS: Final = frozenset((*NAME_PARTS, "birth_date"))
OF_DATA: Final = OF_PERSONS | {"address", "phone", "email"}
OF_CONSENTS: Final = frozenset(("contact",))
OF_OTHERS: Final = frozenset(("note",))
OF_PRINTS, OF_ACCOUNTS = frozenset(("content",)), frozenset(("account_name",))
NAMES: Final = OF_DATA | OF_CONSENTS | OF_OTHERS | OF_PRINTS | OF_ACCOUNTS
# The same by type, for who sees an entry apart from its log; of other types, whatever any entry may disclose.
NAMES_BY_TYPE: Final = {
    b"person_registered/1": OF_PERSONS, b"personal_data_changed/1": OF_DATA, b"delivery_consent_given/1": OF_CONSENTS,
    b"sheet_issued/1": OF_PRINTS, b"account_opened/1": OF_ACCOUNTS,
}  # fmt: skip


class DisclosureError(ValueError):
    """A disclosure has not the one form it may have."""


def _no_object(_: list[tuple[str, Any]]) -> Any:
    raise DisclosureError("an object inside a disclosure")


def parse_disclosure(disclosure: bytes) -> tuple[str, str]:
    """Return the name and value of a disclosure.

    Raises:
        DisclosureError: not base64url in its one spelling, or not [salt, name, value] of texts with a long enough salt.
    """
    try:
        raw = base64.b64decode(disclosure + b"=" * (-len(disclosure) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise DisclosureError("not base64url") from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != disclosure:
        raise DisclosureError("base64url with stray bits")
    try:
        value = json.loads(raw.decode(), object_pairs_hook=_no_object)
        canonical.render(value)
    except DisclosureError:
        raise
    except (ValueError, RecursionError):
        raise DisclosureError("not JSON in UTF-8") from None
    if not isinstance(value, list) or len(value) != 3 or not all(isinstance(part, str) for part in value):
        raise DisclosureError("not an array of three texts")
    salt, name, text = value
    if not _SALT.fullmatch(salt):
        raise DisclosureError("a salt of less than 128 bits, or not base64url")
    if name not in NAMES:
        raise DisclosureError("a name that no entry discloses")
    return name, text


def digest_of(disclosure: bytes) -> str:
    """Return a disclosure's digest as `_sd` carries it."""
    return base64.urlsafe_b64encode(sha256(disclosure).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class _Wanted:
    digest: str
    place: Place


class Disclosures:
    """The disclosures of one archive: values by digest, and the entries that have yet to commit to them."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._values: dict[str, tuple[str, str]] = {}
        self.wanted: dict[int, list[_Wanted]] = {}
        self._once: set[str] = set()
        self.count = self.malformed = 0

    def take_line(self, line: bytes, place: Place) -> None:
        """Take one line of disclosures.jsonl."""
        match = _LINE.fullmatch(line)
        if match is None:
            self.malformed += 1
            self._report.add("disclosure-malformed", place, '{"disclosure":"…","index":N}', "another line")
            return
        try:
            value = parse_disclosure(match[1])
        except DisclosureError as error:
            self.malformed += 1
            self._report.add("disclosure-malformed", place, "base64url of [salt, name, value]", error)
            return
        if self.count >= DISCLOSURES_MAX:
            self._report.add("archive-limit", place, f"at most {DISCLOSURES_MAX} disclosures", "more")
            return
        self.count += 1
        digest, index = digest_of(match[1]), int(match[2])
        self._values[digest] = value
        self.wanted.setdefault(index, []).append(_Wanted(digest, Place(place.file, place.line, index)))

    def commit(self, index: int, digests: Sequence[str], names: Collection[str] = NAMES) -> None:
        """Take note that an entry commits to digests; report a disclosed name that it may not have, or has twice."""
        held, rest, free = frozenset(digests), [], set(names)
        for wanted in self.wanted.pop(index, ()):
            if wanted.digest not in held:
                rest.append(wanted)
            elif (name := self._values[wanted.digest][0]) in free:
                free.remove(name)
            else:
                self._report.add("disclosure-name", wanted.place, f"each once of {', '.join(sorted(names))}", name)
        if rest:
            self.wanted[index] = rest

    def take_once(self, digests: Sequence[str]) -> bool:
        """Take note of digests that must stand in one entry only; say whether none of them did before."""
        is_new = self._once.isdisjoint(digests)
        self._once.update(digests)
        return is_new

    def known(self, digests: Sequence[str]) -> list[str]:
        """Return the names of what is disclosed of an entry's digests."""
        return [self._values[digest][0] for digest in digests if digest in self._values]

    def finish(self, start: int = 0) -> None:
        """Report the disclosures that the entry they name does not commit to; those of entries before `start` wait."""
        if self.malformed > MALFORMED_MAX:
            self._report.skip("stopped-early", f"{MALFORMED_MAX} disclosures that cannot be read")
        for index, missing in self.wanted.items():
            for wanted in missing if index >= start else ():
                self._report.add(
                    "disclosure-not-committed", wanted.place, f"{wanted.digest} in the entry's _sd", "not there"
                )

    def parts(self, digests: Sequence[str]) -> dict[str, str]:
        """Return the parts of a person's name that are disclosed of an entry's digests."""
        known = dict(self._values[digest] for digest in digests if digest in self._values)
        return {part: known[part] for part in NAME_PARTS if known.get(part)}

    def note(self, digests: Sequence[str], name: str = "note") -> bytes:
        """Return the disclosed note of a correction, or another value; empty where it is not disclosed."""
        return dict(self._values[digest] for digest in digests if digest in self._values).get(name, "").encode()
