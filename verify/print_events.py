"""What the `data` of events about printed forms looks like (events.md, "Printed forms")."""

from typing import Final

from verify.fragments import DATE, DIGEST, INDEX, MONTH, SOME_TEXT, UUID, EventType, event_type, words

PRINT_EVENTS: Final[tuple[EventType, ...]] = (
    event_type(
        "sheet_issued/1", "prints", sheet=UUID, number=INDEX,
        kind=words("class_page", "summary_sheet", "corrections", "substitutions", "conformity", "papers",
            "student_page", "attendance", "lesson_plan"),
        position=INDEX, pages=rb"([1-9][0-9]{0,4})", sd=DIGEST,
        course_opt=UUID, period_opt=UUID, class_group_opt=UUID, month_opt=MONTH, student_opt=UUID,
    ),
    event_type(
        "sheet_certified/1", "prints", sheet=UUID, certified_by=UUID, office=SOME_TEXT, certified_on=DATE,
        seal=rb"(true|false)",
    ),
    event_type(
        "sheet_voided/1", "prints", sheet=UUID, basis=SOME_TEXT,
        reason=words("spoiled", "lost", "wrong_scope", "superseded", "other"),
    ),
)  # fmt: skip
