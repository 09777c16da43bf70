"""What the `data` of requests to act inside a closed period, and of refusals, looks like (events.md, "Back-dating")."""

from typing import Final

from verify.fragments import DATE, INDEX, SOME_TEXT, UUID, event_type, words

BACKDATING_EVENTS: Final = (
    event_type(
        "class_backdating_requested/1", "class",
        what=words("class_teacher_assigned", "student_enrolled", "student_left"), student_opt=UUID, teacher_opt=UUID,
        day=DATE, basis=SOME_TEXT,
    ),
    event_type("class_backdating_refused/1", "class", request=INDEX, basis=SOME_TEXT),
    event_type(
        "course_backdating_requested/1", "course", what=words("teacher_assigned", "subgroup_joined", "subgroup_left"),
        student_opt=UUID, teacher_opt=UUID, day=DATE, basis=SOME_TEXT,
    ),
    event_type("course_backdating_refused/1", "course", request=INDEX, basis=SOME_TEXT),
    event_type(
        "setup_backdating_requested/1", "backdating",
        what=words(
            "bell_schedule_set", "calendar_entry_revoked", "days_off_declared", "duty_assigned", "duty_ended",
            "regulation_adopted", "responsible_appointed", "school_day_declared", "timetable_set",
        ),
        bells_opt=UUID, class_group_opt=UUID, person_opt=UUID, year_opt=UUID, day=DATE, basis=SOME_TEXT,
    ),
    event_type("setup_backdating_refused/1", "backdating", request=INDEX, basis=SOME_TEXT),
)  # fmt: skip
