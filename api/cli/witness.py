"""`witness`: being a witness, for who is not the school: its founder, another school, a regional centre."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Console
from api.cli.options import Json

app = typer.Typer(
    help="Быть свидетелем чужих журналов / to be a witness of others' logs", no_args_is_help=True, rich_markup_mode=None
)
Folder = Annotated[Path, typer.Option("--var", help="Папка свидетеля / the witness's folder")]
Log = Annotated[str, typer.Argument(help="Ключ журнала: имя+отпечаток+ключ / the log's key")]
_USUAL = Path("witness")


@app.command(short_help="Завести свидетеля / make a witness")
def init(
    name: Annotated[str, typer.Option(help="Имя: адрес без схемы / a URL without scheme: witness.example/region")],
    var: Folder = _USUAL,
    as_json: Json = False,
) -> None:
    """Завести свидетеля: ключ и память. / Make a witness: its key and its memory."""
    from api.cli.watching import run_init

    raise typer.Exit(run_init(Console(as_json=as_json), var, name))


@app.command(short_help="Следить за журналом / watch a log")
def trust(vkey: Log, var: Folder = _USUAL, as_json: Json = False) -> None:
    """Заверять контрольные точки этого журнала. / Cosign this log's checkpoints from now on."""
    from api.cli.watching import run_trust

    raise typer.Exit(run_trust(Console(as_json=as_json), var, vkey))


@app.command(short_help="Больше не следить / watch no more")
def distrust(vkey: Log, var: Folder = _USUAL, as_json: Json = False) -> None:
    """Не верить этому ключу журнала; память остаётся. / Trust this key no more; what is known stays."""
    from api.cli.watching import run_distrust

    raise typer.Exit(run_distrust(Console(as_json=as_json), var, vkey))


@app.command(short_help="Что известно свидетелю / what the witness knows")
def status(var: Folder = _USUAL, as_json: Json = False) -> None:
    """Журналы, последние точки, противоречия; 1, если они есть. / Logs, last checkpoints, conflicts; 1 where any."""
    from api.cli.watching import run_status

    raise typer.Exit(run_status(Console(as_json=as_json), var))


@app.command(short_help="Записать противоречия в файлы / write conflicts to files")
def conflicts(
    out: Annotated[Path, typer.Option(help="Новая папка / a new folder")], var: Folder = _USUAL, as_json: Json = False
) -> None:
    """Доказательства разветвления: по две подписанные точки. / The evidence of forks: two signed checkpoints each."""
    from api.cli.watching import run_conflicts

    raise typer.Exit(run_conflicts(Console(as_json=as_json), var, out))


@app.command(short_help="Принимать контрольные точки / take checkpoints")
def serve(
    var: Folder = _USUAL,
    host: Annotated[str, typer.Option(help="Адрес / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Порт / port")] = 8010,
    as_json: Json = False,
) -> None:
    """Отвечать журналам по HTTP. / Answer logs over HTTP, behind a proxy that speaks TLS."""
    from api.cli.watching import run_witness

    raise typer.Exit(run_witness(Console(as_json=as_json), var, host, port))
