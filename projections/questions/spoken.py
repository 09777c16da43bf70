"""Values of facts as people read them: a code in words, and what a correction keeps as JSON field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from ledger.journal.vocabulary import ABSENCE_WORDS, MARK_WORDS, SUBSTITUTION_WORDS, WORK_WORDS

VALUES: Final = MARK_WORDS | ABSENCE_WORDS | WORK_WORDS
NOTHING: Final = "—"
FIELD_WORDS: Final = {
    "item": "пункт",
    "topic": "тема",
    "number": "урок №",
    "plan_items": "пункты плана",
    "kind": "вид",
    "written": "письменная",
    "weight": "вес",
    "ends_on": "по",
    "made_up_on": "день",
    "text": "задание",
    "due_on": "к дню",
    "due_lesson": "к уроку",
    "files": "файлов",
    "reason": "причина",
    "basis": "основание",
    "same_subject": "тот же предмет",
    "coefficient": "коэффициент",
    "hours": "часов",
    "homework": "задание",
    "planned_on": "по плану",
}
"""Fields in their Russian words; ids of other things are left out."""
_HUNDREDTHS: Final = ("weight", "coefficient")
_CODES: Final = {"kind": WORK_WORDS, "reason": SUBSTITUTION_WORDS}


def spoken(value: str | None, words: Mapping[str, str] = VALUES) -> str:
    """A value in words: ``тема «Дроби», урок № 2, 08:30–09:15`` for a lesson's, ``н/а`` for a code, a dash for none."""
    if value is None:
        return NOTHING
    fields = _fields(value)
    if fields is None:
        return words.get(value, value)
    starts_at, ends_at = fields.pop("starts_at", None), fields.pop("ends_at", None)
    parts = [
        f"{FIELD_WORDS[name]} {_field(name, content)}"
        for name, content in sorted(fields.items(), key=lambda field: _PLACES.get(field[0], 0))
        if name in FIELD_WORDS and content is not None and content != []
    ]
    if starts_at is not None:
        parts.append(f"{starts_at}–{ends_at}")
    return ", ".join(parts)


_PLACES: Final = {name: place for place, name in enumerate(FIELD_WORDS)}


def _fields(value: str) -> dict[str, Any] | None:
    """The fields of a value that is kept as JSON; None where it is a text or a code."""
    if not value.startswith("{"):
        return None
    try:
        found = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _field(name: str, content: Any) -> str:
    if isinstance(content, bool):
        return "да" if content else "нет"
    if name in _HUNDREDTHS:
        return f"{content // 100},{content % 100:02}"
    if name == "due_lesson":
        return f"{content['held_on']} № {content['number']}"
    if name == "files":
        return str(len(content))
    if isinstance(content, list):
        return ", ".join(map(str, content))
    if name in ("topic", "text", "homework", "basis"):
        return f"«{content}»"
    return _CODES.get(name, {}).get(str(content), str(content))
