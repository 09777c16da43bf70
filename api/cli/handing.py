"""Handing an archive over: the receipt of whoever took it."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from api.cli.console import Console, Exit
from api.cli.importing import founder
from api.schools import open_school
from api.settings import SettingsError
from ledger.journal.commands import HandOverArchive
from projections.views.evidence import archive_of


def run_hand_over(console: Console, var: Path, entry: int, to: str, number: str, on: str) -> int:
    """Record that an archive institution took over the archive that an entry records.

    Raises:
        SettingsError: the entry records no archive.
        LetopisError: a rule refuses it.
    """
    with open_school(var, background=False) as school:
        school.views.catch_up(school.recorder)
        archive = archive_of(school.views, entry)
        if archive is None:
            raise SettingsError(f"запись {entry} не об архиве, см. export --record / this entry records no archive")
        command = HandOverArchive(handover=str(uuid4()), archive=archive, to=to, number=number, received_on=on)
        made = school.execute(command, founder(school)).first_index
        school.checkpointer.sign()
    console.result({"entry": made}, f"Архив передан / the archive was handed over: запись / entry {made}")
    return Exit.DONE
