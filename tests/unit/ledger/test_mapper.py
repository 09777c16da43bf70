"""Stored events to the journal's and back."""

from __future__ import annotations

import pytest
from eventsourcing.persistence import JSONTranscoder, MapperDeserialisationError, Notification, StoredEvent

from ledger.errors import LedgerDamaged
from ledger.journal.events import MarkRecorded
from ledger.journal.recorded import Planned
from ledger.log import RecordedEvent
from ledger.mapper import JournalEvent, JournalMapper, recording
from ledger.wire.entry import Actor, Entry, format_entry

STREAM = "lesson/51c20000-0000-4000-8000-000000000001"
STUDENT = "b3f00000-0000-4000-8000-000000000002"
WORK = "77aa0000-0000-4000-8000-000000000003"
COMMAND = "0d9a0000-0000-4000-8000-000000000004"
AT = "2026-09-01T06:12:40.000125Z"
EVENT = MarkRecorded(student=STUDENT, work=WORK, value="5")
DATA = f'{{"student":"{STUDENT}","value":"5","work":"{WORK}"}}'.encode()
TEACHER = Actor("6f1c0000-0000-4000-8000-000000000005", "teacher")
TRICKY = Actor(TEACHER.id, "teacher", on_behalf_of=STUDENT, basis='}","at":"2026 \\ "},"at":"')


@pytest.fixture
def mapper() -> JournalMapper:
    return JournalMapper(JSONTranscoder())


def recorded(actor: Actor, version: int = 6) -> RecordedEvent:
    data = {"student": STUDENT, "value": "5", "work": WORK}
    entry = format_entry(Entry(actor, AT, COMMAND, data, 412, bytes(32), STREAM, "mark_recorded/1", version))
    return RecordedEvent(412, entry, STREAM, version, "mark_recorded/1", DATA)


def test_stores_type_and_canonical_data(mapper: JournalMapper) -> None:
    assert mapper.to_stored_event(Planned(STREAM, 6, EVENT)) == StoredEvent(STREAM, 6, "mark_recorded/1", DATA)


@pytest.mark.parametrize("actor", [TEACHER, TRICKY], ids=["plain", "with quotes and braces"])
def test_reads_an_entry_with_all_that_it_says_of_its_recording(mapper: JournalMapper, actor: Actor) -> None:
    assert mapper.to_domain_event(recorded(actor)) == JournalEvent(STREAM, 6, EVENT, 412, actor, AT, COMMAND)


def test_reads_a_notification_without_its_entry(mapper: JournalMapper) -> None:
    notification = Notification(STREAM, 6, "mark_recorded/1", DATA, 413)
    assert mapper.to_domain_event(notification) == Planned(STREAM, 6, EVENT)


@pytest.mark.parametrize(
    ("type_", "data", "message"),
    [("mark_recorded/9", DATA, "known"), ("mark_recorded/1", b'{"student":1}', "student"), ("x/1", b"", "known")],
)
def test_names_stream_and_version_of_what_it_cannot_read(
    mapper: JournalMapper, type_: str, data: bytes, message: str
) -> None:
    with pytest.raises(MapperDeserialisationError, match=rf"^{STREAM} version 6: {type_}: .*{message}"):
        mapper.to_domain_event(StoredEvent(STREAM, 6, type_, data))


@pytest.mark.parametrize("entry", [b"", b"{}", b'{"actor":5},"at":"', b'{"at":"x","actor":{},"at":"', b"\xff" * 80])
def test_refuses_bytes_that_do_not_begin_as_an_entry(entry: bytes) -> None:
    with pytest.raises(LedgerDamaged) as caught:
        recording(entry, 412)
    assert (caught.value.code, caught.value.index) == ("entry_malformed", 412)
