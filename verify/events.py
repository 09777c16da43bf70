"""What the `data` of each event type looks like (events.md), as patterns over canonical bytes.

A canonical JSON text has one spelling, so "is canonical and fits the schema" is one question to a regular expression;
its groups are the values, as bytes. Groups of strings are the text between the quotes as it is spelt in JSON
(`unescape` gives the text); groups marked *raw* hold the whole JSON value, quotes included, null as `null`. Events of
lessons and results are in modules of their own.
"""

import json
import re
from typing import Final

from verify.access_events import ACCESS_EVENTS
from verify.account_events import ACCOUNT_EVENTS
from verify.anchor_events import ANCHOR_EVENTS
from verify.backdating_events import BACKDATING_EVENTS
from verify.backup_events import BACKUP_EVENTS
from verify.blocking_events import BLOCKING_EVENTS
from verify.erasure_events import ERASURE_EVENTS
from verify.fragments import (
    ABSENT_FOR,
    BARE_DATE,
    BARE_TEXT,
    BARE_TIME,
    BARE_UUID,
    DATE,
    DIGEST,
    DIGESTS,
    FIELDS,
    GRADES,
    INDEX,
    KINDS,
    MINUTE,
    MONTH,
    NUMBER,
    PLAN_ITEMS,
    PLAN_NUMBER,
    PLAN_TOPIC,
    ROOT,
    SOME_TEXT,
    TEXT,
    UUID,
    WEIGHT,
    EventType,
    event_type,
    string,
    words,
)
from verify.lesson_events import LESSON_EVENTS, VALUES
from verify.paper_events import PAPER_EVENTS
from verify.print_events import PRINT_EVENTS
from verify.reopening_events import REOPENED_FOR, REOPENING_EVENTS
from verify.result_events import RESULT_EVENTS
from verify.service_events import SERVICE_EVENTS
from verify.witness_events import WITNESS_EVENTS

# A day that every year has: none is 29 February.
_YEARLY_DAY = (
    rb"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    rb"|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_DAYS = rb"(?:[0-9]|[1-9][0-9])"
_UP_TO_999 = rb"(?:[0-9]|[1-9][0-9]{1,2})"
_HANDLING = rb'"(?:refuse|flag)"'
_WEEKDAY = rb"[1-7]"
_BELL = rb'\{"ends_at":"' + BARE_TIME + rb'","number":' + NUMBER + rb',"starts_at":"' + BARE_TIME + rb'"\}'
_PLANNED = (
    rb'\{"course":"'
    + BARE_UUID
    + rb'","number":'
    + NUMBER
    + rb',"weekday":'
    + _WEEKDAY
    + rb',"weeks":"(?:every|odd|even)"\}'
)
_BOOLEAN = rb"(?:true|false)"
# Parameters of the regulation, each without a group; `parameters` is raw.
_PARAMETERS: Final[dict[str, bytes]] = {
    "lesson_days": _DAYS,
    "attendance_days": _DAYS,
    "oral_mark_days": _DAYS,
    "written_mark_days": _DAYS,
    "homework_days": _DAYS,
    "homework_after_last_lesson_minutes": _UP_TO_999,
    "planned_homework_is_exempt": _BOOLEAN,
    "unposted_homework_is_not_assigned": _BOOLEAN,
    "mark_for_unassigned_homework": _HANDLING,
    "mark_for_absent": _HANDLING,
    "weekends_extend": _BOOLEAN,
    "holidays_extend": _BOOLEAN,
    "result_hours": _UP_TO_999,
    "notice_days": _DAYS,
    "annual_refresh_until": b'"' + _YEARLY_DAY + b'"',
}
_PARAMETERS_OBJECT = (
    rb"(\{" + b",".join(b'"%b":%b' % (name.encode(), _PARAMETERS[name]) for name in sorted(_PARAMETERS)) + rb"\})"
)
_LINE = SOME_TEXT
_VERDICTS = ("verified", "finding", "incomplete")
# Each once at most, sorted: one spelling for each set.
_TOOLS = rb'(\[(?:"csv"(?=[\],]),?)?(?:"openssl"(?=[\],]),?)?(?:"sha256sum"(?=[\],]),?)?(?:"verify\.pyz")?(?<!,)\])'
_LESSON_RULES = (
    rb'(\[(?:"attendance"(?=[\],]),?)?(?:"homework"(?=[\],]),?)?(?:"lesson"(?=[\],]),?)?(?:"oral_mark"(?=[\],]),?)?'
    rb'(?:"written_mark"(?=[\],]),?)?(?:"written_work")?(?<![,\[])\])'
)
_EXCUSED = (
    rb'\{"basis":"(?!")' + BARE_TEXT + rb'","count":[1-9][0-9]{0,4},(?:"course":"' + BARE_UUID + rb'",)?'
    rb'"reason":"(?:not_required|student_absent|not_restorable|order|other)",'
    rb'"what":"(?:lesson|attendance|mark|result|remark|council)"\}'
)
_DUTY = words("journal", "substitute", "class_teacher")
_METHOD = words("written", "self_service")
_WORK_MINUTES = rb"(?:[1-9][0-9]?|[12][0-9][0-9]|300)"
_RESCHEDULED_FOR = words("teacher_absent", "calendar", "load", "programme", "other")

TYPES: Final[dict[str, EventType]] = {
    event.name: event
    for event in (
        event_type(
            "school_opened/1", "school", clock=words("server", "sample"), name=TEXT, origin=TEXT, time_zone=TEXT,
        ),
        event_type("person_registered/1", "person", kind=words("student", "teacher", "staff", "guardian"), sd=DIGESTS),
        event_type("school_year_opened/1", "year", title=TEXT, starts_on=DATE, ends_on=DATE),
        event_type("period_listed/1", "year", period=UUID),
        event_type("class_group_listed/1", "year", class_group=UUID),
        event_type(
            "period_defined/1", "period", year=UUID, kind=words("quarter", "trimester", "half_year", "year"),
            number=INDEX, grades=GRADES, starts_on=DATE, ends_on=DATE,
        ),
        event_type("period_closed/1", "period", streams=INDEX, root=ROOT),
        event_type("period_reopened/1", "period", reason=REOPENED_FOR, basis=_LINE, requested_by=UUID, sd_opt=DIGEST),
        event_type("period_attested/1", "period", size=INDEX, basis=_LINE),
        event_type("class_group_opened/1", "class", year=UUID, grade=INDEX, letter=TEXT, class_teacher_opt=UUID),
        event_type("journal_closed/1", "class", excused=rb"(\[(?:" + _EXCUSED + rb"(?:," + _EXCUSED + rb"){0,99})?\])"),
        event_type("journal_reopened/1", "class", reason=REOPENED_FOR, basis=_LINE, requested_by=UUID, sd_opt=DIGEST),
        *REOPENING_EVENTS,
        *BACKDATING_EVENTS,
        event_type("sheet_transferred/1", "class", sha256=ROOT, number=_LINE, received_on=DATE, to=_LINE),
        event_type("class_teacher_assigned/1", "class", teacher=UUID, starts_on=DATE, request_opt=INDEX),
        event_type("student_enrolled/1", "class", student=UUID, starts_on=DATE, request_opt=INDEX),
        event_type("student_left/1", "class", student=UUID, ends_on=DATE, request_opt=INDEX),
        event_type("course_opened/1", "course", class_group=UUID, subject=TEXT, year=UUID, subgroup_opt=TEXT),
        event_type("subgroup_listed/1", "class", course=UUID),
        event_type("subgroup_joined/1", "course", student=UUID, starts_on=DATE, request_opt=INDEX),
        event_type("subgroup_left/1", "course", student=UUID, ends_on=DATE, request_opt=INDEX),
        event_type("teacher_assigned/1", "course", teacher=UUID, starts_on=DATE, request_opt=INDEX),
        event_type("lesson_plan_imported/1", "plan", title=TEXT, items=PLAN_ITEMS),
        event_type("lesson_plan_continued/1", "plan", items=PLAN_ITEMS),
        event_type(
            "lesson_plan_amended/1", "plan", number=rb"(" + PLAN_NUMBER + rb")", old=PLAN_TOPIC, new=PLAN_TOPIC,
            reason=words("calendar", "merged", "programme", "order", "typo", "other"), basis_opt=TEXT,
        ),
        event_type(
            "regulation_adopted/1", "regulation", order_number=_LINE, order_date=DATE, effective_from=DATE,
            parameters=_PARAMETERS_OBJECT, request_opt=INDEX,
        ),
        event_type(
            "responsible_appointed/1", "responsible", person=UUID, order_number=_LINE, order_date=DATE,
            starts_on=DATE, request_opt=INDEX,
        ),
        event_type(
            "days_off_declared/1", "calendar", starts_on=DATE, ends_on=DATE, title=TEXT, grades=GRADES,
            request_opt=INDEX,
        ),
        event_type(
            "school_day_declared/1", "calendar", on=DATE, as_weekday=rb"(" + _WEEKDAY + rb")", grades=GRADES,
            request_opt=INDEX,
        ),
        event_type(
            "calendar_entry_revoked/1", "calendar", revokes=INDEX, basis=TEXT, day_opt=DATE, request_opt=INDEX,
        ),
        event_type(
            "bell_schedule_set/1", "bells", title=TEXT, effective_from=DATE, request_opt=INDEX,
            lessons=rb"(\[" + _BELL + rb"(?:," + _BELL + rb"){0,12}\])",
        ),
        event_type(
            "timetable_set/1", "timetable", effective_from=DATE, bells=UUID, request_opt=INDEX,
            lessons=rb"(\[(?:" + _PLANNED + rb"(?:," + _PLANNED + rb"){0,299})?\])",
        ),
        event_type(
            "certificate_recorded/1", "certificate", certificate=UUID, starts_on=DATE, ends_on=DATE,
            code=words("ill", "excused"), basis=SOME_TEXT,
        ),
        event_type("certificate_annulled/1", "certificate", corrects=INDEX, basis=SOME_TEXT),
        event_type(
            "lesson_cancelled/1", "cancellation", held_on=DATE, number=rb"(" + NUMBER + rb")",
            reason=words("teacher_absent", "quarantine", "weather", "accident", "school_event", "other"),
            basis=SOME_TEXT, merged_with_opt=UUID,
            moved_to_opt=rb'(\{"held_on":"' + BARE_DATE + rb'","number":' + NUMBER + rb"\})",
        ),
        event_type(
            "work_scheduled/1", "schedule", scheduled=UUID, planned_on=DATE, kind=string(KINDS),
            minutes=rb"(" + _WORK_MINUTES + rb")", number_opt=rb"(" + NUMBER + rb")",
        ),
        event_type(
            "scheduled_work_moved/1", "schedule", corrects=INDEX, planned_on=DATE, reason=_RESCHEDULED_FOR,
            number_opt=rb"(" + NUMBER + rb")", basis_opt=SOME_TEXT,
        ),
        event_type(
            "scheduled_work_cancelled/1", "schedule", corrects=INDEX, reason=_RESCHEDULED_FOR, basis_opt=SOME_TEXT,
        ),
        event_type("cancellation_withdrawn/1", "cancellation", corrects=INDEX, basis=SOME_TEXT),
        event_type(
            "incident_opened/1", "incident", kind=words("system", "network", "power", "maintenance"),
            began_at=MINUTE, sd_opt=DIGEST,
        ),
        event_type("incident_closed/1", "incident", ended_at=MINUTE, sd_opt=DIGEST),
        event_type(
            "excuse_accepted/1", "excuse", teacher=UUID, rules=_LESSON_RULES,
            reason=words("outage", "ill", "order", "emergency"), lesson_opt=UUID, course_opt=UUID, held_on_opt=DATE,
            incident_opt=UUID, basis_opt=SOME_TEXT, sd_opt=DIGEST,
        ),
        event_type("excuse_withdrawn/1", "excuse", basis=SOME_TEXT),
        event_type(
            "substitution_planned/1", "substitution", held_on=DATE, number=rb"(" + NUMBER + rb")",
            absent_teacher=UUID, substitute=UUID, reason=string(ABSENT_FOR), basis=SOME_TEXT,
            same_subject=rb"(" + _BOOLEAN + rb")", coefficient=rb"(" + WEIGHT + rb")", replaces_opt=INDEX,
        ),
        event_type("substitution_plan_withdrawn/1", "substitution", corrects=INDEX, basis=SOME_TEXT),
        event_type(
            "duty_assigned/1", "duty", person=UUID, duty=_DUTY, order_number=SOME_TEXT, order_date=DATE,
            starts_on=DATE, request_opt=INDEX,
        ),
        event_type("duty_ended/1", "duty", person=UUID, duty=_DUTY, ends_on=DATE, request_opt=INDEX),
        event_type(
            "guardian_linked/1", "person", guardian=UUID, relation=words("mother", "father", "guardian", "other"),
            basis_opt=TEXT,
        ),
        event_type("guardian_unlinked/1", "person", guardian=UUID, basis_opt=TEXT),
        event_type(
            "data_change_notice_received/1", "person", received_on=DATE, how=words("written", "electronic", "oral"),
            given_by_opt=UUID, about_opt=FIELDS,
        ),
        event_type("personal_data_changed/1", "person", fields=FIELDS, sd=DIGESTS, notice_opt=INDEX, refresh_opt=UUID),
        event_type("personal_data_confirmed/1", "person", confirmed_on=DATE, notice_opt=INDEX, refresh_opt=UUID),
        event_type("annual_refresh_opened/1", "refresh", opens_on=DATE, until=DATE),
        event_type(
            "delivery_consent_given/1", "person", student=UUID, channel=words("in_system", "email", "sms"),
            method=_METHOD, application_number_opt=SOME_TEXT, application_date_opt=DATE, sd_opt=DIGEST,
        ),
        event_type(
            "delivery_consent_withdrawn/1", "person", consent=INDEX, method=_METHOD,
            application_number_opt=SOME_TEXT, application_date_opt=DATE,
        ),
        event_type("information_refused/1", "person", student=UUID, refused_on=DATE, basis=SOME_TEXT),
        event_type(
            "guardianship_notified/1", "person", refusal=INDEX, out_number=SOME_TEXT, sent_on=DATE,
            approved_by=UUID,
        ),
        event_type("control_check_recorded/1", "control", held_on=DATE, from_date=DATE, to_date=DATE, sd_opt=DIGEST),
        event_type(
            "remark_raised/1", "remark", class_group=UUID, to=UUID,
            about=words("lesson", "attendance", "homework", "marks", "other"), course_opt=UUID, lesson_opt=UUID,
            held_on_opt=DATE, check_opt=INDEX, sd_opt=DIGEST,
        ),
        event_type("remark_closed/1", "remark", how=words("answered", "withdrawn"), sd_opt=DIGEST),
        event_type(
            "verification_recorded/1", "verification", size=INDEX, root=ROOT, verdict=words(*_VERDICTS), program=_LINE,
            program_sha256=ROOT, checkpoint_opt=INDEX, witnesses=INDEX,
        ),
        event_type(
            "archive_recorded/1", "archive", size=INDEX, root=ROOT, manifest_sha256=ROOT, year=UUID, opened_with=_TOOLS,
            verdict=words(*_VERDICTS),
        ),
        event_type(
            "archive_handed_over/1", "handover", archive=UUID, manifest_sha256=ROOT, to=_LINE, number=_LINE,
            received_on=DATE,
        ),
        event_type(
            "register_timed/1", "timing", register=words("substitutions"), size=INDEX, month=MONTH, employees=INDEX,
            requests=INDEX, rows=INDEX, slowest_ms=INDEX,
        ),
        event_type(
            "printout_registered/1", "printout", condition=words("corrections", "archive", "substitutions"),
            number=_LINE, printed_on=DATE, pages=rb"([1-9][0-9]{0,4})", kept=_LINE, signed_by=UUID,
            period_opt=UUID, year_opt=UUID, month_opt=MONTH,
            sheets_opt=rb'(\["' + BARE_UUID + rb'"(?:,"' + BARE_UUID + rb'"){0,99}\])',
        ),
        *LESSON_EVENTS,
        *RESULT_EVENTS,
        *SERVICE_EVENTS,
        *WITNESS_EVENTS,
        *PRINT_EVENTS,
        *ACCOUNT_EVENTS,
        *ACCESS_EVENTS,
        *BACKUP_EVENTS,
        *ERASURE_EVENTS,
        *BLOCKING_EVENTS,
        *ANCHOR_EVENTS,
        *PAPER_EVENTS,
    )
}  # fmt: skip

VALUE_PATTERNS: Final = {fact: re.compile(value) for fact, value in VALUES.items()}


def unescape(spelt: bytes) -> bytes:
    """Return the text that a canonical JSON string spells, as UTF-8."""
    if b"\\" not in spelt:
        return spelt
    text: str = json.loads(b'"' + spelt + b'"')
    return text.encode()
