"""`replay --compare`: what changed between two moments or positions, by whom, when and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

from api.cli.console import Console, Exit
from api.cli.looking import look
from api.cli.replaying import Replayed, check_days, class_names, no_class
from api.moments import read_as_of
from api.problems import Problem
from api.schools import open_school
from api.settings import SettingsError
from ledger.journal.account_vocabulary import ACCOUNT_CLOSING_WORDS, ACCOUNT_WORDS
from ledger.journal.vocabulary import (
    CANCELLATION_WORDS,
    COUNCIL_WORDS,
    DEVIATION_WORDS,
    DUTY_WORDS,
    FACT_WORDS,
    PERSON_WORDS,
    PLAN_WORDS,
    REASON_WORDS,
    REOPENING_WORDS,
    RESCHEDULE_WORDS,
    ROLE_WORDS,
    SUBSTITUTION_WORDS,
)
from projections.questions.cells import ACTION_WORDS
from projections.questions.choosing import period_name
from projections.questions.spoken import NOTHING, VALUES, spoken
from projections.reading import resolve
from projections.views.changes import Change, changes
from projections.views.register_changes import CHANGE_WORDS, WHAT_WORDS, RegisterChange, register_changes

AnyChange: TypeAlias = Change | RegisterChange

LINES_MAX: Final = 200
"""Lines for people; a program gets all of it."""
PEOPLE_MAX: Final = 5
"""Names in a line: a decision of the council is about a class."""
_ACTIONS: Final = ACTION_WORDS | CHANGE_WORDS
_REASONS: Final = (
    RESCHEDULE_WORDS | CANCELLATION_WORDS | SUBSTITUTION_WORDS | PLAN_WORDS | REOPENING_WORDS | DEVIATION_WORDS
    | ACCOUNT_CLOSING_WORDS | REASON_WORDS
)  # fmt: skip
_CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "council": COUNCIL_WORDS,
    "person": PERSON_WORDS,
    "duty": DUTY_WORDS,
    "account": ROLE_WORDS | ACCOUNT_WORDS,
    "backdating": {
        "student_enrolled": "зачисление", "student_left": "выбытие", "teacher_assigned": "учитель предмета",
        "class_teacher_assigned": "классный руководитель",
        "subgroup_joined": "в подгруппу", "subgroup_left": "из подгруппы", "duty_assigned": "обязанность",
        "duty_ended": "конец обязанности", "regulation_adopted": "положение",
        "responsible_appointed": "ответственный", "timetable_set": "расписание", "bell_schedule_set": "звонки",
        "days_off_declared": "дни без уроков", "school_day_declared": "перенос учебного дня",
        "calendar_entry_revoked": "отзыв записи календаря",
    },
}  # fmt: skip
"""Codes of values, where they are not those of lessons and results."""


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
        narrowed: dict[str, Any] = {
            "class_group": None if chosen.class_name is None else known[chosen.class_name],
            "subject": chosen.subject,
            "student": chosen.student,
            "from_date": chosen.from_date,
            "to_date": chosen.to_date,
        }
        facts = changes(school.views, first, last, **narrowed).rows
        registers = register_changes(school.views, first, last, **narrowed).rows
        look(school, "replay", (facts, registers), as_of=last)
        listed: list[AnyChange] = [*facts, *registers]
        found = sorted(listed, key=lambda change: change.entry)
        people = school.names({who for change in found for who in (change.actor, *_whose(change))})
        opened = school.vault.values(sorted({change.note for change in found if change.note}))
        notes = {digest: disclosure.value for digest, disclosure in opened.items()}
    counts = dict(sorted(Counter(change.action for change in found).items()))
    content: dict[str, Any] = {
        "first": {"asked": moments[0], "position": first},
        "last": {"asked": moments[1], "position": last},
        "totals": counts,
        "changes": orjson.loads(orjson.dumps(facts)),
        "registers": orjson.loads(orjson.dumps(registers)),
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


def _whose(change: AnyChange) -> tuple[str, ...]:
    """Whom a change is about."""
    if isinstance(change, RegisterChange):
        return change.people
    return () if change.student is None else (change.student,)


def format_changes(
    first: int, last: int, found: Sequence[AnyChange], people: Mapping[str, str], notes: Mapping[str, str]
) -> str:
    """The changes as people read them, a line each; of too many, what changed something before what is new."""
    lines = [
        f"записей было / entries then {first}, стало / later {last}, изменений / changes {len(found)}",
    ]
    for action, count in sorted(Counter(change.action for change in found).items()):
        lines.append(f"  {_ACTIONS[action]} / {action}: {count}")
    shown = found if len(found) <= LINES_MAX else sorted(found, key=lambda change: change.action == "recorded")
    lines += [format_change(change, people, notes) for change in shown[:LINES_MAX]]
    if len(found) > LINES_MAX:
        lines.append(f"… и ещё / and more: {len(found) - LINES_MAX}; все / all: --json")
    return "\n".join(lines)


def format_change(change: AnyChange, people: Mapping[str, str], notes: Mapping[str, str]) -> str:
    """One change as people read it: where, whose, what it was and is, why, by whom."""
    whose = [people.get(person, person) for person in _whose(change)]
    more = f" … всего / in all {len(whose)}" if len(whose) > PEOPLE_MAX else ""
    why = [_REASONS.get(change.reason or "", ""), notes.get(change.note or "", ""), change.basis or ""]
    if isinstance(change, RegisterChange) and change.document is not None:
        why.append(change.document if "№" in change.document else f"№ {change.document}")
    if change.request is not None:
        why.append(f"заявка / request [{change.request}]")
    where, what = (
        (_of_register(change), WHAT_WORDS[change.what])
        if isinstance(change, RegisterChange)
        else (f"{change.held_on} {change.number} {change.class_name} {change.subject}", FACT_WORDS[change.what])
    )
    who = f"{people.get(change.actor, change.actor)} ({ROLE_WORDS.get(change.role, change.role)})"
    parts = [f"[{change.entry}]", change.at, where, ", ".join(whose[:PEOPLE_MAX]) + more, what]
    parts += [_ACTIONS[change.action], _value(change), "; ".join(part for part in why if part), who]
    return "  ".join(part for part in parts if part)


def _of_register(change: RegisterChange) -> str:
    """Class, subject, period and days of what is no lesson's."""
    period = "" if change.period_kind is None else period_name(change.period_kind, change.period_number)
    days = ""
    if change.period is None and change.from_date is not None:
        last = "" if change.to_date in (None, change.from_date) else f"–{change.to_date}"
        days = f"с {change.from_date}" if change.to_date is None else f"{change.from_date}{last}"
    return " ".join(part for part in (change.class_name, change.subject, period, days) if part)


def _value(change: AnyChange) -> str:
    """What it was and is; nothing where neither was said."""
    words = _CODES.get(change.what, VALUES)
    old, new = (spoken(value, words) for value in (change.old, change.new))
    if change.action == "recorded" and not isinstance(change, RegisterChange):
        # What a lesson's fact said first is a text or a code, never JSON.
        return VALUES.get(change.new or "", change.new or NOTHING)
    if change.old is None and change.new is None:
        return ""
    if (
        isinstance(change, RegisterChange)
        and change.old is None
        and change.action not in ("corrected", "annulled", "requested")
    ):
        return new
    return f"{old} → {new}"
