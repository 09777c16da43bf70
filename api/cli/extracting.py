"""`extract`: a part of the log that proves itself: of a class, a student, a printed form, or of single entries."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

from api.cli.console import Console, Exit
from api.cli.looking import look
from api.cli.signing import open_to_sign, sign_or_wait
from api.cli.targets import free_folder, zip_or_remove
from api.extracting import DISCLOSED, class_target, make_extract, student_target
from api.printing import scope_of, source_of
from api.schools import OpenSchool
from api.settings import SettingsError
from api.shown import EXTRACT_KINDS
from exports.extract_scope import Choice, Target
from exports.printing.forms import make_form
from ledger.log import SignedCheckpoint
from projections.views.prints import find_print

_RANGES = re.compile(r"[0-9]{1,15}(?:-[0-9]{1,15})?(?:,[0-9]{1,15}(?:-[0-9]{1,15})?)*", re.ASCII)
ENTRIES_MAX: Final = 100_000


class ExtractOptions(NamedTuple):
    """Of what (one of the four), without personal values, and a zip beside it."""

    class_: str | None = None
    student: str | None = None
    entries: str | None = None
    public: bool = False
    zip_: bool = False
    form: int | None = None


def run_extract(console: Console, var: Path, out: Path, options: ExtractOptions) -> int:
    """Write an extract, and a zip beside it: both or neither.

    Raises:
        SettingsError: not one thing that it is of, no such thing, or a target that is there; nothing is written.
        NotSignedYetError: as `api.cli.signing.sign_or_wait`.
        ExportError, LedgerDamaged: as `write_extract`.
    """
    zipped = free_folder(out, zip_=options.zip_)
    with open_to_sign(var) as school:
        checkpoint = sign_or_wait(console, school)
        choice = export_extract(school, checkpoint, out, options)
        if options.zip_:
            zip_or_remove(out, zipped)
        content: dict[str, object] = {
            "extract": str(out),
            "entries": len(choice.indexes),
            "size": checkpoint.size,
            "complete_streams": len(choice.complete) if options.class_ or options.student else 0,
            "vkey": school.signer.vkey,
        }
        check = f'python3 {out}/verify.pyz {out} --key "{school.signer.vkey}"'
        count = f"{out}: записей / entries: {len(choice.indexes)} из / of {checkpoint.size}"
        console.result(content, f"{count}\nПроверить / verify: {check}")
    return Exit.DONE


def export_extract(school: OpenSchool, checkpoint: SignedCheckpoint, out: Path, options: ExtractOptions) -> Choice:
    """Write the extract's folder `out` of what the checkpoint signed.

    Raises:
        SettingsError, ExportError, LedgerDamaged: as `run_extract`.
    """
    size = checkpoint.size
    school.views.catch_up(school.recorder, stop=size)
    target = _target(school, size, options)
    look(
        school,
        "extract",
        {},
        kinds=EXTRACT_KINDS if options.public else (*EXTRACT_KINDS, *DISCLOSED),
        purpose="export",
        form="extract",
        people=(target.of,) if target.scope == "student" else None,
        classes={"class": (target.of,), "student": None, "entries": ()}[target.scope],
        as_of=size,
    )
    return make_extract(school, checkpoint, target, out, public=options.public)


def _target(school: OpenSchool, size: int, options: ExtractOptions) -> Target:
    of = (options.class_, options.student, options.entries, options.form)
    if sum(value is not None for value in of) != 1:
        names = "--class, --student, --entries, --form"
        raise SettingsError(f"одно из {names} / one of {names}")
    if options.class_ is not None:
        found = class_target(school, options.class_, size)
        if found is None:
            raise SettingsError("--class: такого класса нет / there is no such class")
        return found
    if options.student is not None:
        found = student_target(school, options.student, size)
        if found is None:
            raise SettingsError("--student: такого ученика нет / there is no such student")
        return found
    if options.form is not None:
        return Target("entries", entries=_entries_of_form(school, options.form, size))
    return Target("entries", entries=_indexes(options.entries or "", size))


def _entries_of_form(school: OpenSchool, entry: int, size: int) -> tuple[int, ...]:
    """What a printed form rests on, row by row, and what became of it: issued, certified, voided.

    Raises:
        SettingsError: no form was issued by this entry.
    """
    issued = find_print(school.views, entry=entry, at=size) if entry < size else None
    if issued is None:
        raise SettingsError(f"--form: запись {entry} не выдавала формы / entry {entry} issued no form")
    form = make_form(source_of(school, issued.position), scope_of(issued))
    found = {index for sheet in form.sheets for row in sheet.rows for index in row.entries}
    found.update(one for one in (issued.entry, issued.certified_entry, issued.voided_entry) if one is not None)
    return tuple(sorted(found))


def _indexes(text: str, size: int) -> tuple[int, ...]:
    """Indexes named as ``5,7-9``."""
    if not _RANGES.fullmatch(text):
        raise SettingsError("--entries: номера через запятую, как 5,7-9 / indexes such as 5,7-9")
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        low, high = int(first), int(last or first)
        if not low <= high < size or len(found) + high - low >= ENTRIES_MAX:
            raise SettingsError(
                f"--entries: {part}: номера от 0 до {size - 1}, по возрастанию, не больше {ENTRIES_MAX} / "
                f"from 0 to {size - 1}, rising, {ENTRIES_MAX} at most"
            )
        found.update(range(low, high + 1))
    return tuple(sorted(found))
