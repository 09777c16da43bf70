"""Moves that ask to act inside a closed period, and answer, for `journal_moves`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledger.journal import commands as cmd
from ledger.journal.calendar import Calendar, CalendarEntry
from ledger.journal.course import Course
from ledger.journal.roster import ClassGroup
from ledger.journal.setup_backdating import SetupAsked, SetupBackdatings
from ledger.journal.timetable_events import Bell
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    CLASS_B,
    DEPUTY,
    MATHS_A,
    PARAMETERS,
    RUSSIAN_A,
    SCHOOL,
    STAFF,
    STUDENTS_A,
    STUDENTS_B,
    TEACHER,
    TEACHER_2,
    TEACHER_3,
    YEAR,
    uid,
)

if TYPE_CHECKING:
    from ledger.journal.memory import Journal
    from tests.properties.journal_moves import Choices

DIRECTOR: Final = Actor(uid(12), "director")
FOR_DEPUTY: Final = Actor(ADMIN.id, "administrator", on_behalf_of=DEPUTY.id, basis="приказ")
SUBGROUPS: Final = (uid(60), uid(61), uid(62))
DAYS: Final = ("2026-09-07", "2026-09-09", "2026-10-12", "2026-10-26", "2026-11-05")

ABOUT: Final[dict[str, dict[str, str]]] = {
    "duty_assigned": {"person": TEACHER_3.id},
    "duty_ended": {"person": TEACHER_3.id},
    "responsible_appointed": {"person": STAFF[0]},
    "regulation_adopted": {},
    "timetable_set": {"class_group": CLASS_A},
    "bell_schedule_set": {"bells": uid(70)},
    "days_off_declared": {"year": YEAR},
    "school_day_declared": {"year": YEAR},
    "calendar_entry_revoked": {"year": YEAR},
}


def backdate(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Ask for a back-dated act in a class or a course, or answer who asked."""
    places = [journal.find(f"class/{one}") for one in (CLASS_A, CLASS_B)]
    places += [journal.find(f"course/{one}") for one in (MATHS_A, RUSSIAN_A, *SUBGROUPS)]
    waiting = [one for one in places if isinstance(one, ClassGroup | Course) and one.backdatings]
    if choices.number(4) == 0:
        return _order(choices, journal)
    if waiting and choices.number(2) == 0:
        return _answer(choices, choices.one(waiting)), _answerer(choices)
    asker = TEACHER if choices.rarely() else choices.one((DEPUTY, ADMIN, FOR_DEPUTY))
    return _ask(choices, journal), asker


def _order(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Ask for an order of the school, or give or refuse one that somebody asked for."""
    known = journal.find(f"backdating/{SCHOOL}")
    if isinstance(known, SetupBackdatings) and known.asked and choices.number(3):
        asked = choices.one(list(known.asked.values()))
        if choices.number(4) == 0:
            return cmd.RefuseSetupBackdating(request=asked.entry, basis="нет"), _answerer(choices)
        return _given(choices, asked, journal), _answerer(choices)
    what = choices.one(tuple(ABOUT))
    day, about = choices.one(DAYS), {} if choices.rarely() else ABOUT[what]
    if what == "calendar_entry_revoked" and (standing := _standing(journal)) and not choices.rarely():
        day = choices.one(standing).starts_on
    asker = TEACHER if choices.rarely() else choices.one((DEPUTY, ADMIN, FOR_DEPUTY))
    return cmd.RequestSetupBackdating(what=what, day=day, basis="приказ № 9", **about), asker  # type: ignore[arg-type]


def _standing(journal: Journal) -> tuple[CalendarEntry, ...]:
    known = journal.find(f"calendar/{YEAR}")
    return known.entries if isinstance(known, Calendar) else ()


def _given(choices: Choices, asked: SetupAsked, journal: Journal) -> cmd.JournalCommand:
    day = choices.one(DAYS) if choices.rarely() else asked.day
    order: dict[str, Any] = {"order_number": "9", "order_date": "2026-09-01"}
    match asked.what:
        case "duty_assigned":
            duty = choices.one(("class_teacher", "substitute"))
            return cmd.AssignDuty(person=asked.of, duty=duty, starts_on=day, request=asked.entry, **order)  # type: ignore[arg-type]
        case "duty_ended":
            duty = choices.one(("class_teacher", "substitute"))
            return cmd.EndDuty(person=asked.of, duty=duty, ends_on=day, request=asked.entry)  # type: ignore[arg-type]
        case "responsible_appointed":
            return cmd.AppointResponsible(person=asked.of, starts_on=day, request=asked.entry, **order)
        case "regulation_adopted":
            return cmd.AdoptRegulation(effective_from=day, parameters=PARAMETERS, request=asked.entry, **order)
        case "bell_schedule_set":
            ring = (Bell(number=choices.number(12), starts_at="08:30", ends_at="09:15"),)
            return cmd.SetBellSchedule(
                bells=asked.of, title="Смена", effective_from=day, lessons=ring, request=asked.entry
            )
        case "days_off_declared":
            return cmd.DeclareDaysOff(
                year=asked.of, starts_on=day, ends_on="2026-11-08", title="Карантин", grades=(5,), request=asked.entry
            )
        case "school_day_declared":
            return cmd.DeclareSchoolDay(year=asked.of, on=day, as_weekday=3, grades=(5,), request=asked.entry)
        case "calendar_entry_revoked":
            fitting = [one.entry for one in _standing(journal) if one.starts_on == day] or [3]
            return cmd.RevokeCalendarEntry(
                year=asked.of, revokes=choices.one(fitting), basis="ошибка", request=asked.entry
            )
        case _:
            return cmd.SetTimetable(
                class_group=asked.of, effective_from=day, bells=uid(70), lessons=(), request=asked.entry
            )


def _ask(choices: Choices, journal: Journal) -> cmd.JournalCommand:
    day, basis = choices.one(DAYS), "" if choices.rarely() else "служебная записка № 8"
    if choices.number(3) == 0:
        group = choices.one((CLASS_A, CLASS_B))
        what = choices.one(("student_enrolled", "student_left", "class_teacher_assigned"))
        teachers = (TEACHER.id, TEACHER_2.id, TEACHER_3.id)
        person = choices.one(teachers if what == "class_teacher_assigned" else STUDENTS_A + STUDENTS_B)
        return cmd.RequestClassBackdating(class_group=group, what=what, person=person, day=day, basis=basis)  # type: ignore[arg-type]
    if choices.number(2) == 0:
        course, person = choices.one((MATHS_A, RUSSIAN_A)), choices.one((TEACHER, TEACHER_2, TEACHER_3)).id
        return cmd.RequestCourseBackdating(course=course, what="teacher_assigned", person=person, day=day, basis=basis)
    known = [one for one in SUBGROUPS if f"course/{one}" in journal.aggregates] or [MATHS_A]
    what, student = choices.one(("subgroup_joined", "subgroup_left")), choices.one(STUDENTS_A)
    course = choices.one(known)
    return cmd.RequestCourseBackdating(course=course, what=what, person=student, day=day, basis=basis)  # type: ignore[arg-type]


def _answer(choices: Choices, place: ClassGroup | Course) -> cmd.JournalCommand:
    request = 3 if choices.rarely() else choices.one(sorted(place.backdatings))
    fields: dict[str, Any] = {"request": request}
    if choices.number(4) == 0:
        fields["basis"] = "нет"
        if isinstance(place, ClassGroup):
            return cmd.RefuseClassBackdating(class_group=place.id, **fields)
        return cmd.RefuseCourseBackdating(course=place.id, **fields)
    if isinstance(place, ClassGroup):
        return cmd.ApproveClassBackdating(class_group=place.id, **fields)
    return cmd.ApproveCourseBackdating(course=place.id, **fields)


def _answerer(choices: Choices) -> Actor:
    return DEPUTY if choices.rarely() else choices.one((DIRECTOR, DIRECTOR, ADMIN, FOR_DEPUTY))
