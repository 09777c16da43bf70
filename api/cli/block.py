"""Commands on blocking personal values (1.5; 152-ФЗ, Art. 21); what they do is in `api.cli.blocking`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Console
from api.cli.options import Json, Var

block = typer.Typer(
    help="Заблокировать личные сведения на время проверки / block personal values while they are checked",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Basis = Annotated[str, typer.Option(help="Основание, без имён / the document, no names")]
Block = Annotated[str, typer.Argument(help="id блокирования, см. letopis block list / the block's id")]


@block.command("set")
def set_(
    person: Annotated[str, typer.Argument(help="id человека / a person's id")],
    ground: Annotated[str, typer.Option(help="inaccurate, unlawful")],
    received_on: Annotated[str, typer.Option(help="День обращения / day of the request: 2026-11-02")],
    basis: Basis,
    requested_by: Annotated[str, typer.Option(help="person, representative, authority")] = "person",
    applicant: Annotated[str | None, typer.Option(help="id представителя / the representative's id")] = None,
    field: Annotated[list[str] | None, typer.Option(help="phone, address, …; без них всё / without: all")] = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Заблокировать сведения человека: их никто не видит. / Block a person's values: nobody sees them."""
    from api.cli.blocking import Asked, run_set

    asked = Asked(person, ground, received_on, basis, requested_by, applicant, tuple(field or ()))
    raise typer.Exit(run_set(Console(as_json=as_json), var, asked))


@block.command()
def end(
    block: Block,
    outcome: Annotated[str, typer.Option(help="confirmed, corrected")],
    basis: Basis,
    change: Annotated[int | None, typer.Option(help="Запись с уточнением / the entry that corrected")] = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Разблокировать: второй человек, ключ входа в LETOPIS_TOKEN. / Unblock, as a second person by LETOPIS_TOKEN."""
    from api.cli.blocking import run_end

    raise typer.Exit(run_end(Console(as_json=as_json), var, block, outcome, basis, change))


@block.command("list")
def list_(var: Var = Path("var"), as_json: Json = False) -> None:
    """Что заблокировано, до какого дня решить. / What is blocked, and until which day to decide."""
    from api.cli.blocking import run_list

    raise typer.Exit(run_list(Console(as_json=as_json), var))


@block.command()
def show(block: Block, var: Var = Path("var"), as_json: Json = False) -> None:
    """Заблокированные сведения, для того, кто решает. / The blocked values, for who decides."""
    from api.cli.blocking import run_show

    raise typer.Exit(run_show(Console(as_json=as_json), var, block))
