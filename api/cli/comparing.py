"""`replay --compare`: what changed between two moments or positions, by whom, when and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from api.cli.console import Console, Exit
from api.cli.looking import look
from api.cli.replaying import Replayed, check_days, class_names, no_class
from api.moments import read_as_of
from api.problems import Problem
from api.schools import open_school
from api.settings import SettingsError
from ledger.journal.vocabulary import ABSENCE_WORDS, FACT_WORDS, MARK_WORDS, REASON_WORDS, ROLE_WORDS, WORK_WORDS
from projections.questions.cells import ACTION_WORDS
from projections.reading import resolve
from projections.views.changes import Change, changes

LINES_MAX: Final = 200
"""Lines for people; a program gets all of it."""
_VALUES: Final = MARK_WORDS | ABSENCE_WORDS | WORK_WORDS


def run_compare(console: Console, var: Path, moments: tuple[str, str], chosen: Replayed) -> int:
    """Print what changed between what was known at two moments or positions.

    Raises:
        SettingsError: one of them is neither, the first is the later one, or an option is malformed.
    """
    check_days(chosen)
    if chosen.lesson is not None or chosen.with_:
        raise SettingsError("--compare: берёт только / takes only: --class, --subject, --student, --from, --to")
    asked = [_moment(text) for text in moments]
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        first, last = (resolve(school.views, moment) for moment in asked)
        if first > last:
            raise SettingsError(
                f"--compare: первое позже второго / the first is the later one, swap them: {first} > {last}"
            )
        known = class_names(school, last)
        if chosen.class_name is not None and chosen.class_name not in known:
            raise SettingsError(no_class(chosen.class_name, known, last))
        found = changes(
            school.views,
            first,
            last,
            class_group=None if chosen.class_name is None else known[chosen.class_name],
            subject=chosen.subject,
            student=chosen.student,
            from_date=chosen.from_date,
            to_date=chosen.to_date,
        ).rows
        look(school, "replay", found, as_of=last)
        people = school.names({who for change in found for who in (change.actor, change.student) if who})
        opened = school.vault.values(sorted({change.note for change in found if change.note}))
        notes = {digest: disclosure.value for digest, disclosure in opened.items()}
    counts = dict(sorted(Counter(change.action for change in found).items()))
    content: dict[str, Any] = {
        "first": {"asked": moments[0], "position": first},
        "last": {"asked": moments[1], "position": last},
        "totals": counts,
        "changes": orjson.loads(orjson.dumps(found)),
        "people": people,
        "notes": notes,
    }
    console.result(content, "" if console.as_json else format_changes(first, last, found, people, notes))
    return Exit.DONE


def _moment(text: str) -> Any:
    try:
        return read_as_of(text)
    except Problem:
        raise SettingsError(
            "--compare: два раза позиция или момент / twice a position such as 412, or a moment such as "
            "2026-11-01T12:00:00Z"
        ) from None


def format_changes(
    first: int, last: int, found: tuple[Change, ...], people: Mapping[str, str], notes: Mapping[str, str]
) -> str:
    """The changes as people read them, a line each."""
    lines = [
        f"записей было / entries then {first}, стало / later {last}, изменений / changes {len(found)}",
    ]
    for action, count in sorted(Counter(change.action for change in found).items()):
        lines.append(f"  {ACTION_WORDS[action]} / {action}: {count}")
    lines += [format_change(change, people, notes) for change in found[:LINES_MAX]]
    if len(found) > LINES_MAX:
        lines.append(f"… и ещё / and more: {len(found) - LINES_MAX}; все / all: --json")
    return "\n".join(lines)


def format_change(change: Change, people: Mapping[str, str], notes: Mapping[str, str]) -> str:
    """One change as people read it: where, whose, what it was and is, why, by whom."""
    where = f"{change.held_on} {change.number} {change.class_name} {change.subject}"
    whose = people.get(change.student, change.student) if change.student else ""
    old, new = (_VALUES.get(value, value) if value else "—" for value in (change.old, change.new))
    value = new if change.action == "recorded" else f"{old} → {new}"
    why = [REASON_WORDS.get(change.reason or "", ""), notes.get(change.note or "", ""), change.basis or ""]
    if change.request is not None:
        why.append(f"заявка / request [{change.request}]")
    reason = "; ".join(part for part in why if part)
    who = f"{people.get(change.actor, change.actor)} ({ROLE_WORDS.get(change.role, change.role)})"
    parts = [f"[{change.entry}]", change.at, where, whose, FACT_WORDS[change.what], ACTION_WORDS[change.action], value]
    return "  ".join(part for part in (*parts, reason, who) if part)
