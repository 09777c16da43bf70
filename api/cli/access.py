"""Commands on the access log; what they do is in `api.cli.access_archive`."""

from __future__ import annotations

from pathlib import Path

import typer

from api.cli.console import Console
from api.cli.options import Json, Var

access = typer.Typer(help="Журнал доступа / the access log", no_args_is_help=True, rich_markup_mode=None)


@access.callback()
def of_access() -> None:
    """Журнал доступа: кто чьи сведения смотрел. / The access log: who looked at whose data."""


@access.command()
def anchor(var: Var = Path("var"), as_json: Json = False) -> None:
    """Записать его конец в журнал; кто: LETOPIS_TOKEN. / Keep its head in the journal, by LETOPIS_TOKEN."""
    from api.cli.access_archive import run_anchor

    raise typer.Exit(run_anchor(Console(as_json=as_json), var))
