"""Commands of the register of paper archives (3.1); what they do is in `api.cli.storing`.

Who acts is whose token stands in ``LETOPIS_TOKEN``, or else whoever opened the school: a destruction needs two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Console
from api.cli.options import Json, Position, Var

paper = typer.Typer(
    help="Бумажный архив: что, где и до какого дня лежит / the paper archive: what lies where, until when",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Number = Annotated[int, typer.Argument(min=1, help="Номер дела в реестре / the paper's number")]
Numbers = Annotated[list[int], typer.Argument(min=1, help="Номера дел / the papers' numbers")]
Destruction = Annotated[str, typer.Argument(help="id уничтожения / the destruction's id")]
Basis = Annotated[str, typer.Option(help="Основание, без имён / the document, no names")]
Place = Annotated[str, typer.Option(help="Где лежит, без имён / where it lies, no names")]
Act = Annotated[str, typer.Option(help="Номер акта / the act's number")]


@paper.command("list")
def list_(
    var: Var = Path("var"),
    class_: Annotated[str | None, typer.Option("--class", help="Класс: 5А / class")] = None,
    on: Annotated[str | None, typer.Option(help="Сроки на день / due on a day: 2032-06-01")] = None,
    position: Position = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Таблица / a table for a spreadsheet")] = False,
    as_json: Json = False,
) -> None:
    """Реестр: где лежит, до какого дня, что под запретом. / The register: what lies where, until when, what is held."""
    from api.cli.storing import run_list

    raise typer.Exit(run_list(Console(as_json=as_json), var, on, class_, position, as_csv=as_csv))


@paper.command()
def store(
    kind: Annotated[str, typer.Option(help="class_journal, summary_sheet, corrections, substitutions, other")],
    title: Annotated[str, typer.Option(help="Заголовок дела, без имён / its title, no names")],
    pages: Annotated[int, typer.Option(help="Листов / pages")],
    place: Place,
    basis: Basis,
    class_: Annotated[str | None, typer.Option("--class", help="Класс: 5А / class")] = None,
    year: Annotated[str | None, typer.Option(help="Учебный год: 2026/27 / school year")] = None,
    form: Annotated[list[int] | None, typer.Option(help="Запись о форме / a form's entry")] = None,
    printout: Annotated[int | None, typer.Option(help="Запись о распечатке / a printout's entry")] = None,
    counted_from: Annotated[str | None, typer.Option(help="Срок считать от / the day that counts: 2027-05-31")] = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Принять на хранение: номер и срок по перечню. / Store paper: its number, and its term by the schedule."""
    from api.cli.storing import Stored, run_store

    asked = Stored(kind, title, pages, place, basis, class_, year, form or [], printout, counted_from)
    raise typer.Exit(run_store(Console(as_json=as_json), var, asked))


@paper.command()
def move(number: Number, place: Place, basis: Basis, var: Var = Path("var"), as_json: Json = False) -> None:
    """Переместить в другое место. / Record that it lies elsewhere."""
    from api.cli.storing import run_move

    raise typer.Exit(run_move(Console(as_json=as_json), var, number, place, basis))


@paper.command("hand-over")
def hand_over(
    numbers: Numbers,
    to: Annotated[str, typer.Option(help="Кому: архив / which archive")],
    act: Act,
    on: Annotated[str, typer.Option(help="Дата акта / day: 2027-06-10")],
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Передать в архив по акту. / Record that an archive took papers over."""
    from api.cli.storing import run_hand_over

    raise typer.Exit(run_hand_over(Console(as_json=as_json), var, numbers, to, act, on))


@paper.command("strike-off")
def strike_off(
    number: Number,
    reason: Annotated[str, typer.Option(help="entered_wrongly, lost, damaged")],
    basis: Basis,
    requested_by: Annotated[str, typer.Option(help="Кто просил: id сотрудника / an employee's id")],
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Снять с учёта: утрачено, повреждено, внесено неверно. / Take it out: lost, damaged, entered wrongly."""
    from api.cli.storing import run_strike_off

    raise typer.Exit(run_strike_off(Console(as_json=as_json), var, number, reason, basis, requested_by))


@paper.command()
def propose(numbers: Numbers, basis: Basis, var: Var = Path("var"), as_json: Json = False) -> None:
    """Предложить уничтожить то, у чего истёк срок. / Propose to destroy what is due."""
    from api.cli.storing import run_propose

    raise typer.Exit(run_propose(Console(as_json=as_json), var, numbers, basis))


@paper.command()
def approve(destruction: Destruction, basis: Basis, var: Var = Path("var"), as_json: Json = False) -> None:
    """Одобрить: второй человек, ключ входа в LETOPIS_TOKEN. / Approve, as a second person by LETOPIS_TOKEN."""
    from api.cli.storing import run_answer

    raise typer.Exit(run_answer(Console(as_json=as_json), var, destruction, basis, approve=True))


@paper.command()
def refuse(destruction: Destruction, basis: Basis, var: Var = Path("var"), as_json: Json = False) -> None:
    """Отклонить или отменить: второй человек. / Refuse or call off, as a second person by LETOPIS_TOKEN."""
    from api.cli.storing import run_answer

    raise typer.Exit(run_answer(Console(as_json=as_json), var, destruction, basis, approve=False))


@paper.command()
def destroyed(
    destruction: Destruction,
    act: Act,
    on: Annotated[str, typer.Option(help="Дата акта / day: 2032-06-02")],
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Внести акт об уничтожении. / Record the act by which papers were destroyed."""
    from api.cli.storing import run_destroyed

    raise typer.Exit(run_destroyed(Console(as_json=as_json), var, destruction, act, on))
