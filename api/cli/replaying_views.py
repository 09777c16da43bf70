"""`replay` of other views than the class page: a student's, the regulation, and every question of the inspector."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import orjson

from api.answering import KINDS, ask_school, dressed, looked_at
from api.cli.asking import format_text
from api.cli.console import Console, Exit
from api.cli.looking import look
from api.cli.replaying import Replayed, check_days, moment_of, word
from api.cli.replaying_tables import PREFIX, show_table
from api.moments import FIRST_DAY, LAST_DAY
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from projections.questions import BY_SLUG, Question
from projections.questions.asking import ID
from projections.reading import resolve
from projections.views.regulation import regulation
from projections.views.student_page import StudentPage, student_page

_QUESTIONS: Final = {"cell": "cell-history"}
"""Views that are questions under another name."""
VIEWS: Final = ("class", "student", "regulation", *_QUESTIONS, *BY_SLUG)


def run_view(console: Console, var: Path, view: str, chosen: Replayed, *, at: str | None, position: int | None) -> int:
    """Print a view as of a moment or a position.

    Raises:
        SettingsError: there is no such view, it does not take an option, or an option is malformed.
        Misasked: a question's parameter is none of what is allowed.
    """
    moment = moment_of(at, position)
    check_days(chosen)
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        place = resolve(school.views, moment)
        if view.startswith(PREFIX):
            _refuse_others(view, chosen, ())
            return show_table(console, school, view.removeprefix(PREFIX), place, as_csv=chosen.as_csv)
        return _show(console, school, view, chosen, place)


def _show(console: Console, school: OpenSchool, view: str, chosen: Replayed, position: int) -> int:
    if view == "student":
        return _student(console, school, chosen, position)
    if view == "regulation":
        _refuse_others(view, chosen, ())
        found = regulation(school.views, at=position)
        content: dict[str, Any] = orjson.loads(orjson.dumps(found))
        lines = [f"позиция / position {position}"]
        lines += [
            f"{row.effective_from}  № {row.order_number} ({row.order_date})  [{row.entry}]" for row in found.versions
        ]
        look(school, "replay", found)
        people = school.names({row.person for row in found.responsible if row.person})
        for row in found.responsible:
            who = people.get(row.person, row.person) if row.person else "директор / the director"
            order = "" if row.order_number is None else f"  № {row.order_number} ({row.order_date})  [{row.entry}]"
            lines.append(f"{row.starts_on or '—'}  отвечает / responsible: {who}{order}")
        console.result(content, "\n".join(lines))
        return Exit.DONE
    question = BY_SLUG.get(_QUESTIONS.get(view, view))
    if question is None:
        raise SettingsError(f"--view: одно из / one of: {', '.join(VIEWS)}, {PREFIX}…")
    answered = ask_school(school, question, _given(question, chosen), position)
    look(school, "replay", looked_at(answered), kinds=KINDS[question.slug], purpose="question", as_of=position)
    text = "" if console.as_json else format_text(school, answered)
    console.result(dressed(school, answered, position), text)
    return Exit.DONE


def _given(question: Question, chosen: Replayed) -> dict[str, str]:
    """A question's parameters from the options; those that have no option of their own come by ``--with``."""
    given = {name: value for name, value in _named(chosen).items() if value is not None}
    for item in chosen.with_:
        name, equals, value = item.partition("=")
        if not equals:
            raise SettingsError("--with: нужно ИМЯ=ЗНАЧЕНИЕ / NAME=VALUE")
        given[name.replace("-", "_")] = value
    names = [parameter.name for parameter in question.parameters]
    for name in given:
        if name not in names:
            listed = ", ".join(names) or "—"
            raise SettingsError(f"--view {question.slug}: такого параметра нет, есть / it takes: {listed}")
    return given


def _named(chosen: Replayed) -> dict[str, str | None]:
    return {
        "class": chosen.class_name,
        "subject": chosen.subject,
        "student": chosen.student,
        "lesson": chosen.lesson,
        "from": chosen.from_date,
        "to": chosen.to_date,
    }


def _refuse_others(view: str, chosen: Replayed, taken: tuple[str, ...]) -> None:
    """Refuse options that a view does not take: passing them over would show more than was asked for."""
    given = [name for name, value in _named(chosen).items() if value is not None] + ["with"] * bool(chosen.with_)
    if set(given) - set(taken):
        listed = ", ".join(f"--{name}" for name in taken) or "—"
        raise SettingsError(f"--view {view}: берёт только / takes only: {listed}")


def _student(console: Console, school: OpenSchool, chosen: Replayed, position: int) -> int:
    _refuse_others("student", chosen, ("student", "from", "to"))
    if chosen.student is None or ID.fullmatch(chosen.student) is None:
        raise SettingsError("--student: нужен id ученика / a student's id, a UUID")
    page = student_page(
        school.views,
        chosen.student,
        from_date=chosen.from_date or FIRST_DAY,
        to_date=chosen.to_date or LAST_DAY,
        at=position,
    )
    look(school, "replay", page)
    people = school.names([chosen.student])
    content: dict[str, Any] = orjson.loads(orjson.dumps(page))
    console.result({**content, "people": people}, _diary(page, people.get(chosen.student, chosen.student)))
    return Exit.DONE


def _diary(page: StudentPage, name: str) -> str:
    lines = [f"{name}, позиция / position {page.position}, уроков / lessons {len(page.lessons)}"]
    for lesson in page.lessons:
        header, homework = lesson.column.lesson, lesson.column.homework
        values = " ".join(word(value) for value in lesson.values)
        task = homework.text if homework else ""
        lines.append(f"{header.held_on} {header.number} {header.subject}  {values}  {task}".rstrip())
    return "\n".join(lines)
