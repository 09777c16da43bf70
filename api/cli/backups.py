"""Commands on backups (regulation 1.1); what they do is in `api.cli.backing_up`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Console
from api.cli.options import At, Json, Position, Var

Source = Annotated[Path, typer.Argument(help="Папка копии / the backup's folder")]
Processes = Annotated[int, typer.Option(min=1, max=64, help="Процессов / processes")]


def backup(
    out: Annotated[Path, typer.Option(help="Новая папка копии / the backup's folder, not there yet")],
    var: Var = Path("var"),
    keys: Annotated[bool, typer.Option("--keys", help="Ключи, отдельно от базы / keys, apart")] = False,
    place: Annotated[str, typer.Option(help="Где хранится: место, не человек / where it is kept")] = "",
    record: Annotated[bool, typer.Option("--record", help="Внести в журнал / record that")] = False,
    as_json: Json = False,
) -> None:
    """Снять резервную копию журнала и личных сведений; --keys: ключей. / Back up log and vault; --keys: keys."""
    from api.cli.backing_up import run_backup

    raise typer.Exit(run_backup(Console(as_json=as_json), var, out, keys=keys, place=place, record=record))


def restore(
    source: Source,
    var: Annotated[Path, typer.Option(help="Папка, где школы ещё нет / a folder without a school")],
    processes: Processes = 1,
    as_json: Json = False,
) -> None:
    """Восстановить копию и перепроверить журнал. / Restore a backup and verify its whole log."""
    from api.cli.backing_up import run_restore

    raise typer.Exit(run_restore(Console(as_json=as_json), source, var, processes))


def restore_check(
    source: Source,
    var: Annotated[Path | None, typer.Option(help="Папка школы: её ключи / the school's folder: its keys")] = None,
    processes: Processes = 1,
    record: Annotated[bool, typer.Option("--record", help="Внести итог / record the verdict")] = False,
    as_json: Json = False,
) -> None:
    """Восстановить копию на пробу, проверить и убрать. / Restore a backup on trial, verify it, remove it again."""
    from api.cli.backing_up import run_restore_check

    raise typer.Exit(run_restore_check(Console(as_json=as_json), source, var, processes, record=record))


def backups(
    var: Var = Path("var"),
    backup_days: Annotated[int, typer.Option(min=0, help="Копия не старше, дней / a backup within days")] = 1,
    proof_days: Annotated[int, typer.Option(min=0, help="Проба не старше, дней / a trial within days")] = 92,
    at: At = None,
    position: Position = None,
    as_json: Json = False,
) -> None:
    """Копии: возраст и когда восстанавливали; 1, если устарели. / Backups: age and last trial; 1 where too old."""
    from api.cli.backing_up import Asked, run_backups

    raise typer.Exit(run_backups(Console(as_json=as_json), var, Asked(at, position, backup_days, proof_days)))
