"""Question 21: what must be printed under regulation 3.3, and what met it instead."""

from __future__ import annotations

from typing import Final

from ledger.journal.vocabulary import CONDITION_WORDS
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.views.obligations import obligations

STATE_WORDS: Final = {"required": "нужна бумага", "proved": "закрыто доказательством", "printed": "закрыто бумагой"}


def print_obligations(asked: Asked) -> Found:
    """Months, periods and years that are over, each with its state and what is lacking."""
    rows: list[Row] = []
    for one in obligations(asked.views, at=asked.position).rows:
        wanted = asked["state"] in (None, one.state) and asked["condition"] in (None, one.condition)
        if not wanted or not asked.first <= one.ends_on <= asked.last:
            continue
        lacking = "; ".join(part.ru for part in one.parts if not part.holds) if one.state == "required" else None
        shown = {entry for part in one.parts for entry in part.entries}
        lies = (None, None) if one.paper is None else (one.paper.place, one.paper.entry)
        known = {entry for entry in (one.met_by, one.last_entry, lies[1]) if entry is not None and entry >= 0}
        rows.append((
            *(one.condition, one.title, one.starts_on, one.ends_on, one.state, lacking or None, one.printout),
            *(one.met_by, lies[0], sorted(shown | known)),
        ))  # fmt: skip
    return Found(rows, {state: sum(row[4] == state for row in rows) for state in STATE_WORDS})


OBLIGATIONS: Final = Question(
    number=21,
    slug="print-obligations",
    title_ru="Печать по 3.3: что надо напечатать, что закрыто доказательством или бумагой и чем именно",
    title_en="Printing under 3.3: what must be printed, what proof or paper met, and which",
    answer=print_obligations,
    parameters=(
        Parameter("state", "choice", "только такие", "only these", choices=tuple(STATE_WORDS)),
        Parameter("condition", "choice", "только о", "only of", choices=tuple(CONDITION_WORDS)),
        Parameter("from", "day", "окончившиеся с этого дня", "over on this day or later"),
        Parameter("to", "day", "окончившиеся по этот день", "over on this day or earlier"),
    ),
    columns=(
        *(Column("condition", "чего", words=CONDITION_WORDS), Column("title", "период", "typed")),
        *(Column("starts_on", "с"), Column("ends_on", "по"), Column("state", "состояние", words=STATE_WORDS)),
        *(Column("lacking", "чего нет"), Column("printout", "номер бумаги", "typed"), Column("met_by", "чем закрыто")),
        Column("place", "где лежит бумага", "typed"),
        ENTRIES,
    ),
    limits_ru="Показано то, что окончилось ко дню последней известной записи. "
    "Что значит «надёжно» и «легко», решает локальный акт школы.",
    limits_en="What was over by the day of the last known entry. "
    "What reliably and easily mean is for the school's local act to say.",
)
