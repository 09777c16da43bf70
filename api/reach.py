"""How far a role reaches: whose records a reading request may ask for, by what it names (152-ФЗ; regulation 2.3).

What a request names - a class, a course, a student - narrows its answer, and all that it names narrow it together. So
an answer is within reach as soon as one thing that it is narrowed to is, and a request that names nothing is within
reach of those alone who may see the whole school. What does not exist is out of reach like what is not one's own.

What is written is judged by the rules of the journal, at the very moment of the entry. What teachers and families write
is judged here before, by what they name: else a rule's answer would tell them what is not theirs to know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from ledger.journal.account_events import RoleGranted
from ledger.journal.course import Course
from ledger.journal.lesson import Lesson
from ledger.journal.roster import ClassGroup
from ledger.journal.year import Period

if TYPE_CHECKING:
    from starlette.requests import Request  # commands ask for reach too, and serve nothing

SUBSTITUTE_DAYS: Final = 14
"""How long before and after a lesson its planned substitute reads the course: works of that lesson are marked later."""


class Facts(Protocol):
    """What the log says now."""

    @property
    def today(self) -> str:
        """The day by the school's clock, ``YYYY-MM-DD``."""

    def course(self, id_: str) -> Course | None:
        """A course."""

    def courses(self, class_group: str, subject: str | None = None) -> tuple[str, ...]:
        """Ids of a class's courses, in a subject where one is named, those of its subgroups too."""

    def lesson(self, id_: str) -> Lesson | None:
        """A lesson."""

    def class_group(self, id_: str) -> ClassGroup | None:
        """A class group."""

    def period(self, id_: str) -> Period | None:
        """A reporting period."""

    def classes_of(self, student: str) -> tuple[str, ...]:
        """Class groups whose roster has the student today."""

    def course_of_sheet(self, id_: str) -> str | None:
        """The course of a sheet of results."""

    def substitutes(self, course: str, who: str) -> tuple[str, ...]:
        """Days on which a standing plan has `who` give the course's lessons."""

    def settle(self, reach: Reach, reader: Reader, named: Named) -> bool:
        """What a reach says over these facts, perhaps from before, where it cannot have changed."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a request names by its path and its query; None: nothing of that kind."""

    class_group: str | None = None
    course: str | None = None
    subject: str | None = None
    lesson: str | None = None
    sheet: str | None = None
    student: str | None = None
    employee: str | None = None
    guardian: str | None = None
    account: str | None = None
    period: str | None = None
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: the account, and what of the role it was granted that holds today."""

    account: str
    grants: tuple[RoleGranted, ...]


Reach = Callable[[Reader, Named, Facts], bool]
"""Whether a reader may ask for what is named."""
Asked = tuple[Reach, Reader, Named]
_KEPT_MAX: Final = 10_000
_FOLLOWED_MAX: Final = 1_000
"""Entries that are looked through for what moved; where more came, nothing is kept."""


class _Decided(NamedTuple):
    """What was decided as of a size of the log, on a day; `resting`: which of it goes where a stream moves."""

    size: int
    day: date
    answers: dict[Asked, bool]
    resting: dict[str, set[Asked]]


class Reached:
    """What was decided, kept while the day lasts and nothing moves in the log that it rests on. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._decided = _Decided(-1, date.min, {}, {})

    def find(self, asked: Asked, size: int, day: date, moved: Callable[[int, int], Iterable[str]]) -> bool | None:
        """What was decided and holds as of this size of the log, or later, on this day; None: it is to be decided.

        `moved` gives the streams that moved between two sizes.
        """
        decided = self._decided
        if decided.size < size or decided.day != day:
            decided = self._follow(size, day, moved)
        return decided.answers.get(asked)

    def keep(self, asked: Asked, size: int, day: date, rests_on: Iterable[str], *, answer: bool) -> None:
        """Keep what was decided from a log of this size or more.

        `rests_on`: the streams that were read and, where all of one kind were searched, ``<kind>/``.
        """
        with self._lock:
            decided = self._decided
            # What moved since is looked through already, without this answer.
            if decided.size != size or decided.day != day:
                return
            if len(decided.answers) >= _KEPT_MAX:
                self._decided = decided = _Decided(size, day, {}, {})
            decided.answers[asked] = answer
            for stream in rests_on:
                decided.resting.setdefault(stream, set()).add(asked)

    def _follow(self, size: int, day: date, moved: Callable[[int, int], Iterable[str]]) -> _Decided:
        with self._lock:
            decided = self._decided
            # Of another day it is replaced as a whole: a thread that is late finds what is right for its own.
            if decided.day != day or size - decided.size > _FOLLOWED_MAX:
                self._decided = _Decided(max(size, decided.size), day, {}, {})
            elif decided.size < size:
                for stream in moved(decided.size, size) if decided.answers else ():
                    for place in (stream, f"{stream.partition('/')[0]}/"):
                        for asked in decided.resting.pop(place, ()):
                            decided.answers.pop(asked, None)
                self._decided = decided._replace(size=size)
            return self._decided


_WRITTEN: Final = frozenset({"class_group", "course", "lesson", "sheet"})
"""What the path of a writing route may name that a teacher's reach is judged by."""
_IDS: Final = frozenset(
    {"class_group", "course", "lesson", "sheet", "student", "employee", "guardian", "account", "period"}
)
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_NAMES: Final[Mapping[str, str]] = {
    "class_group": "class_group",
    "class": "class_group",
    "course": "course",
    "subject": "subject",
    "lesson": "lesson",
    "sheet": "sheet",
    "student": "student",
    "person": "student",
    "teacher": "employee",
    "employee": "employee",
    "actor": "employee",
    "guardian": "guardian",
    "account": "account",
    "period": "period",
    "from": "first",
    "to": "last",
}
"""What the parameters of routes name."""


def named_in(parameters: Iterable[tuple[str, str]]) -> Named:
    """What the parameters of a path and a query name; `month` is its first and last day. No id names nothing."""
    found: dict[str, str] = {}
    for name, text in parameters:
        kind = _NAMES.get(name, "")
        if name == "month":
            found |= _month(text)
        elif kind and (kind not in _IDS or _ID.fullmatch(text)):
            found[kind] = text
    return Named(**found)


def named_by(request: Request) -> Named:
    """What a request names."""
    return named_in([*request.query_params.multi_items(), *request.path_params.items()])


def written_by(request: Request) -> Named:
    """What the path of a request that writes is about."""
    return named_in((name, str(value)) for name, value in request.path_params.items() if name in _WRITTEN)


def _month(text: str) -> dict[str, str]:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return {}
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return {"first": first.isoformat(), "last": last.isoformat()}


def anything(reader: Reader, named: Named, facts: Facts) -> bool:  # noqa: ARG001 - a reach has this shape
    """The whole school."""
    return True


def own_teaching(reader: Reader, named: Named, facts: Facts) -> bool:
    """What the account teaches, as the responsible teacher or as a substitute, and all of the class that it leads."""
    who = reader.account
    return (
        (named.course is not None and _teaches(who, named.course, facts))
        or (named.lesson is not None and _gives(who, named.lesson, facts))
        or (named.sheet is not None and _teaches(who, facts.course_of_sheet(named.sheet), facts))
        or (named.class_group is not None and named.subject is not None and _teaches_all(who, named, facts))
        or own_class(reader, named, facts)
    )


def own_writing(reader: Reader, named: Named, facts: Facts) -> bool:
    """What a teacher reads, and the journals of the classes that the account teaches in; a request that names nothing.

    Which day, lesson or student of it may be written to is the journal's rules' to say.
    """
    if named.class_group is None and named.course is None and named.lesson is None and named.sheet is None:
        return True
    return own_teaching(reader, named, facts) or (
        named.class_group is not None
        and any(_teaches(reader.account, course, facts) for course in facts.courses(named.class_group))
    )


def own_class(reader: Reader, named: Named, facts: Facts) -> bool:
    """All of the class that the account leads, its students today, and what is the account's own."""
    who = reader.account
    return (
        named.employee == who
        or (named.class_group is not None and leads(who, named.class_group, facts))
        or (named.student is not None and any(leads(who, one, facts) for one in facts.classes_of(named.student)))
        or leads(who, class_of(named, facts), facts)
    )


def own_diary(reader: Reader, named: Named, facts: Facts) -> bool:  # noqa: ARG001 - a reach has this shape
    """What is the student's own, or the guardian's child's: one student, named (2.3)."""
    if named.student is None:
        return False
    return any(named.student == (grant.student or reader.account) for grant in reader.grants)


def own_data(reader: Reader, named: Named, facts: Facts) -> bool:  # noqa: ARG001 - a reach has this shape
    """What is kept of the account's own person, or of the guardian's child (152-ФЗ, ст. 14)."""
    if named.student is None:
        return False
    return named.student == reader.account or any(named.student == grant.student for grant in reader.grants)


def own_consents(reader: Reader, named: Named, facts: Facts) -> bool:  # noqa: ARG001 - a reach has this shape
    """The guardian's own consents; of one child, where it is the guardian's (2.3.4)."""
    if named.guardian is None or named.guardian != reader.account:
        return False
    return named.student is None or any(named.student == grant.student for grant in reader.grants)


def inspected(reader: Reader, named: Named, facts: Facts) -> bool:
    """The school, or the classes or the days of the periods that an inspection is of."""
    return any(_is_of(grant, named, facts) for grant in reader.grants)


def _is_of(grant: RoleGranted, named: Named, facts: Facts) -> bool:
    if grant.class_groups:
        of = class_of(named, facts) if named.class_group is None else named.class_group
        return of in grant.class_groups or (
            named.student is not None and not set(grant.class_groups).isdisjoint(facts.classes_of(named.student))
        )
    if grant.periods:
        return named.period in grant.periods or _is_within(named, grant.periods, facts)
    return True


def _is_within(named: Named, periods: Iterable[str], facts: Facts) -> bool:
    """Whether first and last day are said, and one period has both."""
    if named.first is None or named.last is None:
        return False
    known = (facts.period(id_) for id_ in periods)
    return any(one.starts_on <= named.first and named.last <= one.ends_on for one in known if one is not None)


def class_of(named: Named, facts: Facts) -> str | None:
    """The class of the lesson, the sheet or the course that is named."""
    course = named.course
    if named.lesson is not None:
        lesson = facts.lesson(named.lesson)
        course = lesson.course if lesson is not None else None
    elif named.sheet is not None:
        course = facts.course_of_sheet(named.sheet)
    found = facts.course(course) if course is not None else None
    return found.class_group if found is not None else None


def leads(who: str, class_group: str | None, facts: Facts) -> bool:
    """Whether somebody is the class teacher today (1.6)."""
    found = facts.class_group(class_group) if class_group is not None else None
    return found is not None and found.class_teacher_on(facts.today) == who


def _gives(who: str, lesson: str, facts: Facts) -> bool:
    found = facts.lesson(lesson)
    return found is not None and (found.teacher == who or _teaches(who, found.course, facts))


def _teaches_all(who: str, named: Named, facts: Facts) -> bool:
    courses = facts.courses(named.class_group or "", named.subject or "")
    return bool(courses) and all(_teaches(who, course, facts) for course in courses)


def _teaches(who: str, course: str | None, facts: Facts) -> bool:
    """Whether the course is the teacher's today or later, or a lesson of it is planned for a substitute near today."""
    found = facts.course(course) if course is not None else None
    if course is None or found is None:
        return False
    today = facts.today
    if found.teacher_on(today) == who or any(one.teacher == who and one.starts_on > today for one in found.assignments):
        return True
    return _is_near(facts.substitutes(course, who), today)


def _is_near(days: Iterable[str], today: str) -> bool:
    now, margin = date.fromisoformat(today), timedelta(days=SUBSTITUTE_DAYS)
    return any(abs(date.fromisoformat(day) - now) <= margin for day in days)


WITHOUT_FACTS: Final = frozenset({anything, own_consents, own_diary, own_data})
"""What rests on nothing but who asks for what."""
