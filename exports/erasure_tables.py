"""Retention schedules, legal holds and erasures in an archive (`verify/spec/tables.md`): a row an action."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from exports.tables import Table, typed
from ledger.journal.vocabulary import COUNTED_WORDS, GROUND_WORDS, KEPT_WORDS, PERSON_WORDS, RETENTION_WORDS
from projections.reading import Reader
from projections.views.erasures import ErasureAction, erasure_actions

_ACTIONS: Final = {
    "term": "срок",
    "held": "запрет",
    "lifted": "запрет снят",
    "proposed": "предложено",
    "approved": "одобрено",
    "refused": "отклонено",
    "erased": "стёрто",
}


def erasure_tables(views: Reader, position: int) -> list[Table]:
    """The one table."""
    columns = (
        *("entry (запись)", "at (внесено)", "action (что)", "matter (дело)", "effective_from (действует с)"),
        *("whose (чьё)", "retention (сведения)", "ground (причина)", "counted_from (отсчёт)", "years (лет)"),
        *("disclosures (раскрытий)", "sheets (формы)", "destroyed_at (уничтожено)", "basis (основание)"),
        "actor (кто внёс)",
    )
    return [Table("erasures", columns, _rows(views, position))]


def _rows(views: Reader, position: int) -> Iterator[Sequence[str]]:
    for row in erasure_actions(views, position):
        yield (
            *(str(row.entry), row.at, _ACTIONS[row.action], row.matter, row.effective_from, _whose(row)),
            ", ".join(RETENTION_WORDS[one] for one in row.retention.split()),
            KEPT_WORDS.get(row.ground, GROUND_WORDS.get(row.ground, "")),
            COUNTED_WORDS.get(row.counted_from, row.counted_from),
            *("" if number is None else str(number) for number in (row.years, row.disclosures)),
            *(row.sheets, row.destroyed_at, typed(row.basis), row.actor),
        )


def _whose(row: ErasureAction) -> str:
    if row.action == "term":
        return PERSON_WORDS.get(row.whose, "")
    return "все" if row.whose == "all" else row.whose
