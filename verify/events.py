"""What the `data` of each event type looks like (events.md), as patterns over canonical bytes.

A canonical JSON text has one spelling, so "is canonical and fits the schema" is one question to a regular expression;
its groups are the values, as bytes. Every fragment is one JSON value with one group. Groups of strings are the text
between the quotes as it is spelt in JSON (`unescape` gives the text); groups marked *raw* hold the whole JSON value,
quotes included, null as `null`.
"""

import json
import re
from dataclasses import dataclass
from typing import Final

_UUID = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# RFC 8785 section 3.2.2.2: one spelling for each character; the caller has decoded the bytes as UTF-8.
_PLAIN = rb'[^"\\\x00-\x1f]*'
_TEXT = _PLAIN + rb'(?:\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))' + _PLAIN + rb")*"
# Dates of the Gregorian calendar that exist, 29 February included.
_DATE = (
    rb"(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    rb"|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    rb"|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
)
_TIME = rb"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_COUNT = rb"(?:0|[1-9][0-9]{0,14})"
_DIGEST = rb"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
_MARK = rb"(?:[1-5](?:/[1-5])?|na|exempt|pass|fail)"
_ABSENCE = rb"(?:absent|ill|excused|unexcused)"
_MINUTES = rb"(?:[1-9][0-9]?|1[01][0-9]|120)"
_KINDS = (
    rb"(?:answer|homework_check|self_work|control_work|test|dictation|exposition|composition|laboratory|practical|project"
    rb"|by_heart|retelling|reading|norms)"
)
_WEIGHT = rb"(?:1000|[1-9][0-9]{0,2})"
_NUMBER = rb"(?:[0-9]|1[0-2])"
_ABSENT_FOR = rb"(?:ill|business_trip|training|leave|other)"
_RESULT = rb"(?:[1-5]|na|exempt|pass|fail)"
_RESULT_KIND = rb"(?:period_mark|exam_result|final_mark)"
# A day that every year has: none is 29 February.
_YEARLY_DAY = (
    rb"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    rb"|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_DAYS = rb"(?:[0-9]|[1-9][0-9])"
_UP_TO_999 = rb"(?:[0-9]|[1-9][0-9]{1,2})"
# Names of personal values (events.md, "People's data").
_DATA_FIELD = rb"(?:family_name|given_name|patronymic|birth_date|address|phone|email)"
_HANDLING = rb'"(?:refuse|flag)"'
_BOOLEAN = rb"(?:true|false)"
_WEEKDAY = rb"[1-7]"
_BELL = rb'\{"ends_at":"' + _TIME + rb'","number":' + _NUMBER + rb',"starts_at":"' + _TIME + rb'"\}'
_PLANNED = (
    rb'\{"course":"'
    + _UUID
    + rb'","number":'
    + _NUMBER
    + rb',"weekday":'
    + _WEEKDAY
    + rb',"weeks":"(?:every|odd|even)"\}'
)


def _string(pattern: bytes) -> bytes:
    return rb'"(' + pattern + rb')"'


UUID: Final = _string(_UUID)
TEXT: Final = _string(_TEXT)
DATE: Final = _string(_DATE)
MONTH: Final = _string(rb"[0-9]{4}-(?:0[1-9]|1[0-2])")
TIME: Final = _string(_TIME)
MINUTE: Final = _string(_DATE + rb"T" + _TIME)
INDEX: Final = rb"(" + _COUNT + rb")"
AT: Final = _string(_DATE + rb"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z")
DIGESTS: Final = rb'(\[(?:"' + _DIGEST + rb'"(?:,"' + _DIGEST + rb'")*)?\])'
DIGEST: Final = rb'(\["' + _DIGEST + rb'"\])'
ROOT: Final = _string(rb"[0-9a-f]{64}")
FIELDS: Final = rb'(\["' + _DATA_FIELD + rb'"(?:,"' + _DATA_FIELD + rb'")*\])'
GRADES: Final = rb"(\[[1-9][0-9]?(?:,[1-9][0-9]?)*\])"


def _words(*words: str) -> bytes:
    return _string(b"|".join(word.encode() for word in words))


REASON: Final = _words("typo", "wrong_student", "wrong_column", "rechecked", "appeal", "made_up", "document", "other")

_PLAN_NUMBER = rb"[1-9][0-9]{0,2}"
_PLAN_NUMBERS = rb"\[" + _PLAN_NUMBER + rb"(?:," + _PLAN_NUMBER + rb"){0,19}\]"


def _plan_item(number: bytes) -> bytes:
    """Return the pattern of an item of a lesson plan, without a group; `number` is the pattern of that member."""
    return (
        rb'\{(?:"homework":"(?!")' + _TEXT + rb'",)?"hours":[1-9][0-9]?,' + number
        + rb'(?:"planned_on":"' + _DATE + rb'",)?"topic":"' + _TEXT + rb'"\}'
    )  # fmt: skip


_NUMBERED = _plan_item(rb'"number":' + _PLAN_NUMBER + rb",")
PLAN_ITEMS: Final = rb"(\[" + _NUMBERED + rb"(?:," + _NUMBERED + rb")*\])"
PLAN_TOPIC: Final = rb"(" + _plan_item(b"") + rb"|null)"

# A fact's value as `old` and `new` carry it, without a group.
VALUES: Final[dict[str, bytes]] = {
    "mark": rb'"' + _MARK + rb'"',
    "make_up": rb'"' + _DATE + rb'"',
    "absence": rb'"' + _ABSENCE + rb'"',
    "lateness": _MINUTES,
    "early_leave": _MINUTES,
    "lesson": rb'\{"ends_at":"'
    + _TIME
    + rb'","number":'
    + _NUMBER
    + rb'(?:,"plan_items":'
    + _PLAN_NUMBERS
    + rb')?,"starts_at":"'
    + _TIME
    + rb'","topic":"'
    + _TEXT
    + rb'"\}',
    "substitution": rb'\{"basis":"'
    + _TEXT
    + rb'","coefficient":'
    + _WEIGHT
    + rb',"reason":"'
    + _ABSENT_FOR
    + rb'","same_subject":(?:true|false)\}',
    "work": rb'\{(?:"ends_on":"'
    + _DATE
    + rb'",)?"kind":"'
    + _KINDS
    + rb'",(?:"scheduled":"'
    + _UUID
    + rb'",)?"weight":'
    + _WEIGHT
    + rb',"written":(?:true|false)\}',
    "homework": rb'\{(?:"due_on":"' + _DATE + rb'","text":"(?!")' + _TEXT + rb'"|"text":"' + _TEXT + rb'")\}',
}


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
_LINE = _string(rb'(?!")' + _TEXT)
_VERDICTS = ("verified", "finding", "incomplete")
# Each once at most, sorted: one spelling for each set.
_TOOLS = rb'(\[(?:"csv"(?=[\],]),?)?(?:"openssl"(?=[\],]),?)?(?:"sha256sum"(?=[\],]),?)?(?:"verify\.pyz")?(?<!,)\])'
_LESSON_RULES = (
    rb'(\[(?:"attendance"(?=[\],]),?)?(?:"homework"(?=[\],]),?)?(?:"lesson"(?=[\],]),?)?(?:"oral_mark"(?=[\],]),?)?'
    rb'(?:"written_mark"(?=[\],]),?)?(?:"written_work")?(?<![,\[])\])'
)
_REOPENED_FOR = ("not_recorded", "recorded_wrongly", "closed_by_mistake", "inspection", "other")
_DUTY = _words("journal", "substitute", "class_teacher")
_SOME_TEXT = _string(rb'(?!")' + _TEXT)
_ORDER_NUMBER = _SOME_TEXT
# Rules of assessment, each without a group; `rules` is raw.
_RULES: Final[dict[str, bytes]] = {
    "average": rb'"(?:weighted|plain)"',
    "final_from": rb'"(?:year|mean_of_year_and_exam)"',
    "five_from": rb"(?:500|4(?:0[1-9]|[1-9][0-9]))",
    "four_from": rb"(?:400|3(?:0[1-9]|[1-9][0-9]))",
    "marks_min": rb"[1-9][0-9]?",
    "mean_up_from": rb"[1-9][0-9]?",
    "period_marks_min": rb"[1-9]",
    "three_from": rb"(?:300|2(?:0[1-9]|[1-9][0-9]))",
}
_RULES_OBJECT = rb"(\{" + b",".join(b'"%b":%b' % (name.encode(), value) for name, value in _RULES.items()) + rb"\})"
_INDEXES = rb"(\[(?:" + _COUNT + rb"(?:," + _COUNT + rb")*)?\])"
_IDS = rb'(\["' + _UUID + rb'"(?:,"' + _UUID + rb'")*\])'
_ORDER_NUMBER = _string(rb'(?!")' + _TEXT)


_METHOD = _words("written", "self_service")


@dataclass(frozen=True, slots=True)
class EventType:
    """One event type: the kind of its stream, its data's fields in canonical order, those that may be absent."""

    name: str
    kind: str
    fields: dict[str, bytes]
    optional: frozenset[str]

    def data_pattern(self) -> bytes:
        """Return the pattern of the whole `data` object, one group a field."""
        first = next(name for name in self.fields if name not in self.optional)
        parts, seen = [], False
        for name, fragment in self.fields.items():
            member = b'"' + name.encode() + b'":' + fragment
            if name == first:
                parts.append(member)
                seen = True
            elif seen:
                parts.append(b"(?:," + member + b")?" if name in self.optional else b"," + member)
            else:
                parts.append(b"(?:" + member + b",)?")
        return rb"\{" + b"".join(parts) + rb"\}"


def _event(type_name: str, stream_kind: str, /, **fields: bytes) -> EventType:
    """Declare a type; a field whose name ends in `_opt` may be absent, and `sd` stands for `_sd`."""
    renamed = {("_sd" if key.removesuffix("_opt") == "sd" else key.removesuffix("_opt")): key for key in fields}
    ordered = {name: fields[renamed[name]] for name in sorted(renamed)}
    return EventType(
        type_name, stream_kind, ordered, frozenset(name for name, key in renamed.items() if key.endswith("_opt"))
    )


def _nullable(pattern: bytes) -> bytes:
    return rb"(" + pattern + rb"|null)"


def _corrections() -> list[EventType]:
    """Declare `<fact>_corrected/1` and `<fact>_annulled/1` (events.md, "Corrections"); `old` and `new` are raw.

    A substitution falls with its lesson: it has no annulment of its own, and so no correction of one.
    """
    types = []
    for fact, value in VALUES.items():
        some = rb"(" + value + rb")"
        annulled = [] if fact == "substitution" else [("annulled", some, rb"(null)")]
        for verb, old, new in (("corrected", _nullable(value) if annulled else some, some), *annulled):
            types.append(
                _event(
                    f"{fact}_{verb}/1", "lesson", sd_opt=DIGEST, basis_opt=TEXT, corrects=INDEX, new=new, old=old,
                    reason=REASON, request_opt=INDEX,
                )
            )  # fmt: skip
    return types


def _results() -> list[EventType]:
    """Declare what stands in result sheets; the kind of stream is `results`."""
    some, computed = rb'("' + _RESULT + rb'")', _words("1", "2", "3", "4", "5", "na")
    mark = {
        "sd_opt": DIGEST, "computed": computed, "inputs": _INDEXES, "rule": INDEX, "student": UUID, "sum": INDEX,
        "value": some, "weight": INDEX,
        "reason_opt": _words(
            "key_works", "trend", "absences", "exempt", "no_marks", "transferred", "council", "other"
        ),
    }  # fmt: skip
    grounds = {"sd_opt": DIGEST, "corrects": INDEX, "reason": REASON}
    maybe = _nullable(rb'"' + _RESULT + rb'"')
    return [
        _event("result_sheet_opened/1", "results", course=UUID, period=UUID),
        _event("period_mark_recorded/1", "results", **mark),
        _event("exam_result_recorded/1", "results", student=UUID, value=some, protocol=TEXT, obtained_at=MINUTE),
        _event("final_mark_recorded/1", "results", **mark),
        _event(
            "results_published/1", "results", what=_string(_RESULT_KIND), obtained_at=MINUTE, protocol_opt=TEXT,
        ),
        _event(
            "result_corrected/1", "results", old=maybe, new=some, basis_opt=TEXT, request_opt=INDEX, **grounds,
        ),
        _event(
            "result_annulled/1", "results", old=some, new=rb"(null)", basis_opt=TEXT, request_opt=INDEX, **grounds,
        ),
        _event("result_correction_requested/1", "results", old=maybe, new=maybe, basis=TEXT, **grounds),
        _event("result_correction_refused/1", "results", request=INDEX, basis=TEXT),
    ]  # fmt: skip


_WORK_MINUTES = rb"(?:[1-9][0-9]?|[12][0-9][0-9]|300)"
_RESCHEDULED_FOR = _words("teacher_absent", "calendar", "load", "programme", "other")
_ANY_VALUE = b"|".join(VALUES.values())

TYPES: Final[dict[str, EventType]] = {
    event.name: event
    for event in (
        _event("school_opened/1", "school", clock=_words("server", "sample"), name=TEXT, origin=TEXT, time_zone=TEXT),
        _event("person_registered/1", "person", kind=_words("student", "teacher", "staff", "guardian"), sd=DIGESTS),
        _event("school_year_opened/1", "year", title=TEXT, starts_on=DATE, ends_on=DATE),
        _event("period_listed/1", "year", period=UUID),
        _event("class_group_listed/1", "year", class_group=UUID),
        _event(
            "period_defined/1", "period", year=UUID, kind=_words("quarter", "trimester", "half_year", "year"),
            number=INDEX, grades=GRADES, starts_on=DATE, ends_on=DATE,
        ),
        _event("period_closed/1", "period", streams=INDEX, root=ROOT),
        _event(
            "period_reopened/1", "period", reason=_words(*_REOPENED_FOR), basis=_LINE, requested_by=UUID, sd_opt=DIGEST,
        ),
        _event("period_attested/1", "period", size=INDEX, basis=_LINE),
        _event("class_group_opened/1", "class", year=UUID, grade=INDEX, letter=TEXT, class_teacher_opt=UUID),
        _event("student_enrolled/1", "class", student=UUID, starts_on=DATE),
        _event("student_left/1", "class", student=UUID, ends_on=DATE),
        _event("course_opened/1", "course", class_group=UUID, subject=TEXT, year=UUID, subgroup_opt=TEXT),
        _event("subgroup_listed/1", "class", course=UUID),
        _event("subgroup_joined/1", "course", student=UUID, starts_on=DATE),
        _event("subgroup_left/1", "course", student=UUID, ends_on=DATE),
        _event("teacher_assigned/1", "course", teacher=UUID, starts_on=DATE),
        _event("lesson_plan_imported/1", "plan", title=TEXT, items=PLAN_ITEMS),
        _event("lesson_plan_continued/1", "plan", items=PLAN_ITEMS),
        _event(
            "lesson_plan_amended/1", "plan", number=rb"(" + _PLAN_NUMBER + rb")", old=PLAN_TOPIC, new=PLAN_TOPIC,
            reason=_words("calendar", "merged", "programme", "order", "typo", "other"), basis_opt=TEXT,
        ),
        _event(
            "regulation_adopted/1", "regulation", order_number=_LINE, order_date=DATE, effective_from=DATE,
            parameters=_PARAMETERS_OBJECT,
        ),
        _event(
            "responsible_appointed/1", "responsible", person=UUID, order_number=_LINE, order_date=DATE,
            starts_on=DATE,
        ),
        _event("days_off_declared/1", "calendar", starts_on=DATE, ends_on=DATE, title=TEXT, grades=GRADES),
        _event("school_day_declared/1", "calendar", on=DATE, as_weekday=rb"(" + _WEEKDAY + rb")", grades=GRADES),
        _event("calendar_entry_revoked/1", "calendar", revokes=INDEX, basis=TEXT),
        _event(
            "bell_schedule_set/1", "bells", title=TEXT, effective_from=DATE,
            lessons=rb"(\[" + _BELL + rb"(?:," + _BELL + rb"){0,12}\])",
        ),
        _event(
            "timetable_set/1", "timetable", effective_from=DATE, bells=UUID,
            lessons=rb"(\[(?:" + _PLANNED + rb"(?:," + _PLANNED + rb"){0,299})?\])",
        ),
        _event(
            "certificate_recorded/1", "certificate", certificate=UUID, starts_on=DATE, ends_on=DATE,
            code=_words("ill", "excused"), basis=_SOME_TEXT,
        ),
        _event("certificate_annulled/1", "certificate", corrects=INDEX, basis=_SOME_TEXT),
        _event(
            "lesson_cancelled/1", "cancellation", held_on=DATE, number=rb"(" + _NUMBER + rb")",
            reason=_words("teacher_absent", "quarantine", "weather", "accident", "school_event", "other"),
            basis=_SOME_TEXT, merged_with_opt=UUID,
            moved_to_opt=rb'(\{"held_on":"' + _DATE + rb'","number":' + _NUMBER + rb"\})",
        ),
        _event(
            "work_scheduled/1", "schedule", scheduled=UUID, planned_on=DATE, kind=_string(_KINDS),
            minutes=rb"(" + _WORK_MINUTES + rb")", number_opt=rb"(" + _NUMBER + rb")",
        ),
        _event(
            "scheduled_work_moved/1", "schedule", corrects=INDEX, planned_on=DATE, reason=_RESCHEDULED_FOR,
            number_opt=rb"(" + _NUMBER + rb")", basis_opt=_SOME_TEXT,
        ),
        _event(
            "scheduled_work_cancelled/1", "schedule", corrects=INDEX, reason=_RESCHEDULED_FOR, basis_opt=_SOME_TEXT,
        ),
        _event("cancellation_withdrawn/1", "cancellation", corrects=INDEX, basis=_SOME_TEXT),
        _event(
            "incident_opened/1", "incident", kind=_words("system", "network", "power", "maintenance"),
            began_at=MINUTE, sd_opt=DIGEST,
        ),
        _event("incident_closed/1", "incident", ended_at=MINUTE, sd_opt=DIGEST),
        _event(
            "excuse_accepted/1", "excuse", teacher=UUID, rules=_LESSON_RULES,
            reason=_words("outage", "ill", "order", "emergency"), lesson_opt=UUID, course_opt=UUID, held_on_opt=DATE,
            incident_opt=UUID, basis_opt=_SOME_TEXT, sd_opt=DIGEST,
        ),
        _event("excuse_withdrawn/1", "excuse", basis=_SOME_TEXT),
        _event(
            "duty_assigned/1", "duty", person=UUID, duty=_DUTY, order_number=_ORDER_NUMBER, order_date=DATE,
            starts_on=DATE,
        ),
        _event("duty_ended/1", "duty", person=UUID, duty=_DUTY, ends_on=DATE),
        _event(
            "guardian_linked/1", "person", guardian=UUID, relation=_words("mother", "father", "guardian", "other"),
            basis_opt=TEXT,
        ),
        _event("guardian_unlinked/1", "person", guardian=UUID, basis_opt=TEXT),
        _event(
            "data_change_notice_received/1", "person", received_on=DATE, how=_words("written", "electronic", "oral"),
            given_by_opt=UUID, about_opt=FIELDS,
        ),
        _event("personal_data_changed/1", "person", fields=FIELDS, sd=DIGESTS, notice_opt=INDEX, refresh_opt=UUID),
        _event("personal_data_confirmed/1", "person", confirmed_on=DATE, notice_opt=INDEX, refresh_opt=UUID),
        _event("annual_refresh_opened/1", "refresh", opens_on=DATE, until=DATE),
        _event(
            "delivery_consent_given/1", "person", student=UUID, channel=_words("in_system", "email", "sms"),
            method=_METHOD, application_number_opt=_ORDER_NUMBER, application_date_opt=DATE, sd_opt=DIGEST,
        ),
        _event(
            "delivery_consent_withdrawn/1", "person", consent=INDEX, method=_METHOD,
            application_number_opt=_ORDER_NUMBER, application_date_opt=DATE,
        ),
        _event("information_refused/1", "person", student=UUID, refused_on=DATE, basis=_ORDER_NUMBER),
        _event(
            "guardianship_notified/1", "person", refusal=INDEX, out_number=_ORDER_NUMBER, sent_on=DATE,
            approved_by=UUID,
        ),
        _event("control_check_recorded/1", "control", held_on=DATE, from_date=DATE, to_date=DATE, sd_opt=DIGEST),
        _event(
            "remark_raised/1", "remark", class_group=UUID, to=UUID,
            about=_words("lesson", "attendance", "homework", "marks", "other"), course_opt=UUID, lesson_opt=UUID,
            held_on_opt=DATE, check_opt=INDEX, sd_opt=DIGEST,
        ),
        _event("remark_closed/1", "remark", how=_words("answered", "withdrawn"), sd_opt=DIGEST),
        _event(
            "verification_recorded/1", "verification", size=INDEX, root=ROOT, verdict=_words(*_VERDICTS), program=_LINE,
            program_sha256=ROOT, checkpoint_opt=INDEX, witnesses=INDEX,
        ),
        _event(
            "archive_recorded/1", "archive", size=INDEX, root=ROOT, manifest_sha256=ROOT, year=UUID, opened_with=_TOOLS,
            verdict=_words(*_VERDICTS),
        ),
        _event(
            "register_timed/1", "timing", register=_words("substitutions"), size=INDEX, month=MONTH, employees=INDEX,
            requests=INDEX, rows=INDEX, slowest_ms=INDEX,
        ),
        _event(
            "printout_registered/1", "printout", condition=_words("corrections", "archive", "substitutions"),
            number=_LINE, printed_on=DATE, pages=rb"([1-9][0-9]{0,4})", kept=_LINE, signed_by=UUID,
            period_opt=UUID, year_opt=UUID, month_opt=MONTH,
        ),
        _event(
            "lesson_recorded/1", "lesson", course=UUID, teacher=UUID, held_on=DATE, number=rb"(" + _NUMBER + rb")",
            starts_at=TIME, ends_at=TIME, topic=TEXT, attendance=_words("taken", "not_taken"),
            plan_items_opt=rb"(" + _PLAN_NUMBERS + rb")",
        ),
        _event(
            "substitution_recorded/1", "lesson", absent_teacher=UUID, reason=_string(_ABSENT_FOR), basis=TEXT,
            same_subject=rb"(true|false)", coefficient=rb"(" + _WEIGHT + rb")",
        ),
        _event("attendance_taken/1", "lesson", absent=INDEX),
        _event(
            "absence_recorded/1", "lesson", student=UUID, code=rb"(" + VALUES["absence"] + rb")", certificate_opt=UUID,
        ),
        _event(
            "absence_reason_set/1", "lesson", absence=INDEX, code=rb"(" + VALUES["absence"] + rb")", basis_opt=TEXT,
            certificate_opt=UUID,
        ),
        _event("lateness_recorded/1", "lesson", student=UUID, minutes=rb"(" + _MINUTES + rb")"),
        _event("early_leave_recorded/1", "lesson", student=UUID, minutes=rb"(" + _MINUTES + rb")"),
        _event("homework_assigned/1", "lesson", text=TEXT, due_on_opt=DATE),
        _event(
            "work_recorded/1", "lesson", work=UUID, kind=_string(_KINDS), written=rb"(true|false)",
            weight=rb"(" + _WEIGHT + rb")", ends_on_opt=DATE, scheduled_opt=UUID,
        ),
        _event(
            "make_up_recorded/1", "lesson", student=UUID, work=UUID, made_up_on=rb"(" + VALUES["make_up"] + rb")",
        ),
        _event("mark_recorded/1", "lesson", student=UUID, work=UUID, value=rb"(" + VALUES["mark"] + rb")"),
        *_corrections(),
        _event(
            "correction_requested/1", "lesson", what=_words(*VALUES), corrects=INDEX, old=_nullable(_ANY_VALUE),
            new=_nullable(_ANY_VALUE), reason=REASON, basis=TEXT, sd_opt=DIGEST,
        ),
        _event("correction_refused/1", "lesson", request=INDEX, basis=TEXT),
        _event(
            "assessment_rules_adopted/1", "assessment", order_number=_ORDER_NUMBER, order_date=DATE,
            effective_from=DATE, rules=_RULES_OBJECT,
        ),
        *_results(),
        _event(
            "council_decision_recorded/1", "council", protocol=TEXT, held_on=DATE, students=_IDS, basis_opt=TEXT,
            decision=_words(
                "admitted", "not_admitted", "promoted", "promoted_conditionally", "retained", "graduated", "other"
            ),
            replaces_opt=INDEX,
        ),
    )
}  # fmt: skip

VALUE_PATTERNS: Final = {fact: re.compile(value) for fact, value in VALUES.items()}


def unescape(spelt: bytes) -> bytes:
    """Return the text that a canonical JSON string spells, as UTF-8."""
    if b"\\" not in spelt:
        return spelt
    text: str = json.loads(b'"' + spelt + b'"')
    return text.encode()
