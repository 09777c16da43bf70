"""Corrections, annulments and later reasons as they were entered, and the requests for them after a period's close."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec
import orjson

from ledger.journal.events import (
    TYPE_NAMES,
    AbsenceReasonSet,
    Correction,
    CorrectionRefused,
    CorrectionRequested,
    Event,
)
from projections.folding import Entry, Handler, View
from projections.rows import OPEN, Operations, Revise, Table


class CorrectionRow(NamedTuple):
    """A correction; `what`: a `Fact`; `action`: corrected, annulled, reason_set. `old`, `new`: JSON; `note`: digest."""

    entry: int
    what: str
    action: str
    lesson: str
    corrects: int
    old: str
    new: str
    reason: str
    note: str | None
    basis: str | None
    request: int | None
    to_position: int = OPEN


class RequestRow(NamedTuple):
    """A request; `request`: its index; `status`: open, approved or refused; `answer_basis`: of the refusal."""

    entry: int
    request: int
    what: str
    lesson: str
    corrects: int
    old: str
    new: str
    reason: str
    note: str | None
    basis: str
    status: str
    answer_basis: str | None
    to_position: int = OPEN


CORRECTIONS: Final = Table("corrections", CorrectionRow, (("lesson",),))
REQUESTS: Final = Table("requests", RequestRow, (("lesson",), ("status",)))


def _json(value: object) -> str:
    return orjson.dumps(msgspec.to_builtins(value), option=orjson.OPT_SORT_KEYS).decode()


def _handler(what: str, action: str) -> Handler:
    def correction(event: Any, entry: Entry) -> Operations:
        row = CorrectionRow(
            entry=entry.index,
            what=what,
            action=action,
            lesson=entry.stream_id,
            corrects=event.corrects,
            old=_json(event.old),
            new=_json(event.new),
            reason=event.reason,
            note=event.sd[0] if event.sd else None,
            basis=event.basis,
            request=event.request,
        )
        if event.request is None:
            return (row,)
        return (row, Revise(REQUESTS, event.request, entry.index, {"status": "approved"}))

    return correction


def _absence_reason_set(event: AbsenceReasonSet, entry: Entry) -> Operations:
    row = CorrectionRow(
        entry=entry.index,
        what="absence",
        action="reason_set",
        lesson=entry.stream_id,
        corrects=event.absence,
        old='"absent"',
        new=_json(event.code),
        reason="document",
        note=None,
        basis=event.basis,
        request=None,
    )
    return (row,)


def _correction_requested(event: CorrectionRequested, entry: Entry) -> Operations:
    row = RequestRow(
        entry=entry.index,
        request=entry.index,
        what=event.what,
        lesson=entry.stream_id,
        corrects=event.corrects,
        old=_json(event.old),
        new=_json(event.new),
        reason=event.reason,
        note=event.sd[0] if event.sd else None,
        basis=event.basis,
        status="open",
        answer_basis=None,
    )
    return (row,)


def _correction_refused(event: CorrectionRefused, entry: Entry) -> Operations:
    return (Revise(REQUESTS, event.request, entry.index, {"status": "refused", "answer_basis": event.basis}),)


def _handlers() -> dict[type[Event], Handler]:
    """One for each `<fact>_corrected/1` and `<fact>_annulled/1`; the type's name says what and how."""
    found: dict[type[Event], Handler] = {}
    for event_class, type_name in TYPE_NAMES.items():
        if issubclass(event_class, Correction):
            what, _, action = type_name.partition("/")[0].rpartition("_")
            found[event_class] = _handler(what, action)
    return found


VIEW: Final = View(
    (CORRECTIONS, REQUESTS),
    {
        **_handlers(),
        AbsenceReasonSet: _absence_reason_set,
        CorrectionRequested: _correction_requested,
        CorrectionRefused: _correction_refused,
    },
)
