"""What an entry of the access log says (verify/spec/access-log.md): codes, ids and numbers, never a value.

{"as_of":412,"classes":[],"count":2,"kinds":["marks","names"],"people":["3c16…","9a02…"],"purpose":"view",
 "scope":"people","what":"/classes/{class_group}/page"}
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

import msgspec

from ledger.errors import LetopisError

OPENED: Final = "access_log_opened/1"
READ: Final = "personal_data_read/1"
EXPORTED: Final = "personal_data_exported/1"
REFUSED: Final = "access_refused/1"

NAMED_MAX: Final = 64
"""People, or class groups, that one entry names."""

Kind: TypeAlias = Literal[
    "absences",
    "certificates",
    "consents",
    "contacts",
    "corrections",
    "disclosures",
    "entries",
    "guardians",
    "marks",
    "names",
    "notes",
    "reads",
    "results",
    "work",
]
"""Which kinds of fields were seen: ``entries`` are the log's own bytes, ``work`` what employees do and whether in time,
``reads`` the access log itself."""
Purpose: TypeAlias = Literal["view", "question", "export", "print", "check", "subject_request"]
Form: TypeAlias = Literal["archive", "csv", "extract", "form", "image"]
"""What was taken out: ``form`` is a printed form, ``image`` the access log's or another log's own entries."""
Reason: TypeAlias = Literal["acknowledgement", "factor", "reach", "right", "rule"]
"""Why something was refused: ``right``: the role may not; ``reach``: it is not one's own; ``rule``: a rule of the
journal says who writes it; the others are still to be given."""
Scope: TypeAlias = Literal["people", "classes", "school"]

KINDS: Final = frozenset(get_args(Kind))
PURPOSES: Final = frozenset(get_args(Purpose))
_WHAT: Final = re.compile(r"/[a-z0-9_{}./-]{1,118}|letopis( [a-z0-9_-]+){1,4}", re.ASCII)
_BASIS: Final = re.compile(r"[a-z0-9][a-z0-9._/-]{0,63}", re.ASCII)


class AccessError(LetopisError):
    """A look is described wrongly; the message says how."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at personal data, before it is recorded.

    Attributes:
        what: the route's path below the school, or the command: a name that programs may depend on.
        purpose: why.
        kinds: which kinds of fields it shows; not empty.
        people: ids of those it shows who are named one by one.
        classes: class groups whose students are among those it shows.
        count: of how many people it shows something.
        as_of: the journal's position that it was answered at.
        basis: code of the ground, where the reader gave one, such as an inspection's number.
        form: what was taken out; None: nothing was, it is a look.
        operator: number of the operating system's user who ran the command; None over HTTP.
    """

    what: str
    purpose: Purpose
    kinds: tuple[Kind, ...]
    people: Collection[str] = ()
    classes: Collection[str] = ()
    count: int = 0
    as_of: int = 0
    basis: str | None = None
    form: Form | None = None
    operator: int | None = None

    @property
    def type(self) -> str:
        """The entry's type."""
        return READ if self.form is None else EXPORTED

    @property
    def scope(self) -> Scope:
        """Whether people are named, or classes, or nobody: then it is all of the school."""
        return "classes" if self.classes else "people" if self.people else "school"

    def data(self) -> bytes:
        """The entry's `data`, canonical.

        Raises:
            AccessError: a field breaks its rule.
        """
        if not _WHAT.fullmatch(self.what):
            raise AccessError(f"what: not a path or a command: {self.what!r}")
        if self.purpose not in PURPOSES or not self.kinds or not KINDS.issuperset(self.kinds):
            raise AccessError("purpose or kinds: not of the list")
        if self.basis is not None and not is_basis(self.basis):
            raise AccessError("basis: not a code")
        if len(self.people) > NAMED_MAX or len(self.classes) > NAMED_MAX or self.count < len(self.people):
            raise AccessError(f"people, classes: more than {NAMED_MAX}, or more than are counted")
        fields: dict[str, Any] = {
            "as_of": self.as_of,
            "classes": sorted(self.classes),
            "count": self.count,
            "kinds": sorted(self.kinds),
            "people": sorted(self.people),
            "purpose": self.purpose,
            "scope": self.scope,
            "what": self.what,
        }
        more = {"basis": self.basis, "form": self.form, "operator": self.operator}
        return _encode(fields | {name: value for name, value in more.items() if value is not None})


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was asked for and refused, before it is recorded.

    Attributes:
        what: the route's path below the school.
        reason: why it was refused.
        people, classes: ids of registered people and of class groups that the request named, or whose records it named.
    """

    what: str
    reason: Reason
    people: Collection[str] = ()
    classes: Collection[str] = ()

    @property
    def type(self) -> str:
        """The entry's type."""
        return REFUSED

    def data(self) -> bytes:
        """The entry's `data`, canonical.

        Raises:
            AccessError: a field breaks its rule.
        """
        if not _WHAT.fullmatch(self.what) or self.reason not in get_args(Reason):
            raise AccessError(f"what, reason: not a path, or not of the list: {self.what!r}")
        if len(self.people) > NAMED_MAX or len(self.classes) > NAMED_MAX:
            raise AccessError(f"people, classes: more than {NAMED_MAX}")
        lists = {"classes": sorted(set(self.classes)), "people": sorted(set(self.people))}
        return _encode({**lists, "reason": self.reason, "what": self.what})


def is_basis(text: str) -> bool:
    """Tell whether a text can be a basis: a code, so that nobody writes a sentence about a person there."""
    return _BASIS.fullmatch(text) is not None


def opening(log: str, name: str) -> bytes:
    """The first entry's `data`: the journal whose readers it knows, and the school's name."""
    return _encode({"log": log, "name": name})


_encode: Final = msgspec.json.Encoder(order="sorted").encode
