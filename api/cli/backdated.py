"""Commands about what was recorded late, and acts inside closed periods by two people; done in `api.cli.backdating`.

Who acts is whose token stands in ``LETOPIS_TOKEN``, or else whoever opened the school.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Console
from api.cli.options import Json, Position, Var

backdated = typer.Typer(
    help="Задним числом: что поздно, и вдвоём в закрытый период / back-dated: what came late, and by two",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Request = Annotated[int, typer.Argument(min=0, help="Запись заявки / the request's entry")]
Basis = Annotated[str, typer.Option(help="Основание, без имён / the document, no names")]


@backdated.command("list")
def list_(var: Var = Path("var"), position: Position = None, as_json: Json = False) -> None:
    """Что внесено позже первого дня: кто и на сколько дней. / What came after its first day: who, how many days."""
    from api.cli.backdating import run_list

    raise typer.Exit(run_list(Console(as_json=as_json), var, position))


@backdated.command()
def requests(
    var: Var = Path("var"),
    status: Annotated[str | None, typer.Option(help="open, approved, refused")] = None,
    position: Position = None,
    as_json: Json = False,
) -> None:
    """Заявки и ответы; --status open: что ждёт. / Requests and answers; --status open: what waits."""
    from api.cli.backdating import run_requests

    raise typer.Exit(run_requests(Console(as_json=as_json), var, status, position))


@backdated.command()
def ask(
    what: Annotated[
        str,
        typer.Option(
            help="class_teacher_assigned, student_enrolled, student_left; teacher_assigned, subgroup_joined, "
            "subgroup_left; duty_assigned, duty_ended, responsible_appointed, regulation_adopted, timetable_set, "
            "bell_schedule_set, days_off_declared, school_day_declared, calendar_entry_revoked"
        ),
    ],
    day: Annotated[str, typer.Option(help="С какого дня, выбывшего: последний / first day, of a leaving the last")],
    basis: Basis,
    person: Annotated[str | None, typer.Option(help="О ком: id / whom it is about: an id")] = None,
    class_: Annotated[str | None, typer.Option("--class", help="Класс: 5А / a class")] = None,
    course: Annotated[str | None, typer.Option(help="Курс: id / a course's id")] = None,
    bells: Annotated[str | None, typer.Option(help="Звонки: id / a bell schedule's id")] = None,
    year: Annotated[str | None, typer.Option(help="Учебный год календаря: id / the calendar's year, an id")] = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Попросить внести в закрытый период; внесёт другой. / Ask for an act in a closed period; another does it."""
    from api.cli.backdating import run_ask

    raise typer.Exit(
        run_ask(Console(as_json=as_json), var, class_, course, what, person, day, basis, bells=bells, year=year)
    )


@backdated.command()
def approve(request: Request, var: Var = Path("var"), as_json: Json = False) -> None:
    """Внести: второй человек, ключ входа в LETOPIS_TOKEN. / Do it, as a second person by LETOPIS_TOKEN."""
    from api.cli.backdating import run_answer

    raise typer.Exit(run_answer(Console(as_json=as_json), var, request, None))


@backdated.command()
def refuse(request: Request, basis: Basis, var: Var = Path("var"), as_json: Json = False) -> None:
    """Отказать: второй человек. / Refuse, as a second person by LETOPIS_TOKEN."""
    from api.cli.backdating import run_answer

    raise typer.Exit(run_answer(Console(as_json=as_json), var, request, basis))
