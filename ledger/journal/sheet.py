"""A result sheet's state: the results of a course in a period, what stands of each, and which were published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ledger.journal import result_events as ev
from ledger.journal.facts import Facts, FactsDraft, FactState, author_of
from ledger.journal.recorded import Recorded
from ledger.journal.vocabulary import ResultKind


class ResultSheet(Facts, frozen=True, kw_only=True):
    """A sheet; `published`: kind -> index of the latest publication of results of this kind."""

    course: str
    period: str
    published: Mapping[ResultKind, int]

    def is_published(self, fact: FactState) -> bool:
        """Tell whether a result was shown: it was recorded before a publication of its kind."""
        return any(kind == fact.what and fact.first < index for kind, index in self.published.items())

    def standing_of(self, kind: ResultKind, student: str) -> FactState | None:
        """Return a student's standing result of a kind."""
        first = self.slots.get((kind, student, ""))
        return None if first is None else self.facts[first]


def evolve_sheet(state: ResultSheet | None, events: Iterable[Recorded]) -> ResultSheet | None:
    """Apply events of a sheet's stream; many at once cost one copy of its mappings."""
    draft = _Draft(state) if state else None
    for event in events:
        if draft is None:
            draft = _Draft(_opened(event))
        else:
            draft.apply(event)
    return draft.finish() if draft else None


def _opened(event: Recorded) -> ResultSheet:
    data = event.data
    if type(data) is not ev.ResultSheetOpened:
        raise TypeError(f"{type(data).__name__} does not begin a result sheet")
    return ResultSheet(
        stream=event.originator_id,
        version=event.originator_version,
        course=data.course,
        period=data.period,
        facts={},
        chain={},
        slots={},
        requests={},
        published={},
    )


class _Draft(FactsDraft):
    """A sheet in the making."""

    def __init__(self, state: ResultSheet) -> None:
        super().__init__(state)
        self.state = state
        self.published = dict(state.published)

    def finish(self) -> ResultSheet:
        return msgspec.structs.replace(
            self.state,
            version=self.version,
            facts=self.facts,
            chain=self.chain,
            slots=self.slots,
            requests=self.requests,
            published=self.published,
        )

    def apply(self, event: Recorded) -> None:
        data: Any = event.data
        self.version = event.originator_version
        match data:
            case ev.PeriodMarkRecorded():
                self._state(event, "period_mark")
            case ev.ExamResultRecorded():
                self._state(event, "exam_result")
            case ev.FinalMarkRecorded():
                self._state(event, "final_mark")
            case ev.ResultsPublished():
                self.published[data.what] = event.index
            case ev.ResultCorrected() | ev.ResultAnnulled():
                self.move(data.corrects, event.index, data.new)
                if data.request is not None:
                    self.answer(data.request)
            case ev.ResultCorrectionRequested():
                self.ask(event, self.facts[self.chain[data.corrects]].what)
            case ev.ResultCorrectionRefused():
                self.answer(data.request)
            case _:
                raise TypeError(f"{type(data).__name__} is no event of this result sheet")

    def _state(self, event: Recorded, kind: ResultKind) -> None:
        data: Any = event.data
        self.add(FactState(kind, event.index, event.index, data.value, author_of(event.actor), data.student))
