"""Carrying an erasure out: keys first, then the sealed rows, then the entry; and never letting an older copy undo it.

The order, each step durable before the next, and all of them harmless to repeat:

1. the keys are put on the list of destroyed ones, with the number of disclosures that each sealed: from now on no
   process opens them, and what is half done can be seen (`pending`);
2. each key is overwritten, and its file renamed to be its mark;
3. the sealed rows are removed, and what the database keeps of them beside; with a person's own values goes what lets
   the person in, for a login and the name of a device are mostly a name; and extracts that a process which was killed
   has left half made;
4. ``personal_data_erased/1`` is appended.

A process that dies in between leaves an erasure that is approved and on the list; carrying it out again goes on from
there with the numbers that were noted. With a person's own values go the keys of printed forms that may show the
person: for a student the pages, summary sheets and registers of corrections of the classes that the student was ever
in, for an employee every form, for a guardian none. The register of forms says which; no form is made again to look.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from api.identity.leaving import forget_people, sign_ins_of
from api.retention import PERSON, PRINT
from api.scratch import EXTRACTS, sweep_scratch
from exports.bag import ExportError
from ledger.application import School
from ledger.journal.commands import RecordErasure
from ledger.journal.erasures import SHEETS_MAX, Erasures, Proposal, find_proposal
from ledger.journal.people import Person
from ledger.journal.prints import Prints
from ledger.log import Receipt
from ledger.vault.destroyed import Destroyed, Owner
from ledger.vault.keys import KeyStore
from ledger.vault.vault import SealedRows
from ledger.wire.entry import Actor, format_at

if TYPE_CHECKING:
    from api.schools import OpenSchool


class ErasedMeanwhileError(ExportError):
    """Somebody was erased while a file with personal values was written: it holds them in some places, or in all."""


STEPS: Final = ("announced", "destroyed", "removed", "recorded")
ERASED: Final = "стёрто / erased"
"""What is shown in the place of a name that was erased."""

_logger = logging.getLogger(__name__)
_CLASSES_OF: Final = "SELECT DISTINCT e.class_group FROM {enrollments} e WHERE e.student = :person"
_FORMS: Final = """SELECT p.number, p.kind, coalesce(p.class_group, c.class_group) FROM {prints} p
    LEFT JOIN {courses} c ON c.course = p.course ORDER BY p.number"""


def carry_out(
    school: OpenSchool,
    erasure: str,
    actor: Actor,
    rows: SealedRows,
    *,
    step: Callable[[str], None] = lambda _: None,
) -> Receipt:
    """Erase what was approved, from wherever it stopped before.

    Args:
        school: open for recording.
        erasure: its id.
        actor: who carries it out.
        rows: the vault's, in a role that may remove some.
        step: told each of `STEPS` when it is durable.

    Raises:
        Refused: it is not approved, is done already, or a hold stands; nothing was destroyed.
        LetopisError, OperationalError: a step failed; run it again.
    """
    known = school.app.look(lambda context: find_proposal(erasure, context)[1])
    keys = school.vault.keys
    noted = {owner: row for owner, row in keys.destroyed().items() if row.erasure == erasure}
    numbers = _numbers(school, noted) if noted else sheets_of(school, known)
    told = _told(school, numbers)
    draft = RecordErasure(erasure=erasure, disclosures=0, destroyed_at=_moment(school, known), **told)
    school.app.check(draft, actor=actor)
    if not noted:
        owners = owners_of(known, numbers, _sheets(school.app))
        counts = rows.count(owners)
        noted = {owner: Destroyed(erasure, counts.get(owner, 0)) for owner in owners}
        keys.announce(noted)
    step("announced")
    keys.destroy(noted)
    step("destroyed")
    rows.erase([*noted])
    if PERSON in known.event.retention:
        forget_people(sign_ins_of(school.layout, school.file), keys.origin, [known.event.person])
    sweep_scratch(EXTRACTS, school.layout.var)
    step("removed")
    command = RecordErasure(
        erasure=erasure,
        disclosures=sum(row.disclosures for owner, row in noted.items() if owner.retention != PRINT),
        destroyed_at=_moment(school, known),
        **told,
    )
    receipt = school.execute(command, actor)
    step("recorded")
    return receipt


def refusing_erased(keys: KeyStore) -> Callable[[], None]:
    """What is asked before a file with personal values, which is begun now, takes its name.

    The answer raises:
        ErasedMeanwhileError: somebody was erased since. Then the file is to be made again.
    """
    before = len(keys.destroyed())

    def check() -> None:
        if len(keys.destroyed()) != before:
            raise ErasedMeanwhileError(
                "пока файл писался, чьи-то сведения стёрли; сделайте его снова / "
                "somebody's values were erased while the file was written; make it again"
            )

    return check


def pending(app: School, keys: KeyStore) -> list[str]:
    """Ids of erasures that were begun and are not in the log yet, in the order in which they were begun."""
    known = _erasures(app)
    begun = dict.fromkeys(row.erasure for row in keys.destroyed().values())
    return [one for one in begun if one not in known or known[one].erased is None]


def enforce(app: School, keys: KeyStore) -> list[Owner]:
    """Destroy again whatever key an older copy of the folder brought back, by the log and by the list.

    Returns those whose key was there.

    Raises:
        FileRefused: a key cannot be destroyed: nothing may be opened.
    """
    done = {erasure: proposal for erasure, proposal in _erasures(app).items() if proposal.erased is not None}
    sheets = _sheets(app) if any(proposal.sheets for proposal in done.values()) else []
    erased: dict[Owner, Destroyed] = {}
    for erasure, proposal in done.items():
        erased |= {owner: Destroyed(erasure, 0) for owner in owners_of(proposal, proposal.sheets, sheets)}
    back = keys.enforce(erased)
    if back:
        _logger.warning("%s: %d keys that were erased had come back and were destroyed again", keys.origin, len(back))
    return back


def owners_of(proposal: Proposal, numbers: Iterable[int], sheets: Sequence[str]) -> list[Owner]:
    """Whose keys go with an erasure: the person's by class, and those of printed forms; `sheets` are ids by number."""
    own = [Owner(proposal.event.person, retention) for retention in proposal.event.retention]
    return [*own, *(Owner(sheets[number - 1], PRINT) for number in numbers if number <= len(sheets))]


def sheets_of(school: OpenSchool, proposal: Proposal) -> tuple[int, ...]:
    """Numbers of the printed forms that may show a person and whose keys are still there."""
    if PERSON not in proposal.event.retention:
        return ()
    person, _ = school.app.aggregate(f"person/{proposal.event.person}")
    kind = person.kind if isinstance(person, Person) else "guardian"
    if kind == "guardian":
        return ()
    views = school.read_views()
    groups = {group for (group,) in views.select(_CLASSES_OF, {"person": proposal.event.person})}
    found = [
        number
        for number, form, group in views.select(_FORMS, {})
        if kind != "student" or form == "corrections" or group in groups
    ]
    gone = school.vault.keys.destroyed()
    sheets = _sheets(school.app)
    return tuple(number for number in found if Owner(sheets[number - 1], PRINT) not in gone)


def _told(school: OpenSchool, numbers: tuple[int, ...]) -> dict[str, Any]:
    """How an entry tells of these forms: each by its number or, where they are too many, all up to the last.

    So many are of an employee, with whom go all whose keys are there; a person who has more and not all is refused.
    """
    if len(numbers) > SHEETS_MAX:
        gone = school.vault.keys.destroyed()
        there = (number for number, one in enumerate(_sheets(school.app), 1) if Owner(one, PRINT) not in gone)
        if {number for number in there if number <= numbers[-1]} <= {*numbers}:
            return {"sheets_to": numbers[-1]}
    return {"sheets": numbers}


def _numbers(school: OpenSchool, noted: Mapping[Owner, Destroyed]) -> tuple[int, ...]:
    """Numbers of the forms that were noted when the erasure was begun."""
    places = {sheet: number for number, sheet in enumerate(_sheets(school.app), 1)}
    return tuple(sorted(places[owner.person] for owner in noted if owner.retention == PRINT))


def _moment(school: OpenSchool, proposal: Proposal) -> str:
    """The moment by the clock, or that of the approval where the clock is behind it."""
    now = format_at(school.app.now())
    if proposal.approved is None:
        return now
    approved = proposal.approved
    return max(now, format_at(school.app.look(lambda context: context.books.recorded_at(approved))))


def _sheets(app: School) -> list[str]:
    """Ids of all printed forms, in the order of their numbers."""
    register, _ = app.aggregate(f"prints/{_school(app)}")
    return [*register.issued] if isinstance(register, Prints) else []


def _erasures(app: School) -> Mapping[str, Proposal]:
    found, _ = app.aggregate(f"erasure/{_school(app)}")
    return found.proposals if isinstance(found, Erasures) else {}


def _school(app: School) -> str:
    return app.look(lambda context: context.books.school)
