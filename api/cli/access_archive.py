"""The access log as an archive of its own (`export --access-log`), and its head in the journal (`access anchor`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from api.anchoring import anchor, anchors_of
from api.auth import Right
from api.cli.console import Console, Exit
from api.cli.continuing import end_of
from api.cli.hands import acting
from api.cli.keeping import specification, verifier
from api.cli.looking import look
from api.cli.targets import free_folder, zip_or_remove
from api.schools import open_school
from exports.archive import ArchivePlan, write_archive
from exports.bag import Seal
from ledger.access.events import Kind
from ledger.wire.entry import parse_entry

_KINDS: Final[tuple[Kind, ...]] = ("reads",)


def run_export_access_log(console: Console, var: Path, out: Path, continues: Sequence[Path] = (), *, zip_: bool) -> int:
    """Sign the access log up to now, this export's own entry included, and write it whole or not at all.

    With the earlier archives that it continues, it holds what came after them: a year, say (ADR 17).

    Raises:
        SettingsError: the target is there already, or an earlier archive is none of this log; nothing is written.
        AccessLogUnavailable: that it is taken out cannot be recorded.
        ExportError, LedgerDamaged: as `write_archive`.
    """
    zipped = free_folder(out, zip_=zip_)
    with open_school(var, background=False, recording=False) as school:
        log, signer = school.access.log.ledger, school.access.signer
        since = end_of(log, continues) if continues else 0
        position = school.views.catch_up(school.recorder)
        look(school, "export", {}, kinds=_KINDS, purpose="export", form="image", classes=(), as_of=position)
        (first,) = log.entries(0, 1)
        checkpoint = school.access.checkpointer.sign()
        with console.progress("журнал доступа / access log", checkpoint.size - since) as progress:
            plan = ArchivePlan(
                checkpoint=checkpoint,
                start=log.checkpoint(since) if since else None,
                school=parse_entry(first).data["name"],
                tags={"verify.pyz": verifier(), **specification()},
                seal=Seal(lambda manifest: signer.sign(manifest.decode()).signature, signer.verifier_key.public_key),
                progress=progress,
            )
            write_archive(log, out, plan)
        if zip_:
            zip_or_remove(out, zipped)
        content: dict[str, object] = {"archive": str(out), "size": checkpoint.size, "first": since, "vkey": signer.vkey}
        earlier = "".join(f" --earlier {path}" for path in continues)
        check = f'python3 {out}/verify.pyz {out} --key "{signer.vkey}"{earlier}'
        console.result(content, f"{out}: записей / entries: {checkpoint.size - since}\nПроверить / verify: {check}")
    return Exit.DONE


def run_anchor(console: Console, var: Path) -> int:
    """Keep the access log's head of now in the journal.

    Raises:
        SettingsError: nobody has the token of the environment.
        LetopisError: the log does not continue what was anchored last, or a rule refuses it.
    """
    with open_school(var, background=False) as school:
        receipt = anchor(school, acting(school, Right.DIRECT))
        known = anchors_of(school.app)
    last = known[-1] if known else None
    content = None if last is None else {"entry": last.entry, "size": last.size, "root": last.root}
    said = "ничего нового / nothing is new" if receipt is None else "внесено / recorded"
    words = "" if last is None else f": {last.size} записей / entries, {last.root} [{last.entry}]"
    console.result({"recorded": receipt is not None, "anchor": content}, f"{said}{words}")
    return Exit.DONE
