"""Commands that open a closed period or class's journal again, by two people; what they do is in `api.cli.reopening`.

Who acts is whose token stands in ``LETOPIS_TOKEN``, or else whoever opened the school.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Console
from api.cli.options import Json, Position, Var

reopenings = typer.Typer(
    help="Открыть снова закрытый период или журнал: вдвоём / to open a closed period or journal again: by two people",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Request = Annotated[int, typer.Argument(min=0, help="Запись заявки / the request's entry")]
Basis = Annotated[str, typer.Option(help="Основание, без имён / the document, no names")]


@reopenings.command("list")
def list_(
    var: Var = Path("var"),
    status: Annotated[str | None, typer.Option(help="open, approved, refused")] = None,
    position: Position = None,
    as_json: Json = False,
) -> None:
    """Заявки и ответы; --status open: что ждёт. / Requests and answers; --status open: what waits."""
    from api.cli.reopening import run_list

    raise typer.Exit(run_list(Console(as_json=as_json), var, status, position))


@reopenings.command()
def ask(
    reason: Annotated[str, typer.Option(help="not_recorded, recorded_wrongly, closed_by_mistake, inspection, other")],
    basis: Basis,
    class_: Annotated[str | None, typer.Option("--class", help="Журнал класса: 5А / a class's journal")] = None,
    period: Annotated[str | None, typer.Option(help="Период: id / a period's id")] = None,
    note: Annotated[str | None, typer.Option(help="Пояснение, в хранилище / a note, for the vault")] = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Попросить открыть снова; ответит другой. / Ask that it be opened again; another answers."""
    from api.cli.reopening import run_ask

    raise typer.Exit(run_ask(Console(as_json=as_json), var, class_, period, reason, basis, note))


@reopenings.command()
def approve(request: Request, basis: Basis, var: Var = Path("var"), as_json: Json = False) -> None:
    """Открыть: второй человек, ключ входа в LETOPIS_TOKEN. / Open it, as a second person by LETOPIS_TOKEN."""
    from api.cli.reopening import run_answer

    raise typer.Exit(run_answer(Console(as_json=as_json), var, request, basis, approve=True))


@reopenings.command()
def refuse(request: Request, basis: Basis, var: Var = Path("var"), as_json: Json = False) -> None:
    """Отказать: второй человек. / Refuse, as a second person by LETOPIS_TOKEN."""
    from api.cli.reopening import run_answer

    raise typer.Exit(run_answer(Console(as_json=as_json), var, request, basis, approve=False))
