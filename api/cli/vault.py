"""`letopis vault …`: what the store of personal values itself needs; modules of their own do it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Console
from api.cli.options import Json, Var
from api.cli.personal import rekey

vault = typer.Typer(
    help="Хранилище личных сведений / the vault of personal values", no_args_is_help=True, rich_markup_mode=None
)


@vault.command()
def sweep(
    var: Var = Path("var"),
    older_than_days: Annotated[int, typer.Option(min=1, max=36_500, help="Старше скольких дней / older than")] = 7,
    apply: Annotated[bool, typer.Option("--apply", help="Удалить / remove; without it: only show")] = False,
    as_json: Json = False,
) -> None:
    """Убрать личные сведения, на которые не ссылается ни одна запись. / Remove what no entry names."""
    from api.cli.sweeping import run_sweep

    raise typer.Exit(run_sweep(Console(as_json=as_json), var, days=older_than_days, apply=apply))


vault.command()(rekey)
