"""`checkpoint`, `rebuild`, `bench`, and how an archive is written: keeping a log, its views and its archives."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import chain
from pathlib import Path

from api.carried import ROOT, specification, verifier, viewer
from api.cli.console import Console, Exit
from api.cli.looking import look
from api.cli.resuming import in_unfinished, noted_checkpoint, what_decides
from api.cli.signing import open_to_sign, sign_or_wait
from api.erasing import refusing_erased
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from exports.archive import ArchivePlan, write_archive
from exports.bag import READ_ME, Seal
from exports.deadline_tables import deadline_files
from exports.description import UNSTATED, About, Retention, Term
from exports.later import Touched, rows_from, touched
from exports.life import life
from exports.names import Open
from exports.registers import Registers
from ledger.log import SignedCheckpoint
from projections.reading import Reader
from projections.views.deadline_basis import judging_at
from projections.views.erasures import retention_schedules
from projections.views.lookups import years
from projections.views.regulation import regulation

__all__ = [
    "ROOT", "export_archive", "run_bench", "run_checkpoint", "run_rebuild", "specification", "verifier", "viewer",
]  # fmt: skip


def run_checkpoint(console: Console, var: Path) -> int:
    """Sign and print a checkpoint; beside a running server, print what that has signed."""
    with open_to_sign(var) as school:
        signed = sign_or_wait(console, school)
        content: dict[str, object] = {"size": signed.size, "note": signed.note.decode(), "vkey": school.signer.vkey}
        console.result(content, signed.note.decode().rstrip("\n"))
    return Exit.DONE


def run_rebuild(console: Console, var: Path, *, check: bool) -> int:
    """Make the views again, or make them beside and compare; a server may run meanwhile."""
    with open_school(var, background=False, recording=False) as school:
        if not check:
            position = school.views.rebuild(school.recorder)
            console.result({"position": position}, f"Представления построены заново / rebuilt: {position}")
            return Exit.DONE
        report = school.views.check(school.recorder)
        look(school, "rebuild", report.findings, as_of=school.views.position())
        findings = [
            {"table": found.table, "entry": found.key, "live": found.live, "rebuilt": found.rebuilt}
            for found in report.findings
        ]
        text = "\n".join(f"{row['table']}, entry {row['entry']}: {row['live']} ≠ {row['rebuilt']}" for row in findings)
        same = "Представления совпадают с записями. / The views are equal to the entries."
        console.result({"equal": not findings, "findings": findings}, text or same)
        return Exit.FINDING if findings else Exit.DONE


def export_archive(
    console: Console,
    school: OpenSchool,
    out: Path,
    *,
    public: bool = False,
    since: int | None = None,
    documents: bool = False,
    handed_over_by: str = "",
    retention: Retention = UNSTATED,
    resume: bool | None = None,
    processes: int | None = None,
) -> SignedCheckpoint:
    """Sign (or wait for the server that does), bring the views level, and write the archive folder `out`.

    Args:
        console: where progress is shown.
        school: whose archive.
        out: the folder, not there yet.
        public: without personal values.
        since: size of the signed checkpoint from which on, where an earlier archive ends; None: from the first entry.
        documents: whether it has any (PDFs).
        handed_over_by: who hands it over; empty: who answers for the journal.
        retention: how long it is to be kept, where the schedule in force is not to say so.
        resume: whether to go on with one that died, at the checkpoint that it had; None: an error leaves nothing.
        processes: how many set its documents; None: see `exports.documents.presses`.

    Raises:
        CannotResumeError: as `exports.unfinished`.
        SettingsError: no checkpoint of size `since` is kept.
        NotSignedYetError: as `api.cli.signing.sign_or_wait`.
        ErasedMeanwhileError: somebody was erased while it was written.
        ExportError, LedgerDamaged: as `write_archive`.
    """
    checkpoint = noted_checkpoint(school, out) if resume else sign_or_wait(console, school)
    start = None if since is None else _signed_at(school, since)
    school.views.catch_up(school.recorder, stop=checkpoint.size)
    seal = _seal(school, public=public)
    may_open = None if public else school.opener(checkpoint.size)
    registers = Registers(school.views, checkpoint.size, may_open)
    only = None if start is None else touched(school.views, start.size, checkpoint.size)
    retention = _terms(school, checkpoint.size, retention)
    about = _about(school, checkpoint.size, registers, only, handed_over_by, retention)
    with ExitStack() as stack:
        unfinished = None
        if resume is not None:
            wanted = what_decides(school, checkpoint, since, retention, handed_over_by, public, documents)
            unfinished = stack.enter_context(in_unfinished(console, out, wanted, resume=resume))
        progress = stack.enter_context(console.progress("архив / archive", checkpoint.size))
        holds = unfinished.holds if unfinished else lambda _: False
        made = _documents(console, school, checkpoint, may_open, holds, only, processes) if documents else ()
        plan = ArchivePlan(
            checkpoint=checkpoint,
            school=school.school_name(),
            start=start,
            disclose=None if public else partial(school.vault.read, at=checkpoint.size),
            tables=registers.tables() if start is None else list(rows_from(registers.tables(), start.size)),
            files=chain(deadline_files(school.views, checkpoint.size), made),
            tags={READ_ME: viewer(), "verify.pyz": verifier(), **specification()},
            about=about,
            seal=seal,
            progress=progress,
            unfinished=unfinished,
        )
        write_archive(school.recorder, out, plan)
    return checkpoint


def _seal(school: OpenSchool, *, public: bool) -> Seal:
    """What signs the archive that is begun now, unless somebody is erased until then."""
    signer, check = school.signer, refusing_erased(school.vault.keys)

    def sign(manifest: bytes) -> bytes:
        if not public:
            check()
        return signer.sign(manifest.decode()).signature

    return Seal(sign, signer.verifier_key.public_key)


def _signed_at(school: OpenSchool, since: int) -> SignedCheckpoint:
    kept = school.recorder.checkpoint(since)
    if kept is None or kept.size != since:
        raise SettingsError(f"--since: точку размера {since} не подписывали / no checkpoint of size {since} was signed")
    return kept


def _about(
    school: OpenSchool,
    position: int,
    registers: Registers,
    only: Touched | None,
    handed_over_by: str,
    retention: Retention,
) -> About:
    about = years(school.views, at=position).rows if only is None else only.years
    return About(
        years=[(year.title, year.starts_on, year.ends_on) for year in about],
        handed_over_by=handed_over_by or _responsible(registers, school.views, position),
        retention=retention,
        life=life(school.views, position),
    )


def _terms(school: OpenSchool, position: int, stated: Retention) -> Retention:
    """The terms stated, and where none is, those of the schedule in force on the day of the last entry."""
    judged = judging_at(school.views, position, None)
    on = judged.now.astimezone(judged.school.zone).date().isoformat()
    in_force = [one for one in retention_schedules(school.views, at=position).rows if one.effective_from <= on]
    if not in_force:
        return stated
    schedule = in_force[-1]
    by_class = {row.retention: Term(row.years, row.counted_from, row.citation, schedule.entry) for row in schedule.rows}
    return Retention(stated.journal or by_class.get("journal"), stated.sheet or by_class.get("sheet"))


def _responsible(registers: Registers, views: Reader, position: int) -> str:
    """Who answers for the journal as the log ends, by name where the archive has names; before any, the director."""
    last = regulation(views, at=position).responsible[-1]
    if last.person is None:
        return "директор школы / the director"
    return f"{registers.name_at_the_end(last.person)} (приказ / order № {last.order_number})"


def _documents(
    console: Console,
    school: OpenSchool,
    checkpoint: SignedCheckpoint,
    opened: Open | None,
    holds: Callable[[str], bool],
    only: Touched | None,
    processes: int | None,
) -> Iterator[tuple[str, bytes | None]]:
    """The archive's documents, made one after another while it is written."""
    from exports.documents.folder import Documents  # takes half a second, and most commands need none
    from exports.documents.pages import Stamp
    from exports.documents.source import Source

    source = Source(school.views, checkpoint.size, opened)
    stamp = Stamp(school.recorder.origin, checkpoint.size, checkpoint.edge.root().hex())
    made = Documents(source, stamp, holds, only)
    with console.progress("документы / documents", made.count()) as progress:
        yield from made.files(progress, processes)


def run_bench(console: Console, *, quick: bool, only: str) -> int:
    """Run the benches of a checkout; what they find goes straight to standard output."""
    if not (ROOT / "bench" / "__main__.py").exists():
        console.complain("letopis: benches are part of a checkout, and there is none here")
        return Exit.UNAVAILABLE
    flags = [*(["--quick"] if quick else []), *(["--json"] if console.as_json else []), f"--only={only}"]
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "bench", *flags], cwd=ROOT, check=False
    )
    return done.returncode if done.returncode in (Exit.DONE, Exit.USAGE) else Exit.UNAVAILABLE
