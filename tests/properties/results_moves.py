"""Moves that give results: rules, sheets, examinations, publications, corrections, the council."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from ledger.journal import commands as cmd
from ledger.journal.council import Council
from ledger.journal.memory import Journal
from ledger.journal.result_events import AssessmentRules, FinalOverYears
from ledger.journal.sheet import ResultSheet
from ledger.journal.year import Period
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    DEPUTY,
    DEPUTY_2,
    MATHS_A,
    MATHS_B,
    QUARTER_1,
    QUARTER_2,
    STUDENTS_A,
    STUDENTS_B,
    TEACHER,
    TEACHER_3,
    WHOLE_YEAR,
    YEAR,
    digest,
    uid,
)

if TYPE_CHECKING:
    from tests.properties.journal_moves import Choices

SHEETS: Final = tuple(uid(number) for number in range(3000, 3006))
RULES: Final = AssessmentRules(
    average="weighted",
    marks_min=1,
    five_from=460,
    four_from=360,
    three_from=260,
    period_marks_min=1,
    mean_up_from=50,
    final_from="mean_of_year_and_exam",
)
OVER_YEARS: Final = tuple(
    FinalOverYears(first_grade=first, grades=grades, marks=("quarter", "year"), source="приказ № 546")
    for first, grades in ((5, (5,)), (4, (5, 6)), (6, (5,)))
)
WEIGHTS: Final[tuple[dict[str, int], ...]] = ({"answer": 50, "test": 300}, {"homework_check": 1000}, {}, {"test": 0})


def assess(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    changes: dict[str, Any] = choices.one(
        (
            {},
            {"average": "plain"},
            {"marks_min": 2},
            {"final_from": "year"},
            *({"weights": each} for each in WEIGHTS),
            *({"final_over_years": each} for each in OVER_YEARS),
        )
    )
    command = cmd.AdoptAssessmentRules(
        order_number=choices.one(("21-о", "22-о")),
        order_date="2026-08-24",
        effective_from=choices.one(("2026-09-01", "2026-10-20", "2027-01-01")),
        rules=msgspec.structs.replace(RULES, **changes),
    )
    return command, TEACHER if choices.rarely() else ADMIN


def grade(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    sheet, found = _some_sheet(choices, journal)
    course = found.course if found else choices.one((MATHS_A, MATHS_B))
    period = found.period if found else choices.one((QUARTER_1, QUARTER_2, WHOLE_YEAR))
    marks = _marks(choices)
    command = cmd.RecordPeriodMarks(sheet=sheet, course=course, period=period, marks=marks)
    return command, _teacher(choices, journal, course)


def final(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    sheet, found = _years_sheet(choices, journal)
    command = cmd.RecordFinalMarks(sheet=sheet, marks=_marks(choices))
    return command, _teacher(choices, journal, found.course if found else MATHS_A)


def examine(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    sheet, _ = _years_sheet(choices, journal)
    results = tuple(
        cmd.NewExamResult(student=student, value=choices.one(("5", "3", "na", "4/5")))
        for student in {*choices.some(STUDENTS_A + STUDENTS_B, 3)}
    )
    results = tuple(sorted(results, key=lambda one: one.student))
    command = cmd.RecordExamResults(
        sheet=sheet, protocol="Протокол № 2", obtained_at="2026-09-07T12:00", results=results
    )
    return command, TEACHER if choices.rarely() else DEPUTY


def publish(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    sheet, found = _some_sheet(choices, journal)
    what: Any = choices.one(("period_mark", "period_mark", "exam_result", "final_mark"))
    command = cmd.PublishResults(sheet=sheet, what=what, obtained_at="2026-09-07T12:00")
    return command, DEPUTY if choices.number(2) else _teacher(choices, journal, found.course if found else MATHS_A)


def correct_result(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    sheet, found = _some_sheet(choices, journal)
    fields: dict[str, Any] = {
        "sheet": sheet,
        "corrects": _index(choices, found),
        "new": None if choices.number(2) else choices.one(("5", "2", "na", "3/4")),
        "reason": choices.one(("typo", "appeal", "other")),
        "note": digest(5) if choices.number(2) else None,
    }
    course = found.course if found else MATHS_A
    actor = DEPUTY if choices.number(4) == 1 else _teacher(choices, journal, course)
    period = journal.find(f"period/{found.period}") if found is not None else None
    is_closed = isinstance(period, Period) and period.closed
    # What is settled is mostly asked for, the rest mostly corrected at once.
    if (found is None or not (found.published or is_closed)) != choices.rarely():
        return cmd.CorrectResult(**fields), actor
    return cmd.RequestResultCorrection(**fields, basis="заявление"), actor


def answer_result(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    sheet, request = _some_sheet(choices, journal)[0], 3
    waiting = [
        (id_, request.index)
        for id_ in SHEETS
        if isinstance(found := journal.find(f"results/{id_}"), ResultSheet)
        for request in found.requests.values()
        if not request.answered or choices.rarely()
    ]
    if waiting:
        sheet, request = choices.one(waiting)
    actor = choices.one((DEPUTY_2, DEPUTY, ADMIN, TEACHER))
    if choices.number(2):
        return cmd.RefuseResultCorrection(sheet=sheet, request=request, basis="нет оснований"), actor
    return cmd.ApproveResultCorrection(sheet=sheet, request=request), actor


def decide_council(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    known = journal.find(f"council/{YEAR}")
    decisions = [*known.standing] if isinstance(known, Council) else [3]
    decision: Any = choices.one(("promoted", "retained", "admitted"))
    command = cmd.RecordCouncilDecision(
        year=YEAR,
        protocol="Протокол № 5",
        held_on="2026-09-07",
        decision=decision,
        students=choices.some(STUDENTS_A, 2),
        replaces=choices.one(decisions) if choices.number(2) else None,
    )
    return command, TEACHER if choices.rarely() else ADMIN


def _marks(choices: Choices) -> tuple[cmd.NewResult, ...]:
    students = dict.fromkeys((*choices.some(STUDENTS_A, 3), *choices.some(STUDENTS_B, 1)))
    return tuple(_mark(choices, student) for student in students)


def _mark(choices: Choices, student: str) -> cmd.NewResult:
    if choices.number(3) != 2:
        return cmd.NewResult(student=student)
    reason: Any = choices.one(("trend", "other", None))
    note = digest(6) if choices.number(2) else None
    return cmd.NewResult(student=student, value=choices.one(("3", "exempt", "na")), reason=reason, note=note)


def _some_sheet(choices: Choices, journal: Journal) -> tuple[str, ResultSheet | None]:
    id_ = choices.one(SHEETS)
    found = journal.find(f"results/{id_}")
    return id_, found if isinstance(found, ResultSheet) else None


def _years_sheet(choices: Choices, journal: Journal) -> tuple[str, ResultSheet | None]:
    """A year's sheet mostly."""
    found = [(id_, journal.find(f"results/{id_}")) for id_ in SHEETS]
    years = [(id_, one) for id_, one in found if isinstance(one, ResultSheet) and one.period == WHOLE_YEAR]
    return _some_sheet(choices, journal) if choices.rarely() or not years else choices.one(years)


def _index(choices: Choices, sheet: ResultSheet | None) -> int:
    """A standing entry mostly."""
    if sheet is None or not sheet.chain:
        return 0
    if choices.rarely():
        return choices.one([*sheet.chain])
    return choices.one([fact.standing for fact in sheet.facts.values()])


def _teacher(choices: Choices, journal: Journal, course: str) -> Actor:
    """The course's teacher of today mostly: whoever was assigned last, or the first."""
    if choices.rarely():
        return TEACHER_3
    found: Any = journal.find(f"course/{course}")
    assignments = found.assignments if found else ()
    return Actor(choices.one([one.teacher for one in assignments]), "teacher") if assignments else TEACHER
