"""`witnesses`: who cosigns a school's log; appointing, dismissing, asking (3.3, example 1)."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final, NamedTuple

from api.cli.console import Console, Exit
from api.cli.importing import founder
from api.cli.replaying import moment_of
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from api.witnessing import Asked
from ledger.journal.commands import AppointWitness, DismissWitness
from projections.views.witnesses import Witness, witnesses

OUTCOMES: Final = {
    "cosigned": "заверил / cosigned",
    "no_answer": "не ответил / no answer",
    "refused": "отказал / refused",
    "conflict": "ПРОТИВОРЕЧИЕ / CONFLICT",
}


class Appointing(NamedTuple):
    """Options of an appointment."""

    vkey: str
    held_by: str | None
    link: str | None
    basis: str | None


def run_witnesses(
    console: Console,
    var: Path,
    *,
    appoint: Appointing | None = None,
    dismiss: str | None = None,
    basis: str | None = None,
    ask: bool = False,
    at: str | None = None,
    position: int | None = None,
) -> int:
    """List the witnesses, as they are or were; or appoint one, dismiss one, or ask them all now.

    Returns:
        1 where one that was asked did not cosign, or, without asking, where one has cosigned nothing yet; else 0.

    Raises:
        SettingsError: options do not go together, or there is no such moment.
        NotYetProjected: there are not so many entries.
        LetopisError: a rule refuses it, or as `api.schools.open_school`.
    """
    if (appoint is not None) + (dismiss is not None) + ask > 1:
        raise SettingsError("--appoint, --dismiss, --ask: одно из трёх / one of the three")
    recording = appoint is not None or dismiss is not None or ask
    moment = moment_of(at, position)
    if recording and moment is not None:
        raise SettingsError("--at, --position: при списке / go with the list")
    with open_school(var, background=False, recording=recording) as school:
        if appoint is not None:
            command = AppointWitness(
                vkey=appoint.vkey,
                held_by=appoint.held_by or "",
                link=appoint.link or "",
                basis=appoint.basis or "",
            )
            entry = school.execute(command, founder(school)).first_index
            console.result({"entry": entry}, f"Свидетель назначен / appointed: запись / entry {entry}")
            return Exit.DONE
        if dismiss is not None:
            entry = school.execute(DismissWitness(witness=dismiss, basis=basis or ""), founder(school)).first_index
            console.result({"entry": entry}, f"Свидетель снят / dismissed: запись / entry {entry}")
            return Exit.DONE
        if ask:
            return _ask(console, school)
        school.views.catch_up(school.recorder)
        found = witnesses(school.views, at=moment)
    content: dict[str, object] = {"position": found.position, "witnesses": [asdict(row) for row in found.rows]}
    none = "У журнала нет свидетелей. / The log has no witnesses."
    console.result(content, "\n".join(map(_line, found.rows)) or none)
    return Exit.FINDING if any(row.size is None for row in found.rows) else Exit.DONE


def _ask(console: Console, school: OpenSchool) -> int:
    asked: list[Asked] = school.ask_witnesses()
    school.checkpointer.sign()
    lines = [
        f"{one.name}: {OUTCOMES[one.outcome]} ({one.why})" + (f" [{one.entry}]" if one.entry is not None else "")
        for one in asked
    ]
    none = "У журнала нет свидетелей. / The log has no witnesses."
    console.result({"asked": [asdict(one) for one in asked]}, "\n".join(lines) or none)
    return Exit.DONE if all(one.outcome == "cosigned" for one in asked) else Exit.FINDING


def _line(row: Witness) -> str:
    if row.size is None:
        said = "ещё ничего не заверил / has cosigned nothing yet"
    else:
        said = f"заверено / cosigned {row.size} ({row.cosigned_at}), ещё / more since {row.behind} [{row.cosigned_by}]"
    return f"{row.name}  {row.held_by}  {row.link}  {said}\n  {row.witness}"
