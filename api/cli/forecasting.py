"""`forecast`: what would come out for a class's students if the period ended now (regulation 2.3.2)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from api.cli.console import Console, Exit
from api.cli.looking import look
from api.cli.replaying import class_of, moment_of
from api.cli.substituting import is_id
from api.moments import is_day
from api.schools import open_school
from api.settings import SettingsError
from exports.forecasts import entries_of, format_forecasts, needed_words, risk_words
from projections.views.forecasts import Forecast, Forecasts, forecasts


class Options(NamedTuple):
    """What the command line asks: of whom, of which day's period, and as of which moment or position."""

    class_: str | None
    student: str | None
    on: str | None
    at: str | None
    position: int | None


def run_forecast(console: Console, var: Path, options: Options, *, as_csv: bool) -> int:
    """Print forecasts as text, JSON or CSV.

    Raises:
        SettingsError: an option is malformed, or two of them exclude each other.
    """
    if as_csv and console.as_json:
        raise SettingsError("--csv и --json: одно из двух / one of them")
    if options.student is not None and not is_id(options.student):
        raise SettingsError("--student: нужен идентификатор / has to be an id, a UUID")
    if options.on is not None and not is_day(options.on):
        raise SettingsError("--on: нужен день календаря ГГГГ-ММ-ДД / a day of the calendar, YYYY-MM-DD")
    moment = moment_of(options.at, options.position)
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        group = None if options.class_ is None else class_of(school, options.class_, moment)
        found = forecasts(school.views, class_group=group, student=options.student, on=options.on, at=moment)
        look(school, "forecast", found, form="csv" if as_csv else None)
        names = school.names({row.student for row in found.rows})
    if as_csv:
        sys.stdout.buffer.write(format_forecasts(found, names))
        sys.stdout.buffer.flush()
        return Exit.DONE
    content: dict[str, Any] = orjson.loads(orjson.dumps(found))
    console.result({**content, "people": names}, format_text(found, names))
    return Exit.DONE


def format_text(found: Forecasts, names: Mapping[str, str]) -> str:
    """Forecasts as people read them in a terminal: a line for each student and course."""
    lines = [f"позиция / position {found.position}, день / day {found.day}, строк / rows {len(found.rows)}"]
    return "\n".join([*lines, *(_line(row, names) for row in found.rows)])


def _line(row: Forecast, names: Mapping[str, str]) -> str:
    mean = "—" if row.mean_hundredths is None else f"{row.mean_hundredths // 100}.{row.mean_hundredths % 100:02}"
    value = {None: "нет правил / no rules", "na": "н/а"}.get(row.value, row.value)
    more = [needed_words(one) for one in row.needed] + [f"РИСК {risk_words(one)}" for one in row.risks]
    if row.pending:
        more.append(f"работ без отметки / works without a mark {len(row.pending)}")
    who = names.get(row.student, row.student)
    entries = entries_of(row)
    cited = f"[{' '.join(map(str, entries[:5]))}{f' … {entries[-1]}' if len(entries) > 5 else ''}]"
    return f"{row.class_name} {row.subject}  {who}: {value} ({mean}, {row.marks})  {'; '.join(more)}  {cited}"
