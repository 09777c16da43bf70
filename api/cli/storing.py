"""`paper`: the register of paper archives, by the numbers that stand on the papers (3.1)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import uuid4

import orjson

from api.auth import Right
from api.cli.console import Console, Exit
from api.cli.hands import acting, record_with
from api.cli.looking import look
from api.cli.replaying import class_of, no_class, position_of
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from exports.paper_tables import register_table
from exports.tables import format_table
from ledger.journal import commands as jc
from ledger.journal.command import JournalCommand
from ledger.journal.vocabulary import PAPER_WORDS
from projections.reading import stands
from projections.views.lookups import classes, years
from projections.views.papers import Paper, papers
from projections.views.prints import find_print

STATES: Final = {
    "kept": "в школе / kept",
    "handed_over": "передано / handed over",
    "struck_off": "снято / struck off",
    "destroyed": "уничтожено / destroyed",
}


class Stored(NamedTuple):
    """What the command line says of paper that is put away; forms and the printout by their entries."""

    kind: str
    title: str
    pages: int
    place: str
    basis: str
    class_name: str | None = None
    year_title: str | None = None
    forms: Sequence[int] = ()
    printout: int | None = None
    counted_from: str | None = None


def run_list(
    console: Console, var: Path, on: str | None, class_name: str | None, position: int | None, *, as_csv: bool
) -> int:
    """Print the register: what lies where, until when, what is due on a day or held.

    Raises:
        SettingsError: there is no such class or position, or two options exclude each other.
    """
    if as_csv and console.as_json:
        raise SettingsError("--csv и --json: одно из двух / one of them")
    with open_school(var, background=False, recording=False) as school:
        day = on or school.app.today().isoformat()
        as_of = position_of(school, position)
        group = None if class_name is None else class_of(school, class_name, as_of)
        found = papers(school.views, on=day, class_group=group, at=as_of)
        look(school, "paper list", found)
        names = {one.class_group: one.name for one in classes(school.views, at=as_of).rows}
    if as_csv:
        sys.stdout.buffer.write(b"".join(format_table(register_table(found.rows, names))))
        sys.stdout.buffer.flush()
        return Exit.DONE
    lines = [f"На / on {day}, позиция / position {found.position}: {len(found.rows)}"]
    lines += [_line(row, names) for row in found.rows]
    content = {"on": day, "position": found.position, "rows": [orjson.loads(orjson.dumps(row)) for row in found.rows]}
    console.result(content, "\n".join(lines))
    return Exit.DONE


def run_store(console: Console, var: Path, asked: Stored) -> int:
    """Put paper away.

    Raises:
        SettingsError: there is no such class, year, form or printout.
        LetopisError: a rule refuses it.
    """
    with open_school(var, background=False) as school:
        school.views.catch_up(school.recorder)
        position = school.views.position()
        year = None if asked.year_title is None else _year(school, asked.year_title, position)
        group = None if asked.class_name is None else _class(school, asked.class_name, position, year)
        if group is not None:
            year = next(one.year for one in classes(school.views, at=position).rows if one.class_group == group)
        command = jc.StorePaper(
            paper=str(uuid4()),
            kind=asked.kind,  # type: ignore[arg-type]  # the rules judge it
            title=asked.title,
            pages=asked.pages,
            place=asked.place,
            basis=asked.basis,
            year=year,
            class_group=group,
            sheets=tuple(_form(school, entry) for entry in asked.forms),
            printout=None if asked.printout is None else _printout(school, asked.printout, position),
            counted_from=asked.counted_from,
        )
        entry = record_with(school, command, acting(school, Right.REGISTER_PAPER)).first_index
        day = school.app.today().isoformat()
        (row,) = [row for row in papers(school.read_views(), on=day).rows if row.paper == command.paper]
    content = {"entry": entry, "number": row.number, "paper": row.paper, "keep_until": row.keep_until}
    console.result(
        content, f"Дело № {row.number}, хранить до {row.keep_until} / stored, keep until; запись / entry {entry}"
    )
    return Exit.DONE


def run_move(console: Console, var: Path, number: int, place: str, basis: str) -> int:
    """Record that a paper lies elsewhere."""
    return _record(
        console, var, [number], lambda ids: jc.MovePaper(paper=ids[0], place=place, basis=basis), "Перемещено / moved"
    )


def run_hand_over(console: Console, var: Path, numbers: list[int], to: str, act: str, on: str) -> int:
    """Record that an archive took papers over."""
    return _record(
        console,
        var,
        numbers,
        lambda ids: jc.HandOverPaper(papers=tuple(ids), to=to, act=act, handed_on=on),
        "Передано / handed over",
    )


def run_strike_off(console: Console, var: Path, number: int, reason: str, basis: str, requested_by: str) -> int:
    """Take a paper out of the register."""

    def command(ids: list[str]) -> JournalCommand:
        given: Any = {"paper": ids[0], "reason": reason, "basis": basis, "requested_by": requested_by}
        return jc.StrikeOffPaper(**given)

    return _record(console, var, [number], command, "Снято / struck off")


def run_propose(console: Console, var: Path, numbers: list[int], basis: str) -> int:
    """Propose that papers be destroyed."""
    destruction = str(uuid4())
    return _record(
        console,
        var,
        numbers,
        lambda ids: jc.ProposePaperDestruction(destruction=destruction, papers=tuple(ids), basis=basis),
        f"Предложено / proposed: {destruction}",
        {"destruction": destruction},
    )


def run_answer(console: Console, var: Path, destruction: str, basis: str, *, approve: bool) -> int:
    """Approve a destruction, or refuse it: the token in the environment says who."""
    of = jc.ApprovePaperDestruction if approve else jc.RefusePaperDestruction
    command = of(destruction=destruction, basis=basis)
    text = "Одобрено / approved" if approve else "Отклонено / refused"
    return _record(console, var, [], lambda _: command, text, right=Right.DIRECT)


def run_destroyed(console: Console, var: Path, destruction: str, act: str, on: str) -> int:
    """Record the act by which papers were destroyed."""
    command = jc.RecordPaperDestruction(destruction=destruction, act=act, destroyed_on=on)
    return _record(console, var, [], lambda _: command, "Уничтожено / destroyed")


def _record(
    console: Console,
    var: Path,
    numbers: list[int],
    command: Any,
    text: str,
    content: dict[str, object] | None = None,
    *,
    right: Right = Right.REGISTER_PAPER,
) -> int:
    """Record a command made from the ids of the papers of these numbers.

    Raises:
        SettingsError: the register has no such number.
        LetopisError: a rule refuses it.
    """
    with open_school(var, background=False) as school:
        actor = acting(school, right)
        found = {row.number: row.paper for row in papers(school.read_views(), on="").rows} if numbers else {}
        if missing := [number for number in numbers if number not in found]:
            listed = ", ".join(map(str, missing))
            raise SettingsError(f"в реестре нет дел / not in the register: {listed}; letopis paper list")
        entry = record_with(school, command([found[number] for number in numbers]), actor).first_index
    console.result({**(content or {}), "entry": entry}, f"{text}, запись / entry {entry}")
    return Exit.DONE


def _class(school: OpenSchool, name: str, position: int, year: str | None) -> str:
    """The class of this name, of a year or of the last that has one."""
    if year is None:
        return class_of(school, name, position)
    known = {one.name: one.class_group for one in classes(school.views, at=position).rows if one.year == year}
    if name not in known:
        raise SettingsError(no_class(name, known, position))
    return known[name]


def _year(school: OpenSchool, title: str, position: int) -> str:
    known = {one.title: one.year for one in years(school.views, at=position).rows}
    if title not in known:
        raise SettingsError(f"--year: {title}: есть / there are: {', '.join(sorted(known)) or '—'}")
    return known[title]


def _form(school: OpenSchool, entry: int) -> str:
    issued = find_print(school.views, entry=entry)
    if issued is None:
        raise SettingsError(f"запись {entry} не о выдаче формы, см. letopis prints / this entry issued no form")
    return issued.sheet


def _printout(school: OpenSchool, entry: int, position: int) -> str:
    sql = f"SELECT t.printout FROM {{printouts}} t WHERE {stands('t')} AND t.entry = :entry"
    rows = school.views.select(sql, {"at": position, "entry": entry})
    if not rows:
        raise SettingsError(f"запись {entry} не о распечатке, см. letopis obligations / this entry is of no printout")
    return str(rows[0][0])


def _line(row: Paper, names: dict[str, str]) -> str:
    of = names.get(row.class_group or "", "")
    head = f"№ {row.number} {PAPER_WORDS[row.kind]} {of}".rstrip()
    lines = [f"{head}: {row.title}, л. / pages {row.pages}, {STATES[row.state]} [{row.entry}]"]
    if row.state == "kept":
        due = "" if not row.is_due else f", срок истёк / due since {row.due_on}"
        held = f", запрет / held: {', '.join(row.held_by)}" if row.held_by else ""
        waits = f", ждёт уничтожения / waits: {row.destruction}" if row.destruction else ""
        lines.append(f"    {row.place} [{row.place_entry}], хранить до / keep until {row.keep_until}{due}{held}{waits}")
    else:
        how = ", ".join(part for part in (row.left_on, row.act and f"акт / act {row.act}", row.to) if part)
        lines.append(f"    {how} [{row.left_entry}]")
    return "\n".join(lines)
