"""`people`: who is registered, by a part of the name, with the ids that other commands ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from api.cli.console import Console, Exit
from api.cli.looking import look
from api.schools import open_school
from api.settings import SettingsError
from ledger.journal.vocabulary import PERSON_WORDS
from projections.reading import stands
from projections.views.lookups import classes, memberships

_PEOPLE: Final = f"SELECT p.person, p.kind FROM {{persons}} p WHERE {stands('p')} ORDER BY p.entry"


class Found(NamedTuple):
    """Who was found; `class_name`: the class that the student is in, as ``5А``, or empty."""

    name: str
    person: str
    kind: str
    class_name: str


def run_people(console: Console, var: Path, part: str, kind: str | None, class_: str | None) -> int:
    """Print id, name, kind and class of people whose names have this part, whatever its case, by their names.

    Raises:
        SettingsError: no such kind, or no such class.
        AccessLogUnavailable: the look cannot be recorded; nothing is printed.
    """
    if kind is not None and kind not in PERSON_WORDS:
        raise SettingsError(f"--kind: {kind}: одно из / one of: {', '.join(PERSON_WORDS)}")
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        named = {group.class_group: group.name for group in classes(school.views).rows}
        if class_ is not None and class_ not in named.values():
            raise SettingsError(f"--class: {class_}: такого класса нет / no such class")
        where = {row.student: named[row.class_group] for row in memberships(school.views).rows if row.ends_on is None}
        kinds: dict[str, str] = dict(school.views.select(_PEOPLE, {"at": school.views.position()}))
        names = school.names(kinds)
        people = (Found(names.get(one, one), one, of, where.get(one, "")) for one, of in kinds.items())
        found = sorted(
            one
            for one in people
            if kind in (None, one.kind) and class_ in (None, one.class_name) and part.casefold() in one.name.casefold()
        )
        look(school, "people", found)
    lines = [f"{one.person}  {one.name}  {PERSON_WORDS[one.kind]} {one.class_name}".rstrip() for one in found]
    console.result({"rows": [one._asdict() for one in found]}, "\n".join(lines) or "никого / nobody")
    return Exit.DONE
