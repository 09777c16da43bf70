"""`block`: blocking personal values while they are checked (1.5; 152-ФЗ, Art. 21)."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

import orjson

from api.auth import Right
from api.blocking import values_of
from api.cli.console import Console, Exit
from api.cli.hands import acting, record_with
from api.cli.looking import look
from api.schools import open_school
from api.settings import SettingsError
from ledger.journal.blocking_vocabulary import BLOCK_OUTCOME_WORDS
from ledger.journal.command import JournalCommand
from ledger.journal.commands import BlockPersonalData, UnblockPersonalData
from ledger.journal.vocabulary import DATA_WORDS
from projections.views.blocking import Blocked, blocks

_VERDICTS: Final = {
    "pending": "срок идёт / pending",
    "missing": "СРОК ВЫШЕЛ / OVERDUE",
    "on_time": "в срок / on time",
    "late": "с опозданием / late",
}


class Asked(NamedTuple):
    """What is to be blocked, and on whose request."""

    person: str
    ground: str
    received_on: str
    basis: str
    requested_by: str
    applicant: str | None
    fields: tuple[str, ...]


def run_set(console: Console, var: Path, asked: Asked) -> int:
    """Block, in the name of whoever opened the school, or of the token in the environment."""
    block = str(uuid4())
    command = BlockPersonalData(block=block, **asked._asdict())
    return _record(console, var, command, block, f"Заблокировано / blocked: {block}")


def run_end(console: Console, var: Path, block: str, outcome: str, basis: str, change: int | None) -> int:
    """Unblock: the token in the environment says who, another than who blocked."""
    command = UnblockPersonalData(block=block, outcome=outcome, basis=basis, change=change)  # type: ignore[arg-type]  # the rules judge it
    return _record(console, var, command, block, f"Разблокировано / unblocked: {block}")


def run_list(console: Console, var: Path) -> int:
    """Show every block with its last day; exit code 1 where one is overdue."""
    with open_school(var, background=False, recording=False) as school:
        rows = blocks(school.read_views()).rows
        look(school, "block list", rows)
    lines = [f"{row.block}, {row.person}: {_what(row)}, до / until {row.due_on}: {_state(row)}" for row in rows]
    console.result({"rows": [orjson.loads(orjson.dumps(row)) for row in rows]}, "\n".join(lines) or "—")
    return Exit.FINDING if any(row.verdict == "missing" for row in rows) else Exit.DONE


def run_show(console: Console, var: Path, block: str) -> int:
    """Show the blocked values.

    Raises:
        SettingsError: there is no block of this id.
    """
    with open_school(var, background=False, recording=False) as school:
        found = [row for row in blocks(school.read_views()).rows if row.block == block]
        if not found:
            raise SettingsError(f"блокирования {block} нет / there is no block {block}")
        look(school, "block show", found, purpose="check")
        values = values_of(school, found[0])
    lines = [f"{DATA_WORDS.get(one['name'], one['name'])}: {one['value']} ({one['entry']})" for one in values]
    console.result({"block": block, "values": values}, "\n".join(lines) or "—")
    return Exit.DONE


def _what(row: Blocked) -> str:
    return ", ".join(DATA_WORDS[name] for name in row.fields.split()) or "все сведения / all values"


def _state(row: Blocked) -> str:
    ended = "стёрты / erased" if row.outcome == "erased" else BLOCK_OUTCOME_WORDS.get(row.outcome or "", "")
    return f"{ended}, {_VERDICTS[row.verdict]}" if ended else _VERDICTS[row.verdict]


def _record(console: Console, var: Path, command: JournalCommand, block: str, text: str) -> int:
    with open_school(var, background=False) as school:
        receipt = record_with(school, command, acting(school, Right.ERASE))
    entry = receipt.first_index
    console.result({"block": block, "entry": entry}, f"{text}, запись / entry {entry}")
    return Exit.DONE
