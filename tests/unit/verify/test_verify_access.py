"""What the verifier says of an access log (access-log.md), beside the rules of every log."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from verify.disclosures import Disclosures
from verify.findings import Report
from verify.tables import Tables
from verify.tree import Edge
from verify.walk import LogWalk

ANNA, BORIS = "3c16aaaa-0000-4000-8000-000000000001", "9a02aaaa-0000-4000-8000-000000000002"
LOOK: dict[str, Any] = {
    "as_of": 412,
    "classes": [],
    "count": 2,
    "kinds": ["marks", "names"],
    "people": [ANNA, BORIS],
    "purpose": "view",
    "scope": "people",
    "what": "/classes/{class_group}/page",
}


def entry(index: int, type_: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    command = str(UUID(int=index + 1))
    kind = {"access_log_opened/1": "access", "access_refused/1": "refusal"}.get(type_, "read")
    return {
        "actor": {"id": ANNA, "role": "teacher"},
        "at": f"2026-11-01T12:00:00.{index:06}Z",
        "command": command,
        "data": data,
        "index": index,
        "stream": f"{kind}/{command}",
        "type": type_,
        "version": 1,
        **more,
    }


def codes(*entries: dict[str, Any]) -> tuple[set[str], Report]:
    """What is found in a log of these entries, chained."""
    prev, lines = "0" * 64, []
    for one in entries:
        text = json.dumps({**one, "prev": prev}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        lines.append(text.encode())
        prev = sha256(b"\0" + lines[-1]).hexdigest()
    report = Report(subject="test")
    walk = LogWalk(report, Edge(), Disclosures(report), Tables())
    walk.take("entries", 0, lines)
    walk.finish(None)
    assert walk.replay.origin in ("", "letopis.example/school/1534/access")
    return {found.code for found in report.findings}, report


OPENED = entry(0, "access_log_opened/1", {"log": "letopis.example/school/1534", "name": "Школа"})
EXPORT = {**LOOK, "form": "csv", "purpose": "export", "basis": "order-14", "operator": 1000, "scope": "school"}


def test_a_whole_access_log_has_no_finding_and_nothing_is_unknown() -> None:
    look = entry(1, "personal_data_read/1", LOOK)
    export = entry(2, "personal_data_exported/1", {**EXPORT, "people": [], "count": 900})
    found, report = codes(OPENED, look, export)
    assert found == set(), report.findings
    assert not report.unchecked
    assert report.facts["school"] == "Школа"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"people": [BORIS, ANNA]}, "data-field"),
        ({"people": [ANNA, ANNA]}, "data-field"),
        ({"people": []}, "data-field"),
        ({"scope": "school"}, "data-field"),
        ({"classes": [ANNA]}, "data-field"),
        ({"count": 3}, "data-field"),
        ({"count": 1}, "data-field"),
        ({"kinds": ["names", "marks"]}, "data-field"),
        ({"kinds": []}, "data-field"),
        ({"kinds": ["salary"]}, "data-field"),
        ({"what": "Иванова"}, "data-field"),
        ({"basis": "по просьбе Ивановой"}, "data-field"),
        ({"form": "csv"}, "data-field"),
        ({"people": sorted(str(UUID(int=number)) for number in range(65)), "count": 65}, "data-field"),
    ],
)
def test_a_look_of_another_form_is_found(changed: dict[str, Any], code: str) -> None:
    found, _ = codes(OPENED, entry(1, "personal_data_read/1", {**LOOK, **changed}))
    assert code in found


REFUSED: dict[str, Any] = {"classes": [], "people": [ANNA], "reason": "reach", "what": "/students/{student}/page"}


def test_what_was_refused_is_an_entry_of_its_own() -> None:
    refusal = entry(1, "access_refused/1", REFUSED)
    found, report = codes(OPENED, refusal, entry(2, "personal_data_read/1", LOOK))
    assert found == set(), report.findings
    assert not report.unchecked
    assert "stream-kind" in codes(OPENED, {**refusal, "stream": f"refusal/{BORIS}"})[0]
    assert "stream-kind" in codes(OPENED, {**refusal, "stream": f"read/{refusal['command']}"})[0]
    assert "version-gap" in codes(OPENED, {**refusal, "version": 2})[0]


@pytest.mark.parametrize(
    "changed",
    [
        {"people": [BORIS, ANNA]},
        {"classes": [ANNA, ANNA]},
        {"reason": "because"},
        {"what": "Иванова"},
        {"count": 1},
        {"people": sorted(str(UUID(int=number)) for number in range(65))},
    ],
)
def test_a_refusal_of_another_form_is_found(changed: dict[str, Any]) -> None:
    assert "data-field" in codes(OPENED, entry(1, "access_refused/1", {**REFUSED, **changed}))[0]


def test_looks_stand_in_streams_of_their_own_behind_one_opening() -> None:
    look = entry(1, "personal_data_read/1", LOOK)
    assert "stream-kind" in codes(OPENED, {**look, "stream": f"read/{ANNA}"})[0]
    assert "version-gap" in codes(OPENED, {**look, "version": 2})[0]
    again = {**look, "index": 2}
    assert codes(OPENED, look, again)[0] == {"version-gap", "stream-kind"}
    assert codes(OPENED, look, {**again, "version": 2})[0] == {"stream-kind"}
    assert codes(OPENED, look, entry(2, "personal_data_read/1", LOOK), {**again, "index": 3})[0] >= {"command-split"}
    assert "school-opened" in codes(OPENED, {**OPENED, **entry(1, "access_log_opened/1", OPENED["data"])})[0]
    assert "school-opened" in codes(entry(0, "personal_data_read/1", LOOK))[0]


def test_a_journal_and_an_access_log_hold_none_of_each_others_entries() -> None:
    person = {"kind": "staff", "_sd": []}
    registered = entry(1, "person_registered/1", person, stream=f"person/{ANNA}")
    assert "stream-kind" in codes(OPENED, registered)[0]
    school = {"clock": "server", "name": "Школа", "origin": "letopis.example/school/1534/access", "time_zone": "UTC"}
    opened = entry(0, "school_opened/1", school, stream=f"school/{ANNA}")
    assert "stream-kind" in codes(opened, entry(1, "personal_data_read/1", LOOK))[0]
