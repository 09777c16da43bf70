"""Stories of the register of paper that never may have happened so, signed by a school's key."""

from typing import Any

from tests.verify_archive import PAPER_TERMS, Builder, Sample
from tests.verify_mutations import story


def terms(b: Builder, *, years: int = 3, counted_from: str = "document") -> None:
    """A schedule for paper, by which old paper may go, and no hold."""
    rows = [row | {"years": years, "counted_from": counted_from} for row in PAPER_TERMS]
    b.keep("retention_schedule_adopted", effective_from="2026-09-01", rows=rows)
    placed = {one["data"]["hold"] for one in b.entries if one["type"] == "legal_hold_placed/1"}
    for hold in sorted(placed - {one["data"]["hold"] for one in b.entries if one["type"] == "legal_hold_lifted/1"}):
        b.keep("legal_hold_lifted", hold=hold)


def gone(b: Builder, paper: str, **changes: Any) -> str:
    """A destruction of a paper that a second person approved."""
    destruction = b.propose_papers(paper, **changes)
    b.paper("paper_destruction_approved", destruction=destruction, basis="протокол")
    return destruction


def destroyed(b: Builder, destruction: str, **changes: Any) -> None:
    b.paper("paper_destroyed", **{"destruction": destruction, "act": "3", "destroyed_on": "2026-09-01"} | changes)


def form(b: Builder, kind: str, **scope: str) -> str:
    """A form that was issued just now."""
    b.issue(kind, **scope)
    sheet: str = b.entries[-1]["data"]["sheet"]
    return sheet


@story("paper-register")
def paper_under_a_number_that_is_not_next(school: Sample) -> None:
    terms(school.builder)
    school.builder.store(number=70)


@story("recorded-twice")
def paper_stored_twice(school: Sample) -> None:
    b = school.builder
    terms(b)
    b.store(paper=b.store())


@story("paper-register")
def a_class_journal_of_no_class(school: Sample) -> None:
    terms(school.builder)
    school.builder.store(kind="class_journal", year=school.year)


@story("paper-register")
def a_class_of_another_year(school: Sample) -> None:
    b = school.builder
    terms(b)
    year = b.uuid()
    b.begin()
    b.add("year", year, "school_year_opened", title="2027/28", starts_on="2027-09-01", ends_on="2028-05-31")
    b.store(kind="summary_sheet", year=year, class_group=school.group)


@story("paper-register")
def a_form_in_paper_of_another_kind(school: Sample) -> None:
    b = school.builder
    terms(b)
    b.store(kind="corrections", sheets=[form(b, "substitutions", month="2026-09")])


@story("paper-register")
def a_form_of_a_class_in_paper_of_none(school: Sample) -> None:
    b = school.builder
    terms(b)
    b.store(kind="summary_sheet", sheets=[form(b, "summary_sheet", class_group=school.group)])


@story("print-register")
def a_form_that_was_never_issued_in_a_paper(school: Sample) -> None:
    b = school.builder
    terms(b)
    b.store(sheets=[b.uuid()])


@story("print-register")
def a_form_that_is_void_in_a_paper(school: Sample) -> None:
    b = school.builder
    terms(b)
    sheet = form(b, "conformity")
    b.void_form(sheet)
    b.store(sheets=[sheet])


@story("paper-register")
def one_form_in_two_papers(school: Sample) -> None:
    b = school.builder
    terms(b)
    sheet = form(b, "conformity")
    for _ in range(2):
        b.store(sheets=[sheet])


@story("paper-register")
def a_lost_papers_form_in_another(school: Sample) -> None:
    b = school.builder
    terms(b)
    sheet = form(b, "conformity")
    lost = b.store(sheets=[sheet])
    b.paper("paper_struck_off", paper=lost, reason="lost", basis="акт", requested_by=school.employee)
    b.store(sheets=[sheet])


@story("data-field")
def forms_of_a_paper_out_of_order(school: Sample) -> None:
    b = school.builder
    terms(b)
    b.store(sheets=sorted((form(b, "conformity") for _ in range(2)), reverse=True))


@story("reference-unknown")
def a_printout_that_nobody_registered(school: Sample) -> None:
    b = school.builder
    terms(b)
    b.store(printout=b.uuid())


@story("paper-register")
def a_printout_of_something_else(school: Sample) -> None:
    b = school.builder
    terms(b)
    b.printed("substitutions", school.employee, month="2026-09")
    b.store(kind="corrections", printout=b.entries[-1]["stream"].partition("/")[2])


@story("paper-register")
def a_printout_of_another_year(school: Sample) -> None:
    b = school.builder
    terms(b)
    b.printed("archive", school.employee, year=school.year)
    b.store(printout=b.entries[-1]["stream"].partition("/")[2])


@story("paper-term")
def a_term_that_is_a_year_short(school: Sample) -> None:
    terms(school.builder)
    school.builder.store(keep_until="2022-02-28")


@story("paper-term")
def a_term_by_a_schedule_that_was_replaced(school: Sample) -> None:
    b = school.builder
    terms(b)
    before = b.entries[-1]["index"]
    schedule = max(one["index"] for one in b.entries if one["type"] == "retention_schedule_adopted/1")
    assert schedule < before
    b.keep("retention_schedule_adopted", effective_from="2026-09-01", rows=PAPER_TERMS)
    b.store(schedule=schedule)


@story("paper-term")
def a_term_by_a_schedule_that_says_nothing(school: Sample) -> None:
    b = school.builder
    b.keep("retention_schedule_adopted", effective_from="2026-09-01", rows=PAPER_TERMS[:1])
    b.store()


@story("paper-term")
def a_term_that_begins_before_its_year_ends(school: Sample) -> None:
    b = school.builder
    terms(b, counted_from="year_end")
    b.store(year=school.year)


@story("paper-term")
def a_term_that_begins_in_another_century(school: Sample) -> None:
    terms(school.builder)
    school.builder.store(counted_from="9999-12-31", keep_until="9999-12-31")


@story("paper-register")
def paper_moved_to_where_it_lies(school: Sample) -> None:
    b = school.builder
    terms(b)
    b.paper("paper_moved", paper=b.store(), place="-шкаф 2", basis="приказ")


@story("paper-register")
def paper_that_left_moved_about(school: Sample) -> None:
    b = school.builder
    terms(b)
    paper = b.store()
    b.paper("paper_handed_over", papers=[paper], to="архив", act="1", handed_on="2026-09-01")
    b.paper("paper_moved", paper=paper, place="сейф", basis="приказ")


@story("paper-register")
def paper_handed_over_on_a_day_to_come(school: Sample) -> None:
    b = school.builder
    terms(b)
    b.paper("paper_handed_over", papers=[b.store()], to="архив", act="1", handed_on="2026-09-05")


@story("request-same-person")
def paper_struck_off_by_who_asked_for_it(school: Sample) -> None:
    b = school.builder
    terms(b)
    paper = b.store()
    b.actor = {"id": school.employee, "role": "director"}
    b.paper("paper_struck_off", paper=paper, reason="lost", basis="акт", requested_by=school.employee)


@story("person-kind")
def paper_struck_off_at_a_students_request(school: Sample) -> None:
    b = school.builder
    terms(b)
    paper = b.store()
    b.paper("paper_struck_off", paper=paper, reason="lost", basis="акт", requested_by=school.students[0])


@story("paper-too-early")
def paper_destroyed_before_its_term(school: Sample) -> None:
    b = school.builder
    terms(b)
    b.propose_papers(b.store(counted_from="2023-09-05", keep_until="2026-09-05"))


@story("paper-too-early")
def paper_destroyed_after_a_longer_term_was_adopted(school: Sample) -> None:
    b = school.builder
    terms(b)
    destruction = gone(b, b.store())
    terms(b, years=50)
    destroyed(b, destruction)


@story("legal-hold")
def paper_destroyed_under_a_hold(school: Sample) -> None:
    b = school.builder
    terms(b)
    destruction = gone(b, b.store())
    b.keep("legal_hold_placed", hold=b.uuid(), whose="all")
    destroyed(b, destruction)


@story("legal-hold")
def a_journal_destroyed_under_a_hold_of_who_was_in_the_class(school: Sample) -> None:
    b = school.builder
    terms(b)
    paper = b.store(kind="class_journal", year=school.year, class_group=school.group)
    b.keep("legal_hold_placed", hold=b.uuid(), whose="person", person=school.students[0])
    b.propose_papers(paper)


@story("approval-same-person")
def a_destruction_approved_by_who_proposed_it(school: Sample) -> None:
    b = school.builder
    terms(b)
    destruction = b.uuid()
    b.paper("paper_destruction_proposed", destruction=destruction, papers=[b.store()], basis="акт")
    b.paper("paper_destruction_approved", destruction=destruction, basis="протокол")


@story("approval-same-person")
def a_destruction_approved_for_who_proposed_it(school: Sample) -> None:
    b = school.builder
    terms(b)
    destruction = b.uuid()
    b.paper("paper_destruction_proposed", destruction=destruction, papers=[b.store()], basis="акт")
    b.actor = {"id": b.uuid(), "role": "director", "on_behalf_of": b.entries[-1]["actor"]["id"], "basis": "Приказ"}
    b.paper("paper_destruction_approved", destruction=destruction, basis="протокол")


@story("paper-destruction")
def paper_destroyed_that_nobody_let_go(school: Sample) -> None:
    b = school.builder
    terms(b)
    destroyed(b, b.propose_papers(b.store()))


@story("paper-destruction")
def paper_destroyed_by_no_proposal(school: Sample) -> None:
    b = school.builder
    terms(b)
    b.store()
    b.paper("paper_destruction_refused", destruction=b.uuid(), basis="нет")


@story("paper-destruction")
def paper_destroyed_before_the_approval(school: Sample) -> None:
    b = school.builder
    terms(b)
    destroyed(b, gone(b, b.store()), destroyed_on="2026-08-01")


@story("paper-register")
def paper_destroyed_on_a_day_to_come(school: Sample) -> None:
    b = school.builder
    terms(b)
    destroyed(b, gone(b, b.store()), destroyed_on="2026-09-05")


@story("paper-destruction")
def a_destruction_answered_twice(school: Sample) -> None:
    b = school.builder
    terms(b)
    b.paper("paper_destruction_approved", destruction=gone(b, b.store()), basis="протокол")


@story("paper-destruction")
def paper_handed_over_that_waits_for_its_destruction(school: Sample) -> None:
    b = school.builder
    terms(b)
    paper = b.store()
    gone(b, paper)
    b.paper("paper_handed_over", papers=[paper], to="архив", act="1", handed_on="2026-09-01")


@story("recorded-twice")
def a_destruction_proposed_twice(school: Sample) -> None:
    b = school.builder
    terms(b)
    b.propose_papers(b.store(), destruction=b.propose_papers(b.store()))


@story("stream-kind", "paper-register")
def paper_in_a_register_of_another_school(school: Sample) -> None:
    b = school.builder
    b.begin()
    fields = {"papers": [b.uuid()], "basis": "акт", "destruction": b.uuid()}
    b.add("paper", b.uuid(), "paper_destruction_proposed", **fields)
