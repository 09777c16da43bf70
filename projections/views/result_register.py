"""Results and how they were computed; which do not follow from the marks that stand; which were not published.

The inspector's question: period or year marks whose value does not follow from current marks. A result keeps what it
was computed from, so it is answered twice: from the marks that stood then, and again from those that stand at the
position that is asked about, by the same rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import orjson

from ledger.journal.computing import (
    Computed,
    Input,
    compute_final_mark,
    compute_period_mark,
    compute_year_mark,
)
from ledger.journal.result_events import AssessmentRules
from projections.reading import Answer, AsOf, Reader, resolve, stands


@dataclass(frozen=True, slots=True)
class Result:
    """One result that stands.

    Attributes:
        entry: what says its value as it stands; `fact`: the entry that first recorded it, with the value `recorded`.
        sheet, course, class_group, class_name, subject: of what.
        period, period_kind, period_number: in which period; the year's mark is of the kind ``year``.
        what: `ledger.journal.vocabulary.ResultKind`; `student`: whose.
        value: what stands.
        computed, sum, weight, inputs, rule: what the rules of entry `rule` gave, from which entries; the mean is
            `sum` / `weight`, and `mean_hundredths` its whole hundredths. None for an examination.
        reason, note: why another value was given; `note` is a digest.
        obtained_at, protocol: of an examination.
        published_by, published_at, published_obtained_at: the first publication behind `fact`, or None.
        computed_now, inputs_now: what the same rules give from the marks that stand at the position.
        deviates: whether `value` is not `computed`; `outdated`: whether the inputs or what they give changed since.
        at, actor: when and by whom it was recorded.
    """

    entry: int
    fact: int
    sheet: str
    course: str
    class_group: str
    class_name: str
    subject: str
    period: str
    period_kind: str
    period_number: int
    what: str
    student: str
    recorded: str
    value: str
    computed: str | None
    sum: int | None
    weight: int | None
    mean_hundredths: int | None
    inputs: tuple[int, ...] | None
    rule: int | None
    reason: str | None
    note: str | None
    obtained_at: str | None
    protocol: str | None
    published_by: int | None
    published_at: str | None
    published_obtained_at: str | None
    computed_now: str | None
    inputs_now: tuple[int, ...] | None
    deviates: bool
    outdated: bool
    at: str
    actor: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of assessment; in force from `effective_from` until the next row's day."""

    entry: int
    order_number: str
    order_date: str
    effective_from: str
    rules: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of the council; `replaced_by`: the one that takes its place, None while it stands."""

    entry: int
    year: str
    protocol: str
    held_on: str
    decision: str
    students: tuple[str, ...]
    basis: str | None
    replaced_by: int | None
    at: str


def results(
    views: Reader,
    *,
    class_group: str | None = None,
    course: str | None = None,
    period: str | None = None,
    student: str | None = None,
    sheet: str | None = None,
    at: AsOf = None,
) -> Answer[Result]:
    """Results that stand, by period, class, subject and their entries.

    Args:
        views: whom to ask.
        class_group: only of this class.
        course: only of this course.
        period: only of this period.
        student: only of this student.
        sheet: only of this sheet.
        at: as of.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    wanted = {
        "o.class_group": class_group,
        "s.course": course,
        "s.period": period,
        "r.student": student,
        "r.sheet": sheet,
    }
    return Answer(position, _results(views, position, wanted))


def deviations(
    views: Reader,
    *,
    class_group: str | None = None,
    period: str | None = None,
    teacher: str | None = None,
    at: AsOf = None,
) -> Answer[Result]:
    """Results that are not what the rules computed, or do not follow any more from the marks that stand."""
    position = resolve(views, at)
    found = _results(views, position, {"o.class_group": class_group, "s.period": period})
    rows = (row for row in found if row.deviates or row.outdated)
    return Answer(position, tuple(row for row in rows if teacher in (None, row.actor)))


def unpublished(views: Reader, *, period: str | None = None, at: AsOf = None) -> Answer[Result]:
    """Results that nobody said were shown (regulation 2.3.3)."""
    position = resolve(views, at)
    found = _results(views, position, {"s.period": period})
    return Answer(position, tuple(row for row in found if row.published_by is None))


def assessment_rules(views: Reader, *, at: AsOf = None) -> Answer[Rules]:
    """Rules of assessment in the order of their days, which is that of their entries."""
    position = resolve(views, at)
    sql = f"""SELECT a.entry, a.order_number, a.order_date, a.effective_from, a.rules FROM {{assessment}} a
        WHERE {stands("a")} ORDER BY a.entry"""
    rows = views.select(sql, {"at": position})
    return Answer(
        position,
        tuple(Rules(entry, number, day, from_, orjson.loads(rules)) for entry, number, day, from_, rules in rows),
    )


def council_decisions(
    views: Reader, *, year: str | None = None, student: str | None = None, at: AsOf = None
) -> Answer[Decision]:
    """Decisions of the council, those that were replaced too, in the order of their entries."""
    position = resolve(views, at)
    condition = "" if year is None else " AND c.year = :year"
    sql = f"""SELECT c.entry, c.year, c.protocol, c.held_on, c.decision, c.students, c.basis,
          (SELECT min(n.entry) FROM {{council}} n WHERE n.replaces = c.entry AND {stands("n")}),
          (SELECT m.at FROM {{commands}} m WHERE m.entry <= c.entry ORDER BY m.entry DESC LIMIT 1)
        FROM {{council}} c WHERE {stands("c")}{condition} ORDER BY c.entry"""
    parameters = {"at": position} | ({} if year is None else {"year": year})
    found = (
        Decision(entry, of, protocol, held_on, decision, tuple(orjson.loads(students)), basis, replaced_by, moment)
        for entry, of, protocol, held_on, decision, students, basis, replaced_by, moment in views.select(
            sql, parameters
        )
    )
    return Answer(position, tuple(row for row in found if student is None or student in row.students))


_RESULTS: Final = f"""
    SELECT r.entry, r.fact, r.sheet, s.course, o.class_group, g.grade, g.letter, o.subject, s.period, p.kind, p.number,
      r.what, r.student, r.recorded, r.value, r.computed, r.sum, r.weight, r.inputs, r.rule, r.reason, r.note,
      r.obtained_at, r.protocol, b.entry, b.obtained_at,
      (SELECT m.at FROM {{commands}} m WHERE m.entry <= b.entry ORDER BY m.entry DESC LIMIT 1),
      m.at, m.actor, o.year, p.starts_on, p.ends_on
    FROM {{results}} r
    JOIN {{result_sheets}} s ON s.sheet = r.sheet AND {stands("s")}
    JOIN {{courses}} o ON o.course = s.course AND {stands("o")}
    JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}
    JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
    JOIN {{commands}} m ON m.entry = (SELECT max(f.entry) FROM {{commands}} f WHERE f.entry <= r.fact)
    LEFT JOIN {{publications}} b ON b.entry = (
      SELECT min(q.entry) FROM {{publications}} q
      WHERE q.sheet = r.sheet AND q.what = r.what AND q.entry > r.fact AND {stands("q")})
    WHERE {stands("r")} AND r.value IS NOT NULL"""


def _results(views: Reader, position: int, wanted: Mapping[str, str | None]) -> tuple[Result, ...]:
    given = {column: value for column, value in wanted.items() if value is not None}
    names = {column: column.partition(".")[2] for column in given}
    conditions = "".join(f" AND {column} = :{name}" for column, name in names.items())
    parameters: dict[str, object] = {"at": position, **{names[column]: value for column, value in given.items()}}
    order = " ORDER BY p.starts_on, p.kind, g.grade, g.letter, o.subject, r.fact"
    rows = views.select(_RESULTS + conditions + order, parameters)
    now = _Now(views, position)
    return tuple(_result(row, now) for row in rows)


def _result(row: tuple[Any, ...], now: _Now) -> Result:
    entry, fact, sheet, course, group, grade, letter, subject, period, kind, number, what, student = row[:13]
    recorded, value, computed, total, weight, inputs, rule, reason, note, obtained_at, protocol = row[13:24]
    published_by, published_obtained_at, published_at, at, actor, year, starts_on, ends_on = row[24:]
    found: Computed | None = None
    listed: tuple[int, ...] | None = None
    if rule is not None:
        listed = tuple(orjson.loads(inputs))
        found = now.compute(what, kind, rule, student, sheet, (year, subject, starts_on, ends_on))
    return Result(
        entry=entry,
        fact=fact,
        sheet=sheet,
        course=course,
        class_group=group,
        class_name=f"{grade}{letter}",
        subject=subject,
        period=period,
        period_kind=kind,
        period_number=number,
        what=what,
        student=student,
        recorded=recorded,
        value=value,
        computed=computed,
        sum=total,
        weight=weight,
        mean_hundredths=100 * total // weight if weight else None,
        inputs=listed,
        rule=rule,
        reason=reason,
        note=note,
        obtained_at=obtained_at,
        protocol=protocol,
        published_by=published_by,
        published_at=published_at,
        published_obtained_at=published_obtained_at,
        computed_now=found.value if found else None,
        inputs_now=found.inputs if found else None,
        deviates=computed is not None and value != computed,
        outdated=found is not None
        and (found.value, found.sum, found.weight, found.inputs) != (computed, total, weight, listed),
        at=at,
        actor=actor,
    )


_Span = tuple[str, str, str, str]
"""Year and subject, first and last day."""


class _Now:
    """What the rules give from the marks that stand at a position; each subject and period is read once."""

    def __init__(self, views: Reader, position: int) -> None:
        self._views = views
        self._position = position
        self._rules: dict[int, AssessmentRules] = {
            row.entry: msgspec.convert(row.rules, AssessmentRules) for row in assessment_rules(views, at=position).rows
        }
        self._marks: dict[_Span, dict[str, list[Input]]] = {}
        self._of_year: dict[tuple[str, str], dict[str, list[Input]]] = {}
        self._of_sheet: dict[str, dict[tuple[str, str], Input]] = {}

    def compute(self, what: str, kind: str, rule: int, student: str, sheet: str, span: _Span) -> Computed:
        """Compute a result anew."""
        rules = self._rules[rule]
        if what == "final_mark":
            own = self._sheet(sheet)
            return compute_final_mark(own.get(("period_mark", student)), own.get(("exam_result", student)), rules)
        if kind == "year":
            return compute_year_mark(self._periods(span[0], span[1]).get(student, ()), rules)
        return compute_period_mark(self._lessons(span).get(student, ()), rules)

    def _lessons(self, span: _Span) -> dict[str, list[Input]]:
        if span not in self._marks:
            year, subject, first, last = span
            sql = f"""SELECT c.student, c.entry, c.value, w.weight FROM {{courses}} o
                JOIN {{lessons}} l ON l.course = o.course AND {stands("l")}
                JOIN {{cells}} c ON c.lesson = l.lesson AND c.what = 'mark' AND c.value IS NOT NULL AND {stands("c")}
                JOIN {{works}} w ON w.lesson = c.lesson AND w.work = c.work AND {stands("w")}
                WHERE o.year = :year AND o.subject = :subject AND {stands("o")}
                  AND l.held_on BETWEEN :first AND :last"""
            parameters = {"at": self._position, "year": year, "subject": subject, "first": first, "last": last}
            self._marks[span] = _by_student(self._views.select(sql, parameters))
        return self._marks[span]

    def _periods(self, year: str, subject: str) -> dict[str, list[Input]]:
        if (year, subject) not in self._of_year:
            sql = f"""SELECT r.student, r.entry, r.value, 100 FROM {{courses}} o
                JOIN {{result_sheets}} s ON s.course = o.course AND {stands("s")}
                JOIN {{periods}} p ON p.period = s.period AND p.kind <> 'year' AND {stands("p")}
                JOIN {{results}} r ON r.sheet = s.sheet AND r.what = 'period_mark' AND {stands("r")}
                  AND r.value IS NOT NULL
                WHERE o.year = :year AND o.subject = :subject AND {stands("o")}"""
            parameters = {"at": self._position, "year": year, "subject": subject}
            self._of_year[year, subject] = _by_student(self._views.select(sql, parameters))
        return self._of_year[year, subject]

    def _sheet(self, sheet: str) -> dict[tuple[str, str], Input]:
        if sheet not in self._of_sheet:
            sql = f"""SELECT r.what, r.student, r.entry, r.value FROM {{results}} r
                WHERE r.sheet = :sheet AND r.value IS NOT NULL AND {stands("r")}"""
            rows = self._views.select(sql, {"at": self._position, "sheet": sheet})
            self._of_sheet[sheet] = {(what, student): Input(entry, value) for what, student, entry, value in rows}
        return self._of_sheet[sheet]


def _by_student(rows: list[tuple[Any, ...]]) -> dict[str, list[Input]]:
    found: dict[str, list[Input]] = {}
    for student, entry, value, weight in rows:
        found.setdefault(student, []).append(Input(entry, value, weight))
    return found
