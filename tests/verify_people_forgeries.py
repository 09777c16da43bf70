"""Stories of people's data that never may have happened so, signed by a school's key, and tables that tell them otherwise."""

from typing import Any

from tests.verify_archive import Sample
from tests.verify_mutations import story

PAPER = {"application_number": "14", "application_date": "2026-09-05"}


@story("person-kind")
def guardian_who_is_a_teacher(school: Sample) -> None:
    school.builder.link(school.students[2], school.teacher)


@story("person-kind")
def guardian_of_an_employee(school: Sample) -> None:
    school.builder.link(school.employee, school.guardian)


@story("reference-unknown")
def guardian_whom_nobody_registered(school: Sample) -> None:
    b = school.builder
    nobody = b.uuid()
    b.names[nobody] = nobody
    b.link(school.students[2], nobody)


@story("guardian-link")
def guardian_linked_twice(school: Sample) -> None:
    school.builder.link(school.students[1], school.guardian)


@story("guardian-link")
def guardian_unlinked_who_was_not_linked(school: Sample) -> None:
    school.builder.add("person", school.students[2], "guardian_unlinked", guardian=school.guardian)


@story("answers-nothing")
def notice_answered_twice(school: Sample) -> None:
    b = school.builder
    b.confirm(school.students[2], notice=school.cited["notice"])
    b.change(school.students[2], {"phone": "+7"}, notice=school.cited["notice"])
    b.fill("data_notices", school.cited["notice"], 8, len(b.entries) - 2, b.entries[-2]["at"])


@story("answers-nothing")
def notice_of_another_person(school: Sample) -> None:
    b = school.builder
    b.change(school.students[3], {"phone": "+7"}, notice=school.cited["notice"])
    b.fill("data_notices", school.cited["notice"], 8, "", "")


@story("answers-nothing")
def refresh_answered_twice(school: Sample) -> None:
    school.builder.confirm(school.students[1], refresh=school.year)


@story("reference-unknown")
def refresh_of_a_year_that_opened_none(school: Sample) -> None:
    school.builder.confirm(school.students[2], refresh=school.builder.uuid())


@story("ends-before-start")
def confirmation_before_the_refresh(school: Sample) -> None:
    school.builder.confirm(school.students[2], "2026-08-24", refresh=school.year)


@story("data-field")
def confirmation_of_nothing(school: Sample) -> None:
    school.builder.confirm(school.students[2])


@story("stream-kind")
def refresh_opened_twice(school: Sample) -> None:
    school.builder.refresh(school.year)
    school.builder.tables["refreshes"].pop()


@story("reference-unknown")
def refresh_of_no_year(school: Sample) -> None:
    school.builder.refresh(school.builder.uuid())


@story("ends-before-start")
def refresh_that_ends_before_it_opens(school: Sample) -> None:
    b = school.builder
    b.add("year", year := b.uuid(), "school_year_opened", title="2027/28", starts_on="2027-09-01", ends_on="2028-05-31")
    b.refresh(year, "2027-09-05", "2027-09-04")


@story("disclosure-name")
def disclosure_of_a_name_that_the_change_does_not_list(school: Sample) -> None:
    b = school.builder
    b.change(school.students[2], {"phone": "+7"})
    b.entries[-1]["data"]["fields"] = ["email"]
    b.tables["data_updates"][-1][5] = "электронная почта"


@story("data-field")
def change_with_more_digests_than_names(school: Sample) -> None:
    b = school.builder
    b.change(school.students[2], {"phone": "+7"})
    b.entries[-1]["data"]["_sd"] = sorted([*b.entries[-1]["data"]["_sd"], "A" * 43])


@story("data-field")
def change_whose_names_are_not_sorted(school: Sample) -> None:
    b = school.builder
    b.change(school.students[2], {"phone": "+7", "email": ""})
    b.entries[-1]["data"]["fields"] = ["phone", "email"]
    b.tables["data_updates"][-1][5] = "телефон, электронная почта"


@story("table-cell")
def old_name_after_a_change_of_it(school: Sample) -> None:
    school.builder.change(school.students[2], {"family_name": "Ли"}, "Ли Ли; Хан")
    school.builder.tables["data_updates"][-1][3] = 'Ким" Ли; Хан'


@story("guardian-link")
def consent_of_a_guardian_of_another_student(school: Sample) -> None:
    school.builder.consent(school.guardian, school.students[2], **PAPER)


@story("person-kind", "guardian-link")
def consent_of_a_teacher(school: Sample) -> None:
    school.builder.consent(school.teacher, school.students[1], **PAPER)


@story("consent-form")
def self_service_consent_that_an_employee_entered(school: Sample) -> None:
    school.builder.consent(school.guardian, school.students[1])


@story("consent-form")
def written_consent_without_its_date(school: Sample) -> None:
    b = school.builder
    b.consent(school.guardian, school.students[1], **PAPER)
    del b.entries[-1]["data"]["application_date"]
    b.tables["consents"][-1][9] = ""


@story("consent-form")
def consent_to_mail_without_an_address(school: Sample) -> None:
    school.builder.consent(school.guardian, school.students[1], contact="", **PAPER)


@story("disclosure-name")
def consent_with_a_family_name(school: Sample) -> None:
    b = school.builder
    b.consent(school.guardian, school.students[1], contact="", **PAPER)
    b.entries[-1]["data"]["_sd"] = [b.disclose("family_name", "Петрова", len(b.entries) - 1)]


@story("recorded-twice")
def consent_while_one_stands(school: Sample) -> None:
    school.builder.consent(school.guardian, school.students[1], "sms", **PAPER)


@story("answers-nothing")
def consent_withdrawn_twice(school: Sample) -> None:
    b = school.builder
    b.withdraw(school.guardian, school.cited["withdrawn"], **PAPER)
    b.fill("consents", school.cited["withdrawn"], 10, school.cited["withdrawn"] + 1)


@story("recorded-twice")
def refusal_while_one_stands(school: Sample) -> None:
    school.builder.decline(school.guardian, school.students[0])


@story("recorded-twice")
def refusal_of_who_consented(school: Sample) -> None:
    school.builder.decline(school.guardian, school.students[1])


@story("answers-nothing")
def authority_told_twice(school: Sample) -> None:
    b = school.builder
    b.add(
        "person", school.guardian, "guardianship_notified",
        refusal=school.cited["told"], out_number="2", sent_on="2026-09-05", approved_by=school.employee,
    )  # fmt: skip


def told(school: Sample, approved_by: str, **changes: Any) -> None:
    b = school.builder
    b.link(school.students[2], school.guardian)
    b.notify(school.guardian, b.decline(school.guardian, school.students[2]), approved_by, **changes)


@story("approval-same-person")
def authority_told_as_the_recorder_approved(school: Sample) -> None:
    school.builder.begin()
    school.builder.actor = {"id": school.employee, "role": "administrator"}
    told(school, school.employee)


@story("person-kind")
def authority_told_as_a_teacher_approved(school: Sample) -> None:
    told(school, school.teacher)


@story("ends-before-start")
def authority_told_before_the_refusal(school: Sample) -> None:
    told(school, school.employee, sent_on="2026-09-02")


@story("table-cell")
def consent_that_a_table_revives(school: Sample) -> None:
    school.builder.tables["consents"][0][10] = ""


@story("table-cell")
def refusal_that_a_table_calls_told(school: Sample) -> None:
    school.builder.tables["refusals"][1][9] = 3


@story("table-row-missing")
def notice_left_out_of_its_table(school: Sample) -> None:
    school.builder.tables["data_notices"].pop()
