"""The writer, the verifier and an oracle of the rules are three readings of events.md: they agree on what may happen."""

import random
from bisect import bisect_right
from functools import cache
from typing import Any

import msgspec
import pytest

from tests.properties.journal_oracle import Item, check_log
from tests.properties.results_moves import RULES as ASSESSMENT
from tests.properties.test_journal_machine import TEACHER_OF_NOTHING, World, random_world
from tests.unit.ledger.journal.small_school import (
    MATHS_A,
    MATHS_B,
    STAFF,
    STUDENTS_A,
    STUDENTS_B,
    TEACHER,
    TEACHER_3,
    YEAR,
    digest,
    uid,
)
from tests.verify_archive import canonical, leaf, root
from tests.witness_keys import WITNESSES
from verify.disclosures import Disclosures
from verify.findings import Report
from verify.tables import Tables
from verify.tree import Edge
from verify.walk import LogWalk

RULES = msgspec.to_builtins(ASSESSMENT)

HEADER = {"topic": "Т", "number": 1, "starts_at": "08:30", "ends_at": "09:15"}


def entries(world: World, log: list[Item]) -> list[bytes]:
    """A journal's log as bytes, with digests of their own: the journal's tests use a few again and again."""
    lines: list[bytes] = []
    prev = "0" * 64
    for item in log:
        data = dict(item.data)
        if "_sd" in data:
            asked = data.get("request") if "corrects" in data else None
            data["_sd"] = [
                digest(10 * (item.position if asked is None else asked) + n) for n in range(len(data["_sd"]))
            ]
        if "root" in data and item.type in {
            "verification_recorded",
            "archive_recorded",
            "checkpoint_cosigned",
            "backup_taken",
            "backup_verified",
        }:
            data["root"] = root([leaf(line) for line in lines[: data["size"]]]).hex()
        if item.type == "checkpoint_cosigned":
            key = next(one for one in WITNESSES if item.stream == f"witness/{one.id}")
            data["signature"] = key.cosign(
                log[0].data["origin"], data["size"], bytes.fromhex(data["root"]), data["time"]
            )
        actor = {"id": item.actor, "role": "teacher"}
        if item.on_behalf_of is not None:
            actor = {"id": item.actor, "role": "deputy", "on_behalf_of": item.on_behalf_of, "basis": "приказ"}
        command = uid(9_000 + bisect_right(world.commands, item.position))
        entry: dict[str, Any] = {
            "actor": actor, "at": item.at, "command": command, "data": data,
            "index": item.position, "prev": prev, "stream": item.stream, "type": f"{item.type}/1", "version": item.version,
        }  # fmt: skip
        lines.append(canonical(entry))
        prev = leaf(lines[-1]).hex()
    return lines


def findings(world: World, log: list[Item]) -> list[str]:
    """What the verifier finds in a log."""
    report = Report()
    walk = LogWalk(report, Edge(), Disclosures(report), Tables())
    walk.take("", 1, entries(world, log))
    walk.finish(None)
    assert not report.unchecked
    return [finding.code for finding in report.findings]


@cache
def world(seed: int) -> World:
    return random_world(seed)


@pytest.mark.parametrize("seed", range(200, 230))
def test_finds_nothing_in_what_the_journal_records(seed: int) -> None:
    assert findings(world(seed), world(seed).log) == []


def replaced(type_: str, **fields: Any) -> tuple[World, list[Item]]:
    """A log up to an entry of this type in which that entry says something else; `actor` may be one of the fields."""
    lesson = fields.get("lesson")  # is there already, so that it is not what is found
    found = next(
        (made, item)
        for made in map(world, range(200, 230))
        for item in made.log
        if item.type == type_
        and item.data
        and (lesson is None or any(one.stream == f"lesson/{lesson}" for one in made.log[: item.position]))
    )
    made, item = found
    people = {name: fields.pop(name) for name in ("actor", "on_behalf_of") if name in fields}
    changed = item._replace(data={**item.data, **fields}, **people)
    return made, [*made.log[: item.position], changed]


def bell(number: int, starts_at: str, ends_at: str) -> dict[str, Any]:
    return {"ends_at": ends_at, "number": number, "starts_at": starts_at}


def planned(course: str, number: int = 1, weeks: str = "every") -> dict[str, Any]:
    return {"course": course, "number": number, "weekday": 1, "weeks": weeks}


def requester(type_: str) -> str:
    made, log = replaced(type_)
    request: int = log[-1].data["request"]
    return made.log[request].actor


@pytest.mark.parametrize(
    ("type_", "fields", "code"),
    [
        ("person_registered", {"_sd": [digest(n) for n in range(5)]}, "data-field"),
        ("school_year_opened", {"ends_on": "2026-08-31"}, "ends-before-start"),
        ("period_defined", {"ends_on": "2026-08-31"}, "ends-before-start"),
        ("period_defined", {"number": 5}, "data-field"),
        ("student_enrolled", {"student": TEACHER.id}, "person-kind"),
        ("student_left", {"ends_on": "2026-08-31"}, "ends-before-start"),
        ("substitution_recorded", {"absent_teacher": STUDENTS_A[0]}, "substitution-mismatch"),
        ("substitution_recorded", {"coefficient": 0}, "data-field"),
        ("substitution_recorded", {"reason": "strike"}, "data-field"),
        ("teacher_assigned", {"teacher": STUDENTS_A[0]}, "person-kind"),
        ("regulation_adopted", {"order_number": ""}, "data-field"),
        ("regulation_adopted", {"parameters": {}}, "data-field"),
        ("responsible_appointed", {"person": TEACHER.id}, "person-kind"),
        ("guardian_linked", {"guardian": TEACHER.id}, "person-kind"),
        ("guardian_unlinked", {"guardian": uid(112)}, "guardian-link"),
        ("data_change_notice_received", {"given_by": uid(112)}, "reference-unknown"),
        ("personal_data_changed", {"fields": []}, "data-field"),
        ("personal_data_changed", {"fields": ["phone", "email"]}, "data-field"),
        ("personal_data_changed", {"notice": 0}, "answers-nothing"),
        ("personal_data_confirmed", {"refresh": uid(3)}, "reference-unknown"),
        ("annual_refresh_opened", {"until": "2026-08-24"}, "ends-before-start"),
        ("delivery_consent_given", {"student": STUDENTS_B[1]}, "guardian-link"),
        ("delivery_consent_given", {"method": "self_service", "actor": uid(77)}, "consent-form"),
        ("delivery_consent_withdrawn", {"consent": 0}, "answers-nothing"),
        ("information_refused", {"student": STUDENTS_B[1]}, "guardian-link"),
        ("guardianship_notified", {"refusal": 0}, "answers-nothing"),
        ("guardianship_notified", {"approved_by": TEACHER.id}, "person-kind"),
        ("guardianship_notified", {"sent_on": "2026-09-02"}, "ends-before-start"),
        ("guardianship_notified", {"actor": STAFF[0], "approved_by": STAFF[0]}, "approval-same-person"),
        ("control_check_recorded", {"to_date": "2026-09-08"}, "ends-before-start"),
        ("remark_raised", {"to": STAFF[0]}, "person-kind"),
        ("remark_raised", {"check": 0}, "remark-mismatch"),
        ("remark_closed", {"how": "forgotten"}, "data-field"),
        ("duty_assigned", {"person": STAFF[0]}, "person-kind"),
        ("duty_ended", {"ends_on": "2026-08-31"}, "ends-before-start"),
        ("duty_ended", {"person": TEACHER_OF_NOTHING}, "duty"),
        ("subgroup_listed", {"course": MATHS_B}, "data-field"),
        ("lesson_plan_imported", {"items": []}, "data-field"),
        ("lesson_plan_continued", {"items": [{"number": 1, "topic": "Т", "hours": 1}]}, "plan-item"),
        ("lesson_plan_amended", {"old": {"topic": "Иная", "hours": 7}}, "correction-old-value"),
        ("lesson_recorded", {"plan_items": [11]}, "plan-item"),
        ("lesson_corrected", {"new": {**HEADER, "plan_items": [11]}}, "plan-item"),
        ("subgroup_joined", {"student": TEACHER.id}, "person-kind"),
        ("subgroup_left", {"ends_on": "2026-08-31"}, "ends-before-start"),
        ("subgroup_left", {"student": STUDENTS_B[0]}, "subgroup"),
        ("days_off_declared", {"ends_on": "2027-06-01"}, "calendar-entry"),
        ("days_off_declared", {"starts_on": "2026-09-08", "ends_on": "2026-09-07"}, "ends-before-start"),
        ("days_off_declared", {"grades": [6, 5]}, "data-field"),
        ("school_day_declared", {"on": "2026-08-31"}, "calendar-entry"),
        ("school_day_declared", {"as_weekday": 8}, "data-field"),
        ("calendar_entry_revoked", {"revokes": 1}, "calendar-entry"),
        ("bell_schedule_set", {"lessons": []}, "data-field"),
        ("bell_schedule_set", {"lessons": [bell(1, "09:15", "09:15")]}, "ends-before-start"),
        ("bell_schedule_set", {"lessons": [bell(1, "08:30", "09:15"), bell(2, "09:14", "10:00")]}, "data-field"),
        ("bell_schedule_set", {"lessons": [bell(2, "08:30", "09:15"), bell(1, "09:25", "10:10")]}, "data-field"),
        ("timetable_set", {"bells": uid(62)}, "reference-unknown"),
        ("timetable_set", {"effective_from": "2026-09-01", "lessons": []}, "timetable-lesson"),
        ("timetable_set", {"lessons": [planned(MATHS_B)]}, "timetable-lesson"),
        ("timetable_set", {"lessons": [planned(uid(53))]}, "reference-unknown"),
        ("timetable_set", {"lessons": [planned(MATHS_A, number=3)]}, "timetable-lesson"),
        ("timetable_set", {"lessons": [planned(MATHS_A), planned(MATHS_A, weeks="odd")]}, "data-field"),
        ("certificate_recorded", {"ends_on": "2026-08-31"}, "ends-before-start"),
        ("lesson_cancelled", {"number": 13}, "data-field"),
        ("cancellation_withdrawn", {"corrects": 0}, "correction-cites-nothing"),
        ("incident_opened", {"began_at": "2026-09-07T24:00"}, "data-field"),
        ("incident_closed", {"ended_at": "2026-09-01T08:00"}, "ends-before-start"),
        ("excuse_accepted", {"teacher": STAFF[0]}, "person-kind"),
        ("excuse_accepted", {"teacher": TEACHER_OF_NOTHING, "lesson": uid(1000)}, "excuse-mismatch"),
        ("excuse_accepted", {"rules": []}, "data-field"),
        ("excuse_accepted", {"rules": ["lesson", "homework"]}, "data-field"),
        ("excuse_accepted", {"rules": ["lesson", "lesson"]}, "data-field"),
        ("excuse_accepted", {"reason": "computer_skills"}, "data-field"),
        ("excuse_withdrawn", {"basis": ""}, "data-field"),
        ("work_scheduled", {"minutes": 301}, "data-field"),
        ("scheduled_work_moved", {"corrects": 0}, "correction-cites-nothing"),
        ("scheduled_work_cancelled", {"corrects": 0}, "correction-cites-nothing"),
        ("make_up_recorded", {"made_up_on": "2026-09-01"}, "data-field"),
        ("work_recorded", {"ends_on": "2026-09-01", "written": True}, "data-field"),
        ("freshness_measured", {"size": 70_000}, "evidence-size"),
        ("freshness_measured", {"position": 70_000}, "evidence-size"),
        ("portal_listed", {"link": "ftp://gu.example/"}, "data-field"),
        ("portal_listed", {"link": "https://user@gu.example/"}, "data-field"),
        ("portal_dropped", {"basis": ""}, "data-field"),
        ("portal_checked", {"link": "https://elsewhere.example/"}, "portal"),
        ("portal_checked", {"outcome": "seen"}, "data-field"),
        ("witness_appointed", {"link": "witness"}, "data-field"),
        ("witness_appointed", {"vkey": WITNESSES[0].vkey[:-4]}, "witness-key"),
        ("witness_dismissed", {"basis": ""}, "data-field"),
        ("checkpoint_cosigned", {"size": 70_000}, "evidence-size"),
        ("checkpoint_cosigned", {"time": 0}, "data-field"),
        ("substitution_planned", {"number": 13}, "data-field"),
        ("substitution_planned", {"absent_teacher": TEACHER_3.id}, "substitution-mismatch"),
        ("substitution_plan_withdrawn", {"corrects": 0}, "correction-cites-nothing"),
        ("certificate_recorded", {"code": "unexcused"}, "data-field"),
        ("certificate_annulled", {"corrects": 0}, "correction-cites-nothing"),
        ("absence_recorded", {"certificate": uid(3999)}, "certificate-mismatch"),
        ("absence_reason_set", {"certificate": uid(3999)}, "certificate-mismatch"),
        ("lesson_recorded", {"teacher": STUDENTS_A[0]}, "person-kind"),
        ("lesson_recorded", {"starts_at": "23:00"}, "ends-before-start"),
        ("mark_recorded", {"student": TEACHER.id}, "person-kind"),
        ("mark_corrected", {"old": "1/1"}, "correction-old-value"),
        ("mark_corrected", {"corrects": 0}, "correction-cites-nothing"),
        ("absence_reason_set", {"code": "absent"}, "correction-changes-nothing"),
        ("attendance_taken", {"absent": 9}, "attendance"),
        ("correction_requested", {"new": 15, "what": "mark"}, "data-field"),
        ("correction_refused", {"request": 0}, "request-mismatch"),
        ("accounts_founded", {"account": uid(77)}, "account-role"),
        ("account_opened", {"kind": "robot"}, "data-field"),
        ("account_opened", {"actor": uid(77)}, "account-role"),
        ("role_granted", {"role": "king"}, "data-field"),
        ("role_granted", {"actor": uid(77)}, "account-role"),
        ("role_revoked", {"grant": 0}, "correction-cites-nothing"),
        ("account_closed", {"reason": "burnt"}, "data-field"),
        ("account_closed", {"last_day": "2099-01-01"}, "account-state"),
        ("confidentiality_acknowledged", {"actor": uid(77)}, "account-role"),
        ("sign_in_helped", {"help": "friendship"}, "data-field"),
        ("sign_in_helped", {"actor": uid(77)}, "account-role"),
        ("sign_in_help_requested", {"actor": uid(77)}, "account-role"),
        ("sign_in_help_refused", {"request": 0}, "request-mismatch"),
        ("correction_refused", {"actor": None}, "request-same-person"),
        ("correction_refused", {"actor": uid(77), "on_behalf_of": None}, "request-same-person"),
        ("period_closed", {"root": "0" * 64}, "closing-mismatch"),
        ("period_reopening_requested", {"basis": ""}, "data-field"),
        ("period_reopening_requested", {"reason": "boredom"}, "data-field"),
        ("period_reopening_approved", {"request": 0}, "request-mismatch"),
        ("period_reopening_refused", {"request": 0}, "request-mismatch"),
        ("class_backdating_requested", {"what": "teacher_assigned"}, "data-field"),
        ("class_teacher_assigned", {"teacher": STUDENTS_A[0]}, "person-kind"),
        ("class_backdating_refused", {"request": 0}, "request-mismatch"),
        ("course_backdating_requested", {"what": "student_left"}, "data-field"),
        ("course_backdating_refused", {"request": 0}, "request-mismatch"),
        ("setup_backdating_requested", {"basis": ""}, "data-field"),
        ("setup_backdating_refused", {"request": 0}, "request-mismatch"),
        ("period_attested", {"size": 1}, "attestation-size"),
        (
            "journal_closed",
            {"excused": [{"basis": "7", "count": 99, "reason": "order", "what": "remark"}]},
            "journal-mismatch",
        ),
        ("journal_reopening_requested", {"basis": ""}, "data-field"),
        ("journal_reopening_approved", {"request": 0}, "request-mismatch"),
        ("journal_reopening_refused", {"request": 0}, "request-mismatch"),
        ("sheet_transferred", {"sha256": "0" * 64}, "sheet-digest"),
        ("sheet_transferred", {"to": ""}, "data-field"),
        ("verification_recorded", {"size": 0}, "evidence-size"),
        ("verification_recorded", {"size": 70_000}, "evidence-size"),
        ("verification_recorded", {"checkpoint": 70_000}, "evidence-size"),
        ("verification_recorded", {"verdict": "perfect"}, "data-field"),
        ("archive_recorded", {"year": uid(77)}, "reference-unknown"),
        ("archive_handed_over", {"manifest_sha256": "0" * 64}, "archive-receipt"),
        ("archive_handed_over", {"archive": uid(77)}, "reference-unknown"),
        ("archive_handed_over", {"to": ""}, "data-field"),
        ("archive_recorded", {"opened_with": ["sha256sum", "csv"]}, "data-field"),
        ("register_timed", {"size": 70_000}, "evidence-size"),
        ("register_timed", {"month": "2026-13"}, "data-field"),
        ("printout_registered", {"printed_on": "2026-09-01"}, "printout-scope"),
        ("printout_registered", {"signed_by": STUDENTS_A[0]}, "person-kind"),
        ("backup_taken", {"size": 70_000}, "evidence-size"),
        ("backup_taken", {"what": ["keys", "vault"]}, "data-field"),
        ("backup_taken", {"place": ""}, "data-field"),
        ("backup_verified", {"taken": 1}, "backup"),
        ("backup_verified", {"how": ["audit", "audit"]}, "data-field"),
        ("backup_verified", {"verdict": "verified", "how": ["audit"]}, "backup"),
        ("sheet_issued", {"number": 77}, "print-register"),
        ("retention_schedule_adopted", {"rows": []}, "data-field"),
        ("legal_hold_placed", {"whose": "person", "person": uid(77)}, "reference-unknown"),
        ("legal_hold_lifted", {"hold": uid(77)}, "legal-hold"),
        ("erasure_proposed", {"ground": "whim"}, "data-field"),
        ("erasure_approved", {"erasure": uid(77)}, "erasure"),
        ("personal_data_erased", {"retention": ["sheet"]}, "data-field"),
        ("personal_data_erased", {"destroyed_at": "2019-01-01T00:00:00.000000Z"}, "erasure"),
        ("personal_data_erased", {"sheets": [7_000]}, "erasure"),
        ("access_log_anchored", {"root": "x"}, "data-field"),
        ("personal_data_blocked", {"ground": "whim"}, "data-field"),
        ("personal_data_blocked", {"person": uid(77)}, "reference-unknown"),
        ("personal_data_blocked", {"fields": ["shoe_size"]}, "data-field"),
        ("personal_data_unblocked", {"block": uid(77)}, "blocking"),
        ("paper_stored", {"number": 77}, "paper-register"),
        ("paper_stored", {"keep_until": "2020-01-01"}, "paper-term"),
        ("paper_stored", {"schedule": 0}, "paper-term"),
        ("paper_moved", {"paper": uid(77)}, "paper-register"),
        ("paper_handed_over", {"handed_on": "2099-01-01"}, "paper-register"),
        ("paper_handed_over", {"papers": []}, "data-field"),
        ("paper_struck_off", {"reason": "burnt"}, "data-field"),
        ("paper_destruction_proposed", {"papers": [uid(77)]}, "paper-register"),
        ("paper_destruction_approved", {"destruction": uid(77)}, "paper-destruction"),
        ("paper_destruction_refused", {"destruction": uid(77)}, "paper-destruction"),
        ("paper_destroyed", {"destroyed_on": "2020-01-01"}, "paper-destruction"),
        ("sheet_issued", {"position": 70_000}, "evidence-size"),
        ("sheet_issued", {"kind": "diary"}, "data-field"),
        ("sheet_certified", {"certified_by": STUDENTS_A[0]}, "person-kind"),
        ("sheet_certified", {"sheet": uid(77)}, "print-register"),
        ("sheet_voided", {"sheet": uid(77)}, "print-register"),
        ("assessment_rules_adopted", {"rules": {}}, "data-field"),
        ("assessment_rules_adopted", {"rules": RULES | {"weights": {}}}, "data-field"),
        ("assessment_rules_adopted", {"rules": RULES | {"weights": {"quiz": 100}}}, "data-field"),
        ("assessment_rules_adopted", {"rules": RULES | {"weights": {"test": 1001}}}, "data-field"),
        ("assessment_rules_adopted", {"rules": RULES | {"weights": {"test": 9}, "average": "plain"}}, "data-field"),
        ("result_sheet_opened", {"course": uid(99)}, "reference-unknown"),
        ("period_mark_recorded", {"sum": 99}, "result-computed"),
        ("period_mark_recorded", {"inputs": [0]}, "result-inputs"),
        ("period_mark_recorded", {"rule": 0}, "result-rule"),
        ("period_mark_recorded", {"student": TEACHER.id}, "person-kind"),
        ("exam_result_recorded", {"student": TEACHER.id}, "person-kind"),
        ("final_mark_recorded", {"weight": 99}, "result-computed"),
        ("results_published", {"what": "marks"}, "data-field"),
        ("result_corrected", {"old": "1"}, "correction-old-value"),
        ("result_corrected", {"corrects": 0}, "correction-cites-nothing"),
        ("result_correction_requested", {"corrects": 0}, "correction-cites-nothing"),
        ("result_correction_refused", {"request": 0}, "request-mismatch"),
        ("result_correction_refused", {"actor": None}, "request-same-person"),
        ("council_decision_recorded", {"students": [TEACHER.id]}, "person-kind"),
        ("council_decision_recorded", {"replaces": 0}, "council-decision"),
    ],
)
def test_finds_what_the_oracle_refuses(type_: str, fields: dict[str, Any], code: str) -> None:
    """`None` for a person is who asked."""
    fields = {name: requester(type_) if value is None else value for name, value in fields.items()}
    made, log = replaced(type_, **fields)
    check_log(log[:-1], is_whole=False)
    with pytest.raises((AssertionError, ValueError)):
        check_log(log, is_whole=False)
    assert code in findings(made, log)


def test_finds_a_period_defined_again() -> None:
    made = world(200)
    first = next(item for item in made.log if item.type == "period_defined")
    again = first._replace(position=len(made.log), stream=f"period/{uid(45)}", at=made.log[-1].at)
    assert first.data["year"] == YEAR
    with pytest.raises(AssertionError):
        check_log([*made.log, again])
    assert findings(made, [*made.log, again]) == ["period-overlap"]


def test_finds_who_is_in_two_subgroups_of_a_subject() -> None:
    """The subject counts, not the title: another subgroup of it takes nobody who is in one."""
    made, item, beside = next(
        (made, item, beside)
        for made in map(world, range(200, 230))
        for item in made.log
        if item.type == "subgroup_joined"
        for opened in [[one for one in made.log[: item.position] if one.type == "course_opened"]]
        for own in opened
        if own.stream == item.stream
        for beside in opened
        if "subgroup" in beside.data and beside.stream != own.stream and beside.data["subject"] == own.data["subject"]
    )
    version = len([one for one in made.log[: item.position + 1] if one.stream == beside.stream]) + 1
    again = item._replace(position=item.position + 1, stream=beside.stream, version=version)
    log = [*made.log[: item.position + 1], again]
    with pytest.raises(AssertionError):
        check_log(log)
    assert findings(made, log) == ["subgroup"]


def test_finds_a_lesson_of_who_has_no_duty() -> None:
    """The same lesson behind a duty that somebody else was assigned before its day."""
    made, lesson = next(
        (made, item)
        for made in map(world, range(200, 230))
        for item in made.log
        if item.type == "lesson_recorded"
        and not [other for other in made.log[: item.position] if other.type == "duty_assigned"]
    )
    duty = {"person": TEACHER_3.id, "duty": "class_teacher", "order_number": "1", "order_date": "2026-08-31"}
    before = made.log[: lesson.position]
    school = made.log[0].stream.partition("/")[2]
    assigned = Item(
        lesson.position, f"duty/{school}", 1, "duty_assigned", {**duty, "starts_on": "2026-09-01"}, lesson.actor
    )
    log = [*before, assigned, lesson._replace(position=lesson.position + 1)]
    with pytest.raises(AssertionError):
        check_log(log, is_whole=False)
    assert "duty-missing" in findings(made, log)


def test_finds_a_mark_for_who_is_not_in_the_subgroup() -> None:
    """The same lesson's entry without the stay that it rests on."""
    for made in map(world, range(200, 230)):
        parts = {one.stream for one in made.log if one.type == "course_opened" and "subgroup" in one.data}
        lessons = {
            one.stream for one in made.log if one.type == "lesson_recorded" and f"course/{one.data['course']}" in parts
        }
        for item in made.log:
            is_fact = item.type in ("mark_recorded", "absence_recorded", "lateness_recorded")
            # One that cites a certificate would be wrong for another reason, too: the certificate is another student's.
            if item.stream in lessons and is_fact and "certificate" not in item.data:
                outsider = item._replace(data={**item.data, "student": STUDENTS_B[0]})
                log = [*made.log[: item.position], outsider]
                with pytest.raises(AssertionError):
                    check_log(log)
                assert "subgroup-member" in findings(made, log)
                return
    pytest.fail("no lesson of a subgroup has a mark")


@pytest.mark.parametrize(
    ("type_", "field"), [("regulation_adopted", "effective_from"), ("responsible_appointed", "starts_on")]
)
def test_finds_an_order_that_goes_back(type_: str, field: str) -> None:
    made, found = next(
        (made, found)
        for made in map(world, range(200, 230))
        for found in [[item for item in made.log if item.type == type_]]
        if found and found[-1].data[field] > "2026-09-07"
    )
    last = found[-1]
    data = {**last.data, field: "2026-09-06"}
    data.pop("request", None)
    again = last._replace(position=len(made.log), version=last.version + 1, data=data, at=made.log[-1].at)
    assert again.data[field] < last.data[field]
    with pytest.raises(AssertionError):
        check_log([*made.log, again])
    # Where a period is closed by then, it is one person's as well.
    assert set(findings(made, [*made.log, again])) - {"backdated-alone"} == {"in-force-order"}


@pytest.mark.parametrize("seed", range(40))
def test_finds_nothing_that_the_oracle_allows(seed: int) -> None:
    """A field of one entry is taken from another of its type; most of that is wrong, and some of it is not."""
    source = random.Random(seed)
    made = world(200 + seed % 10)
    for _ in range(5):
        item = source.choice(made.log[1:])
        other = source.choice([one for one in made.log if one.type == item.type])
        field = source.choice(sorted(other.data))
        changed = item._replace(data={**item.data, field: other.data[field]})
        log = [*made.log[: item.position], changed, *made.log[item.position + 1 :]]
        if findings(made, log):
            with pytest.raises((AssertionError, ValueError, LookupError, TypeError)):
                check_log(log)
