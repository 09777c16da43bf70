"""The register of paper archives: numbers, contents, terms, hand-over, and destruction by two people."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.erasure_events import RetentionRow
from ledger.journal.paper_events import PaperDestroyed, PaperHandedOver, PaperMoved, PaperStored, PaperStruckOff
from ledger.journal.paper_terms import last_day
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    CLASS_B,
    DEPUTY,
    MATHS_A,
    MATHS_B,
    NOON,
    QUARTER_1,
    STAFF,
    STUDENTS_A,
    STUDENTS_B,
    TEACHER,
    YEAR,
    SmallSchool,
    moscow,
    uid,
)

DIRECTOR = Actor(uid(13), "director")
ARCHIVIST = Actor(uid(14), "archivist")
PAPER, DESTRUCTION, HOLD, FORM, PRINTOUT = uid(8_800), uid(8_900), uid(8_600), uid(8_000), uid(6_000)
SUMMER = moscow("2027-06-10 10:00")
OVER = moscow("2032-06-01 10:00")
"""The first day on which 5А's journal of the year may go."""


def schedule(journal: int = 5, **changes: Any) -> cmd.AdoptRetentionSchedule:
    of: list[tuple[Any, int, Any]] = [("journal", journal, "year_end"), ("sheet", 25, "year_end")]
    rows = [
        RetentionRow(retention=retention, years=years, counted_from=counted, kept_by="law", citation="п. 605")
        for retention, years, counted in [*of, ("print", 3, "document")]
    ]
    return cmd.AdoptRetentionSchedule(
        **{"effective_from": "2026-09-01", "basis": "приказ № 2", "rows": tuple(rows), **changes}
    )


def paper(**changes: Any) -> cmd.StorePaper:
    """5А's journal of the year."""
    fields = {"kind": "class_journal", "title": "Классный журнал 5А", "pages": 48, "basis": "приказ № 90"}
    scope = {"year": YEAR, "class_group": CLASS_A, "place": "архив, стеллаж 2"}
    return cmd.StorePaper(**{"paper": PAPER, **fields, **scope, **changes})


def register(**changes: Any) -> cmd.StorePaper:
    """The corrections of the year, counted from their own day."""
    return paper(**{"kind": "corrections", "class_group": None, "counted_from": "2026-10-26", **changes})


def form(**changes: Any) -> cmd.IssueSheet:
    fields = {"kind": "class_page", "course": MATHS_A, "period": QUARTER_1, "position": 10, "pages": 2}
    return cmd.IssueSheet(**{"sheet": FORM, "content": "A" * 43, **fields, **changes})


def printout(**changes: Any) -> cmd.RegisterPrintout:
    fields = {"condition": "corrections", "period": QUARTER_1, "number": "3", "printed_on": "2026-10-26", "pages": 4}
    return cmd.RegisterPrintout(
        **{"printout": PRINTOUT, **fields, "kept": "канцелярия", "signed_by": STAFF[0], **changes}
    )


def proposal(*papers: str) -> cmd.ProposePaperDestruction:
    return cmd.ProposePaperDestruction(destruction=DESTRUCTION, papers=papers or (PAPER,), basis="акт № 1")


def approval() -> cmd.ApprovePaperDestruction:
    return cmd.ApprovePaperDestruction(destruction=DESTRUCTION, basis="протокол ЭК № 1")


def refusal() -> cmd.RefusePaperDestruction:
    return cmd.RefusePaperDestruction(destruction=DESTRUCTION, basis="нужно для проверки")


def done(day: str = "2032-06-01") -> cmd.RecordPaperDestruction:
    return cmd.RecordPaperDestruction(destruction=DESTRUCTION, act="2", destroyed_on=day)


def hand_over(*papers: str, **changes: Any) -> cmd.HandOverPaper:
    fields = {"to": "муниципальный архив", "act": "17", "handed_on": "2027-06-10"}
    return cmd.HandOverPaper(**{"papers": papers or (PAPER,), **fields, **changes})


def strike(**changes: Any) -> cmd.StrikeOffPaper:
    fields = {"paper": PAPER, "reason": "lost", "basis": "акт № 5", "requested_by": STAFF[0]}
    return cmd.StrikeOffPaper(**{**fields, **changes})


def hold(**changes: Any) -> cmd.PlaceLegalHold:
    return cmd.PlaceLegalHold(**{"hold": HOLD, "whose": "all", "basis": "запрос суда № 7", **changes})


def stored_by(school: SmallSchool, command: cmd.StorePaper, actor: Actor = ADMIN) -> PaperStored:
    (event,) = school.do(command, actor, SUMMER)
    assert isinstance(event, PaperStored)
    return event


@pytest.fixture
def school() -> SmallSchool:
    made = SmallSchool()
    made.do(schedule(), ADMIN)
    return made


@pytest.mark.clause("R39", breaks="ledger.journal.papers:term")
def test_paper_has_a_number_a_place_and_a_term_by_the_schedule(school: SmallSchool) -> None:
    school.do(form(), ADMIN)
    stored = stored_by(school, paper(sheets=(FORM,)), ADMIN)
    assert stored == PaperStored(
        paper=PAPER,
        number=1,
        kind="class_journal",
        title="Классный журнал 5А",
        pages=48,
        place="архив, стеллаж 2",
        basis="приказ № 90",
        counted_from="2027-05-31",
        keep_until="2032-05-31",
        schedule=stored.schedule,
        year=YEAR,
        class_group=CLASS_A,
        sheets=(FORM,),
    )
    summary = paper(paper=uid(8_801), kind="summary_sheet")
    second = stored_by(school, summary, DIRECTOR)
    assert (second.number, second.keep_until) == (2, "2052-05-31")
    third = stored_by(school, register(paper=uid(8_802)), ADMIN)
    assert (third.number, third.keep_until) == (3, "2029-10-26")


@pytest.mark.parametrize(
    ("day", "years", "last"),
    [("2027-05-31", 5, "2032-05-31"), ("2028-02-29", 1, "2029-02-28"), ("2028-02-29", 4, "2032-02-29")],
)
def test_a_term_ends_with_its_whole_years(day: str, years: int, last: str) -> None:
    assert last_day(day, years) == last


def test_without_a_schedule_that_speaks_of_it_no_paper_is_stored() -> None:
    bare = SmallSchool()
    assert bare.refuse(paper(), ADMIN, SUMMER).rule == "no_paper_term"
    row = RetentionRow(retention="sheet", years=25, counted_from="year_end", kept_by="law", citation="п. 1")
    bare.do(schedule(rows=(row,)), ADMIN)
    assert bare.refuse(paper(), ADMIN, SUMMER).rule == "no_paper_term"
    bare.do(paper(kind="summary_sheet"), ADMIN, SUMMER)


def test_the_term_counts_from_the_end_of_the_year_or_later(school: SmallSchool) -> None:
    assert school.refuse(paper(counted_from="2027-05-30"), ADMIN, SUMMER).rule == "counted_too_early"
    assert school.refuse(paper(counted_from="2030-01-01"), ADMIN, SUMMER).rule == "counted_too_late"
    assert school.refuse(register(counted_from=None), ADMIN, SUMMER).rule == "term_counts_from_nothing"
    stored = stored_by(school, paper(counted_from="2027-12-31"), ADMIN)
    assert stored.keep_until == "2032-12-31"


def test_paper_from_before_the_log_names_no_year(school: SmallSchool) -> None:
    old = paper(year=None, class_group=None)
    assert school.refuse(old, ADMIN, SUMMER).rule == "term_counts_from_nothing"
    stored = stored_by(school, paper(year=None, class_group=None, counted_from="2019-05-31"), ADMIN)
    assert (stored.year, stored.keep_until) == (None, "2024-05-31")


@pytest.mark.parametrize(
    "changes",
    [
        {"class_group": None},
        {"year": None},
        {"kind": "corrections"},
        {"kind": "other"},
    ],
)
def test_a_class_is_named_for_what_is_of_one_class(school: SmallSchool, changes: dict[str, Any]) -> None:
    assert school.refuse(paper(**changes), ADMIN, SUMMER).rule == "wrong_paper_scope"


def test_a_class_is_of_the_papers_year(school: SmallSchool) -> None:
    next_year = cmd.OpenSchoolYear(year=uid(3), title="2027/28", starts_on="2027-09-01", ends_on="2028-05-31")
    school.do(next_year, ADMIN)
    assert school.refuse(paper(year=uid(3)), ADMIN, SUMMER).rule == "class_of_another_year"
    assert school.refuse(paper(year=uid(9)), ADMIN, SUMMER).rule == "unknown_year"


def test_the_direction_and_the_archivist_keep_the_register(school: SmallSchool) -> None:
    assert school.refuse(paper(), DEPUTY, SUMMER).rule == "role_not_allowed"
    assert school.refuse(paper(), TEACHER, SUMMER).rule == "role_not_allowed"
    school.do(paper(), ARCHIVIST, SUMMER)
    assert school.refuse(paper(), ADMIN, SUMMER).rule == "paper_stored_already"
    for field in ("title", "place", "basis"):
        assert school.refuse(paper(**{"paper": uid(8_801), field: ""}), ADMIN, SUMMER).where == field


def test_a_form_lies_in_paper_of_its_kind_and_class(school: SmallSchool) -> None:
    school.do(form(), ADMIN)
    school.do(form(sheet=uid(8_001), kind="corrections", course=None), ADMIN)
    school.do(form(sheet=uid(8_002), course=MATHS_B), ADMIN)
    assert school.refuse(paper(sheets=(uid(8_001),)), ADMIN, SUMMER).rule == "sheet_of_another"
    assert school.refuse(paper(sheets=(uid(8_002),)), ADMIN, SUMMER).rule == "sheet_of_another"
    assert school.refuse(paper(kind="summary_sheet", sheets=(FORM,)), ADMIN, SUMMER).rule == "sheet_of_another"
    assert school.refuse(paper(sheets=(uid(8_009),)), ADMIN, SUMMER).rule == "not_a_sheet"
    assert school.refuse(paper(sheets=(FORM, FORM)), ADMIN, SUMMER).rule == "twice_in_one_command"
    school.do(cmd.VoidSheet(sheet=uid(8_002), reason="lost", basis="акт № 1"), ADMIN)
    of_b = paper(class_group=CLASS_B, sheets=(uid(8_002),))
    assert school.refuse(of_b, ADMIN, SUMMER).rule == "not_a_sheet"
    everything = register(kind="other", sheets=(uid(8_001), FORM))
    stored = stored_by(school, everything, ADMIN)
    assert stored.sheets == (FORM, uid(8_001))


def test_a_printout_lies_in_paper_of_what_it_is_of(school: SmallSchool) -> None:
    assert school.refuse(register(printout=PRINTOUT), ADMIN, SUMMER).rule == "unknown_printout"
    school.do(printout(), ADMIN, SUMMER)
    assert school.refuse(paper(printout=PRINTOUT), ADMIN, SUMMER).rule == "printout_of_another"
    before = register(printout=PRINTOUT, year=None)
    assert school.refuse(before, ADMIN, SUMMER).rule == "printout_of_another"
    school.do(register(printout=PRINTOUT), ADMIN, SUMMER)
    year = printout(printout=uid(6_001), condition="archive", period=None, year=YEAR, printed_on="2027-06-01")
    school.do(year, ADMIN, SUMMER)
    school.do(paper(paper=uid(8_801), printout=uid(6_001)), ADMIN, SUMMER)


def test_nothing_lies_in_two_papers(school: SmallSchool) -> None:
    school.do(form(), ADMIN)
    school.do(paper(sheets=(FORM,)), ADMIN, SUMMER)
    again = paper(paper=uid(8_801), sheets=(FORM,))
    assert school.refuse(again, ADMIN, SUMMER).rule == "filed_already"
    school.do(strike(), ADMIN, SUMMER)
    assert school.refuse(again, ADMIN, SUMMER).rule == "filed_already"
    school.do(paper(paper=uid(8_802)), ADMIN, SUMMER)


def test_what_was_entered_wrongly_lies_nowhere(school: SmallSchool) -> None:
    school.do(form(), ADMIN)
    school.do(paper(sheets=(FORM,)), ADMIN, SUMMER)
    (struck,) = school.do(strike(reason="entered_wrongly"), ADMIN, SUMMER)
    assert struck == PaperStruckOff(paper=PAPER, reason="entered_wrongly", basis="акт № 5", requested_by=STAFF[0])
    school.do(paper(paper=uid(8_801), sheets=(FORM,)), ADMIN, SUMMER)


def test_paper_is_struck_off_at_a_second_persons_request(school: SmallSchool) -> None:
    school.do(paper(), ADMIN, SUMMER)
    director = Actor(STAFF[0], "director")
    assert school.refuse(strike(), director, SUMMER).rule == "second_person_needed"
    on_behalf = Actor(uid(13), "director", on_behalf_of=STAFF[0], basis="приказ")
    assert school.refuse(strike(), on_behalf, SUMMER).rule == "second_person_needed"
    assert school.refuse(strike(requested_by=STUDENTS_A[0]), ADMIN, SUMMER).where == "requested_by"
    school.do(strike(), ADMIN, SUMMER)
    assert school.refuse(strike(), ADMIN, SUMMER).rule == "paper_gone"


def test_paper_is_moved_to_another_place(school: SmallSchool) -> None:
    move = cmd.MovePaper(paper=PAPER, place="сейф", basis="приказ № 91")
    assert school.refuse(move, ADMIN, SUMMER).rule == "unknown_paper"
    school.do(paper(), ADMIN, SUMMER)
    (moved,) = school.do(move, ADMIN, SUMMER)
    assert moved == PaperMoved(paper=PAPER, place="сейф", basis="приказ № 91")
    assert school.refuse(move, ADMIN, SUMMER).rule == "same_place"


def test_an_archive_takes_papers_over_by_an_act(school: SmallSchool) -> None:
    for number in (0, 1):
        school.do(paper(paper=uid(8_800 + number)), ADMIN, SUMMER)
    both = (uid(8_801), PAPER)
    assert school.refuse(hand_over(*both, handed_on="2027-06-11"), ADMIN, SUMMER).rule == "day_not_come"
    assert school.refuse(hand_over(PAPER, PAPER), ADMIN, SUMMER).rule == "twice_in_one_command"
    assert school.refuse(hand_over(*[PAPER] * 101), ADMIN, SUMMER).rule == "paper_count"
    (handed,) = school.do(hand_over(*both), DIRECTOR, SUMMER)
    assert handed == PaperHandedOver(
        papers=(PAPER, uid(8_801)), to="муниципальный архив", act="17", handed_on="2027-06-10"
    )
    assert school.refuse(hand_over(), ADMIN, SUMMER).rule == "paper_gone"


@pytest.mark.clause("R39", breaks="ledger.journal.papers:check_due")
def test_no_paper_is_destroyed_a_day_early(school: SmallSchool) -> None:
    school.do(paper(), ADMIN, SUMMER)
    assert school.refuse(proposal(), ADMIN, moscow("2032-05-31 23:59")).rule == "paper_not_due"
    school.do(proposal(), ADMIN, moscow("2032-06-01 00:00"))


def test_due_is_what_the_schedule_in_force_on_the_day_lets_go(school: SmallSchool) -> None:
    school.do(paper(), ADMIN, SUMMER)
    school.do(schedule(10, effective_from="2032-06-01"), ADMIN, OVER)
    assert school.refuse(proposal(), ADMIN, OVER).rule == "paper_not_due"
    school.do(proposal(), ADMIN, moscow("2037-06-01 10:00"))


def test_a_schedule_that_came_meanwhile_stops_it(school: SmallSchool) -> None:
    school.do(paper(), ADMIN, SUMMER)
    school.do(proposal(), ADMIN, OVER)
    school.do(schedule(10, effective_from="2032-06-01"), ADMIN, OVER)
    assert school.refuse(approval(), DIRECTOR, OVER).rule == "paper_not_due"


@pytest.mark.clause("R39", breaks="ledger.journal.papers:_answered")
def test_two_people_destroy_paper_by_an_act(school: SmallSchool) -> None:
    school.do(paper(), ADMIN, SUMMER)
    assert school.refuse(approval(), DIRECTOR, OVER).rule == "unknown_destruction"
    school.do(proposal(), ADMIN, OVER)
    assert school.refuse(done(), ADMIN, OVER).rule == "destruction_not_approved"
    assert school.refuse(approval(), ADMIN, OVER).rule == "second_person_needed"
    behalf = Actor(uid(13), "director", on_behalf_of=ADMIN.id, basis="приказ")
    assert school.refuse(refusal(), behalf, OVER).rule == "second_person_needed"
    for other in (DEPUTY, ARCHIVIST):
        assert school.refuse(approval(), other, OVER).rule == "role_not_allowed"
    school.do(approval(), DIRECTOR, OVER)
    assert school.refuse(approval(), DIRECTOR, OVER).rule == "destruction_answered"
    assert school.refuse(done("2032-05-31"), ADMIN, OVER).rule == "destroyed_before_approved"
    assert school.refuse(done("2032-06-02"), ADMIN, OVER).rule == "day_not_come"
    (destroyed,) = school.do(done(), ADMIN, OVER)
    assert destroyed == PaperDestroyed(destruction=DESTRUCTION, act="2", destroyed_on="2032-06-01")
    assert school.refuse(done(), ADMIN, OVER).rule == "destruction_answered"
    school.do(paper(paper=uid(8_801)), ADMIN, SUMMER)
    assert school.refuse(proposal(uid(8_801)), ADMIN, OVER).rule == "destruction_exists"
    move = cmd.MovePaper(paper=PAPER, place="сейф", basis="приказ № 91")
    assert school.refuse(move, ADMIN, OVER).rule == "paper_gone"


def test_what_waits_for_destruction_goes_no_other_way_until_it_is_refused(school: SmallSchool) -> None:
    school.do(paper(), ADMIN, SUMMER)
    school.do(proposal(), ADMIN, OVER)
    again = cmd.ProposePaperDestruction(destruction=uid(8_901), papers=(PAPER,), basis="акт № 1")
    for command in (hand_over(), strike(), again):
        assert school.refuse(command, ADMIN, OVER).rule == "paper_waits"
    school.do(approval(), DIRECTOR, OVER)
    school.do(refusal(), DIRECTOR, OVER)
    assert school.refuse(done(), ADMIN, OVER).rule == "destruction_answered"
    school.do(hand_over(), ADMIN, OVER)


@pytest.mark.parametrize(
    ("named", "held"),
    [
        ({"whose": "all"}, True),
        ({"whose": "class", "class_group": CLASS_A}, True),
        ({"whose": "class", "class_group": CLASS_B}, False),
        ({"whose": "person", "person": STUDENTS_A[0]}, True),
        ({"whose": "person", "person": STUDENTS_B[0]}, False),
        ({"whose": "person", "person": TEACHER.id}, True),
    ],
)
@pytest.mark.clause("R39", breaks="ledger.journal.papers:check_no_hold")
def test_a_hold_of_all_of_the_class_or_of_who_was_in_it_stops_it(
    school: SmallSchool, named: dict[str, Any], *, held: bool
) -> None:
    school.do(paper(), ADMIN, SUMMER)
    school.do(hold(**named), ADMIN, OVER)
    if held:
        assert school.refuse(proposal(), ADMIN, OVER).rule == "hold_stands"
        school.do(cmd.LiftLegalHold(hold=HOLD, basis="письмо № 8"), ADMIN, OVER)
    school.do(proposal(), ADMIN, OVER)


def test_any_hold_stops_paper_that_is_of_no_class(school: SmallSchool) -> None:
    school.do(register(), ADMIN, SUMMER)
    school.do(hold(whose="person", person=STUDENTS_B[0]), ADMIN, OVER)
    assert school.refuse(proposal(), ADMIN, OVER).rule == "hold_stands"


def test_a_hold_that_came_meanwhile_stops_it(school: SmallSchool) -> None:
    school.do(paper(), ADMIN, SUMMER)
    school.do(proposal(), ADMIN, OVER)
    school.do(approval(), DIRECTOR, OVER)
    school.do(hold(), ADMIN, OVER)
    assert school.refuse(done(), ADMIN, OVER).rule == "hold_stands"


def test_a_hold_does_not_keep_paper_from_being_stored(school: SmallSchool) -> None:
    school.do(hold(), ADMIN)
    school.do(paper(), ADMIN, NOON)
