"""Question 3: results that do not follow from the marks; question 15: results that were published late."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from ledger.journal.deadlines.office import result
from ledger.journal.deadlines.verdict import Entered
from ledger.journal.vocabulary import DEVIATION_WORDS, PERIOD_WORDS, RESULT_WORDS
from ledger.wire.entry import parse_at
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.questions.judging import LATE_WORDS, judging_now, shown_due
from projections.reading import stands
from projections.views.result_register import Result, deviations

FOLLOWS_WORDS: Final = {
    "deviates": "не та, что вышла по правилам",
    "outdated": "отметки с тех пор изменились",
    "both": "не та, что вышла по правилам, и отметки изменились",
}


def unfollowing(asked: Asked) -> Found:
    """Results that are not what the rules computed, or would be computed otherwise from the marks that stand."""
    found = [
        row
        for row in deviations(asked.views, class_group=asked["class"], teacher=asked["actor"], at=asked.position).rows
        if asked["subject"] in (None, row.subject) and asked["period"] in (None, row.period_kind)
    ]
    rows: list[Row] = []
    counts: Counter[str] = Counter()
    for row in found:
        finding = "both" if row.deviates and row.outdated else "deviates" if row.deviates else "outdated"
        counts["deviates"] += row.deviates
        counts["outdated"] += row.outdated
        if asked["finding"] in (None, finding) or (finding == "both" and asked["finding"] is not None):
            rows.append(_unfollowing(row, finding))
    return Found(rows, {"results": len(rows), "deviates": counts["deviates"], "outdated": counts["outdated"]})


def _unfollowing(row: Result, finding: str) -> Row:
    mean = None if row.mean_hundredths is None else f"{row.mean_hundredths // 100}.{row.mean_hundredths % 100:02}"
    inputs = {*(row.inputs or ()), *(row.inputs_now or ())}
    rule = set() if row.rule is None else {row.rule}
    return (
        *(finding, row.class_name, row.subject, row.period_kind, row.period_number, row.what, row.student),
        *(row.value, row.computed, mean, row.computed_now, row.reason, row.note, row.at, row.actor),
        sorted({row.fact, row.entry, *rule, *inputs}),
    )


class _Of(NamedTuple):
    """Results of a sheet that were obtained at once, and what showed them."""

    class_name: str
    subject: str
    period_kind: str
    period_number: int
    what: str
    obtained_at: datetime
    published_by: int | None
    published_at: str | None


_SHEETS: Final = f"""
    SELECT s.sheet, g.grade, g.letter, s.course, p.kind, p.number FROM {{result_sheets}} s
    JOIN {{courses}} o ON o.course = s.course AND {stands("o")}
    JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}
    JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
    WHERE {stands("s")} ORDER BY p.starts_on, p.kind, g.grade, g.letter, o.subject, s.entry"""
_RESULTS: Final = f"""
    SELECT r.sheet, r.what, r.fact, r.obtained_at FROM {{results}} r
    WHERE {stands("r")} AND r.value IS NOT NULL"""
_PUBLICATIONS: Final = f"""
    SELECT b.sheet, b.what, b.entry, b.obtained_at,
      (SELECT m.at FROM {{commands}} m WHERE m.entry <= b.entry ORDER BY m.entry DESC LIMIT 1)
    FROM {{publications}} b WHERE {stands("b")} ORDER BY b.entry"""
_ENTERED: Final = "SELECT m.entry, m.at FROM {commands} m WHERE m.entry < :at ORDER BY m.entry"


def _groups(asked: Asked) -> dict[_Of, list[int]]:
    """Results by sheet and by what showed them, in the order of periods and classes."""
    shown: defaultdict[tuple[str, str], list[tuple[int, str, str]]] = defaultdict(list)
    for sheet, what, entry, obtained_at, at in asked.select(_PUBLICATIONS):
        shown[sheet, what].append((entry, obtained_at, at))
    found: defaultdict[str, list[tuple[int, str, str | None]]] = defaultdict(list)
    for sheet, what, fact, obtained_at in asked.select(_RESULTS):
        found[sheet].append((fact, what, obtained_at))
    entered = _Entered(asked)
    groups: defaultdict[_Of, list[int]] = defaultdict(list)
    for sheet, grade, letter, course, kind, number in asked.select(_SHEETS):
        if course not in asked.courses:
            continue
        place = (f"{grade}{letter}", asked.courses[course][1], kind, number)
        for fact, what, obtained_at in sorted(found[sheet]):
            publications = shown[sheet, what]
            behind = bisect_right(publications, fact, key=itemgetter(0))
            published_by, of_all, published_at = publications[behind] if behind < len(publications) else _NOT_SHOWN
            minute = obtained_at or of_all
            moment = entered.moment(fact) if minute is None else _local(minute, asked.zone)
            groups[_Of(*place, what, moment, published_by, published_at)].append(fact)
    return groups


_NOT_SHOWN: Final = (None, None, None)


@lru_cache(maxsize=4_096)
def _local(minute: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(minute).replace(tzinfo=zone)


class _Entered:
    """When entries were recorded, read when the first is asked for."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    @cached_property
    def _commands(self) -> list[tuple[int, str]]:
        return [(entry, at) for entry, at in self._asked.select(_ENTERED)]

    def moment(self, entry: int) -> datetime:
        """The moment of the command that an entry belongs to."""
        return parse_at(self._commands[bisect_right(self._commands, entry, key=itemgetter(0)) - 1][1])


def published_late(asked: Asked) -> Found:
    """Results that were shown after the hours that the regulation gives, or not yet, though these are over."""
    judging = judging_now(asked)
    rows: list[Row] = []
    counts: Counter[str] = Counter()
    for of, facts in _groups(asked).items():
        published = None
        if of.published_by is not None and of.published_at is not None:
            published = Entered(of.published_by, parse_at(of.published_at))
        verdict = result(of.obtained_at, published, school=judging.school, now=judging.now, cited=facts)
        counts[verdict.status] += len(facts)
        if verdict.status in LATE_WORDS and asked["finding"] in (None, verdict.status):
            hours = None if verdict.late_by is None else -(-verdict.late_by // timedelta(hours=1))
            local = of.obtained_at.astimezone(asked.zone).isoformat(timespec="minutes")
            rows.append((verdict.status, *of[:5], len(facts), local, shown_due(asked, verdict), of.published_at, hours,
                         list(verdict.basis)))  # fmt: skip
    return Found(rows, {status: counts[status] for status in (*LATE_WORDS, "on_time", "pending", "no_regulation")})


PERIOD_KIND: Final = Column("period_kind", "период", words=PERIOD_WORDS)
PERIOD_NUMBER: Final = Column("period_number", "номер периода")
WHAT: Final = Column("what", "что", words=RESULT_WORDS)

UNFOLLOWING: Final = Question(
    number=3,
    slug="results-unlike-marks",
    title_ru="Отметки за период и год, которые не следуют из текущих отметок",
    title_en="Period and year marks whose value does not follow from the marks",
    answer=unfollowing,
    parameters=(
        *(choosing.CLASS, choosing.SUBJECT),
        Parameter("period", "choice", "вид периода", "kind of period", choices=tuple(PERIOD_WORDS)),
        Parameter("actor", "employee", "кто внёс: id", "who entered it: id"),
        Parameter("finding", "choice", "только это", "only this", choices=("deviates", "outdated")),
    ),
    columns=(
        *(Column("finding", "что найдено", words=FOLLOWS_WORDS), choosing.CLASS_NAME, choosing.SUBJECT_NAME),
        *(PERIOD_KIND, PERIOD_NUMBER, WHAT, choosing.STUDENT_ID),
        *(Column("value", "стоит", is_named=True), Column("computed", "вышла по правилам", is_named=True)),
        *(Column("mean", "среднее", is_named=True), Column("computed_now", "вышла бы теперь", is_named=True)),
        *(Column("reason", "почему", words=DEVIATION_WORDS), Column("note", "пояснение", "note")),
        *(choosing.AT, choosing.ACTOR, ENTRIES),
    ),
    limits_ru="По правилам оценивания, принятым школой, а не по порогу 0,5. Оценка за экзамен ни из чего не следует. "
    "Отметка, вышедшая той же из других отметок, тоже показана.",
    limits_en="By the school's own rules of assessment, not by a threshold of 0.5. An examination's mark follows from "
    "nothing. A result that comes out the same from other marks is shown too.",
)  # fmt: skip

PUBLISHED_LATE: Final = Question(
    number=15,
    slug="late-results",
    title_ru="Итоговые отметки и экзамены: показаны позже срока или не показаны",
    title_en="Results of periods and examinations shown later than the regulation says, or not at all",
    answer=published_late,
    parameters=(
        *(choosing.CLASS, choosing.SUBJECT),
        Parameter("finding", "choice", "только это", "only this", choices=tuple(LATE_WORDS)),
    ),
    columns=(
        *(Column("finding", "что найдено", words=LATE_WORDS), choosing.CLASS_NAME, choosing.SUBJECT_NAME),
        *(PERIOD_KIND, PERIOD_NUMBER, WHAT, Column("results", "отметок")),
        *(Column("obtained_at", "получены", is_named=True), Column("due", "срок", is_named=True)),
        *(Column("published_at", "показаны", is_named=True), Column("hours", "опоздание, часов"), ENTRIES),
    ),
    limits_ru="Срок — по положению в силе (2.3.3), «не показаны» — на момент последней известной записи. "
    "Пока не сказано, когда результат получен, считается от его внесения. Видела ли семья отметку, в журнале нет.",
    limits_en="By the regulation in force (2.3.3); what is missing is so as of the last known entry. Where nothing "
    "says yet when a result was obtained, its entry counts. Whether the family saw it is not in the log.",
)  # fmt: skip
