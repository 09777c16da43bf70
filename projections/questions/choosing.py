"""Parameters that many questions share, and the school's clock for moments of recording."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ledger.journal.vocabulary import PERIOD_WORDS, ROLE_WORDS
from ledger.wire.entry import parse_at
from projections.questions.asking import Asked, Column, Parameter

CLASS: Final = Parameter("class", "class", "класс: 5А (последнего года) или id", "class: 5А (of the latest year) or id")
SUBJECT: Final = Parameter("subject", "subject", "предмет", "subject")
TEACHER: Final = Parameter("teacher", "employee", "учитель урока: id", "the lesson's teacher: id")
STUDENT: Final = Parameter("student", "student", "ученик: id", "student: id")
HELD_FROM: Final = Parameter("from", "day", "уроки с этого дня", "lessons held on this day or later")
HELD_TO: Final = Parameter("to", "day", "уроки по этот день", "lessons held on this day or earlier")
ENTERED_FROM: Final = Parameter("from", "day", "внесено с этого дня", "entered on this day or later")
ENTERED_TO: Final = Parameter("to", "day", "внесено по этот день", "entered on this day or earlier")

HELD_ON: Final = Column("held_on", "дата")
NUMBER: Final = Column("number", "номер урока")
LESSON: Final = Column("lesson", "урок")
CLASS_NAME: Final = Column("class", "класс", "typed")
SUBJECT_NAME: Final = Column("subject", "предмет", "typed")
TEACHER_ID: Final = Column("teacher", "учитель", "person")
STUDENT_ID: Final = Column("student", "ученик", "person")
AT: Final = Column("at", "внесено")
ACTOR: Final = Column("actor", "кто внёс", "person")
ROLE: Final = Column("role", "роль", words=ROLE_WORDS)
ON_BEHALF_OF: Final = Column("on_behalf_of", "за кого", "person")
BASIS: Final = Column("basis", "основание", "typed")
_FEW_DAYS: Final = 62


_ENDINGS: Final = {"quarter": "я", "trimester": "й", "half_year": "е"}


def period_name(kind: str, number: int | None) -> str:
    """A reporting period in words: ``1-я четверть``, ``2-е полугодие``, ``год``."""
    return PERIOD_WORDS[kind] if kind not in _ENDINGS else f"{number}-{_ENDINGS[kind]} {PERIOD_WORDS[kind]}"


class LocalClock:
    """Moments of recording by the school's clock. A zone's offset changes on whole hours of UTC only."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._hours: dict[str, tuple[date, int]] = {}

    def read(self, at: str) -> tuple[date, int]:
        """The day, and the minute of the day, of an entry's `at`."""
        hour = at[:13]
        found = self._hours.get(hour)
        if found is None:
            begins = parse_at(f"{hour}:00:00.000000Z").astimezone(self._zone)
            found = self._hours[hour] = (begins.date(), begins.hour * 60 + begins.minute)
        minute = found[1] + int(at[14:16])
        return (found[0], minute) if minute < 1_440 else (found[0] + timedelta(days=1), minute - 1_440)

    def day(self, at: str) -> str:
        """The day of an entry's `at`."""
        return self.read(at)[0].isoformat()


def known_day(asked: Asked) -> str:
    """The school's day on which the last known entry was recorded; empty where there is none."""
    rows = asked.select("SELECT m.at FROM {commands} m WHERE m.entry < :at ORDER BY m.entry DESC LIMIT 1")
    return LocalClock(asked.zone).day(rows[0][0]) if rows else ""


def is_of_few_lessons(asked: Asked) -> bool:
    """Whether few lessons are asked about, so that going from them to what they have is the shorter way.

    Of many days it is shorter to read all of it once than to look each lesson's up.
    """
    if any(asked.values.get(name) is not None for name in ("class", "subject", "teacher")):
        return True
    if asked.values.get("from") is None:
        return False
    last = min(asked.last, known_day(asked) or asked.last)
    return (date.fromisoformat(last) - date.fromisoformat(asked.first)).days <= _FEW_DAYS


def days_of_lessons(asked: Asked) -> str:
    """The condition that a lesson ``l`` is of the days asked about, in ``:first`` and ``:last``."""
    # The empty text has SQLite read all of them where most are asked about, and not look each up by its day.
    day = "l.held_on" if is_of_few_lessons(asked) else "l.held_on || ''"
    return f"{day} BETWEEN :first AND :last"


def days_before(day: str, count: int) -> str:
    """The day so many days earlier."""
    return (date.fromisoformat(day) - timedelta(days=count)).isoformat()


def day_begins(day: str, zone: ZoneInfo) -> datetime:
    """The first moment of a day by the school's clock."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), zone)
