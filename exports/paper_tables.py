"""The register of paper archives in an archive (`verify/spec/tables.md`): a row an action and paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from exports.tables import Table, typed
from ledger.journal.vocabulary import PAPER_WORDS, STRIKE_WORDS
from projections.reading import Reader
from projections.views.lookups import classes
from projections.views.papers import Paper, paper_actions

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
_STATES: Final = {"kept": "в школе", **{name: _ACTIONS[name] for name in ("handed_over", "struck_off", "destroyed")}}


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


def register_table(found: Iterable[Paper], names: Mapping[str, str]) -> Table:
    """The register as it stands, a row a paper; `names` are those of the classes."""
    columns = (
        *("number (номер)", "kind (вид)", "title (заголовок)", "class (класс)", "pages (листов)", "place (где)"),
        *("counted_from (отсчёт)", "keep_until (хранить до)", "due_on (можно уничтожить с)", "held_by (запреты)"),
        *("state (состояние)", "act (номер акта)", "left_on (дата акта)", "to (кому)", "entries (записи)"),
    )
    return Table("paper", columns, (_cells(one, names) for one in found))


def _cells(one: Paper, names: Mapping[str, str]) -> Sequence[str]:
    entries = (one.entry, one.place_entry, one.proposed_entry, one.approved_entry, one.left_entry)
    return (
        *(str(one.number), PAPER_WORDS[one.kind], typed(one.title), typed(names.get(one.class_group or "", ""))),
        *(str(one.pages), typed(one.place), one.counted_from, one.keep_until, one.due_on or ""),
        *(" ".join(one.held_by), _STATES[one.state], typed(one.act or ""), one.left_on or "", typed(one.to or "")),
        " ".join(map(str, sorted({entry for entry in entries if entry is not None}))),
    )


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
