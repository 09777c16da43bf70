"""`substitutions`: missed and substituted lessons, for an employee or all, in a month or between two days."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from api.cli.console import Console, Exit
from api.cli.looking import look
from api.cli.proving import run_prove
from api.cli.replaying import read_moment
from api.moments import is_day, month_days
from api.schools import open_school
from api.settings import SettingsError
from exports.substitutions import format_register, why_missed
from ledger.clock import utc_now
from projections.reading import AsOf
from projections.views.substitution_register import Missed, Substituted, SubstitutionRegister, substitution_register

_MONTH: Final = re.compile(r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])", re.ASCII)
_NO_TIMETABLE: Final = (
    "пропущенные уроки неизвестны: в журнале нет расписания",
    "missed lessons cannot be told: the journal has no timetable",
)
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class Asked(NamedTuple):
    """What the command line asks: whose, when, and as of which moment or position; None: all, always, now."""

    employee: str | None
    month: str | None
    from_date: str | None
    to_date: str | None
    at: str | None
    position: int | None


def run_substitutions(console: Console, var: Path, asked: Asked, *, as_csv: bool) -> int:
    """Print the register as text, JSON or CSV.

    Raises:
        SettingsError: an option is malformed, or two of them exclude each other.
    """
    if as_csv and console.as_json:
        raise SettingsError("--csv и --json: одно из двух / one of them")
    moment = _moment(asked)
    first, last = read_days(asked.month, asked.from_date, asked.to_date)
    if asked.employee is not None and not is_id(asked.employee):
        raise SettingsError("--employee: нужен идентификатор сотрудника / an employee's id, a UUID")
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        register = substitution_register(
            school.views, employee=asked.employee, from_date=first, to_date=last, at=moment, now=utc_now()
        )
        look(school, "substitutions", register, form="csv" if as_csv else None)
        people = {who for row in register.rows for who in (row.absent_teacher, row.substitute)}
        names = school.names(people | {row.teacher for row in register.missed or () if row.teacher})
    if as_csv:
        sys.stdout.buffer.write(format_register(register, names))
        sys.stdout.buffer.flush()
        return Exit.DONE
    content: dict[str, Any] = orjson.loads(orjson.dumps(register))
    console.result({**content, "people": names}, format_text(register, names))
    return Exit.DONE


def prove_substitutions(console: Console, var: Path, asked: Asked, *, as_csv: bool) -> int:
    """Time the register for every employee in every month of what is asked, and record it.

    Raises:
        SettingsError: no month or days, or an option that does not go with it.
    """
    if as_csv or asked.employee is not None or asked.at is not None or asked.position is not None:
        raise SettingsError("--prove: с --month или с --from и --to / goes with --month, or with --from and --to")
    first, last = read_days(asked.month, asked.from_date, asked.to_date)
    if first is None or last is None:
        raise SettingsError("--prove: нужен месяц или обе даты / a month, or both days")
    return run_prove(console, var, first, last)


def format_text(register: SubstitutionRegister, names: dict[str, str]) -> str:
    """The register as people read it in a terminal: a line a lesson, then the sums. An hour is a lesson."""
    lines = [f"позиция / position {register.position}, замещённых уроков / replaced lessons {register.lessons}"]
    lines += [_line(row, names) for row in register.rows]
    if register.missed is None:
        lines.append(f"{_NO_TIMETABLE[0]} / {_NO_TIMETABLE[1]}")
    lines += [_missed_line(row, names) for row in register.missed or ()]
    for total in register.totals:
        lines.append(
            f"{names.get(total.employee, total.employee)}: "
            f"дал за других / gave for others {_hours(total.given_lessons, total.given_coefficient)}; "
            f"замещён другими / replaced by others {_hours(total.missed_lessons, total.missed_coefficient)}"
            + (
                ""
                if total.unreplaced_lessons is None
                else f"; не дано и не замещено / neither held nor replaced {total.unreplaced_lessons} ч / h"
            )
        )
    return "\n".join(lines)


def _hours(lessons: int, coefficient: int) -> str:
    """Hours, and what they count for in pay where there are any."""
    return f"{lessons} ч / h" + (f" (коэффициент / coefficient {_hundredths(coefficient)})" if lessons else "")


def _line(row: Substituted, names: dict[str, str]) -> str:
    who = f"{names.get(row.substitute, row.substitute)} ← {names.get(row.absent_teacher, row.absent_teacher)}"
    what = f"{row.held_on} {row.number} {row.class_name} {row.subject}"
    return f"{what}  {who}  {row.basis}  ×{_hundredths(row.coefficient)}  [{row.entry}]"


def _missed_line(row: Missed, names: dict[str, str]) -> str:
    who = names.get(row.teacher, row.teacher) if row.teacher else "—"
    what = f"{row.held_on} {row.number} {row.class_name} {row.subject}"
    if row.cancelled_for is None:
        return f"{what}  {who}: {why_missed(row)} / no record  [{row.timetable_entry}]"
    return f"{what}  {who}: {why_missed(row)} / {row.cancelled_for}, {row.basis}  [{row.cancelled_by}]"


def _hundredths(value: int) -> str:
    return f"{value // 100},{value % 100:02}"


def _moment(asked: Asked) -> AsOf:
    if asked.at is not None and asked.position is not None:
        raise SettingsError("--at и --position: одно из двух / one of them")
    return asked.position if asked.at is None else read_moment(asked.at)


def is_id(text: str) -> bool:
    """Tell whether a text is an id as entries have them."""
    return _ID.fullmatch(text) is not None


def read_days(month: str | None, from_date: str | None, to_date: str | None) -> tuple[str | None, str | None]:
    """First and last day of a month or of a range, as options of a command; None where open.

    Raises:
        SettingsError: an option is malformed, or a month and a range are given.
    """
    if month is not None:
        if from_date is not None or to_date is not None:
            raise SettingsError("--month: или месяц, или даты / a month, or days")
        if _MONTH.fullmatch(month) is None:
            raise SettingsError("--month: нужен месяц ГГГГ-ММ / a month, YYYY-MM")
        return month_days(month)
    for option, day in (("--from", from_date), ("--to", to_date)):
        if day is not None and not is_day(day):
            raise SettingsError(f"{option}: нужен день календаря ГГГГ-ММ-ДД / a day of the calendar, YYYY-MM-DD")
    return from_date, to_date
