"""Closing a period: from then on corrections alone, and a commitment to its lessons as they stood (events.md)."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.errors import Refused
from ledger.journal import rules
from ledger.journal.commands import ClosePeriod
from ledger.journal.context import Context, LessonHead
from ledger.journal.events import PeriodClosed
from ledger.journal.recorded import Planned
from ledger.journal.teaching import today
from ledger.journal.year import Period
from ledger.tree import RightEdge, leaf_hash


def commitment(heads: Iterable[LessonHead]) -> tuple[int, str]:
    """Compute `streams` and `root` of a closing entry.

    The leaves are the canonical JSON arrays ``["lesson/<uuid>",<last version>,<last index>]`` in byte order of the
    stream; the root is RFC 6962's, in hex.
    """
    # Streams are ASCII, so texts sort as their bytes do.
    leaves = [
        leaf_hash(b'["%b",%d,%d]' % (head.stream.encode("ascii"), head.last_version, head.last_index))
        for head in sorted(heads)
    ]
    return len(leaves), RightEdge.empty().extend(leaves).root().hex()


def close_period(command: ClosePeriod, context: Context) -> list[Planned]:
    """Close a period whose last day is over (regulation 3.3).

    The commitment speaks of the whole log, so the log must not grow before the append.
    """
    rules.check_role(context.actor, rules.ADMINISTRATION, "3.3")
    period = context.find(Period, "period", command.period, "period")
    if period.closed:
        raise Refused("period_closed", "the reporting period is closed already", clause="3.3", where="period")
    if today(context) <= period.ends_on:
        raise Refused("period_not_over", "a period is closed after its last day", clause="3.3", where="period")
    heads = context.books.lessons(period.year, period.grades, period.starts_on, period.ends_on)
    context.expected_size = context.books.size
    streams, root = commitment(heads)
    return [Planned(period.stream, period.version + 1, PeriodClosed(streams=streams, root=root))]
