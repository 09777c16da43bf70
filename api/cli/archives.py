"""`letopis archive`: what becomes of an archive once it is written; what it does is in `api.cli.handing`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Console
from api.cli.options import Json, Var

archives = typer.Typer(
    help="Что стало с архивом / what became of an archive",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@archives.callback()
def _archives() -> None:
    """Keep the name of its only command."""


@archives.command("hand-over")
def hand_over(
    entry: Annotated[int, typer.Argument(min=0, help="Запись об архиве, см. export --record / the archive's entry")],
    to: Annotated[str, typer.Option(help="Кому: архив / which archive")],
    number: Annotated[str, typer.Option(help="Номер расписки / the receipt's number")],
    on: Annotated[str, typer.Option(help="Дата расписки / its day: 2027-06-10")],
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Внести, что архив принят, с распиской. / Record that an archive was taken over, with the receipt."""
    from api.cli.handing import run_hand_over

    raise typer.Exit(run_hand_over(Console(as_json=as_json), var, entry, to, number, on))
