"""What is shown of people and whose data that is, for routes and commands alike (2.4.4).

Apart from both, so that a command that looks at something does not wait for what serves HTTP to be imported.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from api.whose import Whose, ids_in
from ledger.access.events import Form, Kind
from projections.errors import ViewsError

if TYPE_CHECKING:
    from api.schools import OpenSchool

EXTRACT_KINDS: Final[tuple[Kind, ...]] = (
    *("absences", "certificates", "consents", "corrections", "entries", "guardians", "marks", "results"),
)
"""What an extract shows."""
SUBJECT_KINDS: Final[tuple[Kind, ...]] = (
    *("absences", "certificates", "consents", "contacts", "corrections", "disclosures", "guardians", "marks"),
    *("names", "notes", "reads", "results", "work"),
)
"""What the file of one person shows."""
_CITED: Final = re.compile(rb'"(?:consent|corrects|notice|refusal|replaces|request)":([0-9]{1,15})\b')
"""An index of an earlier entry, in an entry's canonical bytes; a text has its quotation marks escaped."""


@dataclass(slots=True)
class Shown:
    """What a route knows better than its declaration and its answer's bytes: of whom, as what, which kinds.

    `people` are ids among which people are; `classes` are class groups whose students are all in it, and none: all of
    the school.
    """

    people: Collection[str] | None = None
    classes: Collection[str] | None = None
    form: Form | None = None
    kinds: tuple[Kind, ...] = ()


def ids_of_entries(school: OpenSchool, entries: Iterable[bytes]) -> set[str]:
    """Ids in entries, and in those that they rest on: a correction says whose mark it corrects by an entry's number."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting = list(entries)
    while waiting:
        raw = b"\n".join(waiting)
        found |= ids_in(raw)
        cited = {int(number) for number in _CITED.findall(raw)} - seen
        seen |= cited
        waiting = [entry for index in sorted(cited) for entry in school.recorder.entries(index, index + 1)]
    return found


def whose_data(school: OpenSchool, content: bytes | None, shown: Shown, position: int | None = None) -> Whose | None:
    """Whose data an answer holds, by its bytes or by what is known of it; None: nobody's.

    All of the school's where there is neither, or where that cannot be found out now. `position`: that the answer
    states; None: it states none.
    """
    try:
        if shown.classes is not None or (shown.people is None and content is None):
            return school.directory.students_of(school.read_views(), shown.classes or ())
        ids = ids_in(content or b"") if shown.people is None else shown.people
        if position is not None and shown.people is None:
            return school.directory.find(school.views, ids, as_of=position)
        # Nobody is registered behind the log's own end, which costs nothing to know where no other program appends.
        return school.directory.find(school.read_views(), ids, as_of=school.recorder.own_size())
    except ViewsError:
        return Whose((), (), 0, school.recorder.head().size)
