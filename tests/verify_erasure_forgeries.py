"""Stories of keeping and erasing that never may have happened so, signed by a school's key."""

from typing import Any

from tests.verify_archive import Builder, Sample
from tests.verify_mutations import story

ROW = {"retention": "person", "years": 5, "counted_from": "left", "kept_by": "law", "citation": "п. 4"}


def schedule(b: Builder, *rows: dict[str, Any], effective_from: str = "2026-09-01") -> None:
    b.keep("retention_schedule_adopted", effective_from=effective_from, rows=list(rows))


def approved(b: Builder, person: str, **changes: Any) -> str:
    """An erasure that a second person approved."""
    erasure = b.propose(person, **changes)
    b.keep("erasure_approved", erasure=erasure)
    return erasure


@story("retention-schedule")
def a_schedule_from_before_the_last_one(school: Sample) -> None:
    schedule(school.builder, ROW, effective_from="2026-08-31")


@story("retention-schedule")
def a_schedule_that_says_two_things_of_one_class(school: Sample) -> None:
    schedule(school.builder, ROW, ROW | {"years": 6})


@story("legal-hold")
def a_hold_of_a_person_that_names_none(school: Sample) -> None:
    school.builder.keep("legal_hold_placed", hold=school.builder.uuid(), whose="class")


@story("reference-unknown")
def a_hold_of_nobody(school: Sample) -> None:
    b = school.builder
    b.keep("legal_hold_placed", hold=b.uuid(), whose="person", person=b.uuid())


@story("recorded-twice")
def one_hold_placed_twice(school: Sample) -> None:
    b = school.builder
    hold, person = b.uuid(), b.person("staff")
    for _ in range(2):
        b.keep("legal_hold_placed", hold=hold, whose="person", person=person)


@story("legal-hold")
def a_hold_lifted_that_nobody_placed(school: Sample) -> None:
    school.builder.keep("legal_hold_lifted", hold=school.builder.uuid())


@story("legal-hold")
def an_erasure_of_a_class_that_is_held(school: Sample) -> None:
    school.builder.propose(school.students[0])


@story("legal-hold")
def an_erasure_recorded_under_a_hold(school: Sample) -> None:
    b = school.builder
    person = b.person("staff")
    erasure = approved(b, person)
    b.keep("legal_hold_placed", hold=b.uuid(), whose="all")
    b.erase(erasure, person)


@story("erasure-too-early")
def an_erasure_before_its_term(school: Sample) -> None:
    b = school.builder
    b.propose(b.person("staff"), ground="expiry", counted_from="2026-09-01")


@story("erasure-too-early")
def a_request_for_what_a_law_keeps(school: Sample) -> None:
    b = school.builder
    b.propose(b.person("staff"), ground="request")


@story("erasure-too-early")
def an_erasure_of_a_class_that_no_row_speaks_of(school: Sample) -> None:
    b = school.builder
    b.propose(b.person("guardian"), ground="withdrawal", retention=["journal"])


@story("erasure-too-early")
def an_erasure_of_a_teacher_who_is_here(school: Sample) -> None:
    b = school.builder
    schedule(b, ROW | {"years": 0})
    person = b.person("teacher")
    b.assign(person, "2026-10-26")
    b.keep("erasure_approved", erasure=b.propose(person, ground="expiry", counted_from="2026-08-21"))


@story("erasure")
def an_unlawful_ground_that_counts(school: Sample) -> None:
    b = school.builder
    b.propose(b.person("staff"), counted_from="2026-09-01")


@story("erasure", "erasure-too-early")
def an_erasure_counted_from_a_day_to_come(school: Sample) -> None:
    b = school.builder
    b.propose(b.person("staff"), ground="expiry", counted_from="2099-01-01")


@story("approval-same-person")
def an_erasure_approved_by_who_proposed_it(school: Sample) -> None:
    b = school.builder
    erasure, person = b.uuid(), b.person("staff")
    b.keep("erasure_proposed", erasure=erasure, person=person, retention=["person"], ground="unlawful")
    b.keep("erasure_approved", erasure=erasure)


@story("approval-same-person")
def an_erasure_approved_for_who_proposed_it(school: Sample) -> None:
    b = school.builder
    erasure, person = b.uuid(), b.person("staff")
    b.keep("erasure_proposed", erasure=erasure, person=person, retention=["person"], ground="unlawful")
    b.actor = {"id": b.uuid(), "role": "director", "on_behalf_of": b.entries[-1]["actor"]["id"], "basis": "Приказ"}
    b.keep("erasure_approved", erasure=erasure)


@story("erasure")
def an_erasure_answered_twice(school: Sample) -> None:
    b = school.builder
    b.keep("erasure_refused", erasure=approved(b, b.person("staff")))


@story("erasure")
def an_erasure_that_nobody_approved(school: Sample) -> None:
    b = school.builder
    person = b.person("staff")
    b.erase(b.propose(person), person)


@story("erasure")
def an_erasure_of_another_than_was_approved(school: Sample) -> None:
    b = school.builder
    b.erase(approved(b, b.person("staff")), b.person("staff"))


@story("erasure")
def an_erasure_that_nobody_proposed(school: Sample) -> None:
    b = school.builder
    b.erase(b.uuid(), b.person("staff"))


@story("erasure")
def an_erasure_before_its_approval(school: Sample) -> None:
    b = school.builder
    person = b.person("staff")
    b.erase(approved(b, person), person, destroyed_at="2026-08-01T00:00:00.000000Z")


@story("erasure")
def an_erasure_of_a_form_that_was_never_issued(school: Sample) -> None:
    b = school.builder
    person = b.person("staff")
    b.erase(approved(b, person), person, sheets=[900])


@story("erasure", "erased-disclosed")
def an_erasure_of_all_forms_up_to_one_that_was_never_issued(school: Sample) -> None:
    b = school.builder
    person = b.person("staff")
    b.erase(approved(b, person), person, sheets_to=900_000_000_000)


@story("erasure")
def an_erasure_of_all_forms_up_to_none(school: Sample) -> None:
    b = school.builder
    person = b.person("staff")
    b.erase(approved(b, person), person, sheets_to=0)


@story("erasure", "erased-disclosed")
def an_erasure_that_tells_of_forms_twice(school: Sample) -> None:
    b = school.builder
    b.issue("conformity")
    number = b.entries[-1]["data"]["number"]
    person = b.person("staff")
    b.erase(approved(b, person), person, sheets=[number], sheets_to=number)


@story("erasure")
def two_erasures_of_the_same_values_at_once(school: Sample) -> None:
    b = school.builder
    person = b.person("staff")
    b.propose(person)
    b.propose(person, retention=["journal", "person"])


@story("erased-disclosed")
def an_archive_that_discloses_an_erased_name(school: Sample) -> None:
    b = school.builder
    person = b.person("staff", "Ушедшая")
    b.erase(approved(b, person), person)


@story("erased-disclosed")
def an_archive_that_discloses_the_form_of_an_erased_person(school: Sample) -> None:
    b = school.builder
    b.issue("conformity")
    number = b.entries[-1]["data"]["number"]
    person = b.person("staff")
    b.erase(approved(b, person), person, sheets=[number])


@story("erased-disclosed")
def an_archive_that_discloses_one_of_all_forms_of_an_erased_person(school: Sample) -> None:
    b = school.builder
    b.issue("conformity")
    number = b.entries[-1]["data"]["number"]
    person = b.person("staff")
    b.erase(approved(b, person), person, sheets_to=number)


@story("recorded-twice")
def one_erasure_proposed_twice(school: Sample) -> None:
    b = school.builder
    erasure = b.propose(b.person("staff"))
    b.propose(b.person("staff"), erasure=erasure)
