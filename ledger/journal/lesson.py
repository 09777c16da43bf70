"""A lesson's state: its facts, what stands of each, and the requests to correct them after the close.

A fact is known by the index of its first entry and keeps its *standing entry*, the latest that stated, corrected or
annulled it (verify/spec/events.md, Corrections).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import msgspec

from ledger.journal import events as ev
from ledger.journal.aggregate import Aggregate
from ledger.journal.recorded import Recorded
from ledger.journal.vocabulary import CorrectionReason, Fact
from ledger.wire.entry import Actor

Slot = tuple[str, str, str]
"""A place where one fact stands at most: what, student or "", work or ""."""


class FactState(msgspec.Struct, frozen=True):
    """One fact.

    Attributes:
        what: which kind of fact.
        first: index of the entry that stated it first.
        standing: index of its standing entry.
        value: the value that stands, as corrections carry it; None after an annulment.
        author: id of the actor of the first entry.
        student: of a mark, an absence, a lateness, an early leaving; else empty.
        work: of a work and a mark; else empty.
    """

    what: Fact
    first: int
    standing: int
    value: Any
    author: str
    student: str = ""
    work: str = ""

    @property
    def slot(self) -> Slot:
        """The place in which it stands while it has a value."""
        return (self.what, self.student, self.work)


class Request(msgspec.Struct, frozen=True):
    """A request for a correction after the close; `people` asked for it: who acted, and for whom."""

    index: int
    what: Fact
    corrects: int
    old: Any
    new: Any
    reason: CorrectionReason
    basis: str
    sd: tuple[str, ...]
    people: frozenset[str]
    answered: bool = False


class Lesson(Aggregate, frozen=True, kw_only=True):
    """A lesson.

    Attributes:
        course, teacher, held_on: never change.
        lesson: index of the fact `lesson`, whose value is the header.
        attendance_taken: whether absences are complete.
        facts: first index -> fact.
        chain: index of any entry of a fact -> its first index.
        slots: slot -> first index of the fact that stands in it.
        works: id of a work -> first index, annulled ones too.
        requests: index -> request.
    """

    course: str
    teacher: str
    held_on: str
    lesson: int
    attendance_taken: bool
    facts: Mapping[int, FactState]
    chain: Mapping[int, int]
    slots: Mapping[Slot, int]
    works: Mapping[str, int]
    requests: Mapping[int, Request]

    @property
    def header(self) -> ev.LessonHeader | None:
        """The lesson's header as it stands; None when the lesson is annulled."""
        return cast("ev.LessonHeader | None", self.facts[self.lesson].value)

    def standing(self) -> list[FactState]:
        """Return the facts that stand, in the order of their first entries."""
        return [fact for fact in self.facts.values() if fact.value is not None]


def people_of(actor: Actor) -> frozenset[str]:
    """Return the ids of who acts and, if that is somebody else, for whom."""
    return frozenset(id_ for id_ in (actor.id, actor.on_behalf_of) if id_ is not None)


_STATED: Final[dict[type[ev.Event], Fact]] = {
    ev.SubstitutionRecorded: "substitution",
    ev.WorkRecorded: "work",
    ev.MarkRecorded: "mark",
    ev.AbsenceRecorded: "absence",
    ev.LatenessRecorded: "lateness",
    ev.EarlyLeaveRecorded: "early_leave",
    ev.HomeworkAssigned: "homework",
}


def evolve_lesson(state: Lesson | None, events: Iterable[Recorded]) -> Lesson | None:
    """Apply events of a lesson's stream; many at once cost one copy of its mappings."""
    draft = _Draft(state) if state else None
    for event in events:
        if draft is None:
            draft = _Draft(_opened(event))
        else:
            draft.apply(event)
    return draft.finish() if draft else None


def _opened(event: Recorded) -> Lesson:
    data = event.data
    if type(data) is not ev.LessonRecorded:
        raise TypeError(f"{type(data).__name__} does not begin a lesson")
    header = ev.LessonHeader(topic=data.topic, number=data.number, starts_at=data.starts_at, ends_at=data.ends_at)
    fact = FactState("lesson", event.index, event.index, header, event.actor.id)
    return Lesson(
        stream=event.originator_id,
        version=event.originator_version,
        course=data.course,
        teacher=data.teacher,
        held_on=data.held_on,
        lesson=event.index,
        attendance_taken=data.attendance == "taken",
        facts={event.index: fact},
        chain={event.index: event.index},
        slots={fact.slot: event.index},
        works={},
        requests={},
    )


class _Draft:
    """A lesson in the making: private copies of the mappings, written to and then given away."""

    def __init__(self, state: Lesson) -> None:
        self.state = state
        self.version = state.version
        self.attendance_taken = state.attendance_taken
        self.facts = dict(state.facts)
        self.chain = dict(state.chain)
        self.slots = dict(state.slots)
        self.works = dict(state.works)
        self.requests = dict(state.requests)

    def finish(self) -> Lesson:
        return msgspec.structs.replace(
            self.state,
            version=self.version,
            attendance_taken=self.attendance_taken,
            facts=self.facts,
            chain=self.chain,
            slots=self.slots,
            works=self.works,
            requests=self.requests,
        )

    def apply(self, event: Recorded) -> None:
        data = event.data
        self.version = event.originator_version
        if type(data) in _STATED:
            self._state_fact(event)
        elif isinstance(data, ev.Correction):
            self._move(data.corrects, event.index, data.new)  # type: ignore[attr-defined]
            if data.request is not None:
                self._answer(data.request)
        elif type(data) is ev.AbsenceReasonSet:
            self._move(data.absence, event.index, data.code)
        elif type(data) is ev.AttendanceTaken:
            self.attendance_taken = True
        elif type(data) is ev.CorrectionRequested:
            self.requests[event.index] = Request(
                event.index,
                data.what,
                data.corrects,
                data.old,
                data.new,
                data.reason,
                data.basis,
                data.sd,
                people_of(event.actor),
            )
        elif type(data) is ev.CorrectionRefused:
            self._answer(data.request)
        else:
            raise TypeError(f"{type(data).__name__} is no event of this lesson")

    def _state_fact(self, event: Recorded) -> None:
        data, index, author = event.data, event.index, event.actor.id
        match data:
            case ev.MarkRecorded():
                fact = FactState("mark", index, index, data.value, author, data.student, data.work)
            case ev.AbsenceRecorded():
                fact = FactState("absence", index, index, data.code, author, data.student)
            case ev.LatenessRecorded():
                fact = FactState("lateness", index, index, data.minutes, author, data.student)
            case ev.EarlyLeaveRecorded():
                fact = FactState("early_leave", index, index, data.minutes, author, data.student)
            case ev.SubstitutionRecorded():
                body = ev.SubstitutionBody(
                    reason=data.reason,
                    basis=data.basis,
                    same_subject=data.same_subject,
                    coefficient=data.coefficient,
                )
                fact = FactState("substitution", index, index, body, author)
            case ev.WorkRecorded():
                header = ev.WorkHeader(kind=data.kind, written=data.written, weight=data.weight)
                fact = FactState("work", index, index, header, author, "", data.work)
                self.works[data.work] = index
            case ev.HomeworkAssigned():
                fact = FactState("homework", index, index, ev.HomeworkBody(text=data.text, due_on=data.due_on), author)
            case _:
                raise TypeError(f"{type(data).__name__} states no fact")
        self.facts[index] = fact
        self.chain[index] = index
        self.slots[fact.slot] = index

    def _move(self, corrects: int, index: int, value: object) -> None:
        """Give a fact another standing entry and value."""
        first = self.chain[corrects]
        fact = msgspec.structs.replace(self.facts[first], standing=index, value=value)
        self.facts[first] = fact
        self.chain[index] = first
        if value is None:
            del self.slots[fact.slot]
        else:
            self.slots[fact.slot] = first

    def _answer(self, request: int) -> None:
        self.requests[request] = msgspec.structs.replace(self.requests[request], answered=True)
