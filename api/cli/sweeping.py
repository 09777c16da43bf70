"""`vault sweep`: removing personal values, and their keys, that were kept for entries that never came."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from api.cli.console import Console, Exit
from api.settings import Layout, ledger_environment, read_school_file
from api.vaults import open_keys, open_sealed_rows
from ledger.application import School
from ledger.errors import LetopisError
from ledger.vault.sweeping import DAY_SECONDS, Sweep, sweep


class LogStoppedError(LetopisError):
    """The log's recording is stopped, so what it names is not known for certain."""


def run_sweep(console: Console, var: Path, *, days: int, apply: bool) -> int:
    """Show what no entry names, or remove it; beside a running server too.

    Returns:
        0; 1 where the vault lacks what the log names.

    Raises:
        LogStoppedError: recording is stopped; an audit comes first.
        LedgerDamaged: the log does not give its own root; nothing was removed.
        LetopisError: log, vault or keys cannot be opened, or the role may not remove.
    """
    layout = Layout(var)
    file = read_school_file(layout)
    with (
        closing(open_keys(layout, file.origin)) as keys,
        closing(School(ledger_environment(layout, file, read_only=file.database == "sqlite"))) as school,
        closing(open_sealed_rows(layout, file, as_owner=apply)) as rows,
    ):
        if getattr(school.ledger, "latched", None) is not None:
            raise LogStoppedError(f"{var}: recording is stopped; run letopis audit first: nothing was swept")
        with console.progress("записи / entries", school.ledger.head().size) as progress:
            found = sweep(
                rows, keys, school.ledger, older_than_seconds=days * DAY_SECONDS, apply=apply, progress=progress
            )
    console.result(_content(found, days), _text(found))
    return Exit.FINDING if found.missing else Exit.DONE


def _content(found: Sweep, days: int) -> dict[str, object]:
    return {
        "applied": found.applied,
        "older_than_days": days,
        "entries": found.entries,
        "disclosures": [
            {"digest": row.digest, "person": row.person, "retention": row.retention} for row in found.disclosures
        ],
        "keys": [{"person": owner.person, "retention": owner.retention} for owner in found.keys],
        "unfinished": found.unfinished,
        "young": found.young,
        "missing": found.missing,
    }


def _text(found: Sweep) -> str:
    lines = [
        f"Прочитано записей журнала / entries read: {found.entries}",
        f"Сведений, на которые не ссылается ни одна запись / disclosures that no entry names: {len(found.disclosures)}",
        f"Ключей, под которыми ничего нет / keys that seal nothing: {len(found.keys)}",
        f"Недописанных файлов / files never finished: {found.unfinished}",
        f"Слишком недавних, чтобы судить / too young to be judged: {found.young}",
    ]
    if found.missing:
        lines += [
            f"В хранилище нет того, на что ссылается журнал: {found.missing}. Ключи не тронуты.",
            f"The vault lacks {found.missing} disclosures that the log names. No key was touched.",
        ]
    if found.applied:
        lines.append("Лишнее удалено. / What was left over is removed.")
    elif found.disclosures or found.keys or found.unfinished:
        lines.append("Ничего не удалено; удалить: --apply. / Nothing was removed; --apply removes.")
    return "\n".join(lines)
