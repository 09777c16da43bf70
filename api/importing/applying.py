"""Carrying an import out: personal values to the vault, commands to the journal, each under a key of its own.

A key is made of the file's digest and the row's line, so whatever stops an import, running it again goes on behind what
was done. Ids of people are random, as the format wants them: one that followed from a file would lead whoever still has
the file to the person even after the vault forgot the name. What was made before is found again by its receipt.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import uuid4

import orjson

from api.importing.plan import ImportPlan
from api.importing.steps import NewPerson, Step
from api.retention import PERSON
from ledger.application import School
from ledger.errors import LetopisError
from ledger.journal import rules
from ledger.log import Receipt
from ledger.vault import Vault, make_disclosure
from ledger.wire.entry import Actor

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
    for number, step in enumerate(plan.steps, 1):
        receipt = school.ledger.find_receipt(f"{actor.id}:{step.key}")
        if receipt is None:
            receipt = _carry_out(step, ids, school, vault, actor, at)
        else:
            repeated += 1
        if step.ref:
            ids[step.ref] = _made(receipt, step)
        if progress is not None:
            progress(number, len(plan.steps))
    return Imported(len(plan.steps) - repeated, repeated)


def _carry_out(
    step: Step, ids: dict[str, str], school: School, vault: Vault, actor: Actor, at: datetime | None
) -> Receipt:
    new_id = str(uuid4())
    digests: tuple[str, ...] = ()
    if isinstance(step, NewPerson):
        disclosures = [make_disclosure(name, value) for name, value in step.values]
        vault.keep(new_id, PERSON, [disclosure.text for disclosure in disclosures])
        digests = tuple(sorted(disclosure.digest for disclosure in disclosures))
    command = step.command(ids, new_id, digests)
    # The command holds random ids and digests; what the key stands for is the row.
    return school.execute(command, actor=actor, key=step.key, digest=sha256(step.key.encode()).digest(), at=at)


def _made(receipt: Receipt, step: Step) -> str:
    """Return the id of what a step made, from its answer: the one of the run that came first."""
    streams = orjson.loads(receipt.answer)["streams"]
    kinds = {stream.partition("/")[0]: stream.partition("/")[2] for stream in streams}
    made: str = kinds[step.makes]
    return made
