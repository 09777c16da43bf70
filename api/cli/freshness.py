"""`freshness`: how far what families see is behind the log, and where that was too long (2.3.1)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

from api.cli.console import Console, Exit
from api.cli.importing import founder
from api.cli.replaying import read_moment
from api.cli.substituting import read_days
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from ledger.journal.commands import MeasureFreshness
from ledger.journal.vocabulary import FRESHNESS_KIND_WORDS, FRESHNESS_LEVEL_WORDS
from projections.measuring import Freshness, measure
from projections.reading import AsOf
from projections.views.freshness import Alarm, freshness_alarms

_KINDS: Final = {"gap": "not measured", "behind": "not shown"}
_LEVELS: Final = {"day": "more than a day", "week": "more than a week"}


class Asked(NamedTuple):
    """Which days' alarms are asked for, and as of when."""

    from_date: str | None = None
    to_date: str | None = None
    at: str | None = None
    position: int | None = None


def run_freshness(console: Console, var: Path, asked: Asked, *, record: bool) -> int:
    """Measure the views as they stand, before anything brings them level; then print alarms.

    Returns:
        1 where an alarm of these days is not excused, else 0.

    Raises:
        SettingsError: an option is malformed, or two of them exclude each other.
        LetopisError: as `api.schools.open_school`.
    """
    if asked.at is not None and asked.position is not None:
        raise SettingsError("--at и --position: одно из двух / one of them")
    moment: AsOf = asked.position if asked.at is None else read_moment(asked.at)
    first, last = read_days(None, asked.from_date, asked.to_date)
    with open_school(var, background=False, recording=record) as school:
        now = datetime.now(UTC)
        found = measure(school.views, school.recorder, now)
        entry = _record(school, found) if record else None
        found_alarms = freshness_alarms(school.views, now=now, from_date=first, to_date=last, at=moment)
    content: dict[str, object] = {
        "measured": asdict(found),
        "recorded": entry,
        "position": found_alarms.position,
        "alarms": [asdict(alarm) for alarm in found_alarms.rows],
    }
    console.result(content, _text(found, entry, found_alarms.rows))
    return Exit.DONE if all(alarm.is_excused for alarm in found_alarms.rows) else Exit.FINDING


def _record(school: OpenSchool, found: Freshness) -> int:
    """Record a measurement; views are level behind it, so that its own alarms have it."""
    entry: int = school.execute(command_of(found), founder(school)).first_index
    school.checkpointer.sign()
    school.views.catch_up(school.recorder)
    return entry


def command_of(found: Freshness) -> MeasureFreshness:
    """Make the command that records a measurement."""
    return MeasureFreshness(
        freshness=str(uuid4()),
        size=found.size,
        position=found.position,
        minutes_behind=found.minutes_behind,
        last_entry_minutes=found.last_entry_minutes,
    )


def _text(found: Freshness, entry: int | None, alarms: tuple[Alarm, ...]) -> str:
    shown = f"показано / shown {found.position} из / of {found.size}"
    behind = f"отставание / behind {found.minutes_behind} мин / min"
    lines = [f"{shown}, {behind}, последняя запись / last entry {found.last_entry_minutes} мин / min"]
    if entry is not None:
        lines.append(f"Внесено / recorded: запись / entry {entry}")
    lines += [_line(alarm) for alarm in alarms]
    return "\n".join(lines)


def _line(alarm: Alarm) -> str:
    kind = f"{FRESHNESS_KIND_WORDS[alarm.kind]} / {_KINDS[alarm.kind]}"
    level = f"{FRESHNESS_LEVEL_WORDS[alarm.level]} / {_LEVELS[alarm.level]}"
    excused = " (сбой / incident)" if alarm.is_excused else ""
    return f"{alarm.began_at} – {alarm.ended_at or '…'}  {kind}: {level}{excused}  {list(alarm.basis)}"
