"""An import in words for the terminal: what would change, or what is wrong. Never a name, never a birth date."""

from __future__ import annotations

from collections import Counter
from typing import Final

from api.importing.plan import ImportPlan
from api.importing.steps import (
    NewBells,
    NewClass,
    NewClassTeacher,
    NewCourse,
    NewDays,
    NewDuty,
    NewEnrollment,
    NewLink,
    NewMember,
    NewPeriod,
    NewPerson,
    NewPlan,
    NewTeacher,
    NewTimetable,
    NewYear,
    Step,
)

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "year": ("учебный год", "school year"),
    "period": ("отчётные периоды", "reporting periods"),
    "teacher": ("учителя", "teachers"),
    "staff": ("сотрудники", "staff"),
    "student": ("ученики", "students"),
    "guardian": ("законные представители", "guardians"),
    "link": ("связи с учениками", "links to students"),
    "class": ("классы", "classes"),
    "class_teacher": ("замены классных руководителей", "changes of class teacher"),
    "enrollment": ("зачисления", "enrollments"),
    "course": ("курсы", "courses"),
    "plan": ("планы курсов", "lesson plans"),
    "member": ("ученики в подгруппах", "students in subgroups"),
    "assignment": ("замены учителей", "changes of teacher"),
    "bells": ("расписания звонков", "bell schedules"),
    "calendar": ("записи календаря", "entries of the calendar"),
    "duty": ("обязанности учителей", "teachers' duties"),
    "timetable": ("расписания классов", "timetables of classes"),
}
_LISTED_MAX: Final = 40


def describe_plan(plan: ImportPlan) -> str:
    """Return the text of a dry run, or of the problems, one a line."""
    if plan.problems:
        lines = [str(problem) for problem in plan.problems]
        count = len(plan.problems)
        lines.append(f"Ничего не записано: ошибок {count}. (Nothing was written: {count} problems.)")
        return "\n".join(lines)
    new = count_new(plan)
    lines = []
    for kind, (russian, english) in _WORDS.items():
        added, same = new.get(kind, 0), plan.unchanged.get(kind, 0)
        if added or same:
            lines.append(f"{russian}: новых {added}, без изменений {same} ({english}: {added} new, {same} unchanged)")
    classes = [str(step.name) for step in plan.steps if isinstance(step, NewClass)]
    if classes:
        lines.append(f"новые классы (new classes): {_listed(classes)}")
    by_class = Counter(str(step.name) for step in plan.steps if isinstance(step, NewEnrollment))
    if by_class:
        listed = _listed([f"{name} — {count}" for name, count in by_class.items()])
        lines.append(f"зачислить (to enroll): {listed}")
    if plan.lessons and not new["timetable"] and not plan.unchanged.get("timetable", 0):
        lines.append(
            f"расписание: проверено строк {plan.lessons}, сохраняются только курсы и учителя: звонков нет "
            f"(timetable: {plan.lessons} rows checked, only courses and teachers are kept: there are no bells)"
        )
    if not plan.steps:
        lines.append("Изменений нет. (Nothing to change.)")
    return "\n".join(lines)


def count_new(plan: ImportPlan) -> Counter[str]:
    """Count the plan's steps by kind."""
    return Counter(_kind(step) for step in plan.steps)


_KINDS: Final[dict[type[Step], str]] = {
    NewYear: "year",
    NewPeriod: "period",
    NewClass: "class",
    NewClassTeacher: "class_teacher",
    NewEnrollment: "enrollment",
    NewLink: "link",
    NewCourse: "course",
    NewMember: "member",
    NewPlan: "plan",
    NewTeacher: "assignment",
    NewBells: "bells",
    NewDays: "calendar",
    NewDuty: "duty",
    NewTimetable: "timetable",
}


def _kind(step: Step) -> str:
    return step.kind if isinstance(step, NewPerson) else _KINDS[type(step)]


def _listed(items: list[str]) -> str:
    more = len(items) - _LISTED_MAX
    return ", ".join(items[:_LISTED_MAX]) + (f" … (+{more})" if more > 0 else "")
