"""What the replay tells of an archive's tables: nothing is compared here, `archive_tables` does."""

from collections.abc import Iterator
from typing import Any

from verify.state import Course, Fact, Lesson, Person, Sheet, Stay, Stream, Work


class Tables:
    """No tables to compare: a range that does not begin at 0, or a log without an archive around it."""

    def person(self, index: int, person: Person) -> None:
        """Expect a row of people."""

    def enrolled(self, index: int, class_key: bytes, class_name: bytes, person: Person, starts_on: bytes) -> None:
        """Expect a row of enrollments."""

    def left(self, class_key: bytes, person: Person, ends_on: bytes) -> None:
        """End an enrollment."""

    def course(self, index: int, course: Course) -> None:
        """Expect a row of courses."""

    def joined(self, index: int, course: Course, person: Person, stay: Stay) -> None:
        """Expect a row of subgroups, at the end."""

    def planned(
        self, index: int, course: Course | None, number: int, topic: dict[str, Any] | None, reason: bytes, basis: bytes
    ) -> None:
        """Expect a row of plans; the basis as it is spelt in JSON, no topic where the item is taken out."""

    def lesson(self, lesson: Lesson) -> None:
        """Expect a row of lessons, at the end."""

    def substitution(self, index: int, at: bytes, lesson: Lesson, fact: Fact) -> None:
        """Expect a row of substitutions, at the end."""

    def mark(self, index: int, at: bytes, lesson: Lesson, fact: Fact) -> None:
        """Expect a row of marks."""

    def absence(self, index: int, at: bytes, lesson: Lesson, fact: Fact) -> None:
        """Expect a row of absences."""

    def changed(self, fact: Fact) -> None:
        """Take note that another value of a mark, absence, lateness or early leaving stands."""

    def rekinded(self, work: Work) -> None:
        """Take note that a work was corrected."""

    def files(self, index: int, at: bytes, lesson: Lesson, homework: bytes) -> None:
        """Expect a row of files for each that goes with homework; its value raw."""

    def correction(
        self, index: int, at: bytes, what: str, corrects: bytes, cells: tuple[bytes, ...], actor: bytes
    ) -> None:
        """Expect a row of corrections."""

    def regulation(self, index: int, number: bytes, signed_on: bytes, from_: bytes, parameters: bytes) -> None:
        """Expect a row of regulations; the number as it is spelt in JSON, the parameters raw."""

    def appointment(self, index: int, person: Person, number: bytes, signed_on: bytes, starts_on: bytes) -> None:
        """Expect a row of responsible; the number as it is spelt in JSON."""

    def plain(self, name: str, index: int, cells: list[bytes]) -> None:
        """Expect a row of closings, evidence or printouts, which nothing later changes; cells but the first."""

    def renamed(self, person: Person) -> None:
        """Take note that another name stands for a person."""

    def row(self, name: str, index: int, cells: list[bytes]) -> None:
        """Expect a row of a table whose cells later entries may still change in the list, at the end."""

    def duty(self, index: int, person: Person, duty: bytes, number: bytes, signed_on: bytes, span: Stay) -> None:
        """Expect a row of duties, at the end; the number as it is spelt in JSON."""

    def bells(self, index: int, stream: Stream, from_: bytes, title: bytes, lessons: list[dict[str, Any]]) -> None:
        """Expect a row of bells for each lesson; the title as it is spelt in JSON."""

    def timetable(
        self,
        index: int,
        class_name: bytes,
        from_: bytes,
        bells: bytes,
        lessons: list[dict[str, Any]],
        courses: dict[str, Course | None],
    ) -> None:
        """Expect a row of timetables for each lesson."""

    def assessment(self, index: int, number: bytes, signed_on: bytes, from_: bytes, rules: bytes) -> None:
        """Expect a row of assessment; the number as it is spelt in JSON, the rules raw."""

    def result(self, at: bytes, sheet: Sheet, fact: Fact, value: bytes, cells: tuple[bytes, ...]) -> None:
        """Expect a row of results, at the end; cells as the event has them (verify/results.py)."""

    def result_correction(
        self, index: int, at: bytes, sheet: Sheet, fact: Fact | None, corrects: bytes, cells: tuple[bytes, ...],
        actor: bytes,
    ) -> None:  # fmt: skip
        """Expect a row of result_corrections."""

    def decision(
        self, index: int, at: bytes, cells: tuple[bytes | None, ...], people: list[Person], replaces: int | None
    ) -> None:
        """Expect a row of council, at the end."""

    def deadlines(self, rows: Iterator[bytes], counts: Iterator[bytes]) -> None:
        """Expect the rows of deadlines and of their counts, where these were asked for."""

    def leave(self) -> None:
        """Compare no more: the walk does not come to where the archive begins."""

    def finish(self) -> None:
        """Judge what only the last entry decides."""
