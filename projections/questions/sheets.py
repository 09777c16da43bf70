"""Question 20: what changed in results and the council's decisions since the sheets were handed over, or a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

import orjson

from ledger.journal.vocabulary import COUNCIL_WORDS, MARK_WORDS, REASON_WORDS, RESULT_WORDS
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.questions.result_corrections import corrected_results
from projections.questions.results import PERIOD_KIND, PERIOD_NUMBER
from projections.reading import command_join, command_of, position_at, stands
from projections.rows import OPEN
from projections.views.lookups import memberships

SINCE_WORDS: Final = {
    "transfer": "передача ведомости",
    "archive": "архив",
    "day": "день",
    "before": "исправлено до неё",
}
CHANGE_WORDS: Final = {"added": "внесено", "changed": "исправлено", "annulled": "аннулировано"}
COUNCIL: Final = "council"
VALUES: Final = MARK_WORDS | COUNCIL_WORDS
Sizes: TypeAlias = dict[str, tuple[str, int, tuple[int, ...]]]
"""Class -> what it is compared with, the size of that, and the entry of the transfer or archive."""

_PLACES: Final = f"""
    SELECT s.sheet, o.class_group, o.subject, p.kind, p.number FROM {{result_sheets}} s
    JOIN {{courses}} o ON o.course = s.course AND {stands("o")}
    JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
    WHERE {stands("s")}"""
_OF_SIZE: Final = f"FROM {{results}} r WHERE {stands('r')} AND r.entry >= :size"
_OF_SHEETS: Final = f""" AND r.sheet IN (SELECT s.sheet FROM {{courses}} o
      JOIN {{result_sheets}} s ON s.course = o.course AND {stands("s")} WHERE {stands("o")}"""
# What a result was at the size that it is compared with: the row of the same fact that stood then.
_CHANGED: Final = f"""
    SELECT r.sheet, r.what, r.student, r.fact, r.entry, r.value,
      CASE WHEN r.fact < :size THEN
        (SELECT b.value FROM {{results}} b WHERE b.fact = r.fact AND b.entry < :size AND b.to_position > :size) END
    {_OF_SIZE}"""
# Results come by many in few commands: of all of them only the first of each is looked for, behind the one before it.
# It is named no size there: a database would begin at that bound again, and pass all that is before the next command.
_COMMANDS: Final = f"""
    WITH RECURSIVE firsts (entry) AS (
      SELECT min(r.entry) {_OF_SIZE}
      UNION ALL SELECT (SELECT r.entry FROM {{results}} r WHERE {stands("r")}
        AND r.entry >= (SELECT n.entry FROM {{commands}} n WHERE n.entry > f.entry ORDER BY n.entry LIMIT 1)
        ORDER BY r.entry LIMIT 1)
      FROM firsts f WHERE f.entry IS NOT NULL)
    SELECT m.entry, m.at, m.actor FROM firsts f {command_join("f.entry")} WHERE f.entry IS NOT NULL
    ORDER BY m.entry"""
_COMMANDS_OF: Final = f"""
    SELECT m.entry, m.at, m.actor FROM {{commands}} m
    WHERE m.entry IN (SELECT DISTINCT {command_of("r.entry")} {_OF_SIZE}"""
_CORRECTIONS: Final = f"""
    SELECT k.entry, k.reason, k.note, k.basis FROM {{result_corrections}} k WHERE {stands("k")} AND k.entry >= :size"""
_UNCORRECTED: Final = (None, None, None)


def changed_results(asked: Asked) -> Found:
    """Results that were added, changed or annulled behind the size that a transfer, an archive or a day names."""
    rows: list[Row] = []
    sizes = _sizes(asked)
    condition, values = asked.selected(("class", "o.class_group"), ("subject", "o.subject"))
    names = asked.class_names
    places = {
        sheet: (group, (names[group], *place))
        for sheet, group, *place in asked.select(f"{_PLACES}{condition}", **values)
    }
    of_sheets = f"{_OF_SHEETS}{condition})" if condition else ""
    # Mostly all classes are compared with one size: they are asked about at once.
    for size in {size for group, (_, size, _) in sizes.items() if asked["class"] in (None, group)}:
        of_class = {group: (since, cited) for group, (since, compared, cited) in sizes.items() if compared == size}
        found = asked.select(f"{_CHANGED}{of_sheets} ORDER BY r.entry", size=size, **values)
        corrected = {entry: tuple(why) for entry, *why in asked.select(_CORRECTIONS, size=size)}
        sql = f"{_COMMANDS_OF}{of_sheets}) ORDER BY m.entry" if of_sheets else _COMMANDS
        commands = asked.select(sql, size=size, **values)
        begins = [*(entry for entry, _, _ in commands), OPEN]
        number = -1
        for sheet, what, student, fact, entry, value, before in found:
            while begins[number + 1] <= entry:
                number += 1
            place = places.get(sheet)
            if place is None or value == before or place[0] not in of_class:
                continue
            since, cited = of_class[place[0]]
            change = "added" if before is None else "annulled" if value is None else "changed"
            entries = [entry] if fact == entry and not cited else sorted({fact, entry, *cited})
            why = corrected.get(entry, _UNCORRECTED)
            _, moment, actor = commands[number]
            rows.append(
                (change, *place[1], what, student, before, value, *why, moment, actor, since, size, entries)
            )  # fmt: skip
    rows += _decided(asked, sizes)
    if asked["before"] == "yes":
        rows += _before(asked, sizes)
    if asked["from"] is None or asked["before"] == "yes":
        rows.sort(key=lambda row: row[-1][-1])
    counts = Counter(map(itemgetter(0), rows))
    return Found(rows, {change: counts[change] for change in CHANGE_WORDS})


class Decision(NamedTuple):
    """A decision of the council; `replaces`: the one that it takes the place of."""

    entry: int
    year: str
    decision: str
    students: str
    protocol: str
    basis: str | None
    replaces: int | None
    at: str
    actor: str


_DECIDED: Final = f"""
    SELECT d.entry, d.year, d.decision, d.students, d.protocol, d.basis, d.replaces, m.at, m.actor
    FROM {{council}} d {command_join("d.entry")} WHERE {stands("d")} ORDER BY d.entry"""


def _decided(asked: Asked, sizes: Sizes) -> Iterator[Row]:
    """Decisions of the council behind the size of a class: of each of its students, also whom a new one leaves out."""
    if asked["subject"] is not None:
        return
    year_of: dict[str, str] = dict(
        asked.select(f"SELECT g.class_group, g.year FROM {{classes}} g WHERE {stands('g')}"),
    )
    groups_of: defaultdict[str, set[str]] = defaultdict(set)
    for member in memberships(asked.views, class_group=asked["class"], at=asked.position).rows:
        if member.class_group in sizes:
            groups_of[member.student].add(member.class_group)
    decisions = {row[0]: Decision(*row) for row in asked.select(_DECIDED)}
    replaced = {one.replaces for one in decisions.values()}
    for last in (one for one in decisions.values() if one.entry not in replaced):
        chain = [last]
        while chain[-1].replaces is not None:
            chain.append(decisions[chain[-1].replaces])
        for student in dict.fromkeys(student for one in chain for student in orjson.loads(one.students)):
            for group in sorted(groups_of[student]):
                if year_of[group] == last.year:
                    yield from _decision(asked, group, sizes[group], student, chain)


def _decision(
    asked: Asked, group: str, size: tuple[str, int, tuple[int, ...]], student: str, chain: Sequence[Decision]
) -> Iterator[Row]:
    """A row where what stands for a student, first in the chain, is not what stood at the size."""
    since, compared, cited = size
    last = chain[0]
    then = next((one for one in chain if one.entry < compared), None)
    old, new = (
        one.decision if one is not None and student in orjson.loads(one.students) else None for one in (then, last)
    )
    if old == new:
        return
    change = "added" if old is None else "annulled" if new is None else "changed"
    why = "; ".join(text for text in (last.protocol, last.basis) if text)
    entries = sorted({last.entry, *cited, *([] if then is None else [then.entry])})
    place = (asked.class_names[group], None, None, None, COUNCIL, student)
    yield (change, *place, old, new, None, None, why, last.at, last.actor, since, compared, entries)


def _before(asked: Asked, sizes: Sizes) -> Iterator[Row]:
    """Corrections of results before the size of their class, or at all where it has none."""
    for found in corrected_results(asked, 0, asked.position):
        _, size, cited = sizes.get(found.class_group, ("", None, ()))
        if size is not None and found.entry >= size:
            continue
        place = (asked.class_names[found.class_group], found.subject, found.period_kind, found.period_number)
        entries = sorted({found.corrects, found.entry, *cited})
        yield (
            *("annulled" if found.new is None else "changed", *place, found.what, found.student, found.old, found.new),
            *(found.reason, found.note, found.basis, found.at, found.actor, "before", size, entries),
        )


def _sizes(asked: Asked) -> Sizes:
    """Class -> what it is compared with, the size of that, and the entry of the transfer or archive."""
    classes = asked.select(f"SELECT g.class_group, g.year FROM {{classes}} g WHERE {stands('g')} ORDER BY g.entry")
    if asked["from"] is not None:
        begins = choosing.day_begins(asked["from"], asked.zone) - timedelta(microseconds=1)
        size = min(position_at(asked.views, begins), asked.position)
        return {group: ("day", size, ()) for group, _ in classes}
    sql = f"SELECT a.year, a.size, a.entry FROM {{archives}} a WHERE {stands('a')} ORDER BY a.entry"
    archived = {year: (size, entry) for year, size, entry in asked.select(sql)}
    sql = f"SELECT t.class_group, t.entry FROM {{sheet_transfers}} t WHERE {stands('t')} ORDER BY t.entry"
    transferred: dict[str, int] = dict(asked.select(sql))
    found: Sizes = {}
    for group, year in classes:
        if group in transferred:
            found[group] = ("transfer", transferred[group], (transferred[group],))
        elif year in archived:
            size, entry = archived[year]
            found[group] = ("archive", size, (entry,))
    return found


CHANGED: Final = Question(
    number=20,
    slug="result-changes",
    title_ru="Что изменилось в итогах и решениях педсовета после передачи ведомости, архива года или с дня",
    title_en="What changed in results and the council's decisions since a sheet's hand-over, an archive, or a day",
    answer=changed_results,
    parameters=(
        *(choosing.CLASS, choosing.SUBJECT, choosing.ENTERED_FROM),
        Parameter(
            "before",
            "choice",
            "и исправления итогов до того",
            "corrections of results before that, too",
            choices=("yes", "no"),
            default="no",
        ),
    ),
    columns=(
        *(Column("change", "что сделано", words=CHANGE_WORDS), choosing.CLASS_NAME, choosing.SUBJECT_NAME),
        *(PERIOD_KIND, PERIOD_NUMBER, Column("what", "что", words=RESULT_WORDS | {COUNCIL: "решение педсовета"})),
        *(choosing.STUDENT_ID, Column("old", "было", words=VALUES, is_named=True)),
        Column("new", "стало", words=VALUES, is_named=True),
        *(Column("reason", "причина", words=REASON_WORDS), Column("note", "пояснение", "note"), choosing.BASIS),
        *(
            choosing.AT,
            choosing.ACTOR,
            Column("since", "сравнено с", words=SINCE_WORDS),
            Column("size", "записей тогда"),
            ENTRIES,
        ),
    ),
    limits_ru="Без from — с последней передачей сводной ведомости класса, а если её не передавали, с последним архивом "
    "года; класса без того и другого в ответе нет, кроме исправлений с before=yes. Решения педсовета — о каждом "
    "ученике, без subject. Версии ведомости целиком даёт letopis sheet --versions.",
    limits_en="Without `from`: since the class's summary sheet was last handed over or, if it never was, since the "
    "last archive of the year; a class without either is not in the answer, but for corrections with before=yes. "
    "Decisions of the council are told of each student, and not with subject. letopis sheet --versions gives whole "
    "versions.",
)
