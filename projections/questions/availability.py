"""Question 22: when the journal could not be used, what that excused, what came late then; how fresh it was shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, TypeVar

from ledger.journal.deadlines.excuses import Incident as OfExcuse, local_moment, overlaps
from ledger.journal.deadlines.verdict import Rule
from ledger.journal.vocabulary import (
    EXCUSE_WORDS,
    FRESHNESS_KIND_WORDS,
    FRESHNESS_LEVEL_WORDS,
    INCIDENT_WORDS,
    LESSON_RULE_WORDS,
)
from ledger.wire.entry import parse_at
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.questions.judging import LATE_WORDS, judging_now
from projections.reading import FIRST_DAY, LAST_DAY, stands
from projections.views.deadline_basis import Judging
from projections.views.deadline_rows import DeadlineRow
from projections.views.deadlines import RULES, Asked as OfRegister
from projections.views.excuses import Incident, excuses, incidents
from projections.views.freshness import freshness_alarms, measurements
from projections.views.late_records import late_records

FINDING_WORDS: Final = {
    "incident": "инцидент",
    "excused": "уважительная причина",
    "unexcused": "опоздание без неё",
    "freshness": "свежесть",
}
WORDS: Final = {**INCIDENT_WORDS, **EXCUSE_WORDS, **FRESHNESS_LEVEL_WORDS}
_PARTS: Final = 10_000
_OF_MARKS: Final[tuple[Rule, ...]] = ("oral_mark", "written_mark", "written_work")
Span = tuple[datetime, datetime]
_Place = TypeVar("_Place", date, datetime)


def availability(asked: Asked) -> Found:
    """Incidents that overlap the days, the excuses that name them, and late or missing records that nothing excuses."""
    by = judging_now(asked)
    days = {"from_date": asked["from"], "to_date": asked["to"]}
    found = incidents(asked.views, now=by.now, **days, at=asked.position).rows
    rows = [_incident(one) for one in found]
    rows += _excused(asked, {one.incident for one in found})
    unexcused = list(_unexcused(asked, by, found)) if found else []
    stale = list(_freshness(asked, by))
    totals = {
        "incidents": len(found),
        "longer_than_an_hour": sum(one.is_long for one in found),
        "excuses": len(rows) - len(found),
        "late_without_excuse": sum(row[8] for row in unexcused),
        "measurements": len(measurements(asked.views, at=asked.position).rows),
        "freshness_alarms": sum(row[9] in FRESHNESS_KIND_WORDS.values() for row in stale),
    }
    kept = [row for row in (*rows, *unexcused, *stale) if asked["finding"] in (None, row[0])]
    return Found(kept, totals | _working_time(asked, by, found))


def _incident(one: Incident) -> Row:
    entries = [one.entry] if one.closed_by is None else [one.entry, one.closed_by]
    return (
        *("incident", one.kind, one.began_at, one.ended_at, one.minutes, "да" if one.is_long else None),
        *(None, None, len(one.excuses), None, None, None, None, entries),
    )


def _excused(asked: Asked, named: set[str]) -> Iterator[Row]:
    """Excuses that stand and name one of these incidents."""
    for row in excuses(asked.views, at=asked.position).rows:
        if row.incident in named and row.withdrawn_by is None:
            what = ", ".join(LESSON_RULE_WORDS[rule] for rule in row.rules)
            entries = [entry for entry in (row.incident_entry, row.entry) if entry is not None]
            yield (
                *("excused", row.reason, None, None, None, None, row.held_on, row.teacher, len(row.rules), what, None),
                *(asked.class_names[row.class_group], row.subject, entries),
            )


def _unexcused(asked: Asked, by: Judging, found: Sequence[Incident]) -> Iterator[Row]:
    """Late or missing things of one lesson and rule, with an incident between its beginning and the end of the term."""
    spans = [_of_verdict(one, by) for one in found]
    for first, last, rules in _days(by, spans):
        of = OfRegister(from_date=first, to_date=last, rules=rules)
        late = late_records(asked.views, of, now=by.now, at=asked.position, by=by)
        shown: dict[tuple[str, str, str], list[tuple[DeadlineRow, set[int]]]] = {}
        for row in late:
            if row.excused is None and row.due is not None:
                due = parse_at(row.due)
                # A planned lesson of which no bell rings may have been at any time of its day.
                began = local_moment(f"{row.held_on}T{row.starts_at or '00:00'}", asked.zone)
                within = {span.entry for span in spans if overlaps(span, began, due, by.now)}
                if within:
                    place = row.lesson or f"{row.course} {row.held_on} {row.number}"
                    shown.setdefault((place, row.rule, row.status), []).append((row, within))
        for rows in shown.values():
            row = rows[0][0]
            cited = {entry for one, within in rows for entry in (*one.basis, *within)}
            yield (
                *("unexcused", None, None, None, None, None, row.held_on, row.teacher, len(rows)),
                *(LESSON_RULE_WORDS[row.rule], row.status, row.class_name, row.subject, sorted(cited)),
            )


def _freshness(asked: Asked, by: Judging) -> Iterator[Row]:
    """Times for which nobody knows that what families see was fresh, or that it was not (2.3.1)."""
    days = {"from_date": asked["from"], "to_date": asked["to"]}
    for one in freshness_alarms(asked.views, now=by.now, **days, at=asked.position).rows:
        ended = None if one.ended_at is None else _local(one.ended_at, asked.zone)
        what = FRESHNESS_KIND_WORDS[one.kind]
        yield (
            *("freshness", one.level, _local(one.began_at, asked.zone), ended, one.minutes, "да", None, None, None),
            *(f"{what}, был сбой" if one.is_excused else what, None, None, None, [*one.basis]),
        )


def _local(at: str, zone: tzinfo) -> str:
    """The minute of the school's clock."""
    return parse_at(at).astimezone(zone).isoformat(timespec="minutes")[:16]


def _of_verdict(one: Incident, by: Judging) -> OfExcuse:
    zone = by.school.zone
    ended = None if one.ended_at is None else local_moment(one.ended_at, zone)
    return OfExcuse(one.entry, local_moment(one.began_at, zone), ended, one.closed_by)


def _days(by: Judging, spans: Sequence[OfExcuse]) -> list[tuple[str, str, tuple[Rule, ...]]]:
    """The days of lessons whose terms some incident may overlap, each once, with the rules whose terms may.

    Back by the longest term of any version; but what counts from the lesson's day alone, by its own longest term.
    """
    of_versions = [version.parameters for version in by.school.versions]
    soon = max((max(of.lesson_days, of.attendance_days, of.homework_days) for of in of_versions), default=0)
    longest = max((max(soon, of.oral_mark_days, of.written_mark_days) for of in of_versions), default=0)

    def since(days: int) -> list[tuple[date, date]]:
        """Days from so many before an incident on."""
        ranges = []
        for span in spans:
            last = span.ended_at or by.now.astimezone(by.school.zone)
            # A term that ends on a weekend may end after it.
            first = date.fromordinal(max(span.began_at.date().toordinal() - days - 2, 1))
            ranges.append((first, last.date()))
        return _united(ranges)

    found: list[tuple[str, str, tuple[Rule, ...]]] = []
    near = since(soon)
    for first, last_day in since(longest):
        begins = first
        for starts, ends in near:
            if first <= starts and ends <= last_day:
                if begins < starts:
                    found.append((begins.isoformat(), date.fromordinal(starts.toordinal() - 1).isoformat(), _OF_MARKS))
                found.append((starts.isoformat(), ends.isoformat(), RULES))
                begins = date.fromordinal(ends.toordinal() + 1)
        if begins <= last_day:
            found.append((begins.isoformat(), last_day.isoformat(), _OF_MARKS))
    return found


def _working_time(asked: Asked, by: Judging, found: Sequence[Incident]) -> dict[str, int]:
    """Minutes in which lessons were held, those of them within an incident, and the share of the rest in 1/100 %."""
    sql = f"""SELECT l.held_on, min(l.starts_at), max(l.ends_at) FROM {{recorded_lessons}} l
        WHERE l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands("l")} GROUP BY l.held_on"""
    days = {"first": asked["from"] or FIRST_DAY, "last": asked["to"] or LAST_DAY}
    zone = asked.zone
    working = [
        (local_moment(f"{day}T{first}", zone), local_moment(f"{day}T{last}", zone))
        for day, first, last in asked.select(sql, **days)
    ]
    down = _united([(span.began_at, span.ended_at or by.now) for span in (_of_verdict(one, by) for one in found)])
    whole = sum((_minutes(span) for span in working), 0)
    lost = sum(
        _minutes((max(one[0], other[0]), min(one[1], other[1])))
        for one in working
        for other in down
        if one[0] < other[1] and other[0] < one[1]
    )
    share = _PARTS if whole == 0 else _PARTS * (whole - lost) // whole
    return {"working_minutes": whole, "lost_minutes": lost, "available_hundredths_of_percent": share}


def _united(spans: Sequence[tuple[_Place, _Place]]) -> list[tuple[_Place, _Place]]:
    """The same times, each once, where several overlap."""
    united: list[tuple[_Place, _Place]] = []
    for began, ended in sorted(spans):
        if united and began <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], ended))
        else:
            united.append((began, ended))
    return united


def _minutes(span: Span) -> int:
    return int((span[1].timestamp() - span[0].timestamp()) // timedelta(minutes=1).total_seconds())


AVAILABILITY: Final = Question(
    number=22,
    slug="availability",
    title_ru="Доступность: инциденты, уважительные причины по ним, опоздания во время инцидента без причины",
    title_en="Availability: incidents, excuses tied to them, and what came late within one without an excuse",
    answer=availability,
    parameters=(
        Parameter("from", "day", "инциденты и уроки с этого дня", "incidents and lessons from this day on"),
        Parameter("to", "day", "инциденты и уроки по этот день", "incidents and lessons up to this day"),
        Parameter("finding", "choice", "только это", "only this", choices=tuple(FINDING_WORDS)),
    ),
    columns=(
        *(Column("finding", "что найдено", words=FINDING_WORDS), Column("kind", "вид или причина", words=WORDS)),
        *(Column("began_at", "с"), Column("ended_at", "по", is_named=True), Column("minutes", "минут")),
        Column("is_long", "дольше часа", is_named=True),
        *(choosing.HELD_ON, choosing.TEACHER_ID, Column("count", "сколько")),
        *(Column("what", "чего"), Column("status", "срок", words=LATE_WORDS)),
        *(choosing.CLASS_NAME, choosing.SUBJECT_NAME, ENTRIES),
    ),
    limits_ru="Здесь то, что внесли люди: не внесённый сбой не виден. Свежесть видна с первого измерения: больше суток "
    "в дни уроков (сбой извиняет) или больше недели без измерения или без показа. Рабочее время — от начала первого до "
    "конца последнего урока тех дней, когда уроки были. Опоздание относится к инциденту, если он был между началом "
    "урока и концом срока; мешал ли он, журнал не знает.",
    limits_en="This is what people recorded: an outage that nobody entered does not show. Freshness shows from the "
    "first measurement on: more than a day, of days with lessons (an incident excuses it), or more than a week, not "
    "measured or not shown. Working time is from the first lesson's beginning to the last one's end on days with "
    "lessons. Lateness belongs to an incident between the lesson's beginning and the end of the term; whether it "
    "hindered is not in the log.",
)  # fmt: skip
