"""The register of printed forms in an archive (`verify/spec/tables.md`): a row an action."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from exports.tables import Table, typed
from ledger.journal.vocabulary import PRINT_WORDS, VOID_WORDS
from projections.reading import Reader
from projections.views.prints import print_actions


def print_tables(views: Reader, position: int, name: Callable[[str, int], str]) -> list[Table]:
    """The one table; `name` gives a person's name as of an entry, or the id."""
    columns = (
        *("entry (запись)", "at (внесено)", "action (что)", "sheet (форма)", "number (номер)", "kind (вид)"),
        *("scope (за что)", "position (по запись)", "pages (листов)", "certified_by (кто заверил)", "name (имя)"),
        *("office (должность)", "certified_on (дата)", "seal (печать)", "reason (причина)", "basis (основание)"),
        "actor (кто внёс)",
    )
    return [Table("prints", columns, _rows(views, position, name))]


def _rows(views: Reader, position: int, name: Callable[[str, int], str]) -> Iterator[Sequence[str]]:
    for row in print_actions(views, position):
        head, rest = (str(row.entry), row.at), [""] * 5
        if row.action == "issued":
            shown = (str(row.number), PRINT_WORDS[row.kind or ""], row.scope, str(row.position), str(row.pages))
            yield (*head, "выдана", row.sheet, *shown, *rest, "", "", row.actor)
        elif row.action == "certified":
            who = row.certified_by or ""
            paper = (typed(row.office or ""), row.certified_on or "", "да" if row.seal else "нет")
            yield (*head, "заверена", row.sheet, *rest, who, name(who, row.entry), *paper, "", "", row.actor)
        else:
            reason = (VOID_WORDS[row.reason or ""], typed(row.basis or ""))
            yield (*head, "снята", row.sheet, *rest, *rest, *reason, row.actor)
