"""`obligations`: what must be printed under regulation 3.3, and on which evidence what need not."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from api.cli.console import Console, Exit
from api.cli.replaying import read_moment
from api.schools import open_school
from api.settings import SettingsError
from exports.tables import Table, format_table, typed
from projections.reading import AsOf
from projections.views.obligations import Obligations, obligations
from projections.views.print_rules import Obligation

STATES: Final = {
    "required": "печатать / print",
    "proved": "не требуется / not required",
    "printed": "напечатано / printed",
}
CONDITIONS: Final = {
    "corrections": "исправления за период / corrections of a period",
    "archive": "архив за год / archive of a year",
    "substitutions": "замещения за месяц / substitutions of a month",
}
STATES_OF_PAPER: Final = {
    "handed_over": "передано / handed over",
    "struck_off": "снято / struck off",
    "destroyed": "уничтожено / destroyed",
}
COLUMNS: Final = (
    *("condition (условие)", "scope (за что)", "title (название)", "ends_on (по)", "state (состояние)"),
    *("met_by (запись)", "printout (номер распечатки)", "lacking (чего не хватает)"),
    *("paper (дело)", "place (где лежит)"),
)


def run_obligations(console: Console, var: Path, at: str | None, position: int | None, *, as_csv: bool) -> int:
    """Print every obligation as text, JSON or CSV.

    Raises:
        SettingsError: two options exclude each other, or one is malformed.
    """
    if as_csv and console.as_json:
        raise SettingsError("--csv и --json: одно из двух / one of them")
    if at is not None and position is not None:
        raise SettingsError("--at и --position: одно из двух / one of them")
    moment: AsOf = position if at is None else read_moment(at)
    now = datetime.now(UTC) if moment is None else None
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        found = obligations(school.views, now=now, at=moment)
    if as_csv:
        rows = (_cells(row) for row in found.rows)
        sys.stdout.buffer.write(b"".join(format_table(Table("obligations", COLUMNS, rows))))
        sys.stdout.buffer.flush()
    else:
        content: dict[str, Any] = orjson.loads(orjson.dumps(found))
        console.result(content, format_text(found))
    return Exit.DONE


def format_text(found: Obligations) -> str:
    """As people read it in a terminal: a line an obligation, and under it what is lacking."""
    lines = [f"на {found.day}, позиция / position {found.position}, печатать / to print: {found.required}"]
    for row in found.rows:
        by = "" if row.met_by is None else f" [{row.met_by}]"
        number = "" if row.printout is None else f" № {row.printout}"
        lines.append(f"{row.ends_on}  {CONDITIONS[row.condition]}: {row.title}: {STATES[row.state]}{number}{by}")
        if row.paper is not None:
            lies = f"лежит / lies: № {row.paper.number}, {row.paper.place} [{row.paper.entry}]"
            lines.append(f"    {lies if row.paper.state == 'kept' else f'{STATES_OF_PAPER[row.paper.state]}: {lies}'}")
        if row.state == "required":
            lines += [f"    {part.ru} / {part.en}" for part in row.parts if not part.holds]
    return "\n".join(lines)


def _cells(row: Obligation) -> tuple[str, ...]:
    lacking = "; ".join(part.ru for part in row.parts if not part.holds)
    return (
        *(row.condition, row.scope, typed(row.title), row.ends_on, row.state),
        *("" if row.met_by is None else str(row.met_by), typed(row.printout or ""), lacking),
        *(("", "") if row.paper is None else (str(row.paper.number), typed(row.paper.place))),
    )
