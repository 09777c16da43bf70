"""Where a rule comes from, in words, and which rules a request breaks by itself."""

from __future__ import annotations

from typing import Final


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
        "due_without_text",
        "empty_range",
        "grades_not_sorted",
        "malformed_date",
        "malformed_digest",
        "malformed_id",
        "malformed_key",
        "malformed_text",
        "malformed_time",
        "malformed_value",
        "malformed_yearly_day",
        "note_missing",
        "nothing_to_record",
        "out_of_range",
        "too_many_digests",
        "twice_in_one_command",
        "unknown_code",
        "unknown_time_zone",
        "year_too_long",
    }
)
"""Rules that a request breaks by itself, whatever the journal holds: 422; all others are 409."""
