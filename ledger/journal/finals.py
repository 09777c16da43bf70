"""Final marks over years of study: the mean of half-years' and years' marks of grades 10 and 11 (order 546, p. 5.3).

What a student was taught, and which marks stand of it, is asked of `Studies`: of the journal when a mark is recorded,
of views when it is computed again. Which years and marks count is said here once, as `verify/spec/events.md` says it
(Over years of study); `tests/worked/results/over_years.toml` has cases that were worked by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from ledger.journal.computing import NOT_ASSESSED, Computed, digits_of
from ledger.journal.result_events import AssessmentRules, FinalOverYears


class PeriodMark(NamedTuple):
    """A student's mark for a period that stands: of the subject's `title`, by its standing entry."""

    title: str
    period: str
    kind: str
    entry: int
    value: str


class StudyPlace(NamedTuple):
    """Of what a final mark is: the year and grade of the sheet's class, and the subject of its course."""

    year: str
    grade: int
    subject: str


class Studies(Protocol):
    """What is known of the school's years. A year and a grade stand for all classes of both."""

    def years(self) -> Sequence[tuple[str, str]]:
        """Return id and first day of all years, in the order in which they were opened."""

    def attended(self, student: str, year: str, grade: int) -> bool:
        """Tell whether the student ever had a stay in such a class."""

    def taught(self, student: str, year: str, grade: int) -> Collection[str]:
        """Return the titles of the courses of such classes of the student's; of a subgroup's, where a member."""

    def periods(self, year: str, grade: int) -> Sequence[tuple[str, str]]:
        """Return id and kind of the year's periods of the grade."""

    def marks(self, student: str, year: str, grade: int, titles: Collection[str]) -> Sequence[PeriodMark]:
        """Return the student's standing marks of periods in the sheets of such classes, of subjects so titled."""


def is_over_years(rules: AssessmentRules, grade: int) -> bool:
    """Tell whether a final mark in the sheet of a class of this grade is of several years of study."""
    return rules.final_over_years is not None and grade in rules.final_over_years.grades


def marks_over_years(rules: AssessmentRules, student: str, place: StudyPlace, studies: Studies) -> list[PeriodMark]:
    """Return all marks that a final mark might be of, words too, by grade."""
    return [mark for study in _studied(_over(rules), student, place, studies) for mark in study.marks]


def compute_final_over_years(rules: AssessmentRules, student: str, place: StudyPlace, studies: Studies) -> Computed:
    """Compute a final mark of all years of study, rounded mathematically; where marks of a grade lack, none."""
    studied = _studied(_over(rules), student, place, studies)
    counted = [(mark.entry, digit) for study in studied for mark in study.marks for digit in digits_of(mark.value)]
    total, weight = sum(digit for _, digit in counted), len(counted)
    lacks = tuple(study.grade for study in studied if study.lacks)
    value = NOT_ASSESSED if lacks or not weight else str((2 * total + weight) // (2 * weight))
    return Computed(value, total, weight, tuple(sorted(entry for entry, _ in counted)), lacks)


class _Studied(NamedTuple):
    """A grade with the marks of it that take part, and whether some are missing."""

    grade: int
    marks: list[PeriodMark]
    lacks: bool


def _over(rules: AssessmentRules) -> FinalOverYears:
    if rules.final_over_years is None:
        raise ValueError("these rules have no final marks over years")
    return rules.final_over_years


def _studied(over: FinalOverYears, student: str, place: StudyPlace, studies: Studies) -> list[_Studied]:
    """Return what there is of each grade from the first to the class's own."""
    titles = frozenset((place.subject, *(one.was for one in over.renamed if one.title == place.subject)))
    found = []
    for grade in range(over.first_grade, place.grade + 1):
        year = _year_of(grade, student, place, studies)
        if year is None:
            found.append(_Studied(grade, [], lacks=True))
            continue
        marks = [mark for mark in studies.marks(student, year, grade, titles) if mark.kind in over.marks]
        taught = titles.intersection(studies.taught(student, year, grade)) | {mark.title for mark in marks}
        if grade == place.grade:
            taught |= {place.subject}
        periods = [period for period, kind in studies.periods(year, grade) if kind in over.marks]
        found.append(_Studied(grade, marks, _lacks(marks, taught, periods)))
    return found


def _year_of(grade: int, student: str, place: StudyPlace, studies: Studies) -> str | None:
    """Return the year of study of a grade: of a lower one, the last year before in which the student was in it."""
    if grade == place.grade:
        return place.year
    years = studies.years()
    begins = dict(years)[place.year]
    # Sorting keeps the order in which years of one day were opened.
    earlier = sorted((year for year in years if year[1] < begins), key=lambda year: year[1])
    return next((year for year, _ in reversed(earlier) if studies.attended(student, year, grade)), None)


def _lacks(marks: Sequence[PeriodMark], taught: Collection[str], periods: Sequence[str]) -> bool:
    """Tell whether a mark is missing of what was taught, or the year was not assessed."""
    if any(mark.kind == "year" and mark.value == NOT_ASSESSED for mark in marks):
        return True
    have = {(mark.title, mark.period) for mark in marks}
    return bool(taught) and (not periods or any((title, of) not in have for title in taught for of in periods))
