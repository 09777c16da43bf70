"""What all bodies have in common, and the spelling of what stands in them."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

ID_PATTERN: Final = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
DAY_PATTERN: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
# What goes to the vault is judged here, since no rule of the journal ever sees it: printable, and something to see.
PRINTABLE_PATTERN: Final = (
    "^(?=.*[^\\s\\u200b-\\u200f\\u2060\\ufeff])(?!.*\\n)[^\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069]*$"
)
Id = Annotated[str, msgspec.Meta(pattern=ID_PATTERN, description="a UUID")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=PRINTABLE_PATTERN)]
Note = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000, pattern=PRINTABLE_PATTERN)]
Contact = Annotated[str, msgspec.Meta(min_length=1, max_length=300, pattern=PRINTABLE_PATTERN)]
Day = Annotated[str, msgspec.Meta(pattern=DAY_PATTERN, description="YYYY-MM-DD")]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all bodies."""


class OnBehalf(Body, frozen=True, kw_only=True):
    """For which teacher it is entered, and on what ground.

    `basis` names a document and stands in the entry in clear, for ever: no names of people.
    """

    employee: Id
    basis: str


class TeachersBody(Body, frozen=True, kw_only=True):
    """Base of what a teacher writes, or, with `on_behalf_of`, somebody who leads the school for a teacher (2.4)."""

    on_behalf_of: OnBehalf | None = None
