"""Question 2: all corrections, by when they were made; question 4: marks raised shortly before a period's end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, timedelta
from functools import lru_cache
from statistics import fmean
from typing import Final, NamedTuple

import orjson

from ledger.journal.computing import WEIGHT
from ledger.journal.vocabulary import FACT_WORDS, REASON_WORDS, RESULT_WORDS
from ledger.wire.entry import format_at
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.questions.cells import ACTION_WORDS, VALUE_WORDS
from projections.questions.result_corrections import corrected_results, result_line, result_timing
from projections.reading import command_join, stands
from projections.views.correction_register import Closed, Timing
from projections.views.deadline_basis import first_entries
from projections.views.lookups import Period, periods
from projections.views.result_register import assessment_rules

HONOURS_GRADES: Final = (9, 11)
HONOURS_AVERAGE: Final = 4.5
"""From this average on a mark of the year would be 5."""
_DIGITS: Final = frozenset("12345")

# The fact of a cell is in the row that the correction made there; the others are looked up in their own tables. Joined,
# for a year's corrections PostgreSQL reads all cells of the school.
_CORRECTIONS: Final = f"""
    SELECT k.entry, k.what, k.action, k.old, k.new, k.reason, k.note, k.basis, k.corrects, k.request, k.lesson,
      l.held_on, l.number, l.course, l.teacher,
      (SELECT c.student FROM {{cells}} c WHERE c.entry = k.entry), m.at, m.actor, m.role, m.on_behalf_of,
      CASE k.what
        WHEN 'lesson' THEN (SELECT x.fact FROM {{lessons}} x WHERE x.entry = k.entry)
        WHEN 'substitution' THEN (SELECT x.fact FROM {{substitutions}} x WHERE x.entry = k.entry)
        WHEN 'work' THEN (SELECT x.fact FROM {{works}} x WHERE x.entry = k.entry)
        WHEN 'homework' THEN (SELECT x.fact FROM {{homework}} x WHERE x.entry = k.entry)
        ELSE (SELECT c.fact FROM {{cells}} c WHERE c.entry = k.entry) END
    FROM {{corrections}} k
    JOIN {{lessons}} l ON l.lesson = k.lesson AND {stands("l")}
    {command_join("k.entry")}
    WHERE k.entry >= :after AND k.entry < :before AND {stands("k")}"""


class Corrected(NamedTuple):
    """A correction with its place, and the entry that first recorded its fact."""

    entry: int
    what: str
    action: str
    old: str
    new: str
    reason: str
    note: str | None
    basis: str | None
    corrects: int
    request: int | None
    lesson: str
    held_on: str
    number: int
    course: str
    teacher: str
    student: str | None
    at: str
    actor: str
    role: str
    on_behalf_of: str | None
    fact: int


class _Days:
    """The first entries of the school's days, by which a day's corrections are told from those of older facts.

    No entry's `at` goes back, so a look at the moment of each fact is not needed.
    """

    def __init__(self, asked: Asked, clock: choosing.LocalClock) -> None:
        self._asked = asked
        self._clock = clock
        self._first: dict[date, int | None] = {}

    def read(self, found: Iterable[Corrected]) -> None:
        """Look up the days of some corrections."""
        begins = {
            day: format_at(choosing.day_begins(day.isoformat(), self._asked.zone).astimezone(UTC))
            for day in {self._clock.read(one.at)[0] for one in found} - self._first.keys()
        }
        entries = first_entries(self._asked.views, begins.values())
        self._first.update((day, entries[at]) for day, at in begins.items())

    def are_one(self, found: Corrected) -> bool:
        """Whether a correction was made on the day of its fact."""
        first = self._first[self._clock.read(found.at)[0]]
        return first is not None and found.fact >= first


def corrections(asked: Asked) -> Found:
    """Corrections and annulments, each told apart by when it was made seen from its fact."""
    clock = choosing.LocalClock(asked.zone)
    condition, values = _chosen(asked)
    if asked["later_reasons"] == "no":
        condition += " AND k.action <> 'reason_set'"
    first, last = entries_between(asked, asked["from"], asked["to"])
    rows: list[Row] = []
    closed = Closed(asked.views, asked.position)
    handed_over = _handed_over(asked)
    counts: Counter[str] = Counter(dict.fromkeys(TIMING_WORDS, 0))
    sql = _CORRECTIONS + condition + " ORDER BY k.entry"
    of_facts = [*map(Corrected._make, asked.select(sql, after=first, before=last, **values))]
    days = _Days(asked, clock)
    days.read(of_facts)
    for found in of_facts:
        class_group, _ = asked.courses[found.course]
        is_later = found.entry > handed_over.get(class_group, asked.position)
        timing: str = "after_transfer" if is_later else timing_of(asked, found, days, closed)
        if asked["timing"] in (None, timing):
            counts[timing] += 1
            rows.append(_line(asked, found, timing))
    for result in corrected_results(asked, first, last):
        is_later = result.entry > handed_over.get(result.class_group, asked.position)
        timing = "after_transfer" if is_later else result_timing(result, clock)
        if asked["timing"] in (None, timing):
            counts[timing] += 1
            rows.append(result_line(asked, result, timing))
    rows.sort(key=lambda row: row[-1][-1])
    return Found(rows, {"corrections": len(rows), **counts})


def _handed_over(asked: Asked) -> dict[str, int]:
    """Class -> the entry by which its summary sheet was handed over for the first time."""
    sql = f"SELECT t.class_group, min(t.entry) FROM {{sheet_transfers}} t WHERE {stands('t')} GROUP BY t.class_group"
    return dict(asked.select(sql))


def timing_of(asked: Asked, found: Corrected, days: _Days, closed: Closed) -> Timing:
    """When a correction was made seen from its fact, told as the register of corrections tells it."""
    if found.request is not None:
        return "after_close"
    if closed.before(found.entry, asked.courses[found.course][0], found.held_on):
        return "reopened"
    return "same_day" if days.are_one(found) else "before_close"


def raised_marks(asked: Asked) -> Found:
    """Marks changed upward, and 1 or 2 annulled, in the days before the end of the period that holds the lesson."""
    before: int = asked["days"]
    clock = choosing.LocalClock(asked.zone)
    days, closed = _Days(asked, clock), Closed(asked.views, asked.position)
    candidates = _candidates(asked) if asked["honours"] == "yes" else None
    condition, values = _chosen(asked)
    ends = _periods_by_grade(asked)
    rows: list[Row] = []
    for first, last in _windows(asked, ends, before) if candidates is None else [(0, asked.position)]:
        sql = _CORRECTIONS + condition + " AND k.what = 'mark' ORDER BY k.entry"
        marks = [*map(Corrected._make, asked.select(sql, after=first, before=last, **values))]
        days.read(marks)
        for found in marks:
            class_group, _ = asked.courses[found.course]
            period = _period_of(ends[asked.grades[class_group]], found.held_on)
            change = direction(*(orjson.loads(value) for value in (found.old, found.new)))
            if candidates is None:
                entered_on = clock.day(found.at)
                if change not in ("raised", "annulled") or period is None:
                    continue
                if not choosing.days_before(period.ends_on, before) <= entered_on <= period.ends_on:
                    continue
            elif found.student not in candidates:
                continue
            timing = timing_of(asked, found, days, closed)
            rows.append((change, period.ends_on if period else None, *_line(asked, found, timing)))
    rows += _raised_results(asked, clock, candidates)
    rows.sort(key=lambda row: row[-1][-1])
    return Found(rows, {"marks": len(rows), "candidates": len(candidates or ())})


def _raised_results(asked: Asked, clock: choosing.LocalClock, candidates: set[str] | None) -> Iterator[Row]:
    """Results raised in the days before or after their period's end, or all corrections of the candidates' results."""
    days: int = asked["days"]
    for found in corrected_results(asked, 0, asked.position):
        change = direction(found.old, found.new)
        if candidates is None:
            until = choosing.days_before(found.period_ends_on, -days)
            entered_on = clock.day(found.at)
            is_near = choosing.days_before(found.period_ends_on, days) <= entered_on <= until
            if change not in ("raised", "annulled") or not is_near:
                continue
        elif found.student not in candidates:
            continue
        yield (change, found.period_ends_on, *result_line(asked, found, result_timing(found, clock)))


def direction(was: str | None, stands_now: str | None) -> str:
    """How a correction changed a mark; `annulled`: a 1 or a 2 does not count any more."""
    old, new = (_height(value) for value in (was, stands_now))
    if old is None:
        return "other"
    if new is None:
        return "annulled" if old <= 2 else "other"
    return "raised" if new > old else "lowered" if new < old else "other"


def entries_between(asked: Asked, from_date: str | None, to_date: str | None) -> tuple[int, int]:
    """First entry of a day and first entry after another, both days of the school's calendar."""

    def first_of(day: date) -> int:
        begins = format_at(choosing.day_begins(day.isoformat(), asked.zone).astimezone(UTC))
        (found,) = asked.select("SELECT min(m.entry) FROM {commands} m WHERE m.at >= :begins", begins=begins)
        return asked.position if found[0] is None else min(int(found[0]), asked.position)

    first = 0 if from_date is None else first_of(date.fromisoformat(from_date))
    last = asked.position if to_date is None else first_of(date.fromisoformat(to_date) + timedelta(days=1))
    return first, last


def _chosen(asked: Asked) -> tuple[str, dict[str, object]]:
    of_courses, values = asked.of_courses
    condition, more = asked.selected(("teacher", "l.teacher"))
    of_student, of_cells = asked.selected(("student", "c.student"))
    if of_student:
        condition += f" AND k.entry IN (SELECT c.entry FROM {{cells}} c WHERE c.entry < :at{of_student})"
    return of_courses + condition, {**values, **more, **of_cells}


def _line(asked: Asked, found: Corrected, timing: str) -> Row:
    class_group, subject = asked.courses[found.course]
    return (
        *(found.at, timing, found.what, found.action, _plain(found.old), _plain(found.new), found.reason, found.note),
        *(found.basis, found.request, found.held_on, found.number, asked.class_names[class_group], subject),
        *(None, found.teacher, found.student, found.lesson, found.actor, found.role, found.on_behalf_of),
        [found.corrects, found.entry] if found.request is None else [found.corrects, found.request, found.entry],
    )


@lru_cache(maxsize=4_096)
def _plain(value: str) -> str | None:
    """A code, minutes, or the JSON of what is more than that; None: nothing stands."""
    if value[0] in "{[":
        return value
    found = orjson.loads(value)
    return None if found is None else str(found)


def _height(value: str | None) -> float | None:
    """How high a mark is; of two criteria their mean; None where it is no digit."""
    digits = [int(part) for part in (value or "").split("/") if part in _DIGITS]
    return sum(digits) / len(digits) if digits else None


def _periods_by_grade(asked: Asked) -> defaultdict[int, list[Period]]:
    found: defaultdict[int, list[Period]] = defaultdict(list)
    for period in periods(asked.views, at=asked.position).rows:
        for grade in period.grades:
            found[grade].append(period)
    return found


def _period_of(found: list[Period], day: str) -> Period | None:
    """The shortest period that holds a day: a year has quarters in it."""
    holding = [period for period in found if period.starts_on <= day <= period.ends_on]
    return max(holding, key=lambda period: (period.starts_on, period.kind != "year"), default=None)


def _windows(asked: Asked, ends: dict[int, list[Period]], days: int) -> list[tuple[int, int]]:
    """Ranges of entries, without overlap, in which the last days of some period were."""
    last_days = sorted({period.ends_on for of in ends.values() for period in of})
    windows: list[tuple[int, int]] = []
    for last_day in last_days:
        first, last = entries_between(asked, choosing.days_before(last_day, days), last_day)
        if windows:
            first = max(first, windows[-1][1])
        if first < last:
            windows.append((first, last))
    return windows


class _Weigher:
    """What works weigh that say nothing of it: by the rules in force on the last day of the period that holds them."""

    def __init__(self, asked: Asked) -> None:
        self._ends = _periods_by_grade(asked)
        self._rules = assessment_rules(asked.views, at=asked.position).rows

    def by_rules(self, kind: str, held_on: str, grade: int) -> int:
        period = _period_of(self._ends[grade], held_on)
        last = held_on if period is None else period.ends_on
        weights = next((row.rules.get("weights") for row in reversed(self._rules) if row.effective_from <= last), None)
        return int((weights or {}).get(kind, WEIGHT))


def _candidates(asked: Asked) -> set[str]:
    """Students of grades 9 and 11 who have, or would have, a 5 in every course that has marks for them.

    A final mark says so, else the year's, else the mean of the periods' marks; without any, the average so far.
    """
    sql = f"""SELECT c.student, l.course, c.value, w.weight, w.kind, l.held_on, g.grade FROM {{classes}} g
        JOIN {{courses}} o ON o.class_group = g.class_group AND {stands("o")}
        JOIN {{lessons}} l ON l.course = o.course AND l.stands = 1 AND {stands("l")}
        JOIN {{cells}} c ON c.lesson = l.lesson AND c.what = 'mark' AND c.value IS NOT NULL AND {stands("c")}
        JOIN {{works}} w ON w.lesson = c.lesson AND w.work = c.work AND {stands("w")}
        WHERE g.grade IN {HONOURS_GRADES} AND {stands("g")}"""
    sums: defaultdict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    weigh = _Weigher(asked)
    for student, course, value, own, kind, held_on, grade in asked.select(sql):
        height = _height(value)
        if height is not None:
            weight = own or weigh.by_rules(kind, held_on, grade)
            of = sums[student, course]
            of[0] += height * weight
            of[1] += weight
    results = _result_means(asked)
    below = {
        student
        for (student, course), (total, weight) in sums.items()
        if (student, course) not in results and total < HONOURS_AVERAGE * weight
    }
    below |= {student for (student, _), mean in results.items() if mean < HONOURS_AVERAGE}
    return {student for student, _ in (*sums, *results)} - below


def _result_means(asked: Asked) -> dict[tuple[str, str], float]:
    """(Student, course) of these grades -> the final mark, else the year's, else the mean of the periods' marks."""
    sql = f"""SELECT r.student, s.course, r.value,
          CASE WHEN r.what = 'final_mark' THEN 2 WHEN p.kind = 'year' THEN 1 ELSE 0 END
        FROM {{results}} r
        JOIN {{result_sheets}} s ON s.sheet = r.sheet AND {stands("s")}
        JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
        JOIN {{courses}} o ON o.course = s.course AND {stands("o")}
        JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}
        WHERE g.grade IN {HONOURS_GRADES} AND r.what <> 'exam_result' AND r.value IS NOT NULL AND {stands("r")}"""
    found: defaultdict[tuple[str, str], dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for student, course, value, rank in asked.select(sql):
        height = _height(value)
        if height is not None:
            found[student, course][rank].append(height)
    return {key: fmean(ranks[max(ranks)]) for key, ranks in found.items()}


TIMING_WORDS: Final = {
    "same_day": "в тот же день",
    "before_close": "до закрытия периода",
    "reopened": "в открытом снова периоде",
    "after_close": "после закрытия периода",
    "before_publication": "до показа итога",
    "after_publication": "после показа итога",
    "after_transfer": "после передачи ведомости в архив",
}
_COLUMNS: Final = (
    *(
        choosing.AT,
        Column("timing", "когда", words=TIMING_WORDS),
        Column("what", "что", words=FACT_WORDS | RESULT_WORDS),
    ),
    Column("action", "действие", words=ACTION_WORDS),
    *(Column("old", "было", "value", VALUE_WORDS), Column("new", "стало", "value", VALUE_WORDS)),
    *(Column("reason", "причина", words=REASON_WORDS), Column("note", "пояснение", "note"), choosing.BASIS),
    *(Column("request", "заявка"), choosing.HELD_ON, choosing.NUMBER, choosing.CLASS_NAME, choosing.SUBJECT_NAME),
    Column("period", "итог за"),
    *(choosing.TEACHER_ID, choosing.STUDENT_ID, choosing.LESSON, choosing.ACTOR, choosing.ROLE),
    *(choosing.ON_BEHALF_OF, ENTRIES),
)

REGISTER: Final = Question(
    number=2,
    slug="corrections",
    title_ru="Все исправления уроков и итогов: в тот же день, до и после закрытия периода или показа, после архива",
    title_en="All corrections of lessons and results: same day, before and after close or showing, after hand-over",
    answer=corrections,
    parameters=(
        *(choosing.CLASS, choosing.SUBJECT, choosing.TEACHER, choosing.STUDENT),
        *(choosing.ENTERED_FROM, choosing.ENTERED_TO),
        Parameter("timing", "choice", "только такие", "only these", choices=tuple(TIMING_WORDS)),
        Parameter(
            "later_reasons", "choice", "и причины пропусков, ставшие известными позже",
            "reasons of absences that became known later, too", choices=("yes", "no"), default="no",
        ),
    ),
    columns=_COLUMNS,
    limits_ru="Передача — первая передача сводной ведомости класса. Итог принадлежит периоду, а не уроку: с teacher "
    "итогов нет. Что изменилось со времени передачи — в вопросе 20.",
    limits_en="The archive has it from the first transfer of the class's summary sheet on. A result is of a period and "
    "not of a lesson: with teacher there are none. What changed since the hand-over is in question 20.",
)  # fmt: skip

RAISED: Final = Question(
    number=4,
    slug="raised-marks",
    title_ru="Отметки, повышенные незадолго до конца периода; претенденты на аттестат с отличием",
    title_en="Marks raised shortly before a period's end; candidates for a certificate with honours",
    answer=raised_marks,
    parameters=(
        *(choosing.CLASS, choosing.SUBJECT, choosing.TEACHER, choosing.STUDENT),
        Parameter(
            "days", "number", "за сколько дней до конца периода", "how many days before the period's end",
            least=0, most=366, default=14,
        ),
        Parameter(
            "honours", "choice", "вместо того: все исправления отметок претендентов (9 и 11 классы)",
            "instead: all corrections of the candidates' marks (grades 9 and 11)", choices=("yes", "no"), default="no",
        ),
    ),
    columns=(
        Column("change", "изменение", words={
            "raised": "повышена", "lowered": "понижена", "annulled": "1 или 2 аннулирована", "other": "иное",
        }),
        Column("period_ends_on", "конец периода"),
        *_COLUMNS,
    ),
    limits_ru="Претендент — у кого по каждому предмету итоговая или годовая отметка 5, а пока их нет — среднее отметок "
    "за периоды или, без них, текущих не ниже 4,5. Итоги видны, если повышены за столько же дней до конца периода или "
    "после него; экзамены претендентов не определяют.",
    limits_en="A candidate has a final or year's mark of 5 in every subject or, while there is none, a mean of the "
    "periods' marks, else of marks so far, of 4.5 or more. Results show where they were raised within so many days "
    "before or after the period's end; examinations make no candidates.",
)  # fmt: skip
