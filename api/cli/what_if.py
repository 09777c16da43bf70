"""`replay --what-if`: a period's results under other rules of assessment; a file says which, and nothing is recorded.

The file is TOML. What it does not name stays as the rules in force have it, and of weights as the work has it::

    five_from = 450             # hundredths: 5 from 4.50
    average = "weighted"

    [weights]                   # hundredths, by kind of work
    control_work = 300
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import orjson

from api.cli.console import Console, Exit
from api.cli.looking import look
from api.cli.replaying import Replayed, class_names, moment_of, no_class
from api.cli.substituting import is_id
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from exports.tables import Table, format_table, typed
from ledger.journal.assessment import LEAST_AND_MOST
from ledger.journal.vocabulary import (
    AVERAGES,
    FINALS,
    MARK_WORDS,
    PERIOD_WORDS,
    RESULT_WORDS,
    WEIGHT_MAX,
    WORK_KINDS,
)
from projections.reading import resolve
from projections.views.what_if import (
    Assumed,
    AssumedPeriod,
    Moves,
    Outcome,
    RulesLack,
    WeightsIdle,
    WhatIf,
    WhatIfRow,
    find_periods,
    period_names,
    what_if,
)

FILE_BYTES_MAX: Final = 64 * 1_024
LINES_MAX: Final = 200
"""Lines for people; tables and programs get all of it."""
_WORDS: Final[dict[str, frozenset[str]]] = {"average": AVERAGES, "final_from": FINALS}
COLUMNS: Final = (
    *("class (класс)", "subject (предмет)", "student (ученик)", "student_name (ученик, имя)"),
    *("period_kind (период)", "period_number (номер периода)", "what (что)", "stands (стоит)"),
    *("by_rules (по правилам)", "mean_by_rules (среднее по правилам)"),
    *("assumed (иначе)", "mean_assumed (среднее иначе)", "entries (записи)"),
)


def run_what_if(
    console: Console,
    var: Path,
    file: Path,
    chosen: Replayed,
    period: str | None,
    *,
    at: str | None,
    position: int | None,
    as_csv: bool,
) -> int:
    """Print the results of a period as they are and as other rules would give them.

    Raises:
        SettingsError: an option or the file is malformed; the message names the key.
    """
    if as_csv and console.as_json:
        raise SettingsError("--csv и --json: одно из двух / one of them")
    if chosen.lesson is not None or chosen.with_ or chosen.from_date is not None or chosen.to_date is not None:
        raise SettingsError("--what-if: берёт только / takes only: --period, --class, --subject, --student")
    if chosen.student is not None and not is_id(chosen.student):
        raise SettingsError("--student: нужен идентификатор / has to be an id, a UUID")
    moment = moment_of(at, position)
    assumed = read_assumed(file)
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        asked = resolve(school.views, moment)
        found = _ask(school, file, assumed, chosen, period, asked)
        look(school, "replay", found, form="csv" if as_csv else None, as_of=asked)
        names = school.names({row.student for row in found.rows})
    if as_csv:
        periods = {of.period: of for of in found.periods}
        rows = (_cells(row, periods[row.period], names) for row in found.rows)
        sys.stdout.buffer.write(b"".join(format_table(Table("what-if", COLUMNS, rows))))
        sys.stdout.buffer.flush()
        return Exit.DONE
    content: dict[str, Any] = orjson.loads(orjson.dumps(found))
    console.result({**content, "people": names}, "" if console.as_json else format_text(found, names))
    return Exit.DONE


def _ask(school: OpenSchool, file: Path, assumed: Assumed, chosen: Replayed, period: str | None, asked: int) -> WhatIf:
    known = class_names(school, asked)
    if chosen.class_name is not None and chosen.class_name not in known:
        raise SettingsError(no_class(chosen.class_name, known, asked))
    wanted = find_periods(school.views, period or "", at=asked)
    if not wanted:
        listed = ", ".join(
            f"{name} ({first} – {last})" for name, (first, last) in period_names(school.views, at=asked).items()
        )
        raise SettingsError(f"--period: нужен один из периодов / has to be one of: {listed or '—'}; или / or: id")
    try:
        return what_if(
            school.views,
            assumed,
            wanted,
            class_group=None if chosen.class_name is None else known[chosen.class_name],
            subject=chosen.subject,
            student=chosen.student,
            at=asked,
        )
    except RulesLack as lack:
        keys = ", ".join(lack.names)
        raise SettingsError(
            f"{file}: на {lack.ends_on} правил оценивания нет, назовите все; не хватает / no rules of assessment are "
            f"in force on {lack.ends_on}, name them all; lacking: {keys}"
        ) from None
    except WeightsIdle:
        raise SettingsError(
            f'{file}: weights: при average = "plain" веса не считаются / weights do not count where average is "plain"'
        ) from None


def read_assumed(file: Path) -> Assumed:
    """Read what is to be otherwise.

    Raises:
        SettingsError: the file cannot be read, is no TOML, or has keys or values that are not allowed: all of them.
    """
    try:
        with file.open("rb") as opened:
            raw = opened.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise SettingsError(f"{file}: не прочитать / cannot be read: {error.strerror}") from None
    if len(raw) > FILE_BYTES_MAX:
        raise SettingsError(f"{file}: больше 64 КиБ / larger than 64 KiB")
    try:
        content = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise SettingsError(f"{file}: нужен UTF-8 / has to be UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: это не TOML / this is no TOML: {error}") from None
    weights = content.pop("weights", {})
    problems = [problem for key, value in content.items() if (problem := _misfit(key, value))]
    if not isinstance(weights, dict):
        problems.append("weights: нужна таблица / has to be a table: [weights]")
        weights = {}
    for kind, weight in weights.items():
        if kind not in WORK_KINDS:
            listed = ", ".join(sorted(WORK_KINDS))
            problems.append(f"weights.{kind}: такого вида работы нет, есть / no such kind of work, there are: {listed}")
        elif not _is_within(weight, 1, WEIGHT_MAX):
            problems.append(f"weights.{kind}: {_whole(1, WEIGHT_MAX)}")
    if not problems and not content and not weights:
        problems.append("ничего не сказано / says nothing")
    if problems:
        raise SettingsError(f"{file}: правила не годятся / these rules will not do: {'; '.join(problems)}")
    return Assumed(content, weights)


def _misfit(key: str, value: object) -> str | None:
    """What is wrong with a rule; None: nothing."""
    if key in LEAST_AND_MOST:
        least, most = LEAST_AND_MOST[key]
        return None if _is_within(value, least, most) else f"{key}: {_whole(least, most)}"
    if key in _WORDS:
        listed = ", ".join(sorted(_WORDS[key]))
        return None if isinstance(value, str) and value in _WORDS[key] else f"{key}: одно из / one of: {listed}"
    listed = ", ".join((*_WORDS, *LEAST_AND_MOST, "[weights]"))
    return f"{key}: такого ключа нет, есть / no such key, there are: {listed}"


def _is_within(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _whole(least: int, most: int) -> str:
    hundredths = " (460 — это 4,60 / 460 is 4.60)" if least > 99 else ""
    return f"нужно целое / has to be a whole number: {least}–{most}{hundredths}"


def format_text(found: WhatIf, names: dict[str, str]) -> str:
    """The answer as people read it: the rules, a line for each student's course, the sums."""
    lines = [f"позиция / position {found.position}, строк / rows {len(found.rows)}"]
    for period in found.periods:
        lines.append(_period_line(period))
        for key, value in period.assumed.items():
            old = None if period.rules is None else period.rules[key]
            if value != old:
                lines.append(f"    {key}: {'—' if old is None else old} → {value}")
    lines += [f"    weights.{kind}: → {weight}" for kind, weight in sorted(found.weights.items())]
    lines += [_line(row, names) for row in found.rows[:LINES_MAX]]
    if len(found.rows) > LINES_MAX:
        lines.append(f"… и ещё / and more: {len(found.rows) - LINES_MAX}; все / all: --csv, --json")
    lines.append(f"с тем, что стоит / from what stands: {_sums(found.from_standing)}")
    lines.append(f"с правилами в силе / from the rules in force: {_sums(found.from_rules)}")
    return "\n".join(lines)


def _period_line(period: AssumedPeriod) -> str:
    rule = "нет правил / no rules" if period.rule is None else f"правила / rules [{period.rule}]"
    name = f"{PERIOD_WORDS[period.kind]} {period.number} / {period.kind}-{period.number}"
    return f"{name} ({period.starts_on} – {period.ends_on}), {rule}"


def _line(row: WhatIfRow, names: dict[str, str]) -> str:
    stands = "—" if row.stands is None else MARK_WORDS.get(row.stands, row.stands)
    by_rules = "—" if row.by_rules is None else _mark(row.by_rules)
    final = "" if row.what == "period_mark" else f" ({RESULT_WORDS[row.what]})"
    return (
        f"{row.class_name} {row.subject}{final}  {names.get(row.student, row.student)}: стоит / stands {stands}, "
        f"по правилам / by the rules {by_rules}, иначе / otherwise {_mark(row.assumed)}  "
        f"{[mark.entry for mark in row.inputs]}"
    )


def _mark(outcome: Outcome) -> str:
    mean = _mean(outcome)
    return MARK_WORDS.get(outcome.value, outcome.value) + (f" ({mean})" if mean else "")


def _mean(outcome: Outcome | None) -> str:
    """A mean cut to hundredths; empty where nothing counts."""
    if outcome is None or outcome.mean_hundredths is None:
        return ""
    return f"{outcome.mean_hundredths // 100}.{outcome.mean_hundredths % 100:02}"


def _sums(moves: Moves) -> str:
    return f"выше / rise {moves.rise}, ниже / fall {moves.fall}, те же / same {moves.same}, иное / other {moves.other}"


def _cells(row: WhatIfRow, period: AssumedPeriod, names: dict[str, str]) -> tuple[str, ...]:
    return (
        *(typed(row.class_name), typed(row.subject), row.student, typed(names.get(row.student, ""))),
        *(period.kind, str(period.number), row.what, row.stands or ""),
        *("" if row.by_rules is None else row.by_rules.value, _mean(row.by_rules)),
        *(row.assumed.value, _mean(row.assumed), " ".join(str(mark.entry) for mark in row.inputs)),
    )
