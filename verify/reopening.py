"""How two people open a closed period or a class's closed journal again (events.md, "Reopening")."""

import json
from typing import TYPE_CHECKING, Final, NamedTuple

from verify.disclosures import OF_OTHERS
from verify.entry import ACTOR, DATA, Groups, people_of
from verify.state import Asked, ClassGroup, Period, Person, Stream

if TYPE_CHECKING:
    from verify.replay import Replay

REOPENINGS: Final = tuple(
    f"{what}_reopening_{step}" for what in ("period", "journal") for step in ("requested", "approved", "refused")
)
_REASONS: Final = {
    b"not_recorded": "внесено не всё", b"recorded_wrongly": "внесено неверно", b"closed_by_mistake": "закрыт по ошибке",
    b"inspection": "по требованию проверки", b"other": "иное (с пояснением)",
}  # fmt: skip
# Each closing looks at every lesson of its period: what a log may ask for is bounded.
REOPENINGS_MAX: Final = 9


class Step(NamedTuple):
    """What a table says of a request, an answer, or a reopening in one step."""

    reason: bytes = b""
    requested_by: bytes = b""
    who: Person | None = None
    note: bytes = b""
    basis: bytes = b""
    request: bytes = b""


class Reopenings:
    """Requests, answers, and whether reopening took two people's own entries by now."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self._is_asked_for = False

    def alone(self, index: int, groups: Groups) -> Step:
        """Judge a reopening in one step: of a log from before, with a reason, at the request of another employee."""
        digests, basis, reason, requested_by = groups[DATA]
        if self._is_asked_for:
            self._find("reopened-alone", "a request and another's approval", groups[ACTOR], field_name="type")
        note = self._note(index, digests, reason)
        who = self._replay.employee(requested_by, "requested_by")
        if requested_by in people_of(groups):
            self._find("request-same-person", "a second person", groups[ACTOR], field_name="actor")
        return Step(_REASONS[reason].encode(), who.id, who, note, basis or b"")

    def period_reopening_requested(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a request to open a period again."""
        step = self._request(index, groups)
        self._replay.closings.row(stream, index, groups, "просят открыть снова", step)
        if isinstance(stream, Period):
            self._replay.closings.check_closed(stream)
            stream.asked = self._wait(stream.asked, index, groups)

    def period_reopening_approved(self, stream: Stream, index: int, groups: Groups) -> None:
        """Open a period again by the answer to a request."""
        self._replay.closings.row(stream, index, groups, "открыт снова", self._answer(stream, groups))
        if isinstance(stream, Period) and stream.grades and self._replay.closings.check_closed(stream):
            self._replay.closings.open_again(stream)

    def period_reopening_refused(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a refusal: the period stays closed."""
        self._replay.closings.row(stream, index, groups, "открыть снова отказано", self._answer(stream, groups))

    def journal_reopening_requested(self, group: Stream, index: int, groups: Groups) -> None:
        """Take a request to open a class's journal again."""
        step = self._request(index, groups)
        self._replay.journals.step_row(group, index, groups, "просят открыть снова", step)
        if isinstance(group, ClassGroup):
            self._replay.journals.check_closed(group)
            group.asked = self._wait(group.asked, index, groups)

    def journal_reopening_approved(self, group: Stream, index: int, groups: Groups) -> None:
        """Open a class's journal again by the answer to a request."""
        self._replay.journals.step_row(group, index, groups, "открыт снова", self._answer(group, groups))
        if isinstance(group, ClassGroup) and self._replay.journals.check_closed(group):
            self._replay.journals.open_again(group)

    def journal_reopening_refused(self, group: Stream, index: int, groups: Groups) -> None:
        """Take a refusal: the journal stays closed."""
        self._replay.journals.step_row(group, index, groups, "открыть снова отказано", self._answer(group, groups))

    def _request(self, index: int, groups: Groups) -> Step:
        digests, basis, reason = groups[DATA]
        self._is_asked_for = True
        return Step(_REASONS[reason].encode(), note=self._note(index, digests, reason), basis=basis)

    def _wait(self, before: Asked | None, index: int, groups: Groups) -> Asked:
        """Return the request that waits now; report one beside another that does."""
        if before is not None:
            self._find("reopening-waits", "an answer to the request before", before.entry)
        return Asked(index, groups[ACTOR], people_of(groups))

    def _answer(self, stream: Stream, groups: Groups) -> Step:
        """Judge an answer: to the request that waits, which waits no more, by a second person."""
        basis, request = groups[DATA]
        asked = None
        if isinstance(stream, Period | ClassGroup):
            asked, stream.asked = stream.asked, None
        if asked is None or asked.entry != int(request):
            if int(request) >= self._replay.start:
                wanted = "a request of this stream that waits"
                self._find("request-mismatch", wanted, request, field_name="data.request")
            return Step(basis=basis, request=request)
        if not asked.people.isdisjoint(people_of(groups)):
            self._find("request-same-person", "a second person", groups[ACTOR], field_name="actor")
        return Step(b"", asked.by, self._replay.people.get(asked.by), basis=basis, request=request)

    def _note(self, index: int, digests: bytes | None, reason: bytes) -> bytes:
        """Match the note with its disclosure; one is there where the reason asks for it."""
        if digests is None:
            if reason == b"other":
                self._find("correction-note-missing", "a note", "none", field_name="data._sd")
            return b""
        self._replay.disclose(index, json.loads(digests), OF_OTHERS)
        return self._replay.disclosures.note(json.loads(digests))
