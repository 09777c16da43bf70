"""What the journal knows of a student's years of study: read for one decision, and noted as read."""

from __future__ import annotations

from collections.abc import Collection

from ledger.journal.context import Context
from ledger.journal.course import Course
from ledger.journal.finals import PeriodMark
from ledger.journal.roster import ClassGroup
from ledger.journal.sheet import ResultSheet
from ledger.journal.year import Period, SchoolYear


class JournalStudies:
    """Fills `ledger.journal.finals.Studies`.

    The lists of the school's years, of a class's courses and of a subject's sheets are as of the log's size, and that
    must still be its size at the append: a year, a class or a mark that comes meanwhile refuses it.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._classes: dict[tuple[str, int], list[ClassGroup]] = {}
        self._sheets: dict[tuple[str, int, str], list[ResultSheet]] = {}
        self._years: list[SchoolYear] | None = None

    def years(self) -> list[tuple[str, str]]:
        """Return id and first day of all years, as they were opened."""
        if self._years is None:
            found = [self._context.find_if_any(SchoolYear, f"year/{id_}") for id_ in self._context.books.years()]
            self._context.expected_size = self._context.books.size
            self._years = [year for year in found if year is not None]
        return [(year.id, year.starts_on) for year in self._years]

    def attended(self, student: str, year: str, grade: int) -> bool:
        """Tell whether the student was ever in a class of the grade."""
        return any(student in group.roster for group in self._of(year, grade))

    def taught(self, student: str, year: str, grade: int) -> set[str]:
        """Return the titles of the student's courses."""
        titles = set()
        for group in self._of(year, grade):
            if student not in group.roster:
                continue
            for stream in self._context.books.class_streams(group.id):
                if stream.startswith("course/"):
                    course = self._context.find_if_any(Course, stream)
                    if course is not None and (course.subgroup is None or student in course.members):
                        titles.add(course.subject)
        self._context.expected_size = self._context.books.size
        return titles

    def periods(self, year: str, grade: int) -> list[tuple[str, str]]:
        """Return id and kind of the year's periods of the grade."""
        return [(period.id, period.kind) for period in self._periods(year) if grade in period.grades]

    def marks(self, student: str, year: str, grade: int, titles: Collection[str]) -> list[PeriodMark]:
        """Return the student's standing marks of periods."""
        kinds = {period.id: period.kind for period in self._periods(year)}
        return [
            PeriodMark(title, sheet.period, kinds[sheet.period], fact.standing, str(fact.value))
            for title in sorted(titles)
            for sheet in self._sheets_of(year, grade, title)
            if (fact := sheet.standing_of("period_mark", student)) is not None
        ]

    def _periods(self, year: str) -> list[Period]:
        # What a period says of itself never changes, so only the year that lists it is noted.
        of = self._context.find_if_any(SchoolYear, f"year/{year}")
        found = [self._context.books.find(f"period/{id_}") for id_ in of.periods] if of is not None else []
        return [period for period in found if isinstance(period, Period)]

    def _of(self, year: str, grade: int) -> list[ClassGroup]:
        """Return the classes of a year and a grade, noted as read with the year."""
        if (year, grade) not in self._classes:
            of = self._context.find_if_any(SchoolYear, f"year/{year}")
            found = [self._context.books.find(f"class/{id_}") for id_ in of.class_groups] if of is not None else []
            groups = [group for group in found if isinstance(group, ClassGroup) and group.grade == grade]
            self._context.reads.update({group.stream: group.version for group in groups})
            self._classes[year, grade] = groups
        return self._classes[year, grade]

    def _sheets_of(self, year: str, grade: int, title: str) -> list[ResultSheet]:
        key = (year, grade, title)
        if key not in self._sheets:
            streams = self._context.books.subject_sheets([group.id for group in self._of(year, grade)], title)
            self._context.expected_size = self._context.books.size
            found = [self._context.find_if_any(ResultSheet, stream) for stream in streams]
            self._sheets[key] = [sheet for sheet in found if sheet is not None]
        return self._sheets[key]
