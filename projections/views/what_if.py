"""Results of a period as other rules would give them, beside what stands and what the rules in force give.

Nothing of it is recorded. The marks are those that stand at the position, and `ledger.journal.computing` computes from
them as it does when a result is recorded; only the rules and the weights are others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec

from ledger.errors import LetopisError
from ledger.journal.computing import (
    Computed,
    Input,
    compute_final_mark,
    compute_period_mark,
    compute_year_mark,
    digits_of,
    weight_of,
)
from ledger.journal.finals import StudyPlace, compute_final_over_years, is_over_years, marks_over_years
from ledger.journal.result_events import AssessmentRules
from ledger.journal.vocabulary import WorkKind
from projections.reading import Answer, AsOf, Reader, filters, resolve, stands
from projections.views.finals import ViewStudies
from projections.views.lookups import Period, classes, courses, memberships, periods
from projections.views.result_register import Result, assessment_rules, results


@dataclass(frozen=True, slots=True)
class Assumed:
    """What the question changes; what it does not name stays as it is.

    Attributes:
        rules: name of a rule of assessment -> its value.
        weights: kind of work -> weight of its marks, in hundredths.
    """

    rules: Mapping[str, str | int]
    weights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What rules give; the mean is `sum` / `weight`, and `mean_hundredths` its whole hundredths."""

    value: str
    sum: int
    weight: int
    mean_hundredths: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """A mark that counts: its standing entry, its work's kind (None: a result), its weight now and the assumed one."""

    entry: int
    value: str
    kind: str | None
    weight: int
    assumed_weight: int


@dataclass(frozen=True, slots=True)
class WhatIfRow:
    """A student's result in a course.

    Attributes:
        course, class_group, class_name, subject: in what; without a result that stands, the course of the student's
            class.
        period, what, student: for which period, a mark for it or the final one, whose.
        entry, stands: the result that stands and its value; None: there is none.
        by_rules: what the rules in force on the period's last day give; None: there are none.
        assumed: what the other rules give.
        inputs: the marks that count, by entry.
    """

    course: str
    class_group: str
    class_name: str
    subject: str
    period: str
    what: str
    student: str
    entry: int | None
    stands: str | None
    by_rules: Outcome | None
    assumed: Outcome
    inputs: tuple[Counted, ...]


@dataclass(frozen=True, slots=True)
class AssumedPeriod:
    """A period that was computed again; `rule`: entry of the rules in force on its last day, None where none are."""

    period: str
    kind: str
    number: int
    starts_on: str
    ends_on: str
    rule: int | None
    rules: Mapping[str, Any] | None
    assumed: Mapping[str, Any]


@dataclass(slots=True)
class Moves:
    """How many results the other rules raise and lower; `other`: one of the two is no mark from 1 to 5."""

    rise: int = 0
    fall: int = 0
    same: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The answer; `from_standing` compares with the results that stand, `from_rules` with the rules in force."""

    position: int
    periods: tuple[AssumedPeriod, ...]
    weights: Mapping[str, int]
    rows: tuple[WhatIfRow, ...]
    from_standing: Moves
    from_rules: Moves


class RulesLack(LetopisError):  # noqa: N818 - reads as what it says
    """No rules are in force on a period's last day, and the question does not name all of them; `names`: the rest."""

    def __init__(self, names: tuple[str, ...], ends_on: str) -> None:
        super().__init__(f"no rules of assessment are in force on {ends_on}; not named: {', '.join(names)}")
        self.names = names
        self.ends_on = ends_on


class WeightsIdle(LetopisError):  # noqa: N818 - reads as what it says
    """Weights are assumed, but the mean is plain: they would change nothing."""


RULES: Final = tuple(field.name for field in msgspec.structs.fields(AssessmentRules) if field.required)

RESULT_WEIGHT: Final = 100
"""Results all count alike."""


def what_if(
    views: Reader,
    assumed: Assumed,
    wanted: Iterable[Period],
    *,
    class_group: str | None = None,
    subject: str | None = None,
    student: str | None = None,
    at: AsOf = None,
) -> WhatIf:
    """Compute the results of periods again, by the rules in force and by others; by class, subject and student.

    A year's mark is computed from the periods' marks that stand, and a final mark from the year's that stands.

    Args:
        views: whom to ask.
        assumed: what is to be otherwise.
        wanted: the periods.
        class_group: only results in this class.
        subject: only of this subject.
        student: only of this student.
        at: as of.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
        RulesLack, WeightsIdle: the question cannot be answered as it is.
    """
    position = resolve(views, at)
    asked = _Asked(views, position, class_group, subject, student)
    rows: list[WhatIfRow] = []
    computed: list[AssumedPeriod] = []
    for period in wanted:
        rules = _rules_of(views, position, period, assumed)
        computed.append(rules)
        rows += _rows(asked, period, rules, assumed)
    return WhatIf(
        position,
        tuple(computed),
        dict(assumed.weights),
        tuple(rows),
        _moves((row.stands, row.assumed.value) for row in rows if row.stands is not None),
        _moves((row.by_rules.value, row.assumed.value) for row in rows if row.by_rules is not None),
    )


def _rules_of(views: Reader, position: int, period: Period, assumed: Assumed) -> AssumedPeriod:
    """The rules in force on a period's last day, and what they become."""
    version = None
    for row in assessment_rules(views, at=position).rows:
        version = row if row.effective_from <= period.ends_on else version
    given = {} if version is None else version.rules
    lacking = tuple(name for name in RULES if name not in given and name not in assumed.rules)
    if lacking:
        raise RulesLack(lacking, period.ends_on)
    others = {**given, **assumed.rules}
    if assumed.weights and others["average"] != "weighted":
        raise WeightsIdle
    return AssumedPeriod(
        period.period,
        period.kind,
        period.number,
        period.starts_on,
        period.ends_on,
        None if version is None else version.entry,
        None if version is None else given,
        others,
    )


class _Mark(NamedTuple):
    """A mark that stands; `kind`: of its work, and `weight`: what that says itself."""

    course: str
    subject: str
    student: str
    entry: int
    value: str
    kind: WorkKind | None
    weight: int | None
    place: tuple[str, int]
    """Day and number of the lesson."""

    def input(self, assumed: Assumed | None = None) -> Input:
        """As it is computed from; a weight that the question gives the kind goes before what the work says."""
        weight = self.weight if assumed is None else assumed.weights.get(self.kind or "", self.weight)
        return Input(self.entry, self.value, weight, self.kind)


class _Class(NamedTuple):
    class_group: str
    name: str
    order: tuple[int, str]


class _Asked:
    """What is asked about and what the school is made of, read once."""

    def __init__(
        self, views: Reader, position: int, class_group: str | None, subject: str | None, student: str | None
    ) -> None:
        self.views = views
        self.position = position
        self.class_group = class_group
        self.subject = subject
        self.student = student
        self.classes = {
            row.class_group: _Class(row.class_group, row.name, (row.grade, row.letter))
            for row in classes(views, at=position).rows
        }
        self.courses = {row.course: row for row in courses(views, at=position).rows}
        self.studies = ViewStudies(views, position)
        self.stays: dict[str, list[tuple[str, str | None, str]]] = {}
        for stay in memberships(views, student=student, at=position).rows:
            self.stays.setdefault(stay.student, []).append((stay.starts_on, stay.ends_on, stay.class_group))

    def standing(self, period: Period) -> Answer[Result]:
        """Results that stand in a period."""
        return results(
            self.views,
            class_group=self.class_group,
            subject=self.subject,
            student=self.student,
            period=period.period,
            at=self.position,
        )

    def lesson_marks(self, period: Period) -> list[_Mark]:
        """Marks of the lessons of a period, of everybody who was ever in the class that is asked about."""
        conditions, parameters = filters(("o.subject", self.subject), ("c.student", self.student))
        if self.class_group is not None:
            parameters["class_group"] = self.class_group
            conditions += f""" AND c.student IN
                (SELECT e.student FROM {{enrollments}} e WHERE e.class_group = :class_group AND {stands("e")})"""
        sql = f"""SELECT o.course, o.subject, c.student, c.entry, c.value, w.kind, w.weight, l.held_on, l.number
            FROM {{courses}} o
            JOIN {{lessons}} l ON l.course = o.course AND {stands("l")}
            JOIN {{cells}} c ON c.lesson = l.lesson AND c.what = 'mark' AND c.value IS NOT NULL AND {stands("c")}
            JOIN {{works}} w ON w.lesson = c.lesson AND w.work = c.work AND {stands("w")}
            WHERE o.year = :year AND {stands("o")} AND l.held_on BETWEEN :first AND :last{conditions}"""
        parameters |= {"at": self.position, "year": period.year, "first": period.starts_on, "last": period.ends_on}
        return [
            _Mark(course, subject, who, entry, value, kind, weight, (held_on, number))
            for course, subject, who, entry, value, kind, weight, held_on, number in self.views.select(sql, parameters)
        ]

    def period_marks(self, year: str) -> list[_Mark]:
        """Marks of a year's periods, which a year's mark is computed from."""
        conditions, parameters = filters(("o.subject", self.subject), ("r.student", self.student))
        sql = f"""SELECT o.course, o.subject, r.student, r.entry, r.value, p.ends_on FROM {{courses}} o
            JOIN {{result_sheets}} s ON s.course = o.course AND {stands("s")}
            JOIN {{periods}} p ON p.period = s.period AND p.kind <> 'year' AND {stands("p")}
            JOIN {{results}} r ON r.sheet = s.sheet AND r.what = 'period_mark' AND r.value IS NOT NULL
              AND {stands("r")}
            WHERE o.year = :year AND {stands("o")}{conditions}"""
        rows = self.views.select(sql, {**parameters, "at": self.position, "year": year})
        return [
            _Mark(course, subject, who, entry, value, None, RESULT_WEIGHT, (ends_on, 0))
            for course, subject, who, entry, value, ends_on in rows
        ]

    def course_of(self, student: str, marks: list[_Mark], period: Period) -> str | None:
        """The course in which a student without a result would have it: of the last class that was theirs then.

        Of several, as where the class is divided, the one of the latest mark; None: the student was in no class.
        """
        stays = [
            stay
            for stay in self.stays.get(student, ())
            if stay[0] <= period.ends_on
            and (stay[1] is None or stay[1] >= period.starts_on)
            and self.classes[stay[2]].order[0] in period.grades
        ]
        if not stays:
            return None
        last = max(stays, key=lambda stay: stay[0])[2]
        latest = max(marks, key=lambda mark: (mark.place, mark.entry))
        own = [
            row.course
            for row in self.courses.values()
            if row.class_group == last and row.subject == latest.subject and row.year == period.year
        ]
        if not own or latest.course in own:
            return latest.course
        return own[0]


def _rows(asked: _Asked, period: Period, rules: AssumedPeriod, assumed: Assumed) -> list[WhatIfRow]:
    """The rows of a period, by class, subject and student."""
    standing = asked.standing(period).rows
    is_year = period.kind == "year"
    given: dict[tuple[str, str], list[_Mark]] = {}
    for mark in asked.period_marks(period.year) if is_year else asked.lesson_marks(period):
        given.setdefault((mark.student, mark.subject), []).append(mark)
    compute = compute_year_mark if is_year else compute_period_mark
    places = {(row.student, row.subject): row for row in standing if row.what == "period_mark"}
    found = []
    for student, subject in sorted({*given, *places}):
        marks = given.get((student, subject), [])
        result = places.get((student, subject))
        course = asked.course_of(student, marks, period) if result is None else result.course
        if course is not None:
            found.append(_row(asked, rules, assumed, course, ("period_mark", student), result, marks, compute))
    found += [_final(asked, rules, assumed, row, standing) for row in standing if row.what == "final_mark"]
    shown = [row for row in found if asked.class_group in (None, row.class_group)]
    return sorted(shown, key=lambda row: (asked.classes[row.class_group].order, row.subject, row.what, row.student))


_Compute = Callable[[Iterable[Input], AssessmentRules], Computed]


def _row(
    asked: _Asked,
    rules: AssumedPeriod,
    assumed: Assumed,
    course: str,
    whose: tuple[str, str],
    result: Result | None,
    marks: list[_Mark],
    compute: _Compute,
) -> WhatIfRow:
    what, student = whose
    place = asked.courses[course]
    by_rules = None if rules.rules is None else _typed(rules.rules)
    by_others = _typed(rules.assumed)
    now, then = [mark.input() for mark in marks], [mark.input(assumed) for mark in marks]
    counted = tuple(
        Counted(old.entry, old.value, old.kind, weight_of(old, by_rules or by_others), weight_of(new, by_others))
        for old, new in sorted(zip(now, then, strict=True))
    )
    return WhatIfRow(
        course=course,
        class_group=place.class_group,
        class_name=asked.classes[place.class_group].name,
        subject=place.subject,
        period=rules.period,
        what=what,
        student=student,
        entry=None if result is None else result.entry,
        stands=None if result is None else result.value,
        by_rules=None if by_rules is None else _outcome(compute(now, by_rules)),
        assumed=_outcome(compute(then, by_others)),
        inputs=tuple(mark for mark in counted if digits_of(mark.value)),
    )


def _final(
    asked: _Asked, rules: AssumedPeriod, assumed: Assumed, final: Result, standing: tuple[Result, ...]
) -> WhatIfRow:
    """The row of a final mark: of the year's mark and the examination's in its sheet, or of all years of study."""
    own = {row.what: row for row in standing if (row.sheet, row.student) == (final.sheet, final.student)}
    year, exam = own.get("period_mark"), own.get("exam_result")
    place = StudyPlace(asked.courses[final.course].year, asked.classes[final.class_group].order[0], final.subject)
    marks = [_result_mark(final, row.entry, row.value) for row in (year, exam) if row is not None]
    # No question assumes another way over years, so that both rules have the same.
    if is_over_years(by_others := _typed(rules.assumed), place.grade):
        over = marks_over_years(by_others, final.student, place, asked.studies)
        marks = [_result_mark(final, mark.entry, mark.value) for mark in over]

    def compute(_: Iterable[Input], by: AssessmentRules) -> Computed:
        if is_over_years(by, place.grade):
            return compute_final_over_years(by, final.student, place, asked.studies)
        return compute_final_mark(_input(year), _input(exam), by)

    return _row(asked, rules, assumed, final.course, ("final_mark", final.student), final, marks, compute)


def _result_mark(final: Result, entry: int, value: str) -> _Mark:
    return _Mark(final.course, final.subject, final.student, entry, value, None, RESULT_WEIGHT, ("", 0))


def _input(result: Result | None) -> Input | None:
    return None if result is None else Input(result.entry, result.value)


def _typed(rules: Mapping[str, Any]) -> AssessmentRules:
    return msgspec.convert(rules, AssessmentRules)


def _outcome(found: Computed) -> Outcome:
    mean = 100 * found.sum // found.weight if found.weight else None
    return Outcome(found.value, found.sum, found.weight, mean)


def _moves(pairs: Iterable[tuple[str, str]]) -> Moves:
    found = Moves()
    for old, new in pairs:
        if old == new:
            found.same += 1
        elif digits_of(old) and digits_of(new):
            found.rise += old < new
            found.fall += old > new
        else:
            found.other += 1
    return found


def find_periods(views: Reader, name: str, *, at: AsOf = None) -> tuple[Period, ...]:
    """Periods of this id, or of this kind and number in the latest school year that has one: ``quarter-1``."""
    known = periods(views, at=at).rows
    exact = tuple(row for row in known if row.period == name)
    if exact:
        return exact
    named = [row for row in known if name in _names(row)]
    year = max(named, key=lambda row: row.starts_on).year if named else ""
    return tuple(row for row in named if row.year == year)


def period_names(views: Reader, *, at: AsOf = None) -> dict[str, tuple[str, str]]:
    """Name -> first and last day of the periods there are, as `find_periods` takes them, by their days."""
    return {_names(row)[0]: (row.starts_on, row.ends_on) for row in periods(views, at=at).rows}


def _names(period: Period) -> tuple[str, ...]:
    """What a period is called, the name to show first; a year's number says nothing."""
    numbered = f"{period.kind}-{period.number}"
    return ("year", numbered) if period.kind == "year" else (numbered,)
