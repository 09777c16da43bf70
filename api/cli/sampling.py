"""What only an open school can show of a sample: paper, a backup, what was measured; and what a council decided.

Each is made as a school makes it: the form is rendered, the register is asked, the databases are copied.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from api.anchoring import anchor
from api.backups.taking import take_databases
from api.cli.backing_up import command_of as backup_taken
from api.cli.freshness import command_of as freshness_measured
from api.cli.importing import founder
from api.cli.looking import look
from api.cli.proving import timed
from api.printing import classes_of, prepare
from api.retention import PRINT
from api.schools import OpenSchool
from exports.printing.forms import Scope
from ledger.journal.commands import CertifySheet, IssueSheet, RecordCouncilDecision, RegisterPrintout
from projections.measuring import measure
from projections.views.lookups import Period, classes, courses, memberships, periods

_BACKUP: Final = "sample-backup"
_KEPT: Final = "сейф директора"


def finish_sample(school: OpenSchool) -> None:
    """Print forms of the quarter that is closed, show what 3.3 asks for, back up, and anchor the looks that this was.

    Raises:
        LetopisError: a rule refuses it.
    """
    school.views.catch_up(school.recorder)
    group = classes(school.views).rows[-1]
    closed = next(one for one in periods(school.views, grade=group.grade).rows if one.closed_by is not None)
    course = next(one for one in courses(school.views, class_group=group.class_group).rows if one.subgroup is None)
    _print(school, Scope("class_page", course=course.course, period=closed.period))
    school.views.catch_up(school.recorder)
    _show_evidence(school, closed, _print(school, Scope("corrections", period=closed.period)))
    _decide(school, closed.year, group.class_group)
    _back_up(school)
    school.execute(freshness_measured(measure(school.views, school.recorder, datetime.now(UTC))), founder(school))
    anchor(school)


def _print(school: OpenSchool, scope: Scope) -> IssueSheet:
    """Print a form and have it certified."""
    position, sheet, actor = school.views.position(), str(uuid4()), founder(school)
    look(school, "print", {}, purpose="print", form="form", classes=classes_of(school, scope), as_of=position)
    made = prepare(school, scope, position, sheet, actor)
    school.vault.keep(sheet, PRINT, [made.disclosure.text])
    school.execute(made.command, actor)
    certify = CertifySheet(sheet=sheet, certified_by=actor.id, office="администратор", certified_on=_day(school))
    school.execute(certify, actor)
    return made.command


def _show_evidence(school: OpenSchool, closed: Period, printed: IssueSheet) -> None:
    """What stands for printing (3.3): corrections that are printed, and a register that answers in time."""
    actor = founder(school)
    paper = RegisterPrintout(
        printout=str(uuid4()),
        condition="corrections",
        number="1",
        printed_on=_day(school),
        pages=printed.pages,
        kept=_KEPT,
        signed_by=actor.id,
        period=closed.period,
        sheets=(printed.sheet,),
    )
    school.execute(paper, actor)
    school.views.catch_up(school.recorder)
    for command in timed(school, closed.starts_on, closed.ends_on):
        school.execute(command, actor)


def _decide(school: OpenSchool, year: str, class_group: str) -> None:
    """A decision of the teachers' council."""
    student = memberships(school.views, class_group=class_group).rows[0].student
    council = RecordCouncilDecision(
        year=year,
        protocol="протокол № 3",
        held_on=_day(school),
        decision="other",
        students=(student,),
        basis="похвальная грамота за четверть",
    )
    school.execute(council, founder(school))


def _back_up(school: OpenSchool) -> None:
    """Copy the databases, unless an earlier attempt at this sample has."""
    folder = school.layout.var / _BACKUP
    if not folder.exists():
        backup = take_databases(school.layout, school.file, folder)
        school.execute(backup_taken(backup, f"папка {_BACKUP} / the folder {_BACKUP}"), founder(school))


def _day(school: OpenSchool) -> str:
    """The school's day of the last entry."""
    return school.app.day_of(school.recorder.head().at)
