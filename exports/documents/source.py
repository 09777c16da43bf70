"""What documents are made from: the views at one position, with the names that this receiver may read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from exports.documents.sheet import Column, Row, Sheet
from exports.names import Names, Open
from ledger.journal.vocabulary import PERIOD_WORDS
from ledger.wire.entry import parse_at
from projections.reading import Reader
from projections.views.lookups import ClassGroup, Course, Period, SchoolYear, classes, courses, periods, school, years

MONTHS: Final = (
    *("январь", "февраль", "март", "апрель", "май", "июнь"),
    *("июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
)
NOTHING: Final = "–"
"""What stands where something was annulled."""


class Source:
    """Reads at one position.

    Args:
        views: whom to ask.
        position: tree size as of which documents speak.
        open_: opens disclosures for this receiver; None: nobody has a name.

    Attributes:
        school: the school's name.
        moment: local date and time at the last entry before the position; empty at position 0.
        classes: by grade and letter.
    """

    def __init__(self, views: Reader, position: int, open_: Open | None) -> None:
        self.views = views
        self.position = position
        self._open: Open = open_ or (lambda _: {})
        schools = school(views, at=position).rows
        self.school = schools[0].name if schools else ""
        self._zone = ZoneInfo(schools[0].time_zone if schools else "UTC")
        self.moment = self._last_moment()
        self.years: dict[str, SchoolYear] = {row.year: row for row in years(views, at=position).rows}
        self.classes: tuple[ClassGroup, ...] = classes(views, at=position).rows
        self._periods = periods(views, at=position).rows
        self._names = Names(views, position, self._open, erased="стёрто", blocked="заблокировано")

    def _last_moment(self) -> str:
        sql = "SELECT c.at FROM {commands} c WHERE c.entry < :at ORDER BY c.entry DESC LIMIT 1"
        rows = self.views.select(sql, {"at": self.position})
        return self.local(str(rows[0][0])) if rows else ""

    def local(self, at: str) -> str:
        """The school's local time of an entry's moment, to the second: ``2027-05-28T14:03:07``."""
        return parse_at(at).astimezone(self._zone).replace(tzinfo=None, microsecond=0).isoformat()

    def name(self, person: str, entry: int | None = None) -> str:
        """A person's name at an entry (None: at the position); the id where nothing of it may be read."""
        return self._names.at(person, entry)

    def by_name(self, people: Iterable[str]) -> list[str]:
        """People in the order of the alphabet, Ё beside Е; those without a name in the order given, behind the rest."""
        return sorted(people, key=self._alphabetical)

    def _alphabetical(self, person: str) -> tuple[bool, str]:
        name = self.name(person)
        return (True, "") if name == person else (False, name.casefold().replace("ё", "е"))

    def opened(self, digests: Iterable[str | None]) -> dict[str, str]:
        """Digest -> text of what may be read of notes."""
        wanted = sorted({digest for digest in digests if digest})
        return {digest: value for digest, (_, value) in self._open(wanted).items()} if wanted else {}

    def courses_of(self, class_group: str) -> tuple[Course, ...]:
        """A class's courses in the order in which they were opened, with the teacher responsible last."""
        return courses(self.views, class_group=class_group, at=self.position).rows

    def periods_of(self, group: ClassGroup) -> list[Period]:
        """A class's reporting periods by their first day."""
        return [one for one in self._periods if one.year == group.year and group.grade in one.grades]

    def pages_of(self, group: ClassGroup) -> list[Period]:
        """The periods of the kind that cuts the class's year into most parts: each has its own pages."""
        own = self.periods_of(group)
        counts = {kind: sum(one.kind == kind for one in own) for kind in PERIOD_WORDS}
        finest = max(counts, key=lambda kind: counts[kind])
        return [one for one in own if one.kind == finest]

    def sheet(
        self,
        kind: str,
        title: str,
        scope: Iterable[tuple[str, str]],
        columns: Iterable[Column],
        rows: Iterable[Row],
        *,
        totals: Iterable[tuple[str, str]] = (),
        notes: Iterable[str] = (),
        follows: bool = False,
    ) -> Sheet:
        """A sheet of this school as of this position."""
        return Sheet(
            kind=kind,
            title=title,
            school=self.school,
            scope=tuple(scope),
            position=self.position,
            moment=self.moment,
            columns=tuple(columns),
            rows=tuple(rows),
            totals=tuple(totals),
            notes=tuple(notes),
            follows=follows,
        )


def period_name(period: Period) -> str:
    """Such as ``1 четверть``; a year has no number."""
    words = PERIOD_WORDS[period.kind]
    return words if period.kind == "year" else f"{period.number} {words}"


def month_name(month: str) -> str:
    """``сентябрь 2026`` of ``2026-09``."""
    return f"{MONTHS[int(month[5:7]) - 1]} {month[:4]}"


def shown_day(day: str | None) -> str:
    """``01.09.2026`` of ``2026-09-01``; empty where there is none."""
    return date.fromisoformat(day).strftime("%d.%m.%Y") if day else ""
