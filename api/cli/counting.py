"""`workload`: hours of teachers by month or week, or of a class by course, beside the timetable."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from api.cli.console import Console, Exit
from api.cli.looking import look
from api.cli.replaying import class_of, moment_of
from api.cli.substituting import is_id, read_days
from api.schools import open_school
from api.settings import SettingsError
from exports.workload import format_hours
from projections.views.workload import CourseHours, Workload, class_hours, teacher_hours


class Options(NamedTuple):
    """What the command line asks: of whom, when, counted how, and as of which moment or position."""

    teacher: str | None
    class_: str | None
    month: str | None
    from_date: str | None
    to_date: str | None
    by: str
    at: str | None
    position: int | None


def run_workload(console: Console, var: Path, options: Options, *, as_csv: bool) -> int:
    """Print hours as text, JSON or CSV.

    Raises:
        SettingsError: an option is malformed, or two of them exclude each other.
    """
    if as_csv and console.as_json:
        raise SettingsError("--csv и --json: одно из двух / one of them")
    if options.teacher is not None and (options.class_ is not None or not is_id(options.teacher)):
        raise SettingsError("--teacher: идентификатор, и без --class / an id, and not with --class")
    if options.by not in ("month", "week"):
        raise SettingsError("--by: month или / or week")
    first, last = read_days(options.month, options.from_date, options.to_date)
    moment = moment_of(options.at, options.position)
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        if options.class_ is None:
            by: Any = options.by
            found = teacher_hours(
                school.views, teacher=options.teacher, from_date=first, to_date=last, by=by, at=moment
            )
        else:
            group = class_of(school, options.class_, moment)
            found = class_hours(school.views, group, from_date=first, to_date=last, at=moment)
        look(school, "workload", found, form="csv" if as_csv else None)
        names = school.names({row.teacher for row in found.rows if row.teacher})
    if as_csv:
        sys.stdout.buffer.write(format_hours(found, names))
        sys.stdout.buffer.flush()
        return Exit.DONE
    content: dict[str, Any] = orjson.loads(orjson.dumps(found))
    console.result({**content, "people": names}, format_text(found, names))
    return Exit.DONE


def format_text(found: Workload, names: Mapping[str, str]) -> str:
    """Hours as people read them in a terminal: a line for each teacher and span, or course."""
    lines = [f"позиция / position {found.position}, по расписанию до / planned until {found.until}"]
    for row in found.rows:
        who = names.get(row.teacher or "", row.teacher or "—")
        if isinstance(row, CourseHours):
            what = f"{row.subject} {row.subgroup or ''}".rstrip()
            lines.append(
                f"{what}  {who}: проведено / held {row.held} из / of {row.planned}, КТП / plan {row.plan_hours}"
            )
        else:
            lines.append(
                f"{who} {row.span}: дано / given {row.given} (замещая / for others {row.for_others}, "
                f"в подгруппах / in subgroups {row.in_subgroups}), по расписанию / planned {row.planned}, "
                f"отменено / cancelled {row.cancelled}, перенесено / moved {row.moved}"
            )
    return "\n".join(lines)
