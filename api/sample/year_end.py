"""The end of a sample school's year: journals closed, summary sheets handed over (3.2), and put away on paper (3.1).

What lacks in a journal, and the digest of a sheet, follow from everything that was recorded; no generator remembers
all of that. So these commands are not part of a `SampleSchool`: who loads one lets them be made from the state that the
commands before led to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Final, Protocol, TypeVar
from uuid import UUID, uuid5

from api.sample.planned import Planned
from api.sample.roster import Roster
from api.sample.school import SampleSchool
from api.sample.school_year import ENDS_ON, as_datetime, local_day, moment
from ledger.journal import commands as cmd
from ledger.journal.context import Context
from ledger.journal.erasure_events import RetentionRow
from ledger.journal.journal_events import Excused
from ledger.journal.lacking import counted, read_journal, what_lacks
from ledger.journal.papers import Papers
from ledger.journal.retention import Schedule
from ledger.journal.roster import ClassGroup
from ledger.journal.summary_sheet import sheet_of
from ledger.journal.vocabulary import Lacking, LackReason, RetentionClass
from ledger.journal.year import Period
from ledger.wire.entry import Actor

_T = TypeVar("_T")


class Look(Protocol):
    """Works something out of the books as they are."""

    def __call__(self, reading: Callable[[Context], _T]) -> _T:
        """Return what `reading` gives."""


_ON: Final = date(2027, 6, 28)
_EXCUSES: Final[dict[Lacking, tuple[LackReason, str]]] = {
    "result": ("not_required", "учебный план: 1 класс учится без отметок"),
    "mark": ("not_restorable", "протокол педагогического совета № 12"),
}
_ELSE: Final[tuple[LackReason, str]] = ("order", "приказ № 118-о")
_YEARS: Final[tuple[tuple[RetentionClass, int, int], ...]] = (("journal", 5, 11), ("print", 5, 13), ("sheet", 25, 12))
_ARCHIVE: Final = "архив школы"
_TERMS: Final = tuple(
    RetentionRow(retention=retention, years=years, counted_from="year_end", kept_by="law", citation=f"05-{number}")
    for retention, years, number in _YEARS
)


def close_year(sample: SampleSchool, look: Look, size: Callable[[], int], last: datetime | None) -> Iterator[Planned]:
    """Yield what is left of the year's end, each command made when the one before is recorded; none before that end.

    Args:
        sample: the school, of which everything was recorded.
        look: see `Look`.
        size: the log's size, which is the index of the next entry.
        last: the moment of the last command; None: there was none.
    """
    roster = sample.roster()
    if roster.days[-1] != ENDS_ON or last is None:
        return
    at = max(as_datetime(moment(_ON, "10:00")), last)
    deputy, administrator = Actor(roster.deputy.id, "deputy"), Actor(roster.administrator.id, "administrator")
    for command in _commands(roster, look, at):
        at += timedelta(minutes=1)
        actor = administrator if isinstance(command, cmd.ApproveJournalReopening) else deputy
        yield Planned(at, actor, command, size(), 1)
    for command in _paper(roster, look):
        at += timedelta(minutes=1)
        yield Planned(at, administrator, command, size(), 1)


def _commands(roster: Roster, look: Look, at: datetime) -> Iterator[cmd.JournalCommand]:
    if not look(lambda context: context.settled(Period, "period", roster.year_period, "period").closed):
        yield cmd.ClosePeriod(period=roster.year_period)
    for number, group in enumerate(roster.classes, 1):
        if not look(lambda context, id_=group.id: _group(context, id_).journal_closed):  # type: ignore[misc]
            yield look(lambda context, id_=group.id: _closing(context, id_))  # type: ignore[misc]
        if number == 1:
            yield from _reopening(group.id, look)
        if look(lambda context, id_=group.id: _group(context, id_).sheet_transferred) is None:  # type: ignore[misc]
            sha256 = look(lambda context, id_=group.id: _digest(context, id_))  # type: ignore[misc]
            day = local_day(int(at.timestamp() * 1_000_000)).isoformat()
            yield cmd.TransferSheet(
                class_group=group.id, sha256=sha256, number=f"{number}-а", received_on=day, to=_ARCHIVE
            )


def _reopening(id_: str, look: Look) -> Iterator[cmd.JournalCommand]:
    """The first class's journal is opened again once: the deputy asks, the administrator approves; and closed anew."""
    if look(lambda context: _group(context, id_).journal_reopenings) == 0:
        if look(lambda context: _group(context, id_).reopening_asked) is None:
            yield cmd.RequestJournalReopening(
                class_group=id_, reason="closed_by_mistake", basis="служебная записка № 31"
            )
        asked = look(lambda context: _group(context, id_).reopening_asked)
        if asked is not None:
            yield cmd.ApproveJournalReopening(class_group=id_, request=asked.entry, basis="приказ № 121-о")
    if not look(lambda context: _group(context, id_).journal_closed):
        yield look(lambda context: _closing(context, id_))


def _paper(roster: Roster, look: Look) -> Iterator[cmd.JournalCommand]:
    """How long paper is kept, and the printed summary sheet of each class in the school's archive."""
    if look(lambda context: context.find_if_any(Schedule, f"retention/{context.books.school}")) is None:
        yield cmd.AdoptRetentionSchedule(
            effective_from=_ON.isoformat(), basis="номенклатура дел на 2027 год", rows=_TERMS
        )
    for group in roster.classes:
        # The register's papers need ids that the same school gives anew each time.
        paper = str(uuid5(UUID(group.id), "summary sheet"))
        known = look(lambda context: context.find_if_any(Papers, f"paper/{context.books.school}"))
        if known is None or paper not in known.papers:
            yield cmd.StorePaper(
                paper=paper,
                kind="summary_sheet",
                title=f"Сводная ведомость {group.title}",
                pages=2,
                place="архив школы, шкаф 1",
                basis="номенклатура дел, 05-12",
                year=roster.year,
                class_group=group.id,
            )


def _group(context: Context, id_: str) -> ClassGroup:
    return context.settled(ClassGroup, "class", id_, "class_group")


def _closing(context: Context, id_: str) -> cmd.CloseJournal:
    lacks = what_lacks(read_journal(_group(context, id_), context), context)
    excused = []
    for (what, course), count in sorted(counted(lacks).items()):
        reason, basis = _EXCUSES.get(what, _ELSE)  # type: ignore[call-overload]
        excused.append(Excused(what=what, count=count, reason=reason, basis=basis, course=course or None))  # type: ignore[arg-type]
    return cmd.CloseJournal(class_group=id_, excused=tuple(excused))


def _digest(context: Context, id_: str) -> str:
    return sheet_of(read_journal(_group(context, id_), context), context).sha256
