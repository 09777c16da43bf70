"""Events to bytes and back: one spelling, clear errors, old versions upcast."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger.journal.codec import CODEC, Codec, CodecError, Upcast
from ledger.journal.events import (
    EVENT_TYPES,
    ClassGroupOpened,
    CorrectionRequested,
    Event,
    HomeworkBody,
    LessonCorrected,
    LessonHeader,
    MarkAnnulled,
    MarkRecorded,
    PersonRegistered,
)
from ledger.wire.canonical import format_canonical

STUDENT = "b3f00000-0000-4000-8000-000000000001"
WORK = "77aa0000-0000-4000-8000-000000000002"


def test_writes_sorted_fields_without_spaces() -> None:
    type_, data = CODEC.encode(MarkRecorded(student=STUDENT, work=WORK, value="5"))
    assert type_ == "mark_recorded/1"
    assert data == f'{{"student":"{STUDENT}","value":"5","work":"{WORK}"}}'.encode()


def test_leaves_absent_fields_out() -> None:
    assert b"class_teacher" not in CODEC.encode(ClassGroupOpened(year=WORK, grade=5, letter="А"))[1]
    assert b"_sd" in CODEC.encode(PersonRegistered(kind="student", sd=("x",)))[1]
    assert b"_sd" not in CODEC.encode(MarkAnnulled(corrects=1, reason="typo", old="4", new=None))[1]


def test_keeps_null_where_the_field_is_not_optional() -> None:
    header = LessonHeader(topic="Дроби", number=2, starts_at="09:00", ends_at="09:45")
    data = CODEC.encode(LessonCorrected(corrects=7, reason="typo", old=None, new=header))[1]
    assert b'"old":null' in data
    assert CODEC.decode("lesson_corrected/1", data) == LessonCorrected(corrects=7, reason="typo", old=None, new=header)


def test_gives_what_the_wire_calls_canonical_for_every_character() -> None:
    texts = [chr(point) for point in range(0x2100) if not 0xD800 <= point < 0xE000] + ["😀"]
    for text in texts:
        event = MarkRecorded(student=text, work=WORK, value="5")
        assert CODEC.encode(event)[1] == format_canonical(msgspec.to_builtins(event))


def test_every_type_has_one_class() -> None:
    assert len({*EVENT_TYPES.values()}) == len(EVENT_TYPES)


@pytest.mark.parametrize(
    ("type_", "data", "where", "reason"),
    [
        ("mark_recorded/2", b"{}", "", "not a known type"),
        ("mark_recorded/1", b'{"student":"a","value":"5"}', "work", "missing"),
        ("mark_recorded/1", b'{"extra":1,"student":"a","value":"5","work":"b"}', "extra", "not a field"),
        ("mark_recorded/1", b'{"student":1,"value":"5","work":"b"}', "student", "expected str, got int"),
        ("mark_recorded/1", b'{"student":"a","value":null,"work":"b"}', "value", "expected str, got null"),
        ("absence_recorded/1", b'{"code":"asleep","student":"a"}', "code", "not one of"),
        ("mark_annulled/1", b'{"corrects":1,"new":"4","old":"5","reason":"typo"}', "new", "expected null"),
        ("person_registered/1", b'{"_sd":["a",2],"kind":"staff"}', "_sd[1]", "expected str"),
        ("mark_recorded/1", b'{"value":"5","student":"a","work":"b"}', "", "canonical"),
        ("mark_recorded/1", b'{"student":"a","value":"5","value":"4","work":"b"}', "", "canonical"),
        ("mark_recorded/1", b'{"student":"a", "value":"5","work":"b"}', "", "canonical"),
        ("class_group_opened/1", b'{"class_teacher":null,"grade":5,"letter":"A","year":"y"}', "", "canonical"),
        ("lateness_recorded/1", b'{"minutes":5.0,"student":"a"}', "minutes", "expected int, got float"),
        ("mark_recorded/1", b"{", "", "not JSON"),
        ("mark_recorded/1", b"\xff", "", "not JSON"),
        ("mark_recorded/1", b'{"student":"\xff","value":"5","work":"b"}', "", "not JSON"),
        ("mark_recorded/1", b"[]", "", "expected object, got array"),
    ],
)
def test_names_type_and_field_of_malformed_data(type_: str, data: bytes, where: str, reason: str) -> None:
    with pytest.raises(CodecError, match=reason) as caught:
        CODEC.decode(type_, data)
    assert (caught.value.type, caught.value.where) == (type_, where)


def test_does_not_repeat_a_wrong_value() -> None:
    with pytest.raises(CodecError) as caught:
        CODEC.decode("absence_recorded/1", '{"code":"Иванов","student":"a"}'.encode())
    assert "Иванов" not in str(caught.value)


def test_refuses_an_event_of_an_unlisted_class() -> None:
    class Stranger(Event, frozen=True, kw_only=True):
        x: int

    with pytest.raises(CodecError, match="Stranger"):
        CODEC.encode(Stranger(x=1))


def test_refuses_a_lone_surrogate() -> None:
    with pytest.raises(CodecError, match="mark_recorded/1"):
        CODEC.encode(MarkRecorded(student="\ud800", work=WORK, value="5"))


def test_types_the_values_of_a_request_by_its_fact() -> None:
    request = CorrectionRequested(
        what="homework", corrects=3, old=HomeworkBody(text="§ 1"), new=None, reason="typo", basis="приказ 5"
    )
    type_, data = CODEC.encode(request)
    assert CODEC.decode(type_, data) == request


def test_refuses_a_request_whose_value_is_of_another_fact() -> None:
    data = b'{"basis":"b","corrects":1,"new":{"text":"x"},"old":null,"reason":"typo","what":"mark"}'
    with pytest.raises(CodecError) as caught:
        CODEC.decode("correction_requested/1", data)
    assert caught.value.where == "new"


class TestUpcasting:
    """A made-up version 0 of a mark, whose value was a number and whose work had another name."""

    @staticmethod
    def change(fields: dict[str, Any]) -> dict[str, Any]:
        return {"student": fields["student"], "work": fields["task"], "value": str(fields["value"])}

    def codec(self) -> Codec:
        return Codec(EVENT_TYPES, {"mark_recorded/0": Upcast("mark_recorded/1", self.change)})

    def test_reads_an_old_version_as_the_new_one(self) -> None:
        old = f'{{"student":"{STUDENT}","task":"{WORK}","value":4}}'.encode()
        assert self.codec().decode("mark_recorded/0", old) == MarkRecorded(student=STUDENT, work=WORK, value="4")

    def test_follows_a_chain_of_versions(self) -> None:
        def rename(fields: dict[str, Any]) -> dict[str, Any]:
            fields["task"] = fields.pop("exercise")
            return fields

        codec = Codec(
            EVENT_TYPES,
            {
                "mark_given/1": Upcast("mark_recorded/0", rename),
                "mark_recorded/0": Upcast("mark_recorded/1", self.change),
            },
        )
        old = b'{"exercise":"b","student":"a","value":2}'
        assert codec.decode("mark_given/1", old) == MarkRecorded(student="a", work="b", value="2")

    def test_names_the_old_type_when_the_change_gives_no_event(self) -> None:
        codec = Codec(
            EVENT_TYPES, {"mark_recorded/0": Upcast("mark_recorded/1", lambda fields: {**fields, "value": 4})}
        )
        with pytest.raises(CodecError) as caught:
            codec.decode("mark_recorded/0", b'{"student":"a","value":4,"work":"b"}')
        assert (caught.value.type, caught.value.where) == ("mark_recorded/0", "value")

    def test_refuses_old_bytes_that_are_not_canonical(self) -> None:
        with pytest.raises(CodecError, match="canonical"):
            self.codec().decode("mark_recorded/0", b'{"value":4,"student":"a","task":"b"}')
