"""What only an open school can show of a sample: a printed form, certified, and the access log's head in the log."""

from __future__ import annotations

from uuid import uuid4

from api.anchoring import anchor
from api.cli.importing import founder
from api.cli.looking import look
from api.printing import classes_of, prepare
from api.retention import PRINT
from api.schools import OpenSchool
from exports.printing.forms import Scope
from ledger.journal.commands import CertifySheet
from projections.views.lookups import classes, courses, periods


def finish_sample(school: OpenSchool) -> None:
    """Print a page of the quarter that is closed, have it certified, and anchor the look at it that this was.

    Raises:
        LetopisError: a rule refuses it.
    """
    school.views.catch_up(school.recorder)
    group = classes(school.views).rows[-1]
    closed = next(one for one in periods(school.views, grade=group.grade).rows if one.closed_by is not None)
    course = next(one for one in courses(school.views, class_group=group.class_group).rows if one.subgroup is None)
    scope = Scope("class_page", course=course.course, period=closed.period)
    position, sheet, actor = school.views.position(), str(uuid4()), founder(school)
    look(school, "print", {}, purpose="print", form="form", classes=classes_of(school, scope), as_of=position)
    made = prepare(school, scope, position, sheet, actor)
    school.vault.keep(sheet, PRINT, [made.disclosure.text])
    school.execute(made.command, actor)
    day = school.recorder.head().at[:10]
    certify = CertifySheet(sheet=sheet, certified_by=actor.id, office="администратор", certified_on=day)
    school.execute(certify, actor)
    anchor(school)
