"""Commands on how teachers work with the journal, and what results would be; modules of their own do it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Console
from api.cli.options import At, Json, Position, Var


def indicators(
    var: Var = Path("var"),
    teacher: Annotated[str | None, typer.Option(help="Учитель: id / a teacher's id; без него: все / all")] = None,
    month: Annotated[str | None, typer.Option(help="Месяц: 2026-11 / month")] = None,
    from_date: Annotated[str | None, typer.Option("--from", help="Уроки с даты / lessons from")] = None,
    to_date: Annotated[str | None, typer.Option("--to", help="Уроки по дату / lessons to")] = None,
    indicator: Annotated[str | None, typer.Option(help="Один показатель / one: lesson.late")] = None,
    by: Annotated[str | None, typer.Option(help="teacher, month, each: поштучно / fact by fact")] = None,
    formula: Annotated[Path | None, typer.Option(help="Веса по положению школы, TOML / the school's weights")] = None,
    at: At = None,
    position: Position = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Таблица / a table for a spreadsheet")] = False,
    as_json: Json = False,
) -> None:
    """Показатели качества работы с журналом (2.4.3). / The quality of work with the journal, in numbers."""
    from api.cli.indicating import Options, run_indicators

    options = Options(teacher, month, from_date, to_date, indicator, by, at, position)
    raise typer.Exit(run_indicators(Console(as_json=as_json), var, options, formula, as_csv=as_csv))


def forecast(
    var: Var = Path("var"),
    class_: Annotated[str | None, typer.Option("--class", help="Класс: 5А / class; без него: все / all")] = None,
    student: Annotated[str | None, typer.Option(help="Ученик: id / a student's id")] = None,
    on: Annotated[str | None, typer.Option(help="День периода / a day of the period; без него / default: now")] = None,
    at: At = None,
    position: Position = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Таблица / a table for a spreadsheet")] = False,
    as_json: Json = False,
) -> None:
    """Что вышло бы за период сейчас и чего не хватает (2.3.2). / What the period would end with, and what lacks."""
    from api.cli.forecasting import Options, run_forecast

    options = Options(class_, student, on, at, position)
    raise typer.Exit(run_forecast(Console(as_json=as_json), var, options, as_csv=as_csv))


def workload(
    var: Var = Path("var"),
    teacher: Annotated[str | None, typer.Option(help="Учитель: id / a teacher's id; без него: все / all")] = None,
    class_: Annotated[str | None, typer.Option("--class", help="Класс по предметам: 5А / a class by course")] = None,
    month: Annotated[str | None, typer.Option(help="Месяц: 2026-11 / month")] = None,
    from_date: Annotated[str | None, typer.Option("--from", help="С даты / from")] = None,
    to_date: Annotated[str | None, typer.Option("--to", help="По дату / to")] = None,
    by: Annotated[str, typer.Option(help="month или / or week")] = "month",
    at: At = None,
    position: Position = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Таблица / a table for a spreadsheet")] = False,
    as_json: Json = False,
) -> None:
    """Часы: своих, замещая, в подгруппах, против расписания. / Hours given, against the timetable."""
    from api.cli.counting import Options, run_workload

    options = Options(teacher, class_, month, from_date, to_date, by, at, position)
    raise typer.Exit(run_workload(Console(as_json=as_json), var, options, as_csv=as_csv))


def worklist(
    var: Var = Path("var"),
    class_: Annotated[str | None, typer.Option("--class", help="Класс: 5А / class")] = None,
    teacher: Annotated[str | None, typer.Option(help="Учитель: id / a teacher's id")] = None,
    month: Annotated[str | None, typer.Option(help="Месяц: 2026-11 / month")] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Только то, что ждёт / only what waits")] = False,
    at: At = None,
    position: Position = None,
    as_json: Json = False,
) -> None:
    """Замечания людей и по правилу, чем закрыты. / Remarks by persons and by rule, and what closed them."""
    from api.cli.working import Question, run_worklist

    asked = Question(class_, teacher, None, month, None, None, at, position)
    raise typer.Exit(run_worklist(Console(as_json=as_json), var, asked, only_open=only_open))


def reads(
    student: Annotated[str, typer.Option(help="Ученик или иной человек: id / a student's or anybody's id")],
    var: Var = Path("var"),
    from_date: Annotated[str | None, typer.Option("--from", help="Смотрели с даты / looked from")] = None,
    to_date: Annotated[str | None, typer.Option("--to", help="Смотрели по дату / looked to")] = None,
    position: Position = None,
    as_json: Json = False,
) -> None:
    """Кто смотрел и выносил данные человека (2.4.4); позиция — журнала доступа. / Who looked at a person's data."""
    from api.cli.readers import run_reads

    raise typer.Exit(run_reads(Console(as_json=as_json), var, student, (from_date, to_date), position))
