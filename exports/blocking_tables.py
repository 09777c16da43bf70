"""Blocks of personal values in an archive (`verify/spec/tables.md`): a row an entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exports.tables import Table, typed
from ledger.journal.blocking_vocabulary import BLOCK_GROUND_WORDS, BLOCK_OUTCOME_WORDS, REQUESTER_WORDS
from ledger.journal.vocabulary import DATA_WORDS
from projections.reading import Reader
from projections.views.blocking import BlockAction, block_actions


def blocking_tables(views: Reader, position: int) -> list[Table]:
    """The one table."""
    columns = (
        *("entry (запись)", "at (внесено)", "action (что)", "block (блокирование)", "person (человек)"),
        *("fields (сведения)", "ground (причина)", "by (кто просил)", "applicant (представитель)"),
        *("received_on (обращение)", "outcome (итог)", "change (изменение — запись)", "basis (основание)"),
        "actor (кто внёс)",
    )
    return [Table("blocks", columns, _rows(views, position))]


def _rows(views: Reader, position: int) -> Iterator[Sequence[str]]:
    for row in block_actions(views, position):
        yield (
            *(str(row.entry), row.at, "разблокированы" if row.fields is None else "заблокированы", row.block),
            *(row.person, _fields(row), BLOCK_GROUND_WORDS.get(row.ground, "")),
            *(REQUESTER_WORDS.get(row.requested_by, ""), row.applicant, row.received_on),
            BLOCK_OUTCOME_WORDS.get(row.outcome, ""),
            *("" if row.change is None else str(row.change), typed(row.basis), row.actor),
        )


def _fields(row: BlockAction) -> str:
    if row.fields is None:
        return ""
    return ", ".join(DATA_WORDS[name] for name in row.fields.split()) or "все"
