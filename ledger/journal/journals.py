"""A class's journal of the year: closed, and its summary sheet handed over; `reopening` opens it (regulation 3.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.commands import CloseJournal, TransferSheet
from ledger.journal.context import Context
from ledger.journal.journal_events import Excused, JournalClosed, SheetTransferred
from ledger.journal.lacking import Lack, counted, read_journal, what_lacks
from ledger.journal.recorded import Planned
from ledger.journal.roster import ClassGroup
from ledger.journal.summary_sheet import sheet_of
from ledger.journal.vocabulary import LACK_REASONS, LACKING, UNSETTLED

CLOSERS: Final = (*rules.ADMINISTRATION, "director")
EXCUSES_MAX: Final = 100
"""Each takes up to some six hundred bytes of an entry that has 65,535."""
TRANSFERS_MAX: Final = 99
"""What bounds how often a verifier must make the sheet again."""
_COUNT_MAX: Final = 99_999


def close_journal(command: CloseJournal, context: Context) -> list[Planned]:
    """Close a class's journal of its year: each thing is settled, or excused by name (regulation 3.2)."""
    rules.check_role(context.actor, CLOSERS, "3.2")
    group = context.find(ClassGroup, "class", command.class_group, "class_group")
    if group.journal_closed:
        raise Refused(
            "journal_closed_already", "the class's journal is closed already", clause="3.2", where="class_group"
        )
    _check_excused(command.excused)
    lacks = what_lacks(read_journal(group, context), context)
    _check_settled(lacks)
    _check_accounted(lacks, command.excused)
    return [Planned(group.stream, group.version + 1, JournalClosed(excused=command.excused))]


def transfer_sheet(command: TransferSheet, context: Context) -> list[Planned]:
    """Record that the summary sheet, as it is, was handed over to the archive: from the closing on (regulation 3.2)."""
    rules.check_role(context.actor, (*CLOSERS, rules.ARCHIVIST), "3.2")
    group = closed_journal(command.class_group, context)
    rules.check_sha256(command.sha256, "sha256")
    rules.check_line(command.number, rules.ORDER_NUMBER_LENGTH_MAX, "number")
    rules.check_past_day(command.received_on, context.now, context.books.zone, "received_on")
    rules.check_line(command.to, rules.TITLE_LENGTH_MAX, "to")
    if command.sha256 == group.sheet_transferred:
        raise Refused(
            "sheet_transferred_already", "this version of the sheet was handed over", clause="3.2", where="sha256"
        )
    if group.sheet_transfers >= TRANSFERS_MAX:
        raise Refused(
            "transferred_too_often",
            "a class's sheet is handed over at most {transfers_max} times",
            clause=LOG,
            where="class_group",
            transfers_max=TRANSFERS_MAX,
        )
    if sheet_of(read_journal(group, context), context).sha256 != command.sha256:
        raise Refused(
            "sheet_differs", "the summary sheet has another SHA-256 as it is now", clause="3.2", where="sha256"
        )
    event = SheetTransferred(
        sha256=command.sha256, number=command.number, received_on=command.received_on, to=command.to
    )
    return [Planned(group.stream, group.version + 1, event)]


def closed_journal(id_: str, context: Context) -> ClassGroup:
    """Return a class whose journal must be closed (regulation 3.2)."""
    group = context.find(ClassGroup, "class", id_, "class_group")
    if not group.journal_closed:
        raise Refused("journal_not_closed", "the class's journal is not closed yet", clause="3.2", where="class_group")
    return group


def _check_excused(excused: Sequence[Excused]) -> None:
    """Judge the form of what is excused: codes, counts and documents, each kind and course once, in order."""
    if len(excused) > EXCUSES_MAX:
        raise Refused(
            "out_of_range", "not at most {excuses_max} excuses", clause=LOG, where="excused", excuses_max=EXCUSES_MAX
        )
    for position, one in enumerate(excused):
        where = f"excused[{position}]."
        rules.check_code(one.what, LACKING, where + "what")
        rules.check_code(one.reason, LACK_REASONS, where + "reason")
        rules.check_integer(one.count, 1, _COUNT_MAX, where + "count")
        rules.check_line(one.basis, rules.ORDER_NUMBER_LENGTH_MAX, where + "basis")
        if one.course is not None:
            rules.check_id(one.course, where + "course")
    places = [(one.what, one.course or "") for one in excused]
    if places != sorted(set(places)):
        raise Refused(
            "excuses_not_in_order",
            "excuses are in order of what and course, each once",
            clause=LOG,
            where="excused",
        )


def _check_settled(lacks: Sequence[Lack]) -> None:
    """Refuse what no closing excuses: a period that is open, a request that nobody answered."""
    found = Counter(lack.what for lack in lacks if lack.what in UNSETTLED)
    if found:
        raise Refused(
            "journal_not_settled",
            "first close the periods ({periods} are open) and answer the requests ({requests} wait)",
            clause="3.2",
            where="class_group",
            periods=found["period"],
            requests=found["request"],
        )


def _check_accounted(lacks: Sequence[Lack], excused: Iterable[Excused]) -> None:
    """Refuse unless what lacks and what is excused are the same, course by course."""
    left = counted(lacks)
    for position, one in enumerate(excused):
        count = left.pop((one.what, one.course or ""), 0)
        if count != one.count:
            raise Refused(
                "excuse_misfits",
                "so many lack there: {count}",
                clause="3.2",
                where=f"excused[{position}].count",
                count=count,
            )
    if left:
        of = Counter[str]()
        for (what, _), count in left.items():
            of[what] += count
        first = next(lack for lack in lacks if (lack.what, lack.course or "") in left)
        raise Refused(
            "journal_incomplete",
            "neither recorded nor excused: lessons {lessons}, attendance of lessons {attendance}, marks {marks}, "
            "results {results}, remarks {remarks}, decisions of the council {decisions}; the first: {first}",
            clause="3.2",
            where="excused",
            lessons=of["lesson"],
            attendance=of["attendance"],
            marks=of["mark"],
            results=of["result"],
            remarks=of["remark"],
            decisions=of["council"],
            first=_said(first),
        )


def _said(lack: Lack) -> str:
    """Name the place of what lacks by ids and days, such as ``lesson/51c2… person/b3f0…``."""
    named = [
        f"course/{lack.course}" if lack.course and not lack.lesson else "",
        f"lesson/{lack.lesson}" if lack.lesson else "",
        f"{lack.held_on} {lack.number}" if lack.number is not None else "",
        f"period/{lack.period}" if lack.period else "",
        f"person/{lack.student}" if lack.student else "",
        f"remark/{lack.remark}" if lack.remark else "",
    ]
    return " ".join(part for part in named if part)
