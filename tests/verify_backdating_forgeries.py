"""Stories of acts that change days of a closed period and never may have happened so, signed by a school's key."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.verify_archive import write_folder
from tests.verify_journal_forgeries import Finished, finished
from tests.verify_mutations import MUTATIONS, Mutation, pinned
from verify.archive import verify_archive
from verify.findings import Report

BY_DIRECTOR = {"role": "director"}


def act(f: Finished, what: str, who: str, day: str, **more: Any) -> int:
    """Do one of the acts in 7Г, or in its course, with its row."""
    b = f.b
    if what == "class_teacher_assigned":
        return b.add("class", f.group, what, teacher=who, starts_on=day, **more)
    if what == "student_enrolled":
        index = b.add("class", f.group, what, student=who, starts_on=day, **more)
        b.tables["enrollments"].append([index, b.names[f.group], who, b.names[who], day, ""])
        return index
    if what == "student_left":
        index = b.add("class", f.group, what, student=who, ends_on=day, **more)
        row = next(row for row in b.tables["enrollments"] if row[1:3] == [b.names[f.group], who] and not row[5])
        row[5] = day
        return index
    return b.add("course", f.course, what, teacher=who, starts_on=day, **more)


def ask(f: Finished, what: str, who: str, day: str, by: str = "") -> int:
    """Ask, as the deputy or somebody else, that it be done."""
    b = f.b
    b.begin()
    before, b.actor = b.actor, {"id": by or f.g.school.teacher, "role": "deputy"}
    of = ("class", f.group) if is_of_class(what) else ("course", f.course)
    person = {"teacher" if what.endswith("teacher_assigned") else "student": who}
    index = b.add(*of, f"{of[0]}_backdating_requested", what=what, day=day, basis="+Приказ; № 8", **person)
    b.actor = before
    return index


def is_of_class(what: str) -> bool:
    return what in ("class_teacher_assigned", "student_enrolled", "student_left")


def approve(f: Finished, request: int, what: str, who: str, day: str, by: str = "") -> int:
    """Do, as another who directs, what was asked for."""
    b = f.b
    b.begin()
    before, b.actor = b.actor, {"id": by or f.g.school.employee, **BY_DIRECTOR}
    index = act(f, what, who, day, request=request)
    b.actor = before
    return index


def refuse(f: Finished, request: int, kind: str = "class", by: str = "") -> int:
    b = f.b
    b.begin()
    before, b.actor = b.actor, {"id": by or f.g.school.employee, **BY_DIRECTOR}
    of = f.group if kind == "class" else f.course
    index = b.add(kind, of, f"{kind}_backdating_refused", request=request, basis="=Нет")
    b.actor = before
    return index


BELLS = "00000000-0000-4000-8000-0000000000be"
CALENDAR = ("days_off_declared", "school_day_declared", "calendar_entry_revoked")


def backdated() -> Finished:
    """7Г, whose quarter is closed: what two people did there late, and what one did without touching the quarter."""
    f = finished()
    b, school = f.b, f.g.school
    b.begin()
    late = b.person("student", "Эхо", "Яна")
    for what, who, day in (
        ("student_enrolled", late, "2026-10-01"),
        ("student_left", late, "2026-10-20"),
        ("teacher_assigned", school.substitute, "2026-10-12"),
        ("class_teacher_assigned", school.substitute, "2026-10-12"),
    ):
        refuse(f, ask(f, what, who, day), "class" if is_of_class(what) else "course")
        approve(f, ask(f, what, who, day), what, who, day)
    answer_order(f, "duty_assigned", request_order(f, "duty_assigned", day="2026-10-20"), "2026-10-20")
    b.ring(BELLS, "2026-09-01", "08:30-09:15")
    for what in ("duty_ended", "responsible_appointed", "timetable_set", "bell_schedule_set", *CALENDAR):
        refuse_order(f, request_order(f, what))
        answer_order(f, what, request_order(f, what))
    b.begin()
    for what in ("duty_assigned", "responsible_appointed", "timetable_set", "bell_schedule_set", *CALENDAR):
        order(f, what, ORDERED[what][1])
    act(f, "student_left", f.students[1], "2026-10-25")
    act(f, "student_enrolled", f.students[1], "2026-10-26")
    act(f, "teacher_assigned", school.teacher, "2026-10-26")
    act(f, "class_teacher_assigned", school.teacher, "2026-10-26")
    return f


def story(*codes: str) -> Callable[[Callable[[Finished], None]], object]:
    """Register a change of what happened, sealed and signed as if it were right: only the replay can tell."""

    def register(change: Callable[[Finished], None]) -> object:
        def run(folder: Path) -> Report:
            f = backdated()
            f.b.begin()
            change(f)
            return verify_archive(write_folder(f.b.files(), folder / "bag"), pinned(f.b))

        MUTATIONS.append(Mutation(change.__name__, frozenset(codes), run))
        return change

    return register


@story("backdated-alone")
def student_enrolled_alone_inside_a_closed_period(f: Finished) -> None:
    act(f, "student_enrolled", f.b.person("student", "Новик", "Ян"), "2026-10-25")


@story("backdated-alone")
def student_left_alone_inside_a_closed_period(f: Finished) -> None:
    act(f, "student_left", f.students[0], "2026-10-24")


@story("backdated-alone")
def teacher_assigned_alone_inside_a_closed_period(f: Finished) -> None:
    act(f, "teacher_assigned", f.g.school.teacher, "2026-10-25")


@story("backdated-alone")
def class_handed_over_alone_inside_a_closed_period(f: Finished) -> None:
    act(f, "class_teacher_assigned", f.g.school.teacher, "2026-10-25")


@story("request-mismatch")
def class_handed_over_to_another_than_asked_for(f: Finished) -> None:
    request = ask(f, "class_teacher_assigned", f.g.school.teacher, "2026-10-25")
    approve(f, request, "class_teacher_assigned", f.g.school.substitute, "2026-10-25")


@story("data-field", "table-row-extra")
def class_handed_over_to_a_student_it_is_asked_for(f: Finished) -> None:
    fields = {"what": "class_teacher_assigned", "student": f.students[0], "day": "2026-10-20", "basis": "Приказ"}
    f.b.add("class", f.group, "class_backdating_requested", **fields)


@story("backdated-alone")
def subgroup_changed_alone_inside_a_closed_period(f: Finished) -> None:
    course = f.b.course(f.group, "Труд", f.g.school.year, f.g.school.teacher, subgroup="1", starts_on="2026-10-26")
    f.b.join(course, f.students[0], "2026-10-25")
    f.b.depart(course, f.students[0], "2026-10-26")


@story("backdated-alone")
def course_opened_inside_a_closed_period(f: Finished) -> None:
    f.b.course(f.group, "Труд", f.g.school.year, f.g.school.teacher)


@story("request-same-person")
def backdating_approved_by_who_asked(f: Finished) -> None:
    employee, terms = f.g.school.employee, ("teacher_assigned", f.g.school.teacher, "2026-10-25")
    approve(f, ask(f, *terms, by=employee), *terms)


@story("request-same-person")
def backdating_refused_by_who_asked(f: Finished) -> None:
    employee = f.g.school.employee
    refuse(f, ask(f, "teacher_assigned", f.g.school.teacher, "2026-10-25", by=employee), "course")


@story("request-same-person")
def backdating_approved_for_who_asked(f: Finished) -> None:
    b, terms = f.b, ("teacher_assigned", f.g.school.teacher, "2026-10-25")
    request = ask(f, *terms, by=f.g.school.employee)
    b.begin()
    b.actor = {"id": b.uuid(), "role": "director", "on_behalf_of": f.g.school.employee, "basis": "Приказ"}
    act(f, *terms, request=request)


@story("request-mismatch")
def backdating_of_another_day_than_asked_for(f: Finished) -> None:
    request = ask(f, "teacher_assigned", f.g.school.teacher, "2026-10-25")
    approve(f, request, "teacher_assigned", f.g.school.teacher, "2026-10-24")


@story("request-mismatch")
def backdating_of_another_person_than_asked_for(f: Finished) -> None:
    request = ask(f, "student_left", f.students[0], "2026-10-20")
    approve(f, request, "student_left", f.students[1], "2026-10-26")


@story("request-mismatch")
def backdating_at_a_request_for_another_act(f: Finished) -> None:
    request = ask(f, "student_left", f.students[0], "2026-10-20")
    approve(f, request, "student_enrolled", f.b.person("student", "Новик", "Ян"), "2026-10-20")


@story("request-mismatch")
def backdating_approved_that_nobody_asked_for(f: Finished) -> None:
    approve(f, 0, "teacher_assigned", f.g.school.teacher, "2026-10-26")


@story("request-mismatch")
def backdating_approved_twice(f: Finished) -> None:
    terms = ("teacher_assigned", f.g.school.substitute, "2026-10-27")
    request = ask(f, *terms)
    approve(f, request, *terms)
    approve(f, request, *terms)


@story("request-mismatch")
def backdating_approved_that_was_refused(f: Finished) -> None:
    terms = ("student_left", f.students[0], "2026-10-20")
    request = ask(f, *terms)
    refuse(f, request)
    approve(f, request, *terms)


@story("request-mismatch")
def backdating_approved_at_the_request_of_another_stream(f: Finished) -> None:
    request = ask(f, "student_left", f.students[0], "2026-10-20")
    approve(f, request, "teacher_assigned", f.g.school.teacher, "2026-10-26")


@story("data-field", "table-row-extra")
def backdating_requested_on_no_ground(f: Finished) -> None:
    index = ask(f, "student_left", f.students[0], "2026-10-20")
    f.b.entries[index]["data"]["basis"] = ""


@story("data-field", "table-row-extra")
def backdating_of_a_teacher_requested_for_a_student(f: Finished) -> None:
    fields = {"what": "teacher_assigned", "student": f.students[0], "day": "2026-10-20", "basis": "Приказ"}
    f.b.add("course", f.course, "course_backdating_requested", **fields)


@story("person-kind")
def backdating_of_a_student_requested_for_a_teacher(f: Finished) -> None:
    ask(f, "student_left", f.g.school.teacher, "2026-10-20")


@story("table-cell")
def backdating_that_the_table_says_another_asked_for(f: Finished) -> None:
    f.b.shown["backdatings", -1] = (10, f.g.school.substitute)


ORDERED = {
    "duty_assigned": ("2026-10-25", "2026-10-26"),
    "duty_ended": ("2026-10-24", "2026-10-25"),
    "responsible_appointed": ("2026-10-25", "2026-10-26"),
    "regulation_adopted": ("2026-10-25", "2026-10-26"),
    "timetable_set": ("2026-10-25", "2026-10-26"),
    "bell_schedule_set": ("2026-10-25", "2026-10-26"),
    "days_off_declared": ("2026-10-25", "2026-10-26"),
    "school_day_declared": ("2026-10-25", "2026-10-26"),
    "calendar_entry_revoked": ("2026-10-25", "2026-10-26"),
}
"""Act -> its last day that changes the closed quarter, and the first that does not."""


def declared(f: Finished, day: str) -> int:
    """The last declaration of the year's calendar that begins on a day and stands."""
    revoked = {one["data"]["revokes"] for one in f.b.entries if one["type"] == "calendar_entry_revoked/1"}
    begun = [one for one in f.b.entries if one["type"] in ("days_off_declared/1", "school_day_declared/1")]
    days: dict[int, str] = {one["index"]: one["data"].get("starts_on", one["data"].get("on")) for one in begun}
    return [index for index, first in days.items() if first == day and index not in revoked][-1]


def about(f: Finished, what: str) -> dict[str, str]:
    """Whom or what a request for an order names."""
    match what:
        case "duty_assigned" | "duty_ended":
            return {"person": f.g.school.substitute}
        case "responsible_appointed":
            return {"person": f.g.school.employee}
        case "timetable_set":
            return {"class_group": f.group}
        case "bell_schedule_set":
            return {"bells": BELLS}
        case _ if what in CALENDAR:
            return {"year": f.g.school.year}
        case _:
            return {}


def order(f: Finished, what: str, day: str, **more: Any) -> None:
    """Do one of the five, with its row."""
    b, person = f.b, about(f, what).get("person", "")
    match what:
        case "duty_assigned":
            b.assign(person, day, "class_teacher", **more)
        case "duty_ended":
            b.release(person, day, "class_teacher", **more)
        case "responsible_appointed":
            b.appoint(person, day, **more)
        case "regulation_adopted":
            b.adopt(day, **more)
        case "bell_schedule_set":
            b.ring(BELLS, day, "08:00-08:40", **more)
        case "days_off_declared":
            b.days_off(f.g.school.year, day, "2026-11-04", [7], **more)
        case "school_day_declared":
            b.school_day(f.g.school.year, day, 1, [7], **more)
        case "calendar_entry_revoked":
            asked = {"day": day} if more else {}
            b.revoke(f.g.school.year, declared(f, day), **asked, **more)
        case _:
            bells = b.uuid()
            b.ring(bells, "2026-09-01", "08:30-09:15")
            b.week(f.group, bells, day, **more)


def request_order(f: Finished, what: str, by: str = "", **changes: Any) -> int:
    """Ask, as the deputy or somebody else, for an order that changes the quarter."""
    b = f.b
    b.begin()
    before, b.actor = b.actor, {"id": by or f.g.school.teacher, "role": "deputy"}
    fields = {"what": what, "day": ORDERED[what][0], "basis": "+Приказ; № 8", **about(f, what)} | changes
    index = b.add("backdating", b.school_id, "setup_backdating_requested", **fields)
    b.actor = before
    return index


def answer_order(f: Finished, what: str, request: int, day: str = "", by: str = "", **more: str) -> None:
    """Do it, as another who directs."""
    b = f.b
    b.begin()
    before, b.actor = b.actor, {"id": by or f.g.school.employee, **BY_DIRECTOR, **more}
    order(f, what, day or ORDERED[what][0], request=request)
    b.actor = before


def refuse_order(f: Finished, request: int, by: str = "") -> None:
    b = f.b
    b.begin()
    before, b.actor = b.actor, {"id": by or f.g.school.employee, **BY_DIRECTOR}
    b.add("backdating", b.school_id, "setup_backdating_refused", request=request, basis="=Нет")
    b.actor = before


@story("backdated-alone", "duty")
def duty_assigned_alone_inside_a_closed_period(f: Finished) -> None:
    order(f, "duty_assigned", "2026-10-25")


@story("backdated-alone")
def another_duty_assigned_alone_inside_a_closed_period(f: Finished) -> None:
    f.b.assign(f.g.school.substitute, "2026-10-25", "journal")


@story("backdated-alone", "ends-before-start")
def duty_ended_alone_inside_a_closed_period(f: Finished) -> None:
    order(f, "duty_ended", "2026-10-24")


@story("backdated-alone", "in-force-order")
def who_answers_appointed_alone_inside_a_closed_period(f: Finished) -> None:
    order(f, "responsible_appointed", "2026-10-25")


@story("backdated-alone", "in-force-order")
def regulation_adopted_alone_inside_a_closed_period(f: Finished) -> None:
    order(f, "regulation_adopted", "2026-10-25")


@story("backdated-alone", "in-force-order")
def timetable_set_alone_inside_a_closed_period(f: Finished) -> None:
    order(f, "timetable_set", "2026-10-25")


@story("backdated-alone", "in-force-order")
def bells_set_alone_inside_a_closed_period(f: Finished) -> None:
    order(f, "bell_schedule_set", "2026-10-25")


@story("request-mismatch")
def bells_set_of_another_schedule_than_asked_for(f: Finished) -> None:
    bells = f.b.uuid()
    f.b.ring(bells, "2026-09-01", "08:30-09:15")
    request = request_order(f, "bell_schedule_set", bells=bells, day="2026-10-26")
    answer_order(f, "bell_schedule_set", request, "2026-10-26")


@story("reference-unknown")
def bells_requested_that_are_not_there(f: Finished) -> None:
    request_order(f, "bell_schedule_set", bells=f.b.uuid())


@story("data-field", "table-row-extra")
def bells_requested_without_saying_which(f: Finished) -> None:
    f.b.add(
        "backdating",
        f.b.school_id,
        "setup_backdating_requested",
        what="bell_schedule_set",
        day="2026-10-24",
        basis="№ 8",
    )


@story("backdated-alone")
def days_off_declared_alone_inside_a_closed_period(f: Finished) -> None:
    order(f, "days_off_declared", "2026-10-25")


@story("backdated-alone")
def school_day_declared_alone_inside_a_closed_period(f: Finished) -> None:
    order(f, "school_day_declared", "2026-10-25")


@story("backdated-alone")
def calendar_entry_revoked_alone_inside_a_closed_period(f: Finished) -> None:
    f.b.revoke(f.g.school.year, declared(f, "2026-10-25"))


@story("request-mismatch")
def days_off_declared_where_a_school_day_was_asked_for(f: Finished) -> None:
    request = request_order(f, "school_day_declared", day="2026-10-27")
    answer_order(f, "days_off_declared", request, "2026-10-27")


@story("data-field")
def calendar_entry_revoked_of_another_day_than_it_says(f: Finished) -> None:
    request = request_order(f, "calendar_entry_revoked", day="2026-10-27")
    b = f.b
    b.begin()
    before, b.actor = b.actor, {"id": f.g.school.employee, **BY_DIRECTOR}
    b.revoke(f.g.school.year, declared(f, "2026-10-25"), request=request, day="2026-10-27")
    b.actor = before


@story("reference-unknown")
def calendar_requested_of_a_year_that_is_not_there(f: Finished) -> None:
    request_order(f, "days_off_declared", year=f.b.uuid())


@story("request-same-person")
def order_given_by_who_asked_for_it(f: Finished) -> None:
    request = request_order(f, "duty_assigned", by=f.g.school.employee, day="2026-10-27")
    f.b.release(f.g.school.substitute, "2026-10-26", "class_teacher")
    answer_order(f, "duty_assigned", request, "2026-10-27")


@story("request-same-person")
def order_given_for_who_asked_for_it(f: Finished) -> None:
    f.b.release(f.g.school.substitute, "2026-10-26", "class_teacher")
    request = request_order(f, "duty_assigned", by=f.g.school.employee, day="2026-10-27")
    behalf = {"on_behalf_of": f.g.school.employee, "basis": "Приказ"}
    answer_order(f, "duty_assigned", request, "2026-10-27", f.b.uuid(), **behalf)


@story("request-same-person")
def order_refused_by_who_asked_for_it(f: Finished) -> None:
    refuse_order(f, request_order(f, "regulation_adopted", by=f.g.school.employee))


@story("request-mismatch")
def order_of_another_day_than_asked_for(f: Finished) -> None:
    answer_order(f, "responsible_appointed", request_order(f, "responsible_appointed"), "2026-10-26")


@story("request-mismatch")
def order_about_another_person_than_asked_for(f: Finished) -> None:
    request = request_order(f, "responsible_appointed", person=f.b.person("staff", "Другой"), day="2026-10-26")
    answer_order(f, "responsible_appointed", request, "2026-10-26")


@story("request-mismatch")
def timetable_of_another_class_than_asked_for(f: Finished) -> None:
    request = request_order(f, "timetable_set", class_group=f.b.class_group(f.g.school.year, 7, "Д"), day="2026-10-26")
    answer_order(f, "timetable_set", request, "2026-10-26")


@story("request-mismatch")
def order_given_twice_at_one_request(f: Finished) -> None:
    request = request_order(f, "responsible_appointed", day="2026-10-26")
    for _ in range(2):
        answer_order(f, "responsible_appointed", request, "2026-10-26")


@story("request-mismatch")
def order_given_at_a_request_of_a_class(f: Finished) -> None:
    request = ask(f, "student_left", f.students[0], "2026-10-20")
    answer_order(f, "responsible_appointed", request, "2026-10-26")


@story("request-mismatch")
def order_refused_twice(f: Finished) -> None:
    request = request_order(f, "regulation_adopted")
    refuse_order(f, request)
    refuse_order(f, request)


@story("data-field", "table-row-extra")
def order_requested_about_nobody(f: Finished) -> None:
    f.b.add("backdating", f.b.school_id, "setup_backdating_requested", what="duty_ended", day="2026-10-24", basis="№ 8")


@story("data-field", "table-row-extra")
def regulation_requested_about_somebody(f: Finished) -> None:
    request_order(f, "regulation_adopted", person=f.g.school.employee)


@story("person-kind")
def duty_of_an_employee_requested(f: Finished) -> None:
    request_order(f, "duty_assigned", person=f.g.school.employee)


@story("reference-unknown")
def timetable_of_no_class_requested(f: Finished) -> None:
    request_order(f, "timetable_set", class_group=f.b.uuid())


@story("stream-kind")
def order_requested_in_the_stream_of_another_school(f: Finished) -> None:
    fields = {"what": "regulation_adopted", "day": "2026-10-25", "basis": "№ 8"}
    f.b.add("backdating", f.b.uuid(), "setup_backdating_requested", **fields)
