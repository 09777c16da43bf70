"""`replay`: a class page as it stood at a moment or a position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from api.cli.console import Console, Exit
from api.cli.looking import look
from api.moments import FIRST_DAY, LAST_DAY, is_day, read_as_of
from api.problems import Problem
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from ledger.journal.vocabulary import ABSENCE_WORDS, MARK_WORDS
from projections.reading import AsOf, resolve
from projections.views.class_page import ClassPage, class_page
from projections.views.columns import Value
from projections.views.lookups import classes


class Replayed(NamedTuple):
    """What the command line chooses of a view: None: all of it."""

    class_name: str | None
    subject: str | None
    student: str | None
    lesson: str | None
    from_date: str | None
    to_date: str | None
    with_: Sequence[str] = ()
    as_csv: bool = False


def run_replay(console: Console, var: Path, chosen: Replayed, *, at: str | None, position: int | None) -> int:
    """Print a class page as of a moment or a position; without a class, list the classes.

    Raises:
        SettingsError: an option is malformed, or is not one of the class page.
    """
    if chosen.student is not None or chosen.lesson is not None or chosen.with_:
        raise SettingsError("--view class: берёт только / takes only: --class, --subject, --from, --to")
    moment = moment_of(at, position)
    check_days(chosen)
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        asked = resolve(school.views, moment)
        known = class_names(school, asked)
        class_name = chosen.class_name
        if class_name is None or class_name not in known:
            if class_name is None:
                names = ", ".join(sorted(known)) or "—"
                console.result({"position": asked, "classes": sorted(known)}, f"Классы / classes: {names}")
                return Exit.DONE
            raise SettingsError(no_class(class_name, known, asked))
        page = class_page(
            school.views,
            known[class_name],
            subject=chosen.subject,
            from_date=chosen.from_date or FIRST_DAY,
            to_date=chosen.to_date or LAST_DAY,
            at=asked,
        )
        look(school, "replay", page)
        content: dict[str, Any] = orjson.loads(orjson.dumps(page))
        console.result({**content, "class": class_name}, format_page(school, page, class_name))
    return Exit.DONE


def moment_of(at: str | None, position: int | None) -> AsOf:
    """What was known when, as ``--at`` or ``--position`` say it.

    Raises:
        SettingsError: both are given, or ``--at`` is no moment.
    """
    if at is not None and position is not None:
        raise SettingsError("--at и --position: одно из двух / one of them")
    return position if at is None else read_moment(at)


def check_days(chosen: Replayed) -> None:
    """Refuse days that the calendar does not have.

    Raises:
        SettingsError: names the option.
    """
    for option, day in (("--from", chosen.from_date), ("--to", chosen.to_date)):
        if day is not None and not is_day(day):
            raise SettingsError(f"{option}: нужен день календаря ГГГГ-ММ-ДД / a day of the calendar, YYYY-MM-DD")


def class_names(school: OpenSchool, asked: int) -> dict[str, str]:
    """Name -> class group, as known at a position."""
    return {row.name: row.class_group for row in classes(school.views, at=asked).rows}


def read_moment(text: str) -> AsOf:
    """Read ``--at``.

    Raises:
        SettingsError: it is no RFC 3339 moment.
    """
    try:
        moment = read_as_of(text)
    except Problem:
        raise SettingsError("--at: нужен момент / a moment such as 2026-11-01T12:00:00Z") from None
    if isinstance(moment, int):
        raise SettingsError(
            "--at: нужен момент / a moment such as 2026-11-01T12:00:00Z; позиция / a position: --position"
        )
    return moment


def position_of(school: OpenSchool, asked: int | None) -> int:
    """The position that is asked about, or the last; the views have consumed all that there is.

    Raises:
        SettingsError: there are not so many entries.
    """
    school.views.catch_up(school.recorder)
    known = school.views.position()
    if asked is not None and asked > known:
        raise SettingsError(f"--position: записей только {known} / there are only {known} entries")
    return known if asked is None else asked


def class_of(school: OpenSchool, name: str, moment: AsOf) -> str:
    """The class of this name, as of a moment; of several school years the latest.

    Raises:
        SettingsError: there is none.
    """
    asked = resolve(school.views, moment)
    known = class_names(school, asked)
    if name not in known:
        raise SettingsError(no_class(name, known, asked))
    return known[name]


def no_class(name: str, known: Mapping[str, str], asked: int) -> str:
    """Why there is no such class: the journal had not begun, a Latin letter, or none of those that there were."""
    if asked == 0:
        return "--at: журнал тогда ещё не начат / the journal had not begun then"
    from api.importing.values import LOOKALIKES  # here: who spells the class right does not wait for it

    russian = "".join(LOOKALIKES.get(letter, letter) for letter in name).upper()
    if russian != name and russian in known:
        return f"--class: буква должна быть русской / the letter has to be a Russian one: {russian}"
    names = ", ".join(sorted(known)) or "—"
    return f"--class: такого класса на позиции {asked} нет, есть / no such class as of {asked}; there are: {names}"


def format_page(school: OpenSchool, page: ClassPage, class_name: str, columns_max: int = 12) -> str:
    """A class page as text, the newest columns first cut to what a terminal holds."""
    columns = page.columns[-columns_max:]
    shown = {column.lesson.lesson for column in columns}
    names = school.names(line.student for line in page.lines)
    rows = []
    for line in page.lines:
        cells: dict[str, list[str]] = {}
        for value in line.values:
            if value.lesson in shown:
                cells.setdefault(value.lesson, []).append(word(value))
        rows.append(
            (names.get(line.student, line.student), [" ".join(cells.get(c.lesson.lesson, ())) for c in columns])
        )
    rows.sort()
    heads = [f"{column.lesson.held_on[8:]}.{column.lesson.held_on[5:7]}" for column in columns]
    widths = [max([len(head), *(len(row[1][i]) for row in rows)]) for i, head in enumerate(heads)]
    margin = max([0, *(len(row[0]) for row in rows)])
    lines = [f"{class_name}, позиция / position {page.position}, уроков / lessons {len(page.columns)}"]
    lines.append(" " * margin + "  " + " ".join(head.rjust(width) for head, width in zip(heads, widths, strict=True)))
    for name, of in rows:
        lines.append(name.ljust(margin) + "  " + " ".join(c.rjust(w) for c, w in zip(of, widths, strict=True)))
    if any("*" in cell for _, of in rows for cell in of):
        lines.append("* исправлено / corrected")
    return "\n".join(lines)


def word(value: Value) -> str:
    """What stands in a cell, as people read it; a star where it was corrected."""
    if value.what == "lateness":
        text = f"оп{value.value}"
    elif value.what == "early_leave":
        text = f"ух{value.value}"
    elif value.what == "make_up":
        text = f"отр{value.value[8:]}.{value.value[5:7]}"
    elif value.what == "absence":
        text = ABSENCE_WORDS[value.value]
    else:
        text = MARK_WORDS.get(value.value, value.value)
    return text + ("*" if value.corrected else "")
