"""The register of paper archives in an archive (`verify/spec/tables.md`): a row an action and paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from exports.tables import Table, typed
from ledger.journal.vocabulary import PAPER_WORDS, STRIKE_WORDS
from projections.reading import Reader
from projections.views.lookups import classes
from projections.views.papers import paper_actions

_ACTIONS: Final = {
    "stored": "принято",
    "moved": "перемещено",
    "handed_over": "передано",
    "struck_off": "снято",
    "proposed": "предложено",
    "approved": "одобрено",
    "refused": "отклонено",
    "destroyed": "уничтожено",
}


def paper_tables(views: Reader, position: int, name: Callable[[str, int], str]) -> list[Table]:
    """The one table; `name` gives a person's name as of an entry, or the id."""
    columns = (
        *("entry (запись)", "at (внесено)", "action (что)", "paper (бумага)", "number (номер)", "kind (вид)"),
        *("title (заголовок)", "year (учебный год)", "class (класс)", "pages (листов)", "place (где)"),
        *("counted_from (отсчёт)", "keep_until (хранить до)", "schedule (перечень — запись)", "sheets (формы)"),
        *("printout (распечатка)", "matter (дело)", "to (кому)", "act (номер акта)", "act_on (дата акта)"),
        *("reason (причина)", "requested_by (кто просил)", "name (имя)", "basis (основание)", "actor (кто внёс)"),
    )
    return [Table("paper", columns, _rows(views, position, name))]


def _rows(views: Reader, position: int, name: Callable[[str, int], str]) -> Iterator[Sequence[str]]:
    names = {one.class_group: one.name for one in classes(views, at=position).rows}
    for row in paper_actions(views, position):
        asked = row.requested_by
        yield (
            *(str(row.entry), row.at, _ACTIONS[row.action], row.paper, str(row.number), PAPER_WORDS.get(row.kind, "")),
            *(typed(row.title), row.year, typed(names.get(row.class_group, "")), _text(row.pages), typed(row.place)),
            *(row.counted_from, row.keep_until, _text(row.schedule), row.sheets, row.printout, row.matter),
            *(typed(row.to), typed(row.act), row.act_on, STRIKE_WORDS.get(row.reason, ""), asked),
            *(name(asked, row.entry) if asked else "", typed(row.basis), row.actor),
        )


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
