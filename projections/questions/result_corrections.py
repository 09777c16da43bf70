"""Corrections of results, as questions 2 and 4 tell them: where, by whom, and when seen from the publication."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from projections.questions import choosing
from projections.questions.asking import Asked, Row
from projections.reading import command_join, stands

# The row of a result that a correction made has the correction's entry.
_CORRECTED = f"""
    SELECT k.entry, r.what, k.old, k.new, k.reason, k.note, k.basis, k.corrects, k.request, o.class_group, o.subject,
      p.kind, p.number, p.ends_on, r.student, m.at, m.actor, m.role, m.on_behalf_of,
      (SELECT g.at FROM {{commands}} g WHERE g.entry <= r.fact ORDER BY g.entry DESC LIMIT 1),
      (SELECT min(u.entry) FROM {{publications}} u WHERE u.sheet = k.sheet AND u.what = r.what AND u.entry > r.fact
        AND u.entry < k.entry AND {stands("u")})
    FROM {{result_corrections}} k
    JOIN {{results}} r ON r.entry = k.entry
    JOIN {{result_sheets}} s ON s.sheet = k.sheet AND {stands("s")}
    JOIN {{courses}} o ON o.course = s.course AND {stands("o")}
    JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
    {command_join("k.entry")}
    WHERE k.entry >= :after AND k.entry < :before AND {stands("k")}"""


class CorrectedResult(NamedTuple):
    """A correction of a result with its place, when the result was first recorded, and what showed it before."""

    entry: int
    what: str
    old: str | None
    new: str | None
    reason: str
    note: str | None
    basis: str | None
    corrects: int
    request: int | None
    class_group: str
    subject: str
    period_kind: str
    period_number: int
    period_ends_on: str
    student: str
    at: str
    actor: str
    role: str
    on_behalf_of: str | None
    recorded_at: str
    published_by: int | None


def corrected_results(asked: Asked, after: int, before: int) -> Iterator[CorrectedResult]:
    """Corrections and annulments of results between two entries, of the class, subject and student asked about.

    None where a lesson's teacher is asked about: a result is of no lesson.
    """
    if asked.values.get("teacher") is not None:
        return
    condition, values = asked.selected(("class", "o.class_group"), ("subject", "o.subject"), ("student", "r.student"))
    sql = f"{_CORRECTED}{condition} ORDER BY k.entry"
    for row in asked.select(sql, after=after, before=before, **values):
        yield CorrectedResult(*row)


def result_timing(found: CorrectedResult, clock: choosing.LocalClock) -> str:
    """When a result was corrected: what was shown, or stood when its period was closed, takes a second person."""
    if found.request is not None:
        return "after_close" if found.published_by is None else "after_publication"
    same_day = clock.read(found.at)[0] == clock.read(found.recorded_at)[0]
    return "same_day" if same_day else "before_publication"


def result_line(asked: Asked, found: CorrectedResult, timing: str) -> Row:
    """The row of a correction, in the columns of a lesson's."""
    place = (asked.class_names[found.class_group], found.subject)
    action = "annulled" if found.new is None else "corrected"
    cited = (found.corrects, found.request, found.entry)
    return (
        *(found.at, timing, found.what, action, found.old, found.new, found.reason, found.note, found.basis),
        *(found.request, None, None, *place, choosing.period_name(found.period_kind, found.period_number)),
        *(None, found.student, None, found.actor, found.role, found.on_behalf_of),
        [entry for entry in cited if entry is not None],
    )
