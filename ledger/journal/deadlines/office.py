"""What the office answers for: results within a day, notices within three, the yearly refresh (2.3.3, 1.7)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from ledger.journal.deadlines.days import local_date
from ledger.journal.deadlines.verdict import (
    Entered,
    School,
    Term,
    Verdict,
    Version,
    days_term,
    judge,
    named_term,
    unjudged,
)


def result_term(obtained_at: datetime, version: Version) -> Term:
    """Return until when a result is published."""
    return Term.after(obtained_at, timedelta(hours=version.parameters.result_hours))


def result(
    obtained_at: datetime, published: Entered | None, *, school: School, now: datetime, cited: Collection[int] = ()
) -> Verdict:
    """Judge the publication of a result of a period or an examination (R29; regulation 2.3.3).

    Hours that pass are counted from the moment at which the result was obtained (the protocol was signed), not to the
    end of a day, and days off do not extend them. In the night in which clocks change, 24 hours are 24 hours.

    Args:
        obtained_at: when it was obtained, aware.
        published: what made it accessible to the student and the parents; None while nothing did.
        school: what it judges by; the version of the school's day at `obtained_at` is in force.
        now: as of when.
        cited: other entries to cite, such as the one that says when it was obtained.
    """
    version = school.version_on(local_date(obtained_at, school.zone))
    if version is None:
        return unjudged("result", published, cited)
    return judge("result", result_term(obtained_at, version), published, now, (version.entry, *cited))


def notice(
    received_on: date, changed: Entered | None, *, school: School, now: datetime, cited: Collection[int] = ()
) -> Verdict:
    """Judge the entry of changed personal data (R12; regulation 1.7): days from the day of the notice.

    Args:
        received_on: the day on which the school had the notice.
        changed: what entered the change; None while nothing did.
        school: what it judges by.
        now: as of when.
        cited: other entries to cite, such as the notice's.
    """
    version = school.version_on(received_on)
    if version is None:
        return unjudged("notice", changed, cited)
    term = days_term(received_on, version.parameters.notice_days, version, school)
    return judge("notice", term, changed, now, (version.entry, *cited))


def refresh(
    opened_on: date, confirmed: Entered | None, *, school: School, now: datetime, cited: Collection[int] = ()
) -> Verdict:
    """Judge the yearly refresh of one student's data (R11; regulation 1.7): until a day of the year, that day included.

    The year is that of the day on which the refresh was opened, and the version in force on that day says until when;
    a refresh that is opened after that day is late from its beginning.

    Args:
        opened_on: the day on which the school opened the refresh.
        confirmed: what confirmed or changed the student's data; None while nothing did.
        school: what it judges by.
        now: as of when.
        cited: other entries to cite.
    """
    version = school.version_on(opened_on)
    if version is None:
        return unjudged("refresh", confirmed, cited)
    until = date.fromisoformat(f"{opened_on.year:04}-{version.parameters.annual_refresh_until}")
    return judge("refresh", named_term(until, version, school), confirmed, now, (version.entry, *cited))
