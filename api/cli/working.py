"""`worklist`: what a class teacher, a teacher or the administration has to see to (regulation 1.6)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from api.cli.console import Console, Exit
from api.cli.deadlines import STATUS_WORDS, Question, print_found
from api.cli.looking import look
from api.cli.replaying import class_of, read_moment
from api.cli.substituting import is_id, read_days
from api.schools import open_school
from api.settings import SettingsError
from projections.reading import AsOf
from projections.views.deadlines import Asked
from projections.views.worklist import Worklist, WorkRow, worklist

__all__ = ["Question", "run_worklist"]

ABOUT_WORDS: Final = {
    "lesson": "запись урока / lesson",
    "attendance": "посещаемость / attendance",
    "homework": "домашнее задание / homework",
    "marks": "отметки / marks",
    "other": "иное / other",
}
CLOSED_WORDS: Final = {
    "filled": "внесено / filled",
    "answered": "отвечено / answered",
    "withdrawn": "снято / withdrawn",
}


def run_worklist(console: Console, var: Path, question: Question, *, only_open: bool) -> int:
    """Print remarks by persons and by rule as text or JSON.

    Raises:
        SettingsError: an option is malformed, or two of them exclude each other.
    """
    if question.at is not None and question.position is not None:
        raise SettingsError("--at и --position: одно из двух / one of them")
    moment: AsOf = question.position if question.at is None else read_moment(question.at)
    first, last = read_days(question.month, question.from_date, question.to_date)
    if question.teacher is not None and not is_id(question.teacher):
        raise SettingsError("--teacher: нужен идентификатор / has to be an id, a UUID")
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        group = None if question.class_ is None else class_of(school, question.class_, moment)
        asked = Asked(question.teacher, group, None, first, last)
        found = worklist(school.views, asked, now=datetime.now(UTC), only_open=only_open, at=moment)
        look(school, "worklist", found)
        names = school.names({who for row in found.rows for who in (row.to, row.actor, row.student) if who})
        print_found(console, found, names, format_worklist(found, names))
    return Exit.DONE


def format_worklist(found: Worklist, names: dict[str, str]) -> str:
    """The list as people read it in a terminal: a line a week, then a line a remark."""
    lines = [f"позиция / position {found.position}, на / as of {found.now}"]
    lines += [
        f"неделя / week {week.week}: по правилу / by rule {week.by_rule}, людьми / by persons {week.by_person}, "
        f"ждут / open {week.open}"
        for week in found.weeks
    ]
    return "\n".join([*lines, *(_line(row, names) for row in found.rows)])


def _line(row: WorkRow, names: dict[str, str]) -> str:
    whom = names.get(row.to, row.to) if row.to else "—"
    place = " ".join(str(part) for part in (row.held_on, row.number, row.class_name, row.subject) if part is not None)
    by = "по правилу / by rule" if row.actor is None else names.get(row.actor, row.actor)
    late = f" ({STATUS_WORDS['late']})" if row.status == "late" else ""
    state = "ждёт / open" if row.closed_how is None else f"{CLOSED_WORDS[row.closed_how]}: {row.closed_by}{late}"
    return f"{place}  {whom}: {ABOUT_WORDS[row.about]}: {state}  ({by}, {row.raised_at})  {list(row.basis)}"
