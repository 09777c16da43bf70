"""A lesson's state: its facts, what stands of each, and the requests to correct them after the close."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, cast

import msgspec

from ledger.journal import events as ev
from ledger.journal.facts import Facts, FactsDraft, FactState, author_of
from ledger.journal.recorded import Recorded
from ledger.journal.vocabulary import Fact, WorkKind


class Lesson(Facts, frozen=True, kw_only=True):
    """A lesson.

    Attributes:
        course, teacher, held_on: never change.
        lesson: index of the fact `lesson`, whose value is the header.
        attendance_taken: whether absences are complete.
        works: id of a work -> first index, annulled ones too.
        posted: first index of homework -> the entry that posted it in advance, where one did.
    """

    course: str
    teacher: str
    held_on: str
    lesson: int
    attendance_taken: bool
    works: Mapping[str, int]
    posted: Mapping[int, int]

    @property
    def make_ups(self) -> dict[tuple[str, str], str]:
        """Student and work -> the day on which that student does it, of those that stand."""
        return {(of.student, of.work): of.value for of in self.standing() if of.what == "make_up"}

    @property
    def header(self) -> ev.LessonHeader | None:
        """The lesson's header as it stands; None when the lesson is annulled."""
        return cast("ev.LessonHeader | None", self.facts[self.lesson].value)

    def kinds(self) -> dict[str, tuple[WorkKind, str | None]]:
        """Return kind, and the lesson named, of each work that stands, by its id."""
        headers = ((work, self.facts[first].value) for work, first in self.works.items())
        return {work: (header.kind, header.of_lesson) for work, header in headers if header is not None}


_STATED: Final[dict[type[ev.Event], Fact]] = {
    ev.SubstitutionRecorded: "substitution",
    ev.WorkRecorded: "work",
    ev.MakeUpRecorded: "make_up",
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
    header = ev.LessonHeader(
        topic=data.topic,
        number=data.number,
        starts_at=data.starts_at,
        ends_at=data.ends_at,
        plan_items=data.plan_items,
    )
    fact = FactState("lesson", event.index, event.index, header, author_of(event.actor))
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
        posted={},
        requests={},
    )


class _Draft(FactsDraft):
    """A lesson in the making."""

    def __init__(self, state: Lesson) -> None:
        super().__init__(state)
        self.state = state
        self.attendance_taken = state.attendance_taken
        self.works = dict(state.works)
        self.posted = dict(state.posted)

    def finish(self) -> Lesson:
        return msgspec.structs.replace(
            self.state,
            version=self.version,
            attendance_taken=self.attendance_taken,
            facts=self.facts,
            chain=self.chain,
            slots=self.slots,
            works=self.works,
            posted=self.posted,
            requests=self.requests,
        )

    def apply(self, event: Recorded) -> None:
        data = event.data
        self.version = event.originator_version
        if type(data) in _STATED:
            self._state_fact(event)
        elif isinstance(data, ev.Correction):
            self.move(data.corrects, event.index, data.new)  # type: ignore[attr-defined]
            if data.request is not None:
                self.answer(data.request)
        elif type(data) is ev.AbsenceReasonSet:
            self.move(data.absence, event.index, data.code)
        elif type(data) is ev.AttendanceTaken:
            self.attendance_taken = True
        elif type(data) is ev.CorrectionRequested:
            self.ask(event, data.what)
        elif type(data) is ev.CorrectionRefused:
            self.answer(data.request)
        else:
            raise TypeError(f"{type(data).__name__} is no event of this lesson")

    def _state_fact(self, event: Recorded) -> None:
        data, index, author = event.data, event.index, author_of(event.actor)
        match data:
            case ev.MarkRecorded():
                fact = FactState("mark", index, index, data.value, author, data.student, data.work)
            case ev.MakeUpRecorded():
                fact = FactState("make_up", index, index, data.made_up_on, author, data.student, data.work)
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
                header = ev.WorkHeader(
                    kind=data.kind,
                    written=data.written,
                    weight=data.weight,
                    ends_on=data.ends_on,
                    scheduled=data.scheduled,
                    of_lesson=data.of_lesson,
                )
                fact = FactState("work", index, index, header, author, "", data.work)
                self.works[data.work] = index
            case ev.HomeworkAssigned():
                fact = FactState("homework", index, index, data.body, author)
                if data.posted is not None:
                    self.posted[index] = data.posted
            case _:
                raise TypeError(f"{type(data).__name__} states no fact")
        self.add(fact)
