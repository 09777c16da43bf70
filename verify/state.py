"""What the replay keeps of a school: plain values, small, because a year has half a million of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from verify.disclosures import NAME_PARTS

NULL: Final = b"null"


@dataclass(slots=True, eq=False)
class Stream:
    """Any stream: `<kind>/<uuid>`, its last version and index; `is_partial` where it began before the range."""

    key: bytes
    version: int = 0
    last: int = -1
    is_partial: bool = False
    id: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Keep the UUID alone: every row of a person or a lesson asks for it."""
        self.id = self.key.partition(b"/")[2]


@dataclass(slots=True, eq=False)
class Stay:
    """A student's stay in a class or a subgroup: its stream, the first day, and the last once it is said."""

    group: bytes
    starts_on: bytes
    ends_on: bytes | None = None


@dataclass(slots=True, eq=False)
class Person(Stream):
    """A person; `name` is what tables show, `cells` their `id;name;`, `stays` the last stay in a class by year.

    `parts` are the disclosed parts of the name; `renames` from which entry on which name, once it was changed.
    `subgroups` is the last stay in a subgroup by class and subject, `disclosed` the names of its values in the archive.
    """

    kind: bytes = b""
    name: bytes = b""
    cells: bytes = b""
    stays: dict[bytes, Stay] = field(default_factory=dict)
    subgroups: dict[tuple[bytes, bytes], Stay] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    renames: list[tuple[int, bytes]] = field(default_factory=list)
    disclosed: list[str] = field(default_factory=list)

    def rename(self, index: int) -> None:
        """Let the name be what its parts say, from this entry on; the id where they say nothing."""
        before = self.name
        self.name = " ".join(self.parts[part] for part in NAME_PARTS if part in self.parts).encode() or self.id
        if before and before != self.name:
            self.renames = self.renames or [(-1, before)]
            self.renames.append((index, self.name))

    def name_at(self, index: int) -> bytes:
        """Return the name that stood at an entry."""
        if not self.renames:
            return self.name
        return next((name for first, name in reversed(self.renames) if first <= index), self.name)


class Asked(NamedTuple):
    """A request to open something again: its entry, whose it is, and all who asked: who acted, and for whom."""

    entry: int
    by: bytes
    people: frozenset[bytes]


@dataclass(slots=True, eq=False)
class Period(Stream):
    """A reporting period: of which year and grades (none: unknown), from which day to which (inclusive).

    `closing` is the index of its last closing, `asked` the request to open it again that waits.
    """

    year: bytes = b""
    kind: bytes = b""
    number: bytes = b""
    grades: tuple[bytes, ...] = ()
    starts_on: bytes = b""
    ends_on: bytes = b""
    is_closed: bool = False
    closing: int = -1
    reopenings: int = 0
    asked: Asked | None = None


@dataclass(slots=True, eq=False)
class ClassGroup(Stream):
    """A class: its year and grade, and the name people use (`5А`); who was in it and when, and its courses.

    `assignments` are first days and class teachers, in the order of their entries; b"" is the first day of all.

    Of its journal: whether it is closed, how often it was reopened, the request for that which waits (`asked`), the
    digest of the summary sheet handed over last, and how often one was.
    """

    year: bytes = b""
    grade: bytes = b""
    name: bytes = b""
    assignments: list[tuple[bytes, bytes]] = field(default_factory=list)
    roster: "dict[Person, list[Stay]]" = field(default_factory=dict)
    courses: "list[Course]" = field(default_factory=list)
    is_closed: bool = False
    reopenings: int = 0
    asked: Asked | None = None
    transferred: bytes = b""
    transfers: int = 0


@dataclass(slots=True, eq=False)
class Course(Stream):
    """A subject in a class; `cells` are the cells `class;subject;` of its lessons' rows, `spelt` both alone.

    With a `subgroup` it is taught to a part of the class, whose stays by student are `members`.
    `assignments` are the first days and teachers of its `teacher_assigned`, `lessons` its lessons, both in order of the
    entries; `taught` is what it shares with the other courses of its subject in its year.
    """

    group: ClassGroup | None = None
    year: bytes = b""
    subject: bytes = b""
    taught: "Subject | None" = None
    cells: bytes = b""
    spelt: tuple[bytes, bytes] = (b"", b"")
    assignments: list[tuple[bytes, bytes]] = field(default_factory=list)
    subgroup: bytes | None = None
    members: dict[Person, list[Stay]] = field(default_factory=dict)
    lessons: list["Lesson"] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Plan(Stream):
    """A course's lesson plan: what stands under each number (raw JSON, without it), and the command that began it.

    `homework`: number -> entries that stated something under it, each with whether that has homework.
    """

    course: Course | None = None
    items: dict[int, bytes] = field(default_factory=dict)
    homework: dict[int, list[tuple[int, bool]]] = field(default_factory=dict)
    command: bytes = b""

    def state(self, number: int, index: int, item: dict[str, object] | None) -> None:
        """Take note of what an entry states under a number."""
        self.homework.setdefault(number, []).append((index, item is not None and "homework" in item))

    def has_homework(self, number: int, index: int) -> bool:
        """Say whether the item, as it stood before an entry, has homework."""
        before = [has for stated, has in self.homework.get(number, ()) if stated < index]
        return bool(before) and before[-1]


@dataclass(slots=True, eq=False)
class Fact:
    """One fact: the entry that first stated it, its standing entry and value (raw JSON), whose and of which work."""

    what: str
    first: int
    standing: int
    value: bytes
    who: Person | None = None
    work: "Work | None" = None


@dataclass(slots=True, eq=False)
class Work:
    """An assessed work with its marks and make-ups; `kinds`: from which entry on which kind stood, once corrected."""

    id: bytes
    lesson: "Lesson"
    fact: Fact
    kind: bytes
    marks: dict[Person, Fact] = field(default_factory=dict)
    make_ups: dict[Person, Fact] = field(default_factory=dict)
    standing_marks: int = 0
    standing_make_ups: int = 0
    kinds: list[tuple[int, bytes]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Request:
    """A correction asked for after the close: by and for whom, in which fields, and whether it was answered."""

    people: frozenset[bytes]
    what: str
    fields: tuple[bytes | None, ...]
    is_answered: bool = False


@dataclass(slots=True, eq=False)
class FactStream(Stream):
    """A stream of facts that are corrected, after a close by request.

    `beyond`: standing entries of facts that were first stated before the range, and of which nothing else is known.
    """

    requests: dict[int, Request] | None = None
    beyond: set[int] | None = None

    def is_beyond(self, corrects: int, start: int, by: int | None) -> bool:
        """Say whether a fact of before the range is cited; entry `by` stands for it from now on (None: no other)."""
        if corrects >= start and (self.beyond is None or corrects not in self.beyond):
            return False
        if by is not None:
            self.rests_before(by)
        return True

    def rests_before(self, index: int) -> None:
        """Take note of an entry that stands for a fact of which too much was said before the range."""
        self.beyond = self.beyond or set()
        self.beyond.add(index)


@dataclass(slots=True, eq=False)
class Lesson(FactStream):
    """A lesson and what stands in it: `in_use`: facts but the lesson and its substitution, `absent`: the absences.

    `by` is its teacher's id once it is recorded, `others` who else recorded in it.
    """

    course: Course | None = None
    teacher: Person | None = None
    by: bytes = b""
    others: frozenset[bytes] | None = None
    at: bytes = b""
    held_on: bytes = b""
    number: bytes = b""
    is_taken: bool = False
    is_closed: bool = False
    fact: Fact | None = None
    works: dict[bytes, Work] = field(default_factory=dict)
    absences: dict[Person, Fact] = field(default_factory=dict)
    latenesses: dict[Person, Fact] = field(default_factory=dict)
    early_leaves: dict[Person, Fact] = field(default_factory=dict)
    homework: Fact | None = None
    substitution: Fact | None = None
    in_use: int = 0
    absent: int = 0
    cells: bytes = b""
    _by_standing: dict[int, Fact] | None = None

    def added(self, fact: Fact) -> None:
        """Count a new fact in."""
        self.in_use += fact is not self.fact and fact is not self.substitution
        if self._by_standing is not None:
            self._by_standing[fact.standing] = fact

    def find(self, standing: int) -> Fact | None:
        """Return the fact that an entry stands for.

        All are listed when a first correction asks, as most lessons have none, and kept: one that was annulled may
        stand again when its place has another's.
        """
        if self._by_standing is None:
            self._by_standing = {fact.standing: fact for fact in self._facts()}
        return self._by_standing.get(standing)

    def stand(self, fact: Fact, standing: int) -> None:
        """Let another entry stand for a fact."""
        if self._by_standing is not None:
            self._by_standing.pop(fact.standing, None)
            self._by_standing[standing] = fact
        fact.standing = standing

    def _facts(self) -> Iterator[Fact]:
        yield from filter(None, (self.fact, self.substitution, self.homework))
        for slots in (self.absences, self.latenesses, self.early_leaves):
            yield from slots.values()
        for work in self.works.values():
            yield work.fact
            yield from work.marks.values()
            yield from work.make_ups.values()


@dataclass(slots=True, eq=False)
class Sheet(FactStream):
    """A result sheet: what stands by kind and student, and by standing entry; `published`: kind to the last index."""

    course: Course | None = None
    period: Period | None = None
    results: dict[tuple[str, Person], Fact] = field(default_factory=dict)
    standing: dict[int, Fact] = field(default_factory=dict)
    published: dict[str, list[int]] = field(default_factory=dict)

    def published_by(self, fact: Fact) -> int | None:
        """Return the entry that first published a result, or None."""
        return next((index for index in self.published.get(fact.what, ()) if index > fact.first), None)

    def is_settled(self, fact: Fact) -> bool:
        """Say whether a result was published, or its period closed behind it and not opened since."""
        is_behind = self.period is not None and self.period.is_closed and fact.first < self.period.closing
        return is_behind or self.published_by(fact) is not None


@dataclass(slots=True, eq=False)
class Subject:
    """A subject in a year: its marks by student, its sheets, by student those with a mark for their period, courses."""

    marks: dict[Person, list[Fact]] = field(default_factory=dict)
    sheets: list[Sheet] = field(default_factory=list)
    graded: dict[Person, list[Sheet]] = field(default_factory=dict)
    courses: list[Course] = field(default_factory=list)
