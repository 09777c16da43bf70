"""On what a correction rests, of a lesson or a result (events.md, "Corrections"): reasons, requests, answers."""

import json
from typing import TYPE_CHECKING, Final

from verify.disclosures import OF_OTHERS
from verify.entry import ACTOR, DATA, Groups, people_of
from verify.state import FactStream, Request

if TYPE_CHECKING:
    from verify.replay import Replay

_REQUEST_FIELDS: Final = ("_sd", "basis", "corrects", "new", "old", "reason")


class Grounds:
    """The rules that corrections of all facts share."""

    def __init__(self, replay: "Replay") -> None:
        self.replay = replay
        self.find = replay.find

    def check_reason(
        self, index: int, digests: bytes | None, basis: bytes | None, reason: bytes, request: bytes | None
    ) -> None:
        """Compare what stands with a reason, and match its note."""
        if digests is not None:
            self.replay.disclose(index, json.loads(digests), OF_OTHERS, is_repeated=request is not None)
        if reason == b"other" and digests is None:
            self.find("correction-note-missing", "a note", "none", field_name="data._sd")
        if request is not None and basis is None:
            self.find("data-field", "a basis, where there is a request", "missing", field_name="data.basis")

    def answer(self, stream: FactStream, index: int, groups: Groups) -> Request | None:
        """Return the request that an entry answers, once, by a second person."""
        asked = (stream.requests or {}).get(index)
        if asked is None:
            if index >= self.replay.start:
                self.find("request-mismatch", "a request of this stream", index, field_name="data.request")
            return None
        if asked.is_answered:
            self.find("request-answered", "one answer", index, field_name="data.request")
        if not asked.people.isdisjoint(people_of(groups)):
            self.find("request-same-person", "a second person", groups[ACTOR], field_name="actor")
        asked.is_answered = True
        return asked

    def check_request(self, stream: FactStream, index: int, what: str, groups: Groups) -> bool:
        """Compare a correction with the request that it answers; say whether a second person approves it by that."""
        asked = self.answer(stream, index, groups)
        if asked is None:
            return False
        if asked.what != what:
            self.find("request-mismatch", asked.what, what, field_name="type")
        for name, wanted, value in zip(_REQUEST_FIELDS, asked.fields, groups[DATA], strict=False):
            if wanted != value:
                self.find("request-mismatch", wanted or "none", value or "none", field_name="data." + name)
        return asked.people.isdisjoint(people_of(groups))

    def count(self, what: str, *, is_late: bool = False, is_approved: bool = False) -> None:
        """Count a correction for the report: late is one after the period's close or the result's publication."""
        counts = self.replay.report.corrections.setdefault(what, [0, 0, 0])
        for place, is_one in enumerate((True, is_late, is_approved)):
            counts[place] += is_one
