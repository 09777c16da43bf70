"""What lies in a paper: its class and year, printed forms, a registered printout (regulation 3.1, 3.3; R39)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.context import Context
from ledger.journal.course import Course
from ledger.journal.evidence import Evidence
from ledger.journal.evidence_events import PrintoutRegistered
from ledger.journal.paper_commands import StorePaper
from ledger.journal.prints import Issued, Prints
from ledger.journal.roster import ClassGroup
from ledger.journal.year import Period, SchoolYear

SHEETS_MAX: Final = 200
"""Printed forms in one paper."""
OF_A_CLASS: Final = ("class_journal", "summary_sheet")
_KINDS: Final = {
    "class_page": "class_journal",
    "summary_sheet": "summary_sheet",
    "corrections": "corrections",
    "substitutions": "substitutions",
}
"""Kind of a printed form -> the kind of paper that it lies in; others lie in `other`, which takes all."""


def check_scope(command: StorePaper, context: Context) -> None:
    """Judge year and class: both of the log, the class where the kind has one, and of that year."""
    if command.year is not None:
        context.settled(SchoolYear, "year", command.year, "year")
    wanted = command.year is not None and command.kind in OF_A_CLASS
    if (command.class_group is not None) != wanted:
        raise Refused(
            "wrong_paper_scope",
            "a class is named for its journal and its summary sheet, with the year, and else not",
            clause="3.1",
            where="class_group",
        )
    if command.class_group is not None:
        group = context.settled(ClassGroup, "class", command.class_group, "class_group")
        if group.year != command.year:
            raise Refused("class_of_another_year", "this class is of another year", clause=LOG, where="class_group")


def check_contents(command: StorePaper, filed: Collection[str], context: Context) -> None:
    """Judge the forms and the printout: each there, of what the paper is, and in no other paper (`filed`)."""
    if len(command.sheets) > SHEETS_MAX:
        raise Refused(
            "too_many_sheets", "at most {sheets_max} sheets", clause=LOG, where="sheets", sheets_max=SHEETS_MAX
        )
    known = context.find_if_any(Prints, f"prints/{context.books.school}") if command.sheets else None
    for position, sheet in enumerate(command.sheets):
        where = f"sheets[{position}]"
        rules.check_id(sheet, where)
        one = known.issued.get(sheet) if known is not None and sheet not in known.voided else None
        if one is None:
            raise Refused("not_a_sheet", "no sheet with this id was issued that counts", clause="3.1", where=where)
        if not _lies_in(one, command, context):
            raise Refused("sheet_of_another", "this sheet is of something else", clause="3.1", where=where)
        _check_free(sheet, filed, where)
    rules.check_distinct(command.sheets, "sheets", "sheet")
    if command.printout is not None:
        _check_printout(command.printout, command, context)
        _check_free(command.printout, filed, "printout")


def _check_free(id_: str, filed: Collection[str], where: str) -> None:
    if id_ in filed:
        raise Refused("filed_already", "this lies in another paper", clause="3.1", where=where)


def _lies_in(one: Issued, command: StorePaper, context: Context) -> bool:
    """Tell whether a printed form may lie in a paper."""
    if command.kind == "other":
        return True
    if _KINDS.get(one.kind) != command.kind:
        return False
    group = one.class_group
    if one.course is not None:
        group = context.settled(Course, "course", one.course, "sheets").class_group
    return group == command.class_group


def _check_printout(printout: str, command: StorePaper, context: Context) -> None:
    """Judge a printout: registered, of what the paper is, and of its year (regulation 3.3)."""
    data = context.settled(Evidence, "printout", printout, "printout").printout
    if data is None or not _is_of(data, command, context):
        raise Refused("printout_of_another", "this printout is of something else", clause="3.3", where="printout")


def _is_of(data: PrintoutRegistered, command: StorePaper, context: Context) -> bool:
    year = data.year
    if data.period is not None:
        year = context.settled(Period, "period", data.period, "printout").year
    return data.condition in ("archive", command.kind) and year in (None, command.year)
