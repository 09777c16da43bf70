"""The register of paper archives as paper: what lies where, until when, and what became of it (regulation 3.1, R39)."""

from __future__ import annotations

from typing import Final

from exports.documents.sheet import Column, Row, Sheet
from exports.documents.source import Source, shown_day
from ledger.journal.vocabulary import PAPER_WORDS, STRIKE_WORDS
from projections.views.papers import Paper, papers

_COLUMNS: Final = (
    Column("№", "number", width_mm=10),
    Column("Вид", width_mm=27),
    Column("Заголовок"),
    Column("Класс", width_mm=14),
    Column("Год", width_mm=16),
    Column("Листов", "number", width_mm=15),
    Column("Где лежит", width_mm=38),
    Column("Срок с", "date", width_mm=20),
    Column("Хранить до", "date", width_mm=21),
    Column("Что с бумагой", width_mm=46),
    Column("Запись", "number", width_mm=15),
)
_LEFT: Final = {"handed_over": "передано", "struck_off": "снято с учёта", "destroyed": "уничтожено"}


def paper_sheets(source: Source) -> list[Sheet]:
    """The register by its numbers, as of the last entry's day; none where no paper was ever stored."""
    day = source.moment[:10]
    found = papers(source.views, on=day, at=source.position).rows
    if not found:
        return []
    names = {group.class_group: group.name for group in source.classes}
    kept = [one for one in found if one.state == "kept"]
    totals = (
        ("всего", len(found)),
        ("в школе", len(kept)),
        ("листов в школе", sum(one.pages for one in kept)),
        ("срок вышел", sum(one.is_due for one in kept)),
        ("под запретом уничтожения", sum(bool(one.held_by) for one in kept)),
    )
    sheet = source.sheet(
        "papers",
        "Реестр бумажного архива",
        (("на день", shown_day(day)),),
        _COLUMNS,
        (_row(source, one, names) for one in found),
        totals=[(what, str(count)) for what, count in totals],
        notes=("Сроки — по перечню, который действует на этот день.",),
    )
    return [sheet]


def _row(source: Source, one: Paper, names: dict[str, str]) -> Row:
    entries = (one.entry, one.place_entry, one.proposed_entry, one.approved_entry, one.left_entry)
    cells = (
        *(str(one.number), PAPER_WORDS[one.kind], one.title, names.get(one.class_group or "", "")),
        *("" if one.year is None else source.years[one.year].title, str(one.pages), one.place),
        *(shown_day(one.counted_from), shown_day(one.keep_until), _state(one), str(one.entry)),
    )
    return Row(cells, tuple(sorted({entry for entry in entries if entry is not None})))


def _state(one: Paper) -> str:
    """What became of a paper, or what may: a line each."""
    if one.state != "kept":
        act = f"акт № {one.act} от {shown_day(one.left_on)}" if one.act else ""
        reason = STRIKE_WORDS[one.reason] if one.reason else ""
        return "; ".join(part for part in (_LEFT[one.state], one.to, reason, act) if part)
    said = []
    if one.due_on is None:
        said.append("перечень о сроке молчит")
    elif one.is_due:
        said.append(f"срок вышел {shown_day(one.due_on)}")
    if one.held_by:
        said.append("уничтожать нельзя: запрет")
    if one.approved_entry is not None:
        said.append("уничтожение одобрено")
    elif one.proposed_entry is not None:
        said.append("предложено уничтожить")
    return "\n".join(said)
