"""`checkpoint`, `rebuild`, `bench`, and how an archive is written: keeping a log, its views and its archives."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from api.cli.console import Console, Exit
from api.cli.signing import open_to_sign, sign_or_wait
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from exports.archive import ArchivePlan, write_archive
from exports.bag import READ_ME
from exports.registers import Registers
from exports.viewer import viewer_page
from ledger.log import SignedCheckpoint

ROOT: Final = Path(__file__).resolve().parents[2]
SPEC: Final = ("log-format.md", "events.md", "tables.md")


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
        findings = [
            {"table": found.table, "entry": found.key, "live": found.live, "rebuilt": found.rebuilt}
            for found in report.findings
        ]
        text = "\n".join(f"{row['table']}, entry {row['entry']}: {row['live']} ≠ {row['rebuilt']}" for row in findings)
        same = "Представления совпадают с записями. / The views are equal to the entries."
        console.result({"equal": not findings, "findings": findings}, text or same)
        return Exit.FINDING if findings else Exit.DONE


def export_archive(
    console: Console, school: OpenSchool, out: Path, *, public: bool = False, since: int | None = None
) -> SignedCheckpoint:
    """Sign (or wait for the server that does), bring the views level, and write the archive folder `out`.

    Raises:
        SettingsError: no checkpoint of size `since` is kept.
        NotSignedYetError: as `api.cli.signing.sign_or_wait`.
        ExportError, LedgerDamaged: as `write_archive`.
    """
    checkpoint = sign_or_wait(console, school)
    start = None if since is None else school.recorder.checkpoint(since)
    if since is not None and (start is None or start.size != since):
        raise SettingsError(f"--since: точку размера {since} не подписывали / no checkpoint of size {since} was signed")
    school.views.catch_up(school.recorder, stop=checkpoint.size)
    vault = school.vault

    def opened(digests: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        return {digest: (found.name, found.value) for digest, found in vault.values(digests).items()}

    tables = [] if start else Registers(school.views, checkpoint.size, None if public else opened).tables()
    with console.progress("архив / archive", checkpoint.size) as progress:
        plan = ArchivePlan(
            checkpoint=checkpoint,
            school=school.school_name(),
            start=start,
            disclose=None if public else vault.read,
            tables=tables,
            tags={READ_ME: viewer(), "verify.pyz": verifier(), **specification()},
            progress=progress,
        )
        write_archive(school.recorder, out, plan)
    return checkpoint


def verifier() -> bytes:
    """The stand-alone verifier as one file, built by its own program: nothing here imports it."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "verify.pyz"
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "verify.build", str(target)], cwd=ROOT, capture_output=True, check=False
        )
        if done.returncode != 0:
            text = done.stderr.decode(errors="replace").strip()
            raise SettingsError(f"проверяющую программу не собрать / the verifier could not be built: {text}")
        return target.read_bytes()


def viewer() -> bytes:
    """The page that verifies and shows an archive in a browser; the tables are those that the specification lists."""
    return viewer_page(specification()["spec/tables.md"].decode())


def specification() -> dict[str, bytes]:
    """The format's text, as it goes into archives."""
    folder = ROOT / "verify" / "spec"
    return {f"spec/{name}": (folder / name).read_bytes() for name in SPEC}


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
