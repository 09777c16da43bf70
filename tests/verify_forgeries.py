"""Stories that a school's key signed and that never may have happened so: the archive is whole, only its meaning is wrong."""

from typing import Any

from tests.verify_archive import PERSONS, Builder, Sample
from tests.verify_mutations import story


def disclosed_person(b: Builder, kind: str, *disclosed: tuple[str, str], shown: str = "") -> str:
    """Register a person with these disclosures, and let the tables show a name (the id, where it is empty)."""
    person, index = b.uuid(), len(b.entries)
    digests = [b.disclose(name, value, index) for name, value in disclosed]
    b.add("person", person, "person_registered", kind=kind, sd=sorted(digests))
    b.names[person] = shown or person
    b.tables["people"].append([index, person, PERSONS[kind], b.names[person]])
    return person


# Whose names.


@story("disclosure-name", "table-cell")
def person_with_two_family_names(school: Sample) -> None:
    disclosed_person(school.builder, "student", ("family_name", "Иванов"), ("family_name", "Петров"), shown="?")


@story("disclosure-name")
def person_with_a_note(school: Sample) -> None:
    disclosed_person(school.builder, "student", ("note", "Петров"))


@story("disclosure-name")
def correction_with_a_family_name(school: Sample) -> None:
    b = school.builder
    digest = b.disclose("family_name", "Петров", len(b.entries))
    b.correct(len(b.entries) - 1, "4", "other", sd=[digest])


@story("disclosure-name")
def disclosure_given_twice(school: Sample) -> None:
    school.builder.disclosures.append(school.builder.disclosures[0])


@story("data-field")
def person_with_five_disclosures(school: Sample) -> None:
    names = ("family_name", "given_name", "patronymic", "birth_date")
    disclosed_person(school.builder, "student", *((name, "А") for name in names), shown="А А А")
    entry = school.builder.entries[-1]
    entry["data"]["_sd"] = sorted([*entry["data"]["_sd"], "A" * 43])


@story("digest-reused")
def person_under_the_name_of_another(school: Sample) -> None:
    b = school.builder
    first = next(entry for entry in b.entries if entry["type"] == "person_registered/1")
    index = len(b.entries)
    disclosed_person(b, "teacher", shown=b.names[first["stream"][7:]])
    b.entries[index]["data"]["_sd"] = first["data"]["_sd"]


@story("digest-reused")
def note_of_another_correction(school: Sample) -> None:
    b = school.builder
    noted = next(entry for entry in b.entries if entry["type"] == "mark_corrected/1" and "_sd" in entry["data"])
    b.correct(len(b.entries) - 1, "4", "other", sd=noted["data"]["_sd"])


# Who is where, and when.


@story("person-kind")
def mark_for_a_teacher(school: Sample) -> None:
    school.builder.mark(school.open_lesson, school.open_work, school.teacher, "5")


@story("person-kind")
def absence_of_a_teacher(school: Sample) -> None:
    school.builder.absence(school.open_lesson, school.teacher)


@story("person-kind")
def lesson_given_by_a_student(school: Sample) -> None:
    lesson = school.builder.lesson(school.course, school.students[0], "2026-11-08")
    school.builder.substitution(lesson, school.teacher)


@story("person-kind")
def student_responsible_for_a_course(school: Sample) -> None:
    school.builder.add("course", school.course, "teacher_assigned", teacher=school.students[0], starts_on="2026-11-08")


@story("person-kind")
def teacher_in_a_class(school: Sample) -> None:
    school.builder.enroll(school.group, school.teacher, "2026-11-05")


@story("person-kind")
def class_led_by_a_student(school: Sample) -> None:
    b = school.builder
    b.add(
        "class", b.uuid(), "class_group_opened", year=school.year, grade=5, letter="Б", class_teacher=school.students[0]
    )


@story("ends-before-start")
def year_that_ends_before_it_starts(school: Sample) -> None:
    b = school.builder
    b.add("year", b.uuid(), "school_year_opened", title="2027/28", starts_on="2027-09-01", ends_on="2027-05-31")


@story("ends-before-start", "data-field")
def period_that_ends_before_it_starts(school: Sample) -> None:
    school.builder.period(school.year, 2, [5], "2026-12-31", "2026-11-01")


@story("ends-before-start", "backdated-alone")
def student_who_left_before_entering(school: Sample) -> None:
    school.builder.leave(school.group, school.students[0], "2020-01-01")


@story("ends-before-start")
def lesson_that_ends_before_it_starts(school: Sample) -> None:
    b = school.builder
    b.lesson(school.course, school.teacher, "2026-11-08")
    header = {"starts_at": "09:15", "ends_at": "08:30", "number": 1, "topic": "Дроби"}
    b.entries[-1]["data"] |= header
    b.rows[len(b.entries) - 1].value = header


@story("ends-before-start")
def lesson_corrected_to_end_before_it_starts(school: Sample) -> None:
    header = {"starts_at": "09:15", "ends_at": "08:30", "number": 1, "topic": "Дроби"}
    school.builder.correct(len(school.builder.entries) - 3, header)


@story("enrollment")
def student_in_a_class_twice(school: Sample) -> None:
    school.builder.enroll(school.group, school.students[0], "2026-11-08")


@story("enrollment")
def student_in_two_classes_on_one_day(school: Sample) -> None:
    b = school.builder
    other = b.class_group(school.year, 5, "Б")
    b.leave(school.group, school.students[0], "2026-11-08")
    b.enroll(other, school.students[0], "2026-11-08")


@story("enrollment")
def student_who_left_a_class_of_others(school: Sample) -> None:
    b = school.builder
    b.leave(b.class_group(school.year, 5, "Б"), school.students[0], "2026-11-08")


@story("enrollment")
def student_who_left_twice(school: Sample) -> None:
    b = school.builder
    b.leave(school.group, school.students[0], "2026-11-08")
    b.leave(school.group, school.students[0], "2026-11-09")


@story("period-overlap")
def quarter_defined_and_closed_again(school: Sample) -> None:
    b = school.builder
    period = b.period(school.year, 1, [5], "2026-09-01", "2026-10-25")
    b.close(period, lambda info: info["held_on"] <= "2026-10-25")


@story("period-overlap")
def quarter_of_another_number_on_the_same_days(school: Sample) -> None:
    school.builder.period(school.year, 2, [6, 7], "2026-10-25", "2026-12-30")


@story("data-field")
def fifth_quarter(school: Sample) -> None:
    school.builder.period(school.year, 5, [5], "2026-11-05", "2026-12-30")


# What cannot stand.


@story("data-field")
def request_for_fifteen_minutes_in_place_of_a_mark(school: Sample) -> None:
    b = school.builder
    request = b.request(school.marks[2], 15)
    b.actor = {"id": b.uuid(), "role": "deputy"}
    b.refuse(request)


@story("data-field", "correction-old-value")
def request_that_takes_an_absence_for_a_mark(school: Sample) -> None:
    b = school.builder
    request = b.request(school.marks[2], None, old="ill")
    b.actor = {"id": b.uuid(), "role": "deputy"}
    b.refuse(request)


@story("correction-changes-nothing")
def reason_of_an_absence_that_says_absent(school: Sample) -> None:
    b = school.builder
    b.reason(b.absence(school.open_lesson, school.students[1]), "absent")


# Marks beside absences, where the regulation in force takes none.


@story("mark-for-absent")
def mark_for_an_absent_student(school: Sample) -> None:
    b = school.builder
    b.absence(school.open_lesson, school.students[1])
    b.mark(school.open_lesson, school.open_work, school.students[1], "4")


@story("mark-for-absent")
def absence_of_a_marked_student(school: Sample) -> None:
    school.builder.absence(school.open_lesson, school.students[0])


@story("mark-for-absent")
def mark_for_an_absent_student_that_stands_again(school: Sample) -> None:
    b = school.builder
    mark = b.correct(len(b.entries) - 1, None)
    b.absence(school.open_lesson, school.students[0])
    b.correct(mark, "5")


@story("mark-for-absent")
def mark_that_only_a_later_day_would_take(school: Sample) -> None:
    school.builder.adopt("2026-11-06", mark_for_absent="flag")
    school.builder.absence(school.open_lesson, school.students[0])


@story("mark-for-absent")
def mark_that_only_a_later_version_took(school: Sample) -> None:
    school.builder.absence(school.open_lesson, school.students[0])
    school.builder.adopt("2026-11-05", mark_for_absent="flag")


@story()
def mark_for_an_absent_student_that_the_regulation_takes(school: Sample) -> None:
    b = school.builder
    b.adopt("2026-11-05", mark_for_absent="flag")
    b.absence(school.open_lesson, school.students[0])
    b.mark(school.open_lesson, b.work(school.open_lesson, "dictation"), school.students[0], "4")


# Days of the own for a work, which let a mark stand beside an absence.


def _made_up(school: Sample, day: str = "2026-11-12") -> tuple[str, int]:
    """Let an absent student make the open lesson's work up; return the work and the make-up's entry."""
    b, student = school.builder, school.students[1]
    b.absence(school.open_lesson, student)
    work = b.work(school.open_lesson, "dictation", "2026-11-06")
    made_up = b.make_up(school.open_lesson, work, student, day)
    return work, made_up


@story()
def mark_of_who_made_the_work_up(school: Sample) -> None:
    work, made_up = _made_up(school)
    school.builder.mark(school.open_lesson, work, school.students[1], "4")
    school.builder.correct(made_up, "2026-11-13")


@story()
def absence_of_who_made_the_work_up_already(school: Sample) -> None:
    b, student = school.builder, school.students[1]
    work = b.work(school.open_lesson, "dictation")
    b.make_up(school.open_lesson, work, student, "2026-11-12")
    b.mark(school.open_lesson, work, student, "4")
    b.absence(school.open_lesson, student)


@story("mark-for-absent")
def mark_for_another_work_than_the_one_made_up(school: Sample) -> None:
    _made_up(school)
    school.builder.mark(school.open_lesson, school.open_work, school.students[1], "4")


@story("mark-for-absent")
def make_up_annulled_under_a_mark_beside_an_absence(school: Sample) -> None:
    work, made_up = _made_up(school)
    school.builder.mark(school.open_lesson, work, school.students[1], "4")
    school.builder.correct(made_up, None)


@story("mark-for-absent")
def mark_of_who_did_not_make_the_work_up_after_all(school: Sample) -> None:
    work, made_up = _made_up(school)
    school.builder.correct(made_up, None)
    school.builder.mark(school.open_lesson, work, school.students[1], "4")


@story("recorded-twice")
def work_made_up_twice(school: Sample) -> None:
    work, _ = _made_up(school)
    school.builder.make_up(school.open_lesson, work, school.students[1], "2026-11-13")


@story("annulled-while-in-use")
def work_annulled_though_made_up(school: Sample) -> None:
    work, _ = _made_up(school)
    school.builder.correct(school.builder.fact_of(work), None)


@story("recorded-on-annulled")
def make_up_of_an_annulled_work(school: Sample) -> None:
    b = school.builder
    work = b.work(school.open_lesson, "dictation")
    b.correct(b.fact_of(work), None)
    b.make_up(school.open_lesson, work, school.students[1], "2026-11-12")


@story("data-field")
def make_up_on_the_day_of_the_lesson(school: Sample) -> None:
    _made_up(school, "2026-11-05")


@story("data-field")
def make_up_put_before_the_lesson(school: Sample) -> None:
    _, made_up = _made_up(school)
    school.builder.correct(made_up, "2026-11-04")


@story("data-field")
def last_day_of_a_work_before_the_lesson(school: Sample) -> None:
    school.builder.work(school.open_lesson, "dictation", "2026-11-05")


@story("data-field")
def last_day_of_a_work_that_is_not_written(school: Sample) -> None:
    school.builder.work(school.open_lesson, "dictation", "2026-11-06", written=False)


@story("data-field")
def last_day_that_stays_when_a_work_is_written_no_more(school: Sample) -> None:
    b = school.builder
    work = b.work(school.open_lesson, "dictation", "2026-11-06")
    b.correct(b.fact_of(work), {"ends_on": "2026-11-06", "kind": "dictation", "weight": 100, "written": False})


@story("reference-unknown")
def make_up_of_another_lessons_work(school: Sample) -> None:
    b = school.builder
    b.add(
        "lesson",
        school.open_lesson,
        "make_up_recorded",
        student=school.students[1],
        work=school.work,
        made_up_on="2026-11-12",
    )


# The schedule of works.


@story("recorded-twice")
def work_scheduled_twice(school: Sample) -> None:
    b = school.builder
    scheduled, _ = b.schedule(school.course, "2026-11-12")
    data = {"scheduled": scheduled, "planned_on": "2026-11-13", "kind": "test", "minutes": 40}
    b.add("schedule", school.course, "work_scheduled", **data)


@story("correction-cites-nothing")
def scheduled_work_moved_after_its_cancellation(school: Sample) -> None:
    b = school.builder
    _, entry = b.schedule(school.course, "2026-11-12")
    b.reschedule(entry, None)
    b.add("schedule", school.course, "scheduled_work_moved", corrects=entry, planned_on="2026-11-13", reason="load")


@story("correction-cites-nothing")
def scheduled_work_of_another_course_cancelled(school: Sample) -> None:
    b = school.builder
    _, entry = b.schedule(school.course, "2026-11-12")
    b.schedule(school.subgroup, "2026-11-12")
    b.add("schedule", school.subgroup, "scheduled_work_cancelled", corrects=entry, reason="load")


@story("correction-changes-nothing")
def scheduled_work_moved_to_its_own_place(school: Sample) -> None:
    b = school.builder
    b.reschedule(b.schedule(school.course, "2026-11-12", 2)[1], "2026-11-12", 2)


@story("reference-unknown")
def work_of_no_schedule(school: Sample) -> None:
    b = school.builder
    b.work(school.open_lesson, "dictation", scheduled=b.uuid())


@story("reference-unknown")
def work_corrected_into_another_courses_schedule(school: Sample) -> None:
    b = school.builder
    scheduled, _ = b.schedule(school.subgroup, "2026-11-12")
    work = b.work(school.open_lesson, "dictation")
    b.correct(b.fact_of(work), {"kind": "dictation", "scheduled": scheduled, "weight": 100, "written": False})


@story("data-field")
def scheduled_work_of_no_minutes(school: Sample) -> None:
    b = school.builder
    data = {"scheduled": b.uuid(), "planned_on": "2026-11-12", "kind": "test", "minutes": 0}
    b.add("schedule", school.course, "work_scheduled", **data)


# Certificates, and what cites them: 5 November is the day of the open lesson.


@story("certificate-mismatch")
def absence_that_cites_nothing(school: Sample) -> None:
    school.builder.absence(school.open_lesson, school.students[1], "ill", school.builder.uuid())


@story("certificate-mismatch")
def absence_that_cites_another_students_certificate(school: Sample) -> None:
    b = school.builder
    certificate, _ = b.certificate(school.students[2], "2026-11-05", "2026-11-05")
    b.absence(school.open_lesson, school.students[1], "ill", certificate)


@story("certificate-mismatch")
def absence_after_the_days_of_its_certificate(school: Sample) -> None:
    b = school.builder
    certificate, _ = b.certificate(school.students[1], "2026-11-01", "2026-11-04")
    b.absence(school.open_lesson, school.students[1], "ill", certificate)


@story("certificate-mismatch")
def absence_with_another_code_than_its_certificate(school: Sample) -> None:
    b = school.builder
    certificate, _ = b.certificate(school.students[1], "2026-11-05", "2026-11-06")
    b.absence(school.open_lesson, school.students[1], "excused", certificate)


@story("certificate-mismatch")
def absence_without_a_reason_on_a_day_of_a_certificate(school: Sample) -> None:
    b = school.builder
    b.certificate(school.students[1], "2026-11-04", "2026-11-05")
    b.absence(school.open_lesson, school.students[1])


@story("certificate-mismatch")
def absence_by_a_certificate_that_was_annulled(school: Sample) -> None:
    b = school.builder
    certificate, index = b.certificate(school.students[1], "2026-11-05", "2026-11-06")
    b.annul_certificate(school.students[1], index)
    b.absence(school.open_lesson, school.students[1], "ill", certificate)


@story("certificate-mismatch")
def reason_with_another_document_than_its_certificate(school: Sample) -> None:
    b = school.builder
    absence = b.absence(school.open_lesson, school.students[1])
    certificate, _ = b.certificate(school.students[1], "2026-11-05", "2026-11-06")
    b.reason(absence, "ill", "справка № 4", certificate)


@story("correction-cites-nothing")
def certificate_annulled_twice(school: Sample) -> None:
    b = school.builder
    _, index = b.certificate(school.students[1], "2026-11-05", "2026-11-06")
    b.annul_certificate(school.students[1], index)
    b.add("certificate", school.students[1], "certificate_annulled", corrects=index, basis="ещё раз")


@story("recorded-twice")
def certificate_under_the_id_of_another(school: Sample) -> None:
    b = school.builder
    certificate, _ = b.certificate(school.students[1], "2026-11-05", "2026-11-06")
    b.certificate(school.students[1], "2026-11-07", "2026-11-08", certificate=certificate)


@story("ends-before-start")
def certificate_that_ends_before_it_starts(school: Sample) -> None:
    school.builder.certificate(school.students[1], "2026-11-06", "2026-11-05")


@story("person-kind")
def certificate_of_a_teacher(school: Sample) -> None:
    school.builder.certificate(school.teacher, "2026-11-05", "2026-11-06")


@story("data-field", "table-row-extra")
def certificate_that_excuses_nothing(school: Sample) -> None:
    school.builder.certificate(school.students[1], "2026-11-05", "2026-11-06", "unexcused")


@story("data-field", "table-row-extra")
def certificate_without_a_document(school: Sample) -> None:
    school.builder.certificate(school.students[1], "2026-11-05", "2026-11-06", basis="")


@story("stream-kind", "correction-cites-nothing")
def certificates_that_begin_with_an_annulment(school: Sample) -> None:
    b = school.builder
    index = next(entry["index"] for entry in b.entries if entry["type"] == "certificate_recorded/1")
    b.add("certificate", school.students[1], "certificate_annulled", corrects=index, basis="ошибка")


@story("table-cell")
def certificate_stretched_in_its_table(school: Sample) -> None:
    school.builder.tables["certificates"][0][5] = "2026-09-30"


@story("table-cell")
def annulled_certificate_that_stands_in_its_table(school: Sample) -> None:
    school.builder.tables["certificates"][1][-1] = ""


@story("table-row-missing")
def certificate_left_out_of_its_table(school: Sample) -> None:
    school.builder.tables["certificates"].pop()


# Lessons that are not held.


@story("recorded-twice")
def lesson_cancelled_twice(school: Sample) -> None:
    school.builder.cancel(school.course, "2026-11-09")
    school.builder.cancel(school.course, "2026-11-09")


@story("correction-cites-nothing")
def cancellation_withdrawn_twice(school: Sample) -> None:
    b = school.builder
    b.restore(school.course, b.cancel(school.course, "2026-11-09"))
    b.add("cancellation", school.course, "cancellation_withdrawn", corrects=len(b.entries) - 2, basis="ещё раз")


@story("data-field")
def lesson_merged_with_its_own_course(school: Sample) -> None:
    school.builder.cancel(school.course, "2026-11-09", merged_with=school.course)


@story("reference-unknown")
def lesson_merged_with_no_course(school: Sample) -> None:
    school.builder.cancel(school.course, "2026-11-09", merged_with=school.builder.uuid())


@story("data-field")
def lesson_moved_to_its_own_place(school: Sample) -> None:
    school.builder.cancel(school.course, "2026-11-09", moved_to={"held_on": "2026-11-09", "number": 1})


@story("data-field")
def lesson_moved_and_merged(school: Sample) -> None:
    b = school.builder
    other = next(course for course in b.courses if course != school.course)
    b.cancel(school.course, "2026-11-09", moved_to={"held_on": "2026-11-10", "number": 1}, merged_with=other)


@story("reference-unknown")
def lesson_of_no_course_cancelled(school: Sample) -> None:
    b = school.builder
    fields = {"held_on": "2026-11-09", "number": 1, "reason": "weather", "basis": "приказ"}
    b.add("cancellation", b.uuid(), "lesson_cancelled", **fields)


@story("table-cell")
def cancellation_with_another_day_in_its_table(school: Sample) -> None:
    school.builder.tables["cancellations"][0][5] = "2026-09-23"


@story("table-row-missing")
def cancellation_left_out_of_its_table(school: Sample) -> None:
    school.builder.tables["cancellations"].pop()


# What orders put in force.


@story("in-force-order")
def regulation_in_force_before_the_one_it_follows(school: Sample) -> None:
    school.builder.adopt("2026-10-31")


@story("in-force-order", "backdated-alone")
def appointment_before_the_one_it_follows(school: Sample) -> None:
    school.builder.appoint(school.employee, "2026-08-31")


@story("person-kind")
def teacher_who_answers_for_the_journal(school: Sample) -> None:
    school.builder.appoint(school.teacher, "2026-11-08")


@story("reference-unknown")
def nobody_who_answers_for_the_journal(school: Sample) -> None:
    school.builder.appoint(school.builder.uuid(), "2026-11-08")


@story("stream-kind")
def second_regulation_of_one_school(school: Sample) -> None:
    b = school.builder
    b.adopt("2026-11-08")
    b.entries[-1] |= {"stream": f"regulation/{b.uuid()}", "version": 1}


@story("stream-kind")
def second_list_of_appointments(school: Sample) -> None:
    b = school.builder
    b.appoint(school.employee, "2026-11-08")
    b.entries[-1] |= {"stream": f"responsible/{b.uuid()}", "version": 1}


def wrong_regulation(name: str, **changes: Any) -> None:
    """Register a version with a field, or a parameter, that may not be so."""

    def adopted(school: Sample) -> None:
        b = school.builder
        own = {field: changes[field] for field in changes.keys() & {"order_number", "order_date", "effective_from"}}
        b.adopt("2026-11-08", **{field: changes[field] for field in changes.keys() - own.keys()})
        b.entries[-1]["data"] |= own

    adopted.__name__ = name
    story("data-field", "table-row-extra")(adopted)


wrong_regulation("regulation_without_an_order_number", order_number="")
wrong_regulation("regulation_of_an_order_without_a_date", order_date="")
wrong_regulation("regulation_in_force_from_no_day", effective_from="2027-02-29")
wrong_regulation("a_hundred_days", written_mark_days=100)
wrong_regulation("days_before_a_lesson", lesson_days=-1)
wrong_regulation("a_thousand_hours", result_hours=1_000)
wrong_regulation("a_thousand_minutes", homework_after_last_lesson_minutes=1_000)
wrong_regulation("a_word_that_is_no_handling", mark_for_absent="allow")
wrong_regulation("a_number_for_yes", weekends_extend=1)
wrong_regulation("a_day_that_not_every_year_has", annual_refresh_until="02-29")
wrong_regulation("a_parameter_that_no_regulation_has", evening_days=1)


@story("data-field", "table-row-extra")
def regulation_without_a_parameter(school: Sample) -> None:
    school.builder.adopt("2026-11-08")
    del school.builder.entries[-1]["data"]["parameters"]["notice_days"]


@story("table-cell")
def parameter_that_a_table_softens(school: Sample) -> None:
    row = school.builder.tables["regulations"][0]
    row[4] = row[4].replace('"written_mark_days":7', '"written_mark_days":9')


@story("table-cell")
def another_who_answered_in_a_table(school: Sample) -> None:
    school.builder.tables["responsible"][0][2] = "Зимин Олег"


@story("table-row-missing")
def appointment_left_out_of_its_table(school: Sample) -> None:
    school.builder.tables["responsible"].pop()


# What is opened again, and what is attested.


@story("period-not-closed")
def reopened_while_it_is_open(school: Sample) -> None:
    school.builder.reopen(school.period, school.employee)
    school.builder.reopen(school.period, school.employee)


@story("period-not-closed")
def reopened_a_tenth_time(school: Sample) -> None:
    b = school.builder
    for _ in range(8):  # the small school had its first
        b.reopen(school.period, school.employee)
        b.close(school.period, lambda info: info["held_on"] <= "2026-10-25")
    b.reopen(school.period, school.employee)


@story("request-same-person")
def reopened_by_the_one_who_asked(school: Sample) -> None:
    b = school.builder
    b.actor = {"id": b.uuid(), "role": "administrator", "on_behalf_of": school.employee, "basis": "Приказ"}
    b.reopen(school.period, school.employee)


@story("person-kind")
def reopened_for_a_student(school: Sample) -> None:
    school.builder.reopen(school.period, school.students[0])


@story("reference-unknown")
def reopened_for_nobody(school: Sample) -> None:
    school.builder.reopen(school.period, school.builder.uuid())


@story("correction-note-missing")
def reopened_for_another_reason_without_a_note(school: Sample) -> None:
    school.builder.reopen(school.period, school.employee, "other")


@story("data-field", "table-row-extra")
def reopened_on_no_ground(school: Sample) -> None:
    school.builder.reopen(school.period, school.employee, basis="")


@story("data-field", "table-row-extra")
def reopened_for_a_reason_that_there_is_not(school: Sample) -> None:
    school.builder.reopen(school.period, school.employee, "boredom")


@story("recorded-after-close")
def mark_after_the_second_close(school: Sample) -> None:
    school.builder.mark(school.lesson, school.work, school.students[4], "5")


@story("recorded-after-close")
def mark_in_a_period_reopened_inside_one_that_is_closed(school: Sample) -> None:
    b = school.builder
    half = b.uuid()
    span = {"starts_on": "2026-09-01", "ends_on": "2026-10-25"}
    b.add("period", half, "period_defined", year=school.year, kind="half_year", number=1, grades=[5], **span)
    b.add("year", school.year, "period_listed", period=half)
    b.close(half, lambda info: info["held_on"] <= "2026-10-25")
    b.reopen(school.period, school.employee)
    b.mark(school.lesson, school.work, school.students[4], "5")


@story("closing-mismatch")
def closed_again_as_before(school: Sample) -> None:
    b = school.builder
    before = b.entries[school.closed_at]["data"]
    b.reopen(school.period, school.employee)
    b.begin()
    b.mark(school.lesson, school.work, school.students[4], "5")
    b.close(school.period, lambda info: False, **before)


@story("attestation-size")
def attested_before_it_was_closed(school: Sample) -> None:
    school.builder.attest(school.period, school.closed_at)


@story("attestation-size")
def attested_what_is_not_there_yet(school: Sample) -> None:
    school.builder.attest(school.period, len(school.builder.entries) + 1)


@story("period-not-closed")
def attested_while_it_is_open(school: Sample) -> None:
    school.builder.reopen(school.period, school.employee)
    school.builder.attest(school.period, len(school.builder.entries))


# Evidence, and paper.


@story("evidence-root")
def verification_of_another_log(school: Sample) -> None:
    school.builder.verified(root="ab" * 32)


@story("evidence-root")
def verification_of_the_root_that_was_before(school: Sample) -> None:
    b = school.builder
    b.verified(root=b.root_at(len(b.entries) - 1))


@story("evidence-root")
def archive_of_another_log(school: Sample) -> None:
    school.builder.archived(school.year, root="ab" * 32)


@story("archive-receipt")
def a_receipt_of_another_archive(school: Sample) -> None:
    b = school.builder
    archive = next(one["stream"].partition("/")[2] for one in b.entries if one["type"] == "archive_recorded/1")
    b.handed_over(archive, "7b" * 32)
    b.handed_over(archive, "7c" * 32)


@story("reference-unknown")
def a_receipt_of_an_archive_that_nobody_recorded(school: Sample) -> None:
    school.builder.handed_over(school.builder.uuid(), "7b" * 32)


@story("evidence-size")
def verification_of_what_is_not_there_yet(school: Sample) -> None:
    school.builder.verified(len(school.builder.entries) + 1)


@story("evidence-size")
def verification_of_nothing(school: Sample) -> None:
    school.builder.verified(0, checkpoint=None)


@story("evidence-size")
def register_asked_before_there_was_a_log(school: Sample) -> None:
    school.builder.timed(size=0)


@story("evidence-size")
def checkpoint_of_more_than_was_verified(school: Sample) -> None:
    school.builder.verified(checkpoint=len(school.builder.entries) + 1)


@story("reference-unknown")
def archive_of_a_year_that_never_was(school: Sample) -> None:
    school.builder.archived(school.builder.uuid())


@story("data-field", "table-row-extra")
def archive_opened_with_a_tool_twice(school: Sample) -> None:
    school.builder.archived(school.year, opened_with=["csv", "csv"])


@story("data-field", "table-row-extra")
def verdict_that_there_is_not(school: Sample) -> None:
    school.builder.verified(verdict="perfect")


@story("data-field", "table-row-extra")
def thirteenth_month(school: Sample) -> None:
    school.builder.timed("2026-13")


@story("data-field", "table-row-extra")
def printout_of_no_pages(school: Sample) -> None:
    school.builder.printed("corrections", school.teacher, period=school.period, pages=0)


@story("printout-scope")
def corrections_printed_of_a_month(school: Sample) -> None:
    school.builder.printed("corrections", school.teacher, month="2026-09")


@story("printout-scope")
def year_printed_before_its_end(school: Sample) -> None:
    school.builder.printed("archive", school.teacher, "2027-05-31", year=school.year)


@story("printout-scope")
def month_printed_before_its_end(school: Sample) -> None:
    school.builder.printed("substitutions", school.teacher, "2026-09-30", month="2026-09")


@story("printout-scope")
def period_printed_before_its_end(school: Sample) -> None:
    school.builder.printed("corrections", school.teacher, "2026-10-25", period=school.period)


@story("person-kind")
def printout_signed_by_a_student(school: Sample) -> None:
    school.builder.printed("corrections", school.students[0], period=school.period)


@story("stream-kind")
def second_entry_of_a_verification(school: Sample) -> None:
    b = school.builder
    b.verified()
    first = b.entries[-1]
    b.verified()
    b.entries[-1] |= {"stream": first["stream"], "version": 2}


@story("table-cell")
def another_reason_of_a_reopening_in_a_table(school: Sample) -> None:
    school.builder.shown["closings", 2] = (10, "по требованию проверки")


@story("table-cell")
def witnesses_that_a_table_adds(school: Sample) -> None:
    school.builder.shown["evidence", 0] = (9, "2")


@story("table-cell")
def paper_kept_elsewhere_in_a_table(school: Sample) -> None:
    school.builder.shown["printouts", 0] = (7, "нигде")


# Subgroups.


@story("subgroup")
def student_in_two_halves_of_a_class(school: Sample) -> None:
    school.builder.join(school.other_subgroup, school.students[0], "2026-11-08")


@story("subgroup")
def student_back_in_a_subgroup_on_the_day_of_leaving(school: Sample) -> None:
    school.builder.depart(school.other_subgroup, school.students[1], "2026-11-08")
    school.builder.join(school.subgroup, school.students[1], "2026-11-08")


@story("subgroup")
def student_who_leaves_a_subgroup_of_others(school: Sample) -> None:
    school.builder.add("course", school.subgroup, "subgroup_left", student=school.students[2], ends_on="2026-11-08")


@story("ends-before-start", "backdated-alone")
def student_who_left_a_subgroup_before_joining(school: Sample) -> None:
    school.builder.depart(school.subgroup, school.students[0], "2026-08-31")


@story("subgroup")
def member_of_a_whole_class(school: Sample) -> None:
    school.builder.join(school.course, school.students[2], "2026-11-05")


@story("subgroup")
def two_subgroups_of_one_title(school: Sample) -> None:
    b = school.builder
    b.course(school.group, "Английский язык", school.year, school.teacher, "5", "1-я", starts_on="2026-11-05")


@story("data-field")
def whole_class_listed_as_a_subgroup(school: Sample) -> None:
    b = school.builder
    course = b.uuid()
    index = b.add("course", course, "course_opened", class_group=school.group, subject="Химия", year=school.year)
    b.add("class", school.group, "subgroup_listed", course=course)
    b.tables["courses"].append([index, course, b.names[school.group], "Химия", ""])


@story("subgroup-member")
def mark_for_a_student_of_the_other_half(school: Sample) -> None:
    b = school.builder
    lesson = b.lesson(school.subgroup, school.teacher, "2026-11-09", "Глаголы")
    b.mark(lesson, b.work(lesson), school.students[1], "5")


@story("subgroup-member")
def absence_on_the_day_after_leaving(school: Sample) -> None:
    b = school.builder
    b.depart(school.subgroup, school.students[0], "2026-11-08")
    b.absence(b.lesson(school.subgroup, school.teacher, "2026-11-09", "Глаголы"), school.students[0])


@story("subgroup-member")
def lateness_before_joining(school: Sample) -> None:
    b = school.builder
    b.join(school.other_subgroup, school.students[2], "2026-11-10")
    b.lateness(b.lesson(school.other_subgroup, school.teacher, "2026-11-09", "Глаголы"), school.students[2])


@story("table-cell")
def subgroup_under_another_title_in_the_table(school: Sample) -> None:
    school.builder.tables["subgroups"][0][4] = "3-я"


@story("table-row-missing")
def stay_in_a_subgroup_left_out_of_the_table(school: Sample) -> None:
    school.builder.tables["subgroups"].pop()


@story("table-cell")
def subgroup_left_out_of_a_course(school: Sample) -> None:
    row = next(row for row in school.builder.tables["courses"] if row[1] == school.subgroup)
    row[4] = ""


# Lesson plans.


@story("plan-item")
def lesson_of_an_item_that_was_taken_out(school: Sample) -> None:
    school.builder.lesson(school.course, school.teacher, "2026-11-08", plan_items=[3])


@story("plan-item")
def lesson_of_an_item_of_another_courses_plan(school: Sample) -> None:
    school.builder.lesson(school.subgroup, school.teacher, "2026-11-08", plan_items=[1])


@story("plan-item")
def items_of_a_lesson_that_go_back(school: Sample) -> None:
    school.builder.lesson(school.course, school.teacher, "2026-11-08", plan_items=[2, 1])


@story("plan-item")
def lesson_corrected_to_an_item_that_is_not_there(school: Sample) -> None:
    header = {"starts_at": "08:30", "ends_at": "09:15", "number": 1, "topic": "Дроби", "plan_items": [3]}
    school.builder.correct(len(school.builder.entries) - 3, header)


@story("plan-item")
def plan_that_goes_on_in_another_command(school: Sample) -> None:
    b = school.builder
    items = [{"number": number, "topic": "Глаголы", "hours": 1} for number in (1, 2, 3)]
    b.plan(school.subgroup, items[:2])
    b.begin()
    b._planned(b.add("plan", school.subgroup, "lesson_plan_continued", items=items[2:]), school.subgroup, items[2:])


@story("plan-item")
def plan_with_a_number_twice(school: Sample) -> None:
    school.builder.plan(school.subgroup, [{"number": 1, "topic": "Глаголы", "hours": 1}] * 2)


@story("stream-kind")
def plan_imported_again(school: Sample) -> None:
    item = {"number": 5, "topic": "Глаголы", "hours": 1}
    school.builder.add("plan", school.course, "lesson_plan_imported", title="План", items=[item])


@story("correction-old-value")
def amendment_of_what_did_not_stand(school: Sample) -> None:
    school.builder.amend(school.course, 2, {"topic": "Проценты", "hours": 1}, None)


@story("correction-changes-nothing")
def amendment_to_the_same(school: Sample) -> None:
    topic = {"topic": "Доли", "hours": 3}
    school.builder.amend(school.course, 999, topic, topic)


@story("table-cell")
def item_of_a_plan_with_more_hours_in_the_table(school: Sample) -> None:
    school.builder.tables["plans"][1][7] = 9


@story("table-row-missing")
def amendment_left_out_of_the_table(school: Sample) -> None:
    school.builder.tables["plans"].pop()


# Duties.


@story("duty")
def duty_assigned_twice(school: Sample) -> None:
    school.builder.assign(school.teacher, "2027-05-09")


@story("duty")
def duty_from_the_last_day_of_the_same_one(school: Sample) -> None:
    school.builder.assign(school.substitute, "2027-05-08", "substitute")


@story("duty")
def end_of_a_duty_that_was_never_begun(school: Sample) -> None:
    school.builder.release(school.teacher, "2027-05-09", "class_teacher")


@story("person-kind")
def duty_of_an_employee_who_teaches_nothing(school: Sample) -> None:
    school.builder.assign(school.employee, "2027-05-09")


@story("stream-kind")
def duty_in_a_stream_of_its_own(school: Sample) -> None:
    b = school.builder
    order = {"order_number": "1", "order_date": "2026-08-24"}
    index = b.add(
        "duty", b.uuid(), "duty_assigned", person=school.teacher, duty="substitute", starts_on="2027-05-09", **order
    )
    row = [index, school.teacher, b.names[school.teacher], "замещение", "1", "2026-08-24", "2027-05-09", ""]
    b.tables["duties"].append(row)


@story("duty-missing")
def lesson_on_the_day_after_the_duty_ended(school: Sample) -> None:
    school.builder.release(school.teacher, "2027-05-09")
    school.builder.lesson(school.course, school.teacher, "2027-05-10")


@story("duty-missing")
def own_lesson_of_who_may_only_substitute(school: Sample) -> None:
    b = school.builder
    b.assign(school.substitute, "2027-05-09", "substitute")
    course = b.course(school.group, "Химия", school.year, school.substitute, "5", starts_on="2026-11-05")
    b.lesson(course, school.substitute, "2027-05-10")


@story("duty-missing")
def substitute_whose_duty_has_ended(school: Sample) -> None:
    lesson = school.builder.lesson(school.course, school.substitute, "2027-05-10")
    school.builder.substitution(lesson, school.teacher)


@story("table-cell")
def duty_until_another_day_in_the_table(school: Sample) -> None:
    school.builder.tables["duties"][1][7] = "2027-05-31"


# What should be taught when.


@story("calendar-entry")
def days_off_beyond_the_year(school: Sample) -> None:
    school.builder.days_off(school.year, "2027-05-30", "2027-06-01", [5])


@story("backdated-alone", "calendar-entry")
def school_day_before_the_year(school: Sample) -> None:
    school.builder.school_day(school.year, "2026-08-31", 1, [5])


@story("ends-before-start")
def days_off_that_end_before_they_start(school: Sample) -> None:
    school.builder.days_off(school.year, "2026-12-30", "2026-12-29", [5])


@story("data-field")
def days_off_of_unsorted_grades(school: Sample) -> None:
    school.builder.days_off(school.year, "2026-12-29", "2026-12-30", [6, 5])


@story("data-field", "table-row-extra")
def day_that_is_taught_as_no_weekday(school: Sample) -> None:
    school.builder.school_day(school.year, "2026-12-26", 0, [5])


@story("stream-kind")
def calendar_of_no_year(school: Sample) -> None:
    school.builder.days_off(school.group, "2026-12-29", "2026-12-30", [5])


@story("stream-kind", "calendar-entry")
def calendar_that_begins_with_a_revocation(school: Sample) -> None:
    school.builder.revoke(school.group, school.declared)


@story("calendar-entry")
def declaration_that_is_revoked_twice(school: Sample) -> None:
    b = school.builder
    b.revoke(school.year, school.declared)
    b.revoke(school.year, school.declared)


@story("calendar-entry")
def revocation_of_what_is_no_declaration(school: Sample) -> None:
    school.builder.revoke(school.year, school.marks[0])


@story("in-force-order")
def bells_in_force_before_those_they_follow(school: Sample) -> None:
    school.builder.ring(school.bells, "2026-10-31", "08:30-09:10")


@story("data-field")
def bells_of_lessons_that_overlap(school: Sample) -> None:
    school.builder.ring(school.bells, "2026-11-08", "08:30-09:10", "09:09-09:50")


@story("ends-before-start")
def bells_of_a_lesson_that_ends_before_it_starts(school: Sample) -> None:
    school.builder.ring(school.bells, "2026-11-08", "08:30-08:10")


@story("data-field")
def bells_of_no_lesson(school: Sample) -> None:
    school.builder.ring(school.bells, "2026-11-08")


@story("in-force-order")
def timetable_in_force_before_the_one_it_follows(school: Sample) -> None:
    school.builder.week(school.group, school.bells, "2026-11-04", (2, 1, school.course, "every"))


@story("timetable-lesson")
def timetable_with_a_lesson_that_no_bell_rings_for(school: Sample) -> None:
    school.builder.week(school.group, school.bells, "2026-11-08", (2, 2, school.course, "every"))


@story("timetable-lesson")
def timetable_with_a_course_of_another_class(school: Sample) -> None:
    b = school.builder
    other = b.class_group(school.year, 6, "Б")
    b.week(other, school.bells, "2026-11-08", (2, 1, school.course, "every"))


@story("timetable-lesson")
def timetable_by_bells_of_a_later_day(school: Sample) -> None:
    b = school.builder
    bells = b.uuid()
    b.ring(bells, "2026-11-09", "08:30-09:10")
    b.week(school.group, bells, "2026-11-08", (2, 1, school.course, "every"))


@story("reference-unknown")
def timetable_by_bells_that_nothing_made(school: Sample) -> None:
    school.builder.week(school.group, school.builder.uuid(), "2026-11-08", (2, 1, school.course, "every"))


@story("reference-unknown")
def timetable_with_a_course_that_nothing_made(school: Sample) -> None:
    b = school.builder
    b.week(school.group, school.bells, "2026-11-08", (2, 1, b.uuid(), "every"))


@story("stream-kind")
def timetable_of_no_class(school: Sample) -> None:
    school.builder.week(school.year, school.bells, "2026-11-08")


@story("data-field")
def timetable_with_one_lesson_twice(school: Sample) -> None:
    place = (2, 1, school.course)
    school.builder.week(school.group, school.bells, "2026-11-08", (*place, "odd"), (*place, "even"))


@story("data-field", "table-row-extra")
def timetable_of_the_third_week(school: Sample) -> None:
    school.builder.week(school.group, school.bells, "2026-11-08", (2, 1, school.course, "third"))


@story("table-cell")
def days_off_that_a_table_prolongs(school: Sample) -> None:
    school.builder.tables["calendar"][1][2] = "2026-11-05"


@story("table-cell")
def revocation_that_a_table_leaves_out(school: Sample) -> None:
    school.builder.tables["calendar"][0][-1] = ""


@story("table-cell")
def bell_that_a_table_rings_later(school: Sample) -> None:
    school.builder.tables["bells"][1][-1] = "10:15"


@story("table-cell", "table-row-missing")
def lesson_left_out_of_a_timetable_in_its_table(school: Sample) -> None:
    del school.builder.tables["timetables"][0]


@story("table-row-extra")
def lesson_put_into_a_timetable_in_its_table(school: Sample) -> None:
    rows = school.builder.tables["timetables"]
    rows.append([*rows[-1][:4], 5, *rows[-1][5:]])
