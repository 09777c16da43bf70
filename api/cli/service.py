"""Commands on the service itself (2.3.1); modules of their own do it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Console
from api.cli.options import At, Json, Position, Var


def freshness(
    var: Var = Path("var"),
    record: Annotated[bool, typer.Option("--record", help="Внести измерение / record the measurement")] = False,
    from_date: Annotated[str | None, typer.Option("--from", help="С даты / from")] = None,
    to_date: Annotated[str | None, typer.Option("--to", help="По дату / to")] = None,
    at: At = None,
    position: Position = None,
    as_json: Json = False,
) -> None:
    """Насколько показанное отстаёт от журнала (2.3.1). / How far what is shown is behind the log, and alarms."""
    from api.cli.freshness import Asked, run_freshness

    asked = Asked(from_date, to_date, at, position)
    raise typer.Exit(run_freshness(Console(as_json=as_json), var, asked, record=record))


def witnesses(
    var: Var = Path("var"),
    appoint: Annotated[str | None, typer.Option(metavar="VKEY", help="Назначить: ключ свидетеля / appoint")] = None,
    held_by: Annotated[str | None, typer.Option(help="Кто ведёт свидетеля / who runs it")] = None,
    link: Annotated[str | None, typer.Option(help="Его адрес / where it is reached")] = None,
    dismiss: Annotated[str | None, typer.Option(metavar="ID", help="Снять / dismiss")] = None,
    basis: Annotated[str | None, typer.Option(help="Основание: договор, приказ / agreement or order")] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Попросить заверить сейчас / ask to cosign now")] = False,
    at: At = None,
    position: Position = None,
    as_json: Json = False,
) -> None:
    """Независимые свидетели журнала (3.3). / Outside witnesses of the log: who cosigned how much, and when."""
    from api.cli.witnesses import Appointing, run_witnesses

    appointing = None if appoint is None else Appointing(appoint, held_by, link, basis)
    console = Console(as_json=as_json)
    code = run_witnesses(
        console, var, appoint=appointing, dismiss=dismiss, basis=basis, ask=ask, at=at, position=position
    )
    raise typer.Exit(code)


def portals(
    var: Var = Path("var"),
    check: Annotated[bool, typer.Option("--check", help="Запросить каждую ссылку / ask for each link")] = False,
    record: Annotated[bool, typer.Option("--record", help="И внести, что вышло / and record what came of it")] = False,
    diary: Annotated[str | None, typer.Option(help="Ссылка на дневник / the link to the diary")] = None,
    describe: Annotated[
        Path | None, typer.Option(help="Записать описание услуги, HTML / write the service's description")
    ] = None,
    sign_in: Annotated[str | None, typer.Option(help="Как войти: текст / how to sign in, a text")] = None,
    at: At = None,
    position: Position = None,
    as_json: Json = False,
) -> None:
    """Порталы, где описана услуга, и проверка ссылок (2.3.1). / Portals that describe the service; link checks."""
    from api.cli.portals import Asked, run_portals

    asked = Asked(diary, sign_in, at, position)
    raise typer.Exit(run_portals(Console(as_json=as_json), var, asked, describe=describe, check=check, record=record))
