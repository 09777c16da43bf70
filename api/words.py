"""Where a rule comes from, in words, and which rules a request breaks by itself."""

from __future__ import annotations

from typing import Final

from ledger.errors import Refused


def words_of_clause(clause: str) -> tuple[str, str]:
    """Say where a rule comes from (`ledger.errors.Refused.clause`), in Russian and in English."""
    match clause:
        case "local_act":
            return "локальный акт школы", "the school's local act"
        case "log":
            return "правило самого журнала", "the log's own rule"
        case _:
            return f"п. {clause} регламента", f"regulation {clause}"


CONTENT_RULES: Final = frozenset(
    {
        "bells_not_in_order",
        "two_scopes",
        "too_large_a_scope",
        "no_inspection",
        "no_guardian",
        "inspection_without_end",
        "certificate_too_long",
        "answers_nothing",
        "application_not_needed",
        "contact_missing",
        "contact_not_needed",
        "due_without_text",
        "empty_range",
        "excuses_not_in_order",
        "final_without_years_mark",
        "freshness_mismatch",
        "grade_before_the_first",
        "grades_not_sorted",
        "malformed_date",
        "merged_with_itself",
        "oral_work_of_days",
        "moved_and_merged",
        "moved_nowhere",
        "malformed_digest",
        "malformed_hash",
        "malformed_id",
        "malformed_key",
        "malformed_link",
        "malformed_minute",
        "malformed_month",
        "malformed_text",
        "malformed_time",
        "malformed_value",
        "malformed_yearly_day",
        "note_missing",
        "no_weights",
        "nothing_to_record",
        "out_of_range",
        "plan_items_not_rising",
        "renamed_not_sorted",
        "timetable_not_in_order",
        "too_many_digests",
        "too_many_or_no_students",
        "twice_in_one_command",
        "unknown_code",
        "unknown_time_zone",
        "weights_idle",
        "year_too_long",
    }
)
"""Rules that a request breaks by itself, whatever the journal holds: 422."""
WHO_RULES: Final = frozenset(
    {
        "acknowledged_by_another",
        "founded_for_another",
        "not_among_duties",
        "not_an_administrator",
        "not_the_author",
        "not_the_class_teacher",
        "not_the_course_teacher",
        "not_the_guardian",
        "not_the_teacher",
        "own_excuse",
        "own_help",
        "own_role",
        "role_not_allowed",
        "role_not_held_today",
        "second_checker_needed",
        "second_person_needed",
    }
)
_OTHERS: Final = frozenset({"requested_by", "substitute"})
"""Fields of a body that name another than who asks; the same rule there is about what is asked for."""


def is_about_who_asks(error: Refused) -> bool:
    """Whether a rule refuses the one who asks, and would let somebody else do the very same: 403, and a trace."""
    return error.rule in WHO_RULES and error.where not in _OTHERS
