"""Results and how they were computed; which do not follow from the marks that stand; which were not published.

The inspector's question: period or year marks whose value does not follow from current marks. A result keeps what it
was computed from, so it is answered twice: from the marks that stood then, and again from those that stand at the
position that is asked about, by the same rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import orjson

from ledger.journal.computing import Computed
from ledger.journal.finals import StudyPlace
from projections.reading import Answer, AsOf, Reader, command_join, filters, listed, resolve, stands
from projections.rows import OPEN
from projections.views.result_changes import suspects
from projections.views.results_now import Anew, ResultsNow


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
        lacks: grades of which marks lacked that a final mark over years of study is of; the rules computed none then.
        obtained_at, protocol: of an examination.
        published_by, published_at, published_obtained_at: the first publication behind `fact`, or None.
        computed_now, inputs_now: what the same rules give from the marks that stand at the position.
        deviates: whether `value` is not `computed`; `outdated`: whether the inputs or what they give changed since.
        at, actor: when and by whom it was recorded.
        on_behalf_of, behalf_basis: for which teacher somebody else entered it, and on what ground; None: for nobody.
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
    lacks: tuple[int, ...]
    published_by: int | None
    published_at: str | None
    published_obtained_at: str | None
    computed_now: str | None
    inputs_now: tuple[int, ...] | None
    deviates: bool
    outdated: bool
    at: str
    actor: str
    on_behalf_of: str | None
    behalf_basis: str | None


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


@dataclass(frozen=True, slots=True)
class CorrectionRequest:
    """A request to correct a result after its publication.

    Attributes:
        entry: what says its status; `request`: its own index, by which it is answered.
        sheet, course, class_group, class_name, subject, period, what, student: of which result.
        corrects, old, new: the entry that it would replace, and the values; None: no result.
        reason, note, basis: why; `note` is a digest.
        status, answer_basis: ``open``, ``approved`` or ``refused``, and of a refusal the document.
        at, actor: when and by whom it was asked for.
    """

    entry: int
    request: int
    sheet: str
    course: str
    class_group: str
    class_name: str
    subject: str
    period: str
    what: str
    student: str
    corrects: int
    old: str | None
    new: str | None
    reason: str
    note: str | None
    basis: str
    status: str
    answer_basis: str | None
    at: str
    actor: str


def results(
    views: Reader,
    *,
    class_group: str | None = None,
    course: str | None = None,
    period: str | None = None,
    student: str | None = None,
    sheet: str | None = None,
    subject: str | None = None,
    rows: slice = slice(None),
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
        subject: only of this subject.
        rows: which of those, by their places among them.
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
        "o.subject": subject,
    }
    if rows == slice(None):
        return Answer(position, _results(views, position, wanted))
    # Their order first: what else there is to say of a row, and to compute, of the few alone.
    conditions, parameters = filters(*wanted.items())
    begin = rows.start or 0
    parameters |= {"at": position, "begin": begin, "count": (OPEN if rows.stop is None else rows.stop) - begin}
    found = views.select(f"{_PLACES}{conditions}{_ORDER} LIMIT :count OFFSET :begin", parameters)
    places = {entry: place for place, (entry,) in enumerate(found)}
    some = _results(views, position, {}, entries=dict.fromkeys(places, True))
    return Answer(position, tuple(sorted(some, key=lambda row: places[row.entry])))


def deviations(
    views: Reader,
    *,
    class_group: str | None = None,
    period: str | None = None,
    teacher: str | None = None,
    rows: slice = slice(None),
    at: AsOf = None,
) -> Answer[Result]:
    """Results that are not what the rules computed, or do not follow any more from the marks that stand.

    `rows`: which of those, by their places among them; what is behind them is not computed.
    """
    position = resolve(views, at)
    named = suspects(views, position, class_group=class_group, period=period)
    wanted = {"o.class_group": class_group, "s.period": period, "coalesce(m.on_behalf_of, m.actor)": teacher}
    found = (row for row in _each(views, position, wanted, entries=named) if row.deviates or row.outdated)
    return Answer(position, tuple(islice(found, rows.start, rows.stop)))


def unpublished(views: Reader, *, period: str | None = None, at: AsOf = None) -> Answer[Result]:
    """Results that nobody said were shown (regulation 2.3.3)."""
    position = resolve(views, at)
    return Answer(position, _results(views, position, {"s.period": period}, _UNPUBLISHED))


_REQUESTS: Final = f"""
    SELECT q.entry, q.request, q.sheet, s.course, o.class_group, g.grade, g.letter, o.subject, s.period, r.what,
      r.student, q.corrects, q.old, q.new, q.reason, q.note, q.basis, q.status, q.answer_basis, m.at, m.actor
    FROM {{result_requests}} q
    JOIN {{result_sheets}} s ON s.sheet = q.sheet AND {stands("s")}
    JOIN {{courses}} o ON o.course = s.course AND {stands("o")}
    JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}
    JOIN {{results}} r ON r.entry = q.corrects
    {command_join("q.request")}
    WHERE {stands("q")}"""


def correction_requests(
    views: Reader,
    *,
    sheet: str | None = None,
    class_group: str | None = None,
    status: str | None = None,
    at: AsOf = None,
) -> Answer[CorrectionRequest]:
    """Requests to correct published results, with their answers, in the order of the requests.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    wanted = {"q.sheet": sheet, "o.class_group": class_group, "q.status": status}
    given = {column: value for column, value in wanted.items() if value is not None}
    conditions = "".join(f" AND {column} = :{column.partition('.')[2]}" for column in given)
    parameters = {column.partition(".")[2]: value for column, value in given.items()}
    rows = views.select(f"{_REQUESTS}{conditions} ORDER BY q.request", {"at": position, **parameters})
    requests = []
    for row in rows:
        fields = (*row[:5], f"{row[5]}{row[6]}", *row[7:])
        requests.append(CorrectionRequest(*fields))
    return Answer(position, tuple(requests))


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
      r.obtained_at, r.protocol, r.lacks, b.entry, b.obtained_at,
      (SELECT m.at FROM {{commands}} m WHERE m.entry <= b.entry ORDER BY m.entry DESC LIMIT 1),
      m.at, m.actor, m.on_behalf_of, m.basis, o.year, p.starts_on, p.ends_on
    FROM {{results}} r
    JOIN {{result_sheets}} s ON s.sheet = r.sheet AND {stands("s")}
    JOIN {{courses}} o ON o.course = s.course AND {stands("o")}
    JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}
    JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
    {command_join("r.fact")}
    LEFT JOIN {{publications}} b ON b.entry = (
      SELECT min(q.entry) FROM {{publications}} q
      WHERE q.sheet = r.sheet AND q.what = r.what AND q.entry > r.fact AND {stands("q")})
    WHERE {stands("r")} AND r.value IS NOT NULL"""
_PLACES: Final = f"""
    SELECT r.entry FROM {{results}} r
    JOIN {{result_sheets}} s ON s.sheet = r.sheet AND {stands("s")}
    JOIN {{courses}} o ON o.course = s.course AND {stands("o")}
    JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}
    JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
    WHERE {stands("r")} AND r.value IS NOT NULL"""
_COMPUTED_AT_ONCE: Final = 1_024
_UNPUBLISHED: Final = " AND b.entry IS NULL"
_ORDER: Final = " ORDER BY p.starts_on, p.kind, g.grade, g.letter, o.subject, r.fact"


def _place(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """What `_ORDER` orders by, in rows of `_RESULTS`."""
    return row[33], row[9], row[5], row[6], row[7], row[1]


def _results(
    views: Reader,
    position: int,
    wanted: Mapping[str, str | None],
    more: str = "",
    *,
    entries: Mapping[int, bool] | None = None,
) -> tuple[Result, ...]:
    """Results that stand, as `_each` gives them."""
    return tuple(_each(views, position, wanted, more, entries=entries))


def _each(
    views: Reader,
    position: int,
    wanted: Mapping[str, str | None],
    more: str = "",
    *,
    entries: Mapping[int, bool] | None = None,
) -> Iterator[Result]:
    """Results that stand, of what is wanted, with one more condition; each is computed when it is asked for.

    Args:
        views: whom to ask.
        position: as of.
        wanted: column -> value, or None: any.
        more: the condition.
        entries: only these; whether each has to be computed again.
    """
    conditions, parameters = filters(*wanted.items())
    sql = _RESULTS + conditions + more
    parameters["at"] = position
    if entries is None:
        rows = views.select(sql + _ORDER, parameters)
    else:
        rows = []
        for some, of_them in listed(entries):
            rows += views.select(f"{sql} AND r.entry IN {some}", parameters | of_them)
        rows.sort(key=_place)
    rules = {row.entry: row.rules for row in assessment_rules(views, at=position).rows}
    now = ResultsNow(views, position, rules)
    for begin in range(0, len(rows), _COMPUTED_AT_ONCE):
        together = rows[begin : begin + _COMPUTED_AT_ONCE]
        anew = {row[0]: _anew(row) for row in together if row[19] is not None and (entries is None or entries[row[0]])}
        computed = dict(zip(anew, now.compute(anew.values()), strict=True))
        for row in together:
            yield _result(row, computed.get(row[0]))


def _anew(row: tuple[Any, ...]) -> Anew:
    """What is computed anew of a row of `_RESULTS` that rules computed."""
    what, student, rule = row[11], row[12], row[19]
    place = StudyPlace(year=row[32], grade=row[5], subject=row[7])
    return Anew(what, row[9], rule, student, row[2], place, row[33], row[34])


def _result(row: tuple[Any, ...], now: Computed | None) -> Result:
    """Make a result of a row; without what was computed `now` the rules give what they gave then."""
    entry, fact, sheet, course, group, grade, letter, subject, period, kind, number, what, student = row[:13]
    recorded, value, computed, total, weight, inputs, rule, reason, note, obtained_at, protocol, lacks = row[13:25]
    published_by, published_obtained_at, published_at, at, actor, behalf, ground = row[25:32]
    found: Computed | None = None
    listed: tuple[int, ...] | None = None
    lacking: tuple[int, ...] = () if lacks is None else tuple(orjson.loads(lacks))
    if rule is not None:
        listed = tuple(orjson.loads(inputs))
        found = Computed(computed, total, weight, listed, lacking) if now is None else now
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
        lacks=lacking,
        published_by=published_by,
        published_at=published_at,
        published_obtained_at=published_obtained_at,
        computed_now=found.value if found else None,
        inputs_now=found.inputs if found else None,
        deviates=computed is not None and value != computed,
        outdated=found is not None and found != (computed, total, weight, listed, lacking),
        at=at,
        actor=actor,
        on_behalf_of=behalf,
        behalf_basis=ground,
    )
