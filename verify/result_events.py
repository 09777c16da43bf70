"""What the `data` of results' events looks like, of the rules of assessment and of the council's decisions."""

from typing import Final

from verify.columns import WORK_KINDS
from verify.fragments import (
    BARE_TEXT,
    BARE_UUID,
    COUNT,
    DATE,
    DIGEST,
    GRADES,
    INDEX,
    MINUTE,
    REASON,
    SOME_TEXT,
    TEXT,
    UUID,
    WEIGHT,
    EventType,
    event_type,
    nullable,
    string,
    words,
)

_RESULT = rb"(?:[1-5]|na|exempt|pass|fail)"
_RESULT_KIND = rb"(?:period_mark|exam_result|final_mark)"
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
# Kinds of work, at least one, each once and in order; no comma before the end.
_WEIGHTS = (
    rb"\{(?!\})" + b"".join(rb'(?:"%b":%b(?:,(?=")|(?=\})))?' % (kind, WEIGHT) for kind in sorted(WORK_KINDS)) + rb"\}"
)
_GRADE = rb"(?:[1-9]|1[0-2])"
_LINE = rb'"(?!")' + BARE_TEXT + rb'"'
_RENAMED = rb'\{"title":' + _LINE + rb',"was":' + _LINE + rb"\}"
# Kinds of periods, in order, the year always.
_OVER_YEARS = (
    rb'\{"first_grade":' + _GRADE + rb',"grades":\[' + _GRADE + rb"(?:," + _GRADE + rb")*\]"
    rb',"marks":\[(?:"half_year",)?(?:"quarter",)?(?:"trimester",)?"year"\]'
    rb'(?:,"renamed":\[' + _RENAMED + rb"(?:," + _RENAMED + rb')*\])?,"source":' + _LINE + rb"\}"
)
# In canonical order, `final_over_years` stands before `five_from`.
_RULES_OBJECT = (
    rb"(\{"
    + b",".join(b'"%b":%b' % (name.encode(), value) for name, value in _RULES.items()).replace(
        b',"five_from"', b'(?:,"final_over_years":' + _OVER_YEARS + b')?,"five_from"'
    )
    + rb'(?:,"weights":'
    + _WEIGHTS
    + rb")?\})"
)
_INDEXES = rb"(\[(?:" + COUNT + rb"(?:," + COUNT + rb")*)?\])"
_IDS = rb'(\["' + BARE_UUID + rb'"(?:,"' + BARE_UUID + rb'")*\])'


def _results() -> list[EventType]:
    """Declare what stands in result sheets; the kind of stream is `results`."""
    some, computed = rb'("' + _RESULT + rb'")', words("1", "2", "3", "4", "5", "na")
    mark = {
        "sd_opt": DIGEST, "computed": computed, "inputs": _INDEXES, "rule": INDEX, "student": UUID, "sum": INDEX,
        "value": some, "weight": INDEX,
        "reason_opt": words(
            "key_works", "trend", "absences", "exempt", "no_marks", "transferred", "council", "other"
        ),
    }  # fmt: skip
    grounds = {"sd_opt": DIGEST, "corrects": INDEX, "reason": REASON}
    maybe = nullable(rb'"' + _RESULT + rb'"')
    return [
        event_type("result_sheet_opened/1", "results", course=UUID, period=UUID),
        event_type("period_mark_recorded/1", "results", **mark),
        event_type("exam_result_recorded/1", "results", student=UUID, value=some, protocol=TEXT, obtained_at=MINUTE),
        event_type("final_mark_recorded/1", "results", lacks_opt=GRADES, **mark),
        event_type(
            "results_published/1", "results", what=string(_RESULT_KIND), obtained_at=MINUTE, protocol_opt=TEXT,
        ),
        event_type(
            "result_corrected/1", "results", old=maybe, new=some, basis_opt=TEXT, request_opt=INDEX, **grounds,
        ),
        event_type(
            "result_annulled/1", "results", old=some, new=rb"(null)", basis_opt=TEXT, request_opt=INDEX, **grounds,
        ),
        event_type("result_correction_requested/1", "results", old=maybe, new=maybe, basis=TEXT, **grounds),
        event_type("result_correction_refused/1", "results", request=INDEX, basis=TEXT),
    ]  # fmt: skip


RESULT_EVENTS: Final = (
    event_type(
        "assessment_rules_adopted/1", "assessment", order_number=SOME_TEXT, order_date=DATE,
        effective_from=DATE, rules=_RULES_OBJECT,
    ),
    *_results(),
    event_type(
        "council_decision_recorded/1", "council", protocol=TEXT, held_on=DATE, students=_IDS, basis_opt=TEXT,
        decision=words(
            "admitted", "not_admitted", "promoted", "promoted_conditionally", "retained", "graduated", "other"
        ),
        replaces_opt=INDEX,
    ),
)  # fmt: skip
