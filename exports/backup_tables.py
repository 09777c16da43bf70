"""Backups and the trials of restoring them in an archive (`verify/spec/tables.md`): a row an entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exports.tables import Table, typed
from ledger.journal.vocabulary import BACKUP_WORDS, DRILL_WORDS, VERDICT_WORDS
from projections.reading import Reader
from projections.views.backups import backups


def backup_tables(views: Reader, position: int) -> list[Table]:
    """The one table."""
    columns = (
        *("entry (запись)", "at (внесено)", "action (что)", "backup (копия)", "what (что в ней)", "size (записей)"),
        *("root (корень)", "bytes (байт)", "sha256 (SHA-256)", "place (где)", "restored_at (восстановлена)"),
        *("how (как)", "verdict (итог)", "actor (кто внёс)"),
    )
    return [Table("backups", columns, _rows(views, position))]


def _rows(views: Reader, position: int) -> Iterator[Sequence[str]]:
    rows: list[tuple[int, Sequence[str]]] = []
    for one in backups(views, at=position).rows:
        what = ", ".join(BACKUP_WORDS[part] for part in one.what)
        taken = (what, str(one.size), one.root, str(one.bytes), one.sha256, typed(one.place), "", "", "")
        rows.append((one.entry, (str(one.entry), one.at, "снята", one.backup, *taken, one.actor)))
        for check in one.checks:
            found = ("" if check.size is None else str(check.size), check.root or "")
            how = ", ".join(DRILL_WORDS[step] for step in check.how)
            tried = ("", *found, "", "", "", check.restored_at, how, VERDICT_WORDS[check.verdict])
            rows.append((check.entry, (str(check.entry), check.at, "проверена", one.backup, *tried, check.actor)))
    return (row for _, row in sorted(rows))
