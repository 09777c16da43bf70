"""Stories of incidents and excuses that never may have happened so, signed by a school's key."""

from tests.verify_archive import Sample
from tests.verify_mutations import story


@story("ends-before-start")
def incident_that_ends_before_it_begins(school: Sample) -> None:
    b = school.builder
    b.close_incident(b.incident("2026-09-07T10:00"), "2026-09-07T09:59")


@story("incident")
def incident_closed_twice(school: Sample) -> None:
    b = school.builder
    incident = b.incident("2026-09-07T10:00")
    first = b.close_incident(incident, "2026-09-07T11:00")
    b.close_incident(incident, "2026-09-07T12:00")
    b.tables["incidents"][-1][6:] = [first, "2026-09-07T11:00", ""]


@story("stream-kind")
def incident_opened_twice(school: Sample) -> None:
    b = school.builder
    incident = b.incident("2026-09-07T10:00")
    b.incident("2026-09-07T10:00")
    b.tables["incidents"].pop()
    b.entries[-1] |= {"stream": f"incident/{incident}", "version": 2}


@story("reference-unknown")
def excuse_for_an_incident_that_nobody_recorded(school: Sample) -> None:
    b = school.builder
    b.excuse(school.teacher, school.lesson, "outage", None, incident=b.uuid())


@story("excuse-mismatch")
def excuse_for_an_outage_that_was_over_before_the_lesson(school: Sample) -> None:
    b = school.builder
    incident = b.incident("2026-09-01T07:00")
    b.close_incident(incident, "2026-09-01T08:29")
    b.excuse(school.teacher, school.lesson, "outage", None, incident=incident)


@story("excuse-mismatch")
def excuse_for_an_outage_with_a_document(school: Sample) -> None:
    b = school.builder
    b.excuse(school.teacher, school.lesson, "outage", incident=b.incident("2026-09-07T10:00"))


@story("excuse-mismatch")
def excuse_by_illness_with_an_incident_instead_of_a_document(school: Sample) -> None:
    b = school.builder
    b.excuse(school.teacher, school.lesson, "ill", None, incident=b.incident("2026-09-07T10:00"))


@story("data-field")
def excuse_that_the_regulation_never_accepts(school: Sample) -> None:
    b = school.builder
    b.excuse(school.teacher, school.lesson)
    b.entries[-1]["data"]["reason"] = "computer_skills"
    b.tables["excuses"].pop()


@story("excuse-mismatch")
def excuse_of_another_teacher_than_the_lessons(school: Sample) -> None:
    school.builder.excuse(school.substitute, school.lesson)


@story("person-kind")
def excuse_of_a_student(school: Sample) -> None:
    school.builder.excuse(school.students[0], course=school.course, held_on="2026-09-23")


@story("excuse-mismatch")
def excuse_for_no_lesson(school: Sample) -> None:
    school.builder.excuse(school.teacher)


@story("excuse-mismatch")
def excuse_for_a_course_without_a_day(school: Sample) -> None:
    school.builder.excuse(school.teacher, course=school.course)


@story("approval-same-person")
def excuse_that_a_teacher_accepts_for_the_own_lesson(school: Sample) -> None:
    b = school.builder
    b.actor = {"id": school.teacher, "role": "deputy"}
    b.excuse(school.teacher, school.lesson)


@story("approval-same-person")
def excuse_that_is_accepted_for_the_teacher_whose_it_is(school: Sample) -> None:
    b = school.builder
    b.actor = {**b.actor, "role": "deputy", "on_behalf_of": school.teacher, "basis": "Приказ"}
    b.excuse(school.teacher, school.lesson)


@story("recorded-on-annulled")
def excuse_for_an_annulled_lesson(school: Sample) -> None:
    b = school.builder
    lesson = b.lesson(school.course, school.teacher, "2026-11-10")
    b.begin()
    b.correct(len(b.entries) - 1, None, "typo")
    b.excuse(school.teacher, lesson)


@story("excuse-mismatch")
def excuse_withdrawn_twice(school: Sample) -> None:
    b = school.builder
    excuse = b.excuse(school.teacher, school.lesson)
    first = b.withdraw_excuse(excuse)
    b.withdraw_excuse(excuse, "ещё раз")
    b.tables["excuses"][-1][14:] = [first, "не подтвердилось"]


@story("table-cell")
def incident_with_another_end_in_its_table(school: Sample) -> None:
    school.builder.tables["incidents"][0][7] = "2026-09-30T19:00"


@story("table-cell")
def excuse_that_a_table_calls_withdrawn(school: Sample) -> None:
    school.builder.tables["excuses"][-1][14:] = [3, "ошибка"]


@story("table-row-missing")
def excuse_left_out_of_its_table(school: Sample) -> None:
    school.builder.tables["excuses"].pop()
