"""`backdated`: what of the set-up was recorded late, and acts inside closed periods by two people (1.2, 1.7, 3.3)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, get_args

import orjson

from api.auth import Right
from api.cli.console import Console, Exit
from api.cli.hands import acting, record_with
from api.cli.looking import look
from api.cli.replaying import class_of, position_of
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from ledger.journal import commands as jc
from ledger.journal.vocabulary import SetupAct
from projections.reading import RequestStatus
from projections.views.backdating import Backdated, BackdatingRequest, backdated, backdating_requests
from projections.views.lookups import classes, courses

STATES: Final[dict[str, str]] = {
    "open": "ждёт ответа / waits",
    "approved": "внесено / done",
    "refused": "отказано / refused",
}
WHAT: Final[dict[str, str]] = {
    "teacher_assigned": "назначен учитель / teacher assigned",
    "class_teacher_assigned": "назначен классный руководитель / class teacher assigned",
    "student_enrolled": "зачисление / enrolled",
    "student_left": "выбытие / left",
    "subgroup_joined": "в подгруппу / joined a subgroup",
    "subgroup_left": "из подгруппы / left a subgroup",
    "duty_assigned": "обязанность / duty",
    "duty_ended": "конец обязанности / end of a duty",
    "responsible_appointed": "ответственный / responsible",
    "regulation_adopted": "регламент / regulation",
    "timetable_set": "расписание / timetable",
    "bell_schedule_set": "звонки / bells",
    "days_off_declared": "дни без уроков / days off",
    "school_day_declared": "перенос учебного дня / school day",
    "calendar_entry_revoked": "отзыв записи календаря / calendar entry revoked",
}


def run_list(console: Console, var: Path, position: int | None) -> int:
    """Print acts of set-up that were recorded after the first day that they change.

    Raises:
        SettingsError: there is no such position.
    """
    with open_school(var, background=False, recording=False) as school:
        found = backdated(school.views, at=position_of(school, position))
        look(school, "backdated list", found.rows, as_of=found.position)
        titles = _titles(school)
        people = {who for row in found.rows for who in (row.person, row.actor, row.requested_by) if who is not None}
        names = school.names(people)
    lines = [_late(row, titles, names) for row in found.rows]
    _print(console, found.position, found.rows, names, lines)
    return Exit.DONE


def run_requests(console: Console, var: Path, status: str | None, position: int | None) -> int:
    """Print requests to act inside closed periods, with their answers.

    Raises:
        SettingsError: there is no such status or position.
    """
    if status is not None and status not in STATES:
        raise SettingsError(f"--status: одно из / one of {', '.join(get_args(RequestStatus))}")
    with open_school(var, background=False, recording=False) as school:
        found = backdating_requests(school.views, at=position_of(school, position))
        rows = [row for row in found.rows if status is None or row.status == status]
        look(school, "backdated requests", rows, as_of=found.position)
        titles = _titles(school)
        names = school.names({who for row in rows for who in (row.person, row.actor, row.answerer) if who is not None})
        lines = [_asked(school, row, titles, names) for row in rows]
    _print(console, found.position, rows, names, lines)
    return Exit.DONE


def run_ask(
    console: Console,
    var: Path,
    class_name: str | None,
    course: str | None,
    what: str,
    person: str | None,
    day: str,
    basis: str,
    *,
    bells: str | None,
    year: str | None,
) -> int:
    """Ask for an act inside a closed period.

    Raises:
        SettingsError: class and course are named, or neither where the act is of one; or there is no such class.
        LetopisError: a rule refuses it.
    """
    of_school = what in get_args(SetupAct)
    if course is not None and (of_school or class_name is not None):
        raise SettingsError("--class или --course: одно из двух / one of them")
    if course is None and class_name is None and not of_school:
        raise SettingsError("--class или --course: нужно одно / one is needed")
    with open_school(var, background=False) as school:
        school.views.catch_up(school.recorder)
        terms: dict[str, Any] = {"what": what, "day": day, "basis": basis}
        command: jc.JournalCommand
        if of_school:
            of_class = None if class_name is None else class_of(school, class_name, None)
            command = jc.RequestSetupBackdating(person=person, class_group=of_class, bells=bells, year=year, **terms)
        elif class_name is not None:
            group = class_of(school, class_name, None)
            command = jc.RequestClassBackdating(class_group=group, person=person or "", **terms)
        else:
            command = jc.RequestCourseBackdating(course=course or "", person=person or "", **terms)
        entry = record_with(school, command, acting(school, Right.ASK_BACKDATING)).first_index
    console.result({"entry": entry, "request": entry}, f"Заявка / request {entry}: ответит другой / another answers")
    return Exit.DONE


def run_answer(console: Console, var: Path, request: int, refused_by: str | None) -> int:
    """Do what was asked for, as a second person, or refuse it with the document `refused_by`.

    Raises:
        SettingsError: who acts may not answer, or there is no such request.
        LetopisError: a rule refuses it.
    """
    with open_school(var, background=False) as school:
        actor = acting(school, Right.DIRECT)
        school.views.catch_up(school.recorder)
        row = next((row for row in backdating_requests(school.views).rows if row.entry == request), None)
        if row is None:
            raise SettingsError(f"{request}: такой заявки нет, см. letopis backdated requests / no such request")
        command: jc.JournalCommand
        if row.place == "school" and refused_by is None:
            route = "POST …/duties, …/timetable, …"
            raise SettingsError(
                f"{request}: вносится самим действием, с request / it is done by the act itself, with request: {route}"
            )
        if row.place == "school":
            command = jc.RefuseSetupBackdating(request=request, basis=refused_by or "")
        elif row.place == "class" and refused_by is None:
            command = jc.ApproveClassBackdating(class_group=row.scope, request=request)
        elif row.place == "class":
            command = jc.RefuseClassBackdating(class_group=row.scope, request=request, basis=refused_by or "")
        elif refused_by is None:
            command = jc.ApproveCourseBackdating(course=row.scope, request=request)
        else:
            command = jc.RefuseCourseBackdating(course=row.scope, request=request, basis=refused_by)
        entry = record_with(school, command, actor).first_index
    said = STATES["approved" if refused_by is None else "refused"]
    console.result({"entry": entry}, f"{said[0].upper()}{said[1:]}; запись / entry {entry}")
    return Exit.DONE


def _print(console: Console, position: int, rows: Any, names: dict[str, str], lines: list[str]) -> None:
    content = {"position": position, "rows": orjson.loads(orjson.dumps(rows)), "people": names}
    console.result(content, "\n".join([f"Позиция / position {position}: {len(lines)}", *lines]))


def _titles(school: OpenSchool) -> dict[str, str]:
    """Id -> what people call it, of every class and course."""
    of_classes = {row.class_group: row.name for row in classes(school.views).rows}
    of_courses = {
        row.course: f"{of_classes.get(row.class_group, row.class_group)} {row.subject}"
        for row in courses(school.views).rows
    }
    return of_classes | of_courses


def _late(row: Backdated, titles: dict[str, str], names: dict[str, str]) -> str:
    about = [titles.get(row.scope or "", row.scope or ""), names.get(row.person or "", row.person or "")]
    asked = ""
    if row.requested_by is not None:
        asked = f"; просил(а) / asked by {names.get(row.requested_by, row.requested_by)} [{row.request}]"
    who = names.get(row.actor, row.actor)
    head = f"[{row.entry}] {row.recorded_on} +{row.days}: {WHAT[row.what]} {row.day}"
    return f"{' '.join([head, *(text for text in about if text)])} — {who}{asked}"


def _asked(school: OpenSchool, row: BackdatingRequest, titles: dict[str, str], names: dict[str, str]) -> str:
    scope, by = titles.get(row.scope, row.scope), names.get(row.actor, row.actor)
    what = f"{WHAT[row.what]} {row.day} {names.get(row.person, row.person)}"
    answer = ""
    if row.answered_by is not None:
        who = names.get(row.answerer or "", row.answerer or "")
        basis = "" if row.answer_basis is None else f", {row.answer_basis}"
        answer = f" [{row.answered_by}] {school.app.day_of(row.answered_at or '')}{basis} — {who}"
    head = f"[{row.entry}] {school.app.day_of(row.at)} {scope}: {what}, {row.basis} — {by}"
    return f"{head}\n    {STATES[row.status]}{answer}"
