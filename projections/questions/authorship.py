"""Question 5: who entered what was not theirs to enter, when nobody works, or from an administrator's role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.questions.corrections import entries_between
from projections.reading import listed, stands

FINDING_WORDS: Final = {
    "not_the_teacher": "не учитель курса и не замещающий",
    "outside_hours": "в нерабочее время",
    "administrator": "из роли администратора",
}
_SATURDAY: Final = 5
_HOUR: Final = 60
_DAY: Final = 1_440

# Who answers a request is a second person by rule, and never the teacher alone.
_ANSWERS: Final = """(SELECT k.request FROM {corrections} k WHERE k.entry = m.entry),
      (SELECT r.request FROM {requests} r WHERE r.entry = m.entry AND r.status = 'refused')"""
_COMMANDS: Final = f"""
    SELECT m.entry, (SELECT min(n.entry) FROM {{commands}} n WHERE n.entry > m.entry), m.at, m.actor, m.role,
      m.on_behalf_of, coalesce({_ANSWERS}), l.lesson, l.held_on, l.course, l.teacher, s.absent_teacher
    FROM {{commands}} m
    JOIN {{lessons}} l ON l.lesson = m.lesson AND {stands("l")}
    LEFT JOIN {{substitutions}} s ON s.lesson = m.lesson AND {stands("s")}
    WHERE m.entry >= :after AND m.entry < :before"""
# By then or earlier: who was responsible for the course once may mend what was entered then.
# CASE: of the lesson's teacher, who entered most, nothing else is looked up.
_STRANGER: Final = f""" AND CASE WHEN m.actor = l.teacher THEN FALSE ELSE coalesce({_ANSWERS}) IS NULL AND NOT EXISTS (
        SELECT 1 FROM {{assignments}} a WHERE a.course = l.course AND a.teacher = m.actor AND a.entry < m.entry) END"""
_HOUR_OF: Final = "substr(m.at, 1, 13)"
_MINUTE_OF: Final = "substr(m.at, 1, 16)"
_OF_SPAN: Final = "FROM {commands} m WHERE m.entry >= :after AND m.entry < :before"
_ABOUT_LESSONS: Final = " AND m.lesson IS NOT NULL"
_OF_LESSONS: Final = " AND m.lesson IN (SELECT l.lesson FROM {lessons} l WHERE l.entry < :at"


def entered_by_others(asked: Asked) -> Found:
    """Commands about lessons with what is to be seen in each; one may show twice."""
    first, last = entries_between(asked, asked["from"], asked["to"])
    wanted = [asked["finding"]] if asked["finding"] else list(FINDING_WORDS)
    condition, values = asked.of_courses
    more, values_more = asked.selected(("actor", "m.actor"))
    sql = _COMMANDS + condition + more
    span: dict[str, object] = {"after": first, "before": last, **values, **values_more}
    rows: list[Row] = []
    if "not_the_teacher" in wanted:
        rows += _lines(asked, "not_the_teacher", asked.select(sql + _STRANGER, **span))
    if "administrator" in wanted:
        rows += _lines(asked, "administrator", asked.select(sql + " AND m.role = 'administrator'", **span))
    if "outside_hours" in wanted:
        which = f"{_OF_SPAN}{f'{_OF_LESSONS}{condition})' if condition else _ABOUT_LESSONS}{more}"
        for when, named in _outside(asked, which, span):
            rows += _lines(asked, "outside_hours", asked.select(f"{sql} AND {when}", **span, **named))
    rows.sort(key=lambda row: (row[-1][0], row[0]))
    counts = Counter(row[0] for row in rows)
    return Found(rows, {finding: counts[finding] for finding in wanted})


def _outside(asked: Asked, which: str, span: Mapping[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    """Conditions, with their parameters, that a command was entered outside the hours: by hours of UTC, some thousands.

    Only hours that see both are told apart by their minutes.
    """
    hours = _Hours(asked)
    seen = {hour: hours[hour] for (hour,) in asked.select(f"SELECT DISTINCT {_HOUR_OF} {which}", **span)}
    for some, named in listed([hour for hour, is_outside in seen.items() if is_outside]):
        yield f"{_HOUR_OF} IN {some}", named
    for some, named in listed([hour for hour, is_outside in seen.items() if is_outside is None]):
        minutes = asked.select(f"SELECT DISTINCT {_MINUTE_OF} {which} AND {_HOUR_OF} IN {some}", **span, **named)
        for of_hours, cut in listed([minute for (minute,) in minutes if hours.is_outside(minute)]):
            yield f"{_MINUTE_OF} IN {of_hours}", cut


class _Hours(dict[str, bool | None]):
    """Hour of UTC, ``2026-09-01T05`` -> whether it is outside the hours asked about; None: a part of it is."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._clock = choosing.LocalClock(asked.zone)
        self._opens, self._closes = (int(asked[name][:2]) * 60 + int(asked[name][3:]) for name in ("opens", "closes"))
        self._is_open_daily = asked["weekends"] == "yes"

    def __missing__(self, hour: str) -> bool | None:
        first, last = self.is_outside(f"{hour}:00"), self.is_outside(f"{hour}:59")
        # Where they are closer than an hour, one hour may see both.
        is_cut = first != last or not _HOUR <= self._closes - self._opens <= _DAY - _HOUR
        self[hour] = None if is_cut else first
        return self[hour]

    def is_outside(self, at: str) -> bool:
        """Tell whether a moment is on a weekend, or before or after the hours of the day."""
        day, minute = self._clock.read(at)
        return not self._opens <= minute < self._closes or (not self._is_open_daily and day.weekday() >= _SATURDAY)


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
