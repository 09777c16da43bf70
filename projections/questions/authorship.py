"""Question 5: who entered what was not theirs to enter, when nobody works, or from an administrator's role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ledger.wire.entry import format_at
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.questions.corrections import entries_between
from projections.reading import LISTED_AT_ONCE, listing, stands

FINDING_WORDS: Final = {
    "not_the_teacher": "не учитель курса и не замещающий",
    "outside_hours": "в нерабочее время",
    "administrator": "из роли администратора",
}
_SATURDAY: Final = 5
_WHOLE_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)

# Who answers a request is a second person by rule, and never the teacher alone.
_ANSWERS: Final = """(SELECT k.request FROM {corrections} k WHERE k.entry = m.entry),
      (SELECT r.request FROM {requests} r WHERE r.entry = m.entry AND r.status = 'refused')"""
# CROSS JOIN: commands come first, and then the lesson of each; a planner without statistics may begin with lessons.
_COMMANDS: Final = f"""
    SELECT m.entry, (SELECT min(n.entry) FROM {{commands}} n WHERE n.entry > m.entry), m.at, m.actor, m.role,
      m.on_behalf_of, coalesce({_ANSWERS}), l.lesson, l.held_on, l.course, l.teacher, s.absent_teacher
    FROM {{commands}} m
    CROSS JOIN {{lessons}} l LEFT JOIN {{substitutions}} s ON s.lesson = m.lesson AND {stands("s")}
    WHERE l.lesson = m.lesson AND {stands("l")} AND m.entry >= :after AND m.entry < :before"""
# And here times come first, and then only the commands of each by their moment; none of them is before `after`.
_OF_TIMES: Final = _COMMANDS.replace("FROM {commands} m\n", "FROM given g CROSS JOIN {commands} m\n").replace(
    "m.entry >= :after", "m.at >= g.begins AND m.at < g.ends"
)
# By then or earlier: who was responsible for the course once may mend what was entered then. Of the lesson's teacher,
# who entered most, nothing is looked up, and where the command recorded the lesson, not even that.
_STRANGER: Final = f""" AND NOT EXISTS (SELECT 1 FROM {{lessons}} f WHERE f.entry = m.entry AND f.teacher = m.actor)
      AND CASE WHEN m.actor = l.teacher THEN FALSE ELSE coalesce({_ANSWERS}) IS NULL AND NOT EXISTS (
        SELECT 1 FROM {{assignments}} a WHERE a.course = l.course AND a.teacher = m.actor AND a.entry < m.entry) END"""
# The commands about few lessons are told by these, before any lesson is looked up.
_OF_LESSONS: Final = " AND m.lesson IN (SELECT l.lesson FROM {lessons} l WHERE l.entry < :at"
_MOMENTS: Final = """
    SELECT min(m.at), max(m.at) FROM {commands} m WHERE m.entry IN (
      (SELECT min(f.entry) FROM {commands} f WHERE f.entry >= :after AND f.entry < :before),
      (SELECT max(f.entry) FROM {commands} f WHERE f.entry >= :after AND f.entry < :before))"""


def entered_by_others(asked: Asked) -> Found:
    """Commands about lessons with what is to be seen in each; one may show twice."""
    first, last = entries_between(asked, asked["from"], asked["to"])
    wanted = [asked["finding"]] if asked["finding"] else list(FINDING_WORDS)
    of_courses, values = asked.of_courses
    condition, values_more = asked.selected(("actor", "m.actor"))
    condition += f"{_OF_LESSONS}{of_courses})" if of_courses else ""
    span: dict[str, object] = {"after": first, "before": last, **values, **values_more}
    rows: list[Row] = []
    # In the order of their names, which is that of several findings of one command.
    if "administrator" in wanted:
        sql = f"{_COMMANDS} AND m.role = 'administrator'{condition}"
        rows += _lines(asked, "administrator", asked.select(sql, **span))
    if "not_the_teacher" in wanted:
        rows += _lines(asked, "not_the_teacher", asked.select(f"{_COMMANDS}{condition}{_STRANGER}", **span))
    if "outside_hours" in wanted:
        times = list(_outside(asked, *asked.select(_MOMENTS, after=first, before=last)[0]))
        for start in range(0, len(times), LISTED_AT_ONCE):
            given, named = listing("begins, ends", times[start : start + LISTED_AT_ONCE], ("", ""))
            found = asked.select(f"{given} {_OF_TIMES}{condition}", **span, **named)
            rows += _lines(asked, "outside_hours", found)
    rows.sort(key=lambda row: row[-1][0])
    counts = Counter(row[0] for row in rows)
    return Found(rows, {finding: counts[finding] for finding in wanted})


def _outside(asked: Asked, first: str | None, last: str | None) -> Iterator[tuple[str, str]]:
    """Times outside the hours asked about, from the day of one `at` to that of another; their ends are not in them."""
    if first is not None and last is not None:
        yield from Hours(asked.zone, asked["opens"], asked["closes"], asked["weekends"] == "yes").outside(first, last)


class Hours:
    """Hours of the days of a zone, from one ``HH:MM`` to another; without weekends where these are not open."""

    def __init__(self, zone: ZoneInfo, opens: str, closes: str, is_open_daily: bool) -> None:  # noqa: FBT001
        self._zone = zone
        self._clock = choosing.LocalClock(zone)
        self._opens, self._closes = (int(time[:2]) * 60 + int(time[3:]) for time in (opens, closes))
        self._is_open_daily = is_open_daily

    def outside(self, first: str, last: str) -> Iterator[tuple[str, str]]:
        """Times outside of them, from the day of one `at` to that of another; their ends are not in them."""
        day, last_day = self._clock.read(first)[0], self._clock.read(last)[0]
        since = self._begins(day)
        while day <= last_day:
            for opens, closes in self._within(day):
                if since < opens:
                    yield format_at(since), format_at(opens)
                since = closes
            day += _WHOLE_DAY
        ends = self._begins(day)
        if since < ends:
            yield format_at(since), format_at(ends)

    def _begins(self, day: date) -> datetime:
        """The first moment of a day, in UTC."""
        return choosing.day_begins(day.isoformat(), self._zone).astimezone(UTC)

    def _within(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The hours of a day, where it has any; of a day on which the zone's offset changes, each minute of them."""
        begins, ends = self._begins(day), self._begins(day + _WHOLE_DAY)
        if ends - begins == _WHOLE_DAY:
            if self._opens < self._closes and self._is_working(day):
                yield begins + self._opens * _MINUTE, begins + self._closes * _MINUTE
            return
        for number in range((ends - begins) // _MINUTE):
            moment = begins + number * _MINUTE
            of, minute = self._clock.read(format_at(moment))
            if self._opens <= minute < self._closes and self._is_working(of):
                yield moment, moment + _MINUTE

    def _is_working(self, day: date) -> bool:
        return self._is_open_daily or day.weekday() < _SATURDAY


def _lines(asked: Asked, finding: str, found: Iterable[Row]) -> Iterator[Row]:
    courses, names, position = asked.courses, asked.class_names, asked.position
    for entry, following, at, actor, role, on_behalf_of, request, lesson, held_on, course, teacher, absent in found:
        class_group, subject = courses[course]
        entries = list(range(entry, min(following or position, position)))
        place = (held_on, names[class_group], subject, lesson, teacher, absent)
        yield (finding, at, actor, role, on_behalf_of, request, *place, len(entries), entries)


ENTERED: Final = Question(
    number=5,
    slug="entered-by-others",
    title_ru="Внесено не учителем курса и не замещающим, в нерабочее время или из роли администратора",
    title_en="Entered by neither the course's teacher nor the substitute, outside working time, or as administrator",
    answer=entered_by_others,
    parameters=(
        *(choosing.CLASS, choosing.SUBJECT, choosing.ENTERED_FROM, choosing.ENTERED_TO),
        Parameter("actor", "employee", "кто внёс: id", "who entered it: id"),
        Parameter("finding", "choice", "только это", "only this", choices=tuple(FINDING_WORDS)),
        Parameter("opens", "time", "начало рабочего времени", "working time begins", default="07:00"),
        Parameter("closes", "time", "конец рабочего времени", "working time ends", default="20:00"),
        Parameter(
            "weekends", "choice", "суббота и воскресенье — рабочие дни", "Saturday and Sunday are working days",
            choices=("yes", "no"), default="no",
        ),
    ),
    columns=(
        *(Column("finding", "что найдено", words=FINDING_WORDS), choosing.AT, choosing.ACTOR, choosing.ROLE),
        *(choosing.ON_BEHALF_OF, Column("request", "ответ на заявку"), choosing.HELD_ON, choosing.CLASS_NAME),
        *(choosing.SUBJECT_NAME, choosing.LESSON, choosing.TEACHER_ID),
        Column("absent_teacher", "отсутствовал", "person"),
        *(Column("count", "записей"), ENTRIES),
    ),
    limits_ru="Праздники и каникулы здесь не учтены: нерабочее время — вне названных часов и в выходные. "
    "Ответ на заявку второго лица среди «не учитель» не числится.",
    limits_en="Holidays take no part: outside working time means outside the hours named, and on weekends. "
    "A second person's answer to a request does not count as entered by a stranger.",
)  # fmt: skip
