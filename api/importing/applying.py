"""Carrying an import out: personal values to the vault, commands to the journal, each under a key of its own.

The values of a portion's people are kept together, for each keeping waits for the disk; then every row gets its append.
A key is made of the file's digest and the row's line, so whatever stops an import, running it again goes on behind what
was done. Ids of people are random, as the format wants them: one that followed from a file would lead whoever still has
the file to the person even after the vault forgot the name. What was made before is found again by its receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import uuid4

import orjson

from api.importing.plan import ImportPlan
from api.importing.steps import NewPerson, Step
from api.retention import PERSON
from ledger.application import School
from ledger.errors import LetopisError
from ledger.journal import rules
from ledger.journal.commands import JournalCommand
from ledger.log import Receipt
from ledger.vault import Keeping, Vault, make_disclosure
from ledger.vault.vault import KEEP_MAX
from ledger.wire.entry import Actor

STEPS_AT_ONCE: Final = KEEP_MAX
"""Steps whose personal values are kept before the first of them is recorded. A run that stops leaves so many people's
values at most that no entry names."""

Progress = Callable[[int, int], None]
"""Called after each step with the number of steps done and of all."""


class ImportRefusedError(LetopisError):
    """The plan has problems; nothing was written."""


class Imported(NamedTuple):
    """What an import did: steps carried out now, and steps that an earlier run had carried out."""

    done: int
    repeated: int


def apply_import(
    plan: ImportPlan,
    school: School,
    vault: Vault,
    actor: Actor,
    *,
    at: datetime | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Carry out a plan.

    Args:
        plan: without problems.
        school: the journal that the plan was made for.
        vault: takes names and birth dates, before the entries that commit to them.
        actor: who imports; a role of the administration.
        at: for a sample clock only.
        progress: see `Progress`.

    Raises:
        ImportRefusedError: the plan has problems.
        Refused: the actor's role may not import; or the journal moved since the plan was made: what was done
            stays, plan again and go on.
        Conflict, NodeReadOnly, OutcomeUnknown, …: as `School.execute`; run again and go on.
    """
    if plan.problems:
        raise ImportRefusedError(f"{len(plan.problems)} problems: nothing was written")
    rules.check_role(actor, rules.ADMINISTRATION, "1.7")
    ids = dict(plan.known)
    repeated = 0
    for start in range(0, len(plan.steps), STEPS_AT_ONCE):
        portion = plan.steps[start : start + STEPS_AT_ONCE]
        before = {step.key: school.ledger.find_receipt(f"{actor.id}:{step.key}") for step in portion}
        people = _keep_people((step for step in portion if before[step.key] is None), vault)
        for number, step in enumerate(portion, start + 1):
            receipt = before[step.key]
            if receipt is None:
                command = step.command(ids, *people.get(step.key, (str(uuid4()), ())))
                receipt = _execute(command, step, school, actor, at)
            else:
                repeated += 1
            if step.ref:
                ids[step.ref] = _made(receipt, step)
            if progress is not None:
                progress(number, len(plan.steps))
    return Imported(len(plan.steps) - repeated, repeated)


def _keep_people(steps: Iterable[Step], vault: Vault) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Keep the values of the people among these steps; returns key of the step -> the person's new id, and digests."""
    people = {}
    keepings = []
    for step in steps:
        if isinstance(step, NewPerson):
            new_id = str(uuid4())
            disclosures = [make_disclosure(name, value) for name, value in step.values]
            keepings.append(Keeping(new_id, PERSON, [disclosure.text for disclosure in disclosures]))
            people[step.key] = (new_id, tuple(sorted(disclosure.digest for disclosure in disclosures)))
    vault.keep_many(keepings)
    return people


def _execute(command: JournalCommand, step: Step, school: School, actor: Actor, at: datetime | None) -> Receipt:
    # The command holds random ids and digests; what the key stands for is the row.
    return school.execute(command, actor=actor, key=step.key, digest=sha256(step.key.encode()).digest(), at=at)


def _made(receipt: Receipt, step: Step) -> str:
    """Return the id of what a step made, from its answer: the one of the run that came first."""
    streams = orjson.loads(receipt.answer)["streams"]
    kinds = {stream.partition("/")[0]: stream.partition("/")[2] for stream in streams}
    made: str = kinds[step.makes]
    return made
