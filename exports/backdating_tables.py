"""Acts inside closed periods by two people, as an archive's table (`verify/spec/tables.md`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from exports.tables import Table, typed
from projections.reading import Reader
from projections.views.backdating import BackdatingRequest, backdating_requests
from projections.views.lookups import classes, courses

_COLUMNS: Final = (
    *("entry (запись)", "at (внесено)", "action (что)", "what (о чём)", "course (курс)", "class (класс)"),
    *("subject (предмет)", "person (человек)", "name (имя)", "day (день)", "requested_by (кто просил)"),
    *("basis (основание)", "request (заявка)", "actor (кто внёс)"),
)
_ACTS: Final = {
    "student_enrolled": "зачисление",
    "student_left": "выбытие",
    "teacher_assigned": "назначение учителя",
    "class_teacher_assigned": "назначение классного руководителя",
    "subgroup_joined": "зачисление в подгруппу",
    "subgroup_left": "выбытие из подгруппы",
    "duty_assigned": "обязанность",
    "duty_ended": "конец обязанности",
    "responsible_appointed": "назначение ответственного",
    "regulation_adopted": "редакция регламента",
    "timetable_set": "расписание",
    "bell_schedule_set": "звонки",
    "days_off_declared": "дни без уроков",
    "school_day_declared": "перенос учебного дня",
    "calendar_entry_revoked": "отзыв записи календаря",
}
_ANSWERS: Final = {"approved": "внесено", "refused": "отказано"}


def backdating_tables(views: Reader, position: int, name: Callable[[str, int], str]) -> list[Table]:
    """The table; `name`: a person's name as of an entry, or the id."""
    return [Table("backdatings", _COLUMNS, _rows(views, position, name))]


def _rows(views: Reader, position: int, name: Callable[[str, int], str]) -> Iterator[Sequence[str]]:
    names = {group.class_group: group.name for group in classes(views, at=position).rows}
    scopes = {
        "": ("", "", ""),
        **{group: ("", typed(of), "") for group, of in names.items()},
        **{
            one.course: (one.course, typed(names.get(one.class_group, "")), typed(one.subject))
            for one in courses(views, at=position).rows
        },
    }
    found: list[tuple[int, Sequence[str]]] = []
    for asked in backdating_requests(views, at=position).rows:
        head = (str(asked.entry), asked.at, "просят")
        last = ("", typed(asked.basis), "", asked.actor)
        found.append((asked.entry, (*head, *_about(asked, scopes[asked.scope], name, asked.entry), *last)))
        if asked.answered_by is not None:
            head = (str(asked.answered_by), asked.answered_at or "", _ANSWERS[asked.status])
            last = (asked.actor, typed(asked.answer_basis or ""), str(asked.entry), asked.answerer or "")
            about = _about(asked, scopes[asked.scope], name, asked.answered_by)
            found.append((asked.answered_by, (*head, *about, *last)))
    return (row for _, row in sorted(found))


def _about(
    asked: BackdatingRequest, scope: tuple[str, str, str], name: Callable[[str, int], str], entry: int
) -> Sequence[str]:
    said = name(asked.person, entry) if asked.person else ""
    return (_ACTS[asked.what], *scope, asked.person, said, asked.day)
