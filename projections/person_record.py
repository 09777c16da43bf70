"""What the journal has of one person: marks and absences of a student, results, and every entry that names somebody.

A student's rows are all that were ever recorded, corrected and annulled ones too: a person who asks what is kept is
told of them (152-ФЗ, ст. 14). Nothing here names another student.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from ledger.log import LogRecorder
from projections.reading import Reader, command_join, stands

_COMMITMENT: Final = re.compile(rb'"_sd":\[([^\]]*)\]')
_DIGEST: Final = re.compile(rb'"([A-Za-z0-9_-]{43})"')
_AUTHOR: Final = b'{"actor":{"id":"%s"'


class CellLine(NamedTuple):
    """What an entry said of a student in a lesson.

    Attributes:
        entry, at, actor: which entry, when, by whom.
        held_on, number, subject, class_name, teacher: of the lesson as it stands.
        what, work, value: the kind of fact, the kind of its work, and the value; None: annulled.
        action, reason, basis: ``recorded``, or what a correction says.
        replaced_by_later: whether a later entry about the same fact stands in its place.
    """

    entry: int
    at: str
    actor: str
    held_on: str
    number: int
    subject: str
    class_name: str
    teacher: str
    what: str
    work: str | None
    value: str | None
    action: str
    reason: str | None
    basis: str | None
    replaced_by_later: bool


class ResultLine(NamedTuple):
    """What an entry said of a result; as `CellLine`. `published_at`: when it was first shown, None: not yet."""

    entry: int
    at: str
    actor: str
    what: str
    subject: str
    class_name: str
    period_kind: str
    period_number: int
    value: str | None
    reason: str | None
    basis: str | None
    published_at: str | None
    replaced_by_later: bool


@dataclass(slots=True)
class Naming:
    """Entries of one type that name a person, or that the person made; `first_at`, `last_at`: of all of them."""

    type: str
    entries: list[int] = field(default_factory=list)
    authored: int = 0
    first_at: str = ""
    last_at: str = ""


class Committed(NamedTuple):
    """The entry that commits to a value."""

    entry: int
    at: str
    type: str


class InTheLog(NamedTuple):
    """What reading the log through found of a person: by type of entry, and digest -> the entry that commits to it."""

    named: list[Naming]
    committed: dict[str, Committed]


_CELLS: Final = f"""
    SELECT c.entry, m.at, m.actor, l.held_on, l.number, o.subject, g.grade, g.letter, l.teacher, c.what,
      (SELECT max(w.kind) FROM {{works}} w WHERE w.lesson = c.lesson AND w.work = c.work AND {stands("w")}),
      c.value, coalesce(k.action, 'recorded'), k.reason, k.basis, c.to_position
    FROM {{cells}} c {command_join("c.entry")}
    JOIN {{lessons}} l ON l.lesson = c.lesson AND {stands("l")}
    JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
    JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}
    LEFT JOIN {{corrections}} k ON k.entry = c.entry
    WHERE c.student = :person AND c.entry < :at ORDER BY l.held_on, l.number, c.fact, c.entry"""
_RESULTS: Final = f"""
    SELECT r.entry, m.at, m.actor, r.what, o.subject, g.grade, g.letter, p.kind, p.number, r.value,
      coalesce(k.reason, r.reason), k.basis,
      (SELECT n.at FROM {{commands}} n WHERE n.entry = (SELECT max(f.entry) FROM {{commands}} f WHERE f.entry <= (
        SELECT min(q.entry) FROM {{publications}} q
        WHERE q.sheet = r.sheet AND q.what = r.what AND q.entry > r.entry AND {stands("q")}))),
      r.to_position
    FROM {{results}} r {command_join("r.entry")}
    JOIN {{result_sheets}} s ON s.sheet = r.sheet AND {stands("s")}
    JOIN {{courses}} o ON o.course = s.course AND {stands("o")}
    JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}
    JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
    LEFT JOIN {{result_corrections}} k ON k.entry = r.entry
    WHERE r.student = :person AND r.entry < :at ORDER BY p.starts_on, o.subject, r.fact, r.entry"""


def cell_lines(views: Reader, student: str, position: int) -> list[CellLine]:
    """All that was ever recorded of a student in lessons, by day and lesson."""
    return [
        CellLine._make((*row[:6], f"{row[6]}{row[7]}", *row[8:15], row[15] <= position))
        for row in views.select(_CELLS, {"at": position, "person": student})
    ]


def result_lines(views: Reader, student: str, position: int) -> list[ResultLine]:
    """All results that were ever recorded of a student, by period and subject."""
    return [
        ResultLine._make((*row[:5], f"{row[5]}{row[6]}", *row[7:13], row[13] <= position))
        for row in views.select(_RESULTS, {"at": position, "person": student})
    ]


class _Entry(msgspec.Struct, frozen=True):
    at: str
    index: int
    type: str


_decode: Final = msgspec.json.Decoder(_Entry).decode


def in_the_log(log: LogRecorder, person: str, digests: Collection[str], position: int) -> InTheLog:
    """Read the log through for a person: what names the person, and what commits to the values with these digests.

    Every entry is read once, whatever it says, so no kind of record can be forgotten; memory grows with what is found.
    """
    wanted, id_ = frozenset(digests), person.encode()
    author = _AUTHOR % id_
    named: defaultdict[str, Naming] = defaultdict(lambda: Naming(""))
    committed: dict[str, Committed] = {}
    for raw in log.entries(0, position):
        is_author = raw.startswith(author)
        names = raw.find(id_, len(author) if is_author else 0) >= 0
        found = [] if not wanted or b'"_sd":[' not in raw else _commitments(raw, wanted)
        if not (is_author or names or found):
            continue
        entry = _decode(raw)
        committed.update((digest, Committed(entry.index, entry.at, entry.type)) for digest in found)
        if is_author or names:
            row = named[entry.type]
            row.type, row.first_at, row.last_at = entry.type, row.first_at or entry.at, entry.at
            row.authored += is_author
            if names:
                row.entries.append(entry.index)
    return InTheLog([named[type_] for type_ in sorted(named)], committed)


def _commitments(raw: bytes, wanted: frozenset[str]) -> list[str]:
    listed = (digest.decode() for part in _COMMITMENT.findall(raw) for digest in _DIGEST.findall(part))
    return [digest for digest in listed if digest in wanted]
