"""The lesson's record and its attendance: on the day of the lesson (regulation 2.1, 2.2.1, 2.2.4, 2.4.2).

A lesson that was planned and that nobody recorded lacks both: 2.1 asks for both by the fact of the lesson. Homework and
marks are not asked for then, since nobody knows whether there were any. A cancelled one owes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
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
)


def lesson_term(held_on: date, version: Version, school: School) -> Term:
    """Return until when a lesson of a day is recorded."""
    return days_term(held_on, version.parameters.lesson_days, version, school)


def lesson_record(
    held_on: date,
    record: Entered | None,
    *,
    school: School,
    now: datetime,
    planned: Collection[int] = (),
    cancelled: int | None = None,
) -> Verdict:
    """Judge the record of a lesson (R14, R17; regulation 2.1, 2.2.1, 2.4.2).

    The term counts from the day on which the lesson was held. Who recorded it does not matter here: a substitute has
    the same day. A lesson that was annulled is not judged; one that was recorded anew is another lesson with its own
    first entry.

    Args:
        held_on: the day of the lesson.
        record: the lesson's record; None for a lesson that only a timetable knows.
        school: what it judges by.
        now: as of when.
        planned: entries that say that the lesson was to be held, where a timetable does.
        cancelled: the entry that says that it was not held, where it is not recorded.
    """
    version = school.version_on(held_on)
    if version is None:
        return unjudged("lesson", record, planned)
    if record is None and cancelled is not None:
        return exempt("lesson", "cancelled", None, (version.entry, cancelled, *planned))
    return judge("lesson", lesson_term(held_on, version, school), record, now, (version.entry, *planned))


def attendance_term(held_on: date, version: Version, school: School) -> Term:
    """Return until when the attendance of a lesson is recorded."""
    return days_term(held_on, version.parameters.attendance_days, version, school)


def attendance(
    held_on: date,
    taken: Entered | None,
    absences: Collection[Entered] = (),
    *,
    school: School,
    now: datetime,
    planned: Collection[int] = (),
    cancelled: int | None = None,
) -> Verdict:
    """Judge whether it was recorded in time who was absent from a lesson (R14, R24; regulation 2.1, 2.2.4, 2.4.2).

    That nobody was absent has to be said: until attendance is taken nothing is recorded, though absences may be. From
    then on it is as late as the last of its absences that stand, since the clause asks for the data on all who missed
    the lesson. A reason that becomes known later is not late (R24), and a corrected code keeps its first entry.

    Args:
        held_on: the day of the lesson.
        taken: what says that attendance was taken: the lesson's record, or what followed it.
        absences: absences of the lesson that stand.
        school: what it judges by.
        now: as of when.
        planned: entries that say that the lesson was to be held, where a timetable does.
        cancelled: the entry that says that it was not held, where it is not recorded.
    """
    version = school.version_on(held_on)
    entries = [*planned, *(entry for absence in absences for entry in absence.entries)]
    readings: list[Reading] = []
    whole = taken
    if taken is not None:
        entries += taken.entries
        whole = max([taken, *absences], key=lambda entered: (entered.at, entered.entry))
        readings = ["absence_added"] if whole.at > taken.at else []
    if version is None:
        return unjudged("attendance", whole, entries)
    if whole is None and cancelled is not None:
        return exempt("attendance", "cancelled", None, (version.entry, cancelled, *entries))
    term = attendance_term(held_on, version, school)
    return judge("attendance", term, whole, now, (version.entry, *entries), readings)
