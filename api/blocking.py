"""What of people's values is blocked: asked from the log before any value is opened (152-ФЗ, Art. 21).

The vault is the one door to values, and this is its guard: views, pages, prints, extracts, archives and files of one
person have no rule of their own to forget. Not the views but the log is asked, since a block counts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledger.application import School
from ledger.journal.blocking import Block, Blocks
from ledger.vault.vault import Withheld
from projections.views.blocking import Blocked
from projections.views.people_registers import disclosed

if TYPE_CHECKING:
    from api.schools import OpenSchool

BLOCKED: Final = "заблокировано / blocked"
"""What is shown in the place of a name that is blocked."""

_CONTACT: Final = "contact"
_CONTACTS: Final = frozenset({"phone", "email"})


def blocked_values(app: School, at: int | None) -> Withheld:
    """Whose values, of which names, are blocked now or were when the log had the size `at`; None: all of the person."""
    school = app.look(lambda context: context.books.school)
    known, _ = app.aggregate(f"blocking/{school}")
    found: dict[str, frozenset[str] | None] = {}
    for block in known.known.values() if isinstance(known, Blocks) else ():
        if block.ended is None or (at is not None and block.stood_at(at)):
            before, names = found.get(block.event.person, frozenset()), _names(block)
            found[block.event.person] = None if before is None or names is None else before | names
    return found


def _names(block: Block) -> frozenset[str] | None:
    """Names of values; the contact of a consent, a telephone or e-mail, goes with either."""
    fields = frozenset(block.event.fields)
    if not fields:
        return None
    return fields | {_CONTACT} if fields & _CONTACTS else frozenset[str](fields)


def values_of(school: OpenSchool, block: Blocked) -> list[dict[str, Any]]:
    """The blocked values, for who decides about the block: name, value, and the entry that recorded it."""
    steps = disclosed(school.views, people=[block.person]).get(block.person, [])
    entries = {digest: step.entry for step in steps for digest in step.digests}
    kept = [row.digest for row in school.vault.kept_of(block.person)]
    opened = school.vault.values(kept, even_blocked=True)
    seen = school.vault.values(kept)
    return [
        {"name": one.name, "value": one.value, "entry": entries.get(digest)}
        for digest, one in opened.items()
        if digest not in seen
    ]
