"""`sheet`, `lacks`, `journals`: a class's summary sheet, what lacks before its journal is closed, what is due."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import orjson

from api.cli.console import Console, Exit
from api.cli.looking import look
from api.cli.replaying import read_moment
from api.letters import notice_of
from api.routes.journals import shown_lacks
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from ledger.durable import create_file
from ledger.journal.summary_sheet import COLUMNS
from ledger.journal.vocabulary import LACKING_WORDS, PERIOD_WORDS
from projections.errors import NotYetProjected
from projections.reading import AsOf, resolve
from projections.views.lacking import journal_lacks
from projections.views.lookups import classes, courses, periods
from projections.views.summary_sheets import (
    ClassSheet,
    SheetChange,
    SheetVersions,
    sheet_bytes,
    sheet_duties,
    sheet_versions,
    summary_sheet,
)

STATES: Final = {
    "open": "журнал открыт / journal open",
    "to_transfer": "передать в архив / hand over",
    "changed": "изменена, журнал открыт / changed, journal open",
    "transferred": "передана / handed over",
}


def run_sheet(
    console: Console, var: Path, class_: str, at: str | None, position: int | None, *, as_csv: bool, versions: bool
) -> int:
    """Print a class's summary sheet, or its versions, as text, JSON or its own bytes.

    Raises:
        SettingsError: no such class, or two options exclude each other.
    """
    if as_csv and (console.as_json or versions):
        raise SettingsError("--csv, --json и --versions: --csv само по себе / --csv goes alone")
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        place = resolve(school.views, _moment(at, position))
        group = _class(school, class_, place)
        if as_csv:
            look(school, "sheet", {}, classes=(group,), form="csv", as_of=place)
            sys.stdout.buffer.write(sheet_bytes(school.views, group, place))
            sys.stdout.buffer.flush()
        elif versions:
            history = sheet_versions(school.views, group, at=place)
            if history is None:
                raise NotYetProjected(place, place)
            look(school, "sheet", history)
            names = school.names(_students(history))
            console.result({**_plain(history), "people": names}, format_versions(history, names))
        else:
            sheet = summary_sheet(school.views, group, at=place)
            if sheet is None:
                raise NotYetProjected(place, place)
            look(school, "sheet", sheet)
            names = school.names(row.student for row in sheet.rows)
            console.result({**_plain(sheet), "people": names}, format_sheet(sheet, names))
    return Exit.DONE


def run_sheet_notice(console: Console, var: Path, class_: str, out: Path, *, goes_alone: bool = True) -> int:
    """Write the notice to the archive that a sheet changed behind its transfer, once the look is recorded.

    Raises:
        SettingsError: not alone on the command line, no such class, no sheet of it that changed, or the file is there.
        AccessLogUnavailable: the look cannot be recorded; nothing is written.
    """
    if not goes_alone:
        raise SettingsError("--notice: само по себе, на сейчас / goes alone, as of now")
    if out.exists():
        raise SettingsError(f"--notice: {out}: уже есть / is there already")
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        group = _class(school, class_, school.views.position())
        found = notice_of(school, group)
        if found is None:
            raise SettingsError(
                f"--class: {class_}: ведомость не передана или прежняя / no sheet was handed over, or it is the same"
            )
        text, students = found
        look(school, "sheet", {}, purpose="export", classes=(group,), people=students)
    create_file(out, text.encode())
    console.result({"notice": str(out), "class_group": group}, str(out))
    return Exit.DONE


def run_lacks(console: Console, var: Path, class_: str, at: str | None, position: int | None) -> int:
    """Print what lacks before a class's journal can be closed.

    Raises:
        SettingsError: no such class, or two options exclude each other.
    """
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        place = resolve(school.views, _moment(at, position))
        group = _class(school, class_, place)
        found = journal_lacks(school.views, group, at=place)
        lacks = found.rows if found is not None else ()
        look(school, "lacks", lacks, as_of=place)
        names = school.names({lack.student for lack in lacks if lack.student})
        subjects = {row.course: row.subject for row in courses(school.views, class_group=group, at=place).rows}
        parts = {row.period: f"{row.number} {PERIOD_WORDS[row.kind]}" for row in periods(school.views, at=place).rows}
    shown = shown_lacks(place, lacks)
    console.result({**shown, "people": names}, format_lacks(shown, {**names, **subjects, **parts}))
    return Exit.DONE


def run_journals(console: Console, var: Path, at: str | None, position: int | None) -> int:
    """Print of each class whether its journal is closed and its sheet handed over.

    Raises:
        SettingsError: two options exclude each other.
    """
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        found = sheet_duties(school.views, at=_moment(at, position))
    lines = [f"позиция / position {found.position}"]
    for row in found.rows:
        receipt = "" if row.number is None else f" № {row.number} {row.received_on} [{row.transferred_by}]"
        lines.append(f"{row.class_name}: {STATES[row.state]}{receipt}  {row.sha256[:16]}…")
    console.result(_plain(found), "\n".join(lines))
    return Exit.DONE


def format_sheet(sheet: ClassSheet, names: dict[str, str]) -> str:
    """As people read it in a terminal: a line for a student and a subject."""
    state = "журнал открыт / open" if sheet.closed_by is None else f"журнал закрыт / closed [{sheet.closed_by}]"
    lines = [f"{sheet.class_name}, {state}, позиция / position {sheet.position}", f"SHA-256 {sheet.sha256}"]
    for row in sheet.rows:
        cells = "; ".join(f"{COLUMNS[name]} {text}" for name, text in row.cells.items())
        lines.append(f"{names.get(row.student, row.student)}  {row.subject}: {cells or '—'}")
    return "\n".join(lines)


def format_versions(history: SheetVersions, names: dict[str, str]) -> str:
    """A line a version, and under it what changed."""
    lines = [f"{history.class_name}, позиция / position {history.position}"]
    for row in history.rows:
        closed = "".join(f" закрыт / closed [{entry}]" for entry in row.closed_by)
        handed = "".join(f" передана / handed over [{entry}]" for entry in row.transferred_by)
        lines.append(f"{row.position}  {row.sha256[:16]}…{closed}{handed}")
        lines += [_changed(change, names) for change in row.changes]
    if history.since_transfer:
        lines.append("после последней передачи / since the last transfer:")
        lines += [_changed(change, names) for change in history.since_transfer]
    return "\n".join(lines)


def format_lacks(shown: dict[str, Any], names: dict[str, str]) -> str:
    """Counts as a closing excuses them, and under each kind its first places, with subjects, days and people."""
    lines = [f"позиция / position {shown['size']}"]
    if not shown["counts"]:
        lines.append("недостающего нет / nothing lacks")
    for what, places in shown["first"].items():
        lines.append(f"{LACKING_WORDS[what]} / {what}:")
        for one in shown["counts"]:
            if one["what"] == what and one["course"]:
                lines.append(f"    {names.get(one['course'], one['course'])}: {one['count']}")
            elif one["what"] == what:
                lines.append(f"    всего / in all: {one['count']}")
        lines.append("    первые / the first:")
        lines += [f"        {_place(place, names)}" for place in places]
    return "\n".join(lines)


def _place(place: dict[str, Any], names: dict[str, str]) -> str:
    """Where something lacks: subject, period, day and number of the lesson, student; else an id."""
    parts = [names.get(place[name], place[name]) for name in ("course", "period") if name in place]
    if "held_on" in place:
        parts.append(place["held_on"] + (f" № {place['number']}" if "number" in place else ""))
    parts += [names.get(place["student"], place["student"])] if "student" in place else []
    parts += [f"[{place['request']}]"] if "request" in place else []
    return ", ".join(parts or [str(place.get("remark", ""))])


def _changed(change: SheetChange, names: dict[str, str]) -> str:
    who = names.get(change.student, change.student)
    return f"    {who}  {change.subject}, {COLUMNS[change.column]}: {change.old or '—'} → {change.new or '—'}"


def _students(history: SheetVersions) -> set[str]:
    changes = [change for row in history.rows for change in row.changes]
    return {change.student for change in (*changes, *(history.since_transfer or ()))}


def _moment(at: str | None, position: int | None) -> AsOf:
    if at is not None and position is not None:
        raise SettingsError("--at и --position: одно из двух / one of them")
    return position if at is None else read_moment(at)


def _class(school: OpenSchool, text: str, position: int) -> str:
    """The id of a class that is named `5А`, of the latest year that has one, or by its id."""
    rows = classes(school.views, at=position).rows
    found = [row.class_group for row in rows if text in (row.class_group, row.name)]
    if not found:
        raise SettingsError("--class: такого класса нет / there is no such class")
    return found[-1]


def _plain(found: Any) -> dict[str, Any]:
    plain: dict[str, Any] = orjson.loads(orjson.dumps(found))
    return plain
