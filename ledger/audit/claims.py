"""Claims of places, against the entries that they repeat (ADR 26).

Nothing is proved by a claim, but one that is missing lets a second lesson into a place, and one that no entry tells of,
or a number that is left out, keeps a lesson out of its place for ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from ledger.audit.range import AuditedRecorder, Findings
from ledger.errors import LedgerDamaged
from ledger.journal.places import place_name

_COURSE: Final = "course_opened/1"
_RECORDED: Final = "lesson_recorded/1"
_CORRECTED: Final = "lesson_corrected/1"
CLAIM_CODES: Final = frozenset(("claim_missing", "claim_differs"))
_EVENTS_A_READ: Final = 10_000

Claims = dict[str, dict[int, str]]
"""Place -> number of the claim, from 1 -> stream of the lesson."""
Told = dict[str, dict[str, int]]
"""Place -> stream of a lesson that was put there -> index of the first entry that did; in order of index."""

Replace = Callable[[Mapping[str, Sequence[str]], int], None]
"""Puts these streams, in this order, in the place of all claims of each place, in a log of this many entries."""


def compare_claims(findings: Findings, recorder: AuditedRecorder, size: int) -> None:
    """Compare the kept claims with those that the entries tell; a claim that is missing is judged below `size`.

    Where entries cannot be read nothing is said here: the walk finds them. The same lesson twice in one place is no
    fault: a migration counts a correction that leaves the lesson's number, and a lesson may come back.
    """
    try:
        # In this order: what is claimed meanwhile is told by an entry that is read.
        kept = kept_claims(recorder)
        told = told_claims(recorder)
    except (LedgerDamaged, ValueError):
        return
    for place, lessons in told.items():
        claimed = kept.get(place, {}).values()
        for stream, index in lessons.items():
            if index < size and stream not in claimed:
                findings.add("claim_missing", index, f"a claim of place {place} by {stream}", "none")
    for place, numbers in sorted(kept.items()):
        lessons = told.get(place, {})
        for number, stream in numbers.items():
            if stream not in lessons:
                right = f"no claim of place {place} by {stream}: no entry puts it there"
                findings.add("claim_differs", None, right, f"claim {number}")
        if max(numbers) != len(numbers):
            first = min(lessons.values(), default=None)
            right = f"claims 1 to {len(numbers)} of place {place}"
            findings.add("claim_differs", first, right, ", ".join(map(str, sorted(numbers)[:20])))


def mend_claims(recorder: AuditedRecorder, replace: Replace) -> int:
    """Make the claims of each place that differs anew from the entries; give how many places did.

    Where a server knew more claims of a place than it has now, its next one would leave a number out: none may be
    running.

    Raises:
        LedgerDamaged, ValueError: an entry cannot be read; nothing was changed.
        Conflict: the log has grown meanwhile; nothing was changed.
    """
    size = recorder.head().size
    kept, told = kept_claims(recorder), told_claims(recorder)
    differing = {
        place: list(told.get(place, {}))
        for place in sorted(kept.keys() | told.keys())
        if _differs(kept.get(place, {}), told.get(place, {}))
    }
    if differing:
        replace(differing, size)
    return len(differing)


def _differs(numbers: Mapping[int, str], lessons: Mapping[str, int]) -> bool:
    return set(numbers.values()) != lessons.keys() or max(numbers, default=0) != len(numbers)


def kept_claims(recorder: AuditedRecorder) -> Claims:
    """Read all claims that are kept, some 200 bytes each."""
    kept: Claims = {}
    for place, number, stream in recorder.claims():
        kept.setdefault(place, {})[number] = stream
    return kept


def told_claims(recorder: AuditedRecorder) -> Told:
    """Read from all entries which lessons were put where: where they were recorded, and where a correction put them.

    Raises:
        LedgerDamaged, ValueError: an entry cannot be read.
    """
    classes: dict[str, str] = {}
    places: dict[str, tuple[str, str]] = {}  # lesson's stream -> its place but for the number: class, day
    told: Told = {}
    for index, stream, type_, data in _events(recorder):
        if type_ == _COURSE:
            classes[stream] = str(data.get("class_group"))
            continue
        number: object = None
        if type_ == _RECORDED:
            class_group = classes.get(f"course/{data.get('course')}")
            if class_group is not None:
                places[stream] = (class_group, str(data.get("held_on")))
            number = data.get("number")
        elif isinstance(new := data.get("new"), dict):
            number = new.get("number")
        if isinstance(number, int) and stream in places:
            told.setdefault(place_name(*places[stream], number), {}).setdefault(stream, index)
    return told


def _events(recorder: AuditedRecorder) -> Iterator[tuple[int, str, str, dict[str, Any]]]:
    """Give index, stream, type and data of the entries that say where lessons stand."""
    start = 1
    while True:
        found = recorder.select_notifications(start, _EVENTS_A_READ, topics=(_COURSE, _RECORDED, _CORRECTED))
        for one in found:
            yield one.id - 1, str(one.originator_id), one.topic, json.loads(one.state)
        if len(found) < _EVENTS_A_READ:
            return
        start = found[-1].id + 1
