"""Marks: for oral answers on the day, for written work within a week (regulation 2.2.4, 2.4.2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from ledger.journal.deadlines.verdict import (
    Entered,
    Reading,
    School,
    Term,
    Verdict,
    Version,
    days_term,
    exempt,
    judge,
    unjudged,
    worst_of,
)


def oral_mark_term(held_on: date, version: Version, school: School) -> Term:
    """Return until when marks for oral answers in a lesson are recorded."""
    return days_term(held_on, version.parameters.oral_mark_days, version, school)


def oral_mark(
    held_on: date,
    mark: Entered,
    *,
    school: School,
    now: datetime,
    made_up_on: date | None = None,
    cited: Collection[int] = (),
) -> Verdict:
    """Judge a mark for work that is not written (R23; regulation 2.2.4, 2.4.2).

    It is never missing, since nobody has to be asked. Whether a work is written is what its record says as it stands.
    For who was asked on a day of the own it is due on that day.

    Args:
        held_on: the day of the lesson.
        mark: the mark that stands.
        school: what it judges by.
        now: as of when.
        made_up_on: this student's own day, where one stands.
        cited: other entries to cite, such as the work's.
    """
    day, readings = _own_day(held_on, made_up_on)
    version = school.version_on(day)
    if version is None:
        return unjudged("oral_mark", mark, cited)
    return judge("oral_mark", oral_mark_term(day, version, school), mark, now, (version.entry, *cited), readings)


def _own_day(day: date, made_up_on: date | None) -> tuple[date, tuple[Reading, ...]]:
    """Return from which day a student's term counts, and how that was read."""
    return (day, ()) if made_up_on is None or made_up_on <= day else (made_up_on, ("made_up",))


def written_mark_term(worked_on: date, version: Version, school: School) -> Term:
    """Return until when marks for a written work are recorded; `worked_on` is its last day."""
    return days_term(worked_on, version.parameters.written_mark_days, version, school)


def class_term(worked_on: date, school: School) -> tuple[Version, Term] | None:
    """Return the version by which a class's written work is judged, and its term; None where none is in force."""
    version = school.version_on(worked_on)
    return None if version is None else (version, written_mark_term(worked_on, version, school))


def written_mark(
    worked_on: date,
    mark: Entered | None,
    *,
    school: School,
    now: datetime,
    absence: Entered | None = None,
    made_up_on: date | None = None,
    several_days: bool = False,
    of_class: tuple[Version, Term] | None = None,
    cited: Collection[int] = (),
) -> Verdict:
    """Judge one student's mark for a written work (R22; regulation 2.2.4).

    The term counts from the last day of the work. For who wrote it later it counts from that day, by the version in
    force then. Who was absent and has no day of his own owes nothing and is owed nothing: exempt, whether or not a mark
    stands, for nobody knows from when a term would run. "н/а" and "осв" are marks.

    Args:
        worked_on: the last day on which the work was written.
        mark: the mark that stands; None where there is none.
        school: what it judges by.
        now: as of when.
        absence: the student's absence on that day, where it stands.
        made_up_on: when this student writes the work; a day before `worked_on` moves no term.
        several_days: whether the work was written on more than one day; the verdict then says so.
        of_class: what `class_term` says of `worked_on`, where it is known: a class's students have one term.
        cited: other entries to cite, such as the work's.
    """
    entries = [*cited, *(absence.entries if absence else ())]
    day, own = _own_day(worked_on, made_up_on)
    readings: tuple[Reading, ...] = ("several_days", *own) if several_days else own
    found = of_class if of_class is not None and day == worked_on else class_term(day, school)
    if found is None:
        return unjudged("written_mark", mark, entries)
    version, term = found
    entries.append(version.entry)
    if absence is not None and made_up_on is None:
        return exempt("written_mark", "absent", mark, entries, readings)
    return judge("written_mark", term, mark, now, entries, readings)


@dataclass(frozen=True, slots=True)
class WorkVerdict:
    """The verdict on a written work as a whole, and the students who wrote it and have no mark, sorted."""

    verdict: Verdict
    without_mark: tuple[str, ...]


def written_work(
    worked_on: date, marks: Mapping[str, Verdict], *, school: School, cited: Collection[int] = ()
) -> WorkVerdict:
    """Judge a written work as a whole (R22; regulation 2.2.4): it is as bad as the worst of its students' verdicts.

    It was recorded when the last mark that is due was; while one of those lacks, it is not recorded. `due` is the
    class's own, whatever later days single students have. A work that nobody wrote is exempt.

    Args:
        worked_on: the last day on which the class wrote it.
        marks: student -> verdict of `written_mark`: everybody who was in the class that day.
        school: what it judges by.
        cited: other entries to cite, such as the work's.
    """
    version = school.version_on(worked_on)
    without = tuple(sorted(student for student, of in marks.items() if of.status in {"missing", "pending"}))
    basis = {*cited, *(entry for of in marks.values() for entry in of.basis)}
    owed = [of for of in marks.values() if of.status != "exempt"]
    if version is None and not owed:
        return WorkVerdict(unjudged("written_work", None, basis), without)
    if version is not None:
        basis.add(version.entry)
    if not owed:
        return WorkVerdict(exempt("written_work", "nobody_wrote", None, basis), without)
    worst = worst_of(owed)
    last = max(((of.recorded_at, of.recorded_by) for of in owed if of.recorded_at is not None), default=(None, None))
    is_whole = all(of.recorded_at is not None for of in owed)
    verdict = replace(
        worst,
        rule="written_work",
        due=written_mark_term(worked_on, version, school).due if version else None,
        recorded_at=last[0] if is_whole else None,
        recorded_by=last[1] if is_whole else None,
        readings=tuple(sorted({reading for of in owed for reading in of.readings})),
        basis=tuple(sorted(basis)),
    )
    return WorkVerdict(verdict, without)
