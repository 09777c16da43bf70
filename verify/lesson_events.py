"""What the `data` of lessons' events looks like, of their corrections, and of homework posted in advance."""

from typing import Final

from verify.fragments import (
    ABSENT_FOR,
    BARE_DATE,
    BARE_TEXT,
    BARE_TIME,
    BARE_UUID,
    DATE,
    DIGEST,
    INDEX,
    KINDS,
    NUMBER,
    PLAN_NUMBERS,
    REASON,
    SOME_TEXT,
    TEXT,
    TIME,
    UUID,
    WEIGHT,
    EventType,
    event_type,
    nullable,
    string,
    words,
)

_MARK = rb"(?:[1-5](?:/[1-5])?|na|exempt|pass|fail)"
_ABSENCE = rb"(?:absent|ill|excused|unexcused)"
_MINUTES = rb"(?:[1-9][0-9]?|1[01][0-9]|120)"

# The lesson that homework is for, and the files that go with it (events.md, "What homework says"), without groups.
_DUE_LESSON = rb'\{"held_on":"' + BARE_DATE + rb'",(?:"lesson":"' + BARE_UUID + rb'",)?"number":' + NUMBER + rb"\}"
_MEDIA = (
    rb"application/(?:pdf|zip|vnd\.oasis\.opendocument\.(?:presentation|spreadsheet|text)"
    rb"|vnd\.openxmlformats-officedocument\.(?:presentationml\.presentation|spreadsheetml\.sheet"
    rb"|wordprocessingml\.document))|audio/mpeg|image/(?:jpeg|png)|text/plain|video/mp4"
)
_FILE = rb'\{"media_type":"(?:' + _MEDIA + rb')","sha256":"[0-9a-f]{64}","size":(?:1000000000|[1-9][0-9]{0,8})\}'
_FILES = rb"\[" + _FILE + rb"(?:," + _FILE + rb"){0,9}\]"

# A fact's value as `old` and `new` carry it, without a group.
VALUES: Final[dict[str, bytes]] = {
    "mark": rb'"' + _MARK + rb'"',
    "make_up": rb'"' + BARE_DATE + rb'"',
    "absence": rb'"' + _ABSENCE + rb'"',
    "lateness": _MINUTES,
    "early_leave": _MINUTES,
    "lesson": rb'\{"ends_at":"'
    + BARE_TIME
    + rb'","number":'
    + NUMBER
    + rb'(?:,"plan_items":'
    + PLAN_NUMBERS
    + rb')?,"starts_at":"'
    + BARE_TIME
    + rb'","topic":"'
    + BARE_TEXT
    + rb'"\}',
    "substitution": rb'\{"basis":"'
    + BARE_TEXT
    + rb'","coefficient":'
    + WEIGHT
    + rb',"reason":"'
    + ABSENT_FOR
    + rb'","same_subject":(?:true|false)\}',
    "work": rb'\{(?:"ends_on":"'
    + BARE_DATE
    + rb'",)?"kind":(?:"homework_check","of_lesson":"'
    + BARE_UUID
    + rb'"|"'
    + KINDS
    + rb'")(?:,"scheduled":"'
    + BARE_UUID
    + rb'")?(?:,"weight":'
    + WEIGHT
    + rb')?,"written":(?:true|false)\}',
    "homework": rb"\{(?:(?:"
    rb'"due_lesson":'
    + _DUE_LESSON
    + rb'|"due_on":"'
    + BARE_DATE
    + rb'"),)?(?:"files":'
    + _FILES
    + rb',)?"text":"'
    + BARE_TEXT
    + rb'"\}',
}


def _corrections() -> list[EventType]:
    """Declare `<fact>_corrected/1` and `<fact>_annulled/1` (events.md, "Corrections"); `old` and `new` are raw.

    A substitution falls with its lesson: it has no annulment of its own, and so no correction of one.
    """
    types = []
    for fact, value in VALUES.items():
        some = rb"(" + value + rb")"
        annulled = [] if fact == "substitution" else [("annulled", some, rb"(null)")]
        for verb, old, new in (("corrected", nullable(value) if annulled else some, some), *annulled):
            types.append(
                event_type(
                    f"{fact}_{verb}/1", "lesson", sd_opt=DIGEST, basis_opt=TEXT, corrects=INDEX, new=new, old=old,
                    reason=REASON, request_opt=INDEX,
                )
            )  # fmt: skip
    return types


_ANY_VALUE = b"|".join(VALUES.values())

LESSON_EVENTS: Final = (
    event_type(
        "lesson_recorded/1", "lesson", course=UUID, teacher=UUID, held_on=DATE, number=rb"(" + NUMBER + rb")",
        starts_at=TIME, ends_at=TIME, topic=TEXT, attendance=words("taken", "not_taken"),
        plan_items_opt=rb"(" + PLAN_NUMBERS + rb")",
    ),
    event_type(
        "substitution_recorded/1", "lesson", absent_teacher=UUID, reason=string(ABSENT_FOR), basis=TEXT,
        same_subject=rb"(true|false)", coefficient=rb"(" + WEIGHT + rb")",
    ),
    event_type("attendance_taken/1", "lesson", absent=INDEX),
    event_type(
        "absence_recorded/1", "lesson", student=UUID, code=rb"(" + VALUES["absence"] + rb")", certificate_opt=UUID,
    ),
    event_type(
        "absence_reason_set/1", "lesson", absence=INDEX, code=rb"(" + VALUES["absence"] + rb")", basis_opt=TEXT,
        certificate_opt=UUID,
    ),
    event_type("lateness_recorded/1", "lesson", student=UUID, minutes=rb"(" + _MINUTES + rb")"),
    event_type("early_leave_recorded/1", "lesson", student=UUID, minutes=rb"(" + _MINUTES + rb")"),
    event_type(
        "homework_assigned/1", "lesson", text=TEXT, due_on_opt=DATE, due_lesson_opt=rb"(" + _DUE_LESSON + rb")",
        files_opt=rb"(" + _FILES + rb")", posted_opt=INDEX,
    ),
    event_type(
        "homework_posted/1", "homework", held_on=DATE, number=rb"(" + NUMBER + rb")", text=SOME_TEXT,
        due_on_opt=DATE, due_lesson_opt=rb"(" + _DUE_LESSON + rb")", files_opt=rb"(" + _FILES + rb")",
    ),
    event_type("homework_post_withdrawn/1", "homework", corrects=INDEX),
    event_type(
        "work_recorded/1", "lesson", work=UUID, kind=string(KINDS), written=rb"(true|false)",
        weight_opt=rb"(" + WEIGHT + rb")", ends_on_opt=DATE, scheduled_opt=UUID, of_lesson_opt=UUID,
    ),
    event_type(
        "make_up_recorded/1", "lesson", student=UUID, work=UUID, made_up_on=rb"(" + VALUES["make_up"] + rb")",
    ),
    event_type("mark_recorded/1", "lesson", student=UUID, work=UUID, value=rb"(" + VALUES["mark"] + rb")"),
    *_corrections(),
    event_type(
        "correction_requested/1", "lesson", what=words(*VALUES), corrects=INDEX, old=nullable(_ANY_VALUE),
        new=nullable(_ANY_VALUE), reason=REASON, basis=TEXT, sd_opt=DIGEST,
    ),
    event_type("correction_refused/1", "lesson", request=INDEX, basis=TEXT),
)  # fmt: skip
