"""`reads`: who looked at a person's data (regulation 2.4.4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import orjson

from api.cli.console import Console, Exit
from api.cli.looking import look
from api.cli.substituting import is_id, read_days
from api.schools import open_school
from api.settings import SettingsError
from ledger.journal.vocabulary import ROLE_WORDS
from projections.errors import NotYetProjected
from projections.looks import Days, LookAt, Try, looks_at, tries_at

_ROLES: Final = {**ROLE_WORDS, "operator": "пользователь машины"}
_REASONS: Final = {
    "acknowledgement": "не ознакомлен с обязательством / confidentiality not acknowledged",
    "factor": "без второго фактора / without the second factor",
    "reach": "не своё / not one's own",
    "right": "роли не положено / not this role's",
    "rule": "по правилу журнала / by a rule of the journal",
}
_HOW: Final = {"named": "именно / by id", "class": "в классе / in a class", "school": "вся школа / all of the school"}


def run_reads(
    console: Console, var: Path, student: str, days: tuple[str | None, str | None], position: int | None
) -> int:
    """Print who looked at a person's data, as text or JSON; this look is recorded too, behind those that it prints.

    Raises:
        SettingsError: an option is malformed.
        NotYetProjected: the access log is not that long.
    """
    if not is_id(student):
        raise SettingsError("--student: нужен идентификатор / has to be an id, a UUID")
    asked = Days(*read_days(None, *days))
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        log = school.access.log
        size = log.ledger.head().size
        if position is not None and position > size:
            raise NotYetProjected(position, size)
        place = size if position is None else position
        found = looks_at(log, school.views, student, asked, at=place)
        tried = tries_at(log, school.views, student, asked, at=place)
        people = {student, *(row.actor for row in found), *(row.actor for row in tried)}
        look(school, "reads", {}, people=people, as_of=school.views.position())
        names = school.names(people)
        rows: Any = orjson.loads(orjson.dumps(found))
        asked_of = f"записей журнала доступа / entries of the access log {place}"
        lines = [f"{names.get(student, student)}: просмотров / looks {len(found)}, {asked_of}"]
        lines += [_line(row, names) for row in found]
        if tried:
            lines.append(f"отказано / refused {len(tried)}")
            lines += [_refusal(row, names) for row in tried]
        refused: Any = orjson.loads(orjson.dumps(tried))
        content = {"person": student, "access_position": place, "rows": rows, "refused": refused, "people": names}
        console.result(content, "\n".join(lines))
    return Exit.DONE


def _refusal(row: Try, names: dict[str, str]) -> str:
    who, why = names.get(row.actor, row.actor), _REASONS.get(row.reason, row.reason)
    return f"{row.at}  {_ROLES.get(row.role, row.role)} {who}: {row.what} ({why})  [{row.entry}]"


def _line(row: LookAt, names: dict[str, str]) -> str:
    who = names.get(row.actor, row.actor if row.operator is None else f"№ {row.operator}")
    why = row.purpose + ("" if row.basis is None else f", основание / basis {row.basis}")
    taken = "" if row.form is None else f", вынесено / taken out: {row.form}"
    seen = ", ".join(row.kinds)
    role = _ROLES.get(row.role, row.role)
    return f"{row.at}  {role} {who}: {row.what} ({why}{taken})  {seen}; {_HOW[row.how]}  [{row.entry}]"
