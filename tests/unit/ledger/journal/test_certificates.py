"""Certificates: what they set on absences that are there, and on those that come later."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd, events as ev
from ledger.journal.certificate_events import CertificateAnnulled, CertificateRecorded
from ledger.journal.certificates import AbsenceScan, Certificates, recorded_since
from ledger.journal.commands import NewAbsence
from ledger.journal.decide import decide
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    CLASS_B,
    DEPUTY,
    NOON,
    RUSSIAN_A,
    STUDENTS_A,
    TEACHER,
    TEACHER_2,
    TEACHER_3,
    SmallSchool,
    lesson,
    moscow,
    uid,
)

ANNA, BORIS = STUDENTS_A[:2]
LATER = moscow("2026-09-11 18:00")
AWAY = (NewAbsence(student=ANNA), NewAbsence(student=BORIS))


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def certificate(**changes: Any) -> cmd.RecordCertificate:
    """Anna was ill from Monday to Thursday."""
    fields: dict[str, Any] = {
        "certificate": uid(3000),
        "class_group": CLASS_A,
        "student": ANNA,
        "starts_on": "2026-09-07",
        "ends_on": "2026-09-10",
        "code": "ill",
        "basis": "справка № 12",
        **changes,
    }
    return cmd.RecordCertificate(**fields)


def held(number: int, day: str, **changes: Any) -> cmd.RecordLesson:
    return lesson(uid(number), held_on=day, absences=AWAY, **changes)


def code(school: SmallSchool, lesson_id: str, student: str = ANNA) -> Any:
    state = school.lesson(lesson_id)
    return state.facts[state.slots["absence", student, ""]].value


class TestWhatIsThere:
    def test_sets_the_reason_of_every_absence_of_its_days_in_all_courses(self, school: SmallSchool) -> None:
        school.do(held(1000, "2026-09-07"), now=LATER)
        school.do(held(1001, "2026-09-10", course=RUSSIAN_A), TEACHER_2, LATER)
        school.do(held(1002, "2026-09-11"), now=LATER)
        recorded, *reasons = school.do(certificate(), TEACHER_3, LATER)
        assert recorded == CertificateRecorded(
            certificate=uid(3000), starts_on="2026-09-07", ends_on="2026-09-10", code="ill", basis="справка № 12"
        )
        assert [type(event) for event in reasons] == [ev.AbsenceReasonSet] * 2
        assert {(event.code, event.basis, event.certificate) for event in reasons} == {  # type: ignore[attr-defined]
            ("ill", "справка № 12", uid(3000))
        }
        assert [code(school, uid(number)) for number in (1000, 1001, 1002)] == ["ill", "ill", "absent"]
        assert [code(school, uid(number), BORIS) for number in (1000, 1001, 1002)] == ["absent"] * 3

    def test_leaves_an_absence_that_has_a_reason_and_one_that_was_annulled(self, school: SmallSchool) -> None:
        first = school.index(held(1000, "2026-09-07"), now=LATER)
        school.do(cmd.SetAbsenceReason(lesson=uid(1000), absence=first + 1, code="excused"), now=LATER)
        second = school.index(held(1001, "2026-09-08"), now=LATER)
        school.do(cmd.Correct(lesson=uid(1001), corrects=second + 1, new=None, reason="typo"), now=LATER)
        assert len(school.do(certificate(), TEACHER_3, LATER)) == 1
        assert code(school, uid(1000)) == "excused"

    def test_leaves_what_lies_in_a_closed_period(self, school: SmallSchool) -> None:
        school.do(held(1000, "2026-09-07"), now=LATER)
        school.close()
        november = moscow("2026-11-06 12:00")
        school.do(held(1001, "2026-11-06"), now=november)
        assert len(school.do(certificate(ends_on="2026-11-06"), TEACHER_3, november)) == 2
        assert [code(school, uid(number)) for number in (1000, 1001)] == ["absent", "ill"]

    def test_rests_on_the_whole_log_so_that_no_absence_slips_in(self, school: SmallSchool) -> None:
        decision = decide(certificate(), school.journal, TEACHER_3, NOON)
        assert decision.expected_size == school.journal.size


class TestWhatComesLater:
    @pytest.mark.clause("R24", breaks="ledger.journal.teaching:covering")
    def test_gives_its_code_to_an_absence_without_a_reason(self, school: SmallSchool) -> None:
        school.do(certificate(), TEACHER_3)
        events = school.do(held(1000, "2026-09-10"), now=LATER)
        assert events[1:] == [
            ev.AbsenceRecorded(student=ANNA, code="ill", certificate=uid(3000)),
            ev.AbsenceRecorded(student=BORIS, code="absent"),
        ]
        assert school.do(held(1001, "2026-09-11"), now=LATER)[1] == ev.AbsenceRecorded(student=ANNA, code="absent")

    def test_leaves_a_reason_that_the_teacher_gives(self, school: SmallSchool) -> None:
        school.do(certificate(), TEACHER_3)
        given = (NewAbsence(student=ANNA, code="unexcused"),)
        assert school.do(lesson(absences=given))[1] == ev.AbsenceRecorded(student=ANNA, code="unexcused")

    def test_of_two_that_cover_a_day_the_later_one_speaks(self, school: SmallSchool) -> None:
        school.do(certificate(), TEACHER_3)
        school.do(certificate(certificate=uid(3001), code="excused", basis="заявление"), DEPUTY)
        assert code_of(school.do(lesson(absences=AWAY))[1]) == "excused"

    def test_an_annulled_one_covers_nothing(self, school: SmallSchool) -> None:
        index = school.index(certificate(), TEACHER_3)
        annul = cmd.AnnulCertificate(class_group=CLASS_A, student=ANNA, corrects=index, basis="не тот ученик")
        assert school.do(annul, TEACHER_3) == [CertificateAnnulled(corrects=index, basis="не тот ученик")]
        assert code_of(school.do(lesson(absences=AWAY))[1]) == "absent"
        assert school.refuse(annul, TEACHER_3).rule == "not_a_certificate"

    @pytest.mark.parametrize("known", [False, True])
    def test_rests_on_the_students_list_so_that_no_certificate_slips_in(self, school: SmallSchool, known: bool) -> None:
        if known:
            school.do(certificate(starts_on="2026-09-08"), TEACHER_3)
        reads = decide(lesson(absences=AWAY), school.journal, TEACHER, NOON).reads
        assert reads[f"certificate/{ANNA}"] == int(known)


def code_of(event: ev.Event) -> str:
    assert isinstance(event, ev.AbsenceRecorded)
    return event.code


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "rule", "where"),
        [
            ({"certificate": "3000"}, "malformed_id", "certificate"),
            ({"starts_on": "2026-9-7"}, "malformed_date", "starts_on"),
            ({"starts_on": "2026-09-11"}, "empty_range", "ends_on"),
            ({"starts_on": "2026-08-31"}, "outside_the_year", "starts_on"),
            ({"ends_on": "2027-06-01"}, "outside_the_year", "ends_on"),
            ({"starts_on": "2026-09-01", "ends_on": "2027-03-20"}, "certificate_too_long", "ends_on"),
            ({"code": "unexcused"}, "unknown_code", "code"),
            ({"basis": ""}, "malformed_text", "basis"),
            ({"student": uid(999)}, "not_enrolled", "student"),
            ({"student": TEACHER.id}, "not_enrolled", "student"),
            ({"class_group": CLASS_B}, "not_enrolled", "student"),
            ({"class_group": uid(999)}, "unknown_class", "class_group"),
        ],
    )
    def test_refuses(self, school: SmallSchool, changes: dict[str, Any], rule: str, where: str) -> None:
        refused = school.refuse(certificate(**changes), ADMIN)
        assert (refused.rule, refused.where) == (rule, where)

    def test_takes_two_hundred_days(self, school: SmallSchool) -> None:
        assert school.do(certificate(starts_on="2026-09-01", ends_on="2027-03-19"), ADMIN)

    @pytest.mark.parametrize("actor", [TEACHER, TEACHER_2])
    def test_refuses_another_teacher(self, school: SmallSchool, actor: Actor) -> None:
        assert school.refuse(certificate(), actor).rule == "not_the_class_teacher"
        index = school.index(certificate(), TEACHER_3)
        annul = cmd.AnnulCertificate(class_group=CLASS_A, student=ANNA, corrects=index, basis="ошибка")
        assert school.refuse(annul, actor).rule == "not_the_class_teacher"

    def test_refuses_a_role_that_keeps_no_journal(self, school: SmallSchool) -> None:
        assert school.refuse(certificate(), Actor(uid(9), "inspector")).rule == "role_not_allowed"

    def test_refuses_the_same_one_twice(self, school: SmallSchool) -> None:
        school.do(certificate(), TEACHER_3)
        assert school.refuse(certificate(basis="справка № 13"), TEACHER_3).rule == "certificate_exists"
        assert school.refuse(certificate(certificate=uid(3001)), TEACHER_3).rule == "same_certificate"

    def test_refuses_to_annul_another_students(self, school: SmallSchool) -> None:
        index = school.index(certificate(), TEACHER_3)
        other = cmd.AnnulCertificate(class_group=CLASS_A, student=BORIS, corrects=index, basis="ошибка")
        assert school.refuse(other, TEACHER_3).rule == "not_a_certificate"
        elsewhere = cmd.AnnulCertificate(class_group=CLASS_B, student=ANNA, corrects=index, basis="ошибка")
        assert school.refuse(elsewhere, ADMIN).rule == "not_enrolled"


def test_the_stream_of_a_student_keeps_what_stands(school: SmallSchool) -> None:
    first = school.index(certificate(), TEACHER_3)
    second = school.index(certificate(certificate=uid(3001), ends_on="2026-09-09"), TEACHER_3)
    school.do(cmd.AnnulCertificate(class_group=CLASS_A, student=ANNA, corrects=first, basis="ошибка"), TEACHER_3)
    state = school.journal.find(f"certificate/{ANNA}")
    assert isinstance(state, Certificates)
    assert (state.version, [*state.standing], state.ids) == (3, [second], frozenset({uid(3000), uid(3001)}))


def test_a_scan_may_begin_a_day_before_in_every_time_zone() -> None:
    """In Kiribati (UTC+14) the seventh begins at ten o'clock of the sixth by UTC."""
    assert recorded_since("2026-09-07") == "2026-09-06T00:00:00.000000Z"


def test_a_scan_passes_over_entries_that_only_name_the_student() -> None:
    scan = AbsenceScan(ANNA, "2026-09-07", "2026-09-07")
    scan.see(
        b'{"data":{"student":"%b","value":"5","work":"x"},"stream":"lesson/1","type":"mark_recorded/1"}' % ANNA.encode()
    )
    assert scan.lessons() == []
