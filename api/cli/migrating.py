"""The command `migrate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Console
from api.cli.options import Json, Var


def migrate(
    var: Var = Path("var"),
    claims: Annotated[
        bool, typer.Option("--claims", help="Занять места уроков заново / claim places anew from the entries")
    ] = False,
    as_json: Json = False,
) -> None:
    """Обновить таблицы базы (как владелец). / Bring the database's tables up to date, as their owner."""
    from api.cli.founding import run_migrate

    raise typer.Exit(run_migrate(Console(as_json=as_json), var, claims=claims))
