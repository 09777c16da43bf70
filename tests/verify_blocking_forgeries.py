"""Stories of blocking that never may have happened so, signed by a school's key."""

from tests.verify_archive import Sample
from tests.verify_mutations import story


@story("blocked-disclosed")
def an_archive_that_discloses_a_blocked_name(school: Sample) -> None:
    b = school.builder
    b.block(b.person("staff", "Неточная"), fields=["family_name"])


@story("blocked-disclosed")
def an_archive_that_discloses_anything_of_whom_all_is_blocked(school: Sample) -> None:
    b = school.builder
    b.block(b.person("staff", "Неточная", "Вера"))


@story("blocked-disclosed")
def an_archive_that_discloses_a_value_that_came_behind_its_block(school: Sample) -> None:
    b = school.builder
    person = b.person("staff", "Неточная")
    b.block(person, fields=["phone"])
    b.begin()
    b.change(person, {"phone": "+7 900 111-11-11"})


@story("blocking")
def a_block_that_ends_twice(school: Sample) -> None:
    b = school.builder
    block = b.block(b.person("staff"))
    b.unblock(block)
    b.unblock(block)


@story("blocking")
def the_end_of_a_block_that_nobody_made(school: Sample) -> None:
    school.builder.unblock(school.builder.uuid())


@story("approval-same-person")
def a_block_ended_by_who_made_it(school: Sample) -> None:
    b = school.builder
    block, actor = b.block(b.person("staff")), b.actor
    b.actor = b.entries[-1]["actor"]
    b.unblock(block)
    b.actor = actor


@story("approval-same-person")
def a_block_ended_for_who_made_it(school: Sample) -> None:
    b = school.builder
    block, actor = b.block(b.person("staff")), b.actor
    b.actor = {"id": b.uuid(), "role": "director", "on_behalf_of": b.entries[-1]["actor"]["id"], "basis": "Приказ"}
    b.unblock(block)
    b.actor = actor


@story("approval-same-person")
def a_block_ended_by_for_whom_it_was_made(school: Sample) -> None:
    b = school.builder
    asked, block, actor = b.uuid(), b.uuid(), b.actor
    fields = {"block": block, "person": b.person("staff"), "ground": "inaccurate", "requested_by": "person"}
    b.begin()
    b.actor = {"id": b.uuid(), "role": "director", "on_behalf_of": asked, "basis": "Приказ"}
    fields |= {"received_on": "2026-09-02", "basis": "обращение"}
    b.add("blocking", b.school_id, "personal_data_blocked", **fields)
    b.actor = {"id": asked, "role": "administrator"}
    b.unblock(block)
    b.actor = actor


@story("recorded-twice")
def one_block_made_twice(school: Sample) -> None:
    b = school.builder
    person = b.person("staff")
    b.block(person, block=b.block(person))


@story("reference-unknown")
def a_block_of_nobody(school: Sample) -> None:
    school.builder.block(school.builder.uuid())


@story("blocking")
def a_block_on_the_request_of_a_representative_whom_nobody_names(school: Sample) -> None:
    school.builder.block(school.students[0], requested_by="representative", fields=["address"])


@story("guardian-link")
def a_block_on_the_request_of_a_guardian_of_another(school: Sample) -> None:
    b = school.builder
    b.block(school.students[0], requested_by="representative", applicant=b.person("guardian"), fields=["address"])


@story("blocking")
def values_corrected_by_no_change(school: Sample) -> None:
    b = school.builder
    b.unblock(b.block(b.person("staff")), outcome="corrected")


@story("blocking")
def values_corrected_before_they_were_blocked(school: Sample) -> None:
    b = school.builder
    person = b.person("staff")
    b.begin()
    change = len(b.entries)
    b.change(person, {"phone": ""})
    b.unblock(b.block(person, fields=["phone"]), outcome="corrected", change=change)


@story("blocking")
def values_corrected_by_a_change_of_others(school: Sample) -> None:
    b = school.builder
    person = b.person("staff")
    block = b.block(person, fields=["phone"])
    b.begin()
    change = len(b.entries)
    b.change(person, {"address": ""})
    b.unblock(block, outcome="corrected", change=change)


@story("erasure")
def a_block_of_whom_was_erased(school: Sample) -> None:
    b = school.builder
    person = b.person("staff")
    erasure = b.propose(person)
    b.keep("erasure_approved", erasure=erasure)
    b.erase(erasure, person)
    b.block(person)
